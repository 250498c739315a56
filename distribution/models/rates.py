"""What a family gets each month, and what is set aside for it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Programme
from regions.models import Region


def hash_range(field: str) -> Func:
    """A key as a one-element range: equality in a GiST index without an extension."""
    return Func(
        Func(field, function="hashtext"),
        Func(field, function="hashtext"),
        models.Value("[]"),
        function="int4range",
    )


def validity() -> Func:
    """From `valid_from` to `valid_until`, both included."""
    return Func(
        "valid_from",
        "valid_until",
        RangeBoundary(inclusive_lower=True, inclusive_upper=True),
        function="DATERANGE",
        output_field=DateRangeField(),
    )


class BenefitRateQuerySet(models.QuerySet):
    def on(self, day):
        """Rates in force on `day`."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_until=None) | Q(valid_until__gte=day)
        )


class BenefitRate(models.Model):
    """Rupiah per KPM and month of a programme between two dates, with its legal basis."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="rates", verbose_name="program"
    )
    amount = models.PositiveIntegerField("nilai per bulan (rupiah)")
    valid_from = models.DateField("berlaku sejak")
    valid_until = models.DateField("berlaku sampai", null=True, blank=True)
    legal_basis = models.CharField("dasar hukum", max_length=250)

    objects = BenefitRateQuerySet.as_manager()

    class Meta:
        verbose_name = "nilai bantuan"
        verbose_name_plural = "nilai bantuan"
        ordering = ["programme", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="rate_ends_after_start",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="Tanggal berakhir mendahului tanggal mulai.",
            ),
            ExclusionConstraint(
                name="rate_does_not_overlap",
                expressions=[
                    (hash_range("programme"), RangeOperators.OVERLAPS),
                    (validity(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "Masa berlaku ini bertumpang tindih dengan nilai bantuan lain."
                    " Akhiri nilai yang lama lebih dahulu."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.amount}"


class Budget(models.Model):
    """Rupiah set aside for a programme in a regency and year (pagu).

    How many families may take part is `beneficiaries.Quota`.
    """

    PLACE = "region"

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="budgets", verbose_name="program"
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("region")
    year = models.PositiveSmallIntegerField("tahun anggaran")
    amount = models.PositiveBigIntegerField("pagu (rupiah)")
    legal_basis = models.CharField("dasar penetapan", max_length=250, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "anggaran"
        verbose_name_plural = "anggaran"
        ordering = ["-year", "programme", "region_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "region", "year"],
                name="budget_once",
                violation_error_message="Anggaran wilayah ini untuk tahun tersebut sudah ada.",
            ),
            models.CheckConstraint(
                name="budget_of_regency",
                condition=Exact(Length("region"), 5),
                violation_error_message="Anggaran dicatat per kabupaten/kota.",
            ),
            models.CheckConstraint(
                name="budget_year",
                condition=Q(year__range=(2000, 2100)),
                violation_error_message="Tahun anggaran ditulis empat angka, misalnya 2021.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.year}, {self.region}"
