import pgtrigger
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact

from accounts.models import User
from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Bank, Household, Person
from distribution import chain
from distribution.models.periods import PaymentOrder, PayoutPeriod
from regions.models import Region
from uploads.models import Upload

FROZEN = (
    "period_id",
    "household_id",
    "person_id",
    "payee_name",
    "payee_nik",
    "village_id",
    "first_month",
    "months",
    "rate",
    "amount",
)

# By statement: a list of 120,000 rows is held against its period once.
INSIDE_PERIOD = pgtrigger.Trigger(
    name="inside_period",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_rows"),
    func="""
        IF EXISTS (
            SELECT FROM new_rows n JOIN distribution_payoutperiod p ON p.id = n.period_id
            WHERE n.first_month < p.first_month
                OR n.first_month + make_interval(months => n.months - 1) > p.last_month
        ) THEN
            RAISE check_violation USING CONSTRAINT = 'payment_months_inside_period',
                MESSAGE = 'payment_months_inside_period: months outside the period';
        END IF;
        IF EXISTS (
            SELECT FROM new_rows n JOIN distribution_payoutperiod p ON p.id = n.period_id
            WHERE p.status = 'DITUTUP'
        ) THEN
            RAISE check_violation USING CONSTRAINT = 'payment_period_is_open',
                MESSAGE = 'payment_period_is_open: the period is closed';
        END IF;
        RETURN NULL;
    """,
)

STAYS_REPORTED = pgtrigger.Trigger(
    name="stays_reported",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    referencing=pgtrigger.Referencing(old="old_rows"),
    func="""
        IF EXISTS (
            SELECT FROM old_rows o JOIN distribution_paymentreport r ON r.payment_id = o.id
        ) THEN
            RAISE foreign_key_violation USING CONSTRAINT = 'payment_with_reports_stays',
                MESSAGE = 'payment_with_reports_stays: a bank has reported on the payment';
        END IF;
        RETURN NULL;
    """,
)


PaymentStatus = models.TextChoices(
    "PaymentStatus", [(code, (code, label)) for code, label in chain.LABELS.items()]
)


class PaymentQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; of those the payments of the own bank, for a bank's officer."""
        visible = super().visible_to(user)
        if user.role == Role.BANK:
            return visible.filter(bank__isnull=False, bank=user.bank_id)
        return visible.none() if user.role == Role.AGEN else visible

    def credited(self):
        return self.filter(topped_up_amount__gt=0)

    def unspent(self):
        """Credited, and nothing bought with it yet."""
        return self.credited().filter(spent_amount=0, refunded_amount=0)

    def failed(self):
        return self.filter(status__in=chain.FAILED)

    def in_progress(self):
        """Neither credited nor excluded: what a period that closes would leave open."""
        return self.exclude(status__in=chain.SETTLED)

    def sums(self) -> dict[str, int]:
        """Rupiah determined, credited, spent, given back and left, and how many payments."""
        names = ("amount", "topped_up_amount", "spent_amount", "refunded_amount", "balance")
        found = self.aggregate(
            count=models.Count("pk"), **{f"sum_{name}": Sum(name) for name in names}
        )
        return {key: value or 0 for key, value in found.items()}


