"""Doing something about findings that are chosen, or about everything that is listed."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from distribution.actions import reconciliation as actions
from distribution.actions import works
from distribution.models import PayoutPeriod, PeriodWork, ReconciliationFinding
from distribution.models.reconciliation import Office
from distribution.views.reconciliation.asked import Asked, asked_by, require
from distribution.views.reconciliation.deeds import Deed, deeds_of
from distribution.views.reconciliation.undoing import after, back_of
from spreadsheets.words import thousands

SELF = "saya"


@require_POST
def handle(request: HttpRequest) -> HttpResponse:
    """Ask for the words, then do it; a list that has changed meanwhile is asked about again."""
    require(request)
    key = request.POST.get("tindakan")
    deed = next((deed for deed in deeds_of(request.user) if deed.key == key), None)
    if deed is None:
        raise PermissionDenied
    asked = asked_by(request, request.POST) if request.POST.get("semua") == "1" else None
    ids = _all_of(asked, deed, request.user) if asked else _chosen(request)
    if not ids:
        messages.warning(request, "Belum ada temuan yang dipilih. Centang sekurangnya satu baris.")
        return redirect(back_of(request))
    error = ""
    if request.POST.get("yakin"):
        if asked and str(len(ids)) != request.POST.get("jumlah"):
            error = "Daftar ini berubah sejak Anda membukanya. Periksa jumlahnya, lalu ulangi."
        else:
            try:
                handled = _do(deed, ids, request)
            except ValidationError as refused:
                error = " ".join(refused.messages)
            else:
                messages.success(request, deed.done.format(count=thousands(handled.count)))
                return after(request, handled.deed)
    context = {
        **admin.site.each_context(request),
        "title": deed.question.format(count=thousands(len(ids))),
        "deed": deed,
        "count": len(ids),
        "hidden": [*asked.values.items(), ("semua", "1")]
        if asked
        else [("temuan", pk) for pk in ids],
        "owners": _owners(ids, request.user) if deed.key == "serahkan" else None,
        "chosen": request.POST.get("kepada", SELF),
        "error": error,
        "note": request.POST.get("catatan", ""),
        "evidence": request.POST.get("bukti", ""),
        "back_url": back_of(request),
    }
    return render(request, "distribution/reconciliation_handle.html", context)


def _chosen(request: HttpRequest) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("temuan") if pk.isdecimal()]


def _all_of(asked: Asked, deed: Deed, user) -> list[int]:
    """Everything listed that the deed can be done to."""
    allowed = [
        status
        for status, following in ReconciliationFinding.TRANSITIONS.items()
        if deed.status in following
    ]
    rows = asked.rows(user).filter(status__in=allowed)
    if deed.key == "minta":
        rows = rows.exclude(bank=None)
    return list(rows.values_list("pk", flat=True))


def _owners(ids: list[int], user) -> list[tuple[str, str]]:
    """Who may be chosen: oneself, the offices, everybody who works in all of these places."""
    findings = ReconciliationFinding.objects.visible_to(user).filter(pk__in=ids)
    places = set(findings.order_by().values_list("regency_code", flat=True))
    people = [one for one in actions.may_own(places) if one != user]
    return [
        (SELF, "Saya sendiri"),
        (Office.KABKOTA, "Dinas Sosial kab/kota setempat"),
        (Office.PROVINSI, Office.PROVINSI.label),
        *((str(one.pk), f"{one} ({one.get_role_display()})") for one in people),
    ]


def _do(deed: Deed, ids: list[int], request: HttpRequest) -> actions.Handled:
    note, by = request.POST.get("catatan", "")[:500], request.user
    if deed.key == "serahkan":
        return _assign(ids, request.POST.get("kepada", ""), note=note, by=by)
    if deed.key == "selesai":
        evidence = request.POST.get("bukti", "")[:200]
        return actions.settle(ids, note=note, evidence=evidence, by=by)
    deeds = {
        "minta": actions.ask_bank,
        "jawab": actions.answer,
        "buka": actions.reopen,
        "bukan-masalah": actions.dismiss,
    }
    return deeds[deed.key](ids, note=note, by=by)


def _assign(ids: list[int], to: str, *, note: str, by: User) -> actions.Handled:
    if to in Office.values:
        return actions.assign(ids, office=to, note=note, by=by)
    person = by if to == SELF else None
    if to.isdecimal():
        person = User.objects.filter(pk=to, is_active=True).first()
    return actions.assign(ids, to=person, note=note, by=by)


@require_POST
def recompute(request: HttpRequest, period_id: int) -> HttpResponse:
    period = get_object_or_404(PayoutPeriod.objects.visible_to(request.user), pk=period_id)
    works.request(period, PeriodWork.Kind.BANDING, by=request.user)
    return redirect(f"{reverse('distribution:reconciliation')}?periode={period.pk}")
