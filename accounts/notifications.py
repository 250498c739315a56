"""Telling users what happened: a line in the portal, and in the daily e-mail until it is read."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import Notification, RegionAssignment, User
from accounts.roles import roles_with

TEXT_LENGTH = Notification._meta.get_field("text").max_length


def notify(users: Iterable[User | None], *, topic: str, text: str, url: str) -> int:
    """Tell each of these users once, in one statement; tells how many.

    `None` and users who are no longer active are left out, so that a caller can name the sender of
    an upload as it is. `text` is one Indonesian sentence without personal data (it is sent by
    e-mail too) and is cut at 300 characters; `url` is a path of the portal.
    """
    told = {user.pk for user in users if user is not None and user.is_active}
    Notification.objects.bulk_create(
        Notification(user_id=pk, topic=topic, text=_shortened(text), url=url) for pk in sorted(told)
    )
    return len(told)


def _shortened(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"


def users_who_may(permission: str, region_code: str) -> list[User]:
    """Active users whose role holds the permission and who work in the region or above it."""
    roles = roles_with(permission)
    above = [region_code[:length] for length in (2, 5, 8, 13) if length <= len(region_code)]
    working_there = RegionAssignment.objects.filter(region__in=above)
    return list(
        User.objects.filter(pk__in=working_there.values("user"), role__in=roles, is_active=True)
    )


def mark_read(notifications: Iterable[int] | None = None, *, by: User) -> int:
    """Mark these notifications of `by` as read, or all of them; tells how many."""
    own = Notification.objects.of(by).unread()
    if notifications is not None:
        own = own.filter(pk__in=notifications)
    return own.update(read_at=timezone.now())


def mark_unread(notification: Notification, *, by: User) -> None:
    Notification.objects.of(by).filter(pk=notification.pk).update(read_at=None)


def choose_digest(*, by: User, wanted: bool) -> None:
    """Switch the daily e-mail of `by` on or off."""
    User.objects.filter(pk=by.pk).update(wants_digest=wanted)
