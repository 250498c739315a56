"""The pages of a field officer: what to visit next, and the record of a visit. Made for a phone."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import Person
from beneficiaries.reveal import Number
from uploads.attachments import ACCEPT, MAX_FILES, TOLD
from uploads.views.attachments import files_of
from verification import forms
from verification.actions import cases as actions
from verification.actions.attachments import attach_to_case
from verification.figures import visits as figures
from verification.figures.rounds import STATUS_LOOKS, outcome_of
from verification.models import Case, Round

SHOWN = 20
PARTS = {"belum": "Belum", "diperiksa": "Menunggu", "selesai": "Selesai"}
_RELATED = ("household__payee", "village__parent", "round")


def _may_visit(request: HttpRequest) -> None:
    if not request.user.has_perm("verification.visit_case"):
        raise PermissionDenied


@dataclass(frozen=True)
class Seg:
    label: str
    url: str
    current: bool


def worklist(request: HttpRequest) -> HttpResponse:
    """The next household and why, then the list, by village as one walks."""
    _may_visit(request)
    user = request.user
    cases = figures.cases_of(user)
    counted = figures.work(cases)
    part = request.GET.get("bagian")
    part = part if part in PARTS else "belum"
    shown = int(request.GET["tampil"]) if request.GET.get("tampil", "").isdecimal() else SHOWN
    ordered = figures.part_of(cases, part).select_related(*_RELATED).order_by(*figures.IN_PLACE)
    turn = int(request.GET["ke"]) if request.GET.get("ke", "").isdecimal() else 0
    todo = figures.by_urgency(figures.part_of(cases, "belum"), user).select_related(*_RELATED)
    upcoming = todo[turn : turn + 1].first() if turn < counted.belum else todo.first()
    counts = {"belum": counted.belum, "diperiksa": counted.diperiksa, "selesai": counted.selesai}
    rounds = Round.objects.running().filter(pk__in=cases.values("round"))
    context = {
        **admin.site.each_context(request),
        "title": "Kunjungan",
        "place": user.home_region,
        "today": timezone.localdate(),
        "round": rounds.order_by("due_on").first(),
        "work": counted,
        "next": upcoming,
        "reasons": figures.reasons(upcoming, _returned(upcoming)) if upcoming else [],
        "members": upcoming and upcoming.household.members.active().count(),
        "skip_url": f"?ke={turn + 1}" if turn + 1 < counted.belum else "",
        "map_url": upcoming and _map_url(upcoming),
        "segs": [
            Seg(f"{label} {counts[key]}", f"?bagian={key}", key == part)
            for key, label in PARTS.items()
        ],
        "part": part,
        "rows": [_row(case) for case in ordered[:shown]],
        "rest": max(0, counts[part] - shown),
        "more_url": f"?bagian={part}&tampil={shown + 40}",
        "can_search": user.has_perm("beneficiaries.view_household"),
    }
    return render(request, "verification/visits.html", context)


def _returned(case: Case) -> str:
    return figures.returned_note(case) if case.status == Case.Status.DIKEMBALIKAN else ""


def _map_url(case: Case) -> str:
    """The village in the phone's own map; the house itself has no known position."""
    village = case.village
    if village.latitude is None or village.longitude is None:
        return ""
    return f"geo:{village.latitude},{village.longitude}"


def _row(case: Case) -> dict:
    reason = figures.reasons(case)[0] if case.status in Case.OPEN_TO_VISIT else None
    tone, icon = STATUS_LOOKS[case.status]
    text = outcome_of(case).text
    return {
        "case": case,
        "url": _visit_url(case),
        "tone": reason.tone if reason else tone,
        "icon": reason.icon if reason else icon,
        "text": _in_sentence(reason.badge if reason else text),
    }


def _in_sentence(text: str) -> str:
    """Words with a small beginning, abbreviations as they are: NIK tidak sah."""
    return text if text[:2].isupper() else f"{text[0].lower()}{text[1:]}"


def _visit_url(case: Case) -> str:
    if case.status in Case.VISITABLE:
        return reverse("verification:visit", args=[case.pk])
    return reverse("admin:verification_case_change", args=[case.pk])


