"""Outlets where the aid is spent: bank agents and e-Warung, who may own one, what visits find."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Bank, Sourced, tracked
from regions.models import Region


class BarredGroup(models.Model):
    """Who may not own an outlet (DOMAIN section 3); the administrator keeps the list.

    An owner is of a group when the declared occupation, or the occupation of the registered person
    with the owner's NIK, holds one of its words, or when the NIK is listed as a `BarredPerson`.
    """

    code = models.CharField("kode", max_length=20, primary_key=True)
    name = models.CharField("nama", max_length=100)
    words = ArrayField(
        models.CharField(max_length=50),
        verbose_name="kata pada pekerjaan",
        help_text="Dipisahkan koma; satu kata atau lebih, misalnya PNS, PERANGKAT DESA.",
    )
    is_refused = models.BooleanField(
        "ditolak",
        default=False,
        help_text="Bila tidak, pemilik seperti ini menjadi temuan yang ditindaklanjuti.",
    )
    legal_basis = models.CharField("dasar hukum", max_length=250, blank=True)

    class Meta:
        verbose_name = "golongan terlarang"
        verbose_name_plural = "golongan yang tidak boleh memiliki agen"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class BarredPerson(models.Model):
    """A person known to be of a barred group, by NIK: TKSK and village officials, for instance."""

    nik = models.CharField("NIK", max_length=16)
    name = models.CharField("nama", max_length=150)
    group = models.ForeignKey(BarredGroup, models.PROTECT, verbose_name="golongan")
    note = models.CharField("keterangan", max_length=200, blank=True)

    class Meta:
        verbose_name = "orang dari golongan terlarang"
        verbose_name_plural = "orang dari golongan terlarang"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["nik", "group"],
                name="barred_person_once",
                violation_error_message="NIK ini sudah tercatat pada golongan tersebut.",
            ),
            models.CheckConstraint(
                name="barred_person_nik_16_digits",
                condition=Q(nik__regex=r"^\d{16}$"),
                violation_error_message="NIK terdiri atas 16 angka.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.group})"


class AgentQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; of those the agents of the own bank only, for a bank's officer."""
        visible = super().visible_to(user)
        return visible.filter(bank=user.bank_id) if user.role == Role.BANK else visible

    def active(self):
        return self.filter(status=Agent.Status.AKTIF)

    def with_expired_contract(self, day):
        return self.active().filter(contract_until__lt=day)

    def contract_ends_by(self, day):
        """Active, and the contract is over or runs out by `day`."""
        return self.active().filter(contract_until__lte=day)


