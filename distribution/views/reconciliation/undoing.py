"""Going back on what was just done: offered on the page that comes after it."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from distribution.actions import reconciliation as actions
from distribution.models.reconciliation import FindingStep
from distribution.views.reconciliation.asked import require
from spreadsheets.words import thousands

PARAMETER = "urung"


def back_of(request: HttpRequest) -> str:
    back = request.POST.get("kembali", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return reverse("distribution:reconciliation")


def _with(url: str, deed: UUID | None) -> str:
    """The address with this deed to be undone, or with none."""
    parts = urlsplit(url)
    values = [(key, value) for key, value in parse_qsl(parts.query) if key != PARAMETER]
    if deed:
        values.append((PARAMETER, str(deed)))
    return urlunsplit(parts._replace(query=urlencode(values)))


def after(request: HttpRequest, deed: UUID) -> HttpResponse:
    return redirect(_with(back_of(request), deed))


def _deed(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def undoable(request: HttpRequest) -> dict | None:
    """What this user has just done, as long as nobody has gone on: the deed and its size."""
    deed = _deed(request.GET.get(PARAMETER, ""))
    if deed is None:
        return None
    done = FindingStep.objects.visible_to(request.user).filter(
        deed=deed, by=request.user, is_undo=False
    )
    count = done.count()
    overtaken = FindingStep.objects.filter(
        finding__in=done.values("finding"), pk__gt=done.order_by("-pk").values("pk")[:1]
    )
    if not count or overtaken.exists():
        return None
    return {"deed": deed, "count": count, "back": _with(request.get_full_path(), None)}


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    require(request)
    deed = _deed(request.POST.get("tindakan", ""))
    if deed is None:
        raise Http404
    try:
        undone = actions.undo(deed, by=request.user)
        messages.success(request, f"{thousands(undone.count)} temuan kembali seperti semula.")
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(_with(back_of(request), None))
