from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from beneficiaries.models import Programme


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
            # A programme as a one-element range: equality in a GiST index without an extension.
            ExclusionConstraint(
                name="rate_does_not_overlap",
                expressions=[
                    (
                        Func(
                            Func("programme", function="hashtext"),
                            Func("programme", function="hashtext"),
                            models.Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            "valid_from",
                            "valid_until",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=(
                    "Masa berlaku ini bertumpang tindih dengan nilai bantuan lain."
                    " Akhiri nilai yang lama lebih dahulu."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.amount}"
