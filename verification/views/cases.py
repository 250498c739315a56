"""The page of a case, its decisions, and what is done with many cases at once."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.admin import visible
from accounts.models import User
from accounts.roles import roles_with
from spreadsheets.words import thousands
from uploads.attachments import ACCEPT, TOLD
from verification import risks
from verification.actions import cases as actions
from verification.figures import rounds as figures
from verification.models import Attachment, Case, CaseMember, CaseQuerySet, CaseStep, Round

Action = CaseStep.Action
_STEP_LOOKS = {
    Action.TAMBAH: ("info", "plus"),
    Action.TUGASKAN: ("idle", "person"),
    Action.KUNJUNGI: ("info", "pin"),
    Action.AJUKAN: ("info", "send"),
    Action.SETUJUI: ("ok", "ok"),
    Action.KEMBALIKAN: ("warn", "undo"),
    Action.LEPASKAN: ("idle", "undo"),
    Action.AKHIRI: ("idle", "lock"),
    Action.BUKA_LAGI: ("info", "refresh"),
    Action.LAMPIRKAN: ("idle", "camera"),
}


# What a checked outcome means for the enrolment; it changes with the decree.
RESULTS = {
    Case.Result.MASUK: "Masuk: menjadi KPM sesudah ditetapkan",
    Case.Result.TETAP: "Tetap KPM",
    Case.Result.KELUAR: "Keluar: kepesertaannya berakhir",
}


@dataclass(frozen=True)
class Entry:
    """A step as the timeline of the case tells it."""

    at: datetime
    tone: str
    icon: str
    title: str
    lines: list[str]
    by: str
    map_url: str = ""
    upload_id: int | None = None


def _timeline(case: Case, user) -> list[Entry]:
    steps = CaseStep.objects.visible_to(user).filter(case=case).select_related("by")
    entries = [_entry(step, case) for step in steps.order_by("-version", "-pk")]
    if case.origin == Case.Origin.AWAL and case.round.opened_at:
        entries.append(
            Entry(
                case.round.opened_at,
                "idle",
                "shield",
                "Masuk daftar awal putaran",
                [str(case.round)],
                str(case.round.opened_by or ""),
            )
        )
    return entries


def _entry(step: CaseStep, case: Case) -> Entry:
    tone, icon = _STEP_LOOKS[step.action]
    lines = [step.note] if step.note else []
    answers = step.details.get("answers", {})
    questions = {risk.code: risk.question for risk in risks.RISKS.values()}
    questions["KKS"] = "Siapa yang memegang KKS?"
    lines += [f"{questions.get(code, code)} {answer}" for code, answer in answers.items()]
    place = step.details.get("location")
    return Entry(
        step.at,
        tone,
        icon,
        step.get_action_display(),
        lines,
        str(step.by),
        map_url=f"geo:{place[0]},{place[1]}" if place else "",
        upload_id=step.upload_id,
    )


@dataclass(frozen=True)
class Decision:
    """Something this user may do with the case now; `fields` is the template of what it asks."""

    key: str
    title: str
    text: str
    button: str
    icon: str
    fields: str
    url: str
    danger: bool = False


def _decisions(case: Case, user) -> list[Decision]:
    is_running = case.round.status == Round.Status.BERJALAN
    may_check = user.has_perm("verification.check_case") and user.scope.contains(case.village_id)

    def decision(key, title, text, button, icon, fields, **options):
        url = reverse(f"admin:verification_case_{key}", args=[case.pk])
        return Decision(key, title, text, button, icon, fields, url, **options)

    offered = []
    if may_check and case.status == Case.Status.DIKUNJUNGI and case.visited_by_id != user.pk:
        corrected = case.members.exclude(new_nik="").count()
        text = f"Hasil kunjungan {case.visited_by} menjadi hasil akhir kasus ini."
        if corrected:
            text += f" {corrected} NIK diperbaiki pada data terdaftar."
        offered.append(
            decision(
                "setujui",
                "Setujui hasil kunjungan?",
                text,
                "Setujui",
                "ok",
                "verification/fields_version.html",
            )
        )
    returnable = (Case.Status.DIKUNJUNGI, Case.Status.DISETUJUI)
    if may_check and is_running and case.status in returnable and not case.upload_id:
        offered.append(
            decision(
                "kembalikan",
                "Kembalikan kasus ini?",
                "Kasus kembali kepada petugas yang berkunjung, dengan alasan Anda.",
                "Kembalikan",
                "undo",
                "verification/fields_reason.html",
            )
        )
    endable = (Case.Status.BELUM, Case.Status.DIKUNJUNGI, Case.Status.DIKEMBALIKAN)
    may_end = user.has_perm("verification.end_case") and user.scope.contains(case.village_id)
    if may_end and case.status in endable:
        offered.append(
            decision(
                "akhiri",
                "Akhiri kasus tanpa hasil?",
                "Kasus tidak dikunjungi lagi dalam putaran ini. Kepesertaan keluarga tidak"
                " berubah.",
                "Akhiri kasus",
                "lock",
                "verification/fields_end.html",
                danger=True,
            )
        )
    return offered


def case_page(request: HttpRequest, case: Case) -> HttpResponse:
    """What was found in one family, and every step of it; the caller has checked the scope."""
    user = request.user
    household = case.household
    status_kind, status_icon = figures.STATUS_LOOKS[case.status]
    may_visit = (
        user.has_perm("verification.visit_case")
        and user.scope.contains(case.village_id)
        and case.round.status == Round.Status.BERJALAN
        and case.status in Case.VISITABLE
    )
    members = CaseMember.objects.visible_to(user).filter(case=case).select_related("person")
    attachments = Attachment.objects.visible_to(user).filter(case=case).select_related("added_by")
    context = {
        **admin.site.each_context(request),
        "title": f"Kasus {case.pk}",
        "case": case,
        "household": household,
        "outcome": figures.outcome_of(case),
        "result": RESULTS.get(case.result, ""),
        "status_look": {"kind": status_kind, "icon": status_icon},
        "risks": risks.of(case.risks),
        "members": members,
        "attachments": attachments,
        "entries": _timeline(case, user),
        "decisions": _decisions(case, user),
        "end_reasons": [
            choice for choice in Case.EndReason.choices if choice[0] != Case.EndReason.DIBAWA
        ],
        "visit_url": reverse("verification:visit", args=[case.pk]) if may_visit else "",
        "may_attach": user.has_perm("verification.add_attachment")
        and user.scope.contains(case.village_id),
        "attach_url": reverse("verification:attach", args=[case.pk]),
        "accept": ACCEPT,
        "told": TOLD,
        "is_own_visit": case.status == Case.Status.DIKUNJUNGI and case.visited_by_id == user.pk,
        "carried_to": Case.objects.visible_to(user).filter(carried_from=case).first(),
        "can_view_household": user.has_perm("beneficiaries.view_household"),
        "can_view_upload": user.has_perm("uploads.view_upload"),
    }
    return render(request, "verification/case.html", context)


def decide(request: HttpRequest, case: Case, key: str) -> HttpResponse:
    """Ask, then do it; the page of the case asks the same in a dialog."""
    user = request.user
    url = reverse("admin:verification_case_change", args=[case.pk])
    if request.method == "POST":
        try:
            _run(key, case, request)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect(url)
    decision = next((one for one in _decisions(case, user) if one.key == key), None)
    if decision is None:
        messages.warning(request, f"Kasus ini {case.get_status_display().lower()}.")
        return redirect(url)
    context = {
        **admin.site.each_context(request),
        "title": decision.title,
        "text": decision.text,
        "action_text": decision.button,
        "danger": decision.danger,
        "fields": decision.fields,
        "case": case,
        "end_reasons": [
            choice for choice in Case.EndReason.choices if choice[0] != Case.EndReason.DIBAWA
        ],
        "back_url": url,
    }
    return render(request, "portal/confirm_page.html", context)


def _run(key: str, case: Case, request: HttpRequest) -> None:
    user, sent = request.user, request.POST
    version = int(sent["version"]) if sent.get("version", "").isdecimal() else None
    if key == "setujui":
        actions.check_case(case, by=user, version=version)
        messages.success(request, "Hasil kunjungan disetujui.")
    elif key == "kembalikan":
        actions.return_case(case, reason=sent.get("reason", ""), by=user, version=version)
        messages.success(request, "Kasus dikembalikan kepada petugas yang berkunjung.")
    else:
        actions.end_case(
            case, reason=sent.get("end_reason", ""), note=sent.get("note", ""), by=user
        )
        messages.success(request, "Kasus diakhiri. Keluarga dapat ditambahkan lagi ke putaran ini.")


# Many cases at once, chosen in the list


def officers_for(user) -> QuerySet[User]:
    """Active users of the user's regions whose role visits."""
    roles = roles_with("verification.visit_case")
    return visible(User.objects.filter(is_active=True, role__in=roles), user)


