"""What the night has found and done."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone


class HealthResult(models.Model):
    """What a check of the data (beneficiaries/health.py) found when it ran last; it names nobody.

    Checks ask the whole province at once, so only who sees the province sees what they found.
    """

    code = models.CharField("pemeriksaan", max_length=60, primary_key=True)
    ran_at = models.DateTimeField("diperiksa")
    seconds = models.FloatField("lama (detik)")
    sentences = ArrayField(models.TextField(), verbose_name="yang tidak terpenuhi", default=list)
    count = models.GeneratedField(
        expression=Func(F("sentences"), function="cardinality"),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name="jumlah",
    )
    failure = models.TextField("sebab gagal", blank=True)
    bad_since = models.DateTimeField("tidak terpenuhi sejak", null=True, blank=True)

    class Meta:
        verbose_name = "hasil pemeriksaan data"
        verbose_name_plural = "hasil pemeriksaan data"
        ordering = ["code"]
        default_permissions = ("view",)
        permissions = [("run_checks", "Dapat menjalankan pemeriksaan data")]
        constraints = [
            models.CheckConstraint(
                name="health_bad_means_since",
                condition=Q(count=0, failure="", bad_since=None)
                | (Q(bad_since__isnull=False) & (Q(count__gt=0) | ~Q(failure=""))),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.count}"

    @property
    def is_bad(self) -> bool:
        return self.bad_since is not None


class NightlyJob(models.Model):
    """For which day a job of the night was queued last, and what came of it."""

    OVERDUE = timedelta(hours=2)

    code = models.CharField("pekerjaan", max_length=60, primary_key=True)
    title = models.CharField("nama", max_length=120)
    day = models.DateField("untuk hari")
    queued_at = models.DateTimeField("diantrekan")
    started_at = models.DateTimeField("mulai", null=True, blank=True)
    finished_at = models.DateTimeField("selesai", null=True, blank=True)
    outcome = models.TextField("hasil", blank=True)
    failure = models.TextField("sebab gagal", blank=True)
    last_success_at = models.DateTimeField("berhasil terakhir", null=True, blank=True)

    class Meta:
        verbose_name = "pekerjaan malam"
        verbose_name_plural = "pekerjaan malam"
        ordering = ["code"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.title}, {self.day}"

    @property
    def is_overdue(self) -> bool:
        """Queued long ago and not done: no worker runs, or it dies at this job."""
        return self.finished_at is None and timezone.now() - self.queued_at > self.OVERDUE
