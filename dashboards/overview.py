"""Everything a page of the province or of a region shows, counted in a few queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format

from dashboards import figures, history, links, payouts, quality, tiles
from dashboards.choices import Chosen
from dashboards.figures import CHILD_LENGTH, Area, Counts, Trend
from dashboards.history import Kept
from dashboards.payouts import PayoutCounts
from dashboards.places import PlaceCounts, place_counts
from dashboards.tiles import Added, Change, Tile, change
from distribution.models import PayoutPeriod
from spreadsheets.words import thousands
from verification.models import Round


@dataclass(frozen=True)
class Both:
    """What a place is now: its register and round, and its payments of the chosen period."""

    counts: Counts
    payout: PayoutCounts

    @property
    def quality(self):
        return quality.score(self.counts)


@dataclass(frozen=True)
class Overview:
    user: object
    chosen: Chosen
    round: Round | None
    area: Area
    payments: payouts.ByPeriod
    kept: Mapping[str, list[Kept]]
    trend: Trend | None

    @property
    def code(self) -> str:
        return self.area.region.code

    @property
    def period(self) -> PayoutPeriod | None:
        return self.chosen.period

    def _payout(self, period: PayoutPeriod | None, code: str) -> PayoutCounts:
        places = self.payments.counts.get(period.pk, {}) if period else {}
        return places.get(code, PayoutCounts())

    @cached_property
    def now(self) -> dict[str, Both]:
        """By place below, of those the user may see."""
        return {
            place.code: Both(place.counts, self._payout(self.period, place.code))
            for place in self.area.places
        }

    @cached_property
    def total(self) -> Both:
        payout = self.payments.total(self.period) if self.period else PayoutCounts()
        return Both(self.area.total, payout)

    @cached_property
    def month_before(self) -> date | None:
        """The latest month before this one of which figures were kept."""
        this = timezone.localdate().replace(day=1)
        return max(
            (each.month for kept in self.kept.values() for each in kept if each.month < this),
            default=None,
        )

    @cached_property
    def before(self) -> dict[str, Both]:
        """The same as they were: register and round a month ago, payments of the period before."""
        return {
            code: Both(
                self._comparable(self.kept.get(code, []), both.counts),
                self._payout(self.chosen.before, code),
            )
            for code, both in self.now.items()
        }

    def _comparable(self, kept: list[Kept], now: Counts) -> Counts:
        for each in kept:
            if each.month == self.month_before:
                return self._of_this_round(each)
        return Counts()

    def _of_this_round(self, kept: Kept) -> Counts:
        """Without cases of another round, which say nothing about this one."""
        if self.round and kept.round == self.round.pk:
            return kept.counts
        names = {name: getattr(kept.counts, name) for name in figures.REGISTER_COUNTS}
        return Counts(**names)

    @cached_property
    def total_before(self) -> Both:
        payout = self.payments.total(self.chosen.before) if self.chosen.before else PayoutCounts()
        counts = sum((both.counts for both in self.before.values()), Counts())
        if not self.area.places:
            counts = self._comparable(self.kept.get(self.code, []), self.area.total)
        return Both(counts, payout)

    @cached_property
    def months(self) -> list[Counts]:
        """Kept totals by month, the oldest first, and what is now."""
        this = timezone.localdate().replace(day=1)
        totals: dict[date, Counts] = {}
        for kept in self.kept.values():
            for each in kept:
                if each.month < this:
                    counts = self._of_this_round(each)
                    totals[each.month] = totals.get(each.month, Counts()) + counts
        return [*(totals[month] for month in sorted(totals)), self.area.total]

    @cached_property
    def chart(self) -> list[payouts.MonthCounts]:
        return payouts.months_of(list(self.chosen.periods), self.payments.counts, self.code)

    @property
    def payments_counted_at(self):
        return self.payments.counted_at.get(self.period.pk) if self.period else None

    @property
    def since_month(self) -> str:
        return f"dari {date_format(self.month_before, 'F')}" if self.month_before else ""

    @property
    def since_period(self) -> str:
        return f"dari {self.chosen.before.name}" if self.chosen.before else ""

    @property
    def is_under_way(self) -> bool:
        """The chosen period still pays: having less than one that is over is no fault."""
        return self.period is not None and self.period.status == PayoutPeriod.Status.BERJALAN

    @property
    def unfinished(self) -> str:
        return "; belum selesai" if self.is_under_way else ""

    @cached_property
    def tiles(self) -> list[Tile]:
        own = [self._kpm(), self._matched(), self._verified(), self._credited(), self._unspent()]
        return [*own, *(added.tile for added in self.added if added.tile)]

    @cached_property
    def added(self) -> list[Added]:
        """Tiles and findings of the apps above."""
        return [source(self.user, self.area) for source in tiles.sources]

    def _kpm(self) -> Tile:
        now, then = self.total.counts.kpm, self.total_before.counts.kpm
        places = len(self.area.places)
        where = f"di {places} {PLACES[len(self.code)]}, " if places else ""
        told = None
        if then:
            share = percent(figures.share(abs(now - then), then))
            rest = self.since_month if now == then else f"({share}) {self.since_month}"
            told = change(now, then, thousands, better=0, rest=rest)
        return Tile(
            "KPM aktif",
            thousands(now),
            f"{where}dari {thousands(self.total.counts.households)} keluarga terdaftar",
            links.kpm(self.user, self.code, register=self.chosen.register),
            change=told,
            missing=NOTHING_KEPT,
            line=[counts.kpm for counts in self.months],
        )

    def _points(self, now, then, *, better: int, since: str) -> Change | None:
        if now is None or then is None:
            return None
        return change(now, then, tiles.points, better=better, rest=since)

    def _matched(self) -> Tile:
        now, then = self.total.counts, self.total_before.counts
        return Tile(
            "Padan Dukcapil",
            percent(now.matched_share),
            f"{thousands(now.matched)} dari {thousands(now.persons)} orang",
            links.matched(self.user, self.code, register=self.chosen.register),
            change=self._points(
                now.matched_share, then.matched_share, better=1, since=self.since_month
            ),
            missing=NOTHING_KEPT,
            line=[float(counts.matched_share or 0) for counts in self.months],
        )

    def _verified(self) -> Tile:
        now, then = self.total.counts, self.total_before.counts
        if self.round is None:
            return Tile("Terverifikasi", "–", "Tidak ada putaran verifikasi yang berjalan.")
        url = links.verified(self.user, self.code, self.round, register=self.chosen.register)
        told = self._points(
            now.verified_share, then.verified_share, better=1, since=self.since_month
        )
        if told is None and self.trend and self.trend.gain is not None:
            told = self._points(self.trend.gain, 0, better=1, since="dalam 7 hari")
        return Tile(
            "Terverifikasi",
            percent(now.verified_share),
            f"{thousands(now.approved)} dari {thousands(now.cases)} KPM, {self.round.name}",
            url,
            change=told,
            missing="Belum ada catatan bulan sebelumnya dari putaran ini.",
            line=self.trend.sums if self.trend else self._verified_line(),
        )

    def _verified_line(self) -> list[float]:
        """The months of which cases of this round were kept, and now."""
        shares = [counts.verified_share for counts in self.months]
        return [float(value) for value in shares if value is not None]

    def _credited(self) -> Tile:
        now, then = self.total.payout, self.total_before.payout
        if self.period is None:
            return Tile("Tersalur", "–", "Belum ada periode salur dengan daftar bayar.")
        # Rupiah of a month and of a quarter say nothing beside each other; their shares do.
        before = self.chosen.before.name if self.chosen.before else ""
        shares = [month.counts.credited_share for month in self.chart]
        return Tile(
            "Tersalur",
            tiles.rupiah(now.credited_amount),
            f"{percent(now.credited_share)} dari {tiles.rupiah(now.planned)};"
            f" {thousands(now.credited)} KPM",
            self.payments_url(dana="masuk"),
            short=tiles.short_rupiah(now.credited_amount),
            change=self._points(
                now.credited_share,
                then.credited_share,
                better=0 if self.is_under_way else 1,
                since=f"bagian yang tersalur, dibandingkan {before}{self.unfinished}",
            ),
            missing=NO_PERIOD_BEFORE,
            line=[float(share) for share in shares if share is not None],
        )

    def _unspent(self) -> Tile:
        now, then = self.total.payout, self.total_before.payout
        if self.period is None:
            return Tile("Belum transaksi", "–", "Belum ada dana yang disalurkan.")
        told = None
        if then.payments:
            told = change(
                now.unspent,
                then.unspent,
                thousands,
                better=0 if self.is_under_way else -1,
                rest=f"{self.since_period}{self.unfinished}",
            )
        return Tile(
            "Belum transaksi",
            thousands(now.unspent),
            f"{percent(now.unspent_share)} dari KPM tersalur",
            self.payments_url(belanja="belum"),
            unit="KPM",
            change=told,
            missing=NO_PERIOD_BEFORE,
            line=[month.counts.unspent for month in self.chart],
        )

    def payments_url(self, code: str = "", period: PayoutPeriod | int | None = None, **filters):
        """The list of payments with the filters of the page."""
        return links.period_payments(
            self.user,
            code or self.code,
            getattr(period, "pk", period) or self.period.pk,
            bank=self.chosen.bank,
            register=self.chosen.register,
            **filters,
        )

    @cached_property
    def places_total(self) -> PlaceCounts:
        found = place_counts(self.user, self.code, self.round, length=CHILD_LENGTH[len(self.code)])
        return sum(found.values(), PlaceCounts())


PLACES = {2: "kabupaten/kota", 5: "kecamatan", 8: "desa/kelurahan", 13: ""}
NOTHING_KEPT = "Belum ada catatan bulan sebelumnya."
NO_PERIOD_BEFORE = "Tidak ada periode sebelumnya."


def percent(value) -> str:
    return "–" if value is None else f"{value}%".replace(".", ",")


def overview(
    user, code: str, chosen: Chosen, round: Round | None, *, with_trend: bool = False
) -> Overview:
    """`with_trend`: also how many were verified day by day, known for whole kabupaten/kota.

    Raises Region.DoesNotExist for a code that is not in the tree.
    """
    area = figures.area(user, code, round, register=chosen.register or None)
    length = CHILD_LENGTH[len(code)]
    wanted = payouts.shown_periods(list(chosen.periods), chosen.period)
    only = {"bank": chosen.bank or None, "register": chosen.register or None}
    follows = with_trend and round is not None and not chosen.register and len(code) <= 5
    return Overview(
        user=user,
        chosen=chosen,
        round=round,
        area=area,
        payments=payouts.by_period(user, code, wanted, length=length, **only),
        kept=history.months(
            user,
            code,
            until=timezone.localdate(),
            length=length,
            register=chosen.register or None,
        ),
        trend=figures.trend(user, code, round, area.total.cases) if follows else None,
    )
