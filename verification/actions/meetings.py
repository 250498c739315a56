"""Changes of village meetings: the only place where they and their decisions change.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from beneficiaries.models import Enrollment, Household
from regions.models import Region
from verification.deadlines import ANSWER_DAYS, working_days_after
from verification.models import (
    Attachment,
    MeetingAttendee,
    MeetingDecision,
    MeetingStep,
    Proposal,
    Round,
    Source,
    VillageMeeting,
)

Status = VillageMeeting.Status
Kind = MeetingDecision.Kind
ENTER = "verification.add_villagemeeting"
FINISH = "verification.finish_villagemeeting"


def require(user: User, permission: str, place: str) -> None:
    """Refuse who may not, and who may not there."""
    if user is None or not user.has_perm(permission):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
    if not user.scope.contains(place):
        raise PermissionDenied("Desa ini di luar wilayah tugas Anda.")


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
    """Take a family from unfinished minutes; the proposal of a typed-in one goes on by itself."""
    _editable(decision.meeting, by)
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
        _propose(meeting, decision)
    meeting.status, meeting.finished_by, meeting.finished_at = Status.SELESAI, by, timezone.now()
    meeting.save(update_fields=["status", "finished_by", "finished_at"])
    _step(meeting, by)
    return families


@transaction.atomic
def reopen_meeting(meeting: VillageMeeting, *, reason: str, by: User) -> VillageMeeting:
    """Correct finished minutes; why is kept. Proposals made from them stay as they are."""
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
    return meeting


def _propose(meeting: VillageMeeting, decision: MeetingDecision) -> None:
    """The proposal that follows from the minutes, unless the family is proposed already."""
    if decision.household.proposals.open().exists():
        return
    save_checked(
        Proposal(
            village=meeting.village,
            household=decision.household,
            source=Source.MUSDES,
            source_number=meeting.minutes_number,
            received_on=meeting.held_on,
            due_on=working_days_after(timezone.localdate(), ANSWER_DAYS[Source.MUSDES]),
            reason=decision.note or f"Diusulkan {meeting.form.lower()} {meeting.village.name}.",
            made_by=meeting.made_by,
        )
    )


def _step(meeting: VillageMeeting, by: User, note: str = "") -> None:
    MeetingStep.objects.create(
        meeting=meeting, village_id=meeting.village_id, status=meeting.status, by=by, note=note
    )
