from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household
from regions.models import Region


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

    class Frequency(models.TextChoices):
        TAHUNAN = "TAHUNAN", "Tahunan"
        BULANAN = "BULANAN", "Bulanan"

    class Choice(models.TextChoices):
        SEMUA = "SEMUA", "Semua KPM aktif"
        SAMPEL = "SAMPEL", "Sampel acak per lapisan"
        RISIKO = "RISIKO", "Hanya yang berisiko"

    class Stratum(models.TextChoices):
        KECAMATAN = "KECAMATAN", "Kecamatan"
        DESA = "DESA", "Desa/kelurahan"
        DESIL = "DESIL", "Kabupaten/kota dan desil"

    TRANSITIONS = {
        Status.DISIAPKAN: {Status.BERJALAN},
        Status.BERJALAN: {Status.DITUTUP},
        Status.DITUTUP: {Status.BERJALAN},
    }

    name = models.CharField("nama putaran", max_length=100, unique=True)
    starts_on = models.DateField("mulai")
    due_on = models.DateField("tenggat")
    status = models.CharField("status", max_length=9, choices=Status, default=Status.DISIAPKAN)
    frequency = models.CharField(
        "kekerapan",
        max_length=7,
        choices=Frequency,
        default=Frequency.TAHUNAN,
        db_default=Frequency.TAHUNAN,
    )
    register = models.CharField(
        "register",
        max_length=5,
        choices=Household.Register,
        default=Household.Register.DTKS,
        db_default=Household.Register.DTKS,
    )
    register_date = models.DateField("versi register", null=True, blank=True)
    choice = models.CharField(
        "siapa yang diverifikasi",
        max_length=6,
        choices=Choice,
        default=Choice.SEMUA,
        db_default=Choice.SEMUA,
    )
    stratum = models.CharField(
        "lapisan sampel", max_length=9, choices=Stratum, blank=True, db_default=""
    )
    sample_share = models.PositiveSmallIntegerField("bagian sampel (%)", null=True, blank=True)
    sample_seed = models.PositiveIntegerField("bilangan acak sampel", null=True, blank=True)
    # Codes of verification.risks; any of them is enough.
    risks = ArrayField(
        models.CharField(max_length=20),
        verbose_name="risiko",
        default=list,
        db_default=[],
        blank=True,
    )
    unseen_months = models.PositiveSmallIntegerField(
        "tidak dikunjungi selama (bulan)", default=12, db_default=12
    )
    copied_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name="disalin dari",
    )
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
            models.CheckConstraint(
                name="round_sample_means_how",
                condition=~Q(choice="SAMPEL")
                | Q(sample_share__range=(1, 100), sample_seed__isnull=False) & ~Q(stratum=""),
                violation_error_message=(
                    "Sampel memerlukan lapisan, bagian dari 1 sampai 100 persen, dan bilangan acak."
                ),
            ),
            models.CheckConstraint(
                name="round_risk_means_which",
                condition=~Q(choice="RISIKO") | Q(risks__len__gt=0),
                violation_error_message="Pilih paling sedikit satu risiko.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoundRegion(models.Model):
    """A regency that takes part in a round, with what it is to reach.

    The target is a share of its cases or a number of them; without one it is all of them. `due_on`
    is its own due date where that of the round does not hold. `start_families` is written when its
    starting list is frozen, so that the sum at the end can be held against it.
    """

    PLACE = "region"

    round = models.ForeignKey(Round, models.CASCADE, related_name="round_regions")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="kabupaten/kota")
    regency_code = regency_code_of("region")
    target_share = models.PositiveSmallIntegerField("sasaran (%)", null=True, blank=True)
    target_count = models.PositiveIntegerField("sasaran (keluarga)", null=True, blank=True)
    due_on = models.DateField("tenggat", null=True, blank=True)
    start_families = models.PositiveIntegerField("keluarga pada awal", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "wilayah putaran"
        verbose_name_plural = "wilayah putaran"
        constraints = [
            models.UniqueConstraint(fields=["round", "region"], name="round_region_once"),
            models.CheckConstraint(
                name="round_region_one_target",
                condition=Q(target_share=None) | Q(target_count=None, target_share__range=(1, 100)),
                violation_error_message=(
                    "Isi sasaran sebagai bagian dari 1 sampai 100 persen atau sebagai jumlah"
                    " keluarga, bukan keduanya."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.region}"
