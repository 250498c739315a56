"""The columns of an upload: recognised, confirmed, chosen, remembered, swapped."""

import html
import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.roles import Role
from regions.models import Region
from spreadsheets.annotating import annotate
from spreadsheets.layout import Issue, slug
from tests.factories import KAPUAS, PULANG_PISAU, UserFactory
from tests.spreadsheets.makers import families, xlsx
from uploads import actions, column_actions, files, tasks
from uploads.models import ColumnMapping, Upload

pytestmark = pytest.mark.django_db

SAMPLES = Path(django_settings.BASE_DIR) / "samples"
FIELDS = {
    "KABUPATEN": "regency",
    "KECAMATAN": "district",
    "DESA": "village_name",
    "NOKK": "kk_number",
    "NIK": "nik",
    "NAMA": "name",
    "TANGGAL LAHIR": "birth_date",
    "JENIS KELAMIN": "sex",
    "HUB KELUARGA": "relation",
}
UNKNOWN = {"NIK": "Identitas", "NAMA": "Orang"}
PEOPLE = [person | {"regency": "KAPUAS"} for person in families(12)]


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def colleague():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def sheet(tmp_path):
    """Makes a workbook of twelve families under these headings; each call another file."""
    made = []

    def make(renamed=(), *, people=PEOPLE, more=()) -> Path:
        renamed = dict(renamed)
        headings = [*(renamed.get(heading, heading) for heading in FIELDS), *more]
        rows = [[one[field] for field in FIELDS.values()] for one in people]
        rows.append([*(one for one in rows[-1][:-1]), f"Anak {len(made)}"][: len(FIELDS)])
        rows[-1][-1], rows[-1][4] = "Anak", f"620308010100{9900 + len(made)}"
        rows[-1][6], rows[-1][7] = "01/01/2000", "L"
        rows = [[*row, *(row[4] for _ in more)] for row in rows]
        made.append(1)
        return xlsx(tmp_path / f"{len(made)}.xlsx", [headings, *rows])

    return make


def send(by, path: Path, region=KAPUAS) -> Upload:
    upload = actions.receive(
        by=by,
        kind="dtks_bnba",
        region=Region.objects.get(pk=region),
        file=io.BytesIO(path.read_bytes()),
        name=path.name,
    )
    return check(upload)


def check(upload: Upload) -> Upload:
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def read_as(upload: Upload) -> dict[str, str]:
    return {column["key"]: column["field"] for column in upload.columns_read}


def how(upload: Upload, key: str) -> str:
    return next(column["how"] for column in upload.columns_read if column["key"] == key)


def page_of(upload: Upload) -> str:
    return reverse("admin:uploads_upload_columns", args=[upload.pk])


def told(response) -> str:
    return html.unescape(response.content.decode())


def posted(columns: dict[str, str], **more) -> dict:
    return {"kunci": list(columns), "bidang": list(columns.values()), **more}


def test_official_headings_ask_for_nothing(officer, sheet):
    upload = send(officer, sheet())
    assert upload.status == "SIAP"
    assert not upload.columns_are_unconfirmed and not upload.columns_are_remembered
    assert actions.submit(upload, by=officer).status == "DIAJUKAN"


def test_columns_known_by_content_must_be_confirmed_before_submitting(officer, sheet, client):
    upload = send(officer, sheet(UNKNOWN))
    assert read_as(upload)["IDENTITAS"] == "nik" and how(upload, "IDENTITAS") == "isi"
    issue = upload.issues.get(code="KOLOM_DARI_ISI")
    assert issue.row_number == 0 and "Identitas sebagai NIK" in issue.message
    with pytest.raises(actions.ColumnsUnconfirmed):
        actions.submit(upload, by=officer)

    client.force_login(officer)
    step = reverse("admin:uploads_upload_step", args=[upload.pk, "ajukan"])
    assert client.post(step).url == page_of(upload)
    page = told(client.get(page_of(upload)))
    assert "Pastikan kolomnya pada halaman Periksa kolom" in page
    assert "dari isi, yakin (" in page

    response = client.post(page_of(upload), posted(read_as(upload), benar="1"))
    assert response.url == reverse("admin:uploads_upload_change", args=[upload.pk])
    upload.refresh_from_db()
    assert upload.status == "SIAP" and not upload.columns_are_unconfirmed
    assert upload.events.last().note == "Pembacaan kolom dipastikan."
    review = told(client.get(response.url))
    assert "Dikenali dari isinya" not in review
    assert actions.submit(upload, by=officer).status == "DIAJUKAN"


