"""Complaints (pengaduan): what somebody reported, who looks into it, what the answer was."""

import re
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household
from distribution.models import Agent
from regions.models import Region


def _not_hidden_from(user, prefix: str = "") -> Q:
    """Sensitive complaints are seen by those with the permission, the owner and the recorder."""
    if user.has_perm("coordination.view_sensitive_complaint"):
        return Q()
    return (
        Q(**{f"{prefix}is_sensitive": False})
        | Q(**{f"{prefix}owner": user})
        | Q(**{f"{prefix}received_by": user})
    )


class ComplaintQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(_not_hidden_from(user))

    def open(self):
        return self.filter(status__in=Complaint.OPEN)

    def numbered(self, number: str):
        """The one with this number (`PGD-2021-0001`, in either case), if there is one."""
        found = re.fullmatch(r"PGD-([12]\d{3})-(\d{1,18})", number.strip().upper())
        return self.filter(received_on__year=found[1], pk=found[2]) if found else self.none()

    def overdue(self, today: date | None = None):
        return self.open().filter(due_on__lt=today or timezone.localdate())


class Complaint(models.Model):
    """One report about the aid in one place. Its status is changed by actions only."""

    PLACE = "region"

    class Channel(models.TextChoices):
        TELEPON = "TELEPON", "Telepon"
        KUNJUNGAN = "KUNJUNGAN", "Datang sendiri"
        SURAT = "SURAT", "Surat"
        SP4N = "SP4N", "SP4N-LAPOR!"

    class Category(models.TextChoices):
        SASARAN = "SASARAN", "Tepat sasaran"
        JUMLAH = "JUMLAH", "Tepat jumlah"
        WAKTU = "WAKTU", "Tepat waktu"
        HARGA = "HARGA", "Tepat harga"
        KUALITAS = "KUALITAS", "Tepat kualitas"
        ADMINISTRASI = "ADMINISTRASI", "Tepat administrasi"
        KARTU = "KARTU", "Kartu (KKS) dan rekening"
        AGEN = "AGEN", "Agen bank atau e-Warung"
        TIDAK_LAYAK = "TIDAK_LAYAK", "Penerima tidak layak"
        DATA = "DATA", "Data keluarga keliru"

    class Status(models.TextChoices):
        DITERIMA = "DITERIMA", "Diterima"
        DITANGANI = "DITANGANI", "Ditangani"
        DIJAWAB = "DIJAWAB", "Dijawab"
        SELESAI = "SELESAI", "Selesai"

    TRANSITIONS = {
        Status.DITERIMA: {Status.DITANGANI},
        Status.DITANGANI: {Status.DIJAWAB, Status.DITERIMA},
        Status.DIJAWAB: {Status.SELESAI, Status.DITANGANI},
        Status.SELESAI: {Status.DITANGANI},
    }
    OPEN = (Status.DITERIMA, Status.DITANGANI)

    class Outcome(models.TextChoices):
        BENAR = "BENAR", "Terbukti"
        TIDAK_BENAR = "TIDAK_BENAR", "Tidak terbukti"
        BUKAN_WEWENANG = "BUKAN_WEWENANG", "Bukan wewenang Dinas Sosial"
        DICABUT = "DICABUT", "Dicabut pelapor"

    channel = models.CharField("masuk melalui", max_length=9, choices=Channel)
    sp4n_number = models.CharField("nomor SP4N-LAPOR!", max_length=30, blank=True)
    category = models.CharField("kategori", max_length=12, choices=Category)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah")
    regency_code = regency_code_of("region")
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name="keluarga",
    )
    agent = models.ForeignKey(
        Agent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name="agen atau e-Warung",
    )
    subject = models.CharField("pokok pengaduan", max_length=150)
    text = models.TextField("isi pengaduan")
    received_on = models.DateField("diterima tanggal")
    due_on = models.DateField("tenggat jawaban")
    is_sensitive = models.BooleanField("sensitif", default=False)
    complainant_name = models.CharField("nama pelapor", max_length=150, blank=True)
    complainant_phone = models.CharField("telepon pelapor", max_length=30, blank=True)
    complainant_address = models.CharField("alamat pelapor", max_length=200, blank=True)
    status = models.CharField("status", max_length=9, choices=Status, default=Status.DITERIMA)
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name="penanggung jawab",
    )
    outcome = models.CharField("hasil", max_length=14, choices=Outcome, blank=True)
    answer = models.TextField("jawaban", blank=True)
    answered_on = models.DateField("dijawab tanggal", null=True, blank=True)
    reopened = models.PositiveSmallIntegerField("dibuka kembali", default=0)
    received_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="dicatat oleh"
    )
    created_at = models.DateTimeField("dicatat", db_default=Now())

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = "pengaduan"
        verbose_name_plural = "pengaduan"
        ordering = ["-received_on", "-id"]
        default_permissions = ("add", "view")
        permissions = [
            ("handle_complaint", "Dapat menangani dan menjawab pengaduan"),
            ("view_sensitive_complaint", "Dapat melihat pengaduan sensitif"),
            ("reveal_complainant", "Dapat menampilkan identitas pelapor"),
        ]
        indexes = [
            models.Index(fields=["regency_code", "status", "due_on"], name="complaint_work"),
        ]
        constraints = [
            models.CheckConstraint(
                name="complaint_due_after_received",
                condition=Q(due_on__gte=F("received_on")),
                violation_error_message="Tenggat jawaban mendahului tanggal pengaduan diterima.",
            ),
            models.CheckConstraint(
                name="complaint_sp4n_has_number",
                condition=~Q(channel="SP4N") | ~Q(sp4n_number=""),
                violation_error_message="Isi nomor laporan SP4N-LAPOR!.",
            ),
            models.UniqueConstraint(
                fields=["sp4n_number"],
                condition=~Q(sp4n_number=""),
                name="complaint_sp4n_once",
                violation_error_message="Laporan SP4N-LAPOR! dengan nomor ini sudah dicatat.",
            ),
            models.CheckConstraint(
                name="complaint_handled_by_somebody",
                condition=Q(status="DITERIMA") | Q(owner__isnull=False),
                violation_error_message="Pengaduan yang ditangani harus ada penanggung jawabnya.",
            ),
            models.CheckConstraint(
                name="complaint_answered_with_text",
                condition=~Q(status__in=["DIJAWAB", "SELESAI"])
                | (~Q(answer="") & ~Q(outcome="") & Q(answered_on__isnull=False)),
                violation_error_message="Pengaduan tidak dapat dijawab tanpa jawaban dan hasilnya.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.subject}"

    @property
    def number(self) -> str:
        return f"PGD-{self.received_on.year}-{self.pk:04d}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def has_complainant(self) -> bool:
        return bool(self.complainant_name or self.complainant_phone or self.complainant_address)


class ComplaintTerm(models.Model):
    """Within how many working days a complaint of a category is answered; the administrator
    keeps it. 14 without and 60 with an inquiry in the field are the limits of Permenpan RB 62/2018;
    what keeps a family from its food is answered sooner.
    """

    category = models.CharField("kategori", max_length=12, choices=Complaint.Category, unique=True)
    days = models.PositiveSmallIntegerField("hari kerja sampai dijawab")
    legal_basis = models.CharField("dasar", max_length=250, blank=True)

    class Meta:
        verbose_name = "tenggat pengaduan"
        verbose_name_plural = "tenggat pengaduan"
        ordering = ["category"]
        constraints = [
            models.CheckConstraint(
                name="complaint_term_within_limit",
                condition=Q(days__range=(1, 60)),
                violation_error_message="Tenggat pengaduan antara 1 dan 60 hari kerja.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}: {self.days} hari kerja"


class ComplaintStepQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(_not_hidden_from(user, "complaint__"))


class ComplaintStep(models.Model):
    """What was done with a complaint. Rows are never changed; their place follows the complaint."""

    PLACE = "region"

    class Action(models.TextChoices):
        CATAT = "CATAT", "Dicatat"
        SERAHKAN = "SERAHKAN", "Diserahkan"
        KEMAJUAN = "KEMAJUAN", "Kemajuan"
        UBAH = "UBAH", "Kategori diubah"
        KOREKSI = "KOREKSI", "Dikoreksi"
        PINDAH = "PINDAH", "Dipindahkan ke wilayah lain"
        JAWAB = "JAWAB", "Dijawab"
        SELESAI = "SELESAI", "Ditutup"
        BUKA = "BUKA", "Dibuka kembali"

    complaint = models.ForeignKey(
        Complaint, models.CASCADE, related_name="steps", verbose_name="pengaduan"
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="wilayah")
    regency_code = regency_code_of("region")
    action = models.CharField("tindakan", max_length=8, choices=Action)
    note = models.TextField("catatan", blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())

    objects = ComplaintStepQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah pengaduan"
        verbose_name_plural = "langkah pengaduan"
        ordering = ["at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%d-%m-%Y}"
