"""Matching in the demo: an agreement, a request that waits, one that is answered, the doubles."""

import io
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from accounts import scope
from accounts.models import User
from beneficiaries.models import Person
from dashboards import figures, matching
from dashboards.models import MatchDay
from regions.models import Region
from sembako_portal.demo.load import ASKED_LATER
from spreadsheets import writing
from uploads import actions as uploads
from uploads import tasks as upload_tasks
from verification import tasks
from verification.actions import matching as decisions
from verification.actions.matching import request_match
from verification.doubles import find_exact
from verification.models import Agreement, MatchBatch

_REGENCY = "62.03"
_ANSWERED, _BY_NIK = ASKED_LATER
_FOUND, _DEAD, _MOVED = (
    "Data ditemukan",
    "Data ditemukan, Meninggal Dunia",
    "Data ditemukan, Pindah",
)
_WEEKS_AGO = 11
_HEADINGS = [
    "NIK",
    "NO_KK",
    "NAMA_LGKP",
    "JENIS_KLMIN",
    "TMPT_LHR",
    "TGL_LHR",
    "ALAMAT",
    "NO_PROP",
    "PROP_NAME",
    "NO_KAB",
    "KAB_NAME",
    "NO_KEC",
    "KEC_NAME",
    "NO_KEL",
    "KEL_NAME",
    "NAMA_LGKP_IBU",
]
_SPELLINGS = (("SY", "SJ"), ("RAH", "RACH"), ("U", "OE"), ("Y", "I"), ("A", "AH"))


def create_requests(*, users: Mapping[str, User], today: date) -> None:
    """Call it where persons and uploads are there. A province of a few families has no requests:
    nobody to ask for lives in the places they are about."""
    Agreement.objects.create(
        number="470/9112/DUKCAPIL/2021",
        region_id="62",
        first_party="Dinas Sosial Provinsi Kalimantan Tengah",
        second_party="Dinas Kependudukan dan Pencatatan Sipil Provinsi Kalimantan Tengah",
        valid_from=today - timedelta(days=200),
        # The portal asks by the real day, whatever day the demo is made for.
        valid_until=max(today, timezone.localdate()) + timedelta(days=400),
    )
    find_exact()
    officer = users["petugas.kapuas"]
    sender, approver = users["dukcapil.kapuas"], users["koordinator"]
    active = Person.objects.active()
    # A small demo may have no family there.
    if active.filter(village__code__startswith=f"{_BY_NIK}.").exists():
        by_nik = request_match(
            region=Region.objects.get(pk=_BY_NIK),
            choice=MatchBatch.Choice.SEMUA,
            purpose="Pemadanan sebelum penyaluran, per NIK",
            by=officer,
        )
        _answer(by_nik, sender=sender, approver=approver)
        _decide(by_nik, first=sender, second=approver)
    if active.filter(village__code__startswith=f"{_ANSWERED}.").exists():
        batch = request_match(
            region=Region.objects.get(pk=_ANSWERED),
            choice=MatchBatch.Choice.SEMUA,
            form=MatchBatch.Form.EKSTRAK,
            purpose="Pemadanan triwulan Kecamatan Basarang",
            by=officer,
        )
        _answer(batch, sender=sender, approver=approver)
    if active.filter(regency_code=_REGENCY).with_invalid_nik().exists():
        request_match(
            region=Region.objects.get(pk=_REGENCY),
            choice=MatchBatch.Choice.NIK_BERMASALAH,
            purpose="Perbaikan NIK kosong dan tidak sah sebelum penyaluran",
            by=officer,
        )


def keep_history() -> None:
    """Shares of the weeks before, so that the chart has something to draw; call it last."""
    figures.refresh()
    matching.refresh()
    for week in range(_WEEKS_AGO, 0, -1):
        MatchDay.objects.bulk_create(
            MatchDay(
                regency_id=row.regency_id,
                day=timezone.localdate() - timedelta(weeks=week),
                persons=row.persons,
                matched=row.matched * (100 - 2 * week) // 100,
            )
            for row in MatchDay.objects.filter(day=timezone.localdate())
        )