def test_what_was_confirmed_is_remembered_for_this_sender_only(officer, colleague, sheet, client):
    first = send(officer, sheet(UNKNOWN))
    column_actions.confirm_columns(first, columns=read_as(first), by=officer)
    assert ColumnMapping.objects.get(user=officer).columns == {"IDENTITAS": "nik", "ORANG": "name"}

    second = send(officer, sheet(UNKNOWN))
    assert (how(second, "IDENTITAS"), how(second, "ORANG")) == ("pilihan", "pilihan")
    assert not second.columns_are_unconfirmed
    assert actions.submit(second, by=officer).status == "DIAJUKAN"
    assert how(send(colleague, sheet(UNKNOWN)), "IDENTITAS") == "isi"
    assert how(send(officer, sheet({"NIK": "Identitas"})), "IDENTITAS") == "isi"

    third = send(officer, sheet(UNKNOWN))
    client.force_login(officer)
    review = told(client.get(reverse("admin:uploads_upload_change", args=[third.pk])))
    assert "Pemetaan terakhir Anda dipakai." in review
    assert "Lupakan pemetaan ini" in told(client.get(page_of(third)))
    client.post(page_of(third), {"lupakan": "1"})
    assert not ColumnMapping.objects.exists()
    assert how(send(officer, sheet(UNKNOWN)), "IDENTITAS") == "isi"


def test_a_choice_reads_the_file_anew(officer, sheet):
    upload = send(officer, sheet())
    columns = read_as(upload) | {"HUBKELUARGA": ""}
    upload = column_actions.choose_columns(upload, columns=columns, by=officer)
    assert (upload.status, upload.rows_total) == ("DIPERIKSA", 0)
    upload = check(upload)
    assert upload.rows_total == 37
    assert read_as(upload)["HUBKELUARGA"] == ""
    assert "relation" not in upload.reading["mapping"]
    assert not ColumnMapping.objects.exists(), "leaving a known column out is of this file only"


def test_two_columns_for_one_field_are_chosen_from(officer, sheet, client):
    upload = send(officer, sheet(more=["NO. KTP"]))
    assert (upload.status, upload.failure_code) == ("GAGAL", "KOLOM_GANDA")
    client.force_login(officer)
    failed = told(client.get(reverse("admin:uploads_upload_change", args=[upload.pk])))
    assert "Periksa kolom" in failed and page_of(upload) in failed
    assert "Dua kolom mengaku sebagai NIK." in told(client.get(page_of(upload)))

    columns = dict(zip(map(slug, FIELDS), FIELDS.values(), strict=True))
    both = client.post(page_of(upload), posted(columns | {"NOKTP": "nik"}))
    assert "NIK dipilih untuk lebih dari satu kolom." in told(both)
    none = client.post(page_of(upload), posted(columns | {"NIK": ""}))
    assert "Belum ada kolom untuk NIK." in told(none)

    client.post(page_of(upload), posted(columns | {"NIK": "", "NOKTP": "nik"}))
    upload.refresh_from_db()
    assert upload.status == "DIPERIKSA"
    assert check(upload).status == "SIAP"
    assert read_as(upload)["NOKTP"] == "nik"
    assert send(officer, sheet(more=["NO. KTP"])).status == "SIAP", "and so the next time"


