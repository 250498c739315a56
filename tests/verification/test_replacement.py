"""Who leaves, who gets the place, who holds the card: by cases alone, within the quota."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.figures import timeline_of
from beneficiaries.models import Household
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    VILLAGE,
    CaseFactory,
    EnrollmentFactory,
    HouseholdFactory,
    LeavingCaseFactory,
    PersonFactory,
    ProposalFactory,
    QuotaFactory,
    ReplacementFactory,
    RoundFactory,
    UserFactory,
    WaitingCaseFactory,
)
from verification.actions import cases
from verification.actions import replacement as actions
from verification.figures.quotas import places_of, vacant, waiting_list
from verification.figures.replacement import moved, open_work
from verification.health import places
from verification.models import Case, PayeeChange, Proposal, Replacement

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def supervisor():
    return UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS])


@pytest.fixture
def round_():
    return RoundFactory()


def waiting(round_, **kwargs):
    return WaitingCaseFactory(round=round_, **kwargs).household


# The waiting list


def test_order_and_why(round_):
    second = waiting(round_, household__decile=2)
    first = waiting(round_, household__decile=1)
    more = waiting(round_, household__decile=2)
    ProposalFactory(
        household=more,
        status="DISETUJUI",
        checked_by=UserFactory(),
        checked_at=timezone.now(),
        decided_by=UserFactory(),
        decided_at=timezone.now(),
        case=more.cases.get(),
    )
    order = waiting_list(KAPUAS)
    assert [one.household_id for one in order] == [first.pk, more.pk, second.pk]
    assert [one.why for one in order][:2] == ["desil 1, 0 kriteria", "desil 2, 2 kriteria"]


def test_who_does_not_wait(round_):
    """Aid already, a place already, not eligible, not verified, overtaken, inactive, elsewhere."""
    EnrollmentFactory(household=waiting(round_))
    ReplacementFactory(case=WaitingCaseFactory(round=round_))
    WaitingCaseFactory(round=round_, is_eligible=False, reason="SUDAH_MAMPU")
    CaseFactory(round=round_, was_kpm=False)
    overtaken = WaitingCaseFactory(round=round_).household
    later = RoundFactory(starts_on=date(2021, 10, 1))
    WaitingCaseFactory(round=later, household=overtaken, is_eligible=False, reason="PINDAH")
    waiting(round_, household__is_active=False, household__inactive_reason="PINDAH")
    waiting(round_, household__village_id=OTHER_VILLAGE)
    assert waiting_list(KAPUAS) == []


# Places


def test_a_place_of_a_family_that_leaves(round_, officer, supervisor):
    leaving = LeavingCaseFactory(round=round_)
    household = waiting(round_)
    replacement = actions.propose_replacement(household, leaving=leaving, by=officer)
    assert (replacement.rank, replacement.waiting, replacement.skipped) == (1, 1, 0)
    assert waiting_list(KAPUAS) == []
    assert not vacant(Case.objects.all()).exists()

    actions.grant_replacement(replacement, by=supervisor)

    assert Replacement.objects.get().decided_by == supervisor
    told = [entry.title for entry in timeline_of(household, [])]
    assert "Penggantian disetujui" in told


def test_a_refused_place_is_free_again(round_, officer, supervisor):
    household, leaving = waiting(round_), LeavingCaseFactory(round=round_)
    replacement = actions.propose_replacement(household, leaving=leaving, by=officer)
    actions.refuse_replacement(replacement, answer="Salah orang", by=supervisor)
    assert [one.household_id for one in waiting_list(KAPUAS)] == [household.pk]
    assert vacant(Case.objects.all()).get() == leaving


def test_passing_over_needs_a_reason(round_, officer):
    waiting(round_, household__decile=1)
    second = waiting(round_, household__decile=2)
    QuotaFactory()
    with pytest.raises(ValidationError, match="1 keluarga berperingkat lebih tinggi"):
        actions.propose_replacement(second, by=officer)
    replacement = actions.propose_replacement(second, skip_reason="Pindah sementara", by=officer)
    assert (replacement.rank, replacement.skipped) == (2, 1)


def test_nobody_passes_over_a_family_of_a_full_village(round_, officer):
    waiting(round_, household__decile=1)
    second = waiting(round_, household__decile=2, household__village_id="62.03.08.2002")
    QuotaFactory()
    QuotaFactory(region_id=VILLAGE, families=0)
    assert actions.propose_replacement(second, by=officer).skipped == 0


def test_without_a_quota_only_in_the_place_of_another(round_, officer):
    household = waiting(round_)
    with pytest.raises(ValidationError, match="Kuota tahun ini belum ditetapkan"):
        actions.propose_replacement(household, by=officer)
    leaving = LeavingCaseFactory(round=round_)
    assert actions.propose_replacement(household, leaving=leaving, by=officer).pk


def test_a_full_quota_refuses_and_tells_how_full(round_, officer):
    HouseholdFactory(kpm=True)
    quota = QuotaFactory(families=2)
    first, second = waiting(round_), waiting(round_)
    assert places_of([quota])[quota.pk].left == 1
    actions.propose_replacement(first, by=officer)
    with pytest.raises(ValidationError, match="2 keluarga sudah terpakai 2"):
        actions.propose_replacement(second, by=officer)


def test_a_leaving_family_makes_room(round_, officer):
    quota = QuotaFactory(families=1)
    LeavingCaseFactory(round=round_)
    assert places_of([quota])[quota.pk].left == 1
    assert actions.propose_replacement(waiting(round_), by=officer).leaving is None


def test_places_are_counted_in_a_fixed_number_of_queries(django_assert_num_queries):
    quotas = [QuotaFactory(year=2020 + n) for n in range(4)]
    with django_assert_num_queries(3):
        places_of(quotas)


def test_maker_does_not_decide(round_, officer):
    replacement = actions.propose_replacement(
        waiting(round_), leaving=LeavingCaseFactory(round=round_), by=officer
    )
    with pytest.raises(PermissionDenied, match="petugas lain"):
        actions.grant_replacement(replacement, by=officer)


def test_a_case_sent_back_gives_no_place(round_, officer, supervisor):
    household = waiting(round_)
    replacement = actions.propose_replacement(
        household, leaving=LeavingCaseFactory(round=round_), by=officer
    )
    cases.return_case(replacement.case, reason="Periksa lagi", by=officer)
    with pytest.raises(ValidationError, match="tidak lagi terverifikasi"):
        actions.grant_replacement(replacement, by=supervisor)


@pytest.mark.parametrize("which", ["entering", "leaving"])
def test_the_database_wants_a_case(round_, which):
    """No family enters or leaves without one, whatever code tries it."""
    unverified = CaseFactory(round=round_, was_kpm=which == "leaving")
    wrong = {"case": unverified} if which == "entering" else {"leaving": unverified}
    with pytest.raises(IntegrityError, match="hanya melalui kasus"), transaction.atomic():
        ReplacementFactory(**wrong)


def test_one_place_is_given_once(round_, officer):
    leaving = LeavingCaseFactory(round=round_)
    actions.propose_replacement(waiting(round_), leaving=leaving, by=officer)
    with pytest.raises(ValidationError, match="sudah diisi"):
        actions.propose_replacement(waiting(round_), leaving=leaving, by=officer)


# Leaving


def test_leaving_is_a_visit_that_another_user_checks(round_, officer, supervisor):
    household = CaseFactory(round=round_, household__kpm=True).household
    case = actions.record_leaving(
        household,
        reason="GRADUASI",
        happened_on=date(2021, 9, 1),
        proof="Surat pernyataan 9",
        by=officer,
    )
    assert (case.status, case.reason) == (Case.Status.DIKUNJUNGI, "GRADUASI")
    assert "Surat pernyataan 9" in case.note
    assert not vacant(Case.objects.all()).exists()
    cases.check_case(case, by=supervisor)
    assert vacant(Case.objects.all()).get() == case


def test_a_kpm_outside_the_round_gets_a_case(round_, officer):
    household = HouseholdFactory(kpm=True)
    said = {"happened_on": date(2021, 9, 1), "proof": "Surat pindah 9"}
    actions.record_leaving(household, reason="PINDAH", by=officer, **said)
    assert household.cases.get().round == round_


def test_tksk_cannot_bring_a_family_into_the_round(round_):
    tksk = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    said = {"happened_on": date(2021, 9, 1), "proof": "Surat pindah 9"}
    with pytest.raises(ValidationError, match="tidak ada dalam putaran"):
        actions.record_leaving(HouseholdFactory(kpm=True), reason="PINDAH", by=tksk, **said)


@pytest.mark.parametrize(
    ("household", "said", "message"),
    [
        ({"kpm": False}, {}, "bukan KPM"),
        ({"kpm": True}, {"reason": "BATAL"}, "Pilih alasan"),
        ({"kpm": True}, {"proof": " "}, "Sebutkan buktinya"),
        ({"kpm": True, "members": 2}, {"reason": "MENINGGAL"}, "masih 2 orang"),
    ],
)
def test_leaving_that_cannot_be(round_, officer, household, said, message):
    defaults = {"reason": "PINDAH", "happened_on": date(2021, 9, 1), "proof": "Surat 9"}
    with pytest.raises(ValidationError, match=message):
        actions.record_leaving(HouseholdFactory(**household), by=officer, **defaults | said)


# Change of pengurus


def change(household, person, by, **said):
    defaults = {"reason": "MENINGGAL", "happened_on": date(2021, 9, 1), "proof": "Akta 9"}
    return actions.propose_payee_change(household, person, by=by, **defaults | said)


@pytest.mark.parametrize(
    ("reason", "stays", "inactive"),
    [("MENINGGAL", False, "MENINGGAL"), ("PINDAH", False, "PINDAH"), ("TIDAK_MAMPU", True, "")],
)
def test_change_of_pengurus(officer, supervisor, reason, stays, inactive):
    household = HouseholdFactory(members=2, kpm=True)
    old, new = household.payee, household.members.exclude(pk=household.payee_id).get()
    actions.grant_payee_change(change(household, new, officer, reason=reason), by=supervisor)
    household.refresh_from_db()
    old.refresh_from_db()
    assert household.payee == new
    assert (old.is_active, old.inactive_reason) == (stays, inactive)
    assert household.enrollments.get().ended_on is None


def test_a_family_of_one_ends(officer):
    household = HouseholdFactory(kpm=True)
    with pytest.raises(ValidationError, match="anggota satu-satunya"):
        change(household, household.payee, officer)


def test_the_new_one_is_an_active_adult_of_the_family(officer, supervisor):
    household = HouseholdFactory(members=2, kpm=True)
    with pytest.raises(ValidationError, match="bukan anggota aktif"):
        change(household, HouseholdFactory().payee, officer)
    child = PersonFactory(
        household=household, birth_date=timezone.localdate() - timedelta(days=16 * 365)
    )
    asked = change(household, child, officer)
    with pytest.raises(ValidationError, match="belum berumur"):
        actions.grant_payee_change(asked, by=supervisor)
    assert PayeeChange.objects.get().status == "DIAJUKAN"


# What the officer sees


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer, "accounts.backends.RoleBackend")
    return client


def test_waiting_page_tells_rank_and_places(signed_in, round_):
    QuotaFactory(families=7)
    household = waiting(round_)
    text = signed_in.get(reverse("verification:waiting")).content.decode()
    assert str(household) in text
    assert "Tempat tersisa" in text
    assert "desil terendah lebih dahulu" in text


def test_tksk_sees_the_rank_in_the_regency_of_the_own_families(client, round_):
    waiting(round_, household__decile=1, household__village_id="62.03.09.2001")
    own = waiting(round_, household__decile=2)
    user = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    client.force_login(user, "accounts.backends.RoleBackend")
    rows = client.get(reverse("verification:waiting")).context["rows"]
    assert [(rank, family) for rank, _, family in rows] == [(2, own)]


def test_asking_a_place_on_the_page(signed_in, round_):
    leaving, household = LeavingCaseFactory(round=round_), waiting(round_)
    url = reverse("verification:place", args=[household.pk])
    signed_in.post(url, {"leaving": leaving.pk, "skip_reason": ""})
    assert Replacement.objects.get().leaving == leaving


def test_waiting_list_is_taken_out_in_its_order(signed_in, round_):
    for decile in (3, 1, 2):
        waiting(round_, household__decile=decile)
    url = reverse("verification:waiting_export")
    assert "Keperluan" in signed_in.get(url).content.decode()
    response = signed_in.post(url, {"purpose": "Bahan rapat koordinasi"})
    assert "spreadsheet" in response["Content-Type"]


def test_a_family_elsewhere_cannot_be_opened(signed_in, round_):
    foreign = waiting(round_, household__village_id=OTHER_VILLAGE)
    for name in ("place", "leaving", "payee"):
        assert signed_in.get(reverse(f"verification:{name}", args=[foreign.pk])).status_code == 404
    assert Household.objects.filter(pk=foreign.pk).exists()


# What must hold, and what waits


def test_health_of_places(round_):
    assert places.entered_without_case() == places.replaced_without_case() == []
    assert places.quotas_exceeded() == []
    replacement = ReplacementFactory(
        status="DISETUJUI", decided_by=UserFactory(), decided_at=timezone.now()
    )
    cases.return_case(replacement.case, reason="Periksa lagi", by=UserFactory(regions=[KAPUAS]))
    entered = EnrollmentFactory(source_user=UserFactory()).household
    quota = QuotaFactory(families=0, year=timezone.localdate().year)

    assert places.entered_without_case() == [
        f"Keluarga {entered.pk} menjadi KPM tanpa kasus terverifikasi layak."
    ]
    assert places.replaced_without_case() == [
        f"Penggantian {replacement.pk} disetujui, tetapi kasusnya tidak lagi terverifikasi."
    ]
    assert places.quotas_exceeded() == [f"{quota} terlampaui 1 keluarga."]


def test_who_moves_and_why(signed_in, round_):
    LeavingCaseFactory(round=round_, reason="PINDAH")
    LeavingCaseFactory(round=round_, reason="PINDAH")
    LeavingCaseFactory(round=round_)
    waiting(round_)
    (line,) = moved(Case.objects.filter(round=round_), by="district")
    assert (line.code, line.entered, line.left) == (VILLAGE[:8], 1, 3)
    assert line.why == (("PINDAH", 2), ("SUDAH_MAMPU", 1))
    page = signed_in.get(reverse("verification:movements")).content.decode()
    assert "Pindah 2, Sudah mampu 1" in page


def test_age_of_open_work():
    today = date(2021, 10, 7)
    ProposalFactory(due_on=date(2021, 10, 6))
    ProposalFactory(due_on=date(2021, 10, 8))
    work = open_work(Proposal.objects.all(), today)
    assert (work.count, work.late, work.oldest_due) == (2, 1, date(2021, 10, 6))


def test_start_page_tells_what_to_answer(signed_in, officer, round_):
    ProposalFactory(due_on=timezone.localdate() - timedelta(days=3))
    ProposalFactory(made_by=officer)
    text = " ".join(signed_in.get("/").content.decode().split())
    assert "Jawab usulan keluarga" in text
    assert "1 lewat tenggat. Menunggu jawaban." in text
    assert "Lewat 3 hari" in text
