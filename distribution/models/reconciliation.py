"""Where the four lists of a period disagree, and what became of each disagreement."""

import pgtrigger
from django.db import models
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact

from accounts.models import User
from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Bank, Household
from distribution.models.agents import Agent
from distribution.models.commodities import Commodity
from distribution.models.payments import Payment
from distribution.models.periods import PayoutPeriod
from distribution.models.purchases import Purchase
from distribution.reconciliation.rules import RULES
from regions.models import Region


class OfPayingBank(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; of those what concerns the own bank, for a bank's officer."""
        visible = super().visible_to(user)
        if user.role == Role.BANK:
            return visible.filter(bank__isnull=False, bank=user.bank_id)
        return visible.none() if user.role == Role.AGEN else visible


class FindingStatus(models.TextChoices):
    BELUM = "BELUM", "Terbuka"
    DITINDAKLANJUTI = "DITINDAKLANJUTI", "Ditindaklanjuti"
    DIMINTA = "DIMINTA", "Diminta ke bank"
    DIJAWAB = "DIJAWAB", "Dijawab bank"
    SELESAI = "SELESAI", "Selesai"
    BUKAN_MASALAH = "BUKAN_MASALAH", "Bukan masalah"


CLOSED = (FindingStatus.SELESAI, FindingStatus.BUKAN_MASALAH)
# In somebody's hands.
FOLLOWED = (FindingStatus.DITINDAKLANJUTI, FindingStatus.DIMINTA, FindingStatus.DIJAWAB)


class Office(models.TextChoices):
    """Who has to see to a finding while no person is named."""

    PROVINSI = "PROVINSI", "Dinas Sosial Provinsi"
    KABKOTA = "KABKOTA", "Dinas Sosial kab/kota"
    BANK = "BANK", "Bank penyalur"


def office_of(user: User) -> Office:
    if user.role == Role.BANK:
        return Office.BANK
    return Office.PROVINSI if user.scope.is_province else Office.KABKOTA


class ReconciliationFindingQuerySet(OfPayingBank):
    def present(self):
        """What the last comparison has found."""
        return self.filter(gone_at=None)

    def gone(self):
        return self.filter(gone_at__isnull=False)

    def open(self):
        """What somebody still has to see to."""
        return self.present().filter(is_due=True).exclude(status__in=CLOSED)

    def closed(self):
        return self.present().filter(status__in=CLOSED)

    def waiting_for_bank(self):
        return self.open().filter(status=FindingStatus.DIMINTA)

    def answered(self):
        return self.open().filter(status=FindingStatus.DIJAWAB)

    def of(self, user):
        """What lies with this user: by name, or with the own office while nobody is named."""
        office = Q(owner=None, office=office_of(user))
        return self.open().filter(status__in=FOLLOWED).filter(Q(owner=user) | office)

    def unassigned(self):
        return self.open().filter(status=FindingStatus.BELUM)


class ReconciliationFinding(models.Model):
    """One disagreement of two lists about one family, payment or purchase.

    `rule` is declared in distribution/reconciliation/rules.py; `subject` is the id of what the rule
    looks at. A comparison sets everything down to `is_due`, people set the rest. What a later
    comparison no longer finds is kept with `gone_at`, and found again keeps how it was handled.
    """

    PLACE = "village"
    Status = FindingStatus
    Office = Office
    _ON = {Status.DITINDAKLANJUTI, Status.DIMINTA, *CLOSED}
    TRANSITIONS = {
        Status.BELUM: _ON,
        Status.DITINDAKLANJUTI: _ON,
        Status.DIMINTA: _ON - {Status.DIMINTA} | {Status.DIJAWAB},
        Status.DIJAWAB: _ON,
        Status.SELESAI: {Status.BELUM},
        Status.BUKAN_MASALAH: {Status.BELUM},
    }

    period = models.ForeignKey(
        PayoutPeriod,
        models.PROTECT,
        related_name="findings",
        verbose_name="periode salur",
        db_index=False,
    )
    rule = models.CharField(
        "jenis temuan", max_length=20, choices=[(rule.code, rule.title) for rule in RULES]
    )
    subject = models.BigIntegerField("nomor yang diperiksa")
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payout_findings",
        verbose_name="keluarga",
        db_constraint=False,
    )
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name="pembayaran",
        db_constraint=False,
    )
    purchase = models.ForeignKey(
        Purchase,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name="transaksi",
        db_index=False,
        db_constraint=False,
    )
    bank = models.ForeignKey(
        Bank,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="bank penyalur",
        db_index=False,
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
    payee_name = models.CharField("nama pengurus", max_length=150)
    payee_nik = models.CharField("NIK pengurus", max_length=20, blank=True)
    amount = models.PositiveIntegerField("nominal (rupiah)")
    cause = models.CharField("sebab", max_length=100)
    detail = models.CharField("perbandingan", max_length=250, blank=True)
    since = models.DateField("sejak", null=True, blank=True)
    is_due = models.BooleanField("perlu ditangani", default=True)

    status = models.CharField(
        "penanganan", max_length=15, choices=FindingStatus, default=FindingStatus.BELUM
    )
    office = models.CharField(
        "instansi penanggung jawab", max_length=8, choices=Office, blank=True, db_default=""
    )
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="penanggung jawab",
    )
    note = models.CharField("catatan", max_length=500, blank=True)
    evidence = models.CharField("bukti", max_length=200, blank=True)
    handled_at = models.DateTimeField("ditangani", null=True, blank=True)
    found_at = models.DateTimeField("ditemukan", db_default=Now())
    gone_at = models.DateTimeField("tidak ada lagi sejak", null=True, blank=True)

    objects = ReconciliationFindingQuerySet.as_manager()

    class Meta:
        verbose_name = "temuan rekonsiliasi"
        verbose_name_plural = "temuan rekonsiliasi"
        ordering = ["id"]
        permissions = [
            ("reconcile", "Dapat membandingkan keempat daftar penyaluran"),
            ("handle_reconciliationfinding", "Dapat menangani temuan rekonsiliasi"),
            ("answer_reconciliationfinding", "Dapat menjawab temuan rekonsiliasi untuk bank"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "rule", "subject"],
                name="reconciliation_finding_once",
                violation_error_message="Temuan ini sudah tercatat.",
            ),
            models.CheckConstraint(
                name="reconciliation_asked_means_bank",
                condition=~Q(status__in=["DIMINTA", "DIJAWAB"]) | Q(bank__isnull=False),
                violation_error_message="Temuan ini tidak menyangkut bank.",
            ),
            models.CheckConstraint(
                name="reconciliation_settled_means_note",
                condition=~Q(status__in=["DIJAWAB", "SELESAI", "BUKAN_MASALAH"]) | ~Q(note=""),
                violation_error_message="Tulis jawaban, hasil penanganan, atau alasannya.",
            ),
            models.CheckConstraint(
                name="reconciliation_followed_by_somebody",
                condition=~Q(status="DITINDAKLANJUTI") | Q(owner__isnull=False) | ~Q(office=""),
                violation_error_message="Pilih siapa yang menindaklanjuti.",
            ),
            models.CheckConstraint(
                name="reconciliation_in_village", condition=Exact(Length("village"), 13)
            ),
        ]
        indexes = [
            models.Index(
                fields=["period", "rule", "regency_code", "id"],
                condition=Q(gone_at=None),
                name="reconciliation_list",
            ),
            models.Index(fields=["regency_code", "id"], name="reconciliation_regency"),
            # What waits beside the navigation, on every page.
            models.Index(
                fields=["status", "bank"],
                condition=Q(gone_at=None, is_due=True, status__in=["DIMINTA", "DIJAWAB"]),
                name="reconciliation_waiting",
            ),
            models.Index(
                fields=["owner", "office"],
                condition=Q(
                    gone_at=None,
                    is_due=True,
                    status__in=["DITINDAKLANJUTI", "DIMINTA", "DIJAWAB"],
                ),
                name="reconciliation_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}: {self.payee_name}"

    @property
    def responsible(self) -> str:
        """The person who sees to it, or else the office; empty when it lies with nobody."""
        return str(self.owner) if self.owner_id else self.get_office_display()


class FindingStep(models.Model):
    """What was done about a finding, by whom, with which words; never changed.

    It holds the whole state of handling after it, so that undoing a step is going back to the one
    before. What is done to many findings at once has one `deed`.
    """

    PLACE = "village"

    finding = models.ForeignKey(
        ReconciliationFinding, models.PROTECT, related_name="steps", verbose_name="temuan"
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
    status = models.CharField("penanganan", max_length=15, choices=FindingStatus)
    note = models.CharField("catatan", max_length=500, blank=True)
    evidence = models.CharField("bukti", max_length=200, blank=True, db_default="")
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="penanggung jawab",
        db_index=False,
    )
    office = models.CharField(
        "instansi penanggung jawab", max_length=8, choices=Office, blank=True, db_default=""
    )
    deed = models.UUIDField("tindakan", null=True, blank=True)
    is_undo = models.BooleanField("mengurungkan", db_default=False, default=False)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="oleh"
    )
    at = models.DateTimeField("waktu", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah temuan"
        verbose_name_plural = "langkah temuan"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["deed"], condition=Q(deed__isnull=False), name="finding_step_deed")
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.at}"

    @property
    def responsible(self) -> str:
        return str(self.owner) if self.owner_id else self.get_office_display()


