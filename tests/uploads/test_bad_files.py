"""Bad input gets one clear sentence, in Indonesian, and nothing is lost.

Each file goes the way of every upload: received, stored, read in the child process, told on its
page. What the reader alone refuses has its many variants in tests/spreadsheets/test_refused_files;
a killed worker, two officers at once and a database that is away are in test_faults.
"""

import html
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from beneficiaries.models import Household, Person
from beneficiaries.sheets import DTKS_BNBA
from regions.models import Region
from spreadsheets.writing import prefilled
from tests.factories import KAPUAS, PULANG_PISAU, CaseFactory, RoundFactory, UserFactory
from tests.sheets import member, person, workbook
from tests.spreadsheets.makers import SHEET_XML, part, rezip
from uploads import actions, tasks
from uploads.models import Upload
from verification.models import Round
from verification.sheets import HASIL_VERIFIKASI

pytestmark = pytest.mark.django_db

SAMPLES = Path(django_settings.BASE_DIR) / "samples"
HEADINGS = [column.heading for column in DTKS_BNBA.columns]
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


def sample(name: str) -> Callable[[Path], Path]:
    return lambda folder: SAMPLES / name


def picture(folder: Path) -> Path:
    path = folder / "ktp.xlsx"
    path.write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 200)
    return path


def good(folder: Path) -> Path:
    path = folder / "bnba.xlsx"
    path.write_bytes(workbook([person(), member(1)]).getvalue())
    return path


def zip_bomb(folder: Path) -> Path:
    zeros = b"\0" * (64 * 2**20)
    return rezip(good(folder), folder / "bom.xlsx", {"xl/media/gambar.xml": zeros})


def entity_bomb(folder: Path) -> Path:
    source = good(folder)
    head, _, rest = part(source, SHEET_XML).partition(b"<worksheet")
    hostile = head + ENTITIES + b"<worksheet" + rest
    return rezip(source, folder / "entitas.xlsx", {SHEET_XML: hostile})


def last_row_of_excel(folder: Path) -> Path:
    """Content in row 1 and in row 1,048,576."""
    path = folder / "panjang.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        row = person()
        for index, column in enumerate(DTKS_BNBA.columns):
            sheet.write_string(0, index, column.heading)
            sheet.write_string(1_048_575, index, row.get(column.field, ""))
    return path


def two_nik_columns(folder: Path) -> Path:
    path = folder / "dua-nik.xlsx"
    book = openpyxl.Workbook()
    row = person()
    book.active.append([*HEADINGS, "NOMOR NIK"])
    book.active.append(
        [*(row.get(column.field, "") for column in DTKS_BNBA.columns), "6203085205839018"]
    )
    book.save(path)
    return path


def words_only(folder: Path) -> Path:
    path = folder / "kata.xlsx"
    book = openpyxl.Workbook()
    for number in range(20):
        book.active.append(["JL. MELATI", "PETANI", f"tanah {number} hektare"])
    book.save(path)
    return path