def test_a_sheet_without_headings_is_read_and_confirmed(officer, client):
    upload = send(officer, SAMPLES / "ramai-tanpa-judul.xlsx")
    assert (upload.rows_total, upload.reading["header_row"]) == (20, 0)
    client.force_login(officer)
    page = told(client.get(page_of(upload)))
    assert "Tanpa judul" in page and "6203012909869145" not in page
    columns = read_as(upload) | {"@A": "dtks_id"}
    client.post(page_of(upload), posted(columns, judul="0"))
    upload.refresh_from_db()
    check(upload)
    assert upload.rows_total == 20 and read_as(upload)["@A"] == "dtks_id"
    assert not upload.columns_are_unconfirmed


def test_swapped_columns_are_proposed_and_swapped_on_request(officer, sheet, client):
    upload = send(officer, sheet({"NIK": "NOKK", "NOKK": "NIK"}))
    assert "tampak tertukar" in upload.issues.get(code="KOLOM_TERTUKAR").message
    assert upload.rows_problem == 37 and read_as(upload)["NIK"] == "nik"
    client.force_login(officer)
    page = client.get(page_of(upload))
    assert "Pada 100% baris, tanggal lahir cocok" in told(page)
    proposal = page.context["preview"].proposals[0]
    client.post(page_of(upload), posted(proposal.columns, tukar="1", judul=""))
    upload.refresh_from_db()
    check(upload)
    assert (upload.status, read_as(upload)["NIK"]) == ("SIAP", "kk_number")
    assert not upload.issues.filter(code="KOLOM_TERTUKAR").exists()
    assert not ColumnMapping.objects.exists(), "a swap is the mistake of one file"


def test_swaps_in_rows_are_accepted_for_the_group_and_taken_back(officer):
    upload = send(officer, SAMPLES / "salah-kolom-tertukar.xlsx")
    before = list(upload.rows.order_by("row_number").values_list("values", flat=True))
    for code, rows in (("NIK_KK_TERTUKAR", 20), ("NAMA_NIK_TERTUKAR", 5), ("BARIS_TERGESER", 5)):
        issues = upload.issues.filter(code=code)
        assert issues.values("row_number").distinct().count() == rows
        assert {issue.level for issue in issues} == {"error"}
        actions.accept_suggestions(upload, code=code, by=officer)
    upload.refresh_from_db()
    assert not upload.rows.filter(verdict="BERMASALAH").exists()
    nik, kk = ([row.values[at] for row in upload.rows.order_by("row_number")] for at in (10, 9))
    assert all(len(number) == 16 for number in nik) and len(set(nik)) == 40 > len(set(kk))
    for code in ("NIK_KK_TERTUKAR", "NAMA_NIK_TERTUKAR", "BARIS_TERGESER"):
        actions.undo_decision(upload, code=code, by=officer)
    assert list(upload.rows.order_by("row_number").values_list("values", flat=True)) == before


def test_a_number_in_the_place_of_a_name_is_masked_and_told_once(officer, client):
    upload = send(officer, SAMPLES / "salah-kolom-tertukar.xlsx")
    row = upload.issues.filter(code="NAMA_NIK_TERTUKAR").order_by("row_number").first()
    values = upload.rows.get(row_number=row.row_number).values
    nik, name = values[11], values[10]
    assert nik.isdigit() and not name.isdigit()
    client.force_login(officer)
    address = reverse("admin:uploads_upload_change", args=[upload.pk])
    listed = client.get(address, {"temuan": "NAMA_NIK_TERTUKAR", "q": str(row.row_number)}).text
    assert nik not in listed and f"disamarkan, berawalan {nik[:4]}" in listed
    assert name in listed and listed.count(f"{row.message}</span>") == 1
    sample = reverse("admin:uploads_upload_decide", args=[upload.pk, "terima"])
    assert nik not in client.get(sample, {"kode": "NAMA_NIK_TERTUKAR"}).text


