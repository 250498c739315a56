from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Bank, Household
from distribution.models import PayoutPeriod
from regions.models import Region
from verification.models import MatchBatch, Round


class VillageFigures(models.Model):
    """What the register holds in one village, counted by `figures.refresh`.

    Counted ahead because a start page over 1,000,000 persons cannot count while somebody waits.
    Wider places are sums of these 1,571 rows, so a total always equals the rows above it.
    """

    PLACE = "village"

    village = models.OneToOneField(
        Region, models.CASCADE, primary_key=True, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    kpm = models.PositiveIntegerField("KPM aktif", default=0)
    households = models.PositiveIntegerField("keluarga aktif", default=0)
    persons = models.PositiveIntegerField("orang", default=0)
    invalid_nik = models.PositiveIntegerField("orang dengan NIK tidak sah", default=0)
    matched = models.PositiveIntegerField("orang padan", default=0)
    valid_kk = models.PositiveIntegerField("keluarga dengan nomor KK sah", default=0)
    addressed = models.PositiveIntegerField("keluarga beralamat", default=0)
    checked = models.PositiveIntegerField("keluarga diperiksa dalam setahun", default=0)
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


class RegisterFigures(RegisterCounts):
    """The counts of `VillageFigures` apart by the register that a family is in."""

    PLACE = "village"

    village = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
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


class RoundFigures(models.Model):
    """How far one village is in one verification round, by register, counted by
    `figures.refresh`."""

    PLACE = "village"

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name="putaran")
    village = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
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


class RoundDay(models.Model):
    """Families of a regency verified on one day (WIB) of a round, counted by `figures.refresh`."""

    PLACE = "regency"

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name="putaran")
    regency = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("regency")
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


class MatchDay(models.Model):
    """How many persons of a regency were padan at the last count of a day (WIB)."""

    PLACE = "regency"

    regency = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("regency")
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


class VillageMonth(MonthFigures):
    PLACE = "village"

    village = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")

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


class RegencyMonth(MonthFigures):
    """The sums of `VillageMonth`, written with it: a year of the province is some hundred rows
    to read, not 20,000 (docs/adr/0023)."""

    PLACE = "regency"

    regency = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("regency")

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


class PayoutFiguresQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """As payments are: a bank's officer sees the own bank, a till nothing."""
        visible = super().visible_to(user)
        if user.role == Role.BANK:
            return visible.filter(bank__isnull=False, bank=user.bank_id)
        return visible.none() if user.role == Role.AGEN else visible


class PayoutSums(models.Model):
    """What a period has come to in a place, counted by `payouts.refresh`; money in rupiah.

    By bank (None: no card yet) and register of the family (empty: the register does not know it).
    `unspent_30` and so on: credited at least so many days before `counted_at`, nothing bought.
    """

    period = models.ForeignKey(
        PayoutPeriod, models.CASCADE, related_name="+", verbose_name="periode salur", db_index=False
    )
    bank = models.ForeignKey(
        Bank, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name="bank"
    )
    register = models.CharField("register", max_length=5, choices=Household.Register, blank=True)
    payments = models.PositiveIntegerField("KPM dalam daftar bayar")
    planned = models.BigIntegerField("nominal (rupiah)")
    credited = models.PositiveIntegerField("KPM tersalur")
    credited_amount = models.BigIntegerField("tersalur (rupiah)")
    failed = models.PositiveIntegerField("pembayaran gagal")
    failed_amount = models.BigIntegerField("gagal (rupiah)")
    spent = models.PositiveIntegerField("KPM sudah transaksi")
    spent_amount = models.BigIntegerField("dibelanjakan (rupiah)")
    unspent = models.PositiveIntegerField("KPM belum transaksi")
    unspent_30 = models.PositiveIntegerField("belum transaksi 30 hari")
    unspent_60 = models.PositiveIntegerField("belum transaksi 60 hari")
    unspent_90 = models.PositiveIntegerField("belum transaksi 90 hari")
    counted_at = models.DateTimeField("dihitung")

    class Meta:
        abstract = True


class PayoutFigures(PayoutSums):
    PLACE = "village"

    village = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")

    objects = PayoutFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = "angka penyaluran"
        verbose_name_plural = "angka penyaluran"
        ordering = ["period", "village", "bank"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "village", "bank", "register"],
                nulls_distinct=False,
                name="payout_figures_once",
            )
        ]
        indexes = [
            models.Index(fields=["regency_code", "period"], name="payout_figures_regency"),
        ]

    def __str__(self) -> str:
        return f"{self.period}, {self.village}: {self.credited} dari {self.payments}"


class RegencyPayout(PayoutSums):
    """The sums of `PayoutFigures`, written with it (docs/adr/0023)."""

    PLACE = "regency"

    regency = models.ForeignKey(
        Region, models.CASCADE, db_index=False, verbose_name="kabupaten/kota"
    )
    regency_code = regency_code_of("regency")

    objects = PayoutFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = "angka penyaluran kabupaten/kota"
        verbose_name_plural = "angka penyaluran kabupaten/kota"
        ordering = ["period", "regency", "bank"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "regency", "bank", "register"],
                nulls_distinct=False,
                name="regency_payout_once",
            )
        ]
        indexes = [
            models.Index(fields=["regency_code", "period"], name="regency_payout_regency"),
        ]

    def __str__(self) -> str:
        return f"{self.period}, {self.regency}: {self.credited} dari {self.payments}"


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
