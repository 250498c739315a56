"""Reminders to agencies that have no user here: what they took on, without any person's name."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from coordination.models import Agency, FollowUp
from dashboards.mail import Delivery, Letter, send_each


def remind(follow_ups: Iterable[FollowUp], today: date) -> Delivery:
    """One e-mail to each agency, about all of these follow-ups that are its own."""
    ordered = sorted(follow_ups, key=lambda row: (row.agency_id, row.due_on, row.pk))
    return send_each(
        _letter(agency, list(rows), today)
        for agency, rows in groupby(ordered, key=lambda row: row.agency)
    )


def _letter(agency: Agency, rows: list[FollowUp], today: date) -> Letter:
    reminded = FollowUp.objects.filter(pk__in=[row.pk for row in rows])
    return Letter(
        f"agency {agency.pk}",
        partial(_message, agency, rows),
        partial(reminded.update, reminded_on=today),
    )


def _message(agency: Agency, rows: list[FollowUp]) -> EmailMessage:
    return EmailMessage(
        f"Portal Sembako: {len(rows)} tindak lanjut rapat koordinasi",
        render_to_string("coordination/reminder.txt", {"agency": agency, "follow_ups": rows}),
        settings.DEFAULT_FROM_EMAIL,
        [agency.email],
    )