@tracked()
class Agent(Sourced):
    """A bank agent or e-Warung. The bank alone appoints it (DOMAIN section 3)."""

    PLACE = "village"

    class Kind(models.TextChoices):
        AGEN_BANK = "AGEN_BANK", "Agen bank (Laku Pandai)"
        E_WARONG_KUBE = "E_WARONG_KUBE", "e-Warong KUBE"
        KOPERASI = "KOPERASI", "Koperasi"
        PASAR = "PASAR", "Pedagang pasar"
        WARUNG = "WARUNG", "Warung"
        TOKO = "TOKO", "Toko"
        RPK = "RPK", "Rumah Pangan Kita (RPK)"
        WARUNG_DESA = "WARUNG_DESA", "Warung desa"

    class Status(models.TextChoices):
        AKTIF = "AKTIF", "Aktif"
        DITANGGUHKAN = "DITANGGUHKAN", "Ditangguhkan"
        NONAKTIF = "NONAKTIF", "Nonaktif"

    TRANSITIONS = {
        Status.AKTIF: {Status.DITANGGUHKAN, Status.NONAKTIF},
        Status.DITANGGUHKAN: {Status.AKTIF, Status.NONAKTIF},
        Status.NONAKTIF: {Status.AKTIF},
    }

    bank = models.ForeignKey(
        Bank, models.PROTECT, related_name="agents", verbose_name="bank penyalur"
    )
    agent_id = models.CharField("ID agen", max_length=40)
    name = models.CharField("nama agen", max_length=150)
    kind = models.CharField("jenis", max_length=13, choices=Kind, default=Kind.AGEN_BANK)
    owner_name = models.CharField("nama pemilik", max_length=150, blank=True)
    owner_nik = models.CharField("NIK pemilik", max_length=20, blank=True)
    owner_occupation = models.CharField("pekerjaan pemilik", max_length=100, blank=True)
    phone = models.CharField("nomor HP", max_length=30, blank=True)
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="desa/kelurahan", db_index=False
    )
    regency_code = regency_code_of("village")
    address = models.CharField("alamat", max_length=250, blank=True)
    has_edc = models.BooleanField("ada mesin EDC", null=True, blank=True)
    latitude = models.DecimalField("lintang", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("bujur", max_digits=9, decimal_places=6, null=True, blank=True)
    contract_from = models.DateField("mulai kontrak", null=True, blank=True)
    contract_until = models.DateField("akhir kontrak", null=True, blank=True)
    status = models.CharField("status", max_length=12, choices=Status, default=Status.AKTIF)
    status_reason = models.CharField("alasan status", max_length=250, blank=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        verbose_name = "agen atau e-Warung"
        verbose_name_plural = "agen dan e-Warung"
        ordering = ["id"]
        permissions = [
            ("set_status_agent", "Dapat menangguhkan, menonaktifkan, dan mengaktifkan agen"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "agent_id"],
                name="agent_id_once",
                violation_error_message="ID agen ini sudah tercatat pada bank tersebut.",
            ),
            models.UniqueConstraint(fields=["id", "village"], name="agent_place"),
            models.CheckConstraint(
                name="agent_is_named",
                condition=~Q(name="") & ~Q(agent_id=""),
                violation_error_message="ID dan nama agen wajib diisi.",
            ),
            models.CheckConstraint(
                name="agent_in_village",
                condition=Exact(Length("village"), 13),
                violation_error_message="Pilih desa atau kelurahan, bukan kecamatan.",
            ),
            models.CheckConstraint(
                name="agent_stopped_means_reason",
                condition=Q(status="AKTIF") | ~Q(status_reason=""),
                violation_error_message="Sebutkan alasan agen ditangguhkan atau dinonaktifkan.",
            ),
            models.CheckConstraint(
                name="agent_contract_ends_after_start",
                condition=Q(contract_from=None)
                | Q(contract_until=None)
                | Q(contract_until__gte=F("contract_from")),
                violation_error_message="Kontrak berakhir sebelum dimulai.",
            ),
            models.CheckConstraint(
                name="agent_point_whole",
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message="Isi lintang dan bujur, atau kosongkan keduanya.",
            ),
        ]
        indexes = [
            models.Index(fields=["regency_code", "id"]),
            models.Index(fields=["village"]),
            models.Index(fields=["owner_nik"], condition=~Q(owner_nik=""), name="agent_owner_nik"),
        ]

    def __str__(self) -> str:
        return self.name

    def serves_on(self, day) -> bool:
        """Whether a purchase of that day could be made here."""
        return (
            self.status == self.Status.AKTIF
            and (self.contract_from is None or self.contract_from <= day)
            and (self.contract_until is None or day <= self.contract_until)
        )


class AgentVillage(models.Model):
    """A village that an agent serves; an agent serves its own village too."""

    PLACE = "village"

    agent = models.ForeignKey(
        Agent, models.CASCADE, related_name="service_area", verbose_name="agen"
    )
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "desa layanan"
        verbose_name_plural = "wilayah layanan"
        ordering = ["village_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "village"],
                name="agent_village_once",
                violation_error_message="Desa ini sudah dilayani agen tersebut.",
            ),
            models.CheckConstraint(
                name="agent_serves_villages",
                condition=Exact(Length("village"), 13),
                violation_error_message="Pilih desa atau kelurahan, bukan kecamatan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.village}"


# The rules of an outlet (6T and DOMAIN section 3), each as what is found in order.
CHECKLIST = (
    "fair_price",
    "good_quality",
    "right_amount",
    "no_packages",
    "no_forcing",
    "no_cash",
    "open_daily",
)


class AgentVisit(models.Model):
    """A visit of an agent with its checklist; an answer "no" becomes a finding."""

    PLACE = "village"

    agent = models.ForeignKey(
        Agent, models.PROTECT, related_name="visits", verbose_name="agen", db_constraint=False
    )
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_constraint=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    visited_on = models.DateField("tanggal kunjungan")
    visited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="dikunjungi oleh"
    )
    fair_price = models.BooleanField("harga wajar, tidak di atas harga pasar")
    good_quality = models.BooleanField("barang baik dan layak dimakan")
    right_amount = models.BooleanField("jumlah dan timbangan sesuai")
    no_packages = models.BooleanField("barang tidak dijual dalam paket")
    no_forcing = models.BooleanField("KPM bebas memilih barang dan jumlahnya")
    no_cash = models.BooleanField("bantuan tidak ditukar dengan uang tunai")
    open_daily = models.BooleanField("buka setiap hari")
    score = models.GeneratedField(
        expression=sum(
            (Case(When(**{name: True}, then=1), default=0) for name in CHECKLIST[1:]),
            start=Case(When(**{CHECKLIST[0]: True}, then=1), default=0),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
        verbose_name="nilai",
    )
    note = models.TextField("catatan", blank=True)
    created_at = models.DateTimeField("dicatat", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "kunjungan agen"
        verbose_name_plural = "kunjungan agen"
        ordering = ["-visited_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "visited_on", "visited_by"],
                name="agent_visit_once_a_day",
                violation_error_message="Kunjungan Anda ke agen ini pada hari itu sudah tercatat.",
            )
        ]
        indexes = [models.Index(fields=["regency_code", "-visited_on"])]

    def __str__(self) -> str:
        return f"{self.agent}, {self.visited_on}"


class AgentFindingQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        visible = super().visible_to(user)
        return visible.filter(agent__bank=user.bank_id) if user.role == Role.BANK else visible

    def open(self):
        return self.exclude(status=AgentFinding.Status.SELESAI)

    def overdue(self, day):
        return self.open().filter(due_on__lt=day)

    def open_since(self, day):
        """Open and found on `day` or before it, or past the term."""
        return self.open().filter(Q(found_on__lte=day) | Q(due_on__lt=timezone.localdate()))


class AgentFinding(models.Model):
    """Something wrong with an agent, from a visit or from the owner check, until it is closed."""

    PLACE = "village"

    class Kind(models.TextChoices):
        HARGA = "HARGA", "Harga di atas pasar"
        KUALITAS = "KUALITAS", "Barang tidak layak"
        JUMLAH = "JUMLAH", "Jumlah atau timbangan kurang"
        PAKET = "PAKET", "Barang dijual dalam paket"
        PAKSAAN = "PAKSAAN", "Barang atau jumlah dipaksakan"
        TUNAI = "TUNAI", "Bantuan ditukar uang tunai"
        TUTUP = "TUTUP", "Tidak buka setiap hari"
        PEMILIK = "PEMILIK", "Pemilik dari golongan terlarang"

    class Status(models.TextChoices):
        TERBUKA = "TERBUKA", "Terbuka"
        DITINDAKLANJUTI = "DITINDAKLANJUTI", "Ditindaklanjuti"
        SELESAI = "SELESAI", "Selesai"

    TRANSITIONS = {
        Status.TERBUKA: {Status.DITINDAKLANJUTI, Status.SELESAI},
        Status.DITINDAKLANJUTI: {Status.SELESAI},
        Status.SELESAI: {Status.TERBUKA},
    }

    agent = models.ForeignKey(
        Agent, models.PROTECT, related_name="findings", verbose_name="agen", db_constraint=False
    )
    village = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_constraint=False, verbose_name="desa/kelurahan"
    )
    regency_code = regency_code_of("village")
    visit = models.ForeignKey(
        AgentVisit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name="kunjungan",
    )
    kind = models.CharField("temuan", max_length=8, choices=Kind)
    detail = models.CharField("keterangan", max_length=250, blank=True)
    status = models.CharField("status", max_length=15, choices=Status, default=Status.TERBUKA)
    found_on = models.DateField("ditemukan")
    due_on = models.DateField("tenggat")
    follow_up = models.TextField("tindak lanjut", blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ditutup oleh"
    )
    closed_at = models.DateTimeField("ditutup", null=True, blank=True)

    objects = AgentFindingQuerySet.as_manager()

    class Meta:
        verbose_name = "temuan agen"
        verbose_name_plural = "temuan agen"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "kind"],
                condition=~Q(status="SELESAI"),
                name="agent_finding_open_once",
                violation_error_message="Temuan yang sama tentang agen ini masih terbuka.",
            ),
            models.CheckConstraint(
                name="agent_finding_closed_means_how",
                condition=~Q(status="SELESAI")
                | Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(follow_up=""),
                violation_error_message="Temuan ditutup dengan menyebut tindak lanjutnya.",
            ),
            models.CheckConstraint(
                name="agent_finding_due_after_found",
                condition=Q(due_on__gte=F("found_on")),
                violation_error_message="Tenggat mendahului tanggal temuan.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "status", "due_on"])]

    def __str__(self) -> str:
        return f"{self.agent}: {self.get_kind_display()}"
