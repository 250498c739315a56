"""The six *tepat* (6T) of the general guideline of Program Sembako, each as a share by place.

What the guideline asks for in words is measured here by what the portal knows; the definitions are
shown wherever the shares are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from coordination.reports.declared import (
    LEVEL,
    PERIOD,
    PLACES,
    Column,
    Report,
    Wanted,
    names_of,
    place_cells,
    places_of,
)
from dashboards.figures import share
from distribution import chain
from distribution.models import AgentVisit, Payment, PayoutPeriod, ReconciliationFinding
from verification.models import Case


def _last_day(period: PayoutPeriod) -> date:
    """Of the last month that the period pays."""
    return (period.last_month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _verified(wanted: Wanted) -> QuerySet:
    return wanted.inside(Case.objects).filter(round=wanted.round, was_kpm=True).approved()


def _listed(wanted: Wanted) -> QuerySet:
    payments = wanted.inside(Payment.objects).filter(period=wanted.period)
    return payments.exclude(status__in=chain.EXCLUDED)


def _credited(wanted: Wanted) -> QuerySet:
    return wanted.inside(Payment.objects).filter(period=wanted.period).credited()


def _visits(wanted: Wanted) -> QuerySet:
    visits = wanted.inside(AgentVisit.objects)
    period = wanted.period
    return visits.filter(visited_on__range=(period.first_month, _last_day(period)))


def _without_finding(wanted: Wanted) -> Q:
    findings = ReconciliationFinding.objects.visible_to(wanted.user).open()
    return ~Exists(findings.filter(payment=OuterRef("pk")))


@dataclass(frozen=True)
class Right:
    """`part` of the rows `of` are right; both depend on what is wanted."""

    title: str
    meaning: str
    of: Callable[[Wanted], QuerySet]
    part: Callable[[Wanted], Q]

    def by_place(self, wanted: Wanted) -> dict[str, tuple[int, int]]:
        rows = (
            self.of(wanted)
            .order_by()
            .values(place=Left("village_id", wanted.length))
            .annotate(part=Count("pk", filter=self.part(wanted)), whole=Count("pk"))
        )
        return {row["place"]: (row["part"], row["whole"]) for row in rows}


RIGHTS = (
    Right(
        "Tepat sasaran",
        "KPM yang ditemukan dan layak, dari KPM yang hasil verifikasinya sudah disetujui dalam"
        " putaran yang berjalan atau terakhir.",
        _verified,
        lambda wanted: Q(is_found=True, is_eligible=True),
    ),
    Right(
        "Tepat jumlah",
        "Pembayaran yang dananya masuk sebesar nominal daftar bayar, dari pembayaran yang dananya"
        " masuk dalam periode.",
        _credited,
        lambda wanted: Q(topped_up_amount=F("amount")),
    ),
    Right(
        "Tepat waktu",
        "Pembayaran yang dananya masuk paling lambat hari terakhir bulan yang dibayar, dari"
        " pembayaran dalam daftar bayar yang tidak dikeluarkan.",
        _listed,
        lambda wanted: Q(topped_up_on__lte=_last_day(wanted.period)),
    ),
    Right(
        "Tepat harga",
        "Kunjungan agen selama periode yang mendapati harga wajar, tidak di atas harga pasar, dari"
        " seluruh kunjungan agen.",
        _visits,
        lambda wanted: Q(fair_price=True),
    ),
    Right(
        "Tepat kualitas",
        "Kunjungan agen selama periode yang mendapati barang baik dan layak dimakan, dari seluruh"
        " kunjungan agen.",
        _visits,
        lambda wanted: Q(good_quality=True),
    ),
    Right(
        "Tepat administrasi",
        "Pembayaran tanpa temuan rekonsiliasi yang masih terbuka, dari pembayaran dalam daftar"
        " bayar yang tidak dikeluarkan.",
        _listed,
        _without_finding,
    ),
)


def _shares(wanted: Wanted) -> dict[str, list[tuple[int, int]]]:
    """(right, all) of the six by place; places about which nothing is known are left out."""
    if wanted.period is None:
        return {}
    found = [right.by_place(wanted) for right in RIGHTS]
    places = sorted({place for counts in found for place in counts})
    return {place: [counts.get(place, (0, 0)) for counts in found] for place in places}


def _rows(wanted: Wanted):
    shares = _shares(wanted)
    names = names_of(shares)
    for code, pairs in shares.items():
        for right, (part, whole) in zip(RIGHTS, pairs, strict=True):
            cells = place_cells(code, names)
            yield [*cells, right.title, part, whole, share(part, whole)]


SIX_RIGHT = Report(
    "6t",
    "Enam tepat (6T)",
    "Tepat sasaran, jumlah, waktu, harga, kualitas, dan administrasi, menurut wilayah.",
    "distribution.view_payment",
    (
        *PLACES,
        Column("Indikator"),
        Column("Tepat", True),
        Column("Dari", True),
        Column("Tepat (%)", True, ("Tepat", "Dari")),
    ),
    count=lambda wanted: places_of(wanted) * len(RIGHTS),
    rows=_rows,
    topic="Penyaluran",
    filters=(PERIOD, LEVEL),
    is_signed=True,
    definitions=tuple((right.title, right.meaning) for right in RIGHTS),
)
