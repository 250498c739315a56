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
from beneficiaries.actions import register_family
from beneficiaries.models import Enrollment, Household
from regions.index import region_index
from regions.models import Region
from spreadsheets.layout import CheckContext
from verification.actions import cases
from verification.actions.meetings import decide_proposal_of, require, save_checked
from verification.deadlines import ANSWER_DAYS, OBJECTION_DAYS, working_days_after
from verification.families import CheckedFamily, check_family
from verification.models import (
    Answerable,
    Case,
    Objection,
    Objector,
    Proposal,
    ProposalMember,
    Round,
    VillageMeeting,
)
from verification.registered import Registered, find_registered

Status = Answerable.Status
Thing = TypeVar("Thing", Proposal, Objection)
DECIDE = {Proposal: "verification.decide_proposal", Objection: "verification.decide_objection"}


def check_proposed(
    village: Region, family: Mapping[str, str], members: Sequence[Mapping[str, str]], *, by: User
) -> tuple[CheckedFamily, list[Registered]]:
    """What was typed, cleaned, with what the rules of sheets and the register say of it."""
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
    return checked, find_registered(by, village, kk_number, checked.members)


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
        due_on=working_days_after(received_on, ANSWER_DAYS[source]),
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
        ProposalMember.objects.bulk_create(
            ProposalMember(
                proposal=proposal,
                village=village,
                position=position,
                **{**one, "birth_date": one["birth_date"] or None},
            )
            for position, one in enumerate(checked.members, start=1)
        )
    if meeting:
        decide_proposal_of(meeting, proposal, by=by)
    return proposal


def _refuse_kpm(household: Household) -> None:
    if not household.is_active:
        raise ValidationError(f"{household} sudah dinonaktifkan, jadi tidak dapat diusulkan.")
    if Enrollment.objects.active().sembako().filter(household=household).exists():
        raise ValidationError(f"{household} sudah KPM, jadi tidak perlu diusulkan.")


def _checked(village, family, members, *, by: User, is_compared: bool) -> CheckedFamily:
    checked, registered = check_proposed(village, family, members, by=by)
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
        due_on=working_days_after(received_on, OBJECTION_DAYS[source]),
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
    thing.status = to
    return thing


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
