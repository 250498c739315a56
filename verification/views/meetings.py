"""The minutes of a village meeting: entering, deciding families, finishing, printing."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.admin import regions_inside
from beneficiaries.models import ExitReason, Household
from regions.models import Region
from uploads.views.attachments import files_of
from verification.actions import meetings as actions
from verification.actions.attachments import attach
from verification.models import MeetingDecision, Round, VillageMeeting
from verification.views.asking import Question, ReasonForm, ask, date_field, tell
from verification.views.choosing import search_families

Kind = MeetingDecision.Kind
LOOKS = {
    VillageMeeting.Status.DISUSUN: ("info", "edit"),
    VillageMeeting.Status.SELESAI: ("ok", "lock"),
}
KIND_LOOKS = {
    Kind.DIUSULKAN: ("info", "plus"),
    Kind.DIKONFIRMASI: ("ok", "ok"),
    Kind.DIKELUARKAN: ("warn", "flag"),
}
LEAVING_REASONS = [one for one in ExitReason.choices if one[0] != ExitReason.BATAL]
EMPTY_LINES = 4


def village_choices(user) -> list:
    """The villages of the user's places, by kecamatan."""
    groups: dict[str, list] = {}
    villages = regions_inside(user.scope).filter(level=Region.Level.VILLAGE)
    for village in villages.select_related("parent").order_by("parent__name", "name"):
        groups.setdefault(f"Kec. {village.parent.name}", []).append((village.code, village.name))
    return [("", "Pilih desa/kelurahan"), *groups.items()]


class MinutesForm(forms.Form):
    held_on = date_field("Tanggal musyawarah")
    venue = forms.CharField(
        label="Tempat",
        max_length=150,
        error_messages={"required": "Tempat musyawarah belum diisi."},
    )
    leader = forms.CharField(
        label="Pemimpin musyawarah",
        max_length=150,
        error_messages={"required": "Pemimpin musyawarah belum diisi."},
    )


