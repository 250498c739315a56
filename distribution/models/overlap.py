"""Which aid programmes may go together in one family, and the families where they do not."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household, Programme
from distribution.models.rates import hash_range, validity
from regions.models import Region


class ProgrammePairQuerySet(models.QuerySet):
    def on(self, day):
        """Rules in force on `day`."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_until=None) | Q(valid_until__gte=day)
        )


class ProgrammePair(models.Model):
    """Whether two programmes may go together in one family between two dates.

    The pair is written once, in the order of the codes.
    """

    class Rule(models.TextChoices):
        BOLEH = "BOLEH", "Boleh bersama"
        DICATAT = "DICATAT", "Perlu diperiksa"
        DILARANG = "DILARANG", "Tidak boleh bersama"

    first = models.ForeignKey(
        Programme, models.PROTECT, related_name="+", verbose_name="program pertama"
    )
    second = models.ForeignKey(
        Programme, models.PROTECT, related_name="+", verbose_name="program kedua"
    )
    rule = models.CharField("aturan", max_length=8, choices=Rule)
    legal_basis = models.CharField("dasar hukum atau alasan", max_length=250)
    valid_from = models.DateField("berlaku sejak")
    valid_until = models.DateField("berlaku sampai", null=True, blank=True)

    objects = ProgrammePairQuerySet.as_manager()

    class Meta:
        verbose_name = "aturan pasangan program"
        verbose_name_plural = "aturan pasangan program"
        ordering = ["first", "second", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="programme_pair_in_order",
                condition=Q(first__lt=F("second")),
                violation_error_message=(
                    "Pilih dua program yang berbeda, yang pertama menurut abjad kodenya."
                ),
            ),
            models.CheckConstraint(
                name="programme_pair_ends_after_start",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="Tanggal berakhir mendahului tanggal mulai.",
            ),
            ExclusionConstraint(
                name="programme_pair_does_not_overlap",
                expressions=[
                    (hash_range("first"), RangeOperators.OVERLAPS),
                    (hash_range("second"), RangeOperators.OVERLAPS),
                    (validity(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "Aturan lain untuk pasangan ini berlaku pada masa yang sama. Akhiri aturan"
                    " yang lama lebih dahulu."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} dan {self.second}: {self.get_rule_display().lower()}"


class OverlapFindingQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(status=OverlapFinding.Status.TERBUKA)


class OverlapFinding(models.Model):
    """A family in two programmes whose pair is forbidden or to be noted, until somebody decides.

    The centre ends programmes, not the portal: a district can only propose it.
    """

    PLACE = "village"

    class Status(models.TextChoices):
        TERBUKA = "TERBUKA", "Belum diputuskan"
        DIBENARKAN = "DIBENARKAN", "Dibenarkan"
        DIUSULKAN = "DIUSULKAN", "Diusulkan berakhir"
        HILANG = "HILANG", "Tidak tumpang tindih lagi"

    TRANSITIONS = {
        Status.TERBUKA: {Status.DIBENARKAN, Status.DIUSULKAN, Status.HILANG},
        Status.DIBENARKAN: {Status.TERBUKA, Status.HILANG},
        Status.DIUSULKAN: {Status.TERBUKA, Status.HILANG},
        Status.HILANG: {Status.TERBUKA},
    }

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="overlaps",
        db_constraint=False,
        verbose_name="keluarga",
    )
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_constraint=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    pair = models.ForeignKey(ProgrammePair, models.PROTECT, verbose_name="aturan")
    since = models.DateField("bersama sejak")
    status = models.CharField("status", max_length=10, choices=Status, default=Status.TERBUKA)
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="penanggung jawab",
    )
    reason = models.CharField("alasan", max_length=250, blank=True)
    found_at = models.DateTimeField("ditemukan", db_default=Now())
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diputus oleh"
    )
    decided_at = models.DateTimeField("diputus", null=True, blank=True)

    objects = OverlapFindingQuerySet.as_manager()

    class Meta:
        verbose_name = "tumpang tindih program"
        verbose_name_plural = "tumpang tindih program"
        ordering = ["id"]
        permissions = [("decide_overlapfinding", "Dapat memutus tumpang tindih program")]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "pair"],
                name="overlap_finding_once",
                violation_error_message="Tumpang tindih ini sudah tercatat.",
            ),
            models.CheckConstraint(
                name="overlap_decided_means_who_and_why",
                condition=~Q(status__in=["DIBENARKAN", "DIUSULKAN"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""),
                violation_error_message="Keputusan tumpang tindih disertai alasannya.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "status", "id"])]

    def __str__(self) -> str:
        return f"{self.household}: {self.pair}"
