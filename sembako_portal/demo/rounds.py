"""The verification round of the demo: every KPM a case, and work further on in some places."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import NamedTuple

from django.db import connection

from accounts.models import User
from sembako_portal.demo.load import WIB, copy
from sembako_portal.demo.names import pick_weighted
from sembako_portal.demo.population import Family, spread
from verification.actions.rounds import freeze_start
from verification.models import Case, Round, RoundRegion

_STARTED_BEFORE = timedelta(days=28)
_DUE_AFTER = timedelta(days=7)
_FIRST_VISITS_AFTER = 3  # days

# Approved, handed in, returned, in percent of the cases of a regency.
_PROGRESS = {
    "62.01": (88.4, 6, 1),
    "62.02": (79.6, 9, 3),
    "62.03": (54.5, 25, 2),
    "62.04": (76.3, 11, 2),
    "62.05": (70.2, 12, 3),
    "62.06": (68.7, 6, 9),
    "62.07": (49.6, 14, 4),
    "62.08": (96.8, 2, 0),
    "62.09": (90.1, 5, 1),
    "62.10": (66.0, 15, 4),
    "62.11": (81.5, 9, 2),
    "62.12": (47.3, 10, 3),
    "62.13": (83.0, 8, 2),
    "62.71": (76.9, 8, 1),  # those handed in are approved in uploads.py
}
# The kecamatan of the two TKSK of the demo (users.py): cases of every status to look at.
_EVERYTHING_IN = frozenset({"62.03.01", "62.03.08"})
_NOT_ELIGIBLE = {
    "SUDAH_MAMPU": 46, "PINDAH": 14, "MENINGGAL": 12, "PERANGKAT_DESA": 8, "ASN_TNI_POLRI": 6,
    "GANDA": 6, "MENOLAK": 3, "GRADUASI": 5,
}  # fmt: skip
_END_ENROLMENTS = """
UPDATE beneficiaries_enrollment AS enrollment
SET ended_on = (c.decided_at AT TIME ZONE 'Asia/Jakarta')::date,
    end_reason = c.reason,
    source_user_id = c.decided_by_id
FROM verification_case AS c
WHERE c.round_id = %s AND c.status = 'DISETUJUI' AND NOT c.is_eligible
  AND enrollment.household_id = c.household_id
  AND enrollment.programme_id = 'SEMBAKO' AND enrollment.ended_on IS NULL
"""
_COLUMNS = (
    "id round_id household_id village_id status is_found is_eligible reason visited_on note"
    " decided_by_id decided_at changed_at"
)


class Visit(NamedTuple):
    """What an officer found, to be sent in a sheet; `household` counts families from 1."""

    case_id: int
    household: int
    status: str
    visited_on: date
    is_found: bool
    is_eligible: bool
    reason: str
    note: str


def create_round(
    families: Sequence[Family], *, users: dict[str, User], today: date, seed: int
) -> tuple[Round, list[Visit]]:
    """A round under way since four weeks, due in a week, in all regencies.

    Approved cases are there, with what follows: the enrolment of a family that is not eligible has
    ended. What is handed in or returned comes with the sheets that uploads.py makes of the visits.
    """
    rng = Random(seed)
    starts_on, due_on = today - _STARTED_BEFORE, today + _DUE_AFTER
    round_ = Round.objects.create(
        name=f"Putaran {'I' if due_on.month <= 6 else 'II'} {due_on.year}",
        starts_on=starts_on,
        due_on=due_on,
        status=Round.Status.BERJALAN,
        opened_by=users["koordinator"],
        opened_at=datetime.combine(starts_on, time(8, 0), WIB),
    )
    RoundRegion.objects.bulk_create(
        RoundRegion(round=round_, region_id=code) for code in sorted(_PROGRESS)
    )
    deciders = (users["koordinator"].pk, users["koordinator2"].pk)
    visits: list[Visit] = []
    copy("verification_case", _COLUMNS, _case_rows(families, rng, round_, deciders, visits))
    with connection.cursor() as cursor:
        cursor.execute(_END_ENROLMENTS, [round_.pk])
    freeze_start(round_)
    return round_, visits


def _case_rows(
    families: Sequence[Family],
    rng: Random,
    round_: Round,
    deciders: tuple[int, int],
    visits: list[Visit],
) -> Iterator[tuple]:
    """Rows of approved cases and of those to do; visits that are only sent go to `visits`."""
    opened = datetime.combine(round_.starts_on, time(8, 0), WIB)
    last_day = _STARTED_BEFORE.days - 1
    for case_id, (number, status) in enumerate(sorted(_statuses(families, rng).items()), start=1):
        village = families[number - 1].village.code
        to_do = (
            case_id, round_.pk, number, village, "BELUM", None, None, "", None, "", None, None,
            opened,
        )  # fmt: skip
        if status == Case.Status.BELUM:
            yield to_do
            continue
        days = _FIRST_VISITS_AFTER + int(rng.random() * (last_day - _FIRST_VISITS_AFTER))
        visited_on = round_.starts_on + timedelta(days=days)
        found, eligible, reason, note = _outcome(rng)
        if status != Case.Status.DISETUJUI:
            visits.append(Visit(case_id, number, status, visited_on, found, eligible, reason, note))
            yield to_do
            continue
        decided_on = visited_on + timedelta(days=min(1 + int(rng.random() * 4), last_day - days))
        decided_at = datetime.combine(decided_on, time(16, 30), WIB)
        yield (
            case_id, round_.pk, number, village, status, found, eligible, reason, visited_on, note,
            deciders[int(rng.random() * 2)], decided_at, decided_at,
        )  # fmt: skip


def _statuses(families: Sequence[Family], rng: Random) -> dict[int, str]:
    """Status by household id."""
    by_regency: dict[str, list[int]] = {}
    for number, family in enumerate(families, start=1):
        if family.is_kpm:
            by_regency.setdefault(family.village.regency, []).append(number)
    statuses: dict[int, str] = {}
    for regency, numbers in by_regency.items():
        approved, handed_in, returned = _PROGRESS[regency]
        counts = spread(
            len(numbers), [approved, handed_in, returned, 100 - approved - handed_in - returned]
        )
        stages = ("DISETUJUI", "DIAJUKAN", "DIKEMBALIKAN", "BELUM")
        in_turn = iter(_in_order_of_work(families, numbers, rng))
        for status, count in zip(stages, counts, strict=True):
            statuses.update((number, status) for number in islice(in_turn, count))
    return statuses


def _in_order_of_work(families: Sequence[Family], numbers: list[int], rng: Random) -> list[int]:
    """Officers go kecamatan by kecamatan, so some are done while others are not begun."""
    place_of = {number: families[number - 1].village.code[:8] for number in numbers}
    districts = sorted(set(place_of.values()))
    turn = {district: rng.random() * len(districts) for district in districts}
    key = {
        number: rng.random() * len(districts)
        if district in _EVERYTHING_IN
        else turn[district] + rng.random() * 1.5
        for number, district in place_of.items()
    }
    return sorted(numbers, key=lambda number: (key[number], number))


def _outcome(rng: Random) -> tuple[bool, bool, str, str]:
    """Found, eligible, reason when not, note."""
    point = rng.random()
    if point < 0.015:
        return False, False, "TIDAK_DITEMUKAN", "Rumah kosong, menurut ketua RT sudah lama."
    if point < 0.055:
        return True, False, pick_weighted(rng, _NOT_ELIGIBLE), ""
    return True, True, "", ""
