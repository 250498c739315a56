"""Proposals and objections: typed in, looked into, answered."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.actions import log_reveal
from accounts.admin import regions_inside
from regions.models import Region
from verification.actions import proposals as actions
from verification.deadlines import time_left
from verification.families import CheckedFamily, Remark
from verification.models import (
    Answerable,
    Criterion,
    Objection,
    Proposal,
    Source,
    VillageMeeting,
)
from verification.registered import Registered
from verification.views.asking import AnswerForm, Question, ReasonForm, ask, tell
from verification.views.choosing import chosen_household
from verification.views.meetings import url_of as meeting_url
from verification.views.proposal_forms import (
    CorrectionForm,
    FamilyForm,
    MemberForm,
    ObjectionForm,
    ProposalForm,
    is_filled,
    member_forms,
)

Status = Answerable.Status
LOOKS = {
    Status.DITERIMA: ("idle", "inbox"),
    Status.DIPERIKSA: ("info", "clock"),
    Status.DISETUJUI: ("ok", "ok"),
    Status.DITOLAK: ("bad", "x"),
    Status.DITARIK: ("idle", "undo"),
}


@dataclass(frozen=True)
class Step:
    label: str
    state: str
    note: str = ""


def steps_of(thing: Answerable) -> list[Step]:
    """The chain of an answer, for the bar of its page."""
    taken = thing.checked_by and f"{thing.checked_by}"
    answered = not thing.is_open
    refused = thing.status == Status.DITOLAK
    if thing.status == Status.DITARIK:
        return [
            Step("Diterima", "done", f"{thing.made_by}"),
            Step("Ditarik", "bad", f"{thing.withdrawn_by}"),
        ]
    return [
        Step("Diterima", "done", f"{thing.made_by}"),
        Step("Diperiksa", "done" if taken else "now", taken or ""),
        Step(
            "Ditolak" if refused else "Disetujui" if answered else "Dijawab",
            ("bad" if refused else "done") if answered else "now" if taken else "todo",
            f"{thing.decided_by}" if answered else "",
        ),
    ]


def due_text(thing: Answerable) -> tuple[str, str]:
    """The time left in words and its tone; nothing once it is answered."""
    return time_left(thing.due_on, timezone.localdate()) if thing.is_open else ("", "idle")


def add_proposal(request: HttpRequest) -> HttpResponse:
    """A new family typed in, or a registered one where the address names it."""
    household = chosen_household(request)
    if household:
        return _add_registered(request, household)
    user, posted = request.user, request.POST if request.method == "POST" else None
    meeting = _meeting(request)
    initial = {"received_on": timezone.localdate(), "source": Source.MANDIRI}
    place = {}
    if meeting:
        initial |= {
            "source": Source.MUSDES,
            "received_on": meeting.held_on,
            "source_number": meeting.minutes_number,
        }
        place = {"village": meeting.village_id}

    def run(**typed):
        return actions.submit_proposal(by=user, meeting=meeting, **typed)

    return _typed_in(
        request,
        ProposalForm(posted, initial=initial),
        FamilyForm(posted, initial=place, user=user),
        member_forms(posted),
        run=run,
        done="{} dicatat dan menunggu diperiksa.",
        meeting=meeting,
    )


def correct(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """The same forms, filled with what was typed in; of a registered family the facts alone."""
    user, posted = request.user, request.POST if request.method == "POST" else None
    if not actions.may_take_back(proposal, user):
        raise PermissionDenied
    initial = {
        name: getattr(proposal, name)
        for name in ("source", "source_number", "received_on", "reason", "criteria")
    }
    done = f"{proposal} dibetulkan dan menunggu diperiksa lagi."
    if proposal.household_id:
        question = Question(
            title=f"Betulkan {proposal}",
            text="Data keluarganya diambil dari register. Yang lama tersimpan dalam riwayat.",
            button="Simpan pembetulan",
            form=CorrectionForm,
            initial=initial,
            run=lambda **said: actions.correct_proposal(proposal, by=user, **said),
            done=done,
            back=url_of(proposal),
            back_title=str(proposal),
        )
        return ask(request, question)
    place = {
        name: getattr(proposal, name) for name in ("kk_number", "address", "hamlet", "rt", "rw")
    }
    members = [
        {
            **{name: getattr(one, name) for name in MemberForm.base_fields},
            "relation": one.get_relation_display(),
            "birth_date": f"{one.birth_date:%d-%m-%Y}" if one.birth_date else "",
        }
        for one in proposal.members.all()
    ]
    if posted is None:
        log_reveal(by=user, region=proposal.village, subject=f"pembetulan {proposal}")
    family = FamilyForm(posted, initial={"village": proposal.village_id, **place}, user=user)
    family.fields["village"].choices = [(proposal.village_id, proposal.village.full_name)]

    def run(*, village, **typed):
        return actions.correct_proposal(proposal, by=user, **typed)

    return _typed_in(
        request,
        CorrectionForm(posted, initial=initial),
        family,
        member_forms(posted, members),
        run=run,
        done=done,
        proposal=proposal,
    )


def _typed_in(
    request: HttpRequest,
    form: ProposalForm,
    family: FamilyForm,
    members: list[MemberForm],
    *,
    run: Callable,
    done: str,
    meeting: VillageMeeting | None = None,
    proposal: Proposal | None = None,
) -> HttpResponse:
    """Check what was typed, ask about doubts, and `run` it; a new family or a corrected one."""
    user, posted = request.user, request.POST if request.method == "POST" else None
    remarks: tuple[Remark, ...] = ()
    registered: list[Registered] = []
    if posted is not None and all([form.is_valid(), family.is_valid(), *map(_valid, members)]):
        filled = [member for member in members if is_filled(member)]
        village = get_object_or_404(
            regions_inside(user.scope).select_related("parent__parent__parent"),
            pk=family.cleaned_data["village"],
            level=Region.Level.VILLAGE,
        )
        typed = [member.cleaned_data for member in filled]
        checked, registered = actions.check_proposed(
            village, family.cleaned_data, typed, by=user, instead_of=proposal
        )
        remarks = checked.remarks
        is_compared = "is_compared" in posted
        refused = checked.errors or any(one.is_same for one in registered)
        if not refused and (is_compared or not (checked.warnings or registered)):
            try:
                written = run(
                    village=village,
                    family=family.cleaned_data,
                    members=typed,
                    is_compared=is_compared,
                    **form.cleaned_data,
                )
            except ValidationError as error:
                tell(form, error)
            else:
                messages.success(request, done.format(written))
                return redirect(meeting_url(meeting) if meeting else url_of(written))
        _mark(checked, family, filled)
    context = {
        **admin.site.each_context(request),
        "title": f"Betulkan {proposal}" if proposal else "Usulkan keluarga baru",
        "proposal": proposal,
        "form": form,
        "family": family,
        "members": members,
        "meeting": meeting,
        "registered": registered,
        "asks": bool(remarks or registered)
        and not any(remark.level == "error" for remark in remarks)
        and not any(one.is_same for one in registered),
        "warnings": [remark for remark in remarks if remark.level == "warning"],
        "is_refused": any(remark.level == "error" for remark in remarks)
        or any(one.is_same for one in registered),
        "list_url": reverse("admin:verification_proposal_changelist"),
        "choose_url": reverse("verification:choose", args=["usulan"]),
    }
    return render(request, "verification/proposal_add.html", context)


def _valid(form: forms.Form) -> bool:
    return form.is_valid()


def _mark(checked: CheckedFamily, family: FamilyForm, members: list[MemberForm]) -> None:
    """Write what the rules refuse at the fields where it was typed."""
    for remark in checked.errors:
        form = members[remark.member - 1] if remark.member else family
        form.add_error(remark.field if remark.field in form.fields else None, remark.message)


def _meeting(request: HttpRequest) -> VillageMeeting | None:
    pk = request.GET.get("musyawarah", "")
    if not pk:
        return None
    if not pk.isdecimal():
        raise Http404
    meetings = VillageMeeting.objects.visible_to(request.user).select_related("village__parent")
    return get_object_or_404(meetings, pk=pk)


def _add_registered(request: HttpRequest, household) -> HttpResponse:
    def run(**said):
        actions.submit_proposal(
            village=household.village, household=household, by=request.user, **said
        )

    question = Question(
        title=f"Usulkan {household}",
        text=f"{household.village.full_name}, {household.village.parent.full_name}."
        " Datanya diambil dari register.",
        button="Simpan usulan",
        form=ProposalForm,
        initial={"received_on": timezone.localdate(), "source": Source.MANDIRI},
        run=run,
        done=f"Usulan {household} dicatat dan menunggu diperiksa.",
        back=reverse("admin:verification_proposal_changelist"),
        back_title="Usulan dan sanggah",
    )
    return ask(request, question)


def url_of(thing: Answerable) -> str:
    return reverse(f"admin:verification_{thing._meta.model_name}_change", args=[thing.pk])


def _context(request: HttpRequest, thing: Answerable) -> dict:
    user = request.user
    text, tone = due_text(thing)
    may_decide = user.has_perm(actions.DECIDE[type(thing)]) and thing.is_open
    return {
        **admin.site.each_context(request),
        "title": str(thing),
        "thing": thing,
        "look": LOOKS[thing.status],
        "steps": steps_of(thing),
        "due_text": text,
        "due_tone": tone,
        "may_check": may_decide
        and thing.made_by_id != user.pk
        and not actions.has_corrected(thing, user),
        "is_own": may_decide and thing.made_by_id == user.pk,
        "may_take_back": actions.may_take_back(thing, user),
        "name": thing._meta.model_name,
        **{
            f"{step}_url": f"admin:verification_{thing._meta.model_name}_{step}"
            for step in ("check", "accept", "refuse", "withdraw")
        },
    }


def proposal_page(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """The proposed family; while it is open also who in the register is like it."""
    members = list(proposal.members.all())
    registered = []
    if proposal.is_open and members:
        registered = actions.registered_like(proposal, by=request.user)
    criteria = [Criterion(code).label for code in proposal.criteria]
    context = {
        **_context(request, proposal),
        "members": members,
        "criteria": criteria,
        "registered": registered,
        "decision": getattr(proposal, "decision", None),
        "history": proposal.steps.select_related("by"),
    }
    return render(request, "verification/proposal.html", context)


def objection_page(request: HttpRequest, objection: Objection, *, shows_objector=False):
    """The objection without who made it; that is shown on demand, and written down."""
    context = {
        **_context(request, objection),
        "may_see_objector": request.user.has_perm("verification.view_objector"),
        "objector": objection.objector if shows_objector else None,
    }
    return render(request, "verification/objection.html", context)


def show_objector(request: HttpRequest, objection: Objection) -> HttpResponse:
    if not request.user.has_perm("verification.view_objector"):
        raise PermissionDenied
    if request.method != "POST":
        return redirect(url_of(objection))
    log_reveal(by=request.user, region=objection.village, subject=f"penyanggah, {objection}")
    return objection_page(request, objection, shows_objector=True)


def add_objection(request: HttpRequest) -> HttpResponse:
    household = chosen_household(request)
    if household is None:
        return redirect("verification:choose", "sanggah")
    question = Question(
        title=f"Catat sanggah: {household}",
        text=f"{household.village.full_name}, {household.village.parent.full_name}.",
        button="Simpan sanggah",
        form=ObjectionForm,
        initial={"received_on": timezone.localdate(), "source": Source.MANDIRI},
        run=lambda **said: actions.submit_objection(household=household, by=request.user, **said),
        done="Sanggah dicatat dan menunggu diperiksa.",
        back=reverse("admin:verification_objection_changelist"),
        back_title="Usulan dan sanggah",
    )
    return ask(request, question)


def _decide(request: HttpRequest, thing: Answerable, question: Question) -> HttpResponse:
    if not request.user.has_perm(actions.DECIDE[type(thing)]):
        raise PermissionDenied
    return ask(request, question)


def check(request: HttpRequest, thing: Answerable) -> HttpResponse:
    question = Question(
        title=f"Periksa {thing}?",
        text="Nama Anda tercatat sebagai pemeriksa. Sesudah itu putuskan setuju atau tolak.",
        button="Mulai periksa",
        run=lambda: actions.begin_check(thing, by=request.user),
        done=f"{thing} sedang Anda periksa.",
        back=url_of(thing),
        back_title=str(thing),
    )
    return _decide(request, thing, question)


def accept(request: HttpRequest, thing: Answerable) -> HttpResponse:
    is_proposal = isinstance(thing, Proposal)
    run = actions.accept_proposal if is_proposal else actions.accept_objection
    text = (
        "Keluarga masuk register dan menjadi kasus dalam putaran yang berjalan. Bantuan baru"
        " diberikan sesudah kasusnya terverifikasi, ada tempat dalam kuota, dan ditetapkan."
        if is_proposal
        else "Keluarga ini dikunjungi (lagi): kasusnya ditambahkan atau dikembalikan kepada"
        " petugas yang mengunjungi."
    )
    question = Question(
        title=f"Setujui {thing}?",
        text=text,
        button=f"Setujui {thing._meta.verbose_name}",
        form=AnswerForm,
        run=lambda answer: run(thing, answer=answer, by=request.user),
        done=f"{thing} disetujui.",
        back=url_of(thing),
        back_title=str(thing),
    )
    return _decide(request, thing, question)


def refuse(request: HttpRequest, thing: Answerable) -> HttpResponse:
    question = Question(
        title=f"Tolak {thing}?",
        text="Alasannya menjadi jawaban bagi yang menyampaikan.",
        button=f"Tolak {thing._meta.verbose_name}",
        form=ReasonForm,
        danger=True,
        run=lambda answer: actions.refuse(thing, answer=answer, by=request.user),
        done=f"{thing} ditolak.",
        back=url_of(thing),
        back_title=str(thing),
    )
    return _decide(request, thing, question)


def withdraw(request: HttpRequest, thing: Answerable) -> HttpResponse:
    if not actions.may_take_back(thing, request.user):
        raise PermissionDenied
    kind = thing._meta.verbose_name
    question = Question(
        title=f"Tarik {thing}?",
        text=f"{thing} tidak diperiksa lagi dan tetap tersimpan dengan alasannya."
        f" Bila keliru ditarik, catat {kind} yang baru.",
        button=f"Tarik {kind}",
        form=ReasonForm,
        danger=True,
        run=lambda answer: actions.withdraw(thing, reason=answer, by=request.user),
        done=f"{thing} ditarik.",
        back=url_of(thing),
        back_title=str(thing),
    )
    return ask(request, question)
