"""Persons who may be in the register twice, and what was decided about them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Person
from regions.models import Region


class DuplicateGroupQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status=DuplicateGroup.Status.TERBUKA)

    def visible_to(self, user):
        """Groups with a member in the user's regions; a group itself holds no personal data."""
        if user.scope.is_province:
            return self
        members = DuplicateMember.objects.visible_to(user)
        return self.filter(pk__in=members.values("group_id"))


class DuplicateGroup(models.Model):
    """Register entries that may be one and the same person, or one family in two places."""

    class Kind(models.TextChoices):
        NIK_SAMA = "NIK_SAMA", "NIK sama"
        ORANG_SAMA = "ORANG_SAMA", "Orang sama, NIK berbeda"
        KK_DUA_TEMPAT = "KK_DUA_TEMPAT", "KK di dua tempat"
        DUA_KELUARGA = "DUA_KELUARGA", "Orang di dua keluarga"

    class Status(models.TextChoices):
        TERBUKA = "TERBUKA", "Perlu diputus"
        DIGABUNG = "DIGABUNG", "Digabung"
        BUKAN_SAMA = "BUKAN_SAMA", "Bukan orang yang sama"

    TRANSITIONS = {
        Status.TERBUKA: {Status.DIGABUNG, Status.BUKAN_SAMA},
        Status.DIGABUNG: {Status.TERBUKA},
        Status.BUKAN_SAMA: {Status.TERBUKA},
    }

    kind = models.CharField("sebab", max_length=13, choices=Kind)
    # The ids of the members in order: the same group found again is the same row.
    key = models.TextField(unique=True)
    probability = models.FloatField("peluang", null=True)
    weights = models.JSONField("bobot per kolom", default=dict)
    crosses_regencies = models.BooleanField("lintas kabupaten/kota", default=False)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.TERBUKA)
    found_at = models.DateTimeField("ditemukan", db_default=Now())
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diputus oleh"
    )
    decided_at = models.DateTimeField("diputus", null=True, blank=True)

    objects = DuplicateGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "data ganda"
        verbose_name_plural = "data ganda"
        ordering = ["-probability", "id"]
        permissions = [("merge_duplicategroup", "Dapat menggabungkan data ganda")]
        constraints = [
            models.CheckConstraint(
                name="duplicate_decided_means_who_and_when",
                condition=Q(status="TERBUKA")
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["status", "kind"], name="duplicate_open")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"

    @property
    def percent(self) -> float | None:
        return None if self.probability is None else 100 * self.probability


class DuplicateMember(models.Model):
    """A register entry in a group."""

    PLACE = "village"

    group = models.ForeignKey(DuplicateGroup, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_constraint=False)
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "anggota data ganda"
        verbose_name_plural = "anggota data ganda"
        ordering = ["group", "person"]
        constraints = [
            models.UniqueConstraint(fields=["group", "person"], name="duplicate_member_once")
        ]
        indexes = [models.Index(fields=["regency_code", "group"], name="duplicate_member_place")]

    def __str__(self) -> str:
        return str(self.person)


class Merge(models.Model):
    """One entry taken into another; `before` holds what is needed to take it back."""

    PLACE = "village"

    group = models.ForeignKey(DuplicateGroup, models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False)
    merged = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False)
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    before = models.JSONField("sebelumnya")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())
    undone_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="diurungkan oleh",
    )
    undone_at = models.DateTimeField("diurungkan", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "penggabungan"
        verbose_name_plural = "penggabungan"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("merged"))),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merged_once"
            ),
            models.CheckConstraint(
                name="merge_undone_means_who_and_when",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} ke {self.survivor}"
