"""The decree for a forwarded list, and how its own list compares with that one."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household
from regions.models import Region
from verification.models.cases import Attachment
from verification.models.endorsement import Endorsement, EndorsementItem, who


class DecreeQuerySet(ScopedQuerySet):
    def standing(self):
        return self.exclude(status=Decree.Status.DIBATALKAN)


class Decree(models.Model):
    """The decree (penetapan) for one forwarded list, and the list that came with it."""

    PLACE = "region"

    class Status(models.TextChoices):
        DICATAT = "DICATAT", "Dicatat, belum diterapkan"
        DITERAPKAN = "DITERAPKAN", "Diterapkan"
        DIBATALKAN = "DIBATALKAN", "Dibatalkan"

    TRANSITIONS = {
        Status.DICATAT: {Status.DITERAPKAN, Status.DIBATALKAN},
        Status.DITERAPKAN: {Status.DICATAT},
        Status.DIBATALKAN: set(),
    }

    endorsement = models.ForeignKey(
        Endorsement, models.PROTECT, related_name="decrees", verbose_name="pengesahan"
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="kabupaten/kota")
    regency_code = regency_code_of("region")
    number = models.CharField("nomor penetapan", max_length=100)
    official_name = models.CharField("nama pejabat", max_length=150)
    official_office = models.CharField("jabatan", max_length=150)
    signed_on = models.DateField("tanggal penetapan")
    effective_on = models.DateField("berlaku mulai")
    scan = models.ForeignKey(
        Attachment,
        models.PROTECT,
        related_name="+",
        verbose_name="pindaian surat keputusan",
    )
    status = models.CharField("status", max_length=10, choices=Status, default=Status.DICATAT)
    list_file = models.FileField("daftar penetapan", upload_to="penetapan/%Y/")
    list_name = models.CharField("nama berkas daftar", max_length=200)
    list_sha256 = models.CharField("sidik berkas daftar", max_length=64)
    rows_read = models.PositiveIntegerField("baris terbaca", default=0)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="dicatat oleh"
    )
    recorded_at = models.DateTimeField("dicatat", db_default=Now())
    applied_by = who("diterapkan oleh")
    applied_at = models.DateTimeField("diterapkan", null=True, blank=True)
    started = models.PositiveIntegerField("kepesertaan dimulai", default=0)
    ended = models.PositiveIntegerField("kepesertaan diakhiri", default=0)
    ended_by = who("dibatalkan oleh")
    ended_at = models.DateTimeField("dibatalkan", null=True, blank=True)
    end_reason = models.TextField("alasan pembatalan", blank=True)

    objects = DecreeQuerySet.as_manager()

    class Meta:
        verbose_name = "penetapan"
        verbose_name_plural = "penetapan"
        ordering = ["-recorded_at", "-id"]
        permissions = [("apply_decree", "Dapat menerapkan penetapan")]
        constraints = [
            models.UniqueConstraint(
                fields=["endorsement"],
                condition=~Q(status="DIBATALKAN"),
                name="decree_once",
                violation_error_message=(
                    "Penetapan untuk daftar ini sudah dicatat. Batalkan dahulu yang keliru."
                ),
            ),
            models.CheckConstraint(
                name="decree_applied_by_another",
                condition=~Q(status="DITERAPKAN")
                | (
                    Q(applied_by__isnull=False, applied_at__isnull=False)
                    & ~Q(applied_by=F("recorded_by"))
                ),
                violation_error_message=(
                    "Yang mencatat penetapan tidak menerapkannya sendiri."
                    " Mintalah petugas lain menerapkannya."
                ),
            ),
            models.CheckConstraint(
                name="decree_ended_means_reason",
                condition=~Q(status="DIBATALKAN")
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                violation_error_message="Sebutkan alasan pembatalan.",
            ),
        ]

    def __str__(self) -> str:
        return f"Penetapan {self.number}, {self.region}"


class DecreeItem(models.Model):
    """One line of the comparison of a decree's list with the list that was forwarded."""

    PLACE = "village"

    class Kind(models.TextChoices):
        SAMA = "SAMA", "Diteruskan dan ditetapkan"
        BERBEDA = "BERBEDA", "Ditetapkan dengan data berbeda"
        TIDAK_DITETAPKAN = "TIDAK_DITETAPKAN", "Diteruskan, tidak ditetapkan"
        TIDAK_DITERUSKAN = "TIDAK_DITERUSKAN", "Ditetapkan, tidak diteruskan"
        KELUAR_DITETAPKAN = "KELUAR_DITETAPKAN", "Ditetapkan, padahal diteruskan keluar"
        BARIS_LAIN = "BARIS_LAIN", "Baris lain dari keluarga yang sama"

    decree = models.ForeignKey(
        Decree, models.CASCADE, related_name="items", verbose_name="penetapan"
    )
    kind = models.CharField("perbandingan", max_length=17, choices=Kind)
    item = models.ForeignKey(
        EndorsementItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    row_number = models.PositiveIntegerField("baris daftar", null=True, blank=True)
    dtks_id = models.CharField("ID DTKS", max_length=32, blank=True)
    kk_number = models.CharField("nomor KK", max_length=20, blank=True)
    nik = models.CharField("NIK", max_length=20, blank=True)
    name = models.CharField("nama", max_length=150, blank=True)
    differences = models.JSONField("perbedaan", default=list, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "keluarga dalam penetapan"
        verbose_name_plural = "keluarga dalam penetapan"
        ordering = ["decree", "row_number", "id"]
        indexes = [
            models.Index(fields=["decree", "kind"], name="decree_item_kind"),
            models.Index(fields=["regency_code", "decree"], name="decree_item_place"),
        ]

    def __str__(self) -> str:
        return self.name or self.nik or self.dtks_id or f"baris {self.row_number}"