WRONG_TYPE = "bukan lembar kerja; unggah berkas Excel (.xlsx, .xls, .xlsb), .ods, atau .csv."
SAVE_AGAIN = "simpan sebagai .xlsx lalu unggah kembali."
COPY_OVER = "salin datanya ke lembar kerja baru lalu unggah kembali."
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "an empty file": (
        sample("ditolak-kosong.xlsx"),
        "Berkas kosong (0 bita); periksa berkas di komputer Anda lalu unggah kembali.",
    ),
    "a picture": (picture, f"Berkas ini gambar JPEG, {WRONG_TYPE}"),
    "a zip archive under another name": (
        sample("ditolak-zip-berganti-nama.xlsx"),
        f"Berkas ini arsip zip, {WRONG_TYPE}",
    ),
    "a workbook with a password": (
        sample("ditolak-bersandi.xlsx"),
        "Berkas dilindungi kata sandi sehingga tidak dapat dibaca; hapus kata sandinya, "
        + SAVE_AGAIN,
    ),
    "a truncated workbook": (
        sample("ditolak-terpotong.xlsx"),
        "Berkas rusak atau terpotong sehingga tidak dapat dibuka; buka berkas aslinya, "
        + SAVE_AGAIN,
    ),
    "a web page saved as .xls": (
        sample("ditolak-html.xls"),
        "Berkas ini halaman web (HTML) yang diberi nama lembar kerja; buka dengan Excel, "
        + SAVE_AGAIN,
    ),
    "a zip bomb": (
        zip_bomb,
        f"Isi berkas mengembang jauh melebihi ukuran wajar saat dibuka; {COPY_OVER}",
    ),
    "an XML entity bomb": (
        entity_bomb,
        "Berkas berisi bagian yang tidak lazim dan dapat merusak sistem (DTD atau entitas XML); "
        + COPY_OVER,
    ),
    "1,048,576 rows": (
        last_row_of_excel,
        "Lembar berisi lebih dari 200.000 baris data; bagi menjadi beberapa berkas, misalnya satu"
        " berkas untuk setiap kecamatan.",
    ),
    "no header row": (
        words_only,
        "Baris judul kolom tidak ditemukan dalam 30 baris pertama; pakai judul kolom berikut"
        " (BNBA DTKS (SIKS): DESA/KELUARAHAN, NOKK, NIK, NAMA) lalu unggah kembali.",
    ),
    "headings without rows": (
        sample("ditolak-hanya-judul.xlsx"),
        "Di bawah baris judul (baris 1) tidak ada baris data; isi datanya lalu unggah kembali.",
    ),
    "no column of NIK": (
        sample("ditolak-tanpa-kolom-nik.xlsx"),
        "Kolom wajib tidak ditemukan: NIK; tambahkan kolom itu pada baris judul (baris 1) lalu"
        " unggah kembali.",
    ),
    "two columns that claim to be the NIK": (
        two_nik_columns,
        "Dua kolom mengaku sebagai NIK: “NIK” dan “NOMOR NIK”; hapus atau ganti nama salah satunya"
        " lalu unggah kembali.",
    ),
    "the sheet of another district": (
        sample("ditolak-kabupaten-lain.xlsx"),
        "Lembar ini milik Kabupaten Pulang Pisau. Anda mengunggah untuk Kabupaten Kapuas."
        " Tidak ada baris yang disimpan.",
    ),
}


def send(officer, path: Path, *, kind: str = "dtks_bnba", reference: str = "") -> Upload:
    with path.open("rb") as file:
        upload = actions.receive(
            by=officer,
            kind=kind,
            region=Region.objects.get(pk=KAPUAS),
            file=file,
            name=path.name,
            reference=reference,
        )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def assert_refused(upload: Upload, sentence: str, path: Path, client) -> None:
    """Failed with just this sentence, told on its page; kept as sent, and nothing staged."""
    assert (upload.status, upload.failure) == (Upload.Status.GAGAL, sentence)
    with upload.file.open("rb") as kept:
        assert kept.read() == path.read_bytes()
    assert not upload.rows.exists() and not upload.issues.exists()
    client.force_login(upload.sent_by, "accounts.backends.RoleBackend")
    page = client.get(f"/uploads/upload/{upload.pk}/change/")
    assert page.status_code == 200
    assert sentence in html.unescape(page.content.decode())
    last = upload.events.last()
    assert (last.status, last.note) == (Upload.Status.GAGAL, sentence)


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_sentence(make, sentence, officer, tmp_path, client):
    path = make(tmp_path)
    assert_refused(send(officer, path), sentence, path, client)
    assert not Person.objects.exists() and not Household.objects.exists()


def result_sheet(folder: Path, case, round_, *, region: str = KAPUAS) -> Path:
    """The sheet of a round as the portal makes it, filled in for one family."""
    path = folder / "hasil.xlsx"
    row = {
        "case_id": str(case.pk),
        "is_found": "YA",
        "is_eligible": "YA",
        "visited_on": str(round_.starts_on),
    }
    identity = {"layout": HASIL_VERIFIKASI.key, "round": str(round_.pk), "region": region}
    prefilled(HASIL_VERIFIKASI, [row], path, identity=identity, title="Hasil", filled=tuple(row))
    return path


