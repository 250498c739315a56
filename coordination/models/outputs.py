"""What leaves the portal: files of reports, and the figures that everybody may read."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from regions.models import Region


class ReportFileQuerySet(models.QuerySet):
    def of(self, user):
        return self.filter(user=user)

    def kept(self):
        return self.filter(expires_at__gt=timezone.now())


class ReportFile(models.Model):
    """A report one user has asked for; nobody else can fetch it, and its file expires."""

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel (.xlsx)"
        CSV = "csv", "CSV (.csv)"
        DOCX = "docx", "Word (.docx)"

    class Status(models.TextChoices):
        ANTRE = "ANTRE", "Menunggu giliran"
        BERJALAN = "BERJALAN", "Sedang dibuat"
        SIAP = "SIAP", "Siap diunduh"
        GAGAL = "GAGAL", "Gagal"

    TRANSITIONS = {
        Status.ANTRE: {Status.BERJALAN},
        Status.BERJALAN: {Status.BERJALAN, Status.SIAP, Status.GAGAL},
        Status.SIAP: set(),
        Status.GAGAL: set(),
    }

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="pengguna")
    report = models.CharField("laporan", max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="wilayah")
    options = models.JSONField("saringan", default=dict)
    format = models.CharField("bentuk", max_length=4, choices=Format)
    purpose = models.CharField("keperluan", max_length=200, blank=True)
    status = models.CharField("status", max_length=8, choices=Status, default=Status.ANTRE)
    done = models.PositiveIntegerField("baris selesai", default=0)
    total = models.PositiveIntegerField("jumlah baris", default=0)
    file = models.FileField("berkas", upload_to="laporan/%Y/%m", blank=True)
    created_at = models.DateTimeField("diminta", db_default=Now())
    expires_at = models.DateTimeField("berlaku sampai")

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        verbose_name = "berkas laporan"
        verbose_name_plural = "berkas laporan"
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        permissions = [("make_report", "Dapat membuat laporan")]

    def __str__(self) -> str:
        return f"{self.report}, {self.region}"

    @property
    def is_kept(self) -> bool:
        return self.expires_at > timezone.now()

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def is_running(self) -> bool:
        return self.status in (self.Status.ANTRE, self.Status.BERJALAN)


class PublicRelease(models.Model):
    """Aggregate figures as they were published: suppressed already, so nothing else is stored.

    It has no place: without signing in nobody has a scope, and everybody may read it.
    """

    table = models.JSONField("angka")
    as_of = models.DateField("angka per")
    published_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="diterbitkan oleh"
    )
    published_at = models.DateTimeField("diterbitkan", db_default=Now())
    withdrawn_at = models.DateTimeField("ditarik", null=True, blank=True)

    class Meta:
        verbose_name = "angka publik"
        verbose_name_plural = "angka publik"
        ordering = ["-published_at", "-id"]
        default_permissions = ()
        permissions = [("publish_figures", "Dapat menerbitkan angka publik")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(withdrawn_at=None),
                name="one_release_at_a_time",
                violation_error_message="Sudah ada angka publik yang terbit.",
            )
        ]

    def __str__(self) -> str:
        return f"Angka publik per {date_format(self.as_of, 'j F Y')}"
