from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from accounts.roles import Role
from accounts.scope import Scope, ScopedQuerySet, regency_code_of
from regions.models import Region


class User(AbstractUser):
    """A person who works in the portal, with one role; where it applies is `RegionAssignment`."""

    first_name = None
    last_name = None
    full_name = models.CharField("nama lengkap", max_length=150)
    role = models.CharField("peran", max_length=13, choices=Role)
    phone = models.CharField("telepon", max_length=20, blank=True)
    # By name: banks belong to a layer above (docs/architecture.md).
    bank = models.ForeignKey(
        "beneficiaries.Bank",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="officers",
        verbose_name="bank",
        help_text="Hanya untuk petugas bank: bank yang datanya boleh dilihat dan dikirim.",
    )
    wants_digest = models.BooleanField("ringkasan harian lewat surel", default=True)
    digest_sent_on = models.DateField("ringkasan terakhir dikirim", null=True, blank=True)

    objects = UserManager()
    REQUIRED_FIELDS = ["email", "full_name", "role"]

    class Meta:
        verbose_name = "pengguna"
        verbose_name_plural = "pengguna"
        ordering = ["full_name"]
        constraints = [
            models.CheckConstraint(
                name="user_role_known",
                condition=models.Q(role__in=Role.values),
                violation_error_message="Pilih salah satu peran yang tersedia.",
            ),
            models.CheckConstraint(
                name="user_bank_of_bank_officer",
                condition=models.Q(bank=None) | models.Q(role=Role.BANK),
                violation_error_message="Hanya petugas bank yang dihubungkan dengan bank.",
            ),
        ]
        permissions = [("reveal_identity", "Dapat menampilkan nomor identitas lengkap")]

    def __str__(self) -> str:
        return self.full_name or self.username

    @cached_property
    def _assigned(self) -> list["RegionAssignment"]:
        return list(self.assignments.select_related("region").order_by("region"))

    @cached_property
    def assigned_codes(self) -> list[str]:
        """Of the regions the user is assigned to; of who is signed in they were read with the user
        (`RoleBackend.get_user`)."""
        return [assignment.region_id for assignment in self._assigned]

    @cached_property
    def scope(self) -> Scope:
        return Scope(tuple(self.assigned_codes))

    @property
    def regions(self) -> list[Region]:
        """What the user is assigned to, the widest first."""
        return [assignment.region for assignment in self._assigned]

    @cached_property
    def home_region(self) -> Region | None:
        """The widest region the user is assigned to, the one the start page speaks of."""
        return self._assigned[0].region if self._assigned else None

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]


class RegionAssignment(models.Model):
    """A user works in this region and everything inside it."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="assignments", verbose_name="pengguna"
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah tugas")

    class Meta:
        verbose_name = "wilayah tugas"
        verbose_name_plural = "wilayah tugas"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "region"],
                name="assignment_once",
                violation_error_message="Wilayah ini sudah menjadi tugas pengguna tersebut.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.region}"


class AccessLog(models.Model):
    """Who saw or took out personal data, when and for what (UU 27/2022). Rows are never changed."""

    PLACE = "region"

    class Kind(models.TextChoices):
        REVEAL = "REVEAL", "Menampilkan nomor"
        EXPORT = "EXPORT", "Mengunduh data"

    kind = models.CharField("jenis", max_length=6, choices=Kind)
    user = models.ForeignKey(User, models.PROTECT, verbose_name="pengguna")
    at = models.DateTimeField("waktu", auto_now_add=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah")
    regency_code = regency_code_of("region")
    subject = models.CharField("data", max_length=200)
    purpose = models.CharField("keperluan", max_length=200, blank=True)
    row_count = models.PositiveIntegerField("jumlah baris", default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "catatan akses data"
        verbose_name_plural = "catatan akses data"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="export_has_purpose",
                condition=~models.Q(kind="EXPORT") | ~models.Q(purpose=""),
                violation_error_message="Sebutkan keperluan pengunduhan data.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()} {self.subject}"


class NotificationQuerySet(models.QuerySet):
    def of(self, user):
        return self.filter(user=user)

    def unread(self):
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something one user should know; written by `accounts.notifications.notify` only."""

    class Topic(models.TextChoices):
        UNGGAHAN = "UNGGAHAN", "Unggahan"
        VERIFIKASI = "VERIFIKASI", "Verifikasi"
        PEMADANAN = "PEMADANAN", "Pemadanan"
        PENYALURAN = "PENYALURAN", "Penyaluran"
        TINDAK_LANJUT = "TINDAK_LANJUT", "Tindak lanjut"
        PENGADUAN = "PENGADUAN", "Pengaduan"
        LAPORAN = "LAPORAN", "Laporan"

    user = models.ForeignKey(
        User, models.CASCADE, related_name="notifications", verbose_name="pengguna", db_index=False
    )
    topic = models.CharField("perihal", max_length=13, choices=Topic)
    text = models.CharField("isi", max_length=300)
    url = models.CharField("alamat halaman", max_length=300)
    created_at = models.DateTimeField("dibuat", db_default=Now())
    read_at = models.DateTimeField("dibaca", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "pemberitahuan"
        verbose_name_plural = "pemberitahuan"
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_latest"),
            models.Index(
                fields=["user"], name="notification_unread", condition=models.Q(read_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.text
