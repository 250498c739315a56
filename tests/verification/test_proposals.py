"""Proposals and objections: checks of sheets, doubles at entry, answers, two persons."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries.models import Household
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    VILLAGE,
    CaseFactory,
    HouseholdFactory,
    MeetingFactory,
    ObjectionFactory,
    PersonFactory,
    ProposalFactory,
    RoundFactory,
    UserFactory,
    WaitingCaseFactory,
)
from verification.actions import proposals as actions
from verification.models import Case, Objection, Proposal

pytestmark = pytest.mark.django_db

NIK = "6203085507839001"
FAMILY = {"kk_number": "6203081501159001", "address": "JL. MELATI 12", "rt": "3", "rw": "1"}
HEAD = {
    "name": "siti rahmah",
    "nik": NIK,
    "birth_date": "15-07-1983",
    "sex": "P",
    "relation": "Kepala keluarga",
}


@pytest.fixture
def tksk():
    return UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def village():
    return Region.objects.select_related("parent__parent__parent").get(pk=VILLAGE)


def propose(village, by, *, family=FAMILY, members=(HEAD,), **said):
    defaults = {
        "source": "MANDIRI",
        "received_on": date(2021, 9, 15),
        "reason": "Tidak punya penghasilan tetap.",
        "criteria": ["LANTAI", "JAMBAN"],
    }
    return actions.submit_proposal(
        village=village, family=family, members=members, by=by, **defaults | said
    )


def test_what_was_typed_is_cleaned_as_in_a_sheet(village, tksk):
    proposal = propose(village, tksk)
    member = proposal.members.get()
    assert (member.name, member.birth_date) == ("SITI RAHMAH", date(1983, 7, 15))
    assert (proposal.rt, proposal.rw, member.relation) == ("003", "001", "KEPALA_KELUARGA")
    proposal.refresh_from_db()
    assert (proposal.points, proposal.due_on) == (2, date(2021, 10, 5))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nik": "620308550783900"}, "15 angka"),
        ({"nik": "6203085507830000"}, "0000"),
        ({"name": ""}, "Nama kosong"),
        ({"birth_date": "30-02-1983"}, "tidak ada di kalender"),
        ({"relation": "Anak"}, "Kepala keluarga belum ada"),
    ],
)
def test_the_rules_of_sheets_refuse(village, tksk, changes, message):
    with pytest.raises(ValidationError, match=message):
        propose(village, tksk, members=[HEAD | changes], is_compared=True)


def test_a_doubt_must_be_looked_at(village, tksk):
    """The NIK says another birth date: a question for a person, not a refusal."""
    odd = [HEAD | {"birth_date": "16-07-1983"}]
    with pytest.raises(ValidationError, match="sudah diperiksa"):
        propose(village, tksk, members=odd)
    assert propose(village, tksk, members=odd, is_compared=True).pk


def test_one_nik_twice_in_the_family(village, tksk):
    child = HEAD | {"name": "AMIR", "relation": "Anak"}
    with pytest.raises(ValidationError, match="lebih dari satu anggota"):
        propose(village, tksk, members=[HEAD, child], is_compared=True)


# Doubles at entry


def found_for(village, user, **changes):
    checked, found = actions.check_proposed(village, FAMILY, [HEAD | changes], by=user)
    assert not checked.errors
    return found


def test_registered_in_the_own_places_is_told_with_name(village, tksk):
    PersonFactory(nik=NIK, name="SITI LAMA")
    (one,) = found_for(village, tksk)
    assert one.is_same
    assert "SITI LAMA" in one.text
    with pytest.raises(ValidationError, match="SITI LAMA"):
        propose(village, tksk, is_compared=True)


def test_registered_in_another_kecamatan_is_told_without_details(village, tksk):
    beyond = Region.objects.filter(parent="62.03.01").first()
    PersonFactory(nik=NIK, name="SITI LAMA", household__village_id=beyond.pk)
    (one,) = found_for(village, tksk)
    assert one.is_same
    assert one.url == ""
    assert "SITI LAMA" not in one.text


@pytest.mark.parametrize("by", ["nik", "kk"])
def test_registered_in_another_regency_is_told_without_details(village, officer, by):
    if by == "nik":
        PersonFactory(nik=NIK, name="SITI LAMA", household__village_id=OTHER_VILLAGE)
    else:
        HouseholdFactory(kk_number=FAMILY["kk_number"], village_id=OTHER_VILLAGE)
    with scope.applied(officer.scope):
        (one,) = found_for(village, officer)
    assert one.is_same
    assert "kabupaten/kota lain" in one.text
    assert "SITI LAMA" not in one.text


def test_kk_of_a_registered_family(village, tksk):
    HouseholdFactory(kk_number=FAMILY["kk_number"])
    (one,) = found_for(village, tksk)
    assert one.is_same
    assert one.member == 0


def test_alike_in_the_village_is_a_question(village, tksk):
    PersonFactory(nik="", name="HJ. SITI RAHMAH", birth_date=date(1983, 7, 15))
    PersonFactory(nik="", name="SITI RAHMAH", birth_date=date(1983, 7, 16))
    (one,) = found_for(village, tksk)
    assert not one.is_same
    assert propose(village, tksk, is_compared=True).pk


def test_proposed_already(village, tksk):
    propose(village, tksk)
    with pytest.raises(ValidationError, match="usulan"):
        propose(village, tksk, is_compared=True)


# Answering


def test_accepted_family_enters_the_register_and_the_round(village, tksk, officer):
    round = RoundFactory()
    proposal = propose(village, tksk)
    actions.begin_check(proposal, by=officer)

    proposal = actions.accept_proposal(proposal, by=officer)

    household = proposal.household
    assert (household.payee.name, household.payee.nik) == ("SITI RAHMAH", NIK)
    assert household.source_user == officer
    assert not household.enrollments.exists()
    case = household.cases.get()
    assert (case, case.round, case.origin, case.was_kpm) == (
        proposal.case,
        round,
        Case.Origin.USULAN,
        False,
    )


def test_registered_since_it_was_typed_in(village, tksk, officer):
    RoundFactory()
    proposal = propose(village, tksk)
    actions.begin_check(proposal, by=officer)
    PersonFactory(nik=NIK)
    with pytest.raises(ValidationError, match="terdaftar atas nama"):
        actions.accept_proposal(proposal, by=officer)
    assert Household.objects.filter(kk_number=FAMILY["kk_number"]).count() == 0


def test_a_registered_family_keeps_its_entry(village, tksk, officer):
    RoundFactory()
    household = HouseholdFactory()
    proposal = propose(village, tksk, household=household, family=None, members=())
    actions.begin_check(proposal, by=officer)
    actions.accept_proposal(proposal, by=officer)
    assert household.cases.get().origin == Case.Origin.USULAN


def test_kpm_is_not_proposed(village, tksk):
    with pytest.raises(ValidationError, match="sudah KPM"):
        propose(village, tksk, household=HouseholdFactory(kpm=True))


def test_without_a_running_round_nothing_is_accepted(officer):
    proposal = actions.begin_check(ProposalFactory(household=HouseholdFactory()), by=officer)
    with pytest.raises(ValidationError, match="Belum ada putaran"):
        actions.accept_proposal(proposal, by=officer)


@pytest.mark.parametrize("factory", [ProposalFactory, ObjectionFactory])
def test_maker_is_not_checker(factory, officer):
    with pytest.raises(PermissionDenied, match="petugas lain"):
        actions.begin_check(factory(made_by=officer), by=officer)


@pytest.mark.parametrize("factory", [ProposalFactory, ObjectionFactory])
def test_ways_of_an_answer(factory, officer, tksk):
    thing = factory()
    with pytest.raises(PermissionDenied):
        actions.begin_check(thing, by=tksk)
    with pytest.raises(ValidationError, match="sudah diterima"):
        actions.refuse(thing, answer="Tidak benar", by=officer)
    actions.begin_check(thing, by=officer)
    with pytest.raises(ValidationError, match="alasan"):
        actions.refuse(thing, answer=" ", by=officer)
    assert actions.refuse(thing, answer="Tidak benar", by=officer).decided_by == officer
    with pytest.raises(ValidationError, match="sudah ditolak"):
        actions.begin_check(thing, by=officer)


def test_received_after_today(village, tksk):
    with pytest.raises(ValidationError, match="setelah hari ini"):
        propose(village, tksk, received_on=timezone.localdate() + timedelta(days=1))


# Objections


def accept(objection, officer):
    actions.begin_check(objection, by=officer)
    return actions.accept_objection(objection, by=officer)


def test_accepted_objection_makes_a_case(officer):
    RoundFactory()
    objection = accept(ObjectionFactory(), officer)
    assert (objection.case.origin, objection.case.status) == ("SANGGAH", "BELUM")


def test_accepted_objection_sends_a_verified_case_back(officer):
    case = WaitingCaseFactory(household__kpm=True, was_kpm=True)
    objection = accept(ObjectionFactory(household=case.household), officer)
    assert objection.case == case
    assert Case.objects.get(pk=case.pk).status == Case.Status.DIKEMBALIKAN


def test_accepted_objection_leaves_an_open_case(officer):
    case = CaseFactory(household__kpm=True)
    assert accept(ObjectionFactory(household=case.household), officer).case == case


# What the officer sees


def sign_in(client, role, regions):
    user = UserFactory(role=role, regions=regions)
    client.force_login(user, "accounts.backends.RoleBackend")
    return user


@pytest.fixture
def objection(tksk):
    return actions.submit_objection(
        household=HouseholdFactory(kpm=True),
        kind="TIDAK_LAYAK",
        statement="Keluarga ini memiliki dua toko.",
        source="MANDIRI",
        received_on=date(2021, 9, 15),
        objector="PELAPOR RAHASIA",
        by=tksk,
    )


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.AUDITOR, Role.TKSK])
def test_the_objector_is_kept_from_most(client, objection, role):
    sign_in(client, role, [KAPUAS])
    url = reverse("admin:verification_objection_change", args=[objection.pk])
    assert "PELAPOR" not in client.get(url).content.decode()
    shown = reverse("admin:verification_objection_objector", args=[objection.pk])
    assert client.post(shown).status_code == 403


def test_the_objector_is_shown_on_demand_and_written_down(client, objection):
    user = sign_in(client, Role.SUPERVISOR, [KAPUAS])
    url = reverse("admin:verification_objection_change", args=[objection.pk])
    assert "PELAPOR" not in client.get(url).content.decode()
    shown = reverse("admin:verification_objection_objector", args=[objection.pk])
    assert "PELAPOR RAHASIA" in client.post(shown).content.decode()
    assert AccessLog.objects.get().user == user


def form_of(**changes):
    said = {
        "source": "MANDIRI",
        "received_on": "2021-09-15",
        "reason": "Tidak punya penghasilan tetap.",
        "criteria": ["LANTAI"],
        "village": VILLAGE,
        **FAMILY,
    }
    said |= {f"anggota-1-{name}": value for name, value in HEAD.items()}
    said |= {f"anggota-2-{name}": "" for name in HEAD}
    return said | changes


def test_typed_in_and_shown_with_its_due_date(client):
    sign_in(client, Role.TKSK, [VILLAGE[:8]])
    url = reverse("admin:verification_proposal_add")
    text = client.post(url, form_of(), follow=True).content.decode()
    assert "SITI RAHMAH" in text
    assert "lewat" in text
    assert NIK not in text


def test_what_the_rules_refuse_stands_at_its_field(client):
    sign_in(client, Role.TKSK, [VILLAGE[:8]])
    url = reverse("admin:verification_proposal_add")
    response = client.post(url, form_of(**{"anggota-1-nik": "620308550783900"}))
    member = response.context["members"][0]
    assert "15 angka" in str(member.errors["nik"])
    assert not Proposal.objects.exists()


def test_doubts_ask_for_a_look(client):
    sign_in(client, Role.TKSK, [VILLAGE[:8]])
    url = reverse("admin:verification_proposal_add")
    doubtful = form_of(**{"anggota-1-birth_date": "16-07-1983"})
    assert "Saya sudah membandingkan" in client.post(url, doubtful).content.decode()
    client.post(url, doubtful | {"is_compared": "on"})
    assert Proposal.objects.count() == 1


def test_of_a_meeting_it_goes_into_the_minutes(client):
    sign_in(client, Role.TKSK, [VILLAGE[:8]])
    meeting = MeetingFactory()
    client.post(f"{reverse('admin:verification_proposal_add')}?musyawarah={meeting.pk}", form_of())
    assert meeting.decisions.get().proposal == Proposal.objects.get()


def test_export_of_objections_names_no_objector(client, objection):
    sign_in(client, Role.SUPERVISOR, [KAPUAS])
    url = reverse("admin:verification_objection_changelist")
    asked = {
        "action": "export",
        "_selected_action": [objection.pk],
        "purpose": "Bahan rapat koordinasi",
    }
    response = client.post(url, asked)
    assert "spreadsheet" in response["Content-Type"]
    assert b"PELAPOR" not in response.content
    assert Objection.objects.get().objector.name == "PELAPOR RAHASIA"
