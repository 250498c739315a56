"""Reports of the work on the register: verification and matching."""

from django.db.models import Count, Q
from django.db.models.functions import Left

from beneficiaries.models import Person
from coordination.reports.declared import (
    LEVEL,
    PLACES,
    ROUND,
    Column,
    Report,
    Wanted,
    names_of,
    place_cells,
    places_of,
)
from dashboards import figures
from verification.models import MatchResult


def _progress_rows(wanted: Wanted):
    counts = figures.counts_inside(
        wanted.user, wanted.region.code, wanted.round, length=wanted.length
    )
    names = names_of(counts)
    for code, row in counts.items():
        if row.cases:
            yield [
                *place_cells(code, names), row.cases, row.approved, row.sent, row.returned,
                row.to_do - row.returned, row.verified_share,
            ]  # fmt: skip


PROGRESS = Report(
    "verifikasi",
    "Kemajuan verifikasi",
    "KPM dalam satu putaran: terverifikasi, diajukan, dikembalikan, belum.",
    "verification.view_case",
    (
        *PLACES,
        Column("KPM dalam putaran", True),
        Column("Terverifikasi", True),
        Column("Diajukan", True),
        Column("Dikembalikan", True),
        Column("Belum", True),
        Column("Terverifikasi (%)", True, ("Terverifikasi", "KPM dalam putaran")),
    ),
    count=places_of,
    rows=_progress_rows,
    topic="Verifikasi dan pemadanan",
    filters=(ROUND, LEVEL),
    is_signed=True,
    is_summed=True,
)


OUTCOMES = [(value, label) for value, label in MatchResult.Outcome.choices if value]


def _match_rows(wanted: Wanted):
    persons = wanted.inside(Person.objects).active().order_by()
    by_place = (
        persons.values(place=Left("village_id", wanted.length))
        .annotate(n=Count("pk"), matched=Count("pk", filter=Q(nik_confirmed_on__isnull=False)))
        .order_by("place")
    )
    results = wanted.inside(MatchResult.objects).order_by()
    outcomes: dict[str, dict[str, int]] = {}
    for row in results.values("outcome", place=Left("village_id", wanted.length)).annotate(
        n=Count("person", distinct=True)
    ):
        outcomes.setdefault(row["place"], {})[row["outcome"]] = row["n"]
    rows = list(by_place)
    names = names_of(row["place"] for row in rows)
    for row in rows:
        found = outcomes.get(row["place"], {})
        yield [
            *place_cells(row["place"], names),
            row["n"],
            row["matched"],
            figures.share(row["matched"], row["n"]),
            *(found.get(value, 0) for value, _ in OUTCOMES),
        ]


MATCHING = Report(
    "padan",
    "Hasil pemadanan",
    "Orang yang padan dengan Dukcapil, dan hasil permintaan pemadanan, menurut wilayah.",
    "verification.view_matchresult",
    (
        *PLACES,
        Column("Orang aktif", True),
        Column("NIK dibenarkan", True),
        Column("NIK dibenarkan (%)", True, ("NIK dibenarkan", "Orang aktif")),
        *(Column(f"Hasil: {label}", True) for _, label in OUTCOMES),
    ),
    count=places_of,
    rows=_match_rows,
    topic="Verifikasi dan pemadanan",
    filters=(LEVEL,),
    is_signed=True,
    is_summed=True,
)
