"""Proposals (usulan) of families and objections (sanggah), each answered within a set time."""

from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import Household, Person
from regions.models import Region
from verification.models.cases import Case


class Source(models.TextChoices):
    MUSDES = "MUSDES", "Musyawarah desa/kelurahan"
    MANDIRI = "MANDIRI", "Melapor sendiri"
    SP4N = "SP4N", "SP4N-LAPOR!"


class Criterion(models.TextChoices):
    """Criteria of poverty after Kepmensos 262/HUK/2022; each one met is one point."""

    TANPA_RUMAH = "TANPA_RUMAH", "Tidak memiliki tempat tinggal sehari-hari"
    TIDAK_BEKERJA = "TIDAK_BEKERJA", "Kepala keluarga atau pengurus tidak bekerja"
    KURANG_MAKAN = "KURANG_MAKAN", "Pernah tidak makan atau khawatir tidak makan setahun terakhir"
    PANGAN = "PANGAN", "Pengeluaran pangan lebih dari separuh pengeluaran"
    PAKAIAN = "PAKAIAN", "Tidak membeli pakaian selama setahun terakhir"
    LANTAI = "LANTAI", "Lantai tanah atau plesteran"
    DINDING = "DINDING", "Dinding bambu, kayu kasar, terpal, atau kardus"
    JAMBAN = "JAMBAN", "Tidak memiliki jamban sendiri"
    LISTRIK = "LISTRIK", "Listrik 450 watt atau tanpa listrik"


class AnswerableQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(status__in=Answerable.OPEN)

    def decidable_by(self, user):
        """Open ones that the user has not entered."""
        return self.open().exclude(made_by=user)

    def due_by(self, day: date):
        """Open ones whose answer is due on that day or before it."""
        return self.open().filter(due_on__lte=day)


