"""Proposals and objections taken back or corrected before they are decided; minutes reopened."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Notification
from accounts.roles import Role
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    VILLAGE,
    HouseholdFactory,
    ObjectionFactory,
    ProposalFactory,
    RoundFactory,
    UserFactory,
)
from verification.actions import answers, meetings
from verification.actions import proposals as actions
from verification.models import MeetingDecision, Proposal, ProposalStep, VillageMeeting

pytestmark = pytest.mark.django_db
Status = Proposal.Status


@pytest.fixture
def tksk():
    return UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def other():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def proposal(tksk):
    return ProposalFactory(made_by=tksk)


# Withdrawing


@pytest.mark.parametrize("checked", [False, True])
def test_its_maker_withdraws_a_proposal(proposal, tksk, officer, checked):
    if checked:
        actions.begin_check(proposal, by=officer)
    actions.withdraw(proposal, reason="Keluarga pindah", by=tksk)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.answer) == (Status.DITARIK, "Keluarga pindah")
    assert proposal.withdrawn_by == tksk
    (step,) = proposal.steps.all()
    assert (step.action, step.note, step.by) == ("TARIK", "Keluarga pindah", tksk)
    assert not Proposal.objects.open().exists()


def test_the_district_withdraws_an_objection_and_its_maker_is_told(tksk, officer):
    objection = ObjectionFactory(made_by=tksk)
    actions.withdraw(objection, reason="Dicabut penyanggah", by=officer)
    assert Notification.objects.get(user=tksk).text == f"{objection} ditarik."


def test_without_a_reason_nothing_is_withdrawn(proposal, tksk):
    with pytest.raises(ValidationError, match="Sebutkan alasan"):
        actions.withdraw(proposal, reason=" ", by=tksk)
    with pytest.raises(IntegrityError, match="withdrawn_means_who_when_why"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(status="DITARIK")


@pytest.mark.parametrize(
    ("role", "region"), [(Role.TKSK, VILLAGE[:8]), (Role.PETUGAS, PULANG_PISAU)]
)
def test_nobody_else_takes_it_back(proposal, role, region):
    stranger = UserFactory(role=role, regions=[region])
    with pytest.raises(PermissionDenied):
        actions.withdraw(proposal, reason="Keliru", by=stranger)
    with pytest.raises(PermissionDenied):
        actions.correct_proposal(proposal, **typed(proposal), by=stranger)


def test_a_decided_one_stays(proposal, tksk, officer):
    actions.begin_check(proposal, by=officer)
    actions.refuse(proposal, answer="Sudah mampu", by=officer)
    with pytest.raises(ValidationError, match="sudah ditolak"):
        actions.withdraw(proposal, reason="Keliru", by=tksk)


# Correcting


def typed(proposal, **other):
    return {
        "source": proposal.source,
        "source_number": proposal.source_number,
        "received_on": proposal.received_on,
        "reason": proposal.reason,
        "criteria": proposal.criteria,
        "family": {"kk_number": proposal.kk_number, "address": "JL. BARU", "rt": "1", "rw": "2"},
        "members": [
            {
                "name": one.name,
                "nik": one.nik,
                "relation": one.get_relation_display(),
                "sex": one.sex,
                "birth_date": f"{one.birth_date:%d-%m-%Y}" if one.birth_date else "",
            }
            for one in proposal.members.all()
        ],
        "is_compared": True,
        "why": "Alamat keliru",
        **other,
    }


@pytest.fixture
def typed_in(tksk):
    """A family of two that is not registered."""
    from regions.models import Region

    return actions.submit_proposal(
        village=Region.objects.get(pk=VILLAGE),
        source="MANDIRI",
        received_on=date(2021, 10, 1),
        reason="Penghasilan tidak tetap.",
        criteria=["LANTAI"],
        family={"kk_number": "6203081503159901", "address": "JL. LAMA", "rt": "1", "rw": "2"},
        members=[
            {"name": "MARLINA", "nik": "6203086111869901", "birth_date": "21-11-1986",
             "sex": "P", "relation": "Kepala keluarga"},
            {"name": "ANDI", "nik": "6203080109109902", "birth_date": "01-09-2010",
             "sex": "L", "relation": "Anak"},
        ],
        is_compared=True,
        by=tksk,
    )  # fmt: skip


def test_a_correction_keeps_what_was_before(typed_in, tksk):
    members = typed(typed_in)["members"][:1]
    actions.correct_proposal(
        typed_in, **typed(typed_in, members=members, criteria=["DINDING"]), by=tksk
    )
    typed_in.refresh_from_db()
    assert (typed_in.address, typed_in.criteria) == ("JL. BARU", ["DINDING"])
    assert [one.name for one in typed_in.members.all()] == ["MARLINA"]
    step = typed_in.steps.get()
    assert step.before["address"] == "JL. LAMA"
    assert [one["name"] for one in step.before["members"]] == ["MARLINA", "ANDI"]
    with pytest.raises(InternalError), transaction.atomic():
        ProposalStep.objects.update(note="lain")


def test_a_corrected_one_is_looked_into_anew_and_not_by_its_corrector(typed_in, officer, other):
    actions.begin_check(typed_in, by=officer)
    actions.correct_proposal(typed_in, **typed(typed_in), by=officer)
    typed_in.refresh_from_db()
    assert (typed_in.status, typed_in.checked_by) == (Status.DITERIMA, None)
    assert not Proposal.objects.decidable_by(officer).exists()
    assert Proposal.objects.decidable_by(other).get() == typed_in
    with pytest.raises(PermissionDenied, match="membetulkannya"):
        actions.begin_check(typed_in, by=officer)
    actions.begin_check(typed_in, by=other)


def test_a_correction_is_checked_like_a_new_one(typed_in, tksk):
    known = HouseholdFactory()
    members = [{**typed(typed_in)["members"][0], "nik": known.payee.nik}]
    with pytest.raises(ValidationError, match="NIK ini terdaftar"):
        actions.correct_proposal(typed_in, **typed(typed_in, members=members), by=tksk)
    typed_in.refresh_from_db()
    assert typed_in.members.count() == 2
    with pytest.raises(ValidationError, match="Sebutkan apa"):
        actions.correct_proposal(typed_in, **typed(typed_in, why=""), by=tksk)


def test_the_pages_of_correcting_and_withdrawing(client, typed_in, tksk):
    client.force_login(tksk)
    page = client.get(reverse("admin:verification_proposal_change", args=[typed_in.pk])).text
    assert "Betulkan" in page
    assert "Tarik" in page
    url = reverse("admin:verification_proposal_correct", args=[typed_in.pk])
    form = client.get(url).text
    assert "JL. LAMA" in form
    assert 'value="6203086111869901"' in form
    assert AccessLog.objects.filter(user=tksk).exists()
    posted = {
        **{f"anggota-1-{key}": value for key, value in typed(typed_in)["members"][0].items()},
        "village": VILLAGE,
        "kk_number": typed_in.kk_number,
        "address": "JL. BENAR",
        "source": "MANDIRI",
        "received_on": "2021-10-01",
        "reason": "Penghasilan tidak tetap.",
        "why": "Alamat keliru",
        "is_compared": "on",
    }
    assert client.post(url, posted).status_code == 302
    typed_in.refresh_from_db()
    assert typed_in.address == "JL. BENAR"
    withdraw = reverse("admin:verification_proposal_withdraw", args=[typed_in.pk])
    assert "tidak diperiksa lagi" in client.get(withdraw).text
    assert client.post(withdraw, {"answer": "Keluarga pindah"}).status_code == 302
    page = client.get(reverse("admin:verification_proposal_change", args=[typed_in.pk])).text
    assert "Ditarik." in page
    assert "Keluarga pindah" in page
    assert client.get(url).status_code == 403


# Minutes reopened


@pytest.fixture
def minutes(officer):
    """Finished minutes that propose two registered families."""
    from regions.models import Region

    meeting = meetings.create_meeting(
        round=RoundFactory(),
        village=Region.objects.get(pk=VILLAGE),
        held_on=date(2021, 9, 15),
        venue="Balai desa",
        leader="Kepala desa",
        by=officer,
    )
    for _ in range(2):
        meetings.decide_family(meeting, HouseholdFactory(), kind="DIUSULKAN", by=officer)
    meeting = meetings.change_meeting(
        meeting,
        held_on=meeting.held_on,
        venue=meeting.venue,
        leader=meeting.leader,
        minutes_number="1/MUS/2021",
        attendance=10,
        by=officer,
    )
    meetings.finish_meeting(meeting, by=officer)
    return VillageMeeting.objects.get(pk=meeting.pk)


def test_reopening_withdraws_what_the_minutes_have_made(minutes, officer):
    assert set(minutes.proposals.values_list("status", flat=True)) == {Status.DITERIMA}
    assert "2 usulan yang belum diputus ditarik" in meetings.reopening_tells(minutes)
    meetings.reopen_meeting(minutes, reason="Nama keliru", by=officer)
    assert set(minutes.proposals.values_list("status", "answer")) == {
        (Status.DITARIK, "Berita acara dibuka kembali: Nama keliru")
    }


def test_finishing_again_takes_up_who_is_still_named(minutes, officer):
    first, second = minutes.proposals.order_by("pk")
    meetings.reopen_meeting(minutes, reason="Nama keliru", by=officer)
    meetings.drop_decision(MeetingDecision.objects.get(household=second.household), by=officer)
    meetings.finish_meeting(minutes, by=officer)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.withdrawn_by, first.answer) == (Status.DITERIMA, None, "")
    assert second.status == Status.DITARIK
    assert [step.action for step in first.steps.all()] == ["TARIK", "AJUKAN_LAGI"]
    assert Proposal.objects.count() == 2


def test_answered_proposals_stand_with_their_minutes(minutes, officer, other):
    answered, _ = minutes.proposals.order_by("pk")
    actions.begin_check(answered, by=other)
    actions.accept_proposal(answered, by=other)
    assert "1 usulan yang sudah diputus tetap berlaku" in meetings.reopening_tells(minutes)
    meetings.reopen_meeting(minutes, reason="Nama keliru", by=officer)
    decision = MeetingDecision.objects.get(household=answered.household)
    with pytest.raises(ValidationError, match="sudah diputus menurut berita acara"):
        meetings.drop_decision(decision, by=officer)
    meetings.finish_meeting(minutes, by=officer)
    answered.refresh_from_db()
    assert answered.status == Status.DISETUJUI
    assert Proposal.objects.filter(household=answered.household).count() == 1


def test_the_page_tells_before_it_reopens(client, minutes, officer):
    client.force_login(officer)
    url = reverse("admin:verification_villagemeeting_reopen", args=[minutes.pk])
    assert "2 usulan yang belum diputus ditarik" in client.get(url).text


def test_a_withdrawn_proposal_leaves_minutes_that_are_still_written(typed_in, officer, tksk):
    meeting = meetings.create_meeting(
        round=RoundFactory(),
        village=typed_in.village,
        held_on=date(2021, 9, 15),
        venue="Balai desa",
        leader="Kepala desa",
        by=officer,
    )
    meetings.decide_proposal_of(meeting, typed_in, by=officer)
    actions.withdraw(typed_in, reason="Keluarga pindah", by=tksk)
    assert not meeting.decisions.exists()


# Told and reminded


def test_the_maker_is_told_the_answer(proposal, tksk, officer):
    actions.begin_check(proposal, by=officer)
    actions.refuse(proposal, answer="Sudah mampu", by=officer)
    told = Notification.objects.get(user=tksk)
    assert told.text == f"{proposal} ditolak."
    assert told.url.endswith(f"/proposal/{proposal.pk}/change/")


def test_who_decides_is_reminded_once_before_the_due_date(officer):
    today = date(2021, 10, 4)
    elsewhere = UserFactory(regions=[PULANG_PISAU])
    ProposalFactory(due_on=today + timedelta(days=3))
    ProposalFactory(due_on=today + timedelta(days=1))
    later = ProposalFactory(due_on=today + timedelta(days=4))
    ObjectionFactory(due_on=today - timedelta(days=1))
    answers.send_reminders(today)
    assert sorted(Notification.objects.filter(user=officer).values_list("text", flat=True)) == [
        "1 sanggah harus dijawab dalam 3 hari; tenggat pertama 3 Oktober 2021, sudah lewat.",
        "2 usulan harus dijawab dalam 3 hari; tenggat pertama 5 Oktober 2021.",
    ]
    assert not Notification.objects.filter(user=elsewhere).exists()
    before = Notification.objects.count()
    assert answers.send_reminders(today) == 0
    assert Notification.objects.count() == before
    assert set(Proposal.objects.due_by(today + timedelta(days=4))) == set(Proposal.objects.all())
    answers.send_reminders(today + timedelta(days=1))
    later.refresh_from_db()
    assert later.reminded_on == today + timedelta(days=1)


def test_now_is_a_day(officer):
    ProposalFactory(due_on=timezone.localdate())
    assert answers.send_reminders() > 0
