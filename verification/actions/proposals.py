"""Changes of proposals and objections: the only place where their status changes.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from beneficiaries.actions import register_family
from beneficiaries.models import Enrollment, Household
from regions.index import region_index
from regions.models import Region
from spreadsheets.layout import CheckContext
from verification.actions import cases
from verification.actions.answers import tell_maker, withdraw_open
from verification.actions.meetings import decide_proposal_of, save_checked
from verification.deadlines import answer_due
from verification.families import CheckedFamily, check_family
from verification.models import (
    Answerable,
    AnswerTerm,
    Case,
    MeetingDecision,
    Objection,
    Objector,
    Proposal,
    ProposalMember,
    ProposalStep,
    Round,
    VillageMeeting,
)
from verification.registered import Registered, find_registered

Status = Answerable.Status
About = AnswerTerm.About
Thing = TypeVar("Thing", Proposal, Objection)
DECIDE = {Proposal: "verification.decide_proposal", Objection: "verification.decide_objection"}


def check_proposed(
    village: Region,
    family: Mapping[str, str],
    members: Sequence[Mapping[str, str]],
    *,
    by: User,
    instead_of: Proposal | None = None,
) -> tuple[CheckedFamily, list[Registered]]:
    """What was typed, cleaned, with what the rules of sheets and the register say of it.

    The proposal that it corrects (`instead_of`) is not told as another one.
    """
    district = village.parent
    place = {
        "province": district.parent.parent.name,
        "regency": district.parent.full_name,
        "district": district.name,
        "village_name": village.name,
        "village_code": village.code,
    }
    context = CheckContext(
        today=timezone.localdate(), regions=region_index(), options={"region": village.code[:5]}
    )
    checked = check_family(place, family, members, context)
    kk_number = checked.family["kk_number"]
    others = Proposal.objects.open().exclude(pk=instead_of and instead_of.pk)
    return checked, find_registered(by, village, kk_number, checked.members, proposals=others)


def _received(received_on: date) -> date:
    if received_on > timezone.localdate():
        raise ValidationError({"received_on": "Tanggal diterima setelah hari ini; perbaiki."})
    return received_on


@transaction.atomic
def submit_proposal(
    *,
    village: Region,
    source: str,
    received_on: date,
    reason: str,
    criteria: Sequence[str],
    by: User,
    family: Mapping[str, str] | None = None,
    members: Sequence[Mapping[str, str]] = (),
    household: Household | None = None,
    source_number: str = "",
    meeting: VillageMeeting | None = None,
    is_compared: bool = False,
) -> Proposal:
    """Bring a family forward: a registered one, or a new one with its members.

    `is_compared`: the user has looked at the doubts and at the persons alike. Raises
    ValidationError for a family that is registered already or that the rules of sheets refuse.
    """
    require(by, "verification.add_proposal", village.code)
    proposal = Proposal(
        village=village,
        household=household,
        source=source,
        source_number=source_number,
        received_on=_received(received_on),
        due_on=answer_due(About.USULAN, source, received_on),
        reason=reason,
        criteria=list(criteria),
        made_by=by,
    )
    checked = None
    if household:
        _refuse_kpm(household)
    else:
        checked = _checked(village, family or {}, members, by=by, is_compared=is_compared)
        for name, value in checked.family.items():
            setattr(proposal, name, value)
    save_checked(proposal)
    if checked:
        _write_members(proposal, checked)
    if meeting:
        decide_proposal_of(meeting, proposal, by=by)
    return proposal


def _write_members(proposal: Proposal, checked: CheckedFamily) -> None:
    ProposalMember.objects.bulk_create(
        ProposalMember(
            proposal=proposal,
            village_id=proposal.village_id,
            position=position,
            **{**one, "birth_date": one["birth_date"] or None},
        )
        for position, one in enumerate(checked.members, start=1)
    )


def _refuse_kpm(household: Household) -> None:
    if not household.is_active:
        raise ValidationError(f"{household} sudah dinonaktifkan, jadi tidak dapat diusulkan.")
    if Enrollment.objects.active().sembako().filter(household=household).exists():
        raise ValidationError(f"{household} sudah KPM, jadi tidak perlu diusulkan.")


def _checked(
    village, family, members, *, by: User, is_compared: bool, instead_of: Proposal | None = None
) -> CheckedFamily:
    checked, registered = check_proposed(village, family, members, by=by, instead_of=instead_of)
    refused = [one.message for one in checked.errors]
    refused += [one.text for one in registered if one.is_same]
    doubts = [one.message for one in checked.warnings]
    doubts += [one.text for one in registered if not one.is_same]
    if refused:
        raise ValidationError(refused)
    if doubts and not is_compared:
        raise ValidationError([*doubts, "Bandingkan, lalu nyatakan bahwa isian sudah diperiksa."])
    return checked


@transaction.atomic
def submit_objection(
    *,
    household: Household,
    kind: str,
    statement: str,
    source: str,
    received_on: date,
    objector: str,
    contact: str = "",
    source_number: str = "",
    by: User,
) -> Objection:
    """Take an objection against the standing of a family; who objects is kept apart."""
    require(by, "verification.add_objection", household.village_id)
    objection = Objection(
        household=household,
        village_id=household.village_id,
        kind=kind,
        statement=statement,
        source=source,
        source_number=source_number,
        received_on=_received(received_on),
        due_on=answer_due(About.SANGGAH, source, received_on),
        made_by=by,
    )
    save_checked(objection)
    save_checked(
        Objector(
            objection=objection, village_id=household.village_id, name=objector, contact=contact
        )
    )
    return objection


def _locked(thing: Thing, by: User, *, to: str) -> Thing:
    model = type(thing)
    thing = model.objects.select_for_update(of=("self",)).get(pk=thing.pk)
    require(by, DECIDE[model], thing.village_id)
    if to not in Answerable.TRANSITIONS[thing.status]:
        raise ValidationError(
            f"{thing} sudah {thing.get_status_display().lower()}. Muat ulang halaman ini."
        )
    if thing.made_by_id == by.pk:
        raise PermissionDenied("Anda sendiri yang mencatatnya, jadi harus diperiksa petugas lain.")
    if has_corrected(thing, by):
        raise PermissionDenied("Anda sendiri yang membetulkannya, jadi diperiksa petugas lain.")
    thing.status = to
    return thing


def has_corrected(thing: Thing, user: User) -> bool:
    """Who has written a part of a proposal does not decide it."""
    return (
        isinstance(thing, Proposal)
        and thing.steps.filter(action=ProposalStep.Action.BETULKAN, by=user).exists()
    )


def may_take_back(thing: Thing, user: User) -> bool:
    """Who has entered it, and who decides such things in the place, may correct and withdraw it."""
    enter = f"verification.add_{thing._meta.model_name}"
    allowed = user.has_perm(DECIDE[type(thing)]) or (
        thing.made_by_id == user.pk and user.has_perm(enter)
    )
    return thing.is_open and allowed and user.scope.contains(thing.village_id)


def _undecided(thing: Thing, by: User) -> Thing:
    model = type(thing)
    thing = model.objects.select_for_update(of=("self",)).get(pk=thing.pk)
    if not thing.is_open:
        raise ValidationError(
            f"{thing} sudah {thing.get_status_display().lower()}. Muat ulang halaman ini."
        )
    if not may_take_back(thing, by):
        raise PermissionDenied("Hanya pencatat dan petugas kabupaten/kota yang dapat mengubahnya.")
    return thing


@transaction.atomic
def withdraw(thing: Thing, *, reason: str, by: User) -> Thing:
    """Take it back before it is decided. A finished meeting keeps it in its minutes; from minutes
    that are still written it goes."""
    thing = _undecided(thing, by)
    if not reason.strip():
        raise ValidationError("Sebutkan alasan penarikan.")
    if isinstance(thing, Proposal):
        MeetingDecision.objects.filter(
            proposal=thing, meeting__status=VillageMeeting.Status.DISUSUN
        ).delete()
    withdraw_open([thing], reason=reason.strip(), by=by)
    return thing


_CORRECTED = ("source", "source_number", "received_on", "reason", "criteria")
_OF_FAMILY = ("kk_number", "address", "hamlet", "rt", "rw")


@transaction.atomic
def correct_proposal(
    proposal: Proposal,
    *,
    source: str,
    source_number: str,
    received_on: date,
    reason: str,
    criteria: Sequence[str],
    why: str,
    by: User,
    family: Mapping[str, str] | None = None,
    members: Sequence[Mapping[str, str]] = (),
    is_compared: bool = False,
) -> Proposal:
    """Write an undecided proposal anew; what it was before is kept, and it is looked into anew.

    Of a registered family the register holds the rest; a typed-in one is checked as when it was
    submitted. Whoever corrects it does not decide it.
    """
    proposal = _undecided(proposal, by)
    if not why.strip():
        raise ValidationError({"why": "Sebutkan apa yang dibetulkan dan sebabnya."})
    before = {name: getattr(proposal, name) for name in (*_CORRECTED, *_OF_FAMILY)}
    before["received_on"] = before["received_on"].isoformat()
    before["members"] = [
        {name: str(getattr(one, name) or "") for name in _OF_MEMBER}
        for one in proposal.members.all()
    ]
    proposal.source, proposal.source_number = source, source_number
    proposal.received_on = _received(received_on)
    proposal.due_on = answer_due(About.USULAN, source, received_on)
    proposal.reason, proposal.criteria = reason, list(criteria)
    proposal.status = Status.DITERIMA
    proposal.checked_by = proposal.checked_at = None
    if proposal.household_id is None:
        checked = _checked(
            proposal.village,
            family or {},
            members,
            by=by,
            is_compared=is_compared,
            instead_of=proposal,
        )
        for name in _OF_FAMILY:
            setattr(proposal, name, checked.family[name])
        proposal.members.all().delete()
        _write_members(proposal, checked)
    save_checked(proposal)
    ProposalStep.objects.create(
        proposal=proposal,
        village_id=proposal.village_id,
        action=ProposalStep.Action.BETULKAN,
        note=why.strip(),
        before=before,
        by=by,
    )
    return proposal


@transaction.atomic
def begin_check(thing: Thing, *, by: User) -> Thing:
    """Somebody else than who has entered it looks into it."""
    thing = _locked(thing, by, to=Status.DIPERIKSA)
    thing.checked_by, thing.checked_at = by, timezone.now()
    thing.save(update_fields=["status", "checked_by", "checked_at"])
    return thing


@transaction.atomic
def refuse(thing: Thing, *, answer: str, by: User) -> Thing:
    """Answer with no, and why."""
    thing = _locked(thing, by, to=Status.DITOLAK)
    if not answer.strip():
        raise ValidationError("Sebutkan alasan penolakan.")
    return _answered(thing, answer, by)


def _answered(thing: Thing, answer: str, by: User) -> Thing:
    thing.answer, thing.decided_by, thing.decided_at = answer.strip(), by, timezone.now()
    save_checked(thing)
    tell_maker(thing, f"{thing} {thing.get_status_display().lower()}.", by=by)
    return thing


def newest_running(regency: str) -> Round | None:
    return (
        Round.objects.running()
        .filter(round_regions__region=regency)
        .order_by("-starts_on", "-pk")
        .first()
    )


def running_round(regency: str) -> Round:
    """The newest running round of a regency: what is accepted now becomes a case of it."""
    found = newest_running(regency)
    if found is None:
        raise ValidationError(
            "Belum ada putaran verifikasi yang berjalan di kabupaten/kota ini. Mintalah koordinator"
            " membukanya, lalu ulangi."
        )
    return found


@transaction.atomic
def accept_proposal(proposal: Proposal, *, answer: str = "", by: User) -> Proposal:
    """The family enters the register, where it is not in it, and a case of the running round.

    It takes part in the programme only when the case is verified, a place is free and the decree
    is there.
    """
    proposal = _locked(proposal, by, to=Status.DISETUJUI)
    round = running_round(proposal.regency_code)
    if proposal.household_id:
        _refuse_kpm(proposal.household)
    else:
        proposal.household = _registered(proposal, by)
    proposal.case = _case(round, proposal.household, Case.Origin.USULAN, by, f"{proposal}")
    return _answered(proposal, answer, by)


_OF_MEMBER = (
    *("nik", "name", "birth_place", "birth_date", "sex", "relation", "occupation"),
    "mother_name",
)


def registered_like(proposal: Proposal, *, by: User) -> list[Registered]:
    """Who has come into the register, or into another proposal, since the family was typed in."""
    members = [
        {"name": one.name, "nik": one.nik, "birth_date": _iso(one.birth_date)}
        for one in proposal.members.all()
    ]
    others = Proposal.objects.open().exclude(pk=proposal.pk)
    return find_registered(by, proposal.village, proposal.kk_number, members, proposals=others)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _registered(proposal: Proposal, by: User) -> Household:
    if known := [one.text for one in registered_like(proposal, by=by) if one.is_same]:
        raise ValidationError(known)
    family = {
        name: getattr(proposal, name) for name in ("kk_number", "address", "hamlet", "rt", "rw")
    }
    members = [{name: getattr(one, name) for name in _OF_MEMBER} for one in proposal.members.all()]
    return register_family(proposal.village, family, members, by=by)


def _case(round: Round, household: Household, origin: str, by: User, note: str) -> Case:
    found = Case.objects.filter(round=round, household=household).first()
    if found and found.status != Case.Status.BERAKHIR:
        return found
    return cases.add_case(round, household, origin=origin, by=by, note=note)


@transaction.atomic
def accept_objection(objection: Objection, *, answer: str = "", by: User) -> Objection:
    """The family is visited (again): a new case, or the verified one goes back to its visitor."""
    objection = _locked(objection, by, to=Status.DISETUJUI)
    round = running_round(objection.regency_code)
    why = f"{objection}: {objection.get_kind_display().lower()}"
    case = _case(round, objection.household, Case.Origin.SANGGAH, by, why)
    if case.status == Case.Status.DISETUJUI:
        case = cases.return_case(case, reason=why, by=by)
    objection.case = case
    return _answered(objection, answer, by)