class ReconciledQuerySet(OfPayingBank):
    SUMS = (
        "register_count",
        "register_amount",
        "listed_count",
        "listed_amount",
        "credited_count",
        "credited_amount",
        "spent_count",
        "spent_amount",
    )

    def sums(self) -> dict[str, int]:
        found = self.aggregate(**{f"sum_{name}": Sum(name) for name in self.SUMS})
        return {name: found[f"sum_{name}"] or 0 for name in self.SUMS}

    def by_regency(self) -> dict[str, dict]:
        """Of each kabupaten/kota the same sums, and `counted_at`: when they were compared."""
        rows = self.order_by("region").values("region_id")
        sums = {f"sum_{name}": Sum(name) for name in self.SUMS}
        return {
            row["region_id"]: {name: row[f"sum_{name}"] for name in self.SUMS}
            | {"counted_at": row["at"]}
            for row in rows.annotate(**sums, at=Max("counted_at"))
        }


class Reconciled(models.Model):
    """How long the four lists of a period are in one kabupaten/kota and bank, when compared.

    Families and rupiah. Written together with the findings, from the same state of the lists:
    register - not paid + not in the register = listed; listed - not credited = credited;
    credited - not spent = spent.
    """

    PLACE = "region"

    period = models.ForeignKey(
        PayoutPeriod,
        models.CASCADE,
        related_name="reconciled",
        verbose_name="periode salur",
        db_index=False,
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="kabupaten/kota", db_index=False
    )
    regency_code = regency_code_of("region")
    bank = models.ForeignKey(
        Bank,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="bank penyalur",
        db_index=False,
    )
    register_count = models.PositiveIntegerField("register (KPM)")
    register_amount = models.BigIntegerField("register (rupiah)")
    listed_count = models.PositiveIntegerField("daftar bayar (KPM)")
    listed_amount = models.BigIntegerField("daftar bayar (rupiah)")
    credited_count = models.PositiveIntegerField("top up (KPM)")
    credited_amount = models.BigIntegerField("top up (rupiah)")
    spent_count = models.PositiveIntegerField("transaksi (KPM)")
    spent_amount = models.BigIntegerField("transaksi (rupiah)")
    counted_at = models.DateTimeField("dibandingkan", db_default=Now())

    objects = ReconciledQuerySet.as_manager()

    class Meta:
        verbose_name = "perbandingan daftar"
        verbose_name_plural = "perbandingan daftar"
        ordering = ["period", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "region", "bank"], nulls_distinct=False, name="reconciled_once"
            ),
            models.CheckConstraint(
                name="reconciled_lists_follow",
                condition=Q(
                    credited_count__lte=F("listed_count"), spent_count__lte=F("credited_count")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}, {self.region}"


class AgentPrice(models.Model):
    """What an agent has sold of a commodity in a period, and its median price, counted ahead.

    Without a commodity: goods that the list does not know. Voided purchases do not count.
    """

    PLACE = "village"

    period = models.ForeignKey(
        PayoutPeriod,
        models.CASCADE,
        related_name="+",
        verbose_name="periode salur",
        db_index=False,
    )
    agent = models.ForeignKey(
        Agent, models.CASCADE, related_name="+", verbose_name="agen", db_index=False
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
    )
    lines = models.PositiveIntegerField("jumlah baris")
    amount = models.BigIntegerField("nilai (rupiah)")
    price = models.PositiveIntegerField("harga tengah (rupiah)")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "harga agen"
        verbose_name_plural = "harga agen"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "agent", "commodity"],
                nulls_distinct=False,
                name="agent_price_once",
            )
        ]
        indexes = [models.Index(fields=["period", "regency_code"], name="agent_price_place")]

    def __str__(self) -> str:
        return f"{self.agent}: {self.commodity}"
