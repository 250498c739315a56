"""Lists of verification as files: for a purpose, written down, masked, within the scope."""

import csv
import io

import openpyxl
import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from accounts.models import AccessLog
from accounts.roles import Role
from tests.factories import KAPUAS, OTHER_VILLAGE, MeetingFactory, PayeeChangeFactory, UserFactory
from tests.verification.endorsing import checked_case, coordinator, supervisor

pytestmark = pytest.mark.django_db
PURPOSE = "Bahan rapat evaluasi putaran"


def taken_out(client, model: str, *chosen, purpose=PURPOSE, **more):
    url = reverse(f"admin:verification_{model}_changelist")
    sent = {"action": "export", ACTION_CHECKBOX_NAME: [one.pk for one in chosen], "index": "0"}
    return client.post(url, sent | ({"purpose": purpose} if purpose else {}) | more)


def lines(response) -> list[dict]:
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_cases_are_taken_out_for_a_purpose(client, round):
    leaving = checked_case(round, "KELUAR", members__nik="6203085507839001")
    client.force_login(user := supervisor())
    assert "Keperluan" in taken_out(client, "case", leaving, purpose="").text
    assert not AccessLog.objects.exists()
    (line,) = lines(taken_out(client, "case", leaving))
    assert line["ID KASUS"] == leaving.pk
    assert (line["STATUS"], line["AKIBAT"]) == ("Terverifikasi", "Keluar")
    assert line["HASIL"] == "Tidak layak: pindah"
    log = AccessLog.objects.get()
    assert (log.user, log.purpose, log.row_count) == (user, PURPOSE, 1)


def test_who_may_not_see_numbers_takes_out_masked_ones(client, round):
    case = checked_case(round, "TETAP", members__nik="6203085507839001")
    client.force_login(UserFactory(role=Role.TKSK, regions=["62.03.08"]))
    (line,) = lines(taken_out(client, "case", case))
    assert "•" in line["NIK PENGURUS"] and "•" in line["NOKK"]


def test_a_case_of_another_regency_is_not_taken_out(client, round):
    client.force_login(supervisor())
    own = checked_case(round, "TETAP")
    elsewhere = checked_case(round, "TETAP", village_id=OTHER_VILLAGE)
    told = lines(taken_out(client, "case", own, elsewhere))
    assert [line["ID KASUS"] for line in told] == [own.pk]


def test_cases_as_csv(client, round):
    case = checked_case(round, "MASUK")
    client.force_login(coordinator())
    response = taken_out(client, "case", case, file_format="csv")
    (line,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";")
    assert (line["ID KASUS"], line["AKIBAT"]) == (str(case.pk), "Masuk")


def test_meetings_are_taken_out(client):
    meeting = MeetingFactory(minutes_number="460/001/MUS")
    client.force_login(UserFactory(regions=[KAPUAS]))
    (line,) = lines(taken_out(client, "villagemeeting", meeting))
    assert (line["NOMOR BERITA ACARA"], line["KELUARGA DIPUTUS"]) == ("460/001/MUS", 0)


def test_changes_of_pengurus_are_taken_out(client):
    change = PayeeChangeFactory()
    client.force_login(supervisor())
    (line,) = lines(taken_out(client, "payeechange", change))
    assert line["PENGURUS BARU"] == change.new_payee.name
