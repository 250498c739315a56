"""The life of a card: accounts opened in groups (burekol), what happened to each card."""

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact

from accounts.models import User
from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Bank, Card, Household, Person
from regions.models import Region
from uploads.models import Upload


class OfBank(ScopedQuerySet):
    """Rows of a bank: its officer sees those of the own bank only."""

    def visible_to(self, user):
        visible = super().visible_to(user)
        return visible.filter(bank=user.bank_id) if user.role == Role.BANK else visible


class AccountOpeningQuerySet(OfBank):
    def with_progress(self):
        """Each with the number of its members by status, as `proses`, `sukses` and `gagal`."""
        return self.annotate(
            **{
                status.lower(): Count("members", filter=Q(members__status=status))
                for status in AccountOpeningMember.Status.values
            }
        )


class AccountOpening(models.Model):
    """A group of payees of one regency for whom a bank opens accounts together (burekol)."""

    PLACE = "region"

    class Status(models.TextChoices):
        PROSES = "PROSES", "Diproses bank"
        SELESAI = "SELESAI", "Selesai"

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="+", verbose_name="bank penyalur")
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("region")
    name = models.CharField("nama kelompok", max_length=100)
    status = models.CharField("status", max_length=7, choices=Status, default=Status.PROSES)
    sent_on = models.DateField("dikirim ke bank")
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="dibuat oleh"
    )
    created_at = models.DateTimeField("dibuat", db_default=Now())
    finished_at = models.DateTimeField("selesai", null=True, blank=True)

    objects = AccountOpeningQuerySet.as_manager()

    class Meta:
        verbose_name = "burekol"
        verbose_name_plural = "burekol"
        ordering = ["-sent_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "region", "name"],
                name="account_opening_named_once",
                violation_error_message="Kelompok burekol dengan nama ini sudah ada.",
            ),
            models.CheckConstraint(
                name="account_opening_of_regency",
                condition=Exact(Length("region"), 5),
                violation_error_message="Burekol dibuat untuk satu kabupaten/kota.",
            ),
            models.CheckConstraint(
                name="account_opening_finished_means_when",
                condition=~Q(status="SELESAI") | Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Burekol {self.name}"


class AccountOpeningMember(models.Model):
    """One payee of a burekol and what the bank has said of the account."""

    PLACE = "village"

    class Status(models.TextChoices):
        PROSES = "PROSES", "Proses"
        SUKSES = "SUKSES", "Sukses"
        GAGAL = "GAGAL", "Gagal"

    TRANSITIONS = {
        Status.PROSES: {Status.SUKSES, Status.GAGAL},
        Status.GAGAL: {Status.PROSES, Status.SUKSES},
        Status.SUKSES: set(),
    }

    opening = models.ForeignKey(
        AccountOpening, models.CASCADE, related_name="members", verbose_name="burekol"
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="+", db_constraint=False, verbose_name="keluarga"
    )
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_constraint=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="pengurus")
    status = models.CharField("status", max_length=6, choices=Status, default=Status.PROSES)
    reason = models.CharField("alasan gagal", max_length=250, blank=True)
    account_number = models.CharField("nomor rekening", max_length=20, blank=True)
    card = models.ForeignKey(
        Card, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kartu"
    )
    decided_at = models.DateTimeField("diputus", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "anggota burekol"
        verbose_name_plural = "anggota burekol"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["opening", "person"],
                name="account_opening_member_once",
                violation_error_message="Pengurus ini sudah ada dalam kelompok burekol.",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status="PROSES"),
                name="account_opening_in_progress_once",
                violation_error_message="Rekening pengurus ini sedang dibuka dalam burekol lain.",
            ),
            models.CheckConstraint(
                name="account_opening_failed_means_reason",
                condition=~Q(status="GAGAL") | ~Q(reason=""),
                violation_error_message="Sebutkan alasan rekening gagal dibuka.",
            ),
        ]
        indexes = [models.Index(fields=["opening", "status"])]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_status_display()}"


class CardEvent(models.Model):
    """One step in the life of a card; rows are only added.

    The history of `Card` keeps every changed field; this tells what happened and when it was so.
    """

    PLACE = "village"

    card = models.ForeignKey(Card, models.PROTECT, related_name="steps", verbose_name="kartu")
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="+", db_constraint=False, verbose_name="keluarga"
    )
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_constraint=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    before = models.CharField("dari", max_length=10, choices=Card.Status, blank=True)
    after = models.CharField("menjadi", max_length=10, choices=Card.Status)
    happened_on = models.DateField("tanggal")
    replacement = models.ForeignKey(
        Card,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="kartu pengganti",
    )
    note = models.CharField("keterangan", max_length=250, blank=True)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="oleh"
    )
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="unggahan"
    )
    at = models.DateTimeField("dicatat", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "kejadian kartu"
        verbose_name_plural = "kejadian kartu"
        ordering = ["-happened_on", "-id"]

    def __str__(self) -> str:
        return f"{self.card}: {self.get_after_display()}"
