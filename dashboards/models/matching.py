"""What matching with Dukcapil has come to."""

from django.db import models
from django.db.models.functions import Now

from accounts.scope import ScopedQuerySet, regency_code_of
from dashboards.models.places import OfRegency
from regions.models import Region
from verification.models import MatchBatch


class MatchFigures(models.Model):
    """What the rules have decided in one request and kecamatan, counted by `matching.refresh`.

    Only a matching changes these counts. What persons decide, some per cent, is counted live.
    """

    PLACE = "district"

    batch = models.ForeignKey(
        MatchBatch, models.CASCADE, related_name="+", verbose_name="permintaan"
    )
    district = models.ForeignKey(Region, models.CASCADE, db_index=False, verbose_name="kecamatan")
    regency_code = regency_code_of("district")
    outcome = models.CharField("hasil", max_length=15, blank=True)
    rule = models.CharField("aturan", max_length=40)
    people = models.PositiveIntegerField("orang")
    latest = models.PositiveIntegerField("jawaban terbaru")
    nik_changed = models.PositiveIntegerField("NIK diperbaiki")
    counted_at = models.DateTimeField("dihitung", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka pemadanan"
        verbose_name_plural = "angka pemadanan"
        ordering = ["batch", "district", "outcome", "rule"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "district", "outcome", "rule"], name="match_figures_once"
            )
        ]
        indexes = [models.Index(fields=["regency_code"], name="match_figures_regency")]

    def __str__(self) -> str:
        return f"{self.batch}, {self.district}, {self.rule}: {self.people}"


class MatchDay(OfRegency):
    """How many persons of a regency were padan at the last count of a day (WIB)."""

    day = models.DateField("hari")
    persons = models.PositiveIntegerField("orang")
    matched = models.PositiveIntegerField("orang padan")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka padan per hari"
        verbose_name_plural = "angka padan per hari"
        ordering = ["day", "regency"]
        constraints = [models.UniqueConstraint(fields=["regency", "day"], name="match_day_once")]
        indexes = [models.Index(fields=["regency_code", "day"], name="match_day_regency")]

    def __str__(self) -> str:
        return f"{self.regency}, {self.day}: {self.matched} dari {self.persons}"
