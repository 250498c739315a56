"""The register: families and their members."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.identity import NIK_PATTERN
from beneficiaries.models.history import Sourced, tracked
from regions.models import Region


class ExitReason(models.TextChoices):
    """Why a family leaves the programme (DOMAIN section 4)."""

    MENINGGAL = "MENINGGAL", "Meninggal (anggota tunggal)"
    PINDAH = "PINDAH", "Pindah"
    TIDAK_DITEMUKAN = "TIDAK_DITEMUKAN", "Tidak ditemukan"
    GANDA = "GANDA", "Ganda"
    SUDAH_MAMPU = "SUDAH_MAMPU", "Sudah mampu"
    ASN_TNI_POLRI = "ASN_TNI_POLRI", "ASN, TNI, Polri, atau pensiunan"
    PERANGKAT_DESA = "PERANGKAT_DESA", "Perangkat desa"
    MENOLAK = "MENOLAK", "Menolak"
    GRADUASI = "GRADUASI", "Graduasi"
    BATAL = "BATAL", "Unggahan asal dibatalkan"


class HouseholdQuerySet(ScopedQuerySet):
    def active(self):
        return self.filter(is_active=True)

    def kpm(self):
        """Beneficiary families: an active Sembako enrolment."""
        return self.active().filter(
            enrollments__programme__is_sembako=True, enrollments__ended_on=None
        )


@tracked()
class Household(Sourced):
    """A family of the register; a KPM while it has an active Sembako enrolment."""

    PLACE = "village"

    class Register(models.TextChoices):
        BDT = "BDT", "BDT"
        DTKS = "DTKS", "DTKS"
        DTSEN = "DTSEN", "DTSEN"

    dtks_id = models.CharField("ID DTKS", max_length=32, blank=True)
    kk_number = models.CharField("nomor KK", max_length=16, blank=True)
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False
    )
    regency_code = regency_code_of("village")
    address = models.CharField("alamat", max_length=250, blank=True)
    hamlet = models.CharField("dusun", max_length=100, blank=True)
    rt = models.CharField("RT", max_length=5, blank=True)
    rw = models.CharField("RW", max_length=5, blank=True)
    register = models.CharField("register", max_length=5, choices=Register, default=Register.DTKS)
    register_date = models.DateField("versi register", null=True, blank=True)
    decile = models.PositiveSmallIntegerField("desil", null=True, blank=True)
    payee = models.ForeignKey(
        "Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pengurus",
        db_constraint=False,
    )
    is_active = models.BooleanField("aktif", default=True)
    inactive_reason = models.CharField(
        "alasan nonaktif", max_length=15, choices=ExitReason, blank=True
    )

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = "keluarga"
        verbose_name_plural = "keluarga (KPM)"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dtks_id"],
                condition=~Q(dtks_id=""),
                name="household_dtks_id_once",
                violation_error_message="ID DTKS ini sudah dipakai keluarga lain.",
            ),
            models.UniqueConstraint(fields=["id", "village"], name="household_place"),
            models.CheckConstraint(
                name="household_decile_1_to_10",
                condition=Q(decile=None) | Q(decile__range=(1, 10)),
                violation_error_message="Desil berkisar dari 1 sampai 10.",
            ),
            models.CheckConstraint(
                name="household_inactive_means_reason",
                condition=Q(is_active=True, inactive_reason="")
                | (Q(is_active=False) & ~Q(inactive_reason="")),
                violation_error_message="Keluarga dinonaktifkan dengan menyebut alasannya.",
            ),
            models.CheckConstraint(
                name="household_village_is_village",
                condition=Exact(Length("village"), 13),
                violation_error_message="Pilih desa atau kelurahan, bukan kecamatan.",
            ),
        ]
        indexes = [
            models.Index(fields=["kk_number"]),
            models.Index(fields=["village", "id"]),
            models.Index(fields=["regency_code", "id"]),
        ]

    def __str__(self) -> str:
        return f"Keluarga {self.payee.name}" if self.payee else f"Keluarga {self.dtks_id}"


class SearchWords(Func):
    """The words of a name in any order, with the district and the regency as words of their own.

    The two codes let a search inside a scope use the same index (docs/adr/0004).
    """

    template = (
        "to_tsvector('simple'::regconfig, translate(name, './''-`’,', '       ')"
        " || ' r' || replace(left(village_id, 5), '.', '')"
        " || ' k' || replace(left(village_id, 8), '.', ''))"
    )
    output_field = SearchVectorField()


# A confirmation speaks of one number: with the number it goes, unless a change sets both. The same
# day said again looks like a day that stayed, so who confirms another number clears the day first.
CONFIRMATION = pgtrigger.Trigger(
    name="confirmation",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__nik__df=pgtrigger.F("new__nik")),
    func=(
        "IF NEW.nik_confirmed_on IS NOT DISTINCT FROM OLD.nik_confirmed_on THEN"
        " NEW.nik_confirmed_on = NULL; END IF; RETURN NEW;"
    ),
)


class PersonQuerySet(ScopedQuerySet):
    def active(self):
        return self.filter(is_active=True)

    def with_invalid_nik(self):
        return self.filter(nik_valid=False)

    def matched(self):
        """Padan: Dukcapil has confirmed the NIK as this person's."""
        return self.filter(nik_confirmed_on__isnull=False)

    def unmatched(self):
        return self.filter(nik_confirmed_on=None)


