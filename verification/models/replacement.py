"""Who takes the place of a family that leaves, and who holds the card when the pengurus is gone."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import ExitReason, Household, Person
from regions.models import Region
from verification.models.cases import Attachment, Case
from verification.models.rounds import Round


class DecidedQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(status=Decided.Status.DIAJUKAN)

    def standing(self):
        """Asked for or granted: what holds a place."""
        return self.exclude(status=Decided.Status.DITOLAK)

    def decidable_by(self, user):
        return self.open().exclude(made_by=user)


class Decided(models.Model):
    """Something one user asks for and another one of the district grants or refuses."""

    class Status(models.TextChoices):
        DIAJUKAN = "DIAJUKAN", "Diajukan"
        DISETUJUI = "DISETUJUI", "Disetujui"
        DITOLAK = "DITOLAK", "Ditolak"

    TRANSITIONS = {
        Status.DIAJUKAN: {Status.DISETUJUI, Status.DITOLAK},
        Status.DISETUJUI: set(),
        Status.DITOLAK: set(),
    }

    status = models.CharField("status", max_length=9, choices=Status, default=Status.DIAJUKAN)
    made_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="diajukan oleh"
    )
    made_at = models.DateTimeField("diajukan", db_default=Now())
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="diputus oleh"
    )
    decided_at = models.DateTimeField("diputus", null=True, blank=True)
    answer = models.CharField("alasan putusan", max_length=250, blank=True)

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_decided_means_who_and_when",
                condition=Q(status="DIAJUKAN", decided_by=None, decided_at=None)
                | ~Q(status="DIAJUKAN") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_refused_means_reason",
                condition=~Q(status="DITOLAK") | ~Q(answer=""),
                violation_error_message="Sebutkan alasan penolakan.",
            ),
            models.CheckConstraint(
                name="%(class)s_maker_is_not_checker",
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")),
                violation_error_message=(
                    "Anda sendiri yang mengajukannya, jadi harus diputus petugas lain."
                ),
            ),
        ]


class Replacement(Decided):
    """A family of the waiting list gets a place: that of a family that leaves, or a free one.

    `rank`, of `waiting`: where it stood in the list of the regency when it was asked for; `skipped`
    counts those before it that could have been taken as well.
    """

    PLACE = "village"

    round = models.ForeignKey(
        Round, models.PROTECT, related_name="replacements", verbose_name="putaran"
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="replacements",
        verbose_name="keluarga yang masuk",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="replacements", verbose_name="kasus yang masuk"
    )
    leaving = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="menggantikan",
    )
    rank = models.PositiveIntegerField("peringkat")
    waiting = models.PositiveIntegerField("dari")
    why_rank = models.CharField("dasar peringkat", max_length=80)
    skipped = models.PositiveIntegerField("dilewati", default=0)
    skip_reason = models.CharField("alasan melewati peringkat", max_length=250, blank=True)

    objects = DecidedQuerySet.as_manager()

    class Meta(Decided.Meta):
        verbose_name = "penggantian KPM"
        verbose_name_plural = "penggantian KPM"
        permissions = [("decide_replacement", "Dapat memutus penggantian dan ganti pengurus")]
        triggers = [
            pgtrigger.Trigger(
                name="replacement_has_cases",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=~pgtrigger.Q(new__status="DITOLAK"),
                func=(
                    "IF NOT EXISTS (SELECT FROM verification_case c WHERE c.id = NEW.case_id"
                    " AND c.result = 'MASUK' AND c.household_id = NEW.household_id)"
                    " OR (NEW.leaving_id IS NOT NULL AND NOT EXISTS"
                    " (SELECT FROM verification_case c WHERE c.id = NEW.leaving_id"
                    " AND c.result = 'KELUAR')) THEN"
                    " RAISE EXCEPTION 'Keluarga masuk dan keluar hanya melalui kasus yang sudah"
                    " terverifikasi.' USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.ReadOnly(
                name="replacement_stands",
                fields=["round", "household", "case", "leaving", "rank", "waiting", "skipped"],
            ),
            pgtrigger.Protect(name="replacements_are_kept", operation=pgtrigger.Delete),
        ]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(status="DITOLAK"),
                name="replacement_once_per_case",
                violation_error_message="Keluarga ini sudah diajukan masuk.",
            ),
            models.UniqueConstraint(
                fields=["leaving"],
                condition=Q(leaving__isnull=False) & ~Q(status="DITOLAK"),
                name="replacement_once_per_leaving",
                violation_error_message="Tempat keluarga itu sudah diisi keluarga lain.",
            ),
            models.CheckConstraint(
                name="replacement_skipping_means_reason",
                condition=Q(skipped=0) | ~Q(skip_reason=""),
                violation_error_message="Sebutkan alasan peringkat di atasnya dilewati.",
            ),
            models.CheckConstraint(
                name="replacement_rank_in_list",
                condition=Q(rank__gte=1, rank__lte=F("waiting"), skipped__lt=F("rank")),
            ),
        ]
        indexes = [
            models.Index(fields=["regency_code", "status"], name="replacement_place"),
        ]

    def __str__(self) -> str:
        return f"Penggantian {self.pk}"


class PayeeChange(Decided):
    """Another member of the family takes the card: the pengurus has died or left the family."""

    PLACE = "village"

    class Reason(models.TextChoices):
        MENINGGAL = "MENINGGAL", "Pengurus meninggal"
        PINDAH = "PINDAH", "Pengurus pindah atau keluar dari KK"
        TIDAK_MAMPU = "TIDAK_MAMPU", "Pengurus sakit atau tidak mampu lagi mengurus"

    # Who has died or left is no active member any more.
    ENDS = {Reason.MENINGGAL: ExitReason.MENINGGAL, Reason.PINDAH: ExitReason.PINDAH}

    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="payee_changes",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    old_payee = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="+",
        verbose_name="pengurus lama",
        db_constraint=False,
    )
    new_payee = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="+",
        verbose_name="pengurus baru",
        db_constraint=False,
    )
    reason = models.CharField("alasan", max_length=11, choices=Reason)
    happened_on = models.DateField("tanggal kejadian")
    proof = models.CharField("bukti", max_length=150)
    file = models.ForeignKey(
        Attachment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="berkas bukti",
    )

    objects = DecidedQuerySet.as_manager()

    class Meta(Decided.Meta):
        verbose_name = "ganti pengurus"
        verbose_name_plural = "ganti pengurus"
        constraints = [
            *Decided.Meta.constraints,
            models.CheckConstraint(
                name="payeechange_is_another",
                condition=~Q(old_payee=F("new_payee")),
                violation_error_message="Pilih anggota keluarga yang lain.",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(status="DIAJUKAN"),
                name="payeechange_open_once",
                violation_error_message="Ganti pengurus keluarga ini sudah diajukan.",
            ),
        ]
        indexes = [
            models.Index(fields=["regency_code", "status"], name="payeechange_place"),
        ]

    def __str__(self) -> str:
        return f"Ganti pengurus {self.pk}"
