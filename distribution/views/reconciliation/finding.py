"""The page of one finding: what the lists say, what to do, who did what."""

from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from beneficiaries import reveal as revealing
from distribution.models import ReconciliationFinding
from distribution.reconciliation.rules import BY_CODE
from distribution.views.reconciliation.asked import LOOKS, require
from distribution.views.reconciliation.deeds import deeds_of
from distribution.views.reconciliation.undoing import undoable


def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    own = ReconciliationFinding.objects.visible_to(request.user).select_related("village")
    finding = get_object_or_404(own, pk=pk)
    return revealing.answer(
        request,
        numbers={"nik": (finding.payee_nik, "NIK pengurus")},
        subject=finding.payee_name,
        region=finding.village,
        page=lambda key: finding_page(request, pk, shown_key=key),
        url=reverse("distribution:finding", args=[pk]),
    )


def finding_page(request: HttpRequest, pk: int, *, shown_key: str = "") -> HttpResponse:
    """One finding: what the lists say, what to do, who did what."""
    require(request)
    own = ReconciliationFinding.objects.visible_to(request.user)
    finding = get_object_or_404(
        own.select_related(
            "village__parent__parent", "bank", "owner", "period", "payment__bank", "purchase__agent"
        ),
        pk=pk,
    )
    user = request.user
    household_url = (
        reverse("admin:beneficiaries_household_change", args=[finding.household_id])
        if finding.household_id and user.has_perm("beneficiaries.view_household")
        else ""
    )
    tone, icon = LOOKS[finding.status]
    context = {
        **admin.site.each_context(request),
        "title": finding.get_rule_display(),
        "finding": finding,
        "rule": BY_CODE[finding.rule],
        "tone": tone,
        "icon": icon,
        "steps": [
            (*LOOKS[step.status], step)
            for step in finding.steps.select_related("by", "owner").order_by("pk")
        ],
        "household_url": household_url,
        "number": revealing.number("nik", "NIK pengurus", finding.payee_nik, shown_key=shown_key),
        **revealing.context(
            request,
            reveal_url=reverse("distribution:finding_reveal", args=[pk]),
            hide_url=reverse("distribution:finding", args=[pk]),
        ),
        "undo": undoable(request),
        "deeds": [
            deed
            for deed in deeds_of(user)
            if not finding.gone_at
            and deed.status in ReconciliationFinding.TRANSITIONS[finding.status]
            and (deed.key != "minta" or finding.bank_id)
        ],
        "list_url": f"{reverse('distribution:reconciliation')}?"
        + urlencode(
            {
                "periode": finding.period_id,
                "wilayah": finding.regency_code,
                "jenis": finding.rule,
            }
        )
        + "#daftar",
    }
    return render(request, "distribution/finding.html", context)
