"""A meeting with its documents, and a follow-up."""

from dataclasses import dataclass
from datetime import date

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify

from coordination import minutes
from coordination.actions import meetings as actions
from coordination.briefing import follow_ups_for
from coordination.documents import slides, word
from coordination.forms.meetings import MeetingForm
from coordination.measures import Figure, figure_of
from coordination.models import Briefing, FollowUp, FollowUpStep, Meeting, Minutes
from dashboards.work import due
from uploads.views.attachments import as_download

MEETING_LOOKS = {
    Meeting.Status.DIRENCANAKAN: ("info", "calendar"),
    Meeting.Status.SELESAI: ("ok", "ok"),
    Meeting.Status.DIBATALKAN: ("idle", "minus"),
}
FOLLOW_UP_LOOKS = {
    "TERBUKA": ("idle", "flag"),
    "BERJALAN": ("info", "clock"),
    "SELESAI": ("ok", "ok"),
    "LEWAT": ("bad", "bad"),
}
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class Line:
    """A follow-up with its look and what its figure did."""

    follow_up: FollowUp
    look: tuple[str, str]
    figure: Figure | None


def line_of(follow_up: FollowUp) -> Line:
    return Line(follow_up, FOLLOW_UP_LOOKS[follow_up.state], figure_of(follow_up))


def add_meeting(request: HttpRequest) -> HttpResponse:
    form = MeetingForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = actions.call_meeting(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(request, f"{meeting} disimpan. Bahan rapatnya dapat disiapkan.")
            return redirect("admin:coordination_meeting_change", meeting.pk)
    back = reverse("admin:coordination_meeting_changelist")
    return _form(request, form, "Siapkan rapat koordinasi", back)


def change_meeting(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    form = MeetingForm(request.POST or None, user=request.user, meeting=meeting)
    back = reverse("admin:coordination_meeting_change", args=[meeting.pk])
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_meeting(meeting, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(request, "Undangan rapat diubah.")
            return redirect(back)
    return _form(request, form, "Ubah undangan rapat", back)


def _form(request: HttpRequest, form, title: str, back: str) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "form": form, "back": back}
    return render(request, "coordination/meeting_form.html", context)


def meeting_page(request: HttpRequest, meeting: Meeting, buttons) -> HttpResponse:
    user = request.user
    briefings = list(Briefing.objects.visible_to(user).latest_of(meeting).select_related("region"))
    waiting = [row for row in briefings if row.status == Briefing.Status.ANTRE]
    context = {
        **admin.site.each_context(request),
        "title": meeting.title,
        "meeting": meeting,
        "look": MEETING_LOOKS[meeting.status],
        "buttons": buttons,
        "may_change": meeting.status == Meeting.Status.DIRENCANAKAN
        and user.has_perm("coordination.change_meeting")
        and user.scope.contains(meeting.region_id),
        "agenda": meeting.agenda.all(),
        "attendances": meeting.attendances.select_related("agency"),
        "decisions": meeting.decisions.all(),
        "lines": [line_of(row) for row in minutes.own_follow_ups(meeting, user)],
        "minutes": _minutes_of(meeting, user),
        "previous": meeting.previous,
        "earlier": [line_of(row) for row in follow_ups_for(meeting, user)],
        "briefings": briefings,
        "ready": len(briefings) - len(waiting),
        "percent": 100 * (len(briefings) - len(waiting)) // len(briefings) if briefings else 0,
        "is_waiting": bool(waiting),
        "trend": _trend(briefings),
    }
    page = render(request, "coordination/meeting.html", context)
    if waiting:
        page.headers["Refresh"] = "5"
    return page


def _trend(briefings: list[Briefing]) -> list[tuple[str, int]]:
    """Of the widest briefing that is ready, as it was frozen."""
    days = next((row.snapshot["trend"] for row in briefings if row.snapshot), [])
    return [(date_format(date.fromisoformat(day), "j M"), count) for day, count in days]


def _file(content: bytes, name: str, ending: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=TYPES[ending],
        headers={
            "Content-Disposition": f'attachment; filename="{slugify(name)}.{ending}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def download_briefing(request: HttpRequest, meeting: Meeting, briefing_id: int, ending: str):
    found = get_object_or_404(
        Briefing.objects.visible_to(request.user).select_related("region"),
        pk=briefing_id,
        meeting=meeting,
        status=Briefing.Status.SIAP,
    )
    make = {"docx": word.briefing, "pptx": slides.briefing}.get(ending)
    if make is None:
        raise Http404
    as_of = timezone.localtime(found.as_of)
    name = f"bahan rakor {found.region.full_name} {as_of:%Y-%m-%d}"
    return _file(make(found.snapshot, as_of), name, ending)


def _minutes_of(meeting: Meeting, user) -> list[Minutes]:
    """The widest one of each version that the user sees, the newest first."""
    visible = Minutes.objects.visible_to(user).filter(meeting=meeting)
    return list(visible.order_by("-version", "region").distinct("version"))


def download_minutes(
    request: HttpRequest, meeting: Meeting, version: int | None = None
) -> HttpResponse:
    """A version as it was frozen, the newest unless it is named; a draft where there is none."""
    found = _minutes_of(meeting, request.user)
    if version is not None:
        found = [row for row in found if row.version == version]
        if not found:
            raise Http404
    if not found:
        (snapshot,) = minutes.snapshots(meeting, request.user, [meeting.region_id]).values()
        content = word.minutes(snapshot, timezone.localtime(), None)
        return _file(content, f"konsep notulen {meeting.title}", "docx")
    chosen = found[0]
    content = word.minutes(chosen.snapshot, timezone.localtime(chosen.made_at), chosen.version)
    return _file(content, f"notulen {meeting.title} versi {chosen.version}", "docx")


def follow_up_page(request: HttpRequest, follow_up: FollowUp, buttons) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": follow_up.text,
        "line": line_of(follow_up),
        "follow_up": follow_up,
        "buttons": buttons,
        "due": due(follow_up.due_on) if follow_up.status != FollowUp.Status.SELESAI else None,
        "steps": follow_up.steps.select_related("by"),
        "sees_meeting": request.user.has_perm("coordination.view_meeting"),
    }
    return render(request, "coordination/follow_up.html", context)


def download_evidence(request: HttpRequest, follow_up: FollowUp, step_id: int) -> HttpResponse:
    step = get_object_or_404(
        FollowUpStep.objects.visible_to(request.user).exclude(file=""),
        pk=step_id,
        follow_up=follow_up,
    )
    return as_download(step.file, step.file_name)