# Rows are written from rows that are held or were just read, and nothing they point to is ever
# deleted: keys that are looked up once more for each row would cost more than the row.
class Payment(models.Model):
    """What one family gets in one period: a frozen copy of who and how much, and what became of it.

    Money in whole rupiah. `amount` is determined, `topped_up_amount` credited by the bank,
    `spent_amount` bought for, `refunded_amount` given back to the treasury; `balance` is what is
    left on the card from this payment. Purchases spend the oldest credit of a card first.
    A family that the register does not know has no `household`.
    """

    PLACE = "village"
    Status = PaymentStatus

    period = models.ForeignKey(
        PayoutPeriod,
        models.PROTECT,
        related_name="payments",
        verbose_name="periode salur",
        db_index=False,
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name="keluarga",
        db_constraint=False,
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pengurus",
        db_index=False,
        db_constraint=False,
    )
    is_eligible = models.BooleanField("berhak menurut register saat daftar disusun", default=True)
    payee_name = models.CharField("nama pengurus", max_length=150)
    payee_nik = models.CharField("NIK pengurus", max_length=20, blank=True)
    card_number = models.CharField("nomor KKS", max_length=20, blank=True)
    account_number = models.CharField("nomor rekening", max_length=20, blank=True)
    bank = models.ForeignKey(
        Bank,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="bank penyalur",
        db_index=False,
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="+",
        verbose_name="desa/kelurahan",
        db_index=False,
        db_constraint=False,
    )
    regency_code = regency_code_of("village")
    first_month = models.DateField("bulan pertama")
    months = models.PositiveSmallIntegerField("jumlah bulan")
    rate = models.PositiveIntegerField("nilai per bulan (rupiah)")
    amount = models.PositiveIntegerField("nominal (rupiah)")
    order = models.ForeignKey(
        PaymentOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name="SP2D",
        db_index=False,
    )

    status = models.CharField(
        "status", max_length=24, choices=PaymentStatus, default=PaymentStatus.PENETAPAN
    )
    status_on = models.DateField("tanggal status", null=True, blank=True)
    reason = models.CharField("alasan", max_length=250, blank=True)
    topped_up_on = models.DateField("tanggal top up", null=True, blank=True)
    topped_up_amount = models.PositiveIntegerField("nominal top up (rupiah)", default=0)
    spent_amount = models.PositiveIntegerField("dibelanjakan (rupiah)", default=0)
    refunded_amount = models.PositiveIntegerField("dikembalikan (rupiah)", default=0)
    balance = models.GeneratedField(
        expression=F("topped_up_amount") - F("spent_amount") - F("refunded_amount"),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name="sisa saldo (rupiah)",
    )

    source_upload = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="asal unggahan",
        db_constraint=False,
    )
    source_row = models.PositiveIntegerField("asal baris", null=True, blank=True)
    source_user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="disusun oleh",
        db_constraint=False,
    )
    created_at = models.DateTimeField("dicatat", db_default=Now())
    changed_at = models.DateTimeField("diubah", db_default=Now())

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "pembayaran"
        verbose_name_plural = "daftar bayar"
        ordering = ["-period_id", "-id"]
        triggers = [
            INSIDE_PERIOD,
            STAYS_REPORTED,
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.UpdateOf(*FROZEN),
                condition=pgtrigger.AnyChange(*FROZEN),
            ),
            # A card opened after the listing is filled in once.
            pgtrigger.Protect(
                name="card_frozen",
                operation=pgtrigger.UpdateOf("card_number", "account_number", "bank_id"),
                condition=pgtrigger.Condition(
                    "OLD.card_number <> '' AND (OLD.card_number, OLD.account_number, OLD.bank_id)"
                    " IS DISTINCT FROM (NEW.card_number, NEW.account_number, NEW.bank_id)"
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "household"],
                name="payment_household_once",
                violation_error_message="Keluarga ini sudah ada dalam daftar bayar periode ini.",
            ),
            models.UniqueConstraint(
                fields=["period", "payee_nik"],
                condition=Q(household=None) & ~Q(payee_nik=""),
                name="payment_unknown_payee_once",
                violation_error_message="NIK ini sudah ada dalam daftar bayar periode ini.",
            ),
            models.CheckConstraint(
                name="payment_amount_is_rate_times_months",
                condition=Q(amount=F("rate") * F("months"), rate__gt=0, months__range=(1, 12)),
                violation_error_message="Nominal harus nilai per bulan kali jumlah bulan.",
            ),
            models.CheckConstraint(
                name="payment_first_month_is_first_day",
                condition=Q(first_month__day=1),
            ),
            models.CheckConstraint(
                name="payment_balance_not_negative",
                condition=Q(
                    topped_up_amount__gte=F("spent_amount") + F("refunded_amount"),
                ),
                violation_error_message="Belanja dan pengembalian melebihi dana yang masuk.",
            ),
            models.CheckConstraint(
                name="payment_credited_means_when",
                condition=Q(topped_up_amount=0, topped_up_on=None)
                | Q(topped_up_amount__gt=0, topped_up_on__isnull=False),
                violation_error_message="Dana yang masuk harus bertanggal.",
            ),
            models.CheckConstraint(
                name="payment_has_payee",
                condition=~Q(payee_name=""),
                violation_error_message="Nama pengurus wajib diisi.",
            ),
            models.CheckConstraint(
                name="payment_in_village",
                condition=Exact(Length("village"), 13),
            ),
            models.CheckConstraint(
                name="payment_status_known", condition=Q(status__in=list(chain.LABELS))
            ),
        ]
        indexes = [
            # As lists are ordered, of the province and of a regency, with a period and without.
            models.Index(fields=["period", "id"], name="payment_period"),
            models.Index(fields=["regency_code", "period", "id"], name="payment_place"),
            models.Index(fields=["card_number"], name="payment_card"),
        ]

    def __str__(self) -> str:
        return f"{self.payee_name}, {self.period}"


class PaymentReport(models.Model):
    """What a bank or the centre has said of a payment; kept for ever, in whatever order it came.

    The status of the payment is what the report says that is latest by day, then by its link in the
    chain, then by arrival. A report of an upload that was taken back is withdrawn, not deleted.
    """

    PLACE = "village"

    # Its payment is held while it is written, and the other way is looked at by `STAYS_REPORTED`.
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        related_name="reports",
        verbose_name="pembayaran",
        db_index=False,
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="+",
        verbose_name="desa/kelurahan",
        db_index=False,
        db_constraint=False,
    )
    regency_code = regency_code_of("village")
    status = models.CharField("status", max_length=24, choices=PaymentStatus)
    status_on = models.DateField("tanggal status")
    amount = models.PositiveIntegerField("nominal (rupiah)", null=True, blank=True)
    reason = models.CharField("alasan", max_length=250, blank=True)
    upload = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="asal unggahan",
        db_constraint=False,
    )
    row = models.PositiveIntegerField("asal baris", null=True, blank=True)
    by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="dikirim oleh",
        db_constraint=False,
    )
    received_at = models.DateTimeField("diterima", db_default=Now())
    withdrawn_at = models.DateTimeField("ditarik", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "laporan pembayaran"
        verbose_name_plural = "laporan pembayaran"
        ordering = ["status_on", "id"]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="said",
                operation=pgtrigger.UpdateOf("payment_id", "status", "status_on", "amount"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "status", "status_on", "amount"],
                condition=Q(withdrawn_at=None),
                nulls_distinct=False,
                name="payment_report_once",
                violation_error_message="Laporan yang sama sudah dicatat.",
            ),
            models.CheckConstraint(
                name="payment_report_credit_means_amount",
                condition=~Q(status__in=[chain.CREDITED, chain.REFUNDED]) | Q(amount__gt=0),
                violation_error_message="Top up dan pengembalian harus bernominal.",
            ),
            models.CheckConstraint(
                name="payment_report_status_known", condition=Q(status__in=list(chain.LABELS))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.status_on}"
