import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models import Func, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact

from accounts.models import User
from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.identity import NIK_PATTERN
from regions.models import Region
from uploads.models import Upload


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


STAMP = pgtrigger.Trigger(
    name="stamp",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="NEW.changed_at = now(); RETURN NEW;",
)


# A confirmation speaks of one number: with the number it goes, unless a change sets both.
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


def tracked(*, exclude: tuple[str, ...] = ()):
    """Keep every earlier state of a row and stamp each change with the time of its transaction.

    Both are triggers, so set-based SQL is covered like a form save. Taking back an upload relies on
    the stamp: a row that carries a later one was touched by something newer.

    By statement: a hundred thousand rows have one context to look up. See `steady_plans`.
    """
    history = pghistory.track(
        pghistory.UpdateEvent(row="OLD"),
        pghistory.DeleteEvent(),
        exclude=["created_at", *exclude],
        level=pgtrigger.Statement,
    )
    return lambda model: history(pgtrigger.register(STAMP)(model))


def steady_plans(**kwargs) -> None:
    """Let the history triggers join old and new rows by hash, whatever came first in a session.

    Postgres keeps a trigger's plan from its first statement. After one that changed nothing this
    was a nested loop, and the next, of 15,000 rows, took 36 s. Run after every migration, since
    a migration may write the functions anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
            " AND proname LIKE 'pgtrigger_update_update_%'"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"ALTER FUNCTION {function} SET enable_nestloop = off")


class Sourced(models.Model):
    """Which upload and row, or which user, set the row last.

    Without indexes: every change sets both, and an index on a column that always changes would make
    each change rewrite the row's entries in all other indexes too.
    """

    source_upload = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="asal unggahan",
    )
    source_row = models.PositiveIntegerField("asal baris", null=True, blank=True)
    source_user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="diubah oleh",
    )
    created_at = models.DateTimeField("dicatat", db_default=Now())
    changed_at = models.DateTimeField("diubah", db_default=Now())

    class Meta:
        abstract = True


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


class Bank(models.Model):
    """A paying state bank (bank penyalur HIMBARA)."""

    code = models.CharField("kode bank", max_length=3, primary_key=True)
    name = models.CharField("nama", max_length=100)
    short_name = models.CharField("nama singkat", max_length=20)
    is_active = models.BooleanField("aktif", default=True)

    class Meta:
        verbose_name = "bank penyalur"
        verbose_name_plural = "bank penyalur"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name


class CardQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; of those the cards of the own bank only, for a bank's officer."""
        visible = super().visible_to(user)
        return visible.filter(bank=user.bank_id) if user.role == Role.BANK else visible


