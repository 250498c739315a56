"""Rakor: a meeting, who was invited, what was decided, and what must follow by when."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.roles import OUTSIDE
from accounts.scope import ScopedQuerySet, regency_code_of
from distribution.models import PayoutPeriod
from regions.models import Region
from verification.models import Round


class Agency(models.Model):
    """An office that is invited and takes on follow-ups; without a region it serves them all."""

    name = models.CharField("nama", max_length=150, unique=True)
    short_name = models.CharField("nama singkat", max_length=40)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name="wilayah"
    )
    email = models.EmailField(
        "alamat surel kantor",
        blank=True,
        help_text="Menerima pengingat tindak lanjut yang tidak ada penggunanya.",
    )
    is_active = models.BooleanField("masih diundang", default=True)

    class Meta:
        verbose_name = "instansi"
        verbose_name_plural = "instansi"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Meetings of the user's places, and those of a place above, to which they are invited."""
        if user.scope.is_province:
            return self
        places = {code[:length] for code in user.scope.codes for length in (2, 5)}
        return self.filter(region__in=places)

    def coming(self):
        return self.filter(status=Meeting.Status.DIRENCANAKAN)


class Meeting(models.Model):
    """A coordination meeting of the province or of one kabupaten/kota.

    It has no regency code: a district sees the meetings of the province too. What belongs to one
    district only (briefings, follow-ups) has a place of its own.
    """

    class Status(models.TextChoices):
        DIRENCANAKAN = "DIRENCANAKAN", "Direncanakan"
        SELESAI = "SELESAI", "Selesai"
        DIBATALKAN = "DIBATALKAN", "Dibatalkan"

    TRANSITIONS = {
        Status.DIRENCANAKAN: {Status.SELESAI, Status.DIBATALKAN},
        Status.SELESAI: {Status.DIRENCANAKAN},
        Status.DIBATALKAN: {Status.DIRENCANAKAN},
    }

    title = models.CharField("judul", max_length=150)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah")
    starts_at = models.DateTimeField("waktu")
    place = models.CharField("tempat", max_length=200)
    chair = models.CharField("pimpinan rapat", max_length=150)
    status = models.CharField("status", max_length=12, choices=Status, default=Status.DIRENCANAKAN)
    summary = models.TextField("jalannya rapat", blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="disiapkan oleh"
    )
    created_at = models.DateTimeField("disiapkan", db_default=Now())

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "rapat koordinasi"
        verbose_name_plural = "rapat koordinasi"
        ordering = ["-starts_at", "-id"]
        default_permissions = ("add", "change", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "starts_at"],
                name="meeting_once_at_a_time",
                violation_error_message="Sudah ada rapat wilayah ini pada waktu tersebut.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> str:
        return "Rakor provinsi" if len(self.region_id) == 2 else "Rakor kab/kota"

    @property
    def previous(self) -> "Meeting | None":
        """The last meeting of the same place that was held before this one."""
        return Meeting.objects.filter(
            region=self.region_id, status=self.Status.SELESAI, starts_at__lt=self.starts_at
        ).first()


