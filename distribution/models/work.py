from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from distribution.models.periods import PayoutPeriod


class PeriodWork(models.Model):
    """Long work on a period that the worker does: its list made, its lists compared.

    One of a kind waits for a period at most, so that ten files in a row are followed by one
    comparison; while one is done another may wait, because the data have changed since.
    """

    class Kind(models.TextChoices):
        DAFTAR = "DAFTAR", "Penyusunan daftar bayar"
        BANDING = "BANDING", "Perbandingan keempat daftar"

    class Status(models.TextChoices):
        ANTRE = "ANTRE", "Menunggu giliran"
        BERJALAN = "BERJALAN", "Berjalan"
        SELESAI = "SELESAI", "Selesai"
        GAGAL = "GAGAL", "Gagal"
        DIBATALKAN = "DIBATALKAN", "Dibatalkan"

    OPEN = (Status.ANTRE, Status.BERJALAN)

    period = models.ForeignKey(
        PayoutPeriod,
        models.CASCADE,
        related_name="works",
        verbose_name="periode salur",
        db_index=False,
    )
    kind = models.CharField("pekerjaan", max_length=7, choices=Kind)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.ANTRE)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diminta oleh"
    )
    queued_at = models.DateTimeField("diminta", db_default=Now())
    started_at = models.DateTimeField("dimulai", null=True, blank=True)
    finished_at = models.DateTimeField("selesai", null=True, blank=True)
    outcome = models.TextField("hasil", blank=True)

    class Meta:
        verbose_name = "pekerjaan periode"
        verbose_name_plural = "pekerjaan periode"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "kind"],
                condition=Q(status="ANTRE"),
                name="period_work_waits_once",
                violation_error_message="Pekerjaan ini sudah menunggu giliran.",
            ),
            models.CheckConstraint(
                name="period_work_ended_means_when",
                condition=Q(status__in=["ANTRE", "BERJALAN"]) | Q(finished_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["period", "kind", "-id"], name="period_work_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.period}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
