"""Village meetings (musdes, muskel): who came, what was decided about which families."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import ExitReason, Household
from regions.models import Region
from verification.models.cases import Attachment
from verification.models.proposals import Proposal
from verification.models.rounds import Round

FINISHED = "Berita acara musyawarah ini sudah selesai, jadi isinya tidak berubah."
_MINUTES = ("village", "round", "held_on", "venue", "leader", "minutes_number", "attendance")


def _changed(*names: str) -> pgtrigger.Q:
    differs = pgtrigger.Q()
    for name in names:
        differs |= pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")})
    return differs


def stands_with_meeting(name: str) -> pgtrigger.Trigger:
    """Rows of a finished meeting are neither added, changed nor taken away."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            "IF EXISTS (SELECT FROM verification_villagemeeting m WHERE m.status = 'SELESAI'"
            " AND m.id IN (NEW.meeting_id, OLD.meeting_id)) THEN"
            f" RAISE EXCEPTION '{FINISHED}' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN coalesce(NEW, OLD);"
        ),
    )


class VillageMeeting(models.Model):
    """One meeting of a village in a round, with its signed minutes."""

    PLACE = "village"

    class Status(models.TextChoices):
        DISUSUN = "DISUSUN", "Disusun"
        SELESAI = "SELESAI", "Selesai"

    TRANSITIONS = {Status.DISUSUN: {Status.SELESAI}, Status.SELESAI: {Status.DISUSUN}}

    round = models.ForeignKey(
        Round, models.PROTECT, related_name="meetings", verbose_name="putaran"
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False
    )
    regency_code = regency_code_of("village")
    held_on = models.DateField("tanggal musyawarah")
    venue = models.CharField("tempat", max_length=150)
    leader = models.CharField("pemimpin musyawarah", max_length=150)
    minutes_number = models.CharField("nomor berita acara", max_length=60, blank=True)
    attendance = models.PositiveIntegerField("jumlah hadir", default=0)
    scan = models.ForeignKey(
        Attachment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pindaian berita acara",
    )
    status = models.CharField("status", max_length=7, choices=Status, default=Status.DISUSUN)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="dicatat oleh")
    made_at = models.DateTimeField("dicatat", db_default=Now())
    finished_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diselesaikan"
    )
    finished_at = models.DateTimeField("selesai", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "musyawarah desa"
        verbose_name_plural = "musyawarah desa"
        ordering = ["-held_on", "-id"]
        permissions = [("finish_villagemeeting", "Dapat menyelesaikan dan membuka berita acara")]
        triggers = [
            pgtrigger.Protect(
                name="finished_minutes_stand",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="SELESAI") & _changed(*_MINUTES),
            ),
            pgtrigger.Protect(name="meetings_are_kept", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "village", "held_on"],
                name="meeting_once_a_day",
                violation_error_message="Musyawarah desa ini pada tanggal itu sudah dicatat.",
            ),
            models.UniqueConstraint(
                fields=["village", "minutes_number"],
                condition=~Q(minutes_number=""),
                name="meeting_minutes_number_once",
                violation_error_message="Nomor berita acara ini sudah dipakai di desa ini.",
            ),
            models.CheckConstraint(
                name="meeting_finished_means_minutes",
                condition=Q(status="DISUSUN")
                | Q(finished_by__isnull=False, finished_at__isnull=False, attendance__gt=0)
                & ~Q(minutes_number=""),
                violation_error_message=(
                    "Berita acara yang selesai memerlukan nomor dan jumlah hadir."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["regency_code", "round"], name="meeting_place"),
            models.Index(fields=["village", "held_on"], name="meeting_village"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.village.name}, {self.held_on:%d-%m-%Y}"

    @property
    def form(self) -> str:
        """Musdes in a desa, muskel in a kelurahan."""
        return "Muskel" if self.village.kind == Region.Kind.KELURAHAN else "Musdes"


class MeetingAttendee(models.Model):
    """Somebody who signed the list of those present."""

    PLACE = "village"

    meeting = models.ForeignKey(VillageMeeting, models.CASCADE, related_name="attendees")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    position = models.PositiveSmallIntegerField("urutan")
    name = models.CharField("nama", max_length=150)
    function = models.CharField("jabatan atau unsur", max_length=100)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "peserta musyawarah"
        verbose_name_plural = "peserta musyawarah"
        ordering = ["meeting", "position"]
        triggers = [stands_with_meeting("attendees_stand")]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="attendee_position_once"),
            models.CheckConstraint(name="attendee_named", condition=~Q(name="")),
        ]
        indexes = [models.Index(fields=["regency_code", "meeting"], name="attendee_place")]

    def __str__(self) -> str:
        return f"{self.name}, {self.function}"


class MeetingDecision(models.Model):
    """What the meeting decided about one family: a registered one, or one of a proposal."""

    PLACE = "village"

    class Kind(models.TextChoices):
        DIUSULKAN = "DIUSULKAN", "Diusulkan"
        DIKONFIRMASI = "DIKONFIRMASI", "Dikonfirmasi layak"
        DIKELUARKAN = "DIKELUARKAN", "Diusulkan keluar"

    meeting = models.ForeignKey(VillageMeeting, models.CASCADE, related_name="decisions")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    kind = models.CharField("putusan", max_length=12, choices=Kind)
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meeting_decisions",
        verbose_name="keluarga",
        db_constraint=False,
    )
    proposal = models.OneToOneField(
        Proposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decision",
        verbose_name="usulan",
    )
    reason = models.CharField("alasan keluar", max_length=15, choices=ExitReason, blank=True)
    note = models.CharField("keterangan", max_length=250, blank=True)
    decided_at = models.DateTimeField("dicatat", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "putusan musyawarah"
        verbose_name_plural = "putusan musyawarah"
        ordering = ["meeting", "kind", "id"]
        triggers = [stands_with_meeting("decisions_stand")]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "household"],
                name="decision_once_per_family",
                violation_error_message="Keluarga ini sudah diputus dalam musyawarah ini.",
            ),
            models.CheckConstraint(
                name="decision_names_one_family",
                condition=Q(household__isnull=False, proposal=None)
                | Q(household=None, proposal__isnull=False, kind="DIUSULKAN"),
            ),
            models.CheckConstraint(
                name="decision_removed_means_reason",
                condition=Q(kind="DIKELUARKAN") & ~Q(reason="")
                | ~Q(kind="DIKELUARKAN") & Q(reason=""),
                violation_error_message="Sebutkan alasan keluarga diusulkan keluar.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "meeting"], name="decision_place")]

    def __str__(self) -> str:
        return f"{self.household or self.proposal}: {self.get_kind_display()}"


class MeetingStep(models.Model):
    """Who finished or reopened a meeting, and why: append-only."""

    PLACE = "village"

    meeting = models.ForeignKey(VillageMeeting, models.PROTECT, related_name="steps")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    status = models.CharField("status", max_length=7, choices=VillageMeeting.Status)
    note = models.CharField("alasan", max_length=250, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah musyawarah"
        verbose_name_plural = "langkah musyawarah"
        ordering = ["at", "id"]
        triggers = [
            pgtrigger.Protect(name="steps_stand", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
        constraints = [
            models.CheckConstraint(
                name="meeting_reopened_means_reason",
                condition=Q(status="SELESAI") | ~Q(note=""),
                violation_error_message="Sebutkan alasan berita acara dibuka kembali.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.get_status_display()}"