class AgendaItem(models.Model):
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="agenda", verbose_name="rapat"
    )
    position = models.PositiveSmallIntegerField("urutan")
    title = models.CharField("mata acara", max_length=200)

    class Meta:
        verbose_name = "mata acara"
        verbose_name_plural = "mata acara"
        ordering = ["meeting", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"],
                name="agenda_position_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class Attendance(models.Model):
    """An agency that is invited to a meeting, and whether it came; None: not told yet."""

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="attendances", verbose_name="rapat"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="instansi")
    attended = models.BooleanField("hadir", null=True)
    people = models.PositiveSmallIntegerField("jumlah orang", default=0)

    class Meta:
        verbose_name = "undangan"
        verbose_name_plural = "undangan"
        ordering = ["meeting", "agency__name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["meeting", "agency"], name="agency_invited_once"),
            models.CheckConstraint(
                name="attendance_people_came",
                condition=Q(attended=True) | Q(people=0),
                violation_error_message="Instansi yang tidak hadir tidak mempunyai jumlah orang.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency}"


class Decision(models.Model):
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="decisions", verbose_name="rapat"
    )
    position = models.PositiveSmallIntegerField("nomor")
    text = models.TextField("keputusan")

    class Meta:
        verbose_name = "keputusan rapat"
        verbose_name_plural = "keputusan rapat"
        ordering = ["meeting", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="decision_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"


class FollowUpQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Other agencies see what their own users are responsible for."""
        visible = super().visible_to(user)
        return visible.filter(responsible=user) if user.role in OUTSIDE else visible

    def open(self):
        return self.exclude(status=FollowUp.Status.SELESAI)

    def overdue(self, today: date | None = None):
        return self.open().filter(due_on__lt=today or timezone.localdate())


class FollowUp(models.Model):
    """What an agency will do by when, and the figure it is to move (`indicator` of dashboards)."""

    PLACE = "region"

    class Status(models.TextChoices):
        TERBUKA = "TERBUKA", "Terbuka"
        BERJALAN = "BERJALAN", "Berjalan"
        SELESAI = "SELESAI", "Selesai"

    TRANSITIONS = {
        Status.TERBUKA: {Status.BERJALAN, Status.SELESAI},
        Status.BERJALAN: {Status.SELESAI},
        Status.SELESAI: {Status.BERJALAN},
    }

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="follow_ups", verbose_name="rapat"
    )
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name="keputusan",
    )
    text = models.CharField("tindak lanjut", max_length=300)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="instansi")
    responsible = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name="pengguna yang bertanggung jawab",
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah")
    regency_code = regency_code_of("region")
    due_on = models.DateField("tenggat")
    indicator = models.CharField("angka yang hendak diubah", max_length=30, blank=True)
    value_then = models.DecimalField(
        "angka saat diputuskan", max_digits=12, decimal_places=1, null=True, blank=True
    )
    value_now = models.DecimalField(
        "angka terakhir", max_digits=12, decimal_places=1, null=True, blank=True
    )
    value_now_on = models.DateField("angka terakhir per", null=True, blank=True)
    # What then and now are both of. Neither: a figure of the day, or one whose round or period was
    # not written down.
    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="putaran"
    )
    period = models.ForeignKey(
        PayoutPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="periode salur",
    )
    value_newest = models.DecimalField(
        "angka putaran atau periode terbaru",
        max_digits=12,
        decimal_places=1,
        null=True,
        blank=True,
    )
    newest_name = models.CharField("putaran atau periode terbaru", max_length=100, blank=True)
    status = models.CharField("status", max_length=8, choices=Status, default=Status.TERBUKA)
    finished_on = models.DateField("selesai tanggal", null=True, blank=True)
    reminded_on = models.DateField("terakhir diingatkan", null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    created_on = models.DateField("diputuskan")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "tindak lanjut"
        verbose_name_plural = "tindak lanjut"
        ordering = ["due_on", "id"]
        default_permissions = ("add", "view")
        permissions = [("report_followup", "Dapat melaporkan kemajuan tindak lanjut")]
        indexes = [models.Index(fields=["regency_code", "status", "due_on"], name="followup_work")]
        constraints = [
            models.CheckConstraint(
                name="followup_due_after_decision",
                condition=Q(due_on__gte=F("created_on")),
                violation_error_message="Tenggat mendahului tanggal rapat.",
            ),
            models.CheckConstraint(
                name="followup_finished_has_date",
                condition=Q(status="SELESAI", finished_on__isnull=False)
                | (~Q(status="SELESAI") & Q(finished_on=None)),
                violation_error_message="Tindak lanjut yang selesai harus bertanggal.",
            ),
            models.CheckConstraint(
                name="followup_of_one_thing",
                condition=Q(round=None) | Q(period=None),
                violation_error_message="Angka tindak lanjut adalah angka satu putaran atau satu"
                " periode.",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def measured_of(self) -> Round | PayoutPeriod | None:
        return self.round or self.period

    @property
    def is_late(self) -> bool:
        return self.status != self.Status.SELESAI and self.due_on < timezone.localdate()

    @property
    def state(self) -> str:
        """The status, or LEWAT: open and past its due date."""
        return "LEWAT" if self.is_late else self.status

    @property
    def state_label(self) -> str:
        return "Lewat tenggat" if self.is_late else self.get_status_display()


class FollowUpStep(models.Model):
    """What was reported of a follow-up, with the evidence if there is any. Rows never change.

    `due_on` is its due date from this step on; None for what was noted before it was kept here and
    before the date was last changed.
    """

    PLACE = "region"

    class Action(models.TextChoices):
        CATAT = "CATAT", "Diputuskan"
        KEMAJUAN = "KEMAJUAN", "Kemajuan"
        SELESAI = "SELESAI", "Dinyatakan selesai"
        BUKA = "BUKA", "Dibuka kembali"
        TENGGAT = "TENGGAT", "Tenggat diubah"

    follow_up = models.ForeignKey(
        FollowUp, models.CASCADE, related_name="steps", verbose_name="tindak lanjut"
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="wilayah")
    regency_code = regency_code_of("region")
    action = models.CharField("tindakan", max_length=8, choices=Action)
    due_on = models.DateField("tenggat saat itu", null=True, blank=True)
    note = models.TextField("catatan", blank=True)
    file = models.FileField("bukti", upload_to="tindak-lanjut/%Y/%m", blank=True)
    file_name = models.CharField("nama berkas", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah tindak lanjut"
        verbose_name_plural = "langkah tindak lanjut"
        ordering = ["at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%d-%m-%Y}"


class BriefingQuerySet(ScopedQuerySet):
    def latest_of(self, meeting: Meeting):
        """Of each region the newest one."""
        newest = self.filter(meeting=meeting).order_by("region_id", "-id").distinct("region_id")
        return self.filter(pk__in=newest.values("pk")).order_by("region_id")


class Briefing(models.Model):
    """The figures for one meeting and region, frozen: its files are made of `snapshot` alone."""

    PLACE = "region"

    class Status(models.TextChoices):
        ANTRE = "ANTRE", "Menunggu giliran"
        SIAP = "SIAP", "Siap"
        GAGAL = "GAGAL", "Gagal"

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="briefings", verbose_name="rapat"
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="wilayah")
    regency_code = regency_code_of("region")
    status = models.CharField("status", max_length=5, choices=Status, default=Status.ANTRE)
    snapshot = models.JSONField("angka", default=dict)
    as_of = models.DateTimeField("angka per", null=True, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="diminta oleh")
    created_at = models.DateTimeField("diminta", db_default=Now())

    objects = BriefingQuerySet.as_manager()

    class Meta:
        verbose_name = "bahan rakor"
        verbose_name_plural = "bahan rakor"
        ordering = ["meeting", "region", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="briefing_ready_has_figures",
                condition=~Q(status="SIAP") | (Q(as_of__isnull=False) & ~Q(snapshot={})),
                violation_error_message="Bahan rakor yang siap harus ada angkanya.",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen_briefing_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="SIAP"),
            )
        ]

    def __str__(self) -> str:
        return f"Bahan {self.meeting}, {self.region}"


class Minutes(models.Model):
    """Notulen of a meeting as finalised for one region: its file is made of `snapshot` alone.

    The region of the meeting has all of it, each kabupaten/kota below its own follow-ups only.
    Corrections make a new version; those before it stay.
    """

    PLACE = "region"

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="minutes", verbose_name="rapat"
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="wilayah")
    regency_code = regency_code_of("region")
    version = models.PositiveSmallIntegerField("versi")
    snapshot = models.JSONField("isi")
    made_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="ditetapkan oleh"
    )
    made_at = models.DateTimeField("ditetapkan")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "notulen"
        verbose_name_plural = "notulen"
        ordering = ["meeting", "-version", "region"]
        default_permissions = ()
        indexes = [models.Index(fields=["regency_code", "meeting"], name="minutes_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "region", "version"], name="minutes_version_once"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="minutes_stay", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"Notulen {self.meeting}, {self.region}, versi {self.version}"
