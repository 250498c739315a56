"""Pemberitahuan: what the portal has to tell this user."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import notifications as actions
from accounts.models import Notification

PER_PAGE = 25
ICONS = {
    Notification.Topic.UNGGAHAN: "upload",
    Notification.Topic.VERIFIKASI: "shield",
    Notification.Topic.PEMADANAN: "match",
    Notification.Topic.PENYALURAN: "wallet",
    Notification.Topic.TINDAK_LANJUT: "flag",
    Notification.Topic.PENGADUAN: "chat",
    Notification.Topic.LAPORAN: "doc",
}


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    count: int
    current: bool


@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """Newest first; unread ones unless ?tampil=semua, one topic with ?perihal=."""
    own = Notification.objects.of(request.user)
    show_all = request.GET.get("tampil") == "semua"
    topic = request.GET.get("perihal", "")
    topic = topic if topic in Notification.Topic.values else ""
    counted = own.order_by().values("topic")
    counts = {
        row["topic"]: row
        for row in counted.annotate(all=Count("pk"), unread=Count("pk", filter=Q(read_at=None)))
    }
    shown = own if show_all else own.unread()
    key = "all" if show_all else "unread"
    total = {name: sum(row[name] for row in counts.values()) for name in ("all", "unread")}
    rest = "?tampil=semua" if show_all else "?"
    topics = [
        Chip(label, f"{rest}&perihal={value}", counts[value][key], value == topic)
        for value, label in Notification.Topic.choices
        if counts.get(value, {}).get(key)
    ]
    page = Paginator(shown.filter(topic=topic) if topic else shown, PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        **admin.site.each_context(request),
        "title": "Pemberitahuan",
        "page_obj": page,
        "rows": [(row, ICONS[row.topic]) for row in page],
        "unread": total["unread"],
        "show_all": show_all,
        "states": [
            Chip("Belum dibaca", "?", total["unread"], not show_all),
            Chip("Semua", "?tampil=semua", total["all"], show_all),
        ],
        "topics": [Chip("Semua perihal", rest, total[key], not topic), *topics] if topics else [],
    }
    return render(request, "accounts/notifications.html", context)


@login_required
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and go to the page that the notification speaks of."""
    found = get_object_or_404(Notification.objects.of(request.user), pk=pk)
    actions.mark_read([found.pk], by=request.user)
    if not url_has_allowed_host_and_scheme(found.url, allowed_hosts=None):
        return redirect("accounts:notifications")
    return redirect(found.url)


@login_required
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Mark one as read or unread, or all as read; back to the list as it was filtered."""
    if pk := request.POST.get("belum"):
        found = get_object_or_404(Notification.objects.of(request.user), pk=pk)
        actions.mark_unread(found, by=request.user)
    elif pk := request.POST.get("dibaca"):
        found = get_object_or_404(Notification.objects.of(request.user), pk=pk)
        actions.mark_read([found.pk], by=request.user)
    else:
        count = actions.mark_read(by=request.user)
        messages.success(request, f"{count} pemberitahuan ditandai sudah dibaca.")
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{reverse('accounts:notifications')}{'?' if query else ''}{query}")


@login_required
@require_POST
def digest(request: HttpRequest) -> HttpResponse:
    """Switch the daily e-mail of this user on or off."""
    wanted = request.POST.get("ringkasan") == "ya"
    actions.choose_digest(by=request.user, wanted=wanted)
    messages.success(
        request,
        "Ringkasan harian akan dikirim ke surel Anda."
        if wanted
        else "Ringkasan harian tidak lagi dikirim ke surel Anda.",
    )
    return redirect("accounts:notifications")
