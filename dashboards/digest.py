"""The daily e-mail: what a user has not read and what waits for the user, if there is any."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.models import Notification, User
from dashboards import figures, work
from dashboards.attention import findings, title_of
from dashboards.choices import chosen
from dashboards.mail import Delivery, Letter, send_each
from dashboards.overview import overview
from dashboards.starts import STARTS, missing
from spreadsheets.words import thousands

SHOWN_NOTIFICATIONS = 20


@dataclass(frozen=True)
class Line:
    """A piece of work; `when` says until when it is due."""

    text: str
    url: str | None
    when: str = ""


@dataclass(frozen=True)
class Digest:
    """What one user is told on one day. Neither part holds identity numbers or names of persons."""

    user: User
    notifications: tuple[Notification, ...]
    unread: int
    lines: tuple[Line, ...]

    def __bool__(self) -> bool:
        return bool(self.notifications or self.lines)

    @property
    def subject(self) -> str:
        parts = [
            f"{count} {what}"
            for count, what in ((len(self.lines), "pekerjaan"), (self.unread, "pemberitahuan"))
            if count
        ]
        return f"Portal Sembako: {' dan '.join(parts)}"


def _lines(user: User) -> list[Line]:
    """The work list of the user's start page."""
    if missing(user):
        return []
    if user.role in STARTS:
        return [_line(task) for task in STARTS[user.role].tasks(user)]
    round = figures.current_round(user)
    code = min(user.scope.codes, key=len)
    sees_uploads = user.has_perm("uploads.view_upload")
    uploads = figures.open_uploads(user) if sees_uploads else []
    if user.scope.is_province:
        view = overview(user, code, chosen(user, {}), round)
        return [Line(title_of(finding), finding.url) for finding in findings(view, uploads)]
    area = figures.area(user, code, round)
    return [_line(task) for task in work.work_of(user, area, round, uploads)]


def _line(task: work.Task) -> Line:
    return Line(f"{thousands(task.count)} {task.unit}: {task.title}", task.url, task.due.words)


def digest_of(user: User) -> Digest:
    """What `user` would be sent now, counted within the user's own scope."""
    with scope.applied(user.scope):
        unread = Notification.objects.of(user).unread()
        return Digest(
            user=user,
            notifications=tuple(unread[:SHOWN_NOTIFICATIONS]),
            unread=unread.count(),
            lines=tuple(_lines(user)),
        )


def _message(user: User) -> EmailMultiAlternatives | None:
    digest = digest_of(user)
    if not digest:
        return None
    context = {"digest": digest, "site": settings.SITE_URL}
    page = f"{settings.SITE_URL}{reverse('accounts:notifications')}"
    message = EmailMultiAlternatives(
        digest.subject,
        render_to_string("dashboards/digest.txt", context),
        to=[user.email],
        headers={"List-Unsubscribe": f"<{page}>"},
    )
    message.attach_alternative(render_to_string("dashboards/digest.html", context), "text/html")
    return message


def send_digests(today: date | None = None) -> Delivery:
    """Send today's e-mails. Who has had one today gets no second one, so that a run can be
    repeated for those whose e-mail failed."""
    today = today or timezone.localdate()
    due = User.objects.filter(
        Q(digest_sent_on=None) | Q(digest_sent_on__lt=today), is_active=True, wants_digest=True
    ).exclude(email="")
    return send_each(
        Letter(
            f"user {user.pk}",
            partial(_message, user),
            partial(User.objects.filter(pk=user.pk).update, digest_sent_on=today),
        )
        for user in due
    )
