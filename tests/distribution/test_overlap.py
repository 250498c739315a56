"""Programmes that do not go together: rules, findings, decisions, and their sheet."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from beneficiaries.models import Enrollment
from distribution.actions.overlap import decide_overlap, find_overlaps, take_overlap
from distribution.models import OverlapFinding, ProgrammePair
from distribution.sheets import KEPESERTAAN
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    EnrollmentFactory,
    HouseholdFactory,
    UserFactory,
)
from tests.sheets import workbook
from uploads import actions as uploads
from uploads import tasks

pytestmark = pytest.mark.django_db
NIK = "6203085205839017"


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


def enrolled(*programmes, **household):
    family = HouseholdFactory(**household)
    for code in programmes:
        EnrollmentFactory(household=family, programme_id=code)
    return family


def states():
    return dict(OverlapFinding.objects.values_list("household", "status"))


def test_only_pairs_that_are_not_allowed_are_found():
    noted = enrolled("SEMBAKO", "BLT_DD")
    enrolled("SEMBAKO", "PKH", "PBI_JK")
    enrolled("SEMBAKO")
    assert find_overlaps() == 1
    assert states() == {noted.pk: "TERBUKA"}
    assert find_overlaps() == 0


def test_a_rule_counts_on_the_days_it_is_in_force():
    enrolled("SEMBAKO", "BLT_DD")
    ProgrammePair.objects.filter(first="BLT_DD", second="SEMBAKO").update(valid_until="2020-12-31")
    assert find_overlaps() == 0


@pytest.mark.parametrize(
    ("first", "second", "broken"),
    [
        ("PKH", "SEMBAKO", "programme_pair_does_not_overlap"),
        ("SEMBAKO", "PKH", "programme_pair_in_order"),
    ],
)
def test_a_pair_has_one_rule_at_a_time_and_one_order(first, second, broken):
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        ProgrammePair.objects.create(
            first_id=first,
            second_id=second,
            rule="DILARANG",
            legal_basis="uji",
            valid_from="2021-01-01",
        )


def test_what_ends_is_gone_and_comes_back_when_it_begins_again(officer):
    family = enrolled("SEMBAKO", "BLT_DD")
    find_overlaps()
    blt = Enrollment.objects.filter(programme="BLT_DD")
    blt.update(ended_on="2021-07-31", end_reason="GRADUASI")
    find_overlaps()
    assert states() == {family.pk: "HILANG"}
    blt.update(ended_on=None, end_reason="")
    assert find_overlaps(KAPUAS) == 1
    assert states() == {family.pk: "TERBUKA"}


def test_another_regency_is_left_alone():
    there = enrolled("SEMBAKO", "BLT_DD", village_id=OTHER_VILLAGE)
    assert find_overlaps(KAPUAS) == 0
    assert find_overlaps(PULANG_PISAU) == 1
    Enrollment.objects.filter(programme="BLT_DD").update(ended_on="2021-07-31", end_reason="PINDAH")
    find_overlaps(KAPUAS)
    assert states() == {there.pk: "TERBUKA"}


def test_a_decision_needs_a_reason_stays_and_can_be_undone(officer):
    enrolled("SEMBAKO", "BLT_DD")
    find_overlaps()
    finding = OverlapFinding.objects.get()
    take_overlap(finding, by=officer)
    with pytest.raises(ValidationError, match="Tulis alasannya"):
        decide_overlap(finding, status="DIBENARKAN", reason=" ", by=officer)
    decide_overlap(finding, status="DIBENARKAN", reason="Sudah diganti desa", by=officer)
    find_overlaps()
    finding.refresh_from_db()
    assert (finding.status, finding.owner, finding.decided_by) == ("DIBENARKAN", officer, officer)
    decide_overlap(finding, status="TERBUKA", reason="", by=officer)
    finding.refresh_from_db()
    assert (finding.status, finding.reason, finding.decided_at) == ("TERBUKA", "", None)


def test_who_may_not_decide():
    enrolled("SEMBAKO", "BLT_DD")
    find_overlaps()
    finding = OverlapFinding.objects.get()
    for user in (
        UserFactory(regions=[PULANG_PISAU]),
        UserFactory(role=Role.AUDITOR, regions=["62"]),
    ):
        with pytest.raises(PermissionDenied):
            decide_overlap(finding, status="DIBENARKAN", reason="x", by=user)


def test_the_household_page_names_the_rule(client, officer):
    family = enrolled("SEMBAKO", "BLT_DD", "PKH")
    client.force_login(officer, "accounts.backends.RoleBackend")
    text = client.get(reverse("admin:beneficiaries_household_change", args=[family.pk])).text
    assert "Perlu diperiksa" in text
    assert "Boleh bersama" not in text  # with BLT-DD beside it, PKH too is to be looked at
    assert "keluarga tanpa PKH dan Sembako" in text


def test_deciding_on_the_page(client, officer):
    enrolled("SEMBAKO", "BLT_DD")
    find_overlaps()
    finding = OverlapFinding.objects.get()
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:distribution_overlapfinding_decide", args=[finding.pk, "usulkan"])
    page = client.post(url, {"reason": "Masih menerima BLT"}, follow=True).text
    assert "Dicatat sebagai usulan berakhir." in page
    assert "Masih menerima BLT" in page
    assert "Urungkan keputusan" in page


# The sheet


def send(by, rows, region=KAPUAS):
    upload = uploads.receive(
        by=by,
        kind="kepesertaan_program",
        region=Region.objects.get(pk=region),
        file=workbook(rows, KEPESERTAAN),
        name="kepesertaan.xlsx",
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    assert not upload.failure
    return upload


def put_through(by, checker, rows):
    upload = send(by, rows)
    uploads.submit(upload, by=by)
    uploads.approve(upload, by=checker)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    assert upload.status == "DITERAPKAN", upload.failure
    return upload


def row(**cells):
    return {**KEPESERTAAN.example_rows[0], **cells}


def codes(upload):
    return set(upload.issues.exclude(level="info").values_list("code", flat=True))


def test_a_list_enrols_families_and_finds_overlaps_until_it_is_taken_back(officer, coordinator):
    family = HouseholdFactory(kpm=True, members__nik=NIK)
    upload = put_through(officer, coordinator, [row(programme="BLT DANA DESA")])
    found = Enrollment.objects.get(programme="BLT_DD")
    assert (found.household, found.started_on, found.source_upload) == (
        family,
        date(2020, 7, 1),
        upload,
    )
    assert states() == {family.pk: "TERBUKA"}
    assert send(officer, [row(programme="BLT DANA DESA", name="LAIN")]).rows_same == 1
    uploads.revert(upload, by=coordinator)
    found.refresh_from_db()
    assert found.end_reason == "BATAL"
    assert states() == {family.pk: "HILANG"}


def test_a_running_enrolment_is_ended_and_given_back(officer, coordinator):
    HouseholdFactory(kpm=True, members__nik=NIK)
    put_through(officer, coordinator, [row()])
    upload = put_through(
        officer, coordinator, [row(ended_on="31-07-2021", end_reason="SUDAH MAMPU")]
    )
    found = Enrollment.objects.get(programme="PKH")
    assert (found.ended_on, found.end_reason) == (date(2021, 7, 31), "SUDAH_MAMPU")
    uploads.revert(upload, by=coordinator)
    found.refresh_from_db()
    assert (found.ended_on, found.end_reason) == (None, "")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"nik": "6203085205839099"}, "KELUARGA_TIDAK_TERDAFTAR"),
        ({"nik": ""}, "KELUARGA_TIDAK_DISEBUT"),
        ({"started_on": ""}, "MULAI_KOSONG"),
        ({"programme": "Sembako"}, "PILIHAN_TIDAK_DIKENAL"),
        ({"ended_on": "01-01-2020", "end_reason": "PINDAH"}, "BERAKHIR_SEBELUM_MULAI"),
        ({"ended_on": "01-01-2021"}, "BERAKHIR_TANPA_ALASAN"),
    ],
)
def test_rows_that_cannot_be_kept_are_held_back(officer, cells, code):
    HouseholdFactory(kpm=True, members__nik=NIK)
    upload = send(officer, [row(**cells)])
    assert code in codes(upload)
    assert upload.rows_problem == 1


def test_a_family_of_another_regency_and_one_told_twice(coordinator):
    HouseholdFactory(members__nik=NIK, village_id=OTHER_VILLAGE)
    assert "DI_LUAR_WILAYAH" in codes(send(coordinator, [row()]))
    assert "KEPESERTAAN_DUA_KALI" in codes(send(coordinator, [row(), row(name="X")], region="62"))


def test_a_number_of_two_families_names_none(officer):
    for _ in range(2):
        HouseholdFactory(kk_number="6203081501159001")
    upload = send(officer, [row(nik="", kk_number="6203081501159001")])
    assert codes(upload) == {"KELUARGA_TIDAK_PASTI"}