@tracked(exclude=("search", "nik_valid"))
class Person(Sourced):
    """A member of a family. The NIK is an attribute that can be corrected, never a key."""

    PLACE = "village"

    class Sex(models.TextChoices):
        MALE = "L", "Laki-laki"
        FEMALE = "P", "Perempuan"

    class Relation(models.TextChoices):
        KEPALA_KELUARGA = "KEPALA_KELUARGA", "Kepala keluarga"
        PASANGAN = "PASANGAN", "Istri/suami"
        ANAK = "ANAK", "Anak"
        MENANTU = "MENANTU", "Menantu"
        CUCU = "CUCU", "Cucu"
        ORANG_TUA = "ORANG_TUA", "Orang tua/mertua"
        PEMBANTU = "PEMBANTU", "Pembantu"
        LAINNYA = "LAINNYA", "Lainnya"

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="members",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    nik = models.CharField("NIK", max_length=20, blank=True)
    nik_valid = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(nik__regex=NIK_PATTERN), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name="NIK sah bentuknya",
    )
    name = models.CharField("nama", max_length=150)
    birth_place = models.CharField("tempat lahir", max_length=100, blank=True)
    birth_date = models.DateField("tanggal lahir", null=True, blank=True)
    sex = models.CharField("jenis kelamin", max_length=1, choices=Sex, blank=True)
    relation = models.CharField("hubungan keluarga", max_length=15, choices=Relation, blank=True)
    occupation = models.CharField("pekerjaan", max_length=100, blank=True)
    mother_name = models.CharField("nama ibu kandung", max_length=150, blank=True)
    match_note = models.CharField("keterangan padan", max_length=100, blank=True)
    nik_confirmed_on = models.DateField("NIK dibenarkan Dukcapil", null=True, blank=True)
    is_active = models.BooleanField("aktif", default=True)
    inactive_reason = models.CharField(
        "alasan nonaktif", max_length=15, choices=ExitReason, blank=True
    )
    search = models.GeneratedField(
        expression=SearchWords(), output_field=SearchVectorField(), db_persist=True
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "orang"
        verbose_name_plural = "orang"
        ordering = ["id"]
        triggers = [CONFIRMATION]
        constraints = [
            models.UniqueConstraint(
                fields=["nik"],
                condition=Q(is_active=True, nik_confirmed_on__isnull=False),
                name="person_confirmed_nik_once",
                violation_error_message=(
                    "NIK ini sudah dibenarkan Dukcapil untuk orang lain yang masih aktif."
                ),
            ),
            models.CheckConstraint(
                name="person_confirmed_means_nik",
                condition=Q(nik_confirmed_on=None) | ~Q(nik=""),
            ),
            models.CheckConstraint(
                name="person_name_given",
                condition=~Q(name=""),
                violation_error_message="Nama wajib diisi.",
            ),
            models.CheckConstraint(
                name="person_inactive_means_reason",
                condition=Q(is_active=True, inactive_reason="")
                | (Q(is_active=False) & ~Q(inactive_reason="")),
                violation_error_message="Orang dinonaktifkan dengan menyebut alasannya.",
            ),
        ]
        indexes = [
            models.Index(fields=["nik"]),
            models.Index(fields=["village", "id"]),
            models.Index(fields=["regency_code", "id"]),
            models.Index(
                fields=["regency_code"], condition=Q(nik_valid=False), name="person_invalid_nik"
            ),
            GinIndex(fields=["search"], name="person_search", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.name
