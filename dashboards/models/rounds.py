"""How far verification rounds are."""

from django.db import models
from django.db.models.functions import Now

from accounts.scope import ScopedQuerySet
from beneficiaries.models import Household
from dashboards.models.places import OfRegency, OfVillage
from verification.models import Round


class RoundFigures(OfVillage):
    """How far one village is in one verification round, by register, counted by
    `figures.refresh`."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name="putaran")
    register = models.CharField("register", max_length=5, choices=Household.Register, blank=True)
    cases = models.PositiveIntegerField("KPM dalam putaran", default=0)
    sent = models.PositiveIntegerField("dalam unggahan", default=0)
    returned = models.PositiveIntegerField("dikembalikan", default=0)
    approved = models.PositiveIntegerField("terverifikasi", default=0)
    counted_at = models.DateTimeField("dihitung", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka putaran"
        verbose_name_plural = "angka putaran"
        ordering = ["round", "village"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "village", "register"], name="round_figures_once"
            )
        ]
        indexes = [models.Index(fields=["regency_code", "round"], name="round_figures_regency")]

    def __str__(self) -> str:
        return f"{self.round}, {self.village}: {self.approved} dari {self.cases}"


class RoundDay(OfRegency):
    """Families of a regency verified on one day (WIB) of a round, counted by `figures.refresh`."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name="putaran")
    day = models.DateField("hari")
    approved = models.PositiveIntegerField("terverifikasi")
    counted_at = models.DateTimeField("dihitung", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka putaran per hari"
        verbose_name_plural = "angka putaran per hari"
        ordering = ["round", "day", "regency"]
        constraints = [
            models.UniqueConstraint(fields=["round", "regency", "day"], name="round_day_once")
        ]
        indexes = [models.Index(fields=["regency_code"])]

    def __str__(self) -> str:
        return f"{self.round}, {self.regency}, {self.day}: {self.approved}"


class ProvinceRound(models.Model):
    """Sums of a whole round, readable by every user (migration 0002 says why that is safe)."""

    round = models.OneToOneField(
        Round, models.DO_NOTHING, primary_key=True, related_name="+", verbose_name="putaran"
    )
    cases = models.IntegerField("KPM dalam putaran")
    approved = models.IntegerField("terverifikasi")

    class Meta:
        managed = False
        db_table = "dashboards_provinceround"
        verbose_name = "angka putaran seprovinsi"
        verbose_name_plural = "angka putaran seprovinsi"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.round}: {self.approved} dari {self.cases}"
