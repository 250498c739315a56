"""Village meetings: what is decided, finished, reopened; and what a finished one refuses."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    VILLAGE,
    HouseholdFactory,
    MeetingFactory,
    RoundFactory,
    UserFactory,
)
from verification.actions import meetings as actions
from verification.models import MeetingDecision, Proposal, VillageMeeting

pytestmark = pytest.mark.django_db
Kind = MeetingDecision.Kind


@pytest.fixture
def tksk():
    return UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def meeting(tksk):
    return actions.create_meeting(
        round=RoundFactory(),
        village=Region.objects.get(pk=VILLAGE),
        held_on=date(2021, 9, 15),
        venue="Balai desa",
        leader="SUHARDI",
        by=tksk,
    )


def complete(meeting, tksk, **changes):
    said = {
        "held_on": meeting.held_on,
        "venue": meeting.venue,
        "leader": meeting.leader,
        "minutes_number": "460/001/MUS/2021",
        "attendance": 23,
    }
    actions.set_attendees(meeting, [("NORHAYATI", "Ketua RT 003")], by=tksk)
    return actions.change_meeting(meeting, **said | changes, by=tksk)


def test_finished_minutes_make_proposals_and_ask_for_leaving(meeting, tksk, officer):
    poor, kpm, rich = HouseholdFactory(), HouseholdFactory(kpm=True), HouseholdFactory(kpm=True)
    complete(meeting, tksk)
    actions.decide_family(meeting, poor, kind=Kind.DIUSULKAN, by=tksk)
    actions.decide_family(meeting, kpm, kind=Kind.DIKONFIRMASI, by=tksk)
    actions.decide_family(meeting, rich, kind=Kind.DIKELUARKAN, reason="SUDAH_MAMPU", by=tksk)

    assert actions.finish_meeting(meeting, by=officer) == 3

    proposal = Proposal.objects.get()
    assert (proposal.household, proposal.source, proposal.made_by) == (poor, "MUSDES", tksk)
    assert proposal.source_number == "460/001/MUS/2021"


def test_finishing_again_proposes_nobody_twice(meeting, tksk, officer):
    complete(meeting, tksk)
    actions.decide_family(meeting, HouseholdFactory(), kind=Kind.DIUSULKAN, by=tksk)
    actions.finish_meeting(meeting, by=officer)
    actions.reopen_meeting(meeting, reason="Nomor keliru", by=officer)
    actions.finish_meeting(meeting, by=officer)
    assert Proposal.objects.count() == 1
    notes = [(step.status, step.note) for step in meeting.steps.all()]
    assert notes == [("SELESAI", ""), ("DISUSUN", "Nomor keliru"), ("SELESAI", "")]


@pytest.fixture
def finished(meeting, tksk, officer):
    complete(meeting, tksk)
    actions.decide_family(meeting, HouseholdFactory(kpm=True), kind=Kind.DIKONFIRMASI, by=tksk)
    actions.finish_meeting(meeting, by=officer)
    return VillageMeeting.objects.get(pk=meeting.pk)


def test_a_finished_meeting_refuses_every_change(finished, tksk):
    decision = finished.decisions.get()
    for change in (
        lambda: complete(finished, tksk),
        lambda: actions.decide_family(finished, HouseholdFactory(), kind=Kind.DIUSULKAN, by=tksk),
        lambda: actions.drop_decision(decision, by=tksk),
    ):
        with pytest.raises(ValidationError, match="sudah selesai"):
            change()


def test_the_database_keeps_finished_minutes_too(finished):
    """Whatever code tries it."""
    decision, attendee = finished.decisions.get(), finished.attendees.get()
    for change in (
        lambda: VillageMeeting.objects.filter(pk=finished.pk).update(leader="LAIN"),
        lambda: finished.decisions.update(note="lain"),
        decision.delete,
        lambda: finished.attendees.update(name="LAIN"),
        attendee.delete,
        lambda: MeetingDecision.objects.create(
            meeting=finished, village_id=VILLAGE, household=HouseholdFactory(), kind="DIUSULKAN"
        ),
    ):
        with pytest.raises(Exception, match=r"sudah selesai|Cannot update"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"minutes_number": ""}, "nomor berita acara"), ({"held_on": None}, "setelah hari ini")],
    ids=["no number", "tomorrow"],
)
def test_minutes_that_cannot_be(meeting, tksk, officer, changes, message):
    if "held_on" in changes:
        changes = {"held_on": timezone.localdate() + timedelta(days=1)}
    actions.decide_family(meeting, HouseholdFactory(), kind=Kind.DIUSULKAN, by=tksk)
    with pytest.raises(ValidationError, match=message):
        complete(meeting, tksk, **changes)
        actions.finish_meeting(meeting, by=officer)


def test_an_empty_meeting_is_not_finished(meeting, tksk, officer):
    complete(meeting, tksk)
    with pytest.raises(ValidationError, match="Belum ada keluarga"):
        actions.finish_meeting(meeting, by=officer)


@pytest.mark.parametrize(
    ("kpm", "kind", "reason", "message"),
    [
        (True, Kind.DIUSULKAN, "", "sudah KPM"),
        (False, Kind.DIKONFIRMASI, "", "bukan KPM"),
        (True, Kind.DIKELUARKAN, "", "Sebutkan alasan"),
    ],
)
def test_decisions_that_cannot_be(meeting, tksk, kpm, kind, reason, message):
    with pytest.raises(ValidationError, match=message):
        actions.decide_family(meeting, HouseholdFactory(kpm=kpm), kind=kind, reason=reason, by=tksk)


def test_a_family_is_decided_once_and_of_this_village(meeting, tksk):
    household = HouseholdFactory()
    actions.decide_family(meeting, household, kind=Kind.DIUSULKAN, by=tksk)
    with pytest.raises(ValidationError, match="sudah diputus"):
        actions.decide_family(meeting, household, kind=Kind.DIUSULKAN, by=tksk)
    with pytest.raises(ValidationError, match="tidak terdaftar di"):
        actions.decide_family(
            meeting, HouseholdFactory(village_id=OTHER_VILLAGE), kind=Kind.DIUSULKAN, by=tksk
        )


def test_only_in_a_running_round_of_the_own_places(tksk):
    said = {"held_on": date(2021, 9, 15), "venue": "Balai", "leader": "SUHARDI"}
    village = Region.objects.get(pk=VILLAGE)
    with pytest.raises(ValidationError, match="tidak sedang berjalan"):
        actions.create_meeting(
            round=RoundFactory(status="DISIAPKAN"), village=village, by=tksk, **said
        )
    with pytest.raises(PermissionDenied):
        actions.create_meeting(
            round=RoundFactory(), village=Region.objects.get(pk=OTHER_VILLAGE), by=tksk, **said
        )


def test_tksk_enters_and_does_not_finish(meeting, tksk):
    with pytest.raises(PermissionDenied):
        actions.finish_meeting(meeting, by=tksk)


def test_reopening_needs_a_reason(finished, officer):
    with pytest.raises(ValidationError, match="alasan"):
        actions.reopen_meeting(finished, reason=" ", by=officer)


def test_minutes_numbers_are_given_once(meeting, tksk):
    complete(meeting, tksk)
    with pytest.raises(IntegrityError):
        MeetingFactory(held_on=date(2021, 9, 16), minutes_number="460/001/MUS/2021")


# What the officer sees


@pytest.fixture
def signed_in(client, tksk):
    client.force_login(tksk, "accounts.backends.RoleBackend")
    return client


def test_from_the_form_to_the_list(signed_in):
    round = RoundFactory()
    said = {
        "round": round.pk,
        "village": VILLAGE,
        "held_on": "2021-09-15",
        "venue": "Balai desa",
        "leader": "SUHARDI",
    }
    response = signed_in.post(reverse("admin:verification_villagemeeting_add"), said, follow=True)
    assert "Belum ada keluarga yang diputus" in response.content.decode()
    listed = signed_in.get(reverse("admin:verification_villagemeeting_changelist"))
    assert "Balai" not in listed.content.decode()
    assert [row.venue for row in listed.context["cl"].result_list] == ["Balai desa"]


def test_search_finds_the_village_only(signed_in, meeting):
    here = HouseholdFactory(members=1, members__name="SITI UJI")
    HouseholdFactory(village_id="62.03.08.2002", members=1, members__name="SITI UJI")
    url = reverse("admin:verification_villagemeeting_change", args=[meeting.pk])
    page = signed_in.get(url, {"cari": "siti uji"})
    assert [family.pk for family in page.context["found"]] == [here.pk]


def test_names_with_functions_are_asked_for(signed_in, meeting):
    url = reverse("admin:verification_villagemeeting_edit", args=[meeting.pk])
    said = {
        "held_on": "2021-09-15",
        "venue": "Balai",
        "leader": "SUHARDI",
        "attendance": 3,
        "names": "NORHAYATI; Ketua RT\nBUDIMAN",
    }
    assert "Baris 2: tulis nama; jabatan." in signed_in.post(url, said).content.decode()
    said["names"] = "NORHAYATI; Ketua RT\nBUDIMAN; BPD"
    signed_in.post(url, said)
    assert [one.name for one in meeting.attendees.all()] == ["NORHAYATI", "BUDIMAN"]


def test_printed_minutes(signed_in, meeting, tksk):
    complete(meeting, tksk)
    page = signed_in.get(reverse("admin:verification_villagemeeting_print", args=[meeting.pk]))
    assert "460/001/MUS/2021" in page.content.decode()
    assert "Tanda tangan" in page.content.decode()
