"""Changes of meetings and follow-ups: the only place where their status changes.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Notification, User
from accounts.notifications import notify, users_who_may
from accounts.permissions import require
from accounts.roles import OUTSIDE, Role
from coordination import agency_mail
from coordination.measures import FIELDS as MEASURED
from coordination.measures import Measuring
from coordination.models import (
    Agency,
    AgendaItem,
    Attendance,
    Decision,
    FollowUp,
    FollowUpStep,
    Meeting,
)
from dashboards import indicators
from dashboards.mail import Delivery
from regions.models import Region
from uploads.attachments import EVIDENCE, MAX_BYTES, kept_copy

Action = FollowUpStep.Action
FIRST_AGENDA = "Tindak lanjut rapat yang lalu"
REMIND_DAYS_BEFORE = 3
REMIND_AGAIN_DAYS = 7


# Meetings


def _locked(meeting: Meeting, by: User) -> Meeting:
    require(by, "coordination.change_meeting", meeting.region_id)
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


def _move(thing: Meeting | FollowUp, status: str) -> None:
    if status not in thing.TRANSITIONS[thing.status]:
        raise ValidationError(
            f"{thing._meta.verbose_name.capitalize()} berstatus"
            f" {thing.get_status_display().lower()} tidak dapat menjadi"
            f" {thing.Status(status).label.lower()}. Muat ulang halaman ini."
        )
    thing.status = status


def _set_agenda(meeting: Meeting, titles: list[str]) -> None:
    if not titles or titles[0] != FIRST_AGENDA:
        titles = [FIRST_AGENDA, *(title for title in titles if title != FIRST_AGENDA)]
    meeting.agenda.all().delete()
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, title=title)
        for position, title in enumerate(titles, start=1)
    )


def _invite(meeting: Meeting, agencies: Iterable[Agency]) -> None:
    wanted = {agency.pk for agency in agencies}
    if not wanted:
        raise ValidationError({"agencies": "Pilih paling sedikit satu instansi."})
    meeting.attendances.exclude(agency__in=wanted).delete()
    Attendance.objects.bulk_create(
        [Attendance(meeting=meeting, agency_id=pk) for pk in sorted(wanted)], ignore_conflicts=True
    )


@transaction.atomic
def call_meeting(
    *,
    title: str,
    region: Region,
    starts_at: datetime,
    place: str,
    chair: str,
    agenda: list[str],
    agencies: Iterable[Agency],
    by: User,
) -> Meeting:
    """Prepare a meeting; its first business is what became of the follow-ups of the last one."""
    require(by, "coordination.add_meeting", region.code)
    if region.level not in (Region.Level.PROVINCE, Region.Level.REGENCY):
        raise ValidationError({"region": f"{region} bukan provinsi atau kabupaten/kota."})
    meeting = Meeting(
        title=title, region=region, starts_at=starts_at, place=place, chair=chair, created_by=by
    )
    meeting.full_clean(exclude=["region", "created_by"])
    meeting.save()
    _set_agenda(meeting, agenda)
    _invite(meeting, agencies)
    return meeting


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    title: str,
    starts_at: datetime,
    place: str,
    chair: str,
    agenda: list[str],
    agencies: Iterable[Agency],
    by: User,
) -> Meeting:
    """Change the invitation while the meeting has not been held."""
    meeting = _locked(meeting, by)
    if meeting.status != Meeting.Status.DIRENCANAKAN:
        raise ValidationError(
            "Undangan rapat yang sudah selesai atau dibatalkan tidak diubah. Rencanakan kembali"
            " rapatnya lebih dahulu."
        )
    meeting.title, meeting.starts_at, meeting.place, meeting.chair = title, starts_at, place, chair
    meeting.full_clean(exclude=["region", "created_by"])
    meeting.save()
    _set_agenda(meeting, agenda)
    _invite(meeting, agencies)
    return meeting


@transaction.atomic
def hold_meeting(meeting: Meeting, *, summary: str, people: Mapping[int, int], by: User) -> Meeting:
    """The meeting took place; `people` tells how many came, by the id of the attendance."""
    meeting = _locked(meeting, by)
    if meeting.starts_at > timezone.now():
        day = date_format(timezone.localtime(meeting.starts_at), "j F Y")
        raise ValidationError(
            f"Rapat ini belum dimulai, baru {day}. Catat hasilnya sesudah rapat, atau ubah"
            " undangannya bila rapat dimajukan."
        )
    if people and not any(people.values()):
        raise ValidationError(
            "Belum ada instansi yang hadir. Isi jumlah orangnya; bila rapat tidak jadi diadakan,"
            " batalkan rapatnya."
        )
    if meeting.status != Meeting.Status.SELESAI:
        _move(meeting, Meeting.Status.SELESAI)
    meeting.summary = summary
    meeting.save()
    for row in meeting.attendances.filter(pk__in=people):
        row.people = people[row.pk]
        row.attended = row.people > 0
        row.save()
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: User) -> Meeting:
    """Call it off; it can be planned again."""
    meeting = _locked(meeting, by)
    if meeting.follow_ups.exists():
        raise ValidationError(
            "Rapat ini sudah mempunyai tindak lanjut dan tidak dibatalkan. Ubah undangannya bila"
            " waktunya berganti, atau catat hasilnya bila sudah diadakan."
        )
    _move(meeting, Meeting.Status.DIBATALKAN)
    meeting.save()
    return meeting


@transaction.atomic
def plan_again(meeting: Meeting, *, by: User) -> Meeting:
    """Back to planned: it was held or called off by mistake."""
    meeting = _locked(meeting, by)
    _move(meeting, Meeting.Status.DIRENCANAKAN)
    meeting.save()
    return meeting


@transaction.atomic
def decide(meeting: Meeting, *, text: str, by: User) -> Decision:
    """Write down a decision; they are numbered as they come."""
    meeting = _locked(meeting, by)
    if meeting.status == Meeting.Status.DIBATALKAN:
        raise ValidationError("Rapat ini dibatalkan. Rencanakan kembali rapatnya lebih dahulu.")
    last = meeting.decisions.aggregate(last=Max("position"))["last"] or 0
    return Decision.objects.create(meeting=meeting, position=last + 1, text=text)


# Follow-ups


def _tell(follow_up: FollowUp, text: str, *, by: User | None = None) -> None:
    notify(
        [follow_up.responsible] if follow_up.responsible != by else [],
        topic=Notification.Topic.TINDAK_LANJUT,
        text=f"{text}: {follow_up.text}",
        url=reverse("admin:coordination_followup_change", args=[follow_up.pk]),
    )


def _step(follow_up: FollowUp, action: str, *, by: User, note: str = "", **file) -> FollowUp:
    follow_up.save()
    FollowUpStep.objects.create(
        follow_up=follow_up,
        region_id=follow_up.region_id,
        action=action,
        due_on=follow_up.due_on,
        note=note,
        by=by,
        **file,
    )
    return follow_up


def _check_due(follow_up: FollowUp) -> None:
    decided = follow_up.created_on
    if follow_up.due_on < decided:
        raise ValidationError(
            {
                "due_on": f"Tenggat mendahului tanggal rapat, {date_format(decided, 'j F Y')}."
                " Pilih tanggal sesudahnya."
            }
        )


def may_be_responsible(region: Region) -> list[User]:
    """Users who may report on follow-ups of this place."""
    users = users_who_may("coordination.report_followup", region.code)
    return sorted(users, key=lambda user: user.full_name)


def _measure(follow_up: FollowUp, by: User) -> None:
    """Write down the figure as it is now.

    Other agencies see a part of the rows only, a bank its own payments: after their reports the
    night measures, so that then and now are of the same rows.
    """
    if by.role not in OUTSIDE:
        Measuring(by).measure(follow_up)


@transaction.atomic
def add_follow_up(
    meeting: Meeting,
    *,
    text: str,
    agency: Agency,
    region: Region,
    due_on: date,
    decision: Decision | None = None,
    responsible: User | None = None,
    indicator: str = "",
    by: User,
) -> FollowUp:
    """What an agency will do; the figure it is to move is written down as it is now."""
    meeting = _locked(meeting, by)
    require(by, "coordination.add_followup", region.code)
    if meeting.status == Meeting.Status.DIBATALKAN:
        raise ValidationError("Rapat ini dibatalkan. Rencanakan kembali rapatnya lebih dahulu.")
    if not region.code.startswith(meeting.region_id):
        raise ValidationError({"region": f"{region} di luar wilayah rapat. Pilih wilayah lain."})
    if indicator and indicators.get(indicator) is None:
        raise ValidationError({"indicator": "Angka ini tidak dikenal. Pilih dari daftar."})
    if responsible is not None and responsible not in may_be_responsible(region):
        raise ValidationError(
            {
                "responsible": f"{responsible} tidak melaporkan tindak lanjut {region.full_name}."
                " Pilih pengguna lain atau kosongkan."
            }
        )
    follow_up = FollowUp(
        meeting=meeting,
        decision=decision,
        text=text,
        agency=agency,
        responsible=responsible,
        region=region,
        due_on=due_on,
        indicator=indicator,
        created_by=by,
        created_on=min(timezone.localdate(meeting.starts_at), timezone.localdate()),
    )
    _check_due(follow_up)
    Measuring(by).measure_first(follow_up)
    follow_up.full_clean(exclude=["meeting", "region", "created_by", "round", "period"])
    _step(follow_up, Action.CATAT, by=by)
    _tell(follow_up, f"Tindak lanjut untuk Anda, tenggat {date_format(due_on, 'j F Y')}", by=by)
    return follow_up


def may_report(follow_up: FollowUp, user: User) -> bool:
    """Officers of its place, and whoever is responsible."""
    return user.has_perm("coordination.report_followup") and user.scope.contains(
        follow_up.region_id
    )


def _locked_follow_up(follow_up: FollowUp, by: User) -> FollowUp:
    if by is None or not may_report(follow_up, by):
        raise PermissionDenied("Tindak lanjut ini di luar tugas Anda.")
    return FollowUp.objects.visible_to(by).select_for_update(of=("self",)).get(pk=follow_up.pk)


def _kept(file) -> dict:
    """The evidence as it is stored, if there is any. Raises ValidationError for what is none."""
    if not file:
        return {}
    try:
        copy = kept_copy(file.name, file.read(MAX_BYTES + 1), EVIDENCE)
    except ValidationError as refused:
        raise ValidationError({"file": refused.messages}) from refused
    return {"file": ContentFile(copy.content, copy.sha256), "file_name": copy.name}


@transaction.atomic
def report_progress(follow_up: FollowUp, *, note: str, file=None, by: User) -> FollowUp:
    """What was done so far, with the evidence if there is any."""
    follow_up = _locked_follow_up(follow_up, by)
    if follow_up.status == FollowUp.Status.SELESAI:
        raise ValidationError("Tindak lanjut ini sudah selesai. Buka kembali bila belum tuntas.")
    if follow_up.status == FollowUp.Status.TERBUKA:
        _move(follow_up, FollowUp.Status.BERJALAN)
    _measure(follow_up, by)
    return _step(follow_up, Action.KEMAJUAN, by=by, note=note, **_kept(file))


@transaction.atomic
def finish(follow_up: FollowUp, *, note: str, file=None, by: User) -> FollowUp:
    """Done, with its evidence in words or as a file; its figure is measured for the last time."""
    follow_up = _locked_follow_up(follow_up, by)
    _move(follow_up, FollowUp.Status.SELESAI)
    _measure(follow_up, by)
    follow_up.finished_on = timezone.localdate()
    return _step(follow_up, Action.SELESAI, by=by, note=note, **_kept(file))


@transaction.atomic
def reopen(follow_up: FollowUp, *, note: str, due_on: date, by: User) -> FollowUp:
    """Take it up again with a new term; who found it unfinished says why."""
    follow_up = _locked_follow_up(follow_up, by)
    require(by, "coordination.add_followup", follow_up.region_id)
    _move(follow_up, FollowUp.Status.BERJALAN)
    follow_up.finished_on, follow_up.due_on = None, due_on
    _check_due(follow_up)
    follow_up.full_clean(exclude=["meeting", "region", "created_by"])
    _step(follow_up, Action.BUKA, by=by, note=note)
    _tell(follow_up, "Dibuka kembali", by=by)
    return follow_up


@transaction.atomic
def change_due(follow_up: FollowUp, *, due_on: date, note: str, by: User) -> FollowUp:
    """Another due date, with the reason; the old one stays in the steps."""
    follow_up = _locked_follow_up(follow_up, by)
    require(by, "coordination.add_followup", follow_up.region_id)
    if follow_up.status == FollowUp.Status.SELESAI:
        raise ValidationError("Tindak lanjut ini sudah selesai. Buka kembali bila belum tuntas.")
    before, follow_up.due_on = follow_up.due_on, due_on
    _check_due(follow_up)
    follow_up.full_clean(exclude=["meeting", "region", "created_by"])
    dates = f"{date_format(before, 'j F Y')} → {date_format(due_on, 'j F Y')}. "
    _step(follow_up, Action.TENGGAT, by=by, note=dates + note)
    _tell(follow_up, f"Tenggat menjadi {date_format(due_on, 'j F Y')}", by=by)
    return follow_up


def refresh_values(*, by: User) -> int:
    """Measure the figures of all open follow-ups that `by` sees; tells how many there are."""
    open_ones = FollowUp.objects.visible_to(by).open().exclude(indicator="")
    changed = list(open_ones.select_related("round", "period").order_by("region"))
    measuring = Measuring(by)
    for follow_up in changed:
        measuring.measure(follow_up)
    FollowUp.objects.bulk_update(changed, MEASURED)
    return len(changed)


def measure_follow_ups() -> int:
    """Measure the figures of all open follow-ups, as a coordinator of the province sees them.

    Nothing is measured while there is no such user.
    """
    coordinators = User.objects.filter(role=Role.KOORDINATOR, is_active=True).order_by("pk")
    for user in coordinators:
        if user.scope.is_province:
            return refresh_values(by=user)
    return 0


def _to_remind(today: date):
    return FollowUp.objects.open().filter(
        Q(reminded_on=None) | Q(reminded_on__lte=today - timedelta(days=REMIND_AGAIN_DAYS)),
        due_on__lte=today + timedelta(days=REMIND_DAYS_BEFORE),
    )


def remind_agencies(today: date | None = None) -> Delivery:
    """Remind agencies whose follow-ups no user is responsible for, by e-mail, as often as users."""
    today = today or timezone.localdate()
    waiting = _to_remind(today).filter(responsible=None).exclude(agency__email="")
    return agency_mail.remind(waiting.select_related("agency", "region", "meeting"), today)


@transaction.atomic
def send_reminders(today: date | None = None) -> int:
    """Remind those responsible: shortly before the due date, then weekly; tells how many."""
    today = today or timezone.localdate()
    waiting = (
        _to_remind(today)
        .filter(responsible__isnull=False)
        .select_related("responsible")
        .select_for_update(of=("self",))
    )
    reminded = list(waiting)
    for follow_up in reminded:
        days = (today - follow_up.due_on).days
        due = date_format(follow_up.due_on, "j F Y")
        late = f"lewat {days} hari" if days > 0 else f"jatuh tempo {due}"
        _tell(follow_up, f"Tindak lanjut {late}")
    FollowUp.objects.filter(pk__in=[row.pk for row in reminded]).update(reminded_on=today)
    return len(reminded)
