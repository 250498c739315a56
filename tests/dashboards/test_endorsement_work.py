"""Lists and decrees on the start pages, for the role that must act and with the days left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from regions.models import Region
from tests.factories import KAPUAS, CaseFactory, HouseholdFactory, RoundFactory, UserFactory
from tests.verification.endorsing import checked_case, coordinator, endorsed, supervisor
from verification.actions import endorsement as actions
from verification.models import Case, Endorsement

pytestmark = pytest.mark.django_db


@pytest.fixture
def kapuas():
    return Region.objects.get(pk=KAPUAS)


@pytest.fixture
def round():
    today = timezone.localdate()
    running = RoundFactory(starts_on=today - timedelta(days=20), due_on=today + timedelta(days=2))
    checked_case(running)
    return running


def home(client, user) -> str:
    client.force_login(user)
    return client.get("/").text


def test_the_supervisor_is_told_of_a_complete_round(client, round):
    page = home(client, supervisor())
    assert "Susun daftar pengesahan" in page and "2 hari lagi" in page
    assert "Susun daftar pengesahan" not in home(client, UserFactory(regions=[KAPUAS]))


def test_not_while_cases_are_open(client, round):
    CaseFactory(round=round, household=HouseholdFactory(kpm=True))
    assert "Susun daftar pengesahan" not in home(client, supervisor())


def test_a_list_waits_for_its_signature(client, round, kapuas):
    boss = supervisor()
    actions.make_endorsement(round, kapuas, by=boss)
    page = home(client, boss)
    assert "Mintakan tanda tangan" in page and "7 hari lagi" in page


def test_a_returned_list_comes_back_with_its_reason(client, round, kapuas):
    boss = supervisor()
    one = endorsed(round, kapuas, by=boss)
    actions.return_endorsement(one, reason="Sampel Basarang tidak sesuai", by=coordinator())
    page = home(client, boss)
    assert "Sampel Basarang tidak sesuai" in page
    assert page.count("daftar pengesahan") <= 1


def test_the_province_is_told_what_waits_and_for_how_long(client, round, kapuas):
    one = endorsed(round, kapuas)
    page = home(client, coordinator())
    assert "daftar pengesahan menunggu tinjauan" in page and "7 hari lagi" in page
    Endorsement.objects.filter(pk=one.pk).update(endorsed_at=timezone.now() - timedelta(days=10))
    assert "lewat 3 hari" in home(client, coordinator())


def test_visits_of_others_are_to_be_checked(client, round):
    visitor = UserFactory(role=Role.TKSK, regions=["62.03.08"])
    CaseFactory(
        round=round,
        household=HouseholdFactory(kpm=True),
        status=Case.Status.DIKUNJUNGI,
        is_found=True,
        is_eligible=True,
        visited_on=timezone.localdate(),
        visited_by=visitor,
    )
    assert "Periksa kunjungan" in home(client, supervisor())
