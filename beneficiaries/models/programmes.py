"""Programmes, the families that take part in them, and how many may."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models.history import Sourced, tracked
from beneficiaries.models.register import ExitReason, Household
from regions.models import Region


class Programme(models.Model):
    """A social-aid programme a family can be enrolled in."""

    code = models.CharField("kode", max_length=20, primary_key=True)
    name = models.CharField("nama", max_length=100)
    is_sembako = models.BooleanField("Program Sembako atau pendahulunya", default=False)
    started_on = models.DateField("berlaku sejak", null=True, blank=True)
    ended_on = models.DateField("berlaku sampai", null=True, blank=True)
    legal_basis = models.CharField("dasar hukum", max_length=250, blank=True)

    class Meta:
        verbose_name = "program"
        verbose_name_plural = "program"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="programme_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                violation_error_message="Tanggal berakhir mendahului tanggal mulai.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnrollmentQuerySet(ScopedQuerySet):
    def active(self):
        return self.filter(ended_on=None)

    def sembako(self):
        return self.filter(programme__is_sembako=True)


@tracked()
class Enrollment(Sourced):
    """A family in a programme from one date to another; ended only with a reason."""

    PLACE = "village"

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="enrollments",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program")
    started_on = models.DateField("mulai")
    ended_on = models.DateField("berakhir", null=True, blank=True)
    end_reason = models.CharField("alasan berakhir", max_length=15, choices=ExitReason, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = "kepesertaan"
        verbose_name_plural = "kepesertaan program"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "programme"],
                condition=Q(ended_on=None),
                name="enrollment_active_once",
                violation_error_message="Keluarga ini sudah menjadi peserta program tersebut.",
            ),
            models.CheckConstraint(
                name="enrollment_ended_means_reason",
                condition=Q(ended_on=None, end_reason="")
                | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                violation_error_message="Kepesertaan diakhiri dengan menyebut alasannya.",
            ),
            models.CheckConstraint(
                name="enrollment_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                violation_error_message="Tanggal berakhir mendahului tanggal mulai.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["regency_code", "programme"],
                condition=Q(ended_on=None),
                name="enrollment_active",
            ),
            models.Index(
                fields=["household"], condition=Q(ended_on__isnull=False), name="enrollment_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} sejak {self.started_on}"


class Quota(models.Model):
    """How many families of a regency, or of one of its villages, may take part in a year."""

    PLACE = "region"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah", db_index=False)
    regency_code = regency_code_of("region")
    year = models.PositiveSmallIntegerField("tahun")
    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program")
    families = models.PositiveIntegerField("kuota keluarga")
    legal_basis = models.CharField("dasar", max_length=250)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "kuota"
        verbose_name_plural = "kuota"
        ordering = ["-year", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year", "programme"],
                name="quota_once",
                violation_error_message="Kuota wilayah ini untuk tahun dan program itu sudah ada.",
            ),
            models.CheckConstraint(
                name="quota_of_regency_or_village",
                condition=Exact(Length("region"), 5) | Exact(Length("region"), 13),
                violation_error_message=(
                    "Kuota ditetapkan untuk kabupaten/kota atau desa/kelurahan."
                ),
            ),
            models.CheckConstraint(
                name="quota_year_plausible",
                condition=Q(year__range=(2017, 2100)),
                violation_error_message="Tahun kuota tidak wajar.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "year"], name="quota_place")]

    def __str__(self) -> str:
        return f"Kuota {self.region} {self.year}"
