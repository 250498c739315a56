"""What may be bought with the aid, by food group; and the goals it serves, as figures by place."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Upper
from django.db.models.lookups import Exact

from regions.models import Region


class FoodGroup(models.Model):
    """A source of nutrition (DOMAIN section 3)."""

    code = models.CharField("kode", max_length=20, primary_key=True)
    name = models.CharField("nama", max_length=60)
    position = models.PositiveSmallIntegerField("urutan", default=0)

    class Meta:
        verbose_name = "kelompok gizi"
        verbose_name_plural = "kelompok gizi"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class CommodityQuerySet(models.QuerySet):
    def allowed(self):
        return self.filter(is_allowed=True)


class Commodity(models.Model):
    """Goods sold at agents; those not allowed are kept too, so that they are recognised."""

    name = models.CharField("nama", max_length=100)
    group = models.ForeignKey(
        FoodGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commodities",
        verbose_name="kelompok gizi",
    )
    unit = models.CharField("satuan", max_length=20)
    is_allowed = models.BooleanField("boleh dibeli", default=True)
    note = models.CharField("keterangan", max_length=200, blank=True)

    objects = CommodityQuerySet.as_manager()

    class Meta:
        verbose_name = "komoditas"
        verbose_name_plural = "komoditas"
        ordering = ["group__position", "name"]
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                name="commodity_name_once",
                violation_error_message="Komoditas dengan nama ini sudah ada.",
            ),
            models.CheckConstraint(
                name="commodity_allowed_means_group",
                condition=Q(is_allowed=False) | Q(group__isnull=False),
                violation_error_message="Komoditas yang boleh dibeli harus punya kelompok gizi.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RegionIndicator(models.Model):
    """A published figure of a region and year, beside which the aid is read.

    Public reference data: everybody sees those of the whole province.
    """

    class Kind(models.TextChoices):
        STUNTING = "STUNTING", "Stunting balita (persen)"
        KEMISKINAN = "KEMISKINAN", "Penduduk miskin (persen)"
        PENDUDUK_MISKIN = "PENDUDUK_MISKIN", "Penduduk miskin (jiwa)"

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="provinsi atau kabupaten/kota"
    )
    year = models.PositiveSmallIntegerField("tahun")
    kind = models.CharField("indikator", max_length=15, choices=Kind)
    value = models.DecimalField("nilai", max_digits=12, decimal_places=2)
    source = models.CharField("sumber", max_length=200)

    class Meta:
        verbose_name = "indikator wilayah"
        verbose_name_plural = "indikator wilayah"
        ordering = ["-year", "kind", "region_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year", "kind"],
                name="region_indicator_once",
                violation_error_message="Indikator wilayah ini untuk tahun tersebut sudah ada.",
            ),
            models.CheckConstraint(
                name="region_indicator_of_regency_or_province",
                condition=Q(Exact(Length("region"), 2)) | Q(Exact(Length("region"), 5)),
                violation_error_message="Indikator dicatat per kabupaten/kota atau provinsi.",
            ),
            models.CheckConstraint(
                name="region_indicator_in_range",
                condition=Q(value__gte=0) & (Q(kind="PENDUDUK_MISKIN") | Q(value__lte=100)),
                violation_error_message="Persentase berkisar dari 0 sampai 100.",
            ),
            models.CheckConstraint(
                name="region_indicator_year",
                condition=Q(year__range=(2000, 2100)),
                violation_error_message="Tahun ditulis empat angka, misalnya 2021.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.region} {self.year}"
