"""Changes of village meetings: the only place where they and their decisions change.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from beneficiaries.models import Enrollment, Household
from regions.models import Region
from verification.actions.answers import note_step, withdraw_open
from verification.deadlines import answer_due
from verification.models import (
    AnswerTerm,
    Attachment,
    MeetingAttendee,
    MeetingDecision,
    MeetingStep,
    Proposal,
    ProposalStep,
    Round,
    Source,
    VillageMeeting,
)

Status = VillageMeeting.Status
Kind = MeetingDecision.Kind
ENTER = "verification.add_villagemeeting"
FINISH = "verification.finish_villagemeeting"


def require_running(round: Round, regency: str) -> None:
    """Refuse a round that is not running in the regency."""
    if round.status != Round.Status.BERJALAN:
        raise ValidationError(f"{round} tidak sedang berjalan, jadi tidak dapat diisi lagi.")
    if not round.round_regions.filter(region=regency).exists():
        raise ValidationError(f"{round} tidak mencakup kabupaten/kota ini.")


def save_checked(row) -> None:
    row.full_clean()
    row.save()


def _editable(meeting: VillageMeeting, by: User, permission: str = ENTER) -> VillageMeeting:
    meeting = VillageMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require(by, permission, meeting.village_id)
    if meeting.status != Status.DISUSUN:
        raise ValidationError(
            "Berita acara ini sudah selesai, jadi isinya tidak berubah. Buka kembali dengan alasan"
            " bila ada yang keliru."
        )
    return meeting


@transaction.atomic
def create_meeting(
    *, round: Round, village: Region, held_on: date, venue: str, leader: str, by: User
) -> VillageMeeting:
    """Begin the minutes of a meeting."""
    require(by, ENTER, village.code)
    if village.level != Region.Level.VILLAGE:
        raise ValidationError(f"{village} bukan desa atau kelurahan.")
    require_running(round, village.code[:5])
    _require_past(held_on)
    meeting = VillageMeeting(
        round=round, village=village, held_on=held_on, venue=venue, leader=leader, made_by=by
    )
    save_checked(meeting)
    return meeting


def _require_past(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError({"held_on": "Tanggal musyawarah setelah hari ini; perbaiki."})


@transaction.atomic
def change_meeting(
    meeting: VillageMeeting,
    *,
    held_on: date,
    venue: str,
    leader: str,
    minutes_number: str,
    attendance: int,
    by: User,
) -> VillageMeeting:
    """Write the head of the minutes anew; the number present is at least that of the names."""
    meeting = _editable(meeting, by)
    _require_past(held_on)
    named = meeting.attendees.count()
    if attendance < named:
        raise ValidationError(
            {"attendance": f"Daftar hadir memuat {named} nama; jumlah hadir tidak dapat kurang."}
        )
    meeting.held_on, meeting.venue, meeting.leader = held_on, venue, leader
    meeting.minutes_number, meeting.attendance = minutes_number, attendance
    save_checked(meeting)
    return meeting


@transaction.atomic
def set_attendees(
    meeting: VillageMeeting, names: Sequence[tuple[str, str]], *, by: User
) -> VillageMeeting:
    """Write the list of those present anew: (name, function), in the order of the list."""
    meeting = _editable(meeting, by)
    meeting.attendees.all().delete()
    rows = [
        MeetingAttendee(
            meeting=meeting,
            village_id=meeting.village_id,
            position=position,
            name=name,
            function=function,
        )
        for position, (name, function) in enumerate(names, start=1)
    ]
    for row in rows:
        row.clean_fields()
    MeetingAttendee.objects.bulk_create(rows)
    meeting.attendance = max(meeting.attendance, len(rows))
    meeting.save(update_fields=["attendance"])
    return meeting


@transaction.atomic
def decide_family(
    meeting: VillageMeeting,
    household: Household,
    *,
    kind: str,
    reason: str = "",
    note: str = "",
    by: User,
) -> MeetingDecision:
    """Note what the meeting decided about a registered family of its village."""
    meeting = _editable(meeting, by)
    if household.village_id != meeting.village_id:
        raise ValidationError(f"{household} tidak terdaftar di {meeting.village}.")
    if not household.is_active:
        raise ValidationError(f"{household} sudah dinonaktifkan.")
    is_kpm = Enrollment.objects.active().sembako().filter(household=household).exists()
    if kind == Kind.DIUSULKAN and is_kpm:
        raise ValidationError(f"{household} sudah KPM; pilih dikonfirmasi atau diusulkan keluar.")
    if kind != Kind.DIUSULKAN and not is_kpm:
        raise ValidationError(f"{household} bukan KPM, jadi hanya dapat diusulkan.")
    decision = MeetingDecision(
        meeting=meeting,
        village_id=meeting.village_id,
        household=household,
        kind=kind,
        reason=reason if kind == Kind.DIKELUARKAN else "",
        note=note,
    )
    save_checked(decision)
    return decision


def decide_proposal_of(meeting: VillageMeeting, proposal: Proposal, *, by: User) -> MeetingDecision:
    """The meeting proposes a family that was typed in."""
    meeting = _editable(meeting, by)
    if proposal.village_id != meeting.village_id:
        raise ValidationError(f"{proposal} bukan dari {meeting.village}.")
    decision = MeetingDecision(
        meeting=meeting, village_id=meeting.village_id, proposal=proposal, kind=Kind.DIUSULKAN
    )
    save_checked(decision)
    return decision


@transaction.atomic
def drop_decision(decision: MeetingDecision, *, by: User) -> None:
    """Take a family from unfinished minutes; the proposal of a typed-in one goes on by itself.

    Not one that was proposed by these minutes before and has been answered since.
    """
    meeting = _editable(decision.meeting, by)
    answered = meeting.proposals.exclude(status=Proposal.Status.DITARIK)
    if decision.household_id and answered.filter(household=decision.household_id).exists():
        raise ValidationError(
            "Usulan keluarga ini sudah diputus menurut berita acara ini, jadi keluarganya tetap"
            " tercantum. Perubahan berikutnya melalui musyawarah atau sanggah yang baru."
        )
    decision.delete()


@transaction.atomic
def attach_scan(meeting: VillageMeeting, scan: Attachment, *, by: User) -> VillageMeeting:
    """Keep the scan of the signed minutes; one that is there stays."""
    meeting = VillageMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require(by, ENTER, meeting.village_id)
    if meeting.scan_id and meeting.status == Status.SELESAI:
        raise ValidationError("Pindaian sudah ada. Buka kembali berita acara untuk menggantinya.")
    meeting.scan = scan
    meeting.save(update_fields=["scan"])
    return meeting


@transaction.atomic
def finish_meeting(meeting: VillageMeeting, *, by: User) -> int:
    """Close the minutes: from now on nothing in them changes; tells how many families they hold.

    Registered families that the meeting proposes become proposals; those it wants out wait to be
    visited (verification.figures.replacement.asked_to_leave).
    """
    meeting = _editable(meeting, by, FINISH)
    families = meeting.decisions.count()
    if not families:
        raise ValidationError("Belum ada keluarga yang diputus dalam musyawarah ini.")
    if not meeting.minutes_number or not meeting.attendance:
        raise ValidationError("Isi nomor berita acara dan jumlah hadir lebih dahulu.")
    for decision in meeting.decisions.filter(kind=Kind.DIUSULKAN, household__isnull=False):
        _propose(meeting, decision, by)
    meeting.status, meeting.finished_by, meeting.finished_at = Status.SELESAI, by, timezone.now()
    meeting.save(update_fields=["status", "finished_by", "finished_at"])
    _step(meeting, by)
    return families


@transaction.atomic
def reopen_meeting(meeting: VillageMeeting, *, reason: str, by: User) -> VillageMeeting:
    """Correct finished minutes; why is kept.

    Proposals that the minutes have made and nobody has answered are withdrawn; they come back when
    the minutes are finished again and still hold the family. Answered ones stand.
    """
    meeting = VillageMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require(by, FINISH, meeting.village_id)
    if meeting.status != Status.SELESAI:
        raise ValidationError("Berita acara ini masih disusun. Muat ulang halaman ini.")
    if not reason.strip():
        raise ValidationError("Sebutkan alasan berita acara dibuka kembali.")
    require_running(meeting.round, meeting.regency_code)
    meeting.status, meeting.finished_by, meeting.finished_at = Status.DISUSUN, None, None
    meeting.save(update_fields=["status", "finished_by", "finished_at"])
    _step(meeting, by, reason.strip())
    waiting = meeting.proposals.open().order_by("pk").select_for_update(of=("self",))
    withdraw_open(waiting, reason=f"Berita acara dibuka kembali: {reason.strip()}", by=by)
    return meeting


def reopening_tells(meeting: VillageMeeting) -> str:
    """What reopening the minutes does to their proposals, in words for who is about to do it."""
    made = meeting.proposals.aggregate(
        waiting=Count("pk", filter=Q(status__in=Proposal.OPEN)),
        answered=Count("pk", filter=Q(decided_at__isnull=False)),
    )
    told = ["Isinya dapat diubah lagi, dan alasannya tercatat."]
    if made["waiting"]:
        told.append(
            f"{made['waiting']} usulan yang belum diputus ditarik, dan diajukan lagi saat berita"
            " acara diselesaikan selama keluarganya masih tercantum."
        )
    if made["answered"]:
        told.append(f"{made['answered']} usulan yang sudah diputus tetap berlaku.")
    return " ".join(told)


def _propose(meeting: VillageMeeting, decision: MeetingDecision, by: User) -> None:
    """The proposal that follows from the minutes, unless the family is proposed already."""
    if decision.household.proposals.open().exists():
        return
    due_on = answer_due(AnswerTerm.About.USULAN, Source.MUSDES, timezone.localdate())
    earlier = decision.household.proposals.filter(meeting=meeting).select_for_update().first()
    if earlier is None:
        save_checked(
            Proposal(
                village=meeting.village,
                household=decision.household,
                meeting=meeting,
                source=Source.MUSDES,
                source_number=meeting.minutes_number,
                received_on=meeting.held_on,
                due_on=due_on,
                reason=_reason(meeting, decision),
                made_by=meeting.made_by,
            )
        )
    elif earlier.status == Proposal.Status.DITARIK:
        earlier.status, earlier.due_on, earlier.answer = Proposal.Status.DITERIMA, due_on, ""
        earlier.withdrawn_by = earlier.withdrawn_at = None
        earlier.checked_by = earlier.checked_at = None
        earlier.source_number, earlier.received_on = meeting.minutes_number, meeting.held_on
        earlier.reason = _reason(meeting, decision)
        save_checked(earlier)
        note_step(
            earlier,
            ProposalStep.Action.AJUKAN_LAGI,
            note="Berita acara diselesaikan lagi.",
            by=by,
        )


def _reason(meeting: VillageMeeting, decision: MeetingDecision) -> str:
    return decision.note or f"Diusulkan {meeting.form.lower()} {meeting.village.name}."


def _step(meeting: VillageMeeting, by: User, note: str = "") -> None:
    MeetingStep.objects.create(
        meeting=meeting, village_id=meeting.village_id, status=meeting.status, by=by, note=note
    )