def test_the_header_row_can_be_pointed_out(officer, sheet, client):
    upload = send(officer, sheet())
    client.force_login(officer)
    page = client.get(page_of(upload), {"judul": "3"})
    assert page.context["preview"].header_row == 3
    assert "Belum ada kolom untuk" in told(page)


def test_the_columns_must_be_as_seen_to_be_confirmed(officer, sheet, client):
    upload = send(officer, sheet(UNKNOWN))
    client.force_login(officer)
    changed = posted(read_as(upload) | {"HUBKELUARGA": ""}, benar="1")
    assert "Simpan dan periksa lagi agar berlaku." in told(client.post(page_of(upload), changed))
    upload.refresh_from_db()
    assert upload.columns is None


def test_columns_of_what_is_submitted_stay(officer, sheet, client):
    upload = send(officer, sheet())
    actions.submit(upload, by=officer)
    with pytest.raises(ValidationError, match="kolomnya tidak dapat diubah lagi"):
        column_actions.choose_columns(upload, columns=read_as(upload), by=officer)
    client.force_login(officer)
    assert client.get(page_of(upload)).status_code == 302


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_only_who_may_submit_says_what_columns_mean(officer, sheet, client, role):
    upload = send(officer, sheet())
    other = UserFactory(role=role, regions=["62" if role == Role.AUDITOR else KAPUAS])
    client.force_login(other)
    assert client.get(page_of(upload)).status_code == 403
    assert client.post(page_of(upload), posted(read_as(upload))).status_code == 403
    with pytest.raises(PermissionDenied):
        column_actions.choose_columns(upload, columns=read_as(upload), by=other)


def test_another_regency_does_not_find_the_page(officer, sheet, client):
    upload = send(officer, sheet())
    stranger = UserFactory(regions=[PULANG_PISAU])
    client.force_login(stranger)
    assert client.get(page_of(upload)).status_code in (302, 404)
    assert "Identitas" not in told(client.get(page_of(upload), follow=True))
    with pytest.raises(PermissionDenied):
        column_actions.confirm_columns(upload, columns=read_as(upload), by=stranger)


def test_fields_and_keys_that_do_not_exist_are_refused(officer, sheet, client):
    upload = send(officer, sheet())
    with pytest.raises(ValidationError, match="tidak ada dalam susunan"):
        column_actions.choose_columns(upload, columns={"NIK": "password"}, by=officer)
    client.force_login(officer)
    page = client.post(page_of(upload), {"kunci": ["\0", "NIK"], "bidang": ["x"], "judul": "²"})
    assert page.status_code == 200


def test_an_upload_that_was_returned_can_be_read_anew(officer, sheet):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    upload = actions.submit(send(officer, sheet()), by=officer)
    upload = actions.return_to_sender(upload, reason="Periksa kolom.", by=coordinator)
    upload = column_actions.choose_columns(upload, columns=read_as(upload), by=officer)
    upload = check(upload)
    assert upload.status == "SIAP"
    assert actions.submit(upload, by=officer).status == "DIAJUKAN"


def test_an_annotated_workbook_of_a_sheet_without_headings(officer, tmp_path):
    upload = send(officer, SAMPLES / "ramai-tanpa-judul.xlsx")
    issues = [
        Issue(
            one.row_number, one.field, one.code, one.level, one.message, one.before, "", one.sheet
        )
        for one in upload.issues.all()
    ]
    target = tmp_path / "b.xlsx"
    annotate(upload.file.path, target, issues, summary=[], read=files.read_of(upload))
    sheet = openpyxl.load_workbook(target)["BNBA"]
    first = upload.issues.filter(row_number__gt=0).first()
    assert sheet.cell(1, 1).value == "620301900001" and sheet.max_column == 18
    assert first.message in sheet.cell(first.row_number, 18).value
