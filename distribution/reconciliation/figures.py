"""How the four lists of a period differ, by kabupaten/kota, in families or in rupiah.

Everything is within the user's scope. The figures and the lists behind them come from the same
rows: a number and its list are equal.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, Sum

from accounts.models import User
from beneficiaries.figures import TimelineEntry
from beneficiaries.models import Household
from distribution.models import PayoutPeriod, Reconciled, ReconciliationFinding
from distribution.models.reconciliation import CLOSED, FindingStatus
from distribution.reconciliation.rules import (
    NOT_CREDITED,
    NOT_LISTED,
    NOT_REGISTERED,
    NOT_SPENT,
    RULES,
    Rule,
)
from regions.models import Region

# What a list of findings may be asked for by: one rule, or the rules of one difference.
DIFFERENCES = {
    "TIDAK_DIBAYAR": ("Tidak ada di daftar bayar", NOT_LISTED),
    "LUAR_REGISTER": ("Tidak ada di register", NOT_REGISTERED),
    "BELUM_MASUK": ("Belum masuk: top up gagal atau belum ada", NOT_CREDITED),
    "BELUM_BELANJA": ("Belum transaksi", NOT_SPENT),
    "TERBUKA": ("Temuan terbuka", tuple(rule.code for rule in RULES)),
    "SEMUA": ("Semua temuan", tuple(rule.code for rule in RULES)),
}
KINDS = {rule.code: (rule.title, (rule.code,)) for rule in RULES} | DIFFERENCES


@dataclass
class Place:
    """One kabupaten/kota or the whole: lists as families and rupiah, findings by rule."""

    code: str
    name: str
    lists: dict[str, int]
    found: Counter = field(default_factory=Counter)
    amounts: Counter = field(default_factory=Counter)
    due: Counter = field(default_factory=Counter)
    open: int = 0
    asked: int = 0

    def size(self, name: str, unit: str) -> int:
        return self.lists[f"{name}_{'amount' if unit == 'rupiah' else 'count'}"]

    def of(self, rules: tuple[str, ...], unit: str) -> int:
        counted = self.amounts if unit == "rupiah" else self.found
        return sum(counted[rule] for rule in rules)

    @property
    def state(self) -> tuple[str, str]:
        """Tone and word of how far the findings are handled."""
        if not self.open:
            return "ok", "Selesai"
        return ("info", "Menunggu bank") if self.asked == self.open else ("warn", "Ada temuan")

    def rest(self, step: str, unit: str) -> int:
        """What the findings of a step leave unexplained: nothing in families; in rupiah amounts
        that differ, credits that came in part, and balances of families that have bought some."""
        lists = {name: self.size(name, unit) for name in ("register", "listed", "credited")}
        if step == "listed":
            explained = self.of(NOT_REGISTERED, unit) - self.of(NOT_LISTED, unit)
            return lists["listed"] - lists["register"] - explained
        if step == "credited":
            return lists["credited"] - lists["listed"] + self.of(NOT_CREDITED, unit)
        return self.size("spent", unit) - lists["credited"] + self.of(NOT_SPENT, unit)


@dataclass(frozen=True)
class Overview:
    places: list[Place]
    total: Place
    counted_at: datetime | None
    gone: int

    @property
    def settled(self) -> int:
        return sum(not place.open for place in self.places)

    def rules(self) -> list[tuple[Rule, int, int]]:
        """Every rule with what is found and how much of it somebody must see to."""
        return [(rule, self.total.found[rule.code], self.total.due[rule.code]) for rule in RULES]


def findings(user: User, period: PayoutPeriod, *, region: str = "", kind: str = "SEMUA"):
    """The list behind a number of the page."""
    rows = ReconciliationFinding.objects.visible_to(user).filter(period=period).present()
    if kind == "TERBUKA":
        rows = rows.open()
    elif kind != "SEMUA":
        rows = rows.filter(rule__in=KINDS[kind][1])
    return rows.filter(regency_code=region) if region else rows


def overview(user: User, period: PayoutPeriod, *, bank: str = "", region: str = "") -> Overview:
    """The lists and findings of all regions of the user; with `bank` or `region` of those only."""
    rows = Reconciled.objects.visible_to(user).filter(period=period)
    found = ReconciliationFinding.objects.visible_to(user).filter(period=period)
    if bank:
        rows, found = rows.filter(bank=bank), found.filter(bank=bank)
    if region:
        rows, found = rows.filter(region=region), found.filter(regency_code=region)
    by_regency = rows.by_regency()
    present, due = Q(gone_at=None), Q(gone_at=None, is_due=True)
    counted = list(
        found.order_by()
        .values("regency_code", "rule")
        .annotate(
            found=Count("pk", filter=present),
            rupiah=Sum("amount", filter=present),
            due=Count("pk", filter=due),
            open=Count("pk", filter=due & ~Q(status__in=CLOSED)),
            asked=Count("pk", filter=due & Q(status=FindingStatus.DIMINTA)),
            gone=Count("pk", filter=~present),
        )
    )
    empty = dict.fromkeys(rows.SUMS, 0)
    codes = set(by_regency) | {row["regency_code"] for row in counted if row["found"]}
    names = dict(Region.objects.filter(pk__in=codes).values_list("pk", "name"))
    places = {code: Place(code, names[code], by_regency.get(code, empty)) for code in codes}
    total = Place("", "Jumlah", dict.fromkeys(rows.SUMS, 0))
    for place in places.values():
        for name in rows.SUMS:
            total.lists[name] += place.lists[name]
    for row in counted:
        if not row["found"]:
            continue
        for place in (places[row["regency_code"]], total):
            place.found[row["rule"]] += row["found"]
            place.amounts[row["rule"]] += row["rupiah"] or 0
            place.due[row["rule"]] += row["due"]
            place.open += row["open"]
            place.asked += row["asked"]
    return Overview(
        sorted(places.values(), key=lambda place: (-place.open, place.name)),
        total,
        max((sums["counted_at"] for sums in by_regency.values()), default=None),
        sum(row["gone"] for row in counted),
    )


def household_timeline(household: Household) -> list[TimelineEntry]:
    """What reconciliation has found about a family."""
    rows = household.payout_findings.select_related("period").order_by("-found_at")[:60]
    return [
        TimelineEntry(
            row.since or row.found_at,
            "Temuan",
            row.get_rule_display(),
            f"{row.period}: {row.cause}. Penanganan: {row.get_status_display().lower()}."
            + (" Tidak ditemukan lagi." if row.gone_at else ""),
            tone="idle" if row.gone_at or row.status in CLOSED else "warn",
            icon="flag",
        )
        for row in rows
    ]
