"""The pages of a field officer: the list, the form, and what happens to a visit on its way."""

import io
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.roles import Role
from tests.factories import (
    OTHER_VILLAGE,
    CaseFactory,
    HouseholdFactory,
    PersonFactory,
    UserFactory,
    nik,
)
from verification.actions import cases as actions
from verification.models import Attachment, Case, CaseStep

LIST = "/verifikasi/kunjungan/"


@pytest.fixture
def tksk(db):
    return UserFactory(role=Role.TKSK, regions=["62.03.08"])


@pytest.fixture
def phone(client, tksk):
    client.force_login(tksk)
    return client


def url_of(case):
    return reverse("verification:visit", args=[case.pk])


def answers(case, **changes):
    filled = {
        "key": str(uuid4()),
        "version": case.version,
        "where": "DITEMUKAN",
        "need": "LAYAK",
        "visited_on": "2021-10-04",
        f"home_{case.household.payee_id}": "on",
        **changes,
    }
    return {name: value for name, value in filled.items() if value is not None}


def photo():
    file = io.BytesIO()
    Image.new("RGB", (20, 20)).save(file, "JPEG")
    return SimpleUploadedFile("rumah.jpg", file.getvalue())


def test_the_next_visit_is_the_one_sent_back_with_its_reason(phone, round, make_case, tksk):
    make_case(members__name="ASMAH")
    urgent = make_case(members__name="SITI RAHMAH")
    visit = actions.Visit(date(2021, 10, 4), True, True)
    visited = actions.record_visit(urgent, visit, key=uuid4(), version=1, by=tksk)
    by = UserFactory(role=Role.SUPERVISOR, regions=["62.03"])
    actions.return_case(visited, reason="Foto rumah belum ada", by=by)
    page = phone.get(LIST).text
    assert page.index("SITI RAHMAH") < page.index("ASMAH")
    assert "Foto rumah belum ada" in page
    assert "0 dari 2 selesai" in page
    assert "ASMAH</h2>" in phone.get(f"{LIST}?ke=1").text


def test_the_list_holds_the_own_kecamatan_and_what_is_given_to_nobody_else(
    phone, make_case, round, tksk
):
    make_case(members__name="DI SINI")
    make_case(members__name="KECAMATAN LAIN", village_id="62.03.01.1007")
    CaseFactory(
        round=round,
        household=HouseholdFactory(village_id=OTHER_VILLAGE, members__name="KABUPATEN LAIN"),
    )
    other = make_case(members__name="MILIK REKAN")
    Case.objects.filter(pk=other.pk).update(
        officer=UserFactory(role=Role.TKSK, regions=["62.03.08"])
    )
    page = phone.get(LIST).text
    assert "DI SINI" in page
    for name in ("KECAMATAN LAIN", "KABUPATEN LAIN", "MILIK REKAN"):
        assert name not in page


def test_nothing_to_do_says_so(phone):
    assert "Tidak ada kunjungan untuk Anda" in phone.get(LIST).text


def test_the_list_takes_as_many_queries_for_one_family_as_for_ten(
    phone, make_case, django_assert_max_num_queries
):
    for _ in range(10):
        make_case()
    with django_assert_max_num_queries(16):
        phone.get(LIST)


def test_a_visit_is_saved_with_members_location_and_photo(phone, case, tksk):
    data = answers(case, note="Rumah papan", latitude="-2.97", longitude="114.38", accuracy="12")
    answer = phone.post(url_of(case), {**data, "photos": photo()}, follow=True)
    assert "disimpan dan menunggu pemeriksaan" in answer.text
    case.refresh_from_db()
    assert (case.status, case.note, case.visited_by) == ("DIKUNJUNGI", "Rumah papan", tksk)
    assert case.members.get().outcome == "TERKONFIRMASI"
    assert Attachment.objects.get().case == case
    step = CaseStep.objects.get(action="KUNJUNGI")
    assert step.details["location"] == [-2.97, 114.38, 12.0]


def test_a_double_press_is_one_visit_and_one_photo(phone, case):
    data = answers(case)
    for _ in range(2):
        answer = phone.post(
            url_of(case), {**data, "photos": photo()}, headers={"accept": "application/json"}
        )
        assert answer.json() == {"url": LIST}
    assert CaseStep.objects.filter(action="KUNJUNGI").count() == 1
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"where": None}, "where", "Pilih salah satu"),
        ({"need": None}, "need", "Pilih masih layak"),
        ({"visited_on": "2999-01-01"}, "visited_on", "sesudah hari ini"),
    ],
)
def test_what_is_missing_is_said_at_its_field(phone, case, changes, field, message):
    answer = phone.post(
        url_of(case), answers(case, **changes), headers={"accept": "application/json"}
    )
    assert answer.status_code == 422
    assert message in answer.json()["errors"][field][0]
    page = phone.post(url_of(case), answers(case, **changes))
    assert message in page.text
    assert not CaseStep.objects.exists()


def test_a_family_that_has_moved_is_not_asked_for_members(phone, case):
    phone.post(url_of(case), answers(case, where="PINDAH", need=None))
    case.refresh_from_db()
    assert (case.is_found, case.is_eligible, case.reason) == (False, False, "PINDAH")
    assert not case.members.exists()