def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one visit; sent by script it answers in JSON, so that nothing typed is lost."""
    _may_visit(request)
    user = request.user
    case = get_object_or_404(
        Case.objects.visible_to(user).select_related(
            "round", "household__payee", "village__parent", "visited_by"
        ),
        pk=pk,
    )
    people = list(case.household.members.active().order_by("pk"))
    form = forms.VisitForm(request.POST or None, case=case, people=people)
    if request.method == "POST":
        return _save(request, case, form)
    if case.status not in Case.VISITABLE or case.round.status != Round.Status.BERJALAN:
        messages.info(
            request,
            f"Kasus ini {case.get_status_display().lower()}, jadi kunjungan tidak dicatat lagi.",
        )
        return redirect("admin:verification_case_change", case.pk)
    return _form_page(request, case, form)


def _save(request: HttpRequest, case: Case, form: forms.VisitForm) -> HttpResponse:
    by_script = "application/json" in request.headers.get("Accept", "")
    stale = False
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                actions.record_visit(
                    case,
                    form.visit(),
                    key=data["key"],
                    version=data["version"],
                    by=request.user,
                )
                _keep_photos(request, case)
        except ValidationError as refused:
            stale = isinstance(refused, actions.ChangedMeanwhile)
            _blame(form, refused)
        else:
            messages.success(
                request,
                f"Kunjungan {case.household} disimpan dan menunggu pemeriksaan petugas lain.",
            )
            url = reverse("verification:visits")
            return JsonResponse({"url": url}) if by_script else redirect(url)
    if by_script:
        errors = {name: list(told) for name, told in form.errors.items()}
        return JsonResponse({"errors": errors, "stale": stale}, status=422)
    return _form_page(request, case, form, status=422)


def _keep_photos(request: HttpRequest, case: Case) -> None:
    try:
        files = files_of(request, "photos")
        if len(files) > MAX_FILES:
            raise ValidationError(f"Paling banyak {MAX_FILES} foto sekali simpan.")
        for name, content in files:
            attach_to_case(case, name, content, by=request.user)
    except ValidationError as refused:
        raise ValidationError({"photos": refused.messages}) from refused


def _blame(form: forms.VisitForm, refused: ValidationError) -> None:
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, told in refused.message_dict.items():
        if name == "photos":
            form.errors.setdefault("photos", form.error_class()).extend(told)
        else:
            form.add_error(name if name in form.fields else None, told)


def _form_page(
    request: HttpRequest, case: Case, form: forms.VisitForm, *, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    payee = case.household.payee
    niks = [(person, form[f"nik_{person.pk}"]) for person in form.doubtful]
    context = {
        **admin.site.each_context(request),
        "title": f"Kunjungan {payee.name if payee else case.household}",
        "case": case,
        "household": case.household,
        "number": payee and Number(f"nik-{payee.pk}", f"NIK {payee.name}", payee.nik),
        "can_reveal": request.user.has_perm("accounts.reveal_identity"),
        "reveal_url": reverse("admin:beneficiaries_household_reveal", args=[case.household_id]),
        "form": form,
        "returned": _returned(case),
        "questions": [(risk.question, form[f"risk_{risk.code}"]) for risk in form.asked],
        "people": [
            {
                "person": person,
                "age": forms.age(person, today),
                "is_payee": payee is not None and person.pk == payee.pk,
                "home": form[f"home_{person.pk}"],
                "other": form[f"other_{person.pk}"],
            }
            for person in form.people
        ],
        "niks": [pair for pair in niks if not pair[0].nik_valid],
        "more_niks": [pair for pair in niks if pair[0].nik_valid],
        "photo_errors": form.errors.get("photos", []),
        "accept": ACCEPT,
        "told": TOLD,
        "nik_url": reverse("verification:visit_nik", args=[case.pk]),
        "draft_key": f"kunjungan:{request.user.pk}:{case.pk}",
    }
    return render(request, "verification/visit.html", context, status=status)


_HELD_HERE = """
SELECT EXISTS (SELECT FROM beneficiaries_person WHERE nik = %s AND is_active AND id <> %s)
    OR EXISTS (SELECT FROM beneficiaries_elsewhere(ARRAY[%s]))
"""


def check_nik(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with a NIK being typed. It never says whose a number is."""
    _may_visit(request)
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        raise PermissionDenied
    person = get_object_or_404(
        Person.objects.visible_to(request.user).filter(household=case.household_id),
        pk=request.POST.get("person") or 0,
    )
    nik = forms.typed_nik(request.POST.get("nik", ""))
    if problem := forms.nik_problem(nik):
        return JsonResponse({"error": problem})
    with connection.cursor() as cursor:
        cursor.execute(_HELD_HERE, [nik, person.pk, nik])
        if cursor.fetchone()[0]:
            return JsonResponse(
                {"error": "NIK ini sudah terdaftar atas nama orang lain. Cocokkan dengan KTP-el."}
            )
    return JsonResponse({"doubt": forms.nik_doubt(nik, person)})
