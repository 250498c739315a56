"""What the periods of the payout have come to."""

from django.db import models

from accounts.roles import Role
from accounts.scope import ScopedQuerySet
from beneficiaries.models import Bank, Household
from dashboards.models.places import OfRegency, OfVillage
from distribution.models import PayoutPeriod


class PayoutFiguresQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """As payments are: a bank's officer sees the own bank, a till nothing."""
        visible = super().visible_to(user)
        if user.role == Role.BANK:
            return visible.filter(bank__isnull=False, bank=user.bank_id)
        return visible.none() if user.role == Role.AGEN else visible


class PayoutSums(models.Model):
    """What a period has come to in a place, counted by `payouts.refresh`; money in rupiah.

    By bank (None: no card yet) and register of the family (empty: the register does not know it).
    `unspent_30` and so on: credited at least so many days before `counted_at`, nothing bought.
    """

    period = models.ForeignKey(
        PayoutPeriod, models.CASCADE, related_name="+", verbose_name="periode salur", db_index=False
    )
    bank = models.ForeignKey(
        Bank, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name="bank"
    )
    register = models.CharField("register", max_length=5, choices=Household.Register, blank=True)
    payments = models.PositiveIntegerField("KPM dalam daftar bayar")
    planned = models.BigIntegerField("nominal (rupiah)")
    credited = models.PositiveIntegerField("KPM tersalur")
    credited_amount = models.BigIntegerField("tersalur (rupiah)")
    failed = models.PositiveIntegerField("pembayaran gagal")
    failed_amount = models.BigIntegerField("gagal (rupiah)")
    spent = models.PositiveIntegerField("KPM sudah transaksi")
    spent_amount = models.BigIntegerField("dibelanjakan (rupiah)")
    unspent = models.PositiveIntegerField("KPM belum transaksi")
    unspent_30 = models.PositiveIntegerField("belum transaksi 30 hari")
    unspent_60 = models.PositiveIntegerField("belum transaksi 60 hari")
    unspent_90 = models.PositiveIntegerField("belum transaksi 90 hari")
    counted_at = models.DateTimeField("dihitung")

    class Meta:
        abstract = True


class PayoutFigures(OfVillage, PayoutSums):
    objects = PayoutFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = "angka penyaluran"
        verbose_name_plural = "angka penyaluran"
        ordering = ["period", "village", "bank"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "village", "bank", "register"],
                nulls_distinct=False,
                name="payout_figures_once",
            )
        ]
        indexes = [
            models.Index(fields=["regency_code", "period"], name="payout_figures_regency"),
        ]

    def __str__(self) -> str:
        return f"{self.period}, {self.village}: {self.credited} dari {self.payments}"


class RegencyPayout(OfRegency, PayoutSums):
    """The sums of `PayoutFigures`, written with it (docs/adr/0023)."""

    objects = PayoutFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = "angka penyaluran kabupaten/kota"
        verbose_name_plural = "angka penyaluran kabupaten/kota"
        ordering = ["period", "regency", "bank"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "regency", "bank", "register"],
                nulls_distinct=False,
                name="regency_payout_once",
            )
        ]
        indexes = [
            models.Index(fields=["regency_code", "period"], name="regency_payout_regency"),
        ]

    def __str__(self) -> str:
        return f"{self.period}, {self.regency}: {self.credited} dari {self.payments}"
