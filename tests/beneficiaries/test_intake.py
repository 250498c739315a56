"""What a BNBA says against the register and against its own rows."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.roles import Role
from beneficiaries.sheets import DTKS_BNBA
from spreadsheets.checking import Batch
from spreadsheets.layout import Issue
from spreadsheets.recheck import check_values
from tests.factories import HouseholdFactory, UploadFactory, UserFactory
from tests.sheets import member, person
from uploads import actions, kinds, staging, steps
from uploads.models import Upload

pytestmark = pytest.mark.django_db

MALUEN = "62.03.08.2005"


def batch(*rows: dict[str, str], first: int = 2) -> Batch:
    """These rows as the reading process gives them, from row `first` on."""
    context = steps.context_of(Upload(region_id="62"))
    values, issues = [], []
    for number, row in enumerate(rows, start=first):
        checked, told = check_values(DTKS_BNBA, row, context, sheet="Data", number=number)
        values.append(("Data", number, checked))
        issues += told
    return Batch(values, issues, len(rows), len(rows))


@transaction.atomic
def rehearse(*rows: dict[str, str], region: str = "62") -> list[Issue]:
    """All that check and comparison find in these rows; nothing of it is kept."""
    kind, upload = kinds.get("dtks_bnba"), Upload(pk=0, kind="dtks_bnba", region_id=region)
    with connection.cursor() as cursor:
        steps.take(cursor, kind, batch(*rows))
        staging.begin_comparison(cursor, upload, arrived=True)
        kind.compare(upload, cursor)
        cursor.execute(f'{staging.FINDINGS} ORDER BY sheet, "row", field, code')
        found = list(map(Issue._make, cursor))
    transaction.set_rollback(True)
    return found


def test_check_and_comparison_find_together():
    found = rehearse(person(nik="123"), person("62030800220"), person("62030800221"))
    assert [(issue.row, issue.code) for issue in found] == [
        (2, "BUKAN_16_ANGKA"),
        (3, "NIK_DUA_KALI"),
        (4, "NIK_DUA_KALI"),
    ]


def codes(found, row: int | None = None) -> set[str]:
    return {issue.code for issue in found if row in (None, issue.row)}


def one(found, code: str):
    (issue,) = [issue for issue in found if issue.code == code]
    return issue


@pytest.fixture
def family():
    """A registered family in Maluen: SITI RAHMAH, its head and payee, and a child."""
    made = HouseholdFactory(
        dtks_id="62030800219",
        kk_number="6203081501159001",
        village_id=MALUEN,
        members=2,
        members__nik="6203085205839017",
        members__name="SITI RAHMAH",
        members__birth_date="1983-05-12",
        members__sex="P",
    )
    made.members.filter(relation="ANAK").update(
        nik="6203080707089101", name="ANAK B", birth_date="2008-07-07"
    )
    return made


def test_every_row_of_every_batch_is_looked_up(family):
    """Nobody who is registered comes in as new because of the place of the row in the file."""
    upload = UploadFactory(status=Upload.Status.DIPERIKSA)
    known = person(relation="", name="SITI RAHMAWATI")
    strangers = [
        person(f"X{number}", nik=f"62030752058{number:05d}", kk_number="")
        for number in range(1, 40)
    ]
    rows = [strangers * 5, [known | {"dtks_id": f"Y{number}"} for number in range(300)]]
    first = 2
    with connection.cursor() as cursor:
        for some in rows:
            steps.take(cursor, kinds.get("dtks_bnba"), batch(*some, first=first))
            first += len(some)
    steps.finish_check(upload, rows=first - 2)
    assert upload.rows.filter(target_id=family.payee_id).count() == 300


class TestHeads:
    def test_a_family_without_head_is_told_on_its_first_row(self):
        found = rehearse(member(1), member(2), person("62030800220", nik="6203085205839018"))
        issue = one(found, "KELUARGA_TANPA_KEPALA")
        assert (issue.row, issue.field, issue.level) == (2, "relation", "warning")

    def test_a_sheet_without_relations_says_nothing_of_heads(self):
        assert not codes(rehearse(person(relation=""), member(1, relation="")))

    def test_a_registered_head_is_head_enough(self, family):
        assert not codes(rehearse(member(1, nik="6203080707089101"), member(2)))

    def test_a_registered_head_who_becomes_something_else_is_none(self, family):
        assert codes(rehearse(person(relation="ANAK"), member(1))) == {"KELUARGA_TANPA_KEPALA"}

    def test_two_heads_are_told_on_both_rows(self):
        found = rehearse(person(), member(1, relation="KEPALA KELUARGA"), member(2))
        told = [issue for issue in found if issue.code == "KELUARGA_DUA_KEPALA"]
        assert [issue.row for issue in told] == [2, 3]
        assert "2 kepala keluarga dalam berkas (baris 2, 3)" in told[0].message

    def test_a_new_head_beside_a_registered_one_is_told_with_the_name(self, family):
        issue = one(
            rehearse(member(2, relation="KEPALA KELUARGA")),
            "KELUARGA_DUA_KEPALA",
        )
        assert "SITI RAHMAH" in issue.message

    def test_a_head_who_hands_over_within_the_sheet_is_no_second_one(self, family):
        rows = [person(relation="ISTRI"), member(2, relation="KEPALA KELUARGA")]
        assert not codes(rehearse(*rows))


class TestDeaths:
    def test_a_sole_member_who_died(self):
        issue = one(rehearse(person(match_note="Meninggal dunia")), "SATU_SATUNYA_MENINGGAL")
        assert (issue.field, issue.level) == ("match_note", "warning")
        assert "portal tidak mengakhirinya sendiri" in issue.message

    def test_a_name_says_it_too(self):
        assert "SATU_SATUNYA_MENINGGAL" in codes(rehearse(person(name="ALM. AHMAD")))
        assert "SATU_SATUNYA_MENINGGAL" in codes(rehearse(person(name="AHMAD (ALM)")))

    @pytest.mark.parametrize("cells", [{"name": "SALMA"}, {"match_note": "BELUM MENINGGAL"}])
    def test_what_only_looks_alike_is_no_death(self, cells):
        assert not codes(rehearse(person(**cells)))

    def test_the_register_knows_the_person_as_dead(self, family):
        family.members.filter(relation="ANAK").delete()
        family.members.update(is_active=False, inactive_reason="MENINGGAL")
        issue = one(rehearse(person()), "SATU_SATUNYA_MENINGGAL")
        assert issue.message.startswith("Orang ini terdaftar meninggal")

    def test_a_payee_who_died_and_leaves_a_family(self, family):
        found = rehearse(person(match_note="MENINGGAL"))
        assert codes(found) == {"PENGURUS_MENINGGAL"}

    def test_members_in_the_sheet_survive_too(self):
        found = rehearse(person(match_note="MENINGGAL"), member(1))
        assert codes(found) == {"PENGURUS_MENINGGAL"}

    def test_another_member_who_died_leaves_the_payee(self, family):
        assert not codes(rehearse(person(), member(1, match_note="MENINGGAL")))


class TestSuggestions:
    @pytest.mark.parametrize(
        "nik", ["", "620308520583901", "6203085205830000", "6,20309E+15", "6203085213839017"]
    )
    def test_a_missing_or_impossible_nik_is_looked_up_in_the_family(self, family, nik):
        (issue,) = [issue for issue in rehearse(person(nik=nik)) if issue.field == "nik"]
        assert issue.suggestion == "6203085205839017"
        assert issue.message.endswith("ini: SITI RAHMAH, Desa Maluen.")

    def test_without_the_family_in_the_village(self, family):
        row = person("62030800999", kk_number="6203081501159009", nik="")
        assert one(rehearse(row), "NIK_KOSONG").suggestion == "6203085205839017"
        elsewhere = row | {"village_name": "BATUAH"}
        assert not one(rehearse(elsewhere), "NIK_KOSONG").suggestion

    @pytest.mark.parametrize("cells", [{"name": "SITI RAHMA"}, {"birth_date": "13/05/1983"}])
    def test_another_name_or_birth_date_is_another_person(self, family, cells):
        assert not one(rehearse(person(nik="", **cells)), "NIK_KOSONG").suggestion

    def test_two_namesakes_are_no_guess(self, family):
        for nik in ("6203085205839018", "6203085205839019"):
            HouseholdFactory(
                village_id=MALUEN,
                members__nik=nik,
                members__name="NOOR",
                members__birth_date="1983-05-12",
            )
        row = person("62030800999", kk_number="6203081501159009", nik="", name="NOOR")
        assert not one(rehearse(row), "NIK_KOSONG").suggestion

    def test_a_nik_that_another_row_has_is_no_guess(self, family):
        found = rehearse(person(nik=""), person("62030800220"))
        assert not one(found, "NIK_KOSONG").suggestion

    def test_two_rows_for_one_person_are_no_guess(self, family):
        found = rehearse(person(nik=""), person(nik="", relation="ANAK"))
        assert {issue.suggestion for issue in found if issue.code == "NIK_KOSONG"} == {""}

    def test_an_unknown_village_is_that_of_the_nik(self, family):
        issue = one(rehearse(person(village_name="DESA SEBERANG")), "DESA_TIDAK_DIKENAL")
        assert issue.suggestion == MALUEN
        assert issue.message.endswith("ini: SITI RAHMAH, Desa Maluen.")

    def test_a_village_outside_of_the_upload_is_not_offered(self, family):
        found = rehearse(person(village_name="DESA SEBERANG"), region="62.71")
        assert not one(found, "DESA_TIDAK_DIKENAL").suggestion

    def test_the_village_of_somebody_else_is_not_offered(self, family):
        found = rehearse(person(village_name="DESA SEBERANG", name="BUDI"))
        assert not one(found, "DESA_TIDAK_DIKENAL").suggestion


def checked(*rows: dict[str, str], sent_by=None, region: str = "62.03") -> Upload:
    """An upload of these rows as the worker leaves it, without file and reading process."""
    upload = UploadFactory(
        status=Upload.Status.DIPERIKSA,
        region_id=region,
        sent_by=sent_by or UserFactory(regions=[region]),
    )
    with connection.cursor() as cursor:
        steps.take(cursor, kinds.get("dtks_bnba"), batch(*rows))
    return steps.finish_check(upload, rows=len(rows))


class TestWaiting:
    def test_a_new_person_in_another_waiting_upload(self):
        first = checked(person())
        actions.submit(first, by=first.sent_by)
        again = checked(person(dtks_id="62030800999", kk_number="6203081501159009"))
        issue = again.issues.get()
        assert (issue.code, issue.level) == ("MENUNGGU_DI_UNGGAHAN_LAIN", "warning")
        assert f"nomor {first.pk} " in issue.message

    def test_an_upload_that_is_not_handed_in_does_not_count(self):
        checked(person())
        assert not checked(person()).issues.exists()

    def test_somebody_else_in_another_waiting_upload(self):
        first = checked(person())
        actions.submit(first, by=first.sent_by)
        assert not checked(person(nik="6203085205839018")).issues.exists()


def test_a_suggestion_of_the_register_is_taken_and_taken_back(family):
    upload = checked(person(nik="123", address="JL. TRANS KALIMANTAN", rw="001"), member(1))
    row = upload.rows.get(row_number=2)
    assert row.verdict == "BERMASALAH"
    assert actions.accept_suggestions(upload, code="BUKAN_16_ANGKA", by=upload.sent_by) == 1
    row.refresh_from_db()
    assert "6203085205839017" in row.values
    assert row.target_id == family.payee_id
    actions.undo_decision(upload, code="BUKAN_16_ANGKA", by=upload.sent_by)
    row.refresh_from_db()
    assert (row.verdict, "123" in row.values) == ("BERMASALAH", True)
    message = upload.issues.get(code="BUKAN_16_ANGKA").message
    assert message.count("SITI RAHMAH") == 1


def test_a_repaired_row_is_looked_up_anew(family):
    upload = checked(person(nik="", name="SITI"))
    assert not upload.issues.get(code="NIK_KOSONG").suggestion
    row = upload.rows.get()
    actions.edit_row(upload, row, values={"name": "SITI RAHMAH"}, by=upload.sent_by)
    assert upload.issues.get(code="NIK_KOSONG").suggestion == "6203085205839017"


def test_rows_left_behind_do_not_name_heads_in_other_families():
    """Two families without ID and KK number are no family at all."""
    found = rehearse(
        person("", kk_number="", relation="ANAK"),
        person("", kk_number="", relation="ANAK", nik="6203085205839018"),
    )
    assert codes(found) == {"TANPA_KELUARGA"}


NIKS = ("6203085205839017", "6203085205839018", "6203080707089101", "6203080707089102", "123", "")
people = st.builds(
    person,
    dtks_id=st.sampled_from(["62030800219", "62030800220", ""]),
    kk_number=st.sampled_from(["6203081501159001", "6203081501159002", ""]),
    nik=st.sampled_from(NIKS),
    name=st.sampled_from(["SITI RAHMAH", "ANAK B", "ALM. AHMAD", ""]),
    birth_date=st.sampled_from(["12/05/1983", "07/07/2008", ""]),
    relation=st.sampled_from(["KEPALA KELUARGA", "ANAK", ""]),
    village_name=st.sampled_from(["MALUEN", "BATUAH", "ENTAH"]),
    match_note=st.sampled_from(["", "MENINGGAL"]),
)


def told(upload: Upload) -> tuple[list, list]:
    """Rows and issues as somebody sees them."""
    rows = upload.rows.values_list(
        "row_number", "verdict", "target_id", "household_id", "changes", "values"
    )
    issues = upload.issues.values_list("row_number", "field", "code", "message", "suggestion")
    return sorted(rows, key=str), sorted(issues)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(people, min_size=1, max_size=7))
def test_nothing_is_lost_and_a_second_look_sees_the_same(family, rows):
    """Sent = applied + unchanged + held back; comparing again changes nothing."""
    with transaction.atomic():
        upload = checked(*rows)
        before = told(upload)
        steps.compare(upload)
        assert told(upload) == before
        held_back, same = upload.rows_held_back, upload.rows_same
        assert upload.rows_total == len(rows)
        if upload.rows_to_submit:
            upload = actions.submit(upload, by=upload.sent_by)
            checker = UserFactory(role=Role.KOORDINATOR, regions=["62"])
            upload = steps.apply(actions.approve(upload, by=checker))
            assert upload.rows_applied + upload.rows_conflict + same + held_back == len(rows)
            assert upload.rows_conflict == 0
            assert upload.rows.filter(outcome="DITERAPKAN").count() == upload.rows_applied
        transaction.set_rollback(True)
