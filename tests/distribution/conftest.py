from datetime import date

import pytest

from accounts.roles import Role
from distribution.actions import periods
from distribution.models import Cashier
from tests.distribution.payout import kpm, put_through, reported
from tests.factories import KAPUAS, AgentFactory, PeriodFactory, UserFactory


@pytest.fixture
def coordinator(db):
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def checker(db):
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def bank(db):
    return UserFactory(role=Role.BANK, regions=["62"], bank_id="002")


@pytest.fixture
def period(db):
    return PeriodFactory(
        name="Januari-Maret 2021", first_month=date(2021, 1, 1), last_month=date(2021, 3, 1)
    )


@pytest.fixture
def families(db):
    return [kpm() for _ in range(3)]


@pytest.fixture
def paid(families, period, coordinator):
    """Three families with a payment each, determined only."""
    periods.make_list(period, by=coordinator)
    return families


@pytest.fixture
def credited(paid, period, bank, checker):
    """Three families with Rp600.000 each on their cards."""
    rows = [reported(family) for family in paid]
    put_through("hasil_top_up", bank, checker, rows, period=period)
    return paid


@pytest.fixture
def agent(db):
    return AgentFactory(agent_id="EW-620308-9001")


@pytest.fixture
def till(agent):
    """A user at the till of the agent."""
    user = UserFactory(role=Role.AGEN, regions=[KAPUAS])
    Cashier.objects.create(user=user, agent=agent)
    return type(user).objects.get(pk=user.pk)
