from calendar import monthrange
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household, Programme
from distribution.models.rates import hash_range
from regions.models import Region
from uploads.models import Upload


def months_between(first: date, last: date) -> int:
    """How many months from `first` to `last`, both counted.

    >>> months_between(date(2021, 11, 1), date(2022, 1, 1))
    3
    """
    return (last.year - first.year) * 12 + last.month - first.month + 1


class PayoutPeriodQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Periods run in the whole province and name nobody; who works somewhere sees them."""
        return self if user.scope.codes else self.none()

    def open(self):
        return self.exclude(status=PayoutPeriod.Status.DITUTUP)


class PayoutPeriod(models.Model):
    """One or several months of a programme that are paid at once (periode salur)."""

    class Status(models.TextChoices):
        DISIAPKAN = "DISIAPKAN", "Disiapkan"
        BERJALAN = "BERJALAN", "Berjalan"
        DITUTUP = "DITUTUP", "Ditutup"

    TRANSITIONS = {
        Status.DISIAPKAN: {Status.BERJALAN},
        Status.BERJALAN: {Status.DITUTUP},
        Status.DITUTUP: {Status.BERJALAN},
    }

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="payout_periods", verbose_name="program"
    )
    name = models.CharField("nama periode", max_length=100, unique=True)
    first_month = models.DateField("bulan pertama", help_text="Tanggal 1 bulan itu.")
    last_month = models.DateField("bulan terakhir", help_text="Tanggal 1 bulan itu.")
    is_rapel = models.BooleanField(
        "rapel",
        default=False,
        help_text="Membayar bulan yang terlewat; bulannya boleh sama dengan periode lain.",
    )
    status = models.CharField("status", max_length=9, choices=Status, default=Status.DISIAPKAN)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dibuka oleh"
    )
    opened_at = models.DateTimeField("dibuka", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ditutup oleh"
    )
    closed_at = models.DateTimeField("ditutup", null=True, blank=True)
    close_note = models.CharField("alasan ditutup dengan sisa", max_length=250, blank=True)
    # Counted on its own when the list was settled: created and left out must add up to it.
    eligible_count = models.PositiveIntegerField("KPM berhak", null=True, blank=True)
    listed_at = models.DateTimeField("daftar disusun", null=True, blank=True)

    objects = PayoutPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "periode salur"
        verbose_name_plural = "periode salur"
        ordering = ["-first_month", "-id"]
        permissions = [("make_paymentlist", "Dapat menyusun daftar bayar")]
        constraints = [
            models.CheckConstraint(
                name="period_months_are_first_days",
                condition=Q(first_month__day=1, last_month__day=1),
                violation_error_message="Tulis tanggal 1 dari bulannya.",
            ),
            models.CheckConstraint(
                name="period_ends_after_start",
                condition=Q(last_month__gte=F("first_month")),
                violation_error_message="Bulan terakhir mendahului bulan pertama.",
            ),
            models.CheckConstraint(
                name="period_opened_means_who_and_when",
                condition=Q(status="DISIAPKAN")
                | Q(opened_by__isnull=False, opened_at__isnull=False),
            ),
            models.CheckConstraint(
                name="period_closed_means_who_and_when",
                condition=~Q(status="DITUTUP")
                | Q(closed_by__isnull=False, closed_at__isnull=False),
            ),
            ExclusionConstraint(
                name="period_months_once",
                expressions=[
                    (hash_range("programme"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "first_month",
                            "last_month",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(is_rapel=False),
                violation_error_message=(
                    "Bulan ini sudah dibayar oleh periode lain dari program yang sama. Pilih bulan"
                    " lain, atau nyatakan periode ini rapel."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def month_count(self) -> int:
        return months_between(self.first_month, self.last_month)

    @property
    def last_day(self) -> date:
        _, days = monthrange(self.last_month.year, self.last_month.month)
        return self.last_month.replace(day=days)

    @property
    def months(self) -> list[date]:
        first = self.first_month.year * 12 + self.first_month.month - 1
        numbers = range(first, first + self.month_count)
        return [date(number // 12, number % 12 + 1, 1) for number in numbers]


class PaymentOrder(models.Model):
    """A release of the treasury (SP2D) that pays a part of a period."""

    period = models.ForeignKey(
        PayoutPeriod, models.PROTECT, related_name="orders", verbose_name="periode salur"
    )
    number = models.CharField("nomor SP2D", max_length=40, unique=True)
    dated_on = models.DateField("tanggal SP2D", null=True, blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, related_name="+", verbose_name="asal unggahan"
    )

    class Meta:
        verbose_name = "SP2D"
        verbose_name_plural = "SP2D"
        ordering = ["-dated_on", "-id"]

    def __str__(self) -> str:
        return self.number


class LeftOut(models.Model):
    """An eligible family that a period does not pay, and why."""

    PLACE = "village"

    class Reason(models.TextChoices):
        BERAKHIR = "BERAKHIR", "Kepesertaan berakhir"
        KELUARGA_NONAKTIF = "KELUARGA_NONAKTIF", "Keluarga nonaktif"
        TANPA_PENGURUS = "TANPA_PENGURUS", "Belum ada pengurus"
        PENGURUS_NONAKTIF = "PENGURUS_NONAKTIF", "Pengurus nonaktif atau meninggal"
        NIK_TIDAK_SAH = "NIK_TIDAK_SAH", "NIK pengurus tidak sah"
        NIK_GANDA = "NIK_GANDA", "NIK pengurus dipakai KPM lain"
        SUDAH_DIBAYAR = "SUDAH_DIBAYAR", "Bulan ini sudah dibayar periode lain"
        TIDAK_DALAM_DAFTAR = "TIDAK_DALAM_DAFTAR", "Tidak ada dalam daftar pusat"

    period = models.ForeignKey(
        PayoutPeriod, models.CASCADE, related_name="left_out", verbose_name="periode salur"
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="+",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    reason = models.CharField("alasan", max_length=20, choices=Reason)
    created_at = models.DateTimeField("dicatat", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "KPM tidak dibayar"
        verbose_name_plural = "KPM tidak dibayar"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["period", "household"], name="left_out_once")
        ]
        indexes = [models.Index(fields=["period", "regency_code", "id"], name="left_out_place")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.period})"
