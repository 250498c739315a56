"""What the register holds, by place and by month."""

from django.db import models
from django.db.models import Q

from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household
from dashboards.models.places import OfRegency, OfVillage
from regions.models import Region
from verification.models import Round


class RegisterCounts(models.Model):
    """What the register holds in a place."""

    kpm = models.PositiveIntegerField("KPM aktif")
    households = models.PositiveIntegerField("keluarga aktif")
    persons = models.PositiveIntegerField("orang")
    invalid_nik = models.PositiveIntegerField("orang dengan NIK tidak sah")
    matched = models.PositiveIntegerField("orang padan")
    valid_kk = models.PositiveIntegerField("keluarga dengan nomor KK sah")
    addressed = models.PositiveIntegerField("keluarga beralamat")
    checked = models.PositiveIntegerField("keluarga diperiksa dalam setahun")

    class Meta:
        abstract = True


class VillageFigures(RegisterCounts):
    """What the register holds in one village, counted by `figures.refresh`.

    Counted ahead because a start page over 1,000,000 persons cannot count while somebody waits.
    Wider places are sums of these 1,571 rows, so a total always equals the rows above it.
    """

    PLACE = "village"

    village = models.OneToOneField(
        Region, models.CASCADE, primary_key=True, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    checked_on = models.DateField("pemeriksaan terakhir", null=True, blank=True)
    counted_at = models.DateTimeField("dihitung")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka desa/kelurahan"
        verbose_name_plural = "angka desa/kelurahan"
        ordering = ["village"]
        indexes = [models.Index(fields=["regency_code"])]

    def __str__(self) -> str:
        return f"{self.village}: {self.kpm} KPM"


class RegisterFigures(OfVillage, RegisterCounts):
    """The counts of `VillageFigures` apart by the register that a family is in."""

    register = models.CharField("register", max_length=5, choices=Household.Register)
    checked_on = models.DateField("pemeriksaan terakhir", null=True)
    counted_at = models.DateTimeField("dihitung")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka desa/kelurahan per register"
        verbose_name_plural = "angka desa/kelurahan per register"
        ordering = ["village", "register"]
        constraints = [
            models.UniqueConstraint(fields=["village", "register"], name="register_figures_once")
        ]
        indexes = [models.Index(fields=["regency_code"], name="register_figures_regency")]

    def __str__(self) -> str:
        return f"{self.village}, {self.register}: {self.kpm} KPM"


class MonthFigures(RegisterCounts):
    """What a place came to, by register, at the last count of a month; `round` is what `cases` are
    of.

    The current month follows every night, earlier ones stay. Nothing is made up for months before
    the portal was used: there are no rows for them.
    """

    register = models.CharField("register", max_length=5, choices=Household.Register)
    month = models.DateField("bulan")
    round = models.ForeignKey(
        Round, models.CASCADE, null=True, related_name="+", verbose_name="putaran", db_index=False
    )
    cases = models.PositiveIntegerField("KPM dalam putaran")
    approved = models.PositiveIntegerField("terverifikasi")

    class Meta:
        abstract = True


class VillageMonth(OfVillage, MonthFigures):
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka desa/kelurahan per bulan"
        verbose_name_plural = "angka desa/kelurahan per bulan"
        ordering = ["month", "village"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "village", "register"], name="village_month_once"
            ),
            models.CheckConstraint(name="village_month_first_day", condition=Q(month__day=1)),
        ]
        indexes = [models.Index(fields=["regency_code", "month"], name="village_month_regency")]

    def __str__(self) -> str:
        return f"{self.village}, {self.month:%m-%Y}: {self.kpm} KPM"


class RegencyMonth(OfRegency, MonthFigures):
    """The sums of `VillageMonth`, written with it: a year of the province is some hundred rows
    to read, not 20,000 (docs/adr/0023)."""

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "angka kabupaten/kota per bulan"
        verbose_name_plural = "angka kabupaten/kota per bulan"
        ordering = ["month", "regency"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "regency", "register"], name="regency_month_once"
            ),
            models.CheckConstraint(name="regency_month_first_day", condition=Q(month__day=1)),
        ]
        indexes = [models.Index(fields=["regency_code", "month"], name="regency_month_regency")]

    def __str__(self) -> str:
        return f"{self.regency}, {self.month:%m-%Y}: {self.kpm} KPM"


class ProvinceFigures(models.Model):
    """Sums of a whole province, readable by every user (migration 0002 says why that is safe)."""

    province = models.OneToOneField(
        Region, models.DO_NOTHING, primary_key=True, related_name="+", verbose_name="provinsi"
    )
    kpm = models.IntegerField("KPM aktif")
    households = models.IntegerField("keluarga aktif")
    persons = models.IntegerField("orang")
    invalid_nik = models.IntegerField("orang dengan NIK tidak sah")
    matched = models.IntegerField("orang padan")
    valid_kk = models.IntegerField("keluarga dengan nomor KK sah")
    addressed = models.IntegerField("keluarga beralamat")
    checked = models.IntegerField("keluarga diperiksa dalam setahun")

    class Meta:
        managed = False
        db_table = "dashboards_provincefigures"
        verbose_name = "angka provinsi"
        verbose_name_plural = "angka provinsi"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.province}: {self.kpm} KPM"
