"""A round may choose families whose payout nobody has spent."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from sembako_portal.risks import UNSPENT, UNSPENT_DAYS, UNSPENT_RUPIAH
from tests.factories import KAPUAS, HouseholdFactory, PaymentFactory, RoundFactory, UserFactory
from verification.actions import rounds
from verification.models import Round

pytestmark = pytest.mark.django_db


def paid(*, days=UNSPENT_DAYS, amount=UNSPENT_RUPIAH, **other):
    """A payment credited so many days ago."""
    return PaymentFactory(
        rate=amount,
        credited=True,
        topped_up_on=timezone.localdate() - timedelta(days=days),
        **other,
    ).household


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


def test_who_has_not_spent_is_visited(coordinator):
    left_alone = paid()
    paid(days=UNSPENT_DAYS - 1)
    paid(amount=UNSPENT_RUPIAH - 1)
    paid(spent_amount=1_000)
    paid(refunded_amount=UNSPENT_RUPIAH)
    HouseholdFactory(kpm=True)
    round = RoundFactory(
        status=Round.Status.DISIAPKAN,
        regions=[KAPUAS],
        choice=Round.Choice.RISIKO,
        risks=[UNSPENT.code],
    )
    assert rounds.open_round(round, by=coordinator) == 1
    case = round.cases.get()
    assert case.household == left_alone
    assert UNSPENT.code in case.risks


def test_several_small_credits_add_up(coordinator):
    household = paid(amount=UNSPENT_RUPIAH // 2)
    PaymentFactory(
        household=household,
        rate=UNSPENT_RUPIAH // 2,
        credited=True,
        topped_up_on=timezone.localdate() - timedelta(days=UNSPENT_DAYS + 100),
    )
    round = RoundFactory(
        status=Round.Status.DISIAPKAN, choice=Round.Choice.RISIKO, risks=[UNSPENT.code]
    )
    assert rounds.open_round(round, by=coordinator) == 1


def test_the_form_of_a_round_offers_it(client, coordinator):
    client.force_login(coordinator)
    assert UNSPENT.title in client.get(reverse("admin:verification_round_add")).text