def test_an_exe_named_jpg_stops_the_whole_visit(phone, case):
    exe = SimpleUploadedFile("rumah.jpg", b"MZ\x90\x00" * 50)
    answer = phone.post(
        url_of(case), {**answers(case), "photos": exe}, headers={"accept": "application/json"}
    )
    assert (
        "tidak dapat dilampirkan, apa pun akhiran namanya" in answer.json()["errors"]["photos"][0]
    )
    case.refresh_from_db()
    assert case.status == "BELUM"


def test_the_second_officer_is_told_by_the_form_too(phone, case, tksk):
    stale = answers(case)
    visit = actions.Visit(date(2021, 10, 4), True, True)
    colleague = UserFactory(full_name="Hendra Saputra", regions=["62.03"])
    actions.record_visit(case, visit, key=uuid4(), version=1, by=colleague)
    answer = phone.post(url_of(case), stale, headers={"accept": "application/json"}).json()
    assert answer["stale"]
    assert "Hendra Saputra pada" in answer["errors"]["__all__"][0]


@pytest.mark.parametrize("path", ["", "nik"])
def test_a_case_of_another_district_is_not_there(phone, round, path):
    case = CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    assert phone.post(url_of(case) + path, {"nik": "1"}).status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BANK, Role.SUPERVISOR])
def test_who_does_not_visit_has_no_such_page(client, case, role):
    client.force_login(UserFactory(role=role, regions=["62.03"]))
    assert client.get(LIST).status_code == 403
    assert client.get(url_of(case)).status_code == 403


def test_a_nik_is_checked_while_it_is_typed_without_telling_whose_it_is(phone, case):
    other = PersonFactory(name="ORANG LAIN")
    person = case.household.payee

    def told(number):
        data = {"nik": number, "person": person.pk}
        return phone.post(reverse("verification:visit_nik", args=[case.pk]), data).json()

    assert told("6203 0819 0618 908") == {"error": "NIK baru 15 angka. Seharusnya 16 angka."}
    assert "0000" in told("6203081906180000")["error"]
    taken = told(other.nik)["error"]
    assert "orang lain" in taken
    assert "ORANG LAIN" not in taken
    assert told(nik(500)) == {"doubt": ""}
    assert "jenis kelamin" in told("6203085205839500")["doubt"]


def test_a_checked_case_has_no_form_any_more(phone, case, officer):
    Case.objects.filter(pk=case.pk).update(
        status="DISETUJUI", is_found=True, is_eligible=True, visited_on=date(2021, 10, 4),
        decided_by=officer, decided_at="2021-10-05T08:00:00+07:00",
    )  # fmt: skip
    page = phone.get(url_of(case), follow=True)
    assert "kunjungan tidak dicatat lagi" in page.text


# The case in the office


@pytest.fixture
def visited(case, tksk):
    visit = actions.Visit(date(2021, 10, 4), True, True)
    return actions.record_visit(case, visit, key=uuid4(), version=1, by=tksk)


def case_url(case, *path):
    return "/".join([f"/verification/case/{case.pk}", *path, ""])


def test_the_office_approves_on_the_page_of_the_case(client, visited, officer):
    client.force_login(officer)
    page = client.get(case_url(visited, "change")).text
    assert "Setujui hasil kunjungan?" in page
    assert "Masuk daftar awal" not in page  # the round of the test was never opened by anybody
    answer = client.post(case_url(visited, "setujui"), {"version": 2}, follow=True)
    assert "Hasil kunjungan disetujui." in answer.text
    assert "Terverifikasi" in answer.text


def test_a_return_without_a_reason_is_refused_on_the_page(client, visited, officer):
    client.force_login(officer)
    answer = client.post(case_url(visited, "kembalikan"), {"reason": ""}, follow=True)
    assert "Sebutkan alasan pengembalian" in answer.text


def test_the_visitor_is_not_offered_the_check(client, visited, tksk):
    client.force_login(tksk)
    page = client.get(case_url(visited, "change")).text
    assert "Menunggu petugas lain" in page
    assert "Setujui hasil kunjungan?" not in page


def test_many_cases_are_assigned_and_checked_after_a_question(client, visited, officer, tksk):
    client.force_login(officer)
    url = "/verification/case/"
    chosen = {"_selected_action": [visited.pk], "index": 0}
    question = client.post(url, {**chosen, "action": "assign"}).text
    assert "Tugaskan 1 kasus" in question
    answer = client.post(url, {**chosen, "action": "assign", "officer": tksk.pk}, follow=True)
    assert f"1 kasus ditugaskan kepada {tksk}" in answer.text
    question = client.post(url, {**chosen, "action": "check_visits"}).text
    assert "Setujui 1 kunjungan" in question
    visited.refresh_from_db()
    assert visited.status == "DIKUNJUNGI"
    answer = client.post(url, {**chosen, "action": "check_visits", "sure": "1"}, follow=True)
    assert "1 kunjungan disetujui." in answer.text


def test_an_officer_of_the_list_filter_sees_only_own_cases(client, make_case, officer, tksk):
    mine, others = make_case(members__name="PUNYA TKSK"), make_case(members__name="TANPA SIAPA")
    actions.assign(Case.objects.filter(pk=mine.pk), officer=tksk, by=officer)
    client.force_login(officer)
    page = client.get(f"/verification/case/?petugas={tksk.pk}").text
    assert "PUNYA TKSK" in page
    assert others.household.payee.name not in page