@tracked()
class Card(Sourced):
    """A KKS card with its account."""

    PLACE = "village"

    class Status(models.TextChoices):
        DIBUKA = "DIBUKA", "Rekening dibuka"
        DISERAHKAN = "DISERAHKAN", "Diserahkan"
        HILANG = "HILANG", "Hilang"
        DIBLOKIR = "DIBLOKIR", "Diblokir"
        DIGANTI = "DIGANTI", "Diganti"

    ACTIVE = (Status.DIBUKA, Status.DISERAHKAN)
    TRANSITIONS = {
        Status.DIBUKA: {Status.DISERAHKAN, Status.HILANG, Status.DIBLOKIR, Status.DIGANTI},
        Status.DISERAHKAN: {Status.HILANG, Status.DIBLOKIR, Status.DIGANTI},
        Status.HILANG: {Status.DISERAHKAN, Status.DIBLOKIR, Status.DIGANTI},
        Status.DIBLOKIR: {Status.DISERAHKAN, Status.DIGANTI},
        Status.DIGANTI: set(),
    }

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="cards",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="pemegang", related_name="cards"
    )
    bank = models.ForeignKey(Bank, models.PROTECT, verbose_name="bank penyalur")
    card_number = models.CharField("nomor KKS", max_length=20)
    account_number = models.CharField("nomor rekening", max_length=20, blank=True)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.DIBUKA)
    handed_over_on = models.DateField("diserahkan", null=True, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = "kartu dan rekening"
        verbose_name_plural = "kartu dan rekening"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["card_number"],
                name="card_number_once",
                violation_error_message="Nomor KKS ini sudah tercatat.",
            ),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(status__in=["DIBUKA", "DISERAHKAN"]),
                name="card_active_once",
                violation_error_message="Pemegang ini masih mempunyai kartu lain yang aktif.",
            ),
            models.CheckConstraint(
                name="card_handed_over_means_when",
                condition=~Q(status="DISERAHKAN") | Q(handed_over_on__isnull=False),
                violation_error_message="Kartu yang diserahkan harus bertanggal.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "id"])]

    def __str__(self) -> str:
        return f"KKS {self.bank}"


class Programme(models.Model):
    """A social-aid programme a family can be enrolled in."""

    code = models.CharField("kode", max_length=20, primary_key=True)
    name = models.CharField("nama", max_length=100)
    is_sembako = models.BooleanField("Program Sembako atau pendahulunya", default=False)
    started_on = models.DateField("berlaku sejak", null=True, blank=True)
    ended_on = models.DateField("berlaku sampai", null=True, blank=True)
    legal_basis = models.CharField("dasar hukum", max_length=250, blank=True)

    class Meta:
        verbose_name = "program"
        verbose_name_plural = "program"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="programme_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                violation_error_message="Tanggal berakhir mendahului tanggal mulai.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnrollmentQuerySet(ScopedQuerySet):
    def active(self):
        return self.filter(ended_on=None)

    def sembako(self):
        return self.filter(programme__is_sembako=True)


@tracked()
class Enrollment(Sourced):
    """A family in a programme from one date to another; ended only with a reason."""

    PLACE = "village"

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="enrollments",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program")
    started_on = models.DateField("mulai")
    ended_on = models.DateField("berakhir", null=True, blank=True)
    end_reason = models.CharField("alasan berakhir", max_length=15, choices=ExitReason, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = "kepesertaan"
        verbose_name_plural = "kepesertaan program"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "programme"],
                condition=Q(ended_on=None),
                name="enrollment_active_once",
                violation_error_message="Keluarga ini sudah menjadi peserta program tersebut.",
            ),
            models.CheckConstraint(
                name="enrollment_ended_means_reason",
                condition=Q(ended_on=None, end_reason="")
                | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                violation_error_message="Kepesertaan diakhiri dengan menyebut alasannya.",
            ),
            models.CheckConstraint(
                name="enrollment_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                violation_error_message="Tanggal berakhir mendahului tanggal mulai.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["regency_code", "programme"],
                condition=Q(ended_on=None),
                name="enrollment_active",
            ),
            models.Index(
                fields=["household"], condition=Q(ended_on__isnull=False), name="enrollment_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} sejak {self.started_on}"


class Quota(models.Model):
    """How many families of a regency, or of one of its villages, may take part in a year."""

    PLACE = "region"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah", db_index=False)
    regency_code = regency_code_of("region")
    year = models.PositiveSmallIntegerField("tahun")
    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program")
    families = models.PositiveIntegerField("kuota keluarga")
    legal_basis = models.CharField("dasar", max_length=250)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "kuota"
        verbose_name_plural = "kuota"
        ordering = ["-year", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year", "programme"],
                name="quota_once",
                violation_error_message="Kuota wilayah ini untuk tahun dan program itu sudah ada.",
            ),
            models.CheckConstraint(
                name="quota_of_regency_or_village",
                condition=Exact(Length("region"), 5) | Exact(Length("region"), 13),
                violation_error_message=(
                    "Kuota ditetapkan untuk kabupaten/kota atau desa/kelurahan."
                ),
            ),
            models.CheckConstraint(
                name="quota_year_plausible",
                condition=Q(year__range=(2017, 2100)),
                violation_error_message="Tahun kuota tidak wajar.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "year"], name="quota_place")]

    def __str__(self) -> str:
        return f"Kuota {self.region} {self.year}"
