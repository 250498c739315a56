import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from distribution.models.agents import Agent
from distribution.models.commodities import Commodity, FoodGroup
from distribution.models.payments import Payment
from distribution.models.periods import PayoutPeriod
from regions.models import Region
from uploads.models import Upload

RECORDED = (
    "number",
    "agent_id",
    "payment_id",
    "period_id",
    "village_id",
    "card_number",
    "purchased_at",
    "amount",
)


class Cashier(models.Model):
    """The agent at whose till a user of the role AGEN works."""

    user = models.OneToOneField(
        User, models.CASCADE, related_name="cashier", verbose_name="pengguna"
    )
    agent = models.ForeignKey(
        Agent, models.PROTECT, related_name="cashiers", verbose_name="agen atau e-Warung"
    )

    class Meta:
        verbose_name = "kasir"
        verbose_name_plural = "kasir agen"
        ordering = ["agent__name", "user__full_name"]

    def __str__(self) -> str:
        return f"{self.user}: {self.agent}"


class PurchaseQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; an agent sees the own till, a bank what its agents have sold."""
        visible = super().visible_to(user)
        if user.role == Role.AGEN:
            return visible.filter(agent__cashiers__user=user)
        return visible.filter(agent__bank=user.bank_id) if user.role == Role.BANK else visible

    def valid(self):
        return self.filter(voided_at=None)


class Purchase(models.Model):
    """Goods bought with a card at an agent. Never changed or deleted; a mistake is voided.

    `payment` is the oldest credit it was taken from, `period` the period of that payment, `village`
    the place of the family. A voided purchase has given its money back to the card.
    """

    PLACE = "village"

    number = models.CharField("nomor transaksi", max_length=60)
    agent = models.ForeignKey(
        Agent,
        models.PROTECT,
        related_name="purchases",
        verbose_name="agen atau e-Warung",
        db_index=False,
    )
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="purchases", verbose_name="pembayaran"
    )
    period = models.ForeignKey(
        PayoutPeriod,
        models.PROTECT,
        related_name="+",
        verbose_name="periode salur",
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
    card_number = models.CharField("nomor KKS", max_length=20)
    purchased_at = models.DateTimeField("waktu transaksi")
    amount = models.PositiveIntegerField("nominal (rupiah)")
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
    entered_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="dicatat oleh",
        db_constraint=False,
    )
    created_at = models.DateTimeField("dicatat", db_default=Now())
    voided_at = models.DateTimeField("dibatalkan", null=True, blank=True)
    voided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="dibatalkan oleh",
        db_constraint=False,
    )
    void_reason = models.CharField("alasan pembatalan", max_length=250, blank=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        verbose_name = "transaksi"
        verbose_name_plural = "transaksi"
        ordering = ["-period_id", "-id"]
        permissions = [
            ("enter_purchase", "Dapat mencatat transaksi di kasir"),
            ("void_purchase", "Dapat membatalkan transaksi"),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="recorded",
                operation=pgtrigger.UpdateOf(*RECORDED),
                condition=pgtrigger.AnyChange(*RECORDED),
            ),
            pgtrigger.Protect(
                name="voided_once",
                operation=pgtrigger.UpdateOf("voided_at", "voided_by_id", "void_reason"),
                condition=pgtrigger.Q(old__voided_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(voided_at=None),
                name="purchase_number_once",
                violation_error_message="Nomor transaksi ini sudah dicatat.",
            ),
            models.CheckConstraint(
                name="purchase_amount_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message="Nominal transaksi harus lebih dari nol.",
            ),
            models.CheckConstraint(
                name="purchase_is_numbered",
                condition=~Q(number=""),
                violation_error_message="Nomor transaksi wajib diisi.",
            ),
            models.CheckConstraint(
                name="purchase_voided_means_who_and_why",
                # Without a user: by taking back its upload, whose history says who did it.
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | Q(voided_at__isnull=False)
                & ~Q(void_reason="")
                & (Q(voided_by__isnull=False) | Q(source_upload__isnull=False)),
                violation_error_message="Transaksi dibatalkan dengan menyebut alasannya.",
            ),
        ]
        indexes = [
            # As lists are ordered, of the province and of a regency, with a period and without.
            models.Index(fields=["period", "id"], name="purchase_period"),
            models.Index(fields=["regency_code", "period", "id"], name="purchase_place"),
            models.Index(fields=["agent", "purchased_at"], name="purchase_agent"),
            models.Index(
                fields=["voided_at"],
                condition=Q(voided_at__isnull=False),
                name="purchase_voided",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PurchaseLine(models.Model):
    """One kind of goods of a purchase. `commodity` is empty for what the list does not know."""

    PLACE = "village"

    purchase = models.ForeignKey(
        Purchase, models.PROTECT, related_name="lines", verbose_name="transaksi"
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
    commodity = models.ForeignKey(
        Commodity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="komoditas",
        db_index=False,
        db_constraint=False,
    )
    name = models.CharField("nama barang", max_length=150)
    food_group = models.ForeignKey(
        FoodGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="kelompok gizi",
        db_index=False,
        db_constraint=False,
    )
    quantity = models.DecimalField("jumlah", max_digits=12, decimal_places=3)
    unit = models.CharField("satuan", max_length=20, blank=True)
    price = models.PositiveIntegerField("harga satuan (rupiah)")
    amount = models.GeneratedField(
        expression=Func(
            F("quantity") * F("price"), function="round", output_field=models.IntegerField()
        ),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name="jumlah harga (rupiah)",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "barang transaksi"
        verbose_name_plural = "barang transaksi"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="purchase_line_quantity_is_positive",
                condition=Q(quantity__gt=0),
                violation_error_message="Jumlah barang harus lebih dari nol.",
            ),
            models.CheckConstraint(
                name="purchase_line_is_named",
                condition=~Q(name=""),
                violation_error_message="Nama barang wajib diisi.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
