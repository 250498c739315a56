"""A complaint: recording it, its page, its complainant; the figures above the list."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format

from accounts.admin import regions_inside
from beneficiaries.models import Household
from coordination.actions import complaints as actions
from coordination.forms.complaints import ComplaintForm
from coordination.models import Complaint
from dashboards.work import due
from distribution.models import Agent
from regions.models import Region

LOOKS = {
    Complaint.Status.DITERIMA: ("warn", "inbox"),
    Complaint.Status.DITANGANI: ("info", "clock"),
    Complaint.Status.DIJAWAB: ("info", "chat"),
    Complaint.Status.SELESAI: ("ok", "ok"),
}
SHOWN_SECONDS = 60


def add_complaint(request: HttpRequest) -> HttpResponse:
    """First the kabupaten/kota, where the user works in several; then the form."""
    user = request.user
    regencies = list(
        Region.objects.filter(pk__in={code[:5] for code in user.scope.codes if len(code) > 2})
        if not user.scope.is_province
        else regions_inside(user.scope).filter(level=Region.Level.REGENCY)
    )
    asked = request.GET.get("kabupaten", "")
    regency = next((region for region in regencies if region.code == asked), None)
    if len(regencies) == 1:
        regency = regencies[0]
    context = {
        **admin.site.each_context(request),
        "title": "Catat pengaduan",
        "list_url": reverse("admin:coordination_complaint_changelist"),
    }
    if regency is None:
        return render(
            request, "coordination/complaint_place.html", {**context, "regencies": regencies}
        )
    form = ComplaintForm(request.POST or None, user=user, regency=regency.code)
    if request.method == "POST" and form.is_valid():
        try:
            complaint = actions.receive_complaint(by=user, **form.cleaned_data)
        except ValidationError as refused:
            _refuse(form, refused)
        else:
            messages.success(
                request,
                f"{complaint.number} dicatat. Tenggat jawaban"
                f" {date_format(complaint.due_on, 'j F Y')}; sampaikan nomornya kepada pelapor.",
            )
            return redirect("admin:coordination_complaint_change", complaint.pk)
    return render(
        request,
        "coordination/complaint_add.html",
        {**context, "form": form, "regency": regency, "may_change_place": len(regencies) > 1},
    )


def _refuse(form, refused: ValidationError) -> None:
    for name, errors in getattr(refused, "error_dict", {"": refused.messages}).items():
        form.add_error(name if name in form.fields else None, errors)


def complaint_page(
    request: HttpRequest, complaint: Complaint, buttons, *, shown: dict | None = None
) -> HttpResponse:
    user = request.user
    sees_agent = (
        complaint.agent_id
        and user.has_perm("distribution.view_agent")
        and Agent.objects.visible_to(user).filter(pk=complaint.agent_id).exists()
    )
    # Families move: the officer of the place that the complaint came from may not see it any more.
    family = Household.objects.visible_to(user).filter(pk=complaint.household_id)
    tone, icon = LOOKS[complaint.status]
    context = {
        **admin.site.each_context(request),
        "title": complaint.number,
        "complaint": complaint,
        "buttons": buttons,
        "look": (tone, icon),
        "due": due(complaint.due_on) if complaint.is_open else None,
        "place": _place(complaint.region),
        "family": family.first() if user.has_perm("beneficiaries.view_household") else None,
        "agent": complaint.agent if sees_agent else None,
        "steps": complaint.steps.select_related("by"),
        "may_reveal": complaint.has_complainant and actions.may_reveal(complaint, user),
        "shown": shown,
        "shown_seconds": SHOWN_SECONDS,
    }
    return render(request, "coordination/complaint.html", context)


def _place(region: Region) -> str:
    above = Region.objects.filter(
        pk__in=[region.code[:length] for length in (5, 8) if length < len(region.code)]
    ).order_by("-code")
    return ", ".join([region.full_name, *(other.full_name for other in above)])


def reveal(request: HttpRequest, complaint: Complaint, buttons) -> HttpResponse:
    """Show the complainant for a minute: written down first."""
    if request.method != "POST":
        return redirect("admin:coordination_complaint_change", complaint.pk)
    if not complaint.has_complainant:
        raise Http404
    shown = actions.reveal_complainant(complaint, by=request.user)
    page = complaint_page(request, complaint, buttons, shown=shown)
    url = reverse("admin:coordination_complaint_change", args=[complaint.pk])
    page.headers["Refresh"] = f"{SHOWN_SECONDS};url={url}"
    return page
