"""Where a figure belongs."""

from django.db import models

from accounts.scope import regency_code_of
from regions.models import Region


class OfVillage(models.Model):
    PLACE = "village"

    village = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")

    class Meta:
        abstract = True


class OfRegency(models.Model):
    PLACE = "regency"

    regency = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("regency")

    class Meta:
        abstract = True
