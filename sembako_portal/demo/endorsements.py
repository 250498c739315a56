"""Endorsement in the demo: one list to be signed, one to be reviewed, one with its decree."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfWriter

from accounts import scope
from accounts.models import User
from beneficiaries.models import Household
from regions.models import Region
from sembako_portal.demo.load import WIB
from sembako_portal.demo.meetings import create_quotas
from spreadsheets import writing
from verification.actions import decrees, endorsement, replacement
from verification.actions.attachments import attach
from verification.figures.quotas import waiting_list
from verification.models import Attachment, Case, Endorsement, Round, SecondLook

_TO_SIGN, _TO_REVIEW, _DECREED = "62.01", "62.08", "62.09"
_SUPERVISORS = {
    _TO_SIGN: "supervisor.kobar",
    _TO_REVIEW: "supervisor.sukamara",
    _DECREED: "supervisor.lamandau",
}
_PROPOSED = 6  # families of each of these regencies that come in
_OFFICIALS = {_TO_REVIEW: "Bupati Sukamara", _DECREED: "Bupati Lamandau"}
_SAMPLE, _LOOKED_AT = 12, 7
_HEADINGS = ["ID DTKS", "NIK", "NOMOR KK", "NAMA"]


def create_endorsements(round: Round, *, users: Mapping[str, User], today: date) -> None:
    """Call it where cases and their sheets are there."""
    # The portal asks by the real day, whatever day the demo is made for.
    day = max(today, timezone.localdate())
    create_quotas(round)
    for code, name in _SUPERVISORS.items():
        _propose(round, code, users["koordinator"], today)
        _give_places(code, users[name.replace("supervisor", "petugas")], users[name])
    lists = {code: _made(round, code, users[name]) for code, name in _SUPERVISORS.items()}
    for number, code in enumerate((_TO_REVIEW, _DECREED), start=1):
        _sign(lists[code], number, users[_SUPERVISORS[code]], day)
    _look_again(lists[_TO_REVIEW], users["koordinator"], day)
    sent = endorsement.forward(lists[_DECREED], by=users["koordinator2"])
    _decree(sent, users["koordinator"], day)


def _propose(round: Round, code: str, by: User, today: date) -> None:
    """Families that do not receive yet and were found eligible."""
    families = (
        Household.objects.filter(is_active=True, regency_code=code)
        .exclude(enrollments__programme__is_sembako=True)
        .order_by("pk")[:_PROPOSED]
    )
    visited_on = today - timedelta(days=5)
    decided_at = datetime.combine(today - timedelta(days=3), time(16, 30), WIB)
    Case.objects.bulk_create(
        Case(
            round=round,
            household=family,
            village_id=family.village_id,
            origin=Case.Origin.USULAN,
            was_kpm=False,
            status=Case.Status.DISETUJUI,
            is_found=True,
            is_eligible=True,
            visited_on=visited_on,
            decided_by=by,
            decided_at=decided_at,
        )
        for family in families
    )


def _give_places(code: str, officer: User, supervisor: User) -> None:
    """The families that come in are the first of the waiting list, and the quota has room."""
    for waiting in waiting_list(code)[:_PROPOSED]:
        household = Household.objects.get(pk=waiting.household_id)
        asked = replacement.propose_replacement(household, by=officer)
        replacement.grant_replacement(asked, by=supervisor)


def _made(round: Round, code: str, by: User) -> Endorsement:
    region = Region.objects.get(pk=code)
    with scope.applied(by.scope):
        return endorsement.make_endorsement(round, region, by=by, with_open=True)


def _sign(one: Endorsement, number: int, by: User, day: date) -> None:
    with scope.applied(by.scope):
        endorsement.endorse(
            one,
            number=f"460/{900 + number}/DINSOS/{day.year}",
            official_name=f"Pejabat Rekaan {number}",
            official_office=_OFFICIALS[one.region_id],
            signed_on=day,
            scan=_scan("berita-acara.pdf", one.region, by),
            by=by,
        )
    one.refresh_from_db()


def _scan(name: str, region: Region, by: User) -> Attachment:
    """A PDF of one empty page in the place of a signed letter."""
    paper, out = PdfWriter(), io.BytesIO()
    paper.add_blank_page(595, 842)
    paper.write(out)
    return attach(name, out.getvalue(), region=region, by=by)


def _look_again(one: Endorsement, by: User, day: date) -> None:
    looks = endorsement.draw_second_looks(one, method=SecondLook.Method.ACAK, size=_SAMPLE, by=by)
    for place, look in enumerate(looks[:_LOOKED_AT]):
        differs = place == _LOOKED_AT - 1
        endorsement.record_second_look(
            look,
            outcome="TIDAK_SESUAI" if differs else "SESUAI",
            looked_on=day,
            note="Rumah permanen, keluarga memiliki warung." if differs else "",
            by=by,
        )


def _decree(one: Endorsement, by: User, day: date) -> None:
    """The centre has decreed nearly what was forwarded."""
    lines = [
        [item.dtks_id, item.nik, item.kk_number, item.name if place % 17 else f"{item.name} BIN X"]
        for place, item in enumerate(one.items.receiving().order_by("position"), start=1)
        if place % 29
    ]
    leaving = one.items.filter(result="KELUAR").order_by("position").first()
    if leaving:
        lines.append([leaving.dtks_id, leaving.nik, leaving.kk_number, leaving.name])
    lines.append(["", "6209011205839077", "6209011205839001", "KELUARGA BARU PUSAT"])
    with TemporaryDirectory() as place:
        path = Path(place) / "daftar.xlsx"
        writing.export(path, _HEADINGS, lines)
        content = path.read_bytes()
    decrees.record_decree(
        one,
        number=f"{day.month}/HUK/{day.year}",
        official_name="Pejabat Rekaan Pusat",
        official_office="Menteri Sosial",
        signed_on=day,
        effective_on=day.replace(day=1),
        scan=_scan("keputusan.pdf", one.region, by),
        list_file=SimpleUploadedFile("daftar-penetapan.xlsx", content),
        by=by,
    )
