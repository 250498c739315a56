"""One household in one round: what was found, every step of it, its members and its files."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value, When
from django.db.models.functions import Now

from accounts.models import User
from accounts.scope import ScopedQuerySet, regency_code_of
from beneficiaries.models import ExitReason, Household, Person
from regions.models import Region
from uploads.models import Upload
from verification.models.rounds import Round


class CaseQuerySet(ScopedQuerySet):
    def open(self):
        return self.exclude(status__in=Case.CLOSED)

    def to_do(self):
        """To be visited, or visited again: not yet sent or recorded, or sent back."""
        return self.filter(status__in=Case.OPEN_TO_VISIT)

    def to_check(self):
        """Visited, and waiting for another user of the district."""
        return self.filter(status=Case.Status.DIKUNJUNGI)

    def decidable_by(self, user):
        """Visited by somebody else than the user."""
        return self.to_check().exclude(visited_by=user)

    def sent(self):
        return self.filter(status=Case.Status.DIAJUKAN)

    def approved(self):
        return self.filter(status=Case.Status.DISETUJUI)


class Case(models.Model):
    """One household in one round, with what the field found.

    Changed only by verification/actions (see TRANSITIONS); `version` grows with every change, so
    that the second of two officers can be told what the first has done.
    """

    PLACE = "village"

    class Status(models.TextChoices):
        BELUM = "BELUM", "Belum diverifikasi"
        DIKUNJUNGI = "DIKUNJUNGI", "Dikunjungi"
        DIAJUKAN = "DIAJUKAN", "Diajukan"
        DIKEMBALIKAN = "DIKEMBALIKAN", "Dikembalikan"
        DISETUJUI = "DISETUJUI", "Terverifikasi"
        BERAKHIR = "BERAKHIR", "Berakhir"

    CLOSED = (Status.DISETUJUI, Status.BERAKHIR)
    OPEN_TO_VISIT = (Status.BELUM, Status.DIKEMBALIKAN)
    VISITABLE = (*OPEN_TO_VISIT, Status.DIKUNJUNGI)
    TRANSITIONS = {
        Status.BELUM: {Status.DIKUNJUNGI, Status.DIAJUKAN, Status.DISETUJUI, Status.BERAKHIR},
        Status.DIKUNJUNGI: {
            Status.DIKUNJUNGI,
            Status.DIAJUKAN,
            Status.DISETUJUI,
            Status.DIKEMBALIKAN,
            Status.BERAKHIR,
        },
        Status.DIAJUKAN: {
            Status.DISETUJUI,
            Status.DIKEMBALIKAN,
            Status.BELUM,
            Status.BERAKHIR,
        },
        Status.DIKEMBALIKAN: {
            Status.DIKUNJUNGI,
            Status.DIAJUKAN,
            Status.DISETUJUI,
            Status.BELUM,
            Status.BERAKHIR,
        },
        Status.DISETUJUI: {Status.DISETUJUI, Status.DIKEMBALIKAN, Status.BELUM},
        Status.BERAKHIR: {Status.BELUM, Status.DIKEMBALIKAN},
    }

    class Origin(models.TextChoices):
        AWAL = "AWAL", "Daftar awal"
        USULAN = "USULAN", "Usulan"
        SANGGAH = "SANGGAH", "Sanggah"
        BAWAAN = "BAWAAN", "Bawaan putaran lalu"
        PENGGANTI = "PENGGANTI", "Calon pengganti"

    class Result(models.TextChoices):
        MASUK = "MASUK", "Masuk"
        TETAP = "TETAP", "Tetap"
        KELUAR = "KELUAR", "Keluar"

    class EndReason(models.TextChoices):
        DIBAWA = "DIBAWA", "Dibawa ke putaran berikutnya"
        BELUM_SELESAI = "BELUM_SELESAI", "Belum selesai saat putaran ditutup"
        DITOLAK = "DITOLAK", "Ditolak musyawarah"
        DITARIK = "DITARIK", "Usulan atau sanggah ditarik"
        SALAH_CATAT = "SALAH_CATAT", "Salah catat"
        LAINNYA = "LAINNYA", "Sebab lain"

    round = models.ForeignKey(Round, models.PROTECT, related_name="cases", verbose_name="putaran")
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="cases",
        verbose_name="keluarga",
        db_constraint=False,
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    origin = models.CharField(
        "asal", max_length=9, choices=Origin, default=Origin.AWAL, db_default=Origin.AWAL
    )
    was_kpm = models.BooleanField("sudah KPM saat masuk putaran", default=True, db_default=True)
    # Why it is visited, found when it entered the round: codes of verification.risks.
    risks = ArrayField(
        models.CharField(max_length=20),
        verbose_name="risiko",
        default=list,
        db_default=[],
        blank=True,
    )
    status = models.CharField("status", max_length=12, choices=Status, default=Status.BELUM)
    version = models.PositiveIntegerField("versi", default=1, db_default=1)
    officer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_cases",
        db_index=False,
        verbose_name="petugas",
    )
    is_found = models.BooleanField("ditemukan", null=True, blank=True)
    is_eligible = models.BooleanField("layak", null=True, blank=True)
    reason = models.CharField("alasan tidak layak", max_length=15, choices=ExitReason, blank=True)
    visited_on = models.DateField("tanggal kunjungan", null=True, blank=True)
    visited_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="dikunjungi oleh",
    )
    note = models.TextField("catatan", blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, verbose_name="unggahan"
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="disetujui oleh"
    )
    decided_at = models.DateTimeField("disetujui", null=True, blank=True)
    end_reason = models.CharField(
        "sebab berakhir", max_length=13, choices=EndReason, blank=True, db_default=""
    )
    ended_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="diakhiri oleh",
    )
    ended_at = models.DateTimeField("diakhiri", null=True, blank=True)
    carried_from = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_to",
        verbose_name="bawaan dari",
    )
    changed_at = models.DateTimeField("diubah", db_default=Now())
    result = models.GeneratedField(
        expression=models.Case(
            When(~Q(status="DISETUJUI"), then=Value("")),
            When(Q(is_found=True, is_eligible=True, was_kpm=True), then=Value("TETAP")),
            When(Q(is_found=True, is_eligible=True), then=Value("MASUK")),
            When(was_kpm=True, then=Value("KELUAR")),
            default=Value(""),
        ),
        output_field=models.CharField(max_length=6, choices=Result),
        db_persist=True,
        verbose_name="akibat",
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "kasus verifikasi"
        verbose_name_plural = "kasus verifikasi"
        ordering = ["id"]
        permissions = [
            ("visit_case", "Dapat mencatat kunjungan"),
            ("check_case", "Dapat memeriksa dan mengembalikan kasus"),
            ("assign_case", "Dapat menugaskan kasus"),
            ("end_case", "Dapat mengakhiri kasus"),
        ]
        triggers = [
            # How a family came into the round is frozen: start + entered - left = end.
            pgtrigger.ReadOnly(
                name="start_is_frozen",
                fields=["round", "household", "origin", "was_kpm", "carried_from"],
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # A family that moves to another regency takes its place in the start figure along.
            pgtrigger.Trigger(
                name="start_moves_along",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__regency_code__df=pgtrigger.F("new__regency_code"),
                    old__was_kpm=True,
                    old__origin__in=["AWAL", "BAWAAN"],
                ),
                func=(
                    "UPDATE verification_roundregion SET start_families = start_families"
                    " + CASE region_id WHEN NEW.regency_code THEN 1 ELSE -1 END"
                    " WHERE round_id = NEW.round_id"
                    " AND region_id IN (OLD.regency_code, NEW.regency_code);"
                    " RETURN NULL;"
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "household"],
                name="case_once_per_round",
                violation_error_message="Keluarga ini sudah ada dalam putaran tersebut.",
            ),
            models.UniqueConstraint(fields=["id", "village"], name="case_place"),
            models.CheckConstraint(
                name="case_approved_means_outcome",
                condition=~Q(status="DISETUJUI")
                | Q(
                    is_found__isnull=False,
                    visited_on__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="case_visited_means_who_and_what",
                condition=~Q(status="DIKUNJUNGI")
                | Q(
                    is_found__isnull=False,
                    is_eligible__isnull=False,
                    visited_on__isnull=False,
                    visited_by__isnull=False,
                ),
                violation_error_message="Kunjungan memerlukan hasil, tanggal, dan petugasnya.",
            ),
            models.CheckConstraint(
                name="case_not_eligible_means_reason",
                condition=~Q(is_eligible=False) | ~Q(reason=""),
                violation_error_message="Sebutkan alasan keluarga tidak layak.",
            ),
            models.CheckConstraint(
                name="case_checker_is_not_visitor",
                condition=Q(visited_by=None) | Q(decided_by=None) | ~Q(visited_by=F("decided_by")),
                violation_error_message=(
                    "Kunjungan ini Anda catat sendiri, jadi harus diperiksa petugas lain."
                ),
            ),
            models.CheckConstraint(
                name="case_ended_means_who_when_why",
                condition=Q(status="BERAKHIR", ended_by__isnull=False, ended_at__isnull=False)
                & ~Q(end_reason="")
                | ~Q(status="BERAKHIR")
                & Q(ended_by__isnull=True, ended_at__isnull=True, end_reason=""),
                violation_error_message="Sebutkan sebab kasus diakhiri.",
            ),
            models.CheckConstraint(
                name="case_carried_means_from_where",
                condition=Q(origin="BAWAAN", carried_from__isnull=False)
                | ~Q(origin="BAWAAN") & Q(carried_from=None),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "village", "status"], name="case_progress"),
            models.Index(fields=["regency_code", "round", "status"], name="case_regency_progress"),
            models.Index(
                fields=["round", "result", "household"],
                condition=Q(result__in=["MASUK", "KELUAR"]),
                name="case_entering_or_leaving",
            ),
            models.Index(
                fields=["officer", "round", "status"],
                condition=Q(officer__isnull=False),
                name="case_officer_progress",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} dalam {self.round}"


class CaseStep(models.Model):
    """What happened to a case: append-only, the timeline of its page.

    The opening of a round is not repeated for each of its cases: it stands in the round.
    """

    PLACE = "village"

    class Action(models.TextChoices):
        TAMBAH = "TAMBAH", "Masuk putaran"
        TUGASKAN = "TUGASKAN", "Ditugaskan"
        KUNJUNGI = "KUNJUNGI", "Dikunjungi"
        AJUKAN = "AJUKAN", "Diajukan dengan lembar"
        SETUJUI = "SETUJUI", "Disetujui"
        KEMBALIKAN = "KEMBALIKAN", "Dikembalikan"
        LEPASKAN = "LEPASKAN", "Dilepas dari unggahan"
        AKHIRI = "AKHIRI", "Diakhiri"
        BUKA_LAGI = "BUKA_LAGI", "Dibuka lagi"
        LAMPIRKAN = "LAMPIRKAN", "Lampiran ditambahkan"

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", verbose_name="kasus")
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    action = models.CharField("tindakan", max_length=10, choices=Action)
    before = models.CharField("status sebelumnya", max_length=12, blank=True, db_default="")
    after = models.CharField("status sesudahnya", max_length=12)
    note = models.TextField("catatan", blank=True, db_default="")
    # "changes": {field: [old, new]}; of a visit "answers": {question: answer} and "location":
    # [latitude, longitude, metres].
    details = models.JSONField("rincian", default=dict, db_default={})
    # Sent by the phone with a visit: the same visit sent twice is one step.
    key = models.UUIDField("kunci", null=True, blank=True, unique=True)
    version = models.PositiveIntegerField("versi sesudahnya")
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="unggahan"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="oleh")
    at = models.DateTimeField("waktu", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "langkah kasus"
        verbose_name_plural = "langkah kasus"
        ordering = ["at", "id"]
        triggers = [
            # The place follows a family that moves (verification/places.py).
            pgtrigger.ReadOnly(name="steps_do_not_change", exclude=["village", "regency_code"]),
            pgtrigger.Protect(name="steps_are_not_deleted", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_step_returned_means_reason",
                condition=~Q(action="KEMBALIKAN") | ~Q(note=""),
                violation_error_message="Sebutkan alasan pengembalian.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "at"], name="case_step_place")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_action_display()}"


class CaseMember(models.Model):
    """What the field found of one member of the family (DOMAIN section 4)."""

    PLACE = "village"

    class Outcome(models.TextChoices):
        TERKONFIRMASI = "TERKONFIRMASI", "Terkonfirmasi"
        TIDAK_TERKONFIRMASI = "TIDAK_TERKONFIRMASI", "Tidak terkonfirmasi"
        GANDA = "GANDA", "Ganda"
        MENINGGAL = "MENINGGAL", "Meninggal"
        TANPA_DOKUMEN = "TANPA_DOKUMEN", "Tidak punya dokumen kependudukan"

    case = models.ForeignKey(Case, models.CASCADE, related_name="members", verbose_name="kasus")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name="orang", db_constraint=False
    )
    village = models.ForeignKey(
        Region, models.PROTECT, verbose_name="desa/kelurahan", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("village")
    outcome = models.CharField("hasil", max_length=20, choices=Outcome)
    # Written to the register when another user has checked the visit.
    new_nik = models.CharField("NIK menurut dokumen", max_length=16, blank=True, db_default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "hasil anggota"
        verbose_name_plural = "hasil anggota"
        ordering = ["case", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="case_member_once"),
        ]
        indexes = [models.Index(fields=["regency_code", "case"], name="case_member_place")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_outcome_display()}"


def attachment_name(attachment: "Attachment", filename: str) -> str:
    """Files are kept under their hash: what a sender calls a file never becomes a path."""
    return f"lampiran/{attachment.sha256[:2]}/{attachment.sha256}"


class Attachment(models.Model):
    """A photo or document, as others may see it: pictures without GPS and camera data.

    A case has many; meetings and endorsements point here from their own models. The file is below
    MEDIA_ROOT, which no web server serves; verification/views/attachments.py sends it.
    """

    PLACE = "region"

    class Type(models.TextChoices):
        JPEG = "image/jpeg", "Foto JPEG"
        PNG = "image/png", "Gambar PNG"
        PDF = "application/pdf", "Dokumen PDF"

    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="kasus",
    )
    region = models.ForeignKey(
        Region, models.PROTECT, verbose_name="wilayah", db_index=False, db_constraint=False
    )
    regency_code = regency_code_of("region")
    file = models.FileField("berkas", upload_to=attachment_name, max_length=200)
    original_name = models.CharField("nama berkas", max_length=255)
    content_type = models.CharField("jenis", max_length=15, choices=Type)
    size = models.PositiveIntegerField("ukuran (byte)")
    sha256 = models.CharField("sha256", max_length=64)
    caption = models.CharField("keterangan", max_length=200, blank=True)
    added_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="dilampirkan oleh"
    )
    added_at = models.DateTimeField("dilampirkan", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "lampiran"
        verbose_name_plural = "lampiran"
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"],
                condition=Q(case__isnull=False),
                name="attachment_once_per_case",
                violation_error_message="Berkas ini sudah dilampirkan pada kasus ini.",
            ),
        ]
        indexes = [models.Index(fields=["regency_code", "added_at"], name="attachment_place")]

    def __str__(self) -> str:
        return self.original_name
