"""Cards with their accounts, and the banks that issue them."""

from django.db import models
from django.db.models import Q

from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models.history import Sourced, tracked
from beneficiaries.models.register import Household, Person
from regions.models import Region


class Bank(models.Model):
    """A paying state bank (bank penyalur HIMBARA)."""

    code = models.CharField("kode bank", max_length=3, primary_key=True)
    name = models.CharField("nama", max_length=100)
    short_name = models.CharField("nama singkat", max_length=20)
    is_active = models.BooleanField("aktif", default=True)

    class Meta:
        verbose_name = "bank penyalur"
        verbose_name_plural = "bank penyalur"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name


class CardQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; of those the cards of the own bank only, for a bank's officer."""
        visible = super().visible_to(user)
        return visible.filter(bank=user.bank_id) if user.role == Role.BANK else visible


@tracked()
class Card(Sourced):
    """A KKS card with its account."""

    PLACE = "village"

    class Status(models.TextChoices):
        DIBUKA = "DIBUKA", "Rekening dibuka"
        DISERAHKAN = "DISERAHKAN", "Diserahkan"
        HILANG = "HILANG", "Hilang"
        DIBLOKIR = "DIBLOKIR", "Diblokir"
        DIGANTI = "DIGANTI", "Diganti"

    ACTIVE = (Status.DIBUKA, Status.DISERAHKAN)
    TRANSITIONS = {
        Status.DIBUKA: {Status.DISERAHKAN, Status.HILANG, Status.DIBLOKIR, Status.DIGANTI},
        Status.DISERAHKAN: {Status.HILANG, Status.DIBLOKIR, Status.DIGANTI},
        Status.HILANG: {Status.DISERAHKAN, Status.DIBLOKIR, Status.DIGANTI},
        Status.DIBLOKIR: {Status.DISERAHKAN, Status.DIGANTI},
        Status.DIGANTI: set(),
    }

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="cards",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="pemegang", related_name="cards"
    )
    bank = models.ForeignKey(Bank, models.PROTECT, verbose_name="bank penyalur")
    card_number = models.CharField("nomor KKS", max_length=20)
    account_number = models.CharField("nomor rekening", max_length=20, blank=True)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.DIBUKA)
    handed_over_on = models.DateField("diserahkan", null=True, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = "kartu dan rekening"
        verbose_name_plural = "kartu dan rekening"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["card_number"],
                name="card_number_once",
                violation_error_message="Nomor KKS ini sudah tercatat.",
            ),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(status__in=["DIBUKA", "DISERAHKAN"]),
                name="card_active_once",
                violation_error_message="Pemegang ini masih mempunyai kartu lain yang aktif.",
            ),
            models.CheckConstraint(
                name="card_handed_over_means_when",
                condition=~Q(status="DISERAHKAN") | Q(handed_over_on__isnull=False),
                violation_error_message="Kartu yang diserahkan harus bertanggal.",
            ),
        ]
        indexes = [
            models.Index(fields=["regency_code", "id"]),
            # Some hundred of many thousand: counted on the start page of a district.
            models.Index(
                fields=["regency_code", "id"],
                condition=Q(status="DIBUKA"),
                name="card_to_hand_over",
            ),
        ]

    def __str__(self) -> str:
        return f"KKS {self.bank}"
