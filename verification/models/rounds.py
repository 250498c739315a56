from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import ExitReason, Household
from regions.models import Region
from uploads.models import Upload


class RoundQuerySet(models.QuerySet):
    def running(self):
        return self.filter(status=Round.Status.BERJALAN)

    def visible_to(self, user):
        """Rounds that touch the user's regions; a round itself holds no personal data."""
        if user.scope.is_province:
            return self
        taking_part = RoundRegion.objects.filter(regency_code__in=user.scope.regencies)
        return self.filter(pk__in=taking_part.values("round_id"))


class Round(models.Model):
    """A verification round (putaran verifikasi dan validasi) with its period and due date."""

    class Status(models.TextChoices):
        DISIAPKAN = "DISIAPKAN", "Disiapkan"
        BERJALAN = "BERJALAN", "Berjalan"
        DITUTUP = "DITUTUP", "Ditutup"

    TRANSITIONS = {
        Status.DISIAPKAN: {Status.BERJALAN},
        Status.BERJALAN: {Status.DITUTUP},
        Status.DITUTUP: {Status.BERJALAN},
    }

    name = models.CharField("nama putaran", max_length=100, unique=True)
    starts_on = models.DateField("mulai")
    due_on = models.DateField("tenggat")
    status = models.CharField("status", max_length=9, choices=Status, default=Status.DISIAPKAN)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dibuka oleh"
    )
    opened_at = models.DateTimeField("dibuka", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ditutup oleh"
    )
    closed_at = models.DateTimeField("ditutup", null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "putaran verifikasi"
        verbose_name_plural = "putaran verifikasi"
        ordering = ["-starts_on", "-id"]
        permissions = [("download_sheet", "Dapat mengunduh lembar verifikasi")]
        constraints = [
            models.CheckConstraint(
                name="round_due_after_start",
                condition=Q(due_on__gte=models.F("starts_on")),
                violation_error_message="Tenggat mendahului tanggal mulai.",
            ),
            models.CheckConstraint(
                name="round_closed_means_who_and_when",
                condition=~Q(status="DITUTUP")
                | Q(closed_by__isnull=False, closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoundRegion(models.Model):
    """A regency that takes part in a round."""

    PLACE = "region"

    round = models.ForeignKey(Round, models.CASCADE, related_name="round_regions")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="kabupaten/kota")
    regency_code = regency_code_of("region")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "wilayah putaran"
        verbose_name_plural = "wilayah putaran"
        constraints = [
            models.UniqueConstraint(fields=["round", "region"], name="round_region_once")
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.region}"


class CaseQuerySet(ScopedQuerySet):
    def to_do(self):
        return self.filter(status__in=[Case.Status.BELUM, Case.Status.DIKEMBALIKAN])

    def sent(self):
        return self.filter(status=Case.Status.DIAJUKAN)

    def approved(self):
        return self.filter(status=Case.Status.DISETUJUI)


class Case(models.Model):
    """One household in one round, with what the field found."""

    PLACE = "village"

    class Status(models.TextChoices):
        BELUM = "BELUM", "Belum diverifikasi"
        DIAJUKAN = "DIAJUKAN", "Diajukan"
        DIKEMBALIKAN = "DIKEMBALIKAN", "Dikembalikan"
        DISETUJUI = "DISETUJUI", "Terverifikasi"

    round = models.ForeignKey(Round, models.PROTECT, related_name="cases", verbose_name="putaran")
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="cases",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    status = models.CharField("status", max_length=12, choices=Status, default=Status.BELUM)
    is_found = models.BooleanField("ditemukan", null=True, blank=True)
    is_eligible = models.BooleanField("layak", null=True, blank=True)
    reason = models.CharField("alasan tidak layak", max_length=15, choices=ExitReason, blank=True)
    visited_on = models.DateField("tanggal kunjungan", null=True, blank=True)
    note = models.TextField("catatan", blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, verbose_name="unggahan"
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="disetujui oleh"
    )
    decided_at = models.DateTimeField("disetujui", null=True, blank=True)
    changed_at = models.DateTimeField("diubah", db_default=Now())

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "kasus verifikasi"
        verbose_name_plural = "kasus verifikasi"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "household"],
                name="case_once_per_round",
                violation_error_message="Keluarga ini sudah ada dalam putaran tersebut.",
            ),
            models.CheckConstraint(
                name="case_approved_means_outcome",
                condition=~Q(status="DISETUJUI")
                | Q(
                    is_found__isnull=False,
                    visited_on__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="case_not_eligible_means_reason",
                condition=~Q(is_eligible=False) | ~Q(reason=""),
                violation_error_message="Sebutkan alasan keluarga tidak layak.",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "village", "status"], name="case_progress"),
            models.Index(fields=["regency_code", "round", "status"], name="case_regency_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.household} dalam {self.round}"
