"""What proposals and objections have in common: being withdrawn, told of, reminded of."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Notification, User
from accounts.notifications import notify, users_who_may
from spreadsheets.words import thousands
from verification.deadlines import SOON_DAYS
from verification.models import Answerable, Objection, Proposal, ProposalStep

Thing = Proposal | Objection


def tell_maker(thing: Thing, text: str, *, by: User) -> None:
    """Who has entered it learns what became of it, without a name of the family."""
    notify(
        [thing.made_by] if thing.made_by_id != by.pk else [],
        topic=Notification.Topic.VERIFIKASI,
        text=text,
        url=reverse(f"admin:verification_{thing._meta.model_name}_change", args=[thing.pk]),
    )


def withdraw_open(things: Iterable[Thing], *, reason: str, by: User) -> None:
    """Withdraw things that the caller holds and knows to be open."""
    for thing in things:
        thing.status, thing.answer = Answerable.Status.DITARIK, reason
        thing.withdrawn_by, thing.withdrawn_at = by, timezone.now()
        thing.full_clean()
        thing.save()
        if isinstance(thing, Proposal):
            note_step(thing, ProposalStep.Action.TARIK, note=reason, by=by)
        tell_maker(thing, f"{thing} ditarik.", by=by)


def note_step(proposal: Proposal, action: str, *, note: str, by: User) -> None:
    ProposalStep.objects.create(
        proposal=proposal, village_id=proposal.village_id, action=action, note=note, by=by
    )


def send_reminders(today: date | None = None) -> int:
    """Tell those who decide what is due in a few days, once for each; returns how many were told.

    One line for each regency and kind, so that a busy office is told and not flooded.
    """
    today = today or timezone.localdate()
    told = 0
    for model, permission in (
        (Proposal, "verification.decide_proposal"),
        (Objection, "verification.decide_objection"),
    ):
        due = model.objects.due_by(today + timedelta(days=SOON_DAYS)).filter(reminded_on=None)
        counted = list(
            due.order_by("regency_code")
            .values("regency_code")
            .annotate(number=Count("pk"), first=Min("due_on"))
        )
        due.update(reminded_on=today)
        for row in counted:
            first = date_format(row["first"], "j F Y")
            late = ", sudah lewat" if row["first"] < today else ""
            told += notify(
                users_who_may(permission, row["regency_code"]),
                topic=Notification.Topic.VERIFIKASI,
                text=(
                    f"{thousands(row['number'])} {model._meta.verbose_name} harus dijawab dalam"
                    f" {SOON_DAYS} hari; tenggat pertama {first}{late}."
                ),
                url=reverse(f"admin:verification_{model._meta.model_name}_changelist")
                + "?tenggat=terbuka",
            )
    return told
