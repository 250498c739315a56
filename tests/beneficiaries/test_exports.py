import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AccessLog
from accounts.roles import Role
from tests.factories import KAPUAS, VILLAGE, HouseholdFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "admin:beneficiaries_household_changelist"


def send(client, household, **more):
    data = {"action": "export", "_selected_action": [household.pk], "index": "0", **more}
    return client.post(reverse(URL), data)


def rows_of(response):
    sheet = load_workbook(io.BytesIO(response.content)).active
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.fixture
def household():
    return HouseholdFactory(village_id=VILLAGE, address="=HYPERLINK(1)", members=1)


def sign_in(client, role, region):
    user = UserFactory(role=role, regions=[region])
    client.force_login(user, "accounts.backends.RoleBackend")
    return user


@pytest.mark.parametrize("purpose", [None, "", "   ", "rapat"])
def test_nothing_leaves_without_a_purpose(client, household, purpose):
    sign_in(client, Role.PETUGAS, KAPUAS)
    response = send(client, household, **({} if purpose is None else {"purpose": purpose}))
    assert "Keperluan" in response.content.decode()
    assert "Content-Disposition" not in response
    assert household.dtks_id not in response.content.decode()
    assert not AccessLog.objects.exists()


def test_export_is_written_down(client, household):
    user = sign_in(client, Role.PETUGAS, KAPUAS)
    response = send(client, household, purpose="bahan rapat koordinasi")
    [row] = rows_of(response)
    assert row["ID DTKS"] == household.dtks_id
    assert row["NOKK"] == household.kk_number
    assert row["ALAMAT"] == "=HYPERLINK(1)"
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}
    log = AccessLog.objects.get()
    assert (log.kind, log.user, log.row_count) == ("EXPORT", user, 1)
    assert log.purpose == "bahan rapat koordinasi"
    assert log.region_id == KAPUAS


def test_numbers_stay_masked_for_who_may_not_see_them(client, household):
    sign_in(client, Role.TKSK, VILLAGE[:8])
    [row] = rows_of(send(client, household, purpose="kunjungan lapangan"))
    assert "•" in row["NOKK"]
    assert "•" in row["NIK PENGURUS"]


def test_export_of_the_filtered_list(client, household):
    HouseholdFactory(village_id="62.03.08.2002", members=1)
    sign_in(client, Role.PETUGAS, KAPUAS)
    response = client.post(
        f"{reverse(URL)}?desa={VILLAGE}",
        {
            "action": "export",
            "_selected_action": [household.pk],
            "select_across": "1",
            "index": "0",
            "purpose": "bahan rapat koordinasi",
        },
    )
    assert [row["ID DTKS"] for row in rows_of(response)] == [household.dtks_id]


def test_too_long_a_list_is_refused_whole(client, household, monkeypatch):
    monkeypatch.setattr("beneficiaries.exports.AT_MOST", 0)
    sign_in(client, Role.PETUGAS, KAPUAS)
    response = send(client, household, purpose="bahan rapat koordinasi")
    assert "terlalu panjang" in response.content.decode()
    assert not AccessLog.objects.exists()
