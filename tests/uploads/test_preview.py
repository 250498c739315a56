"""A sheet that is checked only; and what an agency from outside sees of its own sheets."""

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.roles import Role
from regions.models import Region
from spreadsheets import writing
from tests.factories import KAPUAS, PULANG_PISAU, HouseholdFactory, UserFactory
from tests.sheets import workbook
from uploads import actions, kinds, tasks
from uploads.models import Upload

pytestmark = pytest.mark.django_db
Status = Upload.Status


@pytest.fixture
def banker():
    return UserFactory(role=Role.BANK, regions=[KAPUAS], full_name="Dedi Setiawan", bank_id="002")


@pytest.fixture
def login(client):
    def as_user(user):
        client.force_login(user, backend="accounts.backends.RoleBackend")
        return client

    return as_user


def examples(key: str) -> list[dict[str, str]]:
    return [dict(row) for row in kinds.get(key).layout.example_rows]


def send(by, key: str, rows: list[dict[str, str]]) -> Upload:
    upload = actions.receive(
        by=by,
        kind=key,
        region=Region.objects.get(pk=KAPUAS),
        file=workbook(rows, kinds.get(key).layout),
        name=f"{key}.xlsx",
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    assert not upload.failure
    return upload


def found(upload: Upload) -> list[tuple[int, str, str]]:
    issues = upload.issues.exclude(level="info").order_by("row_number", "code")
    return list(issues.values_list("row_number", "code", "level"))


def page(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def url(name: str, upload: Upload, *args) -> str:
    return reverse(f"admin:uploads_upload_{name}", args=[upload.pk, *args])


PREVIEWS = [kind for kind in kinds.all_kinds() if kind.is_preview]


@pytest.mark.parametrize("kind", PREVIEWS, ids=lambda kind: kind.key)
def test_good_rows_are_checked_and_go_no_further(login, kind):
    sender = UserFactory(role=min(kind.senders), regions=[KAPUAS])
    rows = examples(kind.key)
    upload = send(sender, kind.key, rows)
    assert (upload.status, upload.rows_total, found(upload)) == (Status.SIAP, len(rows), [])
    with pytest.raises(ValidationError, match="baru dapat diperiksa"):
        actions.submit(upload, by=sender)
    client = login(sender)
    told = client.get(page(upload)).text
    assert kinds.PREVIEW_ONLY in told
    assert "Selesai diperiksa" in told
    assert "Siap diajukan" not in told and "akan diterapkan" not in told
    assert 'langkah/ajukan/"' not in told
    assert kinds.PREVIEW_ONLY in client.post(url("step", upload, "ajukan"), follow=True).text
    upload.refresh_from_db()
    assert upload.status == Status.SIAP


def test_a_row_is_shown_with_its_findings_and_its_numbers_masked(login, banker):
    upload = send(banker, "kartu", examples("kartu")[:1])
    told = login(banker).get(page(upload)).text
    for words in ("SITI RAHMAH", "NIK ini tidak terdaftar"):
        assert words in told
    assert "6203085205839017" not in told and "001201000123509" not in told


DOUBLES = {
    "perbaikan_nik": ("ANGGOTA_DUA_KALI", {"new_nik": "6203085205839021"}),
}


@pytest.mark.parametrize("key", DOUBLES)
def test_what_is_written_twice_is_told_on_both_rows(key):
    sender = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    first = examples(key)[0]
    code, other = DOUBLES[key]
    upload = send(sender, key, [first, first | other])
    assert found(upload) == [(2, code, "warning"), (3, code, "warning")]
    assert upload.status == Status.PERLU_PERBAIKAN
    actions.keep_values(upload, code=code, by=sender)
    upload.refresh_from_db()
    assert upload.status == Status.SIAP


@pytest.mark.parametrize(
    ("key", "level"),
    [("agen", "error")],
)
def test_a_village_outside_the_upload_is_told(key, level):
    sender = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    place = {"regency": "PULANG PISAU", "district": "KAHAYAN HILIR", "village_name": "BUNTOI"}
    place |= {"province_number": "", "service_area": "", "latitude": "", "longitude": ""}
    upload = send(sender, key, [examples(key)[0] | place])
    assert found(upload) == [(2, "DI_LUAR_WILAYAH", level)]


def test_a_row_is_repaired_in_the_browser(login, banker):
    HouseholdFactory(members__nik=examples("kartu")[0]["nik"])
    client = login(banker)
    upload = send(banker, "kartu", [examples("kartu")[0] | {"status_date": ""}])
    assert found(upload) == [(2, "TANGGAL_STATUS_KOSONG", "error")]
    row = upload.rows.get()
    client.post(url("row", upload, row.pk), {"b-status_date": "12-03-2019"})
    upload.refresh_from_db()
    assert (upload.status, upload.rows_held_back) == (Status.SIAP, 0)


def test_the_annotated_workbook_carries_the_findings(login, banker):
    upload = send(banker, "kartu", [examples("kartu")[0] | {"card_number": "603298"}])
    answer = login(banker).post(url("download", upload, "beranotasi"), {"purpose": "Perbaikan"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert any("Nomor berisi 6 angka" in cell for cell in cells)


# An agency from outside sees its own sheets only


def test_a_bank_sees_no_sheet_that_somebody_else_has_sent(login, banker):
    officer = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    own = send(banker, "kartu", examples("kartu"))
    foreign = [
        send(officer, "agen", examples("agen")),
        send(
            UserFactory(role=Role.BANK, regions=["62"], bank_id="002"), "agen", examples("agen")[:1]
        ),
    ]
    assert list(Upload.objects.visible_to(banker)) == [own]
    client = login(banker)
    assert client.get(page(own)).status_code == 200
    for upload in foreign:
        assert client.get(page(upload)).status_code in (302, 404)
        assert client.post(url("download", upload, "asal"), {"purpose": "x"}).status_code == 404
        with pytest.raises(PermissionDenied):
            actions.cancel(upload, by=banker)


def test_a_workbook_that_says_what_it_is_opens_no_door(banker, tmp_path):
    """A bank may not bring a sheet into being that is compared with the register."""
    layout = kinds.get("hasil_verifikasi").layout
    path = tmp_path / "lembar.xlsx"
    identity = {"layout": layout.key, "round": "1", "region": KAPUAS}
    writing.prefilled(
        layout, layout.example_rows, path, identity=identity, title="", filled=layout.fields
    )
    upload = actions.receive(
        by=banker,
        kind="agen",
        region=Region.objects.get(pk=KAPUAS),
        file=io.BytesIO(path.read_bytes()),
        name=path.name,
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    assert (upload.status, upload.kind, upload.rows_total) == (Status.GAGAL, "agen", 0)
    assert "tidak dikirim oleh Petugas bank" in upload.failure


def test_the_district_officer_sees_what_the_bank_has_sent_for_the_district(banker):
    upload = send(banker, "kartu", examples("kartu"))
    inside = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    outside = UserFactory(role=Role.PETUGAS, regions=[PULANG_PISAU])
    assert list(Upload.objects.visible_to(inside)) == [upload]
    assert not Upload.objects.visible_to(outside).exists()
