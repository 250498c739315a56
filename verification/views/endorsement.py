"""The page of an endorsement, the steps people take with it, and the second look."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.admin import regions_inside
from regions.models import Region
from spreadsheets.words import thousands
from verification.actions import endorsement as actions
from verification.figures import endorsement as figures
from verification.figures.findings import place_filters
from verification.models import Endorsement, Round, SecondLook
from verification.views.forms import DateInput, TextInput, kept_scan, scan_field

Status = Endorsement.Status


def page_url(endorsement: Endorsement) -> str:
    return reverse("admin:verification_endorsement_change", args=[endorsement.pk])


# Making a list


def add_endorsement(request: HttpRequest) -> HttpResponse:
    """What can be endorsed now, with its numbers; the button freezes the list."""
    user = request.user
    own = list(regions_inside(user.scope).filter(level=Region.Level.REGENCY))
    offered = figures.candidates(user, own)
    error = ""
    if request.method == "POST":
        round = get_object_or_404(
            Round.objects.visible_to(user), pk=_number(request.POST.get("putaran"))
        )
        region = get_object_or_404(regions_inside(user.scope), pk=request.POST.get("wilayah"))
        try:
            made = actions.make_endorsement(
                round,
                region,
                by=user,
                with_open="tanpa_terbuka" in request.POST,
                with_waiting="tanpa_tempat" in request.POST,
            )
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            messages.success(
                request,
                f"Daftar {thousands(made.families)} keluarga disusun dan dibekukan. Unduh berita"
                " acaranya untuk ditandatangani.",
            )
            return redirect(page_url(made))
    context = {
        **admin.site.each_context(request),
        "title": "Susun daftar pengesahan",
        "offered": offered,
        "error": error,
    }
    return render(request, "verification/endorsement_add.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


# Steps: each asks with its effect counted, then does it


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Alasan",
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input area", "rows": 3}),
        error_messages={"required": "Sebutkan alasannya."},
    )


class EndorseForm(forms.Form):
    number = forms.CharField(
        label="Nomor surat",
        max_length=100,
        widget=TextInput,
        error_messages={"required": "Nomor surat belum diisi."},
    )
    signed_on = forms.DateField(
        label="Tanggal pengesahan",
        widget=DateInput,
        error_messages={"required": "Tanggal pengesahan belum diisi."},
    )
    official_name = forms.CharField(
        label="Nama pejabat",
        max_length=150,
        widget=TextInput,
        error_messages={"required": "Nama pejabat belum diisi."},
    )
    official_office = forms.CharField(
        label="Jabatan",
        max_length=150,
        widget=TextInput,
        help_text="Contoh: Bupati Kapuas.",
        error_messages={"required": "Jabatan pejabat belum diisi."},
    )
    official_nip = forms.RegexField(
        r"^[0-9 ]{18,21}$",
        label="NIP",
        required=False,
        widget=TextInput,
        error_messages={"invalid": "NIP terdiri atas 18 angka."},
    )
    scan = scan_field("Pindaian berita acara bertanda tangan")

    def clean_official_nip(self) -> str:
        return self.cleaned_data["official_nip"].replace(" ", "")


class SampleForm(forms.Form):
    method = forms.ChoiceField(
        label="Cara memilih",
        choices=SecondLook.Method,
        initial=SecondLook.Method.ACAK,
        widget=forms.RadioSelect,
    )
    size = forms.IntegerField(
        label="Jumlah keluarga",
        min_value=1,
        max_value=actions.SECOND_LOOKS_AT_MOST,
        initial=30,
        widget=forms.NumberInput(attrs={"class": "input"}),
        error_messages={"required": "Jumlah keluarga belum diisi."},
    )


class LookForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Hasil pemeriksaan ulang",
        choices=[choice for choice in SecondLook.Outcome.choices if choice[0]],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih hasil pemeriksaan ulang."},
    )
    looked_on = forms.DateField(
        label="Dilihat pada",
        widget=DateInput,
        error_messages={"required": "Tanggal pemeriksaan ulang belum diisi."},
    )
    note = forms.CharField(
        label="Catatan",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input area", "rows": 3}),
        help_text="Wajib bila hasilnya tidak sesuai.",
    )


class ConfirmForm(forms.Form):
    pass


@dataclass(frozen=True)
class Step:
    """One thing that can be done with an endorsement now; `key` names its address."""

    key: str
    title: str
    button: str
    text: Callable[[Endorsement], str]
    run: Callable
    done: str
    permission: str
    after: tuple[str, ...]
    form: type[forms.Form] = ReasonForm
    icon: str = "check"
    danger: bool = False
    reviews: bool = False


def _endorse(endorsement: Endorsement, *, by, scan, **values) -> Endorsement:
    kept = kept_scan(scan, endorsement.region, caption="Berita acara pengesahan", by=by)
    return actions.endorse(endorsement, scan=kept, by=by, **values)


STEPS = {
    step.key: step
    for step in (
        Step(
            "sahkan",
            title="Catat pengesahan",
            button="Catat pengesahan",
            text=lambda one: (
                f"{thousands(one.families)} keluarga {one.region.full_name} pada {one.round}"
                " menjadi daftar yang disahkan dan menunggu tinjauan provinsi."
            ),
            run=_endorse,
            done="Pengesahan dicatat. Provinsi meninjau daftar ini.",
            permission="verification.add_endorsement",
            after=(Status.DISUSUN,),
            form=EndorseForm,
            icon="stamp",
        ),
        Step(
            "cabut",
            title="Cabut pengesahan",
            button="Cabut pengesahan",
            text=lambda one: (
                "Daftar dan berita acara ini tidak berlaku lagi, tetapi tetap dapat dibaca."
                " Hasil verifikasi dapat diperbaiki dan daftar baru disusun."
            ),
            run=actions.withdraw,
            done="Pengesahan dicabut. Perbaiki kasusnya, lalu susun daftar baru.",
            permission="verification.add_endorsement",
            after=(Status.DISUSUN, Status.DISAHKAN),
            icon="x",
            danger=True,
        ),
        Step(
            "sampel",
            title="Pilih sampel pemeriksaan ulang",
            button="Pilih sampel",
            text=lambda one: (
                f"Dari {thousands(one.families)} keluarga dalam daftar. Sampel acak dibagi menurut"
                " kecamatan dan hasil, dan dapat diundi ulang dengan angka pengundinya."
            ),
            run=actions.draw_second_looks,
            done="Sampel dipilih. Catat hasil pemeriksaan ulang setiap keluarga.",
            permission="verification.review_endorsement",
            after=(Status.DISAHKAN,),
            form=SampleForm,
            icon="eye",
            reviews=True,
        ),
        Step(
            "kembalikan",
            title="Kembalikan ke kabupaten/kota",
            button="Kembalikan",
            text=lambda one: (
                f"{one.region.full_name} membaca alasan Anda, memperbaiki, lalu mengesahkan daftar"
                " baru. Daftar ini tidak diteruskan."
            ),
            run=actions.return_endorsement,
            done="Daftar dikembalikan. Alasannya terbaca di beranda kabupaten/kota.",
            permission="verification.review_endorsement",
            after=(Status.DISAHKAN, Status.DITERUSKAN),
            icon="undo",
            danger=True,
            reviews=True,
        ),
        Step(
            "teruskan",
            title="Setujui dan teruskan ke pusat",
            button="Setujui dan teruskan",
            text=lambda one: (
                f"{thousands(one.receiving)} penerima dan {thousands(one.left)} keluarga keluar"
                f" dari {one.region.full_name} diteruskan. Portal menyusun paket berisi BNBA,"
                " daftar pengesahan, berita acara, dan ringkasan; pembuatannya dicatat."
            ),
            run=actions.forward,
            done="Daftar diteruskan. Unduh paketnya untuk dikirim ke pusat.",
            permission="verification.review_endorsement",
            after=(Status.DISAHKAN,),
            form=ConfirmForm,
            icon="send",
            reviews=True,
        ),
    )
}


def _may(user, endorsement: Endorsement, step: Step) -> bool:
    return endorsement.status in step.after and user.has_perm(step.permission)


def is_own(user, endorsement: Endorsement) -> bool:
    return user.pk in (endorsement.made_by_id, endorsement.endorsed_by_id)


def take_step(request: HttpRequest, endorsement: Endorsement, key: str) -> HttpResponse:
    """Ask, then do it; the caller has checked the scope."""
    user = request.user
    step = STEPS.get(key)
    if step is None:
        raise Http404
    if not user.has_perm(step.permission):
        raise PermissionDenied
    if endorsement.status not in step.after:
        messages.warning(
            request, f"Pengesahan ini sudah {endorsement.get_status_display().lower()}."
        )
        return redirect(page_url(endorsement))
    form = step.form(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            step.run(endorsement, by=user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(request, step.done)
            return redirect(page_url(endorsement))
    return render_form(
        request,
        form,
        title=step.title,
        text=step.text(endorsement),
        button=step.button,
        danger=step.danger,
        back_url=page_url(endorsement),
        trail=[
            ("Pengesahan", reverse("admin:verification_endorsement_changelist")),
            (str(endorsement.region), page_url(endorsement)),
        ],
    )


def render_form(request: HttpRequest, form: forms.Form, **context) -> HttpResponse:
    """A step as a page: title, text, button, back_url, trail of (name, url); danger."""
    context = {**admin.site.each_context(request), "form": form, **context}
    return render(request, "verification/step.html", context)


# The page


@dataclass(frozen=True)
class Stage:
    """A point of the chain at the head of the page, for portal/steps.html."""

    label: str
    state: str
    note: str = ""


def _chain(endorsement: Endorsement) -> list[Stage]:
    order = [Status.DISUSUN, Status.DISAHKAN, Status.DITERUSKAN, Status.DITETAPKAN]
    labels = ("Disusun", "Disahkan", "Diteruskan", "Ditetapkan")
    dates = (
        endorsement.made_at,
        endorsement.endorsed_at,
        endorsement.forwarded_at,
        None,
    )
    if endorsement.status in order:
        reached = order.index(endorsement.status)
    else:
        reached = sum(1 for moment in dates[1:] if moment)
    stages = []
    for place, (label, moment) in enumerate(zip(labels, dates, strict=True)):
        state = "done" if place <= reached else "todo"
        note = (
            date_format(timezone.localtime(moment), "j M Y") if moment and place <= reached else ""
        )
        stages.append(Stage(label, state, note))
    if not endorsement.is_standing:
        stages = [*stages[: reached + 1], Stage(endorsement.get_status_display(), "bad")]
    elif reached + 1 < len(stages):
        stages[reached + 1] = Stage(labels[reached + 1], "now")
    return stages


def _place_urls(endorsement: Endorsement, code: str) -> dict[str, str]:
    """The families of a kecamatan in the list, and those of each result."""
    where = place_filters(code)
    return {"all": figures.items_url(endorsement, **where)} | {
        result: figures.items_url(endorsement, result__exact=result, **where)
        for result in ("TETAP", "MASUK", "KELUAR")
    }


def endorsement_page(request: HttpRequest, endorsement: Endorsement) -> HttpResponse:
    """List, papers, review and decree of one endorsement; the caller has checked the scope."""
    user = request.user
    previous = figures.previous_of(endorsement)
    steps = [step for step in STEPS.values() if _may(user, endorsement, step)]
    own = is_own(user, endorsement)
    may_review = user.has_perm("verification.review_endorsement")
    decree = (
        endorsement.decrees.standing().first()
        if user.has_perm("verification.view_decree")
        else None
    )
    context = {
        **admin.site.each_context(request),
        "title": str(endorsement),
        "endorsement": endorsement,
        "look": figures.LOOKS[endorsement.status],
        "steps": _chain(endorsement),
        "actions": [
            (step, reverse("admin:verification_endorsement_step", args=[endorsement.pk, step.key]))
            for step in steps
            if not (step.reviews and own)
        ],
        "must_be_another": own and may_review and endorsement.status == Status.DISAHKAN,
        "places": [
            (place, _place_urls(endorsement, place.code)) for place in figures.places(endorsement)
        ],
        "reasons": figures.reasons(endorsement),
        "results": [
            (label, count, figures.items_url(endorsement, result__exact=key), look)
            for label, count, key, look in (
                ("Tetap", endorsement.stayed, "TETAP", "ver"),
                ("Masuk", endorsement.entered, "MASUK", "up"),
                ("Keluar", endorsement.left, "KELUAR", "back"),
            )
        ],
        "bar": _bar(endorsement),
        "items_url": figures.items_url(endorsement),
        "hash_groups": [endorsement.list_hash[at : at + 8] for at in range(0, 64, 8)],
        "may_download": user.has_perm("verification.download_endorsement"),
        "previous": previous,
        "previous_url": previous and page_url(previous),
        "differences": figures.differences(endorsement, previous) if previous else [],
        "looks": figures.second_looks(endorsement),
        "looks_url": figures.list_url("secondlook", endorsement__id__exact=endorsement.pk),
        "looks_waiting_url": figures.list_url(
            "secondlook", endorsement__id__exact=endorsement.pk, keadaan="belum"
        ),
        "looks_differing_url": figures.list_url(
            "secondlook", endorsement__id__exact=endorsement.pk, keadaan="tidak-sesuai"
        ),
        "decree": decree,
        "decree_look": decree and figures.DECREE_LOOKS[decree.status],
        "may_record_decree": user.has_perm("verification.add_decree")
        and endorsement.status == Status.DITERUSKAN
        and decree is None,
        "history": endorsement.steps.select_related("by"),
        "others": Endorsement.objects.visible_to(user)
        .filter(round=endorsement.round, region=endorsement.region)
        .exclude(pk=endorsement.pk),
        "looks_of": figures.LOOKS,
    }
    return render(request, "verification/endorsement.html", context)


def _bar(endorsement: Endorsement) -> list[tuple[str, float, float]]:
    """Parts of the bar as (class, where it begins, how wide it is), in per cent."""
    parts, begin = [], 0.0
    for css, count in (
        ("ver", endorsement.stayed),
        ("up", endorsement.entered),
        ("back", endorsement.left),
    ):
        width = 100 * count / endorsement.families if endorsement.families else 0
        parts.append((css, begin, width))
        begin += width
    return parts


def look_page(request: HttpRequest, look: SecondLook) -> HttpResponse:
    """The family as the list tells it, and what the second look has found."""
    endorsement = look.endorsement
    user = request.user
    may = (
        user.has_perm("verification.review_endorsement")
        and endorsement.status == Status.DISAHKAN
        and not is_own(user, endorsement)
    )
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = LookForm(
        request.POST or None,
        initial={
            "outcome": look.outcome,
            "looked_on": look.looked_on or timezone.localdate(),
            "note": look.note,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_second_look(look, by=user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(request, f"Hasil pemeriksaan ulang {look.item} dicatat.")
            waiting = endorsement.second_looks.filter(outcome="").first()
            if waiting:
                return redirect("admin:verification_secondlook_change", waiting.pk)
            return redirect(page_url(endorsement))
    context = {
        **admin.site.each_context(request),
        "title": f"Pemeriksaan ulang {look.item}",
        "look": look,
        "item": look.item,
        "endorsement": endorsement,
        "endorsement_url": page_url(endorsement),
        "result_look": figures.RESULT_LOOKS[look.item.result],
        "looked": figures.LOOKED_LOOKS[look.outcome],
        "form": form if may else None,
        "left": endorsement.second_looks.filter(outcome="").count(),
        "can_view_household": user.has_perm("beneficiaries.view_household"),
    }
    return render(request, "verification/second_look.html", context)
