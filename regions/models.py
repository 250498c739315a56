from django.db import models
from django.db.models.functions import Left


class RegionQuerySet(models.QuerySet):
    def regencies(self):
        return self.filter(level=Region.Level.REGENCY)

    def inside(self, code: str):
        """Regions below `code`, itself included: inside is a prefix test on dotted codes."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))


class Region(models.Model):
    """A place of the tree province > regency/city > district > village, by Kemendagri code.

    Kemendagri and BPS number the regencies differently, so both codes are kept (DOMAIN section 1).
    """

    class Level(models.TextChoices):
        PROVINCE = "PROVINCE", "Provinsi"
        REGENCY = "REGENCY", "Kabupaten/kota"
        DISTRICT = "DISTRICT", "Kecamatan"
        VILLAGE = "VILLAGE", "Desa/kelurahan"

    class Kind(models.TextChoices):
        PROVINSI = "PROVINSI", "Provinsi"
        KABUPATEN = "KABUPATEN", "Kabupaten"
        KOTA = "KOTA", "Kota"
        KECAMATAN = "KECAMATAN", "Kecamatan"
        KELURAHAN = "KELURAHAN", "Kelurahan"
        DESA = "DESA", "Desa"

    code = models.CharField("kode Kemendagri", primary_key=True, max_length=13)
    name = models.CharField("nama", max_length=100)
    level = models.CharField("tingkat", max_length=8, choices=Level)
    kind = models.CharField("jenis", max_length=9, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="induk"
    )
    bps_code = models.CharField("kode BPS", max_length=10, blank=True)
    postcode = models.CharField("kode pos", max_length=5, blank=True)
    latitude = models.DecimalField("lintang", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("bujur", max_digits=9, decimal_places=6, null=True, blank=True)
    regency_code = models.GeneratedField(
        expression=Left("code", 5), output_field=models.CharField(max_length=5), db_persist=True
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "wilayah"
        verbose_name_plural = "wilayah"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_is_dotted",
                condition=models.Q(code__regex=r"^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$"),
                violation_error_message="Kode wilayah ditulis bertitik, contoh 62.03.01.2002.",
            ),
            models.CheckConstraint(
                name="region_level_follows_code",
                condition=models.Q(level="PROVINCE", code__regex=r"^.{2}$")
                | models.Q(level="REGENCY", code__regex=r"^.{5}$")
                | models.Q(level="DISTRICT", code__regex=r"^.{8}$")
                | models.Q(level="VILLAGE", code__regex=r"^.{13}$"),
                violation_error_message="Tingkat wilayah tidak sesuai dengan panjang kodenya.",
            ),
        ]
        indexes = [models.Index(fields=["parent", "name"]), models.Index(fields=["bps_code"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Kind and name, for instance "Kabupaten Kapuas"."""
        return f"{self.get_kind_display()} {self.name}"


class HolidayQuerySet(models.QuerySet):
    def after(self, day):
        return self.filter(day__gt=day).values_list("day", flat=True)


class Holiday(models.Model):
    """A public holiday, as the administrator keeps it; not a working day."""

    day = models.DateField("tanggal", primary_key=True)
    name = models.CharField("nama", max_length=100)
    legal_basis = models.CharField("dasar", max_length=250, blank=True)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = "hari libur"
        verbose_name_plural = "hari libur"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%d-%m-%Y}"
