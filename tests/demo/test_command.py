"""`manage.py demo` on an empty portal."""

import pytest
from django.core.management import CommandError
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from beneficiaries.models import Household
from sembako_portal.demo import uploads, users
from tests.demo.helpers import checksum, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_uploads(monkeypatch):
    """They take most of the time and are looked at in test_demo.py."""
    monkeypatch.setattr(uploads, "create_uploads", lambda *args, **kwargs: None)


def test_twice_the_same(on_own_machine):
    sums = set()
    for _ in range(2):
        with transaction.atomic():
            run(households=300)
            sums.add(checksum())
            transaction.set_rollback(True)
    assert len(sums) == 1


def test_if_empty_fills_an_empty_portal(on_own_machine):
    assert "50 keluarga" in run(if_empty=True, households=50)
    assert Household.objects.count() == 50


def test_refuses_when_a_demo_name_is_taken(on_own_machine):
    User.objects.create(username="auditor", role=Role.AUDITOR)
    with pytest.raises(CommandError, match="auditor sudah ada"):
        run(households=50)


def test_no_known_passwords_in_a_real_portal(settings):
    settings.INSECURE_HTTP = False
    with pytest.raises(CommandError, match="--yes-demo-users"):
        run(households=50)
    assert not User.objects.exists()
    assert not Household.objects.exists()


def test_unless_asked_for(settings):
    settings.INSECURE_HTTP = False
    run(households=50, yes_demo_users=True)
    assert User.objects.count() == len(users.LOGINS)


@pytest.mark.parametrize("count", [0, -5])
def test_no_families_make_no_province(on_own_machine, count):
    with pytest.raises(CommandError, match="paling sedikit 1"):
        run(households=count)
