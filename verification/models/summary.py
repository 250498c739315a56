"""Cases counted ahead: the page of a round of 300,000 does not count while somebody waits."""

from django.db import models

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from regions.models import Region
from verification.models.rounds import Round


class CaseCount(models.Model):
    """So many cases more, or fewer, of one kind in one village: the sum is what there is.

    Triggers on `Case` and `Enrollment` append a row for each kind that a statement has changed
    (migration 0012), so the sum is exact at any moment and nobody waits for another's row;
    `figures.summary.compact` counts anew. `since` is the day of the last change of an open case,
    null for one that is closed. `finding` holds the result against the register.
    """

    PLACE = "village"

    class Finding(models.TextChoices):
        INKLUSI = "INKLUSI", "Tidak layak tetapi masih menerima"
        EKSKLUSI = "EKSKLUSI", "Layak tetapi belum menerima"
        TERHENTI = "TERHENTI", "Layak tetap, tetapi kepesertaannya sudah berakhir"

    round = models.ForeignKey(
        Round, models.CASCADE, related_name="+", db_index=False, verbose_name="putaran"
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    officer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name="petugas",
    )
    status = models.CharField("status", max_length=12)
    result = models.CharField("akibat", max_length=6, blank=True)
    reason = models.CharField("alasan", max_length=15, blank=True)
    origin = models.CharField("asal", max_length=9)
    was_kpm = models.BooleanField("sudah KPM saat masuk putaran")
    since = models.DateField("terbuka tanpa perubahan sejak", null=True, blank=True)
    finding = models.CharField("temuan", max_length=8, choices=Finding, blank=True, default="")
    number = models.IntegerField("jumlah kasus")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka kasus"
        verbose_name_plural = "angka kasus"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["round", "regency_code"], name="case_count_round"),
            models.Index(fields=["regency_code"], name="case_count_place"),
        ]

    def __str__(self) -> str:
        return f"{self.round}, {self.village}: {self.number:+}"