class Answerable(models.Model):
    """What somebody has brought forward, by when it must be answered, and the answer."""

    class Status(models.TextChoices):
        DITERIMA = "DITERIMA", "Diterima"
        DIPERIKSA = "DIPERIKSA", "Diperiksa"
        DISETUJUI = "DISETUJUI", "Disetujui"
        DITOLAK = "DITOLAK", "Ditolak"
        DITARIK = "DITARIK", "Ditarik"

    OPEN = (Status.DITERIMA, Status.DIPERIKSA)
    # A corrected one is looked into anew; a withdrawn one comes back with its minutes only.
    TRANSITIONS = {
        Status.DITERIMA: {Status.DITERIMA, Status.DIPERIKSA, Status.DITARIK},
        Status.DIPERIKSA: {
            Status.DITERIMA,
            Status.DISETUJUI,
            Status.DITOLAK,
            Status.DITARIK,
        },
        Status.DISETUJUI: set(),
        Status.DITOLAK: set(),
        Status.DITARIK: {Status.DITERIMA},
    }

    source = models.CharField("sumber", max_length=7, choices=Source)
    source_number = models.CharField("nomor laporan", max_length=60, blank=True)
    received_on = models.DateField("diterima")
    due_on = models.DateField("tenggat jawaban")
    status = models.CharField("status", max_length=9, choices=Status, default=Status.DITERIMA)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="dicatat oleh")
    made_at = models.DateTimeField("dicatat", db_default=Now())
    checked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diperiksa oleh"
    )
    checked_at = models.DateTimeField("mulai diperiksa", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diputus oleh"
    )
    decided_at = models.DateTimeField("diputus", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ditarik oleh"
    )
    withdrawn_at = models.DateTimeField("ditarik", null=True, blank=True)
    reminded_on = models.DateField("diingatkan", null=True, blank=True)
    # Of a withdrawn one: why it was withdrawn.
    answer = models.TextField("jawaban", blank=True)
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name="kasus",
    )

    class Meta:
        abstract = True
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_decided_means_who_and_when",
                condition=Q(
                    status__in=["DITERIMA", "DIPERIKSA", "DITARIK"],
                    decided_by=None,
                    decided_at=None,
                )
                | Q(
                    status__in=["DISETUJUI", "DITOLAK"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_checked_means_who",
                condition=Q(status__in=["DITERIMA", "DITARIK"])
                | Q(checked_by__isnull=False, checked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_withdrawn_means_who_when_why",
                condition=Q(
                    status="DITARIK", withdrawn_by__isnull=False, withdrawn_at__isnull=False
                )
                & ~Q(answer="")
                | ~Q(status="DITARIK") & Q(withdrawn_by=None, withdrawn_at=None),
                violation_error_message="Sebutkan alasan penarikan.",
            ),
            models.CheckConstraint(
                name="%(class)s_refused_means_reason",
                condition=~Q(status="DITOLAK") | ~Q(answer=""),
                violation_error_message="Sebutkan alasan penolakan.",
            ),
            models.CheckConstraint(
                name="%(class)s_accepted_means_case",
                condition=~Q(status="DISETUJUI") | Q(case__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_maker_is_not_checker",
                condition=(Q(checked_by=None) | ~Q(checked_by=F("made_by")))
                & (Q(decided_by=None) | ~Q(decided_by=F("made_by"))),
                violation_error_message=(
                    "Anda sendiri yang mencatatnya, jadi harus diperiksa petugas lain."
                ),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class ProposalQuerySet(AnswerableQuerySet):
    def decidable_by(self, user):
        """Open ones that the user has neither entered nor corrected."""
        corrected = ProposalStep.objects.filter(
            proposal=OuterRef("pk"), action=ProposalStep.Action.BETULKAN, by=user
        )
        return super().decidable_by(user).exclude(Exists(corrected))


class Proposal(Answerable):
    """A family brought forward for the programme: a registered one, or one typed in."""

    PLACE = "village"

    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False
    )
    regency_code = regency_code_of("village")
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name="keluarga terdaftar",
        db_constraint=False,
    )
    kk_number = models.CharField("nomor KK", max_length=16, blank=True)
    address = models.CharField("alamat", max_length=250, blank=True)
    hamlet = models.CharField("dusun", max_length=100, blank=True)
    rt = models.CharField("RT", max_length=5, blank=True)
    rw = models.CharField("RW", max_length=5, blank=True)
    # The minutes that brought a registered family forward; reopening them withdraws the proposal.
    meeting = models.ForeignKey(
        "verification.VillageMeeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name="berita acara",
    )
    criteria = ArrayField(
        models.CharField(max_length=13, choices=Criterion),
        verbose_name="kriteria kemiskinan",
        default=list,
        blank=True,
    )
    points = models.GeneratedField(
        expression=models.Func(
            F("criteria"), function="cardinality", output_field=models.IntegerField()
        ),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name="jumlah kriteria",
    )
    reason = models.TextField("alasan diusulkan")

    objects = ProposalQuerySet.as_manager()

    class Meta(Answerable.Meta):
        verbose_name = "usulan"
        verbose_name_plural = "usulan"
        permissions = [("decide_proposal", "Dapat memeriksa dan memutus usulan")]
        constraints = [
            *Answerable.Meta.constraints,
            models.CheckConstraint(
                name="proposal_accepted_means_family",
                condition=~Q(status="DISETUJUI") | Q(household__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(household__isnull=False, status__in=["DITERIMA", "DIPERIKSA"]),
                name="proposal_open_once_per_family",
                violation_error_message="Keluarga ini sudah diusulkan dan belum diputus.",
            ),
        ]
        indexes = [
            models.Index(fields=["regency_code", "status", "due_on"], name="proposal_place"),
        ]

    def __str__(self) -> str:
        return f"Usulan {self.pk}"

    @property
    def head_name(self) -> str:
        """Of the head, or else of who was written first; of a registered family its pengurus."""
        if self.household_id and self.household.payee:
            return self.household.payee.name
        members = list(self.members.all())
        heads = [one for one in members if one.relation == Person.Relation.KEPALA_KELUARGA]
        return (heads or members)[0].name if members else ""


class ProposalStep(models.Model):
    """A proposal corrected, withdrawn or taken up again: who, when and why; never changed."""

    PLACE = "village"

    class Action(models.TextChoices):
        BETULKAN = "BETULKAN", "Dibetulkan"
        TARIK = "TARIK", "Ditarik"
        AJUKAN_LAGI = "AJUKAN_LAGI", "Diajukan lagi"

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="steps", verbose_name="usulan"
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    action = models.CharField("tindakan", max_length=11, choices=Action)
    note = models.TextField("alasan", blank=True)
    # Of a correction: {field: what it was before}.
    before = models.JSONField("sebelumnya", default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah usulan"
        verbose_name_plural = "langkah usulan"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["regency_code", "proposal"], name="proposal_step_place")]
        triggers = [
            pgtrigger.Protect(
                name="proposal_steps_stay", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_action_display()}"


class ProposalMember(models.Model):
    """A member of a proposed family, as typed in and cleaned."""

    PLACE = "village"

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="members")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    position = models.PositiveSmallIntegerField("urutan")
    nik = models.CharField("NIK", max_length=20, blank=True)
    name = models.CharField("nama", max_length=150)
    birth_place = models.CharField("tempat lahir", max_length=100, blank=True)
    birth_date = models.DateField("tanggal lahir", null=True, blank=True)
    sex = models.CharField("jenis kelamin", max_length=1, choices=Person.Sex, blank=True)
    relation = models.CharField(
        "hubungan keluarga", max_length=15, choices=Person.Relation, blank=True
    )
    occupation = models.CharField("pekerjaan", max_length=100, blank=True)
    mother_name = models.CharField("nama ibu kandung", max_length=150, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "anggota keluarga yang diusulkan"
        verbose_name_plural = "anggota keluarga yang diusulkan"
        ordering = ["proposal", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "position"], name="proposal_member_position_once"
            ),
            models.CheckConstraint(name="proposal_member_named", condition=~Q(name="")),
        ]
        indexes = [
            models.Index(fields=["nik"], name="proposal_member_nik"),
            models.Index(fields=["regency_code", "proposal"], name="proposal_member_place"),
        ]

    def __str__(self) -> str:
        return self.name


class Objection(Answerable):
    """What somebody holds against the standing of a family, for or against it."""

    PLACE = "village"

    class Kind(models.TextChoices):
        TIDAK_LAYAK = "TIDAK_LAYAK", "Menerima, tetapi tidak layak"
        LAYAK = "LAYAK", "Layak, tetapi tidak menerima"
        DATA_SALAH = "DATA_SALAH", "Data keluarga keliru"

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="objections",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    kind = models.CharField("isi sanggah", max_length=11, choices=Kind)
    statement = models.TextField("uraian")

    objects = AnswerableQuerySet.as_manager()

    class Meta(Answerable.Meta):
        verbose_name = "sanggah"
        verbose_name_plural = "sanggah"
        permissions = [("decide_objection", "Dapat memeriksa dan memutus sanggah")]
        indexes = [
            models.Index(fields=["regency_code", "status", "due_on"], name="objection_place"),
        ]

    def __str__(self) -> str:
        return f"Sanggah {self.pk}"


class Objector(models.Model):
    """Who objects. Kept apart, because few may know it (permission view_objector)."""

    PLACE = "village"

    objection = models.OneToOneField(Objection, models.CASCADE, related_name="objector")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    name = models.CharField("nama penyanggah", max_length=150)
    contact = models.CharField("telepon atau alamat", max_length=150, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "penyanggah"
        verbose_name_plural = "penyanggah"

    def __str__(self) -> str:
        return "Penyanggah"