class NewMeetingForm(MinutesForm):
    round = forms.ModelChoiceField(
        label="Putaran",
        queryset=Round.objects.none(),
        empty_label=None,
        error_messages={"required": "Belum ada putaran yang berjalan di wilayah Anda."},
    )
    village = forms.ChoiceField(
        label="Desa/kelurahan", error_messages={"required": "Pilih desa/kelurahan."}
    )
    field_order = ["round", "village", "held_on", "venue", "leader"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = Round.objects.visible_to(user).running()
        self.fields["village"].choices = village_choices(user)


class EditForm(MinutesForm):
    minutes_number = forms.CharField(
        label="Nomor berita acara",
        required=False,
        max_length=60,
        help_text="Wajib sebelum berita acara diselesaikan.",
    )
    attendance = forms.IntegerField(
        label="Jumlah hadir",
        min_value=0,
        max_value=100_000,
        error_messages={"required": "Jumlah hadir belum diisi."},
    )
    names = forms.CharField(
        label="Daftar hadir",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Satu orang tiap baris: nama; jabatan. Contoh: NORHAYATI; Ketua RT 003.",
    )

    def clean_names(self) -> list[tuple[str, str]]:
        rows = []
        for number, line in enumerate(self.cleaned_data["names"].splitlines(), start=1):
            if not line.strip():
                continue
            name, _, function = (part.strip() for part in line.partition(";"))
            if not name or not function:
                raise ValidationError(f"Baris {number}: tulis nama; jabatan.")
            rows.append((name, function))
        return rows


def url_of(meeting: VillageMeeting) -> str:
    return reverse("admin:verification_villagemeeting_change", args=[meeting.pk])


def add_meeting(request: HttpRequest) -> HttpResponse:
    form = NewMeetingForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        village = get_object_or_404(regions_inside(request.user.scope), pk=data.pop("village"))
        try:
            meeting = actions.create_meeting(village=village, by=request.user, **data)
        except ValidationError as refused:
            tell(form, refused)
        else:
            messages.success(request, "Musyawarah dicatat. Tambahkan keluarga yang diputus.")
            return redirect(url_of(meeting))
    context = {
        **admin.site.each_context(request),
        "title": "Catat musyawarah desa",
        "intro": "Daftar hadir, putusan, dan nomor berita acara diisi sesudah ini.",
        "form": form,
        "button": "Simpan musyawarah",
        "list_url": reverse("admin:verification_villagemeeting_changelist"),
        "list_title": "Musyawarah desa",
    }
    return render(request, "verification/form.html", context)


def edit_meeting(request: HttpRequest, meeting: VillageMeeting) -> HttpResponse:
    """Head of the minutes and the list of those present."""
    _require(request, actions.ENTER)
    attendees = [f"{one.name}; {one.function}" for one in meeting.attendees.all()]
    initial = {name: getattr(meeting, name) for name in EditForm.base_fields if name != "names"}
    form = EditForm(request.POST or None, initial={**initial, "names": "\n".join(attendees)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        names = data.pop("names")
        try:
            data["attendance"] = max(data["attendance"], len(names))
            with transaction.atomic():
                actions.set_attendees(meeting, names, by=request.user)
                actions.change_meeting(meeting, by=request.user, **data)
        except ValidationError as refused:
            tell(form, refused)
        else:
            messages.success(request, "Berita acara disimpan.")
            return redirect(url_of(meeting))
    context = {
        **admin.site.each_context(request),
        "title": f"Isi berita acara {meeting}",
        "form": form,
        "button": "Simpan berita acara",
        "list_url": url_of(meeting),
        "list_title": str(meeting),
    }
    return render(request, "verification/form.html", context)


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def meeting_page(request: HttpRequest, meeting: VillageMeeting, *, template="meeting"):
    """What was decided; while it is being written, families of the village to add."""
    user = request.user
    is_draft = meeting.status == VillageMeeting.Status.DISUSUN
    may_enter = is_draft and user.has_perm(actions.ENTER)
    decisions = list(
        meeting.decisions.select_related("household__payee", "proposal__household__payee")
        .prefetch_related("proposal__members")
        .order_by("kind", "pk")
    )
    text = request.GET.get("cari", "")
    decided = {decision.household_id for decision in decisions}
    found = search_families(user, text, village=meeting.village) if may_enter else []
    kinds = [
        {
            "label": Kind(kind).label,
            "look": KIND_LOOKS[kind],
            "rows": [decision for decision in decisions if decision.kind == kind],
        }
        for kind in Kind.values
    ]
    context = {
        **admin.site.each_context(request),
        "title": str(meeting),
        "meeting": meeting,
        "look": LOOKS[meeting.status],
        "attendees": meeting.attendees.all(),
        "kinds": kinds,
        "decisions": decisions,
        "steps": meeting.steps.select_related("by"),
        "text": text,
        "found": [family for family in found if family.pk not in decided],
        "may_enter": may_enter,
        "may_scan": user.has_perm(actions.ENTER) and (is_draft or not meeting.scan_id),
        "may_finish": user.has_perm(actions.FINISH),
        "may_propose": may_enter and user.has_perm("verification.add_proposal"),
        "new_family_url": reverse("admin:verification_proposal_add")
        + "?"
        + urlencode({"musyawarah": meeting.pk}),
        "empty_lines": range(EMPTY_LINES),
    }
    return render(request, f"verification/{template}.html", context)


class LeavingForm(forms.Form):
    reason = forms.ChoiceField(
        label="Alasan keluar",
        choices=[("", "Pilih alasan"), *LEAVING_REASONS],
        error_messages={"required": "Pilih alasan keluar."},
    )
    note = forms.CharField(label="Keterangan", required=False, max_length=250)


class NoteForm(forms.Form):
    note = forms.CharField(label="Keterangan", required=False, max_length=250)


def decide(request: HttpRequest, meeting: VillageMeeting) -> HttpResponse:
    """Note one family: what the meeting decided, and why where it is to leave."""
    _require(request, actions.ENTER)
    families = Household.objects.visible_to(request.user).filter(village=meeting.village)
    household = get_object_or_404(families, pk=request.GET.get("keluarga") or 0)
    kind = request.GET.get("putusan", "")
    if kind not in Kind.values:
        return redirect(url_of(meeting))
    question = Question(
        title=f"{Kind(kind).label}: {household}",
        text=f"Dicatat dalam {meeting}.",
        button="Catat putusan",
        form=LeavingForm if kind == Kind.DIKELUARKAN else NoteForm,
        run=lambda **said: actions.decide_family(
            meeting, household, kind=kind, by=request.user, **said
        ),
        done=f"{household} dicatat: {Kind(kind).label.lower()}.",
        back=url_of(meeting),
        back_title=str(meeting),
    )
    return ask(request, question)


def drop(request: HttpRequest, meeting: VillageMeeting) -> HttpResponse:
    """Take a family from the unfinished minutes."""
    _require(request, actions.ENTER)
    decision = get_object_or_404(
        meeting.decisions, pk=request.POST.get("putusan") or request.GET.get("putusan") or 0
    )
    if request.method == "POST":
        try:
            actions.drop_decision(decision, by=request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, "Keluarga dikeluarkan dari berita acara.")
    return redirect(url_of(meeting))


class ScanForm(forms.Form):
    scan = forms.FileField(
        label="Pindaian berita acara",
        help_text="PDF atau foto, paling besar 10 MB.",
        error_messages={"required": "Pilih berkasnya."},
    )


def scan(request: HttpRequest, meeting: VillageMeeting) -> HttpResponse:
    """Keep the scan of the signed minutes."""
    _require(request, actions.ENTER)

    def run(scan):
        with transaction.atomic():
            for name, content in files_of(request, "scan"):
                kept = attach(name, content, region=meeting.village, by=request.user)
                actions.attach_scan(meeting, kept, by=request.user)

    question = Question(
        title=f"Unggah pindaian {meeting}",
        text="Berita acara yang sudah ditandatangani, beserta daftar hadirnya.",
        button="Simpan pindaian",
        form=ScanForm,
        run=run,
        done="Pindaian berita acara disimpan.",
        back=url_of(meeting),
        back_title=str(meeting),
    )
    return ask(request, question)


def finish(request: HttpRequest, meeting: VillageMeeting) -> HttpResponse:
    _require(request, actions.FINISH)
    counts = {kind: meeting.decisions.filter(kind=kind).count() for kind in Kind.values}
    question = Question(
        title=f"Selesaikan berita acara {meeting}?",
        text="Isinya tidak berubah lagi; yang keliru dibetulkan dengan membuka kembali dan"
        " menyebut alasannya.",
        notes=(
            f"{counts[Kind.DIUSULKAN]} keluarga diusulkan dan menjadi usulan untuk diperiksa.",
            f"{counts[Kind.DIKONFIRMASI]} KPM dikonfirmasi layak.",
            f"{counts[Kind.DIKELUARKAN]} KPM diusulkan keluar; kunjungannya masih harus dicatat.",
        ),
        button="Selesaikan berita acara",
        run=lambda: actions.finish_meeting(meeting, by=request.user),
        done="Berita acara selesai.",
        back=url_of(meeting),
        back_title=str(meeting),
    )
    return ask(request, question)


def reopen(request: HttpRequest, meeting: VillageMeeting) -> HttpResponse:
    _require(request, actions.FINISH)
    question = Question(
        title=f"Buka kembali berita acara {meeting}?",
        text=actions.reopening_tells(meeting),
        button="Buka kembali",
        form=ReasonForm,
        run=lambda answer: actions.reopen_meeting(meeting, reason=answer, by=request.user),
        done="Berita acara dibuka kembali.",
        back=url_of(meeting),
        back_title=str(meeting),
    )
    return ask(request, question)
