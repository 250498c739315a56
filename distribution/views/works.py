"""Work on a period that the worker does: how far it is, and taking it back."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from distribution.actions import works
from distribution.models import PayoutPeriod, PeriodWork

NEWS = timedelta(days=1)
SEEN = {
    PeriodWork.Kind.DAFTAR: "distribution.view_payoutperiod",
    PeriodWork.Kind.BANDING: "distribution.view_reconciliationfinding",
}


def page_url(work: PeriodWork) -> str:
    if work.kind == PeriodWork.Kind.DAFTAR:
        return reverse("admin:distribution_payoutperiod_change", args=[work.period_id])
    return f"{reverse('distribution:reconciliation')}?periode={work.period_id}"


def _work(request: HttpRequest, pk: int) -> PeriodWork:
    periods = PayoutPeriod.objects.visible_to(request.user)
    works_seen = PeriodWork.objects.filter(period__in=periods).select_related("by", "period")
    work = get_object_or_404(works_seen, pk=pk)
    if not request.user.has_perm(SEEN[work.kind]):
        raise PermissionDenied
    return work


def shown(request: HttpRequest, work: PeriodWork | None) -> dict:
    """What `distribution/work.html` needs of the newest work of a page, while it is news."""
    if work and not work.is_open and work.finished_at < timezone.now() - NEWS:
        work = None
    return {"work": work, "may_cancel_work": work and works.may_ask(request.user, work.kind)}


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page; `X-Done` when it is over."""
    work = _work(request, pk)
    response = render(request, "distribution/work.html", shown(request, work))
    if not work.is_open:
        response["X-Done"] = "1"
    return response


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    work = _work(request, pk)
    try:
        works.cancel(work, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, f"{work.get_kind_display()} dibatalkan. Data tidak berubah.")
    return redirect(page_url(work))
