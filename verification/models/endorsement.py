"""From the checked cases of a regency to the list that is signed, reviewed and forwarded."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import ExitReason, Household
from regions.models import Region
from verification.models.cases import Attachment, Case
from verification.models.rounds import Round


def who(label: str, **kwargs) -> models.ForeignKey:
    return models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label, **kwargs
    )


class EndorsementQuerySet(ScopedQuerySet):
    def standing(self):
        return self.filter(status__in=Endorsement.STANDING)

    def to_review(self):
        """What waits for the province."""
        return self.filter(status=Endorsement.Status.DISAHKAN)


class Endorsement(models.Model):
    """The list of one regency in one round, as the bupati or wali kota endorses it (pengesahan).

    The list is frozen when it is made, so that its hash can stand on the paper that is signed.
    """

    PLACE = "region"

    class Status(models.TextChoices):
        DISUSUN = "DISUSUN", "Menunggu tanda tangan"
        DISAHKAN = "DISAHKAN", "Disahkan"
        DITERUSKAN = "DITERUSKAN", "Diteruskan ke pusat"
        DITETAPKAN = "DITETAPKAN", "Ditetapkan"
        DIKEMBALIKAN = "DIKEMBALIKAN", "Dikembalikan provinsi"
        DIBATALKAN = "DIBATALKAN", "Dicabut"

    TRANSITIONS = {
        Status.DISUSUN: {Status.DISAHKAN, Status.DIBATALKAN},
        Status.DISAHKAN: {Status.DITERUSKAN, Status.DIKEMBALIKAN, Status.DIBATALKAN},
        Status.DITERUSKAN: {Status.DITETAPKAN, Status.DIKEMBALIKAN},
        Status.DITETAPKAN: {Status.DITERUSKAN},
        Status.DIKEMBALIKAN: set(),
        Status.DIBATALKAN: set(),
    }
    STANDING = (Status.DISUSUN, Status.DISAHKAN, Status.DITERUSKAN, Status.DITETAPKAN)
    SIGNED = (Status.DISAHKAN, Status.DITERUSKAN, Status.DITETAPKAN)

    round = models.ForeignKey(
        Round, models.PROTECT, related_name="endorsements", verbose_name="putaran"
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="kabupaten/kota")
    regency_code = regency_code_of("region")
    status = models.CharField("status", max_length=12, choices=Status, default=Status.DISUSUN)
    number = models.CharField("nomor surat", max_length=100, blank=True)
    official_name = models.CharField("nama pejabat", max_length=150, blank=True)
    official_office = models.CharField("jabatan", max_length=150, blank=True)
    official_nip = models.CharField("NIP", max_length=18, blank=True)
    signed_on = models.DateField("tanggal pengesahan", null=True, blank=True)
    scan = models.ForeignKey(
        Attachment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pindaian bertanda tangan",
    )
    families = models.PositiveIntegerField("keluarga dalam daftar", default=0)
    stayed = models.PositiveIntegerField("tetap", default=0)
    entered = models.PositiveIntegerField("masuk", default=0)
    left = models.PositiveIntegerField("keluar", default=0)
    refused = models.PositiveIntegerField("usulan tidak diterima", default=0)
    list_hash = models.CharField("sidik daftar", max_length=64, blank=True)
    made_by = who("disusun oleh")
    made_at = models.DateTimeField("disusun", db_default=Now())
    endorsed_by = who("dicatat oleh")
    endorsed_at = models.DateTimeField("dicatat", null=True, blank=True)
    forwarded_by = who("diteruskan oleh")
    forwarded_at = models.DateTimeField("diteruskan", null=True, blank=True)
    package = models.FileField("paket penerusan", upload_to="penerusan/%Y/", blank=True)
    package_sha256 = models.CharField("sidik paket", max_length=64, blank=True)
    ended_by = who("diakhiri oleh")
    ended_at = models.DateTimeField("diakhiri", null=True, blank=True)
    end_reason = models.TextField("alasan", blank=True)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        verbose_name = "pengesahan"
        verbose_name_plural = "pengesahan"
        ordering = ["-made_at", "-id"]
        permissions = [
            ("review_endorsement", "Dapat meninjau dan meneruskan pengesahan"),
            ("download_endorsement", "Dapat mengunduh daftar pengesahan dengan nomor lengkap"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "region"],
                condition=Q(status__in=["DISUSUN", "DISAHKAN", "DITERUSKAN", "DITETAPKAN"]),
                name="endorsement_standing_once",
                violation_error_message=(
                    "Daftar wilayah ini pada putaran tersebut sudah disahkan atau sedang disusun."
                    " Cabut dahulu pengesahan itu dengan menyebut alasannya."
                ),
            ),
            models.CheckConstraint(
                name="endorsement_signed_means_paper",
                condition=~Q(status__in=["DISAHKAN", "DITERUSKAN", "DITETAPKAN"])
                | (
                    ~Q(number="")
                    & ~Q(official_name="")
                    & ~Q(official_office="")
                    & Q(signed_on__isnull=False, scan__isnull=False, endorsed_by__isnull=False)
                    & Q(endorsed_at__isnull=False)
                ),
                violation_error_message=(
                    "Pengesahan memerlukan nomor surat, nama dan jabatan pejabat, tanggal, dan"
                    " pindaian yang sudah ditandatangani."
                ),
            ),
            models.CheckConstraint(
                name="endorsement_ended_means_reason",
                condition=~Q(status__in=["DIKEMBALIKAN", "DIBATALKAN"])
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                violation_error_message="Sebutkan alasannya.",
            ),
            models.CheckConstraint(
                name="endorsement_forwarded_means_package",
                condition=~Q(status__in=["DITERUSKAN", "DITETAPKAN"])
                | (Q(forwarded_by__isnull=False, forwarded_at__isnull=False) & ~Q(package="")),
            ),
            models.CheckConstraint(
                name="endorsement_reviewer_is_another",
                condition=(
                    Q(forwarded_by=None)
                    | (~Q(forwarded_by=F("endorsed_by")) & ~Q(forwarded_by=F("made_by")))
                )
                & (
                    ~Q(status="DIKEMBALIKAN")
                    | (~Q(ended_by=F("endorsed_by")) & ~Q(ended_by=F("made_by")))
                ),
                violation_error_message=(
                    "Yang mengesahkan tidak meninjau pengesahannya sendiri."
                    " Mintalah petugas lain meninjaunya."
                ),
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "status"], name="endorsement_place")]
        triggers = [
            pgtrigger.Protect(
                name="frozen_list_keeps_its_hash",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__list_hash="")
                & (
                    pgtrigger.Q(old__list_hash__df=pgtrigger.F("new__list_hash"))
                    | pgtrigger.Q(old__round__df=pgtrigger.F("new__round"))
                    | pgtrigger.Q(old__region__df=pgtrigger.F("new__region"))
                ),
            ),
            pgtrigger.Protect(name="endorsements_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Pengesahan {self.region}, {self.round}"

    @property
    def is_standing(self) -> bool:
        return self.status in self.STANDING

    @property
    def receiving(self) -> int:
        return self.stayed + self.entered


class EndorsementStep(models.Model):
    """What happened to an endorsement, who did it and when. Rows are never changed."""

    PLACE = "region"

    endorsement = models.ForeignKey(
        Endorsement, models.PROTECT, related_name="steps", verbose_name="pengesahan"
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="kabupaten/kota")
    regency_code = regency_code_of("region")
    action = models.CharField("tindakan", max_length=60)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())
    note = models.TextField("catatan", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah pengesahan"
        verbose_name_plural = "langkah pengesahan"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["regency_code", "endorsement"], name="endorsement_step")]
        triggers = [
            pgtrigger.Protect(
                name="endorsement_steps_stay", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.endorsement}: {self.action}"


class EndorsementItemQuerySet(ScopedQuerySet):
    def receiving(self):
        return self.filter(result__in=["TETAP", "MASUK"])

    def standing(self):
        return self.filter(endorsement__status__in=Endorsement.STANDING)


class EndorsementItem(models.Model):
    """One family of an endorsed list, as it was when the list was made; never changed."""

    PLACE = "village"

    class Result(models.TextChoices):
        TETAP = "TETAP", "Tetap"
        MASUK = "MASUK", "Masuk"
        KELUAR = "KELUAR", "Keluar"
        DITOLAK = "", "Usulan tidak diterima"

    endorsement = models.ForeignKey(
        Endorsement, models.PROTECT, related_name="items", verbose_name="pengesahan"
    )
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="+", verbose_name="kasus", db_constraint=False
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="+", verbose_name="keluarga", db_constraint=False
    )
    position = models.PositiveIntegerField("nomor urut")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    result = models.CharField("hasil", max_length=6, choices=Result, blank=True)
    reason = models.CharField("alasan keluar", max_length=15, choices=ExitReason, blank=True)
    dtks_id = models.CharField("ID DTKS", max_length=32, blank=True)
    kk_number = models.CharField("nomor KK", max_length=16, blank=True)
    nik = models.CharField("NIK pengurus", max_length=20, blank=True)
    name = models.CharField("nama pengurus", max_length=150, blank=True)
    address = models.CharField("alamat", max_length=250, blank=True)
    rt = models.CharField("RT", max_length=5, blank=True)
    rw = models.CharField("RW", max_length=5, blank=True)

    objects = EndorsementItemQuerySet.as_manager()

    class Meta:
        verbose_name = "keluarga dalam daftar pengesahan"
        verbose_name_plural = "keluarga dalam daftar pengesahan"
        ordering = ["endorsement", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["endorsement", "position"], name="endorsement_item_position"
            ),
            models.UniqueConstraint(fields=["endorsement", "case"], name="endorsement_item_once"),
        ]
        indexes = [
            models.Index(fields=["case"], name="endorsement_item_case"),
            models.Index(fields=["regency_code", "endorsement"], name="endorsement_item_place"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="endorsed_list_does_not_change",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="endorsed_list_is_complete",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func="""
                    IF EXISTS (
                        SELECT FROM (SELECT DISTINCT endorsement_id FROM new_rows) n
                        JOIN verification_endorsement e ON e.id = n.endorsement_id
                        WHERE e.list_hash <> ''
                    ) THEN
                        RAISE EXCEPTION 'Daftar yang sudah dibekukan tidak dapat ditambah.'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.dtks_id or f"nomor {self.position}"


