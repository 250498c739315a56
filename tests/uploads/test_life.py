"""A BNBA from the sender to the register and back."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.roles import Role
from beneficiaries.models import Enrollment, Household, Person
from beneficiaries.sheets import DTKS_BNBA
from regions.models import Region
from spreadsheets.checking import Batch
from spreadsheets.layout import Issue
from tests.factories import (
    KAPUAS,
    PALANGKA_RAYA,
    PULANG_PISAU,
    HouseholdFactory,
    UserFactory,
)
from tests.sheets import member, person, workbook
from uploads import actions, staging, tasks
from uploads.models import Upload

pytestmark = pytest.mark.django_db

MALUEN = "62.03.08.2005"


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def second_coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


def send(by, rows, region=KAPUAS, name="bnba.xlsx", **more) -> Upload:
    upload = actions.receive(
        by=by,
        kind="dtks_bnba",
        region=Region.objects.get(pk=region),
        file=workbook(rows),
        name=name,
        **more,
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def put_through(by, checker, rows) -> Upload:
    upload = send(by, rows)
    actions.submit(upload, by=by)
    actions.approve(upload, by=checker)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    return upload


def verdicts(upload) -> list[str]:
    return list(upload.rows.order_by("row_number").values_list("verdict", flat=True))


def codes(upload) -> set[str]:
    return set(upload.issues.values_list("code", flat=True))


def test_new_families_come_into_the_register_with_their_provenance(officer, coordinator):
    upload = put_through(officer, coordinator, [person(), member(1), member(2)])

    assert (upload.status, upload.rows_new, upload.rows_applied) == ("DITERAPKAN", 3, 3)
    family = Household.objects.get()
    assert (family.dtks_id, family.village_id, family.regency_code) == (
        "62030800219",
        MALUEN,
        KAPUAS,
    )
    assert family.payee.name == "SITI RAHMAH"
    assert (family.source_upload, family.source_row, family.source_user) == (upload, 2, officer)
    assert family.members.count() == 3
    assert family.payee.birth_date == datetime.date(1983, 5, 12)
    assert Enrollment.objects.active().get().programme_id == "SEMBAKO"


def test_the_same_data_sent_again_change_nothing(officer, coordinator):
    put_through(officer, coordinator, [person(), member(1)])
    again = send(officer, [person(), member(1, occupation="")])
    assert verdicts(again) == ["SAMA", "SAMA"]


def test_a_change_is_told_old_to_new_and_an_empty_cell_erases_nothing(officer, coordinator):
    put_through(officer, coordinator, [person()])
    upload = send(officer, [person(name="SITI RAHMAWATI", address="JL. ANGGREK 4", occupation="")])
    assert verdicts(upload) == ["BERUBAH"]
    assert upload.rows.get().changes == {
        "name": ["SITI RAHMAH", "SITI RAHMAWATI"],
        "address": ["JL. MELATI 12", "JL. ANGGREK 4"],
    }


def test_history_keeps_the_old_row_with_user_and_upload(officer, coordinator):
    put_through(officer, coordinator, [person()])
    upload = put_through(officer, coordinator, [person(name="SITI RAHMAWATI")])
    event = Person.objects.get().events.get()
    assert event.name == "SITI RAHMAH"
    assert event.pgh_context.metadata == {"user": coordinator.pk, "upload": upload.pk}


def test_a_person_without_nik_is_found_by_name_within_the_family(officer, coordinator):
    put_through(officer, coordinator, [person(), member(1)])
    upload = send(officer, [member(1, nik="6203080707089555")])
    assert upload.rows.get().changes == {"nik": ["6203080707089101", "6203080707089555"]}


def test_maker_is_not_checker(coordinator, second_coordinator):
    upload = send(coordinator, [person()])
    actions.submit(upload, by=coordinator)
    with pytest.raises(ValidationError, match="tidak boleh menyetujuinya"):
        actions.approve(upload, by=coordinator)
    assert actions.approve(upload, by=second_coordinator).status == "DISETUJUI"


def test_an_officer_may_not_approve(officer, coordinator):
    upload = send(coordinator, [person()])
    actions.submit(upload, by=coordinator)
    with pytest.raises(PermissionDenied):
        actions.approve(upload, by=officer)


def test_the_same_file_twice_is_told_and_points_to_the_first(officer):
    file = workbook([person()])
    kapuas = Region.objects.get(pk=KAPUAS)
    first = actions.receive(by=officer, kind="dtks_bnba", region=kapuas, file=file, name="a.xlsx")
    with pytest.raises(actions.AlreadySent) as told:
        actions.receive(by=officer, kind="dtks_bnba", region=kapuas, file=file, name="b.xlsx")
    assert told.value.earlier == first
    assert Upload.objects.count() == 1


def test_a_sheet_of_another_district_is_refused_by_name(officer):
    rows = [
        person(regency="PULANG PISAU", district="KAHAYAN HILIR", village_name="MINTIN"),
        person(
            "62110100001",
            regency="PULANG PISAU",
            district="KAHAYAN HILIR",
            village_name="GOHONG",
            nik="6211015205839018",
        ),
    ]
    upload = send(officer, rows)
    assert upload.status == "GAGAL"
    assert upload.failure == (
        "Lembar ini milik Kabupaten Pulang Pisau. Anda mengunggah untuk Kabupaten Kapuas."
        " Tidak ada baris yang disimpan."
    )


def test_no_upload_for_a_district_that_is_not_ones_own(officer):
    with pytest.raises(PermissionDenied):
        send(officer, [person()], region=PULANG_PISAU)
    assert not Upload.objects.exists()


def test_valid_rows_go_while_refused_rows_stay_behind(officer, coordinator):
    upload = put_through(officer, coordinator, [person(), member(1, nik="123")])
    assert (upload.rows_new, upload.rows_problem, upload.rows_applied) == (1, 1, 1)
    assert Person.objects.count() == 1
    assert upload.rows_total == upload.rows_to_apply + upload.rows_same + upload.rows_held_back


def test_a_nik_twice_in_the_file_waits_until_one_row_is_chosen(officer):
    upload = send(
        officer, [person(), person("62030800220", name="SITI R", kk_number="6203081501159002")]
    )
    assert verdicts(upload) == ["BERMASALAH", "BERMASALAH"]
    assert "pada 2 baris (2, 3) di bawah 2 KK" in upload.issues.first().message

    first = upload.rows.get(row_number=2)
    actions.keep_values(upload, code="NIK_DUA_KALI", by=officer, row_ids=[first.pk])
    assert verdicts(upload) == ["BARU", "BERMASALAH"]
    second = upload.rows.get(row_number=3)
    actions.keep_values(upload, code="NIK_DUA_KALI", by=officer, row_ids=[second.pk])
    assert verdicts(upload) == ["BERMASALAH", "BERMASALAH"]
    assert "NIK_DIPILIH_DUA_KALI" in codes(upload)


def test_a_suggestion_is_taken_for_all_rows_of_a_cause_and_taken_back(officer):
    upload = send(officer, [person(birth_date="5 Desember 1983"), member(1)])
    assert (upload.status, verdicts(upload)) == ("PERLU_PERBAIKAN", ["PERLU_DIPERIKSA", "BARU"])

    assert actions.accept_suggestions(upload, code="HARI_BULAN_TERTUKAR", by=officer) == 1
    upload.refresh_from_db()
    assert (upload.status, verdicts(upload)) == ("SIAP", ["BARU", "BARU"])
    assert "1983-05-12" in upload.rows.get(row_number=2).values

    assert actions.undo_decision(upload, code="HARI_BULAN_TERTUKAR", by=officer) == 1
    upload.refresh_from_db()
    assert (upload.status, verdicts(upload)) == ("PERLU_PERBAIKAN", ["PERLU_DIPERIKSA", "BARU"])
    assert "1983-12-05" in upload.rows.get(row_number=2).values


def test_a_doubt_may_be_confirmed_as_written(officer):
    upload = send(officer, [person(birth_date="5 Desember 1983")])
    actions.keep_values(upload, code="HARI_BULAN_TERTUKAR", by=officer)
    assert verdicts(upload) == ["BARU"]


def test_an_unreadable_cell_stays_a_problem_when_another_cell_is_typed(officer):
    upload = send(officer, [person(birth_date="30/02/1983")])
    row = upload.rows.get()
    actions.edit_row(upload, row, values={"address": "JL. MAWAR 3"}, by=officer)
    told = upload.issues.get(code="TANGGAL_TIDAK_ADA")
    assert (told.before, told.suggestion) == ("30/02/1983", "1983-05-12")
    assert verdicts(upload) == ["BERMASALAH"]
    actions.edit_row(upload, row, values={"birth_date": "12-05-1983"}, by=officer)
    assert verdicts(upload) == ["BARU"]


def test_an_error_cannot_be_confirmed_away(officer):
    upload = send(officer, [person(nik="123")])
    assert actions.keep_values(upload, code="BUKAN_16_ANGKA", by=officer) == 0
    assert verdicts(upload) == ["BERMASALAH"]


def test_a_row_repaired_in_the_browser_is_checked_like_a_row_of_a_sheet(officer):
    upload = send(officer, [person(nik="123", village_name="MALUWEN XX")])
    row = upload.rows.get()
    row = actions.edit_row(upload, row, values={"nik": "99"}, by=officer)
    assert row.verdict == "BERMASALAH"
    row = actions.edit_row(
        upload, row, values={"nik": "6203085205839017", "village_name": "Maluen"}, by=officer
    )
    assert row.verdict == "BARU"
    assert codes(upload) == {"DIPERBAIKI_DI_PORTAL"}


def test_a_nik_registered_in_another_district_is_named_by_district_only(officer):
    HouseholdFactory(
        village_id="62.11.01.2001", members=1, members__nik="6203085205839017", members__name="LAIN"
    )
    upload = send(officer, [person()])
    issue = upload.issues.get(code="TERDAFTAR_DI_KABUPATEN_LAIN")
    assert "Kabupaten Pulang Pisau" in issue.message
    assert "LAIN" not in issue.message.split()


def test_a_row_that_changed_since_the_check_is_not_overwritten(officer, coordinator):
    put_through(officer, coordinator, [person()])
    mine = send(officer, [person(name="SITI RAHMAWATI")])
    actions.submit(mine, by=officer)
    theirs = send(UserFactory(regions=[KAPUAS]), [person(name="SITI RAHMAH BINTI ALI")])
    assert codes(theirs) == {"MENUNGGU_DI_UNGGAHAN_LAIN"}
    actions.keep_values(theirs, code="MENUNGGU_DI_UNGGAHAN_LAIN", by=theirs.sent_by)
    actions.submit(theirs, by=theirs.sent_by)
    for upload in (mine, theirs):
        actions.approve(upload, by=coordinator)
        tasks.apply.func(upload.pk)
        upload.refresh_from_db()
    assert (mine.rows_applied, mine.rows_conflict) == (1, 0)
    assert (theirs.rows_applied, theirs.rows_conflict) == (0, 1)
    assert theirs.rows.get().outcome == "BERUBAH_LAGI"
    assert Person.objects.get().name == "SITI RAHMAWATI"


def test_applying_twice_does_no_harm(officer, coordinator):
    upload = put_through(officer, coordinator, [person()])
    tasks.apply.func(upload.pk)
    assert Person.objects.count() == 1


def test_an_applied_upload_can_be_taken_back(officer, coordinator):
    put_through(officer, coordinator, [person(), member(1)])
    upload = put_through(
        officer, coordinator, [person(name="SITI X", address="JL. LAIN"), member(1), member(2)]
    )
    actions.revert(upload, by=coordinator)
    assert upload.rows.filter(outcome="DIKEMBALIKAN").count() == 2
    assert Person.objects.get(nik="6203085205839017").name == "SITI RAHMAH"
    assert Household.objects.get().address == "JL. MELATI 12"
    assert not Person.objects.get(nik="6203080707089102").is_active


def test_a_family_that_came_with_the_upload_goes_with_it(officer, coordinator):
    upload = put_through(officer, coordinator, [person(), member(1)])
    actions.revert(upload, by=coordinator)
    assert not Household.objects.get().is_active
    assert not Enrollment.objects.active().exists()
    assert (
        put_through(officer, coordinator, [person(), member(1, address="JL. BARU 1")]).rows_applied
        == 2
    )
    assert Household.objects.get().is_active


def test_what_something_newer_has_touched_stays_and_is_listed(officer, coordinator):
    upload = put_through(officer, coordinator, [person(), member(1)])
    newer = put_through(officer, coordinator, [person(name="SITI NUR")])
    # Within one test transaction now() stands still; a real second transaction comes later.
    Person.objects.filter(source_upload=newer).update(source_row=99)
    actions.revert(upload, by=coordinator)
    assert upload.rows.get(row_number=2).outcome == "TIDAK_DAPAT"
    assert upload.rows.get(row_number=3).outcome == "DIKEMBALIKAN"
    assert Person.objects.get(name="SITI NUR").is_active


def test_a_return_needs_a_reason_and_opens_the_upload_again(officer, coordinator):
    upload = send(officer, [person()])
    actions.submit(upload, by=officer)
    with pytest.raises(ValidationError, match="alasan"):
        actions.return_to_sender(upload, reason=" ", by=coordinator)
    upload = actions.return_to_sender(upload, reason="Lampirkan KK.", by=coordinator)
    assert upload.status == "DIKEMBALIKAN"
    assert upload.events.last().note == "Lampirkan KK."
    assert actions.submit(upload, by=officer).status == "DIAJUKAN"


def test_submitted_rows_do_not_change_any_more(officer):
    upload = send(officer, [person(birth_date="5 Desember 1983"), member(1)])
    actions.submit(upload, by=officer)
    with pytest.raises(ValidationError, match="tidak dapat diubah lagi"):
        actions.accept_suggestions(upload, code="HARI_BULAN_TERTUKAR", by=officer)


def test_rows_outside_the_senders_scope_roll_everything_back(officer, coordinator):
    """The last line of defence: nothing is written that the sender could not see afterwards."""
    upload = send(officer, [person()])
    actions.submit(upload, by=officer)
    officer.assignments.update(region_id=PALANGKA_RAYA)
    actions.approve(upload, by=coordinator)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    assert upload.status == "GAGAL"
    assert "di luar wilayah tugas pengirim" in upload.failure
    assert not Person.objects.exists()


def test_another_number_of_rows_than_the_cover_letter_says_is_told(officer):
    upload = send(officer, [person(), member(1)], expected_rows=1_250)
    issue = upload.issues.get()
    assert (issue.row_number, issue.code, issue.before) == (0, "JUMLAH_BEDA_PENGANTAR", "1250")
    assert "menyebut 1.250 baris, sedangkan 2 baris terbaca" in issue.message
    assert upload.status == "SIAP"


def test_the_number_that_the_cover_letter_says_is_not_worth_a_word(officer):
    assert not send(officer, [person(), member(1)], expected_rows=2).issues.exists()


def test_status_comes_with_who_and_when_in_the_database(officer):
    upload = send(officer, [person()])
    with pytest.raises(Exception, match="upload_submitted_means_who_and_when"):
        Upload.objects.filter(pk=upload.pk).update(status="DIAJUKAN")


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_of_a_cell_comes_into_the_database_as_it_is(text):
    issue = Issue(2, "name", "X", "info", "pesan", text, text, "")
    row = ("", 2, [text] * len(DTKS_BNBA.fields))
    held = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    with connection.cursor() as cursor:
        staging.store(cursor, DTKS_BNBA, Batch([row], [issue], 1, 1))
        cursor.execute("SELECT DISTINCT name, village FROM staged")
        assert cursor.fetchall() == [(held, held)]
        cursor.execute("SELECT before, suggestion FROM found")
        assert cursor.fetchall() == [(held, held)]
        staging.clear_away(cursor)
