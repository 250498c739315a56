"""Accounts that cannot work as they should, each kind with its name in the list of users."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role

RECENT_DAYS = 30


def recently():
    """Since when something counts as new for those who look after it."""
    return timezone.now() - timedelta(days=RECENT_DAYS)


def without_region():
    return User.objects.filter(is_active=True, assignments=None)


def without_bank():
    return User.objects.filter(is_active=True, role=Role.BANK, bank=None)


def without_till():
    return User.objects.filter(is_active=True, role=Role.AGEN, cashier=None)


def locked():
    """Too many wrong passwords; open again by itself after the cool-off."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gte=since
    )
    return User.objects.filter(username__in=attempts.values("username"))


STANDINGS = {
    "tanpa-wilayah": ("Tanpa wilayah tugas", without_region),
    "tanpa-bank": ("Petugas bank tanpa bank", without_bank),
    "tanpa-kasir": ("Agen tanpa kasir", without_till),
    "terkunci": ("Terkunci", locked),
}
