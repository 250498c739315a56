"""Matching in the demo: an agreement, a request that waits, one that is answered, the doubles."""

import io
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from accounts import scope
from accounts.models import User
from beneficiaries.models import Person
from regions.models import Region
from spreadsheets import writing
from uploads import actions as uploads
from uploads import tasks as upload_tasks
from verification import tasks
from verification.actions.matching import request_match
from verification.doubles import find_exact
from verification.models import Agreement, MatchBatch

_REGENCY, _ANSWERED = "62.03", "62.03.08"
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
    if Person.objects.active().filter(village__code__startswith=f"{_ANSWERED}.").exists():
        batch = request_match(
            region=Region.objects.get(pk=_ANSWERED),
            choice=MatchBatch.Choice.SEMUA,
            form=MatchBatch.Form.EKSTRAK,
            purpose="Pemadanan triwulan Kecamatan Basarang",
            by=officer,
        )
        _answer(batch, sender=users["dukcapil.kapuas"], approver=users["koordinator"])
    inside = Person.objects.active().filter(regency_code=_REGENCY)
    if inside.with_invalid_nik().exists():
        request_match(
            region=Region.objects.get(pk=_REGENCY),
            choice=MatchBatch.Choice.NIK_BERMASALAH,
            purpose="Perbaikan NIK kosong dan tidak sah sebelum penyaluran",
            by=officer,
        )


def _answer(batch: MatchBatch, *, sender: User, approver: User) -> None:
    """The extract goes the way of every sheet, and is matched at once."""
    with scope.applied(sender.scope):
        upload = uploads.receive(
            by=sender,
            kind="data_kependudukan",
            region=batch.region,
            file=io.BytesIO(_extract(batch)),
            name="data-kependudukan-basarang.xlsx",
            reference=str(batch.pk),
        )
    upload_tasks.check.func(upload.pk)
    upload.refresh_from_db()
    with scope.applied(sender.scope):
        uploads.submit(upload, by=sender)
    uploads.approve(upload, by=approver)
    upload_tasks.apply.func(upload.pk)
    tasks.match.func(batch.pk)


def _extract(batch: MatchBatch) -> bytes:
    people = (
        Person.objects.filter(match_results__batch=batch)
        .select_related("household", "village__parent__parent")
        .order_by("pk")
    )
    rows = [row for number, person in enumerate(people) if (row := _civil(number, person))]
    with TemporaryDirectory() as place:
        path = Path(place) / "data.xlsx"
        writing.export(path, _HEADINGS, rows)
        return path.read_bytes()


def _civil(number: int, person: Person) -> list[str] | None:
    """The person as the civil registry has them: mostly the same, some otherwise, some not."""
    if number % 23 == 7 or person.birth_date is None:
        return None
    born = person.birth_date
    if number % 29 == 3:
        born = born.replace(year=born.year - 1, day=min(born.day, 28))
    nik = person.nik
    if not person.nik_valid:
        day = born.day + (40 if person.sex == "P" else 0)
        nik = f"620308{day:02d}{born:%m%y}{9500 + number % 500}"
    name = person.name
    if number % 11 == 4:
        old, new = _SPELLINGS[number % len(_SPELLINGS)]
        name = name.replace(old, new, 1)
    if number % 31 == 5:
        name = " ".join(name.split()[:1])
    village, district = person.village, person.village.parent
    codes = village.code.split(".")
    return [
        nik, person.household.kk_number, name, person.sex, person.birth_place, f"{born:%d-%m-%Y}",
        person.household.address, codes[0], "KALIMANTAN TENGAH", codes[1],
        district.parent.name.upper(), codes[2], district.name.upper(), codes[3],
        village.name.upper(), person.mother_name,
    ]  # fmt: skip
