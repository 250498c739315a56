"""Matching with the civil registry (pemadanan): agreement, request, answer, result, decision."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Person
from regions.models import Region
from uploads.models import Upload
from verification.models.rounds import Round


class AgreementQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(valid_from__lte=day, valid_until__gte=day, ended_on=None)

    def covering(self, region_code: str):
        """Agreements with the civil registry office of this region or of one above it."""
        above = [region_code[:length] for length in (2, 5) if length <= len(region_code)]
        return self.filter(region__in=above)


class Agreement(models.Model):
    """A PKS: without a valid one no civil data are asked for, taken in or matched (UU 24/2013).

    Reference data: one of the province covers every regency, whose officers must see it.
    """

    number = models.CharField("nomor PKS", max_length=100, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah Dukcapil")
    first_party = models.CharField("pihak pertama (Dinas Sosial)", max_length=200)
    second_party = models.CharField("pihak kedua (Dukcapil)", max_length=200)
    valid_from = models.DateField("berlaku sejak")
    valid_until = models.DateField("berlaku sampai")
    keep_days = models.PositiveSmallIntegerField(
        "data Dukcapil disimpan (hari)",
        default=90,
        help_text="Sesudah itu data kependudukan dihapus; hasil pemadanan tetap ada.",
    )
    ended_on = models.DateField("diakhiri lebih awal", null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "perjanjian kerja sama (PKS)"
        verbose_name_plural = "perjanjian kerja sama (PKS)"
        ordering = ["-valid_until", "id"]
        constraints = [
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(valid_until__gte=F("valid_from")),
                violation_error_message="Tanggal berakhir PKS mendahului tanggal mulainya.",
            ),
            models.CheckConstraint(
                name="agreement_keeps_data_for_a_while",
                condition=Q(keep_days__range=(1, 365)),
                violation_error_message="Data Dukcapil disimpan paling lama 365 hari.",
            ),
        ]

    def __str__(self) -> str:
        return f"PKS {self.number}"


class MatchBatchQuerySet(ScopedQuerySet):
    def waiting(self):
        return self.filter(status=MatchBatch.Status.DIMINTA)


class MatchBatch(models.Model):
    """One request to the civil registry and what came of it."""

    PLACE = "region"

    class Form(models.TextChoices):
        JAWABAN = "JAWABAN", "Jawaban per NIK"
        EKSTRAK = "EKSTRAK", "Data kependudukan satu wilayah"

    class Choice(models.TextChoices):
        SEMUA = "SEMUA", "Semua orang aktif"
        BELUM_PADAN = "BELUM_PADAN", "Belum padan"
        BERUBAH = "BERUBAH", "Berubah sejak pemadanan terakhir"
        NIK_BERMASALAH = "NIK_BERMASALAH", "NIK kosong atau tidak sah"

    class Status(models.TextChoices):
        DIMINTA = "DIMINTA", "Menunggu jawaban"
        DIJAWAB = "DIJAWAB", "Dijawab, sedang dipadankan"
        SELESAI = "SELESAI", "Selesai dipadankan"
        GAGAL = "GAGAL", "Gagal dipadankan"
        DIBATALKAN = "DIBATALKAN", "Dibatalkan"

    TRANSITIONS = {
        Status.DIMINTA: {Status.DIJAWAB, Status.DIBATALKAN},
        Status.DIJAWAB: {Status.SELESAI, Status.GAGAL, Status.DIMINTA},
        Status.GAGAL: {Status.DIJAWAB, Status.DIBATALKAN, Status.DIMINTA},
        Status.SELESAI: {Status.DIMINTA},
        Status.DIBATALKAN: set(),
    }

    agreement = models.ForeignKey(Agreement, models.PROTECT, verbose_name="PKS")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah")
    regency_code = regency_code_of("region")
    form = models.CharField("bentuk", max_length=7, choices=Form, default=Form.JAWABAN)
    choice = models.CharField("siapa yang diminta", max_length=14, choices=Choice)
    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, verbose_name="putaran verifikasi"
    )
    purpose = models.CharField("keperluan", max_length=200)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.DIMINTA)
    failure = models.TextField("sebab gagal", blank=True)
    people = models.PositiveIntegerField("orang diminta", default=0)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="diminta oleh"
    )
    requested_at = models.DateTimeField("diminta", db_default=Now())
    answer = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="jawaban"
    )
    answered_at = models.DateTimeField("dijawab", null=True, blank=True)
    finished_at = models.DateTimeField("selesai", null=True, blank=True)
    # Active persons of the region whose NIK Dukcapil has confirmed, as matching found and left it.
    matched_before = models.PositiveIntegerField("padan sebelumnya", null=True, blank=True)
    matched_after = models.PositiveIntegerField("padan sesudahnya", null=True, blank=True)

    objects = MatchBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "permintaan pemadanan"
        verbose_name_plural = "permintaan pemadanan"
        ordering = ["-requested_at", "-id"]
        permissions = [
            ("answer_matchbatch", "Dapat menjawab permintaan pemadanan"),
            ("decide_matchresult", "Dapat memutus antrean pemadanan"),
        ]
        constraints = [
            models.CheckConstraint(
                name="batch_answered_means_which_and_when",
                condition=~Q(status__in=["DIJAWAB", "SELESAI", "GAGAL"])
                | Q(answer__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="batch_failed_means_reason", condition=~Q(status="GAGAL") | ~Q(failure="")
            ),
        ]

    def __str__(self) -> str:
        return f"Permintaan {self.pk}, {self.region}"


class CivilRecord(models.Model):
    """A person as Dukcapil has sent it; purged when it expires, results stay."""

    PLACE = "region"

    batch = models.ForeignKey(MatchBatch, models.CASCADE, related_name="records")
    region = models.ForeignKey(
        Region, models.PROTECT, verbose_name="wilayah", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("region")
    row_number = models.PositiveIntegerField("baris jawaban")
    nik = models.CharField("NIK", max_length=20)
    kk_number = models.CharField("nomor KK", max_length=16, blank=True)
    name = models.CharField("nama", max_length=150)
    birth_place = models.CharField("tempat lahir", max_length=100, blank=True)
    birth_date = models.DateField("tanggal lahir", null=True, blank=True)
    sex = models.CharField("jenis kelamin", max_length=1, blank=True)
    mother_name = models.CharField("nama ibu kandung", max_length=150, blank=True)
    address = models.CharField("alamat", max_length=250, blank=True)
    village_code = models.CharField("kode desa/kelurahan", max_length=13, blank=True)
    response = models.CharField("respons", max_length=15, blank=True)
    expires_on = models.DateField("dihapus pada")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "data kependudukan"
        verbose_name_plural = "data kependudukan"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["batch", "nik"], name="civil_record_nik"),
            models.Index(fields=["expires_on"], name="civil_record_expiry"),
        ]

    def __str__(self) -> str:
        return f"data Dukcapil baris {self.row_number}"


class MatchResultQuerySet(ScopedQuerySet):
    def in_queue(self):
        return self.filter(state=MatchResult.State.ANTRE)

    def decided(self):
        return self.filter(state__in=[MatchResult.State.DITERIMA, MatchResult.State.DITOLAK])

    def latest(self):
        """The newest answer of each person: what is known of the person today."""
        return self.filter(is_latest=True)

    def to_follow_up(self):
        """Of persons still active, whom Dukcapil tells dead or moved."""
        return self.latest().filter(
            consequence__in=MatchResult.FOLLOW_UPS,
            state__in=MatchResult.SETTLED,
            person__is_active=True,
        )

    def to_repair(self):
        """Of persons still active, whose data here must be put right before they can be padan."""
        return self.latest().filter(
            outcome__in=MatchResult.NOT_PADAN,
            state__in=[*MatchResult.SETTLED, MatchResult.State.DITOLAK],
            person__is_active=True,
        )

    def once_decided(self):
        """One of two has decided; another must."""
        return self.in_queue().filter(Exists(_votes()))

    def undecided(self):
        return self.in_queue().exclude(Exists(_votes()))

    def waiting_for(self, user):
        """In the queue, and not yet decided by this user; skipping is no decision."""
        return self.in_queue().exclude(Exists(_votes().filter(by=user)))


def _votes():
    """Decisions on a result that stand."""
    return MatchDecision.objects.filter(result=OuterRef("pk"), undone_at=None).exclude(
        verdict=MatchDecision.Verdict.LEWATI
    )


class MatchResult(models.Model):
    """What one batch says of one person: the outcome, the rule that gave it, the evidence.

    `evidence` names the level of agreement of each field, never the civil value, so that it may
    stay when the civil data are purged.
    """

    PLACE = "village"

    class Outcome(models.TextChoices):
        BELUM = "", "Belum dijawab"
        PADAN = "PADAN", "Padan"
        DATA_BERBEDA = "DATA_BERBEDA", "NIK ada, data berbeda"
        TIDAK_DITEMUKAN = "TIDAK_DITEMUKAN", "NIK tidak ditemukan"
        NIK_GANDA = "NIK_GANDA", "NIK ganda"
        MENINGGAL = "MENINGGAL", "Meninggal"
        PINDAH = "PINDAH", "Pindah"

    class State(models.TextChoices):
        MENUNGGU = "MENUNGGU", "Menunggu jawaban"
        OTOMATIS = "OTOMATIS", "Diputus aturan"
        ANTRE = "ANTRE", "Dalam antrean"
        DITERIMA = "DITERIMA", "Kandidat diterima"
        DITOLAK = "DITOLAK", "Semua kandidat ditolak"

    class Consequence(models.TextChoices):
        TIDAK_ADA = "", "Tidak ada"
        PERBAIKI_DATA = "PERBAIKI_DATA", "Perbaiki data"
        GANTI_PENGURUS = "GANTI_PENGURUS_ATAU_AKHIRI", "Ganti pengurus atau akhiri kepesertaan"
        ALAMAT = "MUTAKHIRKAN_ALAMAT_ATAU_AKHIRI", "Mutakhirkan alamat atau akhiri kepesertaan"

    NOT_PADAN = (Outcome.DATA_BERBEDA, Outcome.TIDAK_DITEMUKAN, Outcome.NIK_GANDA)
    SETTLED = (State.OTOMATIS, State.DITERIMA)
    FOLLOW_UPS = (Consequence.GANTI_PENGURUS, Consequence.ALAMAT)
    # What accepting a candidate means when Dukcapil says this of it; else the person is padan.
    MEANING = {
        "MENINGGAL": (Outcome.MENINGGAL, Consequence.GANTI_PENGURUS),
        "PINDAH": (Outcome.PINDAH, Consequence.ALAMAT),
    }

    batch = models.ForeignKey(
        MatchBatch, models.CASCADE, related_name="results", verbose_name="permintaan"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="match_results", db_constraint=False
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    asked_nik = models.CharField("NIK yang diminta", max_length=20, blank=True)
    outcome = models.CharField("hasil", max_length=15, choices=Outcome, blank=True, default="")
    state = models.CharField("keadaan", max_length=8, choices=State, default=State.MENUNGGU)
    rule = models.CharField("aturan", max_length=40, blank=True)
    evidence = models.JSONField("bukti per kolom", default=dict)
    decisions_needed = models.PositiveSmallIntegerField("keputusan diperlukan", default=1)
    consequence = models.CharField(
        "usulan tindak lanjut", max_length=40, choices=Consequence, blank=True, default=""
    )
    is_latest = models.BooleanField("jawaban terbaru orang ini", default=False, db_default=False)
    nik_changed = models.BooleanField("NIK diperbaiki", default=False, db_default=False)
    matched_at = models.DateTimeField("dipadankan", null=True, blank=True)
    decided_at = models.DateTimeField("diputus", null=True, blank=True)

    objects = MatchResultQuerySet.as_manager()

    class Meta:
        verbose_name = "hasil pemadanan"
        verbose_name_plural = "hasil pemadanan"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "person"], name="match_result_once"),
            models.CheckConstraint(
                name="match_result_decided_means_when",
                condition=~Q(state__in=["DITERIMA", "DITOLAK"]) | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="match_result_answered_means_rule",
                condition=Q(state="MENUNGGU", outcome="") | (~Q(state="MENUNGGU") & ~Q(rule="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["regency_code", "id"],
                condition=Q(state="ANTRE"),
                name="match_result_queue",
            ),
            models.Index(
                fields=["regency_code", "state"],
                condition=Q(state__in=["ANTRE", "DITERIMA", "DITOLAK"]),
                name="match_result_by_hand",
            ),
            models.Index(
                fields=["regency_code", "consequence"],
                condition=Q(
                    is_latest=True,
                    consequence__in=[
                        "GANTI_PENGURUS_ATAU_AKHIRI",
                        "MUTAKHIRKAN_ALAMAT_ATAU_AKHIRI",
                    ],
                ),
                name="match_result_follow_up",
            ),
            models.Index(fields=["person", "-matched_at"], name="match_result_of_person"),
            models.Index(fields=["regency_code", "outcome"], name="match_result_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_outcome_display()}"


class MatchCandidate(models.Model):
    """A civil record that may be the person, with the weight of every field (log2 odds)."""

    PLACE = "village"

    result = models.ForeignKey(MatchResult, models.CASCADE, related_name="candidates")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    record = models.ForeignKey(
        CivilRecord, models.SET_NULL, null=True, related_name="+", verbose_name="data Dukcapil"
    )
    rank = models.PositiveSmallIntegerField("urutan")
    probability = models.FloatField("peluang")
    weights = models.JSONField("bobot per kolom", default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "kandidat pemadanan"
        verbose_name_plural = "kandidat pemadanan"
        ordering = ["result", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["result", "rank"], name="match_candidate_rank_once"),
            models.CheckConstraint(
                name="match_candidate_probability",
                condition=Q(probability__gte=0) & Q(probability__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"kandidat {self.rank}"

    @property
    def score(self) -> int:
        """The probability in whole per cent, cut off: 0.899 is no 90."""
        return int(100 * self.probability)


class MatchDecision(models.Model):
    """What one person has decided on a result; two different ones where the rule asks for it."""

    PLACE = "village"

    class Verdict(models.TextChoices):
        TERIMA = "TERIMA", "Diterima"
        TOLAK = "TOLAK", "Ditolak"
        LEWATI = "LEWATI", "Dilewati"

    result = models.ForeignKey(MatchResult, models.CASCADE, related_name="decisions")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    candidate = models.ForeignKey(MatchCandidate, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField("putusan", max_length=6, choices=Verdict)
    # What the decision has changed in the register, as it was: {field: value}.
    before = models.JSONField("sebelumnya", default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())
    undone_at = models.DateTimeField("diurungkan", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "putusan pemadanan"
        verbose_name_plural = "putusan pemadanan"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["result", "by"],
                condition=Q(undone_at=None),
                name="match_decision_once_per_person",
                violation_error_message="Anda sudah memutus orang ini; mintalah petugas lain.",
            ),
            models.CheckConstraint(
                name="match_decision_accepts_somebody",
                condition=~Q(verdict="TERIMA") | Q(candidate__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} oleh {self.by}"


class NotSame(models.Model):
    """A person of the register and a NIK that somebody has said are not the same."""

    PLACE = "village"

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_constraint=False)
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    nik = models.CharField("NIK", max_length=20)
    decision = models.ForeignKey(MatchDecision, models.CASCADE, related_name="not_same")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "bukan orang yang sama"
        verbose_name_plural = "bukan orang yang sama"
        constraints = [
            models.UniqueConstraint(fields=["person", "nik", "decision"], name="not_same_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} bukan NIK ini"
