"""What the figures of an upload promise: sums that add up, rows counted once, honest progress."""

from datetime import timedelta

import pytest
from django.utils import timezone

from beneficiaries.sheets import DTKS_BNBA
from tests.factories import KAPUAS, UploadFactory
from uploads import figures
from uploads.models import Upload, UploadIssue
from uploads.wording import Texts, is_identity

pytestmark = pytest.mark.django_db

Status, Stage = Upload.Status, Upload.Stage


@pytest.fixture
def upload():
    return UploadFactory()


def issue(upload, row, code, field="nik", **values):
    return UploadIssue.objects.create(
        upload=upload,
        region_id=KAPUAS,
        sheet=values.pop("sheet", "Selat"),
        row_number=row,
        field=field,
        code=code,
        message=values.pop("message", "Nomor berisi 15 angka."),
        level=values.pop("level", "error"),
        **values,
    )


def causes(upload):
    return figures.causes(upload.issues.all())


def test_every_row_that_was_sent_is_in_one_part_of_the_sum():
    upload = Upload(
        kind="dtks_bnba",
        rows_new=64,
        rows_changed=1_137,
        rows_same=2_508,
        rows_review=318,
        rows_problem=101,
    )
    sums = figures.sums(upload)
    assert sums.sent == 4_128 == sums.to_apply + sums.same + sums.held_back
    assert sums.parts[-1].start + sums.parts[-1].width == pytest.approx(100)
    upload.applied_at, upload.rows_applied, upload.rows_conflict = timezone.now(), 1_190, 11
    sums = figures.sums(upload)
    assert sums.sent == sums.to_apply + sums.same + sums.held_back + sums.conflict


def test_a_row_with_one_mistake_in_two_fields_counts_once(upload):
    issue(upload, 7, "BUKAN_16_ANGKA", suggestion="x")
    issue(upload, 7, "BUKAN_16_ANGKA", field="kk_number", suggestion="y")
    issue(upload, 7, "BUKAN_16_ANGKA", sheet="Basarang")
    cause = causes(upload).problem[0]
    assert (cause.rows, cause.suggested) == (2, 1)
    assert cause.title == "Nomor bukan 16 angka"


def test_causes_tell_what_is_open_and_what_is_decided(upload):
    for row in range(5, 8):
        issue(upload, row, "HARI_BULAN_TERTUKAR", level="warning", suggestion="1983-05-12")
    issue(upload, 8, "HARI_BULAN_TERTUKAR", level="warning", decision="ACCEPTED")
    issue(upload, 9, "HARI_BULAN_TERTUKAR", level="warning", decision="KEPT")
    issue(upload, 0, "KOLOM_ANGKA_RUSAK", level="warning")
    issue(upload, 5, "SEL_ANGKA", level="info")
    found = causes(upload)
    cause = found.get("HARI_BULAN_TERTUKAR")
    assert (cause.rows, cause.suggested, cause.accepted, cause.kept) == (3, 3, 1, 1)
    assert [one.code for one in found.of_file] == ["KOLOM_ANGKA_RUSAK"]
    assert [one.code for one in found.repaired] == ["SEL_ANGKA"]
    assert found.get("KOLOM_ANGKA_RUSAK") is None


def test_an_unknown_cause_is_named_by_its_message_without_numbers(upload):
    issue(upload, 5, "LAIN", message="NIK 6203085205839017 dipakai orang lain.")
    assert causes(upload).problem[0].title == "NIK 6203 •••••••••• 17 dipakai orang lain"


@pytest.mark.parametrize(
    ("status", "stage", "done", "percent", "remaining"),
    [
        (Status.DITERIMA, Stage.ANTRE, 0, 0, None),
        (Status.DIPERIKSA, Stage.MEMBACA, 0, 2, None),
        (Status.DIPERIKSA, Stage.MEMERIKSA, 0, 30, None),
        (Status.DIPERIKSA, Stage.MEMERIKSA, 500, 42, 40),
        (Status.DIPERIKSA, Stage.MEMBANDINGKAN, 1_000, 55, None),
        (Status.DISETUJUI, Stage.MENERAPKAN, 0, 10, None),
    ],
)
def test_progress(status, stage, done, percent, remaining):
    now = timezone.now()
    upload = Upload(status=status, stage=stage, done=done, total=1_000)
    upload.stage_started_at = now - timedelta(seconds=10)
    told = figures.progress(upload, now=now)
    assert told.percent == percent
    assert (told.remaining and round(told.remaining)) == remaining


def test_values_are_written_as_people_read_and_type_them():
    texts = Texts(DTKS_BNBA)
    texts.learn(["62.03.08.2005"])
    assert texts.shown("village", "62.03.08.2005") == "Maluen, Basarang"
    assert texts.shown("birth_date", "1983-05-12") == "12 Mei 1983"
    assert texts.typed("birth_date", "1983-05-12") == "12-05-1983"
    assert texts.shown("relation", "KEPALA_KELUARGA") == "Kepala keluarga"
    assert texts.shown("address", "JL. MELATI 12") == "JL. MELATI 12"
    assert texts.label("birth_date") == "Tanggal lahir"
    assert texts.label("nik") == "NIK"


@pytest.mark.parametrize(
    ("written", "is_number"),
    [
        ("6203085205839017", True),
        ("6203 0852 0583 901", True),
        ("62.03.08.2005", False),
        ("JL. MELATI 12", False),
        ("12-05-1983", False),
        ("", False),
    ],
)
def test_what_counts_as_an_identity_number(written, is_number):
    assert is_identity(written) is is_number