def _decide(batch: MatchBatch, *, first: User, second: User) -> None:
    """Some of the queue is decided, by one officer or by two, some skipped."""
    waiting = batch.results.in_queue().order_by("pk")
    batch.results.update(matched_at=F("matched_at") - timedelta(days=3))
    for number, result in enumerate(waiting[:12]):
        candidate = result.candidates.first()
        if number % 4 == 3 or candidate is None:
            decisions.skip(result, by=first)
        elif number % 4 == 2:
            decisions.reject(result, by=first)
        else:
            decisions.accept(result, candidate=candidate, by=first)
            if result.decisions_needed == 2 and number % 3:
                decisions.accept(result, candidate=candidate, by=second)


def _answer(batch: MatchBatch, *, sender: User, approver: User) -> None:
    """The answer goes the way of every sheet, and is matched at once."""
    is_extract = batch.form == MatchBatch.Form.EKSTRAK
    with scope.applied(sender.scope):
        upload = uploads.receive(
            by=sender,
            kind="data_kependudukan" if is_extract else "jawaban_dukcapil",
            region=batch.region,
            file=io.BytesIO(_sheet(batch)),
            name=f"{'data-kependudukan' if is_extract else 'jawaban'}-{slugify(batch.region)}.xlsx",
            reference=str(batch.pk),
        )
    upload_tasks.check.func(upload.pk)
    upload.refresh_from_db()
    with scope.applied(sender.scope):
        uploads.submit(upload, by=sender)
    uploads.approve(upload, by=approver)
    upload_tasks.apply.func(upload.pk)
    tasks.match.func(batch.pk)


def _sheet(batch: MatchBatch) -> bytes:
    people = (
        Person.objects.filter(match_results__batch=batch)
        .select_related("household", "village__parent__parent")
        .order_by("pk")
    )
    is_extract = batch.form == MatchBatch.Form.EKSTRAK
    rows = []
    for number, person in enumerate(people):
        row = _civil(number, person)
        if is_extract and row:
            rows.append(row)
        elif row and person.nik_valid:
            said = _DEAD if number % 37 == 6 else _MOVED if number % 41 == 9 else _FOUND
            rows.append([*row, said])
    headings = _HEADINGS if is_extract else [*_HEADINGS, "RESPON"]
    with TemporaryDirectory() as place:
        path = Path(place) / "data.xlsx"
        writing.export(path, headings, rows)
        return path.read_bytes()


def _civil(number: int, person: Person) -> list[str] | None:
    """The person as the civil registry has them: mostly the same, some otherwise, some not."""
    if number % 23 == 7 or person.birth_date is None:
        return None
    born = person.birth_date
    if number % 29 == 3:
        born = born.replace(year=born.year - 1, day=min(born.day, 28))
    village, district = person.village, person.village.parent
    if number % 19 == 2:
        born = born.replace(year=born.year - 3, month=born.month % 12 + 1, day=min(born.day, 27))
    nik = person.nik
    if not person.nik_valid:
        day = born.day + (40 if person.sex == "P" else 0)
        nik = f"{district.code.replace('.', '')}{day:02d}{born:%m%y}{9500 + number % 500}"
    name = person.name
    if number % 11 == 4:
        old, new = _SPELLINGS[number % len(_SPELLINGS)]
        name = name.replace(old, new, 1)
    if number % 31 == 5:
        name = " ".join(name.split()[:1])
    codes = village.code.split(".")
    return [
        nik, person.household.kk_number, name, person.sex, person.birth_place, f"{born:%d-%m-%Y}",
        person.household.address, codes[0], "KALIMANTAN TENGAH", codes[1],
        district.parent.name.upper(), codes[2], district.name.upper(), codes[3],
        village.name.upper(), person.mother_name,
    ]  # fmt: skip
