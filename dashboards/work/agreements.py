"""The agreement (PKS) with the civil registry, without which nothing may be matched."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dashboards.work.tasks import Task, due
from verification.models import Agreement

EXPIRING_DAYS = 60


def tasks(user) -> Iterator[Task]:
    """One line for each agreement that covers the user's region, ends soon and has no successor."""
    today = timezone.localdate()
    soon = today + timedelta(days=EXPIRING_DAYS)
    theirs = Q()
    for code in user.scope.codes:
        above = [code[:length] for length in (2, 5) if length <= len(code)]
        theirs |= Q(region__in=above) | Q(region__code__startswith=f"{code}.")
    standing = Agreement.objects.filter(theirs, ended_on=None, valid_until__gt=soon)
    ending = Agreement.objects.filter(
        theirs, ended_on=None, valid_until__range=(today - timedelta(days=EXPIRING_DAYS), soon)
    ).exclude(region__in=standing.values("region"))
    may_look = user.has_perm("verification.view_agreement")
    for agreement in ending.select_related("region").order_by("valid_until"):
        until = due(agreement.valid_until)
        yield Task(
            count=1,
            unit="PKS",
            title=f"Perpanjang PKS {agreement.region.full_name}",
            text=f"{agreement.number}. Tanpa PKS yang berlaku tidak ada data yang dipadankan.",
            button="Lihat PKS",
            url=reverse("admin:verification_agreement_change", args=[agreement.pk])
            if may_look
            else None,
            due=until,
        )