def _asked(request: HttpRequest, action: str, cases: CaseQuerySet, **texts) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "action": action,
        "chosen": request.POST.getlist("_selected_action"),
        "across": request.POST.get("select_across") or "",
        "back_url": request.get_full_path(),
        **texts,
    }
    return render(request, "verification/cases_action.html", context)


def assign_many(request: HttpRequest, cases: CaseQuerySet) -> HttpResponse | None:
    if not request.user.has_perm("verification.assign_case"):
        raise PermissionDenied
    officers = officers_for(request.user).prefetch_related("assignments__region")
    if "officer" not in request.POST:
        count = cases.open().count()
        return _asked(
            request,
            "assign",
            cases,
            title=f"Tugaskan {thousands(count)} kasus",
            text="Kasus yang sudah terverifikasi atau berakhir tidak ikut.",
            action_text=f"Tugaskan {thousands(count)} kasus",
            officers=officers,
        )
    chosen = request.POST["officer"]
    officer = next((one for one in officers if str(one.pk) == chosen), None)
    try:
        if chosen and officer is None:
            raise ValidationError("Petugas ini di luar wilayah tugas Anda.")
        count = actions.assign(cases, officer=officer, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        to = f"kepada {officer}" if officer else "tanpa petugas"
        messages.success(request, f"{thousands(count)} kasus ditugaskan {to}.")
    return None


def check_many(request: HttpRequest, cases: CaseQuerySet) -> HttpResponse | None:
    user = request.user
    if not user.has_perm("verification.check_case"):
        raise PermissionDenied
    if "sure" not in request.POST:
        waiting = cases.to_check()
        others = waiting.exclude(visited_by=user).count()
        own = waiting.filter(visited_by=user).count()
        text = "Hanya kasus berstatus Dikunjungi yang disetujui."
        if own:
            text += f" {thousands(own)} kunjungan Anda sendiri menunggu petugas lain."
        return _asked(
            request,
            "check_visits",
            cases,
            title=f"Setujui {thousands(others)} kunjungan?",
            text=text,
            action_text=f"Setujui {thousands(others)} kunjungan",
            sure=True,
        )
    checked = actions.check_cases(cases, by=user)
    told = [f"{thousands(checked.approved)} kunjungan disetujui."]
    if checked.own:
        told.append(f"{thousands(checked.own)} kunjungan Anda sendiri menunggu petugas lain.")
    if checked.conflicting:
        told.append(
            f"{thousands(checked.conflicting)} dilewati karena NIK yang dicatat sudah terdaftar"
            " atas nama orang lain; buka kasusnya dan kembalikan."
        )
    level = messages.warning if checked.conflicting else messages.success
    level(request, " ".join(told))
    return None