class SecondLook(models.Model):
    """A family of an endorsed list that the province looks at again before it forwards the list."""

    PLACE = "village"

    class Method(models.TextChoices):
        ACAK = "ACAK", "Acak menurut kecamatan dan hasil"
        RISIKO = "RISIKO", "Menurut risiko"

    class Outcome(models.TextChoices):
        BELUM = "", "Belum dilihat"
        SESUAI = "SESUAI", "Sesuai"
        TIDAK_SESUAI = "TIDAK_SESUAI", "Tidak sesuai"
        TIDAK_DITEMUKAN = "TIDAK_DITEMUKAN", "Tidak ditemukan"

    endorsement = models.ForeignKey(
        Endorsement, models.PROTECT, related_name="second_looks", verbose_name="pengesahan"
    )
    item = models.ForeignKey(EndorsementItem, models.PROTECT, related_name="+")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    method = models.CharField("cara memilih", max_length=6, choices=Method)
    seed = models.CharField("angka pengundi", max_length=40, blank=True)
    why = models.CharField("sebab dipilih", max_length=200)
    outcome = models.CharField("hasil", max_length=15, choices=Outcome, blank=True)
    looked_on = models.DateField("dilihat pada", null=True, blank=True)
    note = models.TextField("catatan", blank=True)
    chosen_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="dipilih oleh"
    )
    chosen_at = models.DateTimeField("dipilih", db_default=Now())
    recorded_by = who("dicatat oleh")
    recorded_at = models.DateTimeField("dicatat", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "pemeriksaan ulang"
        verbose_name_plural = "pemeriksaan ulang"
        ordering = ["endorsement", "village", "id"]
        constraints = [
            models.UniqueConstraint(fields=["endorsement", "item"], name="second_look_once"),
            models.CheckConstraint(
                name="second_look_outcome_means_who_and_when",
                condition=Q(outcome="")
                | Q(looked_on__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False),
                violation_error_message="Isi tanggal pemeriksaan ulang.",
            ),
            models.CheckConstraint(
                name="second_look_difference_means_note",
                condition=Q(outcome__in=["", "SESUAI"]) | ~Q(note=""),
                violation_error_message="Sebutkan apa yang tidak sesuai.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "endorsement"], name="second_look_place")]

    def __str__(self) -> str:
        return f"Pemeriksaan ulang {self.item}"
