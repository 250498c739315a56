"""Sums that are kept with the rows they add up."""

from django.db import models

from accounts.scope import regency_code_of
from beneficiaries.models import Bank
from distribution.models.payments import PaymentQuerySet, PaymentStatus
from distribution.models.periods import PayoutPeriod
from regions.models import Region


class PaymentSum(models.Model):
    """So many payments and rupiah more, or fewer, of one kind: their sum is what there is.

    Triggers on `Payment` append a row for each kind that a statement has changed, in its
    transaction, so the sum is exact at any moment and nobody waits for another's row;
    `sums.compact` adds the rows up at night. `year` is that of the first month paid.
    """

    PLACE = "region"

    period = models.ForeignKey(
        PayoutPeriod,
        models.PROTECT,
        related_name="+",
        verbose_name="periode salur",
        db_index=False,
        db_constraint=False,
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="+",
        verbose_name="kecamatan",
        db_index=False,
        db_constraint=False,
    )
    regency_code = regency_code_of("region")
    bank = models.ForeignKey(
        Bank,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="bank penyalur",
        db_index=False,
        db_constraint=False,
    )
    status = models.CharField("status", max_length=24, choices=PaymentStatus)
    year = models.SmallIntegerField("tahun")
    number = models.IntegerField("pembayaran")
    amount = models.BigIntegerField("ditetapkan (rupiah)")
    credited = models.BigIntegerField("dikreditkan (rupiah)")
    spent = models.BigIntegerField("dibelanjakan (rupiah)")
    refunded = models.BigIntegerField("dikembalikan (rupiah)")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "jumlah pembayaran"
        verbose_name_plural = "jumlah pembayaran"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["period", "regency_code"], name="payment_sum_period"),
            models.Index(fields=["year", "regency_code"], name="payment_sum_year"),
        ]

    def __str__(self) -> str:
        return f"{self.period}, {self.region}: {self.number}"