def test_the_verification_sheet_of_another_district(officer, tmp_path, client):
    case = CaseFactory(round=RoundFactory(regions=[KAPUAS, PULANG_PISAU]))
    path = result_sheet(tmp_path, case, case.round, region=PULANG_PISAU)
    upload = send(officer, path, kind=HASIL_VERIFIKASI.key)
    assert_refused(
        upload,
        "Lembar ini milik Kabupaten Pulang Pisau. Anda mengunggah untuk Kabupaten Kapuas."
        " Tidak ada baris yang disimpan.",
        path,
        client,
    )
    case.refresh_from_db()
    assert case.status == case.Status.BELUM


def test_the_sheet_of_a_closed_round(officer, tmp_path, client):
    round_ = RoundFactory(
        name="Putaran I 2021",
        status=Round.Status.DITUTUP,
        closed_at=datetime(2021, 11, 15, 9, tzinfo=UTC),
        closed_by=officer,
    )
    case = CaseFactory(round=round_)
    path = result_sheet(tmp_path, case, round_)
    upload = send(officer, path, kind=HASIL_VERIFIKASI.key, reference=str(round_.pk))
    assert_refused(
        upload,
        "Putaran I 2021 sudah ditutup pada 15-11-2021. Tidak ada baris yang disimpan.",
        path,
        client,
    )
    case.refresh_from_db()
    assert case.status == case.Status.BELUM


def test_the_same_file_twice_is_told_and_leads_to_the_first(officer, tmp_path, client):
    path = good(tmp_path)
    first = send(officer, path)
    with pytest.raises(actions.AlreadySent) as told:
        send(officer, path)
    sent = timezone.localtime(first.sent_at)
    assert told.value.messages == [
        f"Berkas ini pernah dikirim pada {sent:%d-%m-%Y pukul %H.%M} dan berstatus siap diajukan."
        " Bukalah unggahan itu."
    ]
    client.force_login(officer, "accounts.backends.RoleBackend")
    with path.open("rb") as file:
        page = client.post(
            "/uploads/upload/add/", {"kind": "dtks_bnba", "region": KAPUAS, "file": file}
        )
    text = html.unescape(page.content.decode())
    assert told.value.messages[0] in text
    assert f"/uploads/upload/{first.pk}/change/" in text
    assert Upload.objects.count() == 1


def test_a_refused_file_may_be_sent_again(officer, tmp_path):
    """It was not accepted, so it is not "the same file twice"."""
    path = two_nik_columns(tmp_path)
    assert send(officer, path).pk != send(officer, path).pk


def test_formula_cells_are_told_and_never_executed(officer, tmp_path):
    """A formula counts by the value its program stored; without one its row is held back."""
    path = tmp_path / "rumus.xlsx"
    values = [person().get(column.field, "") for column in DTKS_BNBA.columns]
    name = DTKS_BNBA.fields.index("name")
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for row in (1, 2, 3):
            for index, value in enumerate(values):
                sheet.write_string(row, index, value)
        sheet.write_formula(1, name, '="SITI "&"RAHMAH"', value="SITI RAHMAH")
        sheet.write_formula(2, name, '="SITI "&"RAHMAH"', value="")
        sheet.write_string(3, name, '=HYPERLINK("http://contoh.test";"SITI")')
    upload = send(officer, path)

    assert upload.status == Upload.Status.PERLU_PERBAIKAN
    names = {row.row_number: row.values[name] for row in upload.rows.all()}
    assert names[2] == "SITI RAHMAH" and names[3] == ""
    told = upload.issues.get(row_number=3, code="RUMUS_TANPA_NILAI")
    assert (told.field, told.level) == ("name", "error")
    assert not upload.issues.filter(row_number=2, code="RUMUS_TANPA_NILAI").exists()
    assert upload.rows.get(row_number=3).verdict == "BERMASALAH"
    assert not Person.objects.exists()


def test_a_file_that_is_too_large_is_not_even_kept(officer, tmp_path, settings):
    settings.UPLOAD_MAX_BYTES = 2**20
    path = tmp_path / "besar.csv"
    path.write_bytes(b"NIK;NAMA\n" + b"x" * 2 * 2**20)
    with pytest.raises(ValidationError) as refused:
        send(officer, path)
    assert refused.value.messages == [
        "Ukuran berkas 2 MB. Paling besar 1 MB. Bagilah per kecamatan, lalu kirim satu per satu."
    ]
    assert not Upload.objects.exists()
