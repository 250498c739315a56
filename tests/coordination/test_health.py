"""Each check is silent on what the actions make, and speaks of a fault that is put in by hand."""

import pytest
from django.utils import timezone

from coordination import health
from coordination.actions import complaints
from coordination.models import Complaint, FollowUp, PublicRelease
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    AgentFactory,
    ComplaintFactory,
    FollowUpFactory,
    HouseholdFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
CHECKS = [
    health.complaints_without_hands,
    health.complaints_out_of_place,
    health.complaints_about_agents_elsewhere,
    health.complaints_unlike_their_steps,
    health.follow_ups_without_figure,
    health.small_groups_in_public,
]


@pytest.fixture
def handled():
    officer = UserFactory(regions=[KAPUAS])
    complaint = complaints.receive_complaint(
        by=officer,
        channel="TELEPON",
        category="JUMLAH",
        region=Region.objects.get(pk=KAPUAS),
        subject="Beras kurang",
        text="Beras kurang.",
        received_on=timezone.localdate(),
    )
    return complaints.assign(complaint, owner=officer, by=officer)


def test_all_is_well(handled):
    FollowUpFactory(indicator="padan")
    assert [check() for check in CHECKS] == [[]] * len(CHECKS)


def test_owner_who_left(handled):
    type(handled.owner).objects.filter(pk=handled.owner_id).update(is_active=False)
    assert handled.number in health.complaints_without_hands()[0]


def test_family_from_elsewhere(handled):
    family = HouseholdFactory(village_id=OTHER_VILLAGE)
    Complaint.objects.update(household=family)
    assert handled.number in health.complaints_out_of_place()[0]
    complaints.answer(handled, outcome="BENAR", answer="Diganti.", by=handled.owner)
    assert health.complaints_out_of_place() == []


def test_agent_from_elsewhere(handled):
    Complaint.objects.update(agent=AgentFactory(village_id=OTHER_VILLAGE))
    assert handled.number in health.complaints_about_agents_elsewhere()[0]


def test_status_that_no_step_led_to(handled):
    Complaint.objects.update(status="DITERIMA")
    assert handled.number in health.complaints_unlike_their_steps()[0]
    assert len(health.complaints_unlike_their_steps()) == 1
    ComplaintFactory()  # without any step
    assert len(health.complaints_unlike_their_steps()) == 2


def test_figure_that_is_no_longer_declared():
    FollowUpFactory()
    FollowUp.objects.update(indicator="lama")
    assert "lama" in health.follow_ups_without_figure()[0]


def test_small_group_in_public():
    PublicRelease.objects.create(
        table={"rows": [{"name": "Kapuas", "values": [120, 3]}]},
        as_of=timezone.localdate(),
        published_by=UserFactory(),
    )
    assert "Kapuas" in health.small_groups_in_public()[0]
