from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from accounts.roles import OUTSIDE
from accounts.scope import ScopedQuerySet, regency_code_of
from regions.models import Region
from spreadsheets.headings import BY_CHOICE, BY_CONTENT


def stored_name(upload: "Upload", filename: str) -> str:
    """Files are kept under their hash: what a sender calls a file never becomes a path."""
    return f"unggahan/{upload.sha256[:2]}/{upload.sha256}"


class UploadQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """In the user's region; of those the own ones only, for an agency from outside.

        A bank must not see another bank's customers, nor Dukcapil the register.
        """
        visible = super().visible_to(user)
        return visible.filter(sent_by=user) if user.role in OUTSIDE else visible

    def open(self):
        return self.exclude(status__in=Upload.CLOSED)

    def to_repair(self):
        return self.filter(status__in=[Upload.Status.PERLU_PERBAIKAN, Upload.Status.DIKEMBALIKAN])

    def reverted_since(self, moment):
        """Applied, and taken back since then."""
        taken_back = UploadEvent.objects.filter(
            upload=OuterRef("pk"), status=Upload.Status.DIBATALKAN, at__gte=moment
        )
        return self.filter(
            Exists(taken_back), status=Upload.Status.DIBATALKAN, applied_at__isnull=False
        )

    def ready(self):
        return self.filter(status=Upload.Status.SIAP)

    def to_review(self):
        return self.filter(status=Upload.Status.DIAJUKAN)

    def reviewable_by(self, user):
        """Waiting for a decision that this user may take: maker is not checker."""
        return self.to_review().exclude(submitted_by=user).exclude(sent_by=user)

    def waiting(self):
        """Handed in, and not yet in the register."""
        return self.filter(status__in=[Upload.Status.DIAJUKAN, Upload.Status.DISETUJUI])


class Upload(models.Model):
    """One sheet as it was sent, and its way into the register (DESIGN section 5)."""

    PLACE = "region"

    class Status(models.TextChoices):
        DITERIMA = "DITERIMA", "Diterima"
        DIPERIKSA = "DIPERIKSA", "Diperiksa"
        PERLU_PERBAIKAN = "PERLU_PERBAIKAN", "Perlu perbaikan"
        SIAP = "SIAP", "Siap diajukan"
        DIAJUKAN = "DIAJUKAN", "Diajukan"
        DIKEMBALIKAN = "DIKEMBALIKAN", "Dikembalikan"
        DISETUJUI = "DISETUJUI", "Disetujui"
        DITERAPKAN = "DITERAPKAN", "Diterapkan"
        DIBATALKAN = "DIBATALKAN", "Dibatalkan"
        GAGAL = "GAGAL", "Gagal"

    TRANSITIONS = {
        Status.DITERIMA: {Status.DIPERIKSA, Status.GAGAL, Status.DIBATALKAN},
        Status.DIPERIKSA: {
            Status.PERLU_PERBAIKAN,
            Status.SIAP,
            Status.GAGAL,
            Status.DIBATALKAN,
        },
        Status.PERLU_PERBAIKAN: {
            Status.SIAP,
            Status.DIPERIKSA,
            Status.DIAJUKAN,
            Status.DIBATALKAN,
        },
        Status.SIAP: {
            Status.PERLU_PERBAIKAN,
            Status.DIPERIKSA,
            Status.DIAJUKAN,
            Status.DIBATALKAN,
        },
        Status.DIAJUKAN: {Status.DISETUJUI, Status.DIKEMBALIKAN},
        Status.DIKEMBALIKAN: {Status.DIPERIKSA, Status.DIAJUKAN, Status.DIBATALKAN},
        Status.DISETUJUI: {Status.DITERAPKAN, Status.GAGAL},
        Status.DITERAPKAN: {Status.DIBATALKAN},
        Status.DIBATALKAN: set(),
        Status.GAGAL: {Status.DIPERIKSA, Status.DISETUJUI},
    }
    CLOSED = (Status.DITERAPKAN, Status.DIBATALKAN, Status.GAGAL)
    EDITABLE = (Status.PERLU_PERBAIKAN, Status.SIAP, Status.DIKEMBALIKAN)

    class Stage(models.TextChoices):
        ANTRE = "ANTRE", "Menunggu giliran"
        MEMBACA = "MEMBACA", "Membaca berkas"
        MEMERIKSA = "MEMERIKSA", "Memeriksa baris"
        MEMBANDINGKAN = "MEMBANDINGKAN", "Membandingkan dengan data terdaftar"
        MENERAPKAN = "MENERAPKAN", "Menerapkan perubahan"
        SELESAI = "SELESAI", "Selesai"

    kind = models.CharField("jenis lembar", max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="wilayah")
    regency_code = regency_code_of("region")
    reference = models.CharField("acuan", max_length=40, blank=True)
    repairs = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repaired_by",
        verbose_name="perbaikan dari",
    )

    file = models.FileField("berkas", upload_to=stored_name, max_length=200)
    original_name = models.CharField("nama berkas", max_length=255)
    size = models.PositiveBigIntegerField("ukuran (byte)")
    sha256 = models.CharField(max_length=64)

    status = models.CharField("status", max_length=15, choices=Status, default=Status.DITERIMA)
    stage = models.CharField("tahap", max_length=13, choices=Stage, default=Stage.ANTRE)
    done = models.PositiveIntegerField("baris selesai", default=0)
    total = models.PositiveIntegerField("jumlah baris", default=0)
    stage_started_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    failure = models.TextField("sebab gagal", blank=True)
    # The code of the refusal, for pages that offer a way out; '' for other failures.
    failure_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    reading = models.JSONField("hasil pembacaan", default=dict, blank=True)
    # Which column is which field as the sender has said it; NULL: as the reader finds it.
    columns = models.JSONField("pemetaan kolom", null=True, blank=True)
    expected_rows = models.PositiveIntegerField(
        "jumlah baris menurut surat pengantar", null=True, blank=True
    )

    rows_new = models.PositiveIntegerField("baru", default=0)
    rows_changed = models.PositiveIntegerField("berubah", default=0)
    rows_same = models.PositiveIntegerField("sama", default=0)
    rows_review = models.PositiveIntegerField("perlu diperiksa", default=0)
    rows_problem = models.PositiveIntegerField("bermasalah", default=0)
    rows_applied = models.PositiveIntegerField("diterapkan", default=0)
    rows_conflict = models.PositiveIntegerField("berubah sejak diperiksa", default=0)

    sent_by = models.ForeignKey(
        User, models.PROTECT, related_name="uploads_sent", verbose_name="pengirim"
    )
    sent_at = models.DateTimeField("dikirim", auto_now_add=True)
    submitted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads_submitted",
        verbose_name="diajukan oleh",
    )
    submitted_at = models.DateTimeField("diajukan", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads_reviewed",
        verbose_name="diputus oleh",
    )
    reviewed_at = models.DateTimeField("diputus", null=True, blank=True)
    applied_at = models.DateTimeField("diterapkan", null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "unggahan"
        verbose_name_plural = "unggahan"
        ordering = ["-sent_at", "-id"]
        permissions = [
            ("submit_upload", "Dapat mengajukan unggahan"),
            ("review_upload", "Dapat menyetujui atau mengembalikan unggahan"),
            ("revert_upload", "Dapat membatalkan unggahan yang sudah diterapkan"),
        ]
        constraints = [
            models.CheckConstraint(
                name="upload_maker_is_not_checker",
                condition=Q(reviewed_by=None)
                | (~Q(reviewed_by=F("submitted_by")) & ~Q(reviewed_by=F("sent_by"))),
                violation_error_message=(
                    "Yang mengirim atau mengajukan unggahan tidak boleh menyetujuinya."
                    " Mintalah koordinator lain memeriksanya."
                ),
            ),
            models.CheckConstraint(
                name="upload_submitted_means_who_and_when",
                condition=Q(status__in=["DIAJUKAN", "DISETUJUI", "DITERAPKAN"])
                & Q(submitted_by__isnull=False, submitted_at__isnull=False)
                | ~Q(status__in=["DIAJUKAN", "DISETUJUI", "DITERAPKAN"]),
            ),
            models.CheckConstraint(
                name="upload_approved_means_who_and_when",
                condition=Q(status__in=["DISETUJUI", "DITERAPKAN"])
                & Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                | ~Q(status__in=["DISETUJUI", "DITERAPKAN"]),
            ),
            models.CheckConstraint(
                name="upload_failed_means_reason",
                condition=~Q(status="GAGAL") | ~Q(failure=""),
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"]),
            models.Index(fields=["regency_code", "status"]),
            models.Index(fields=["kind", "reference"]),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def rows_total(self) -> int:
        return (
            self.rows_new
            + self.rows_changed
            + self.rows_same
            + self.rows_review
            + self.rows_problem
        )

    @property
    def rows_to_apply(self) -> int:
        return self.rows_new + self.rows_changed

    @property
    def rows_held_back(self) -> int:
        """Not submittable yet: somebody must decide or repair."""
        return self.rows_review + self.rows_problem

    @property
    def rows_to_submit(self) -> int:
        return self.rows_to_apply + self.rows_same

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE

    @property
    def is_rereadable(self) -> bool:
        """Nobody decides about its rows now, so that its file may be read in another way."""
        failed_to_read = self.status == self.Status.GAGAL and self.reviewed_by_id is None
        return self.is_editable or failed_to_read

    @property
    def columns_read(self) -> list[dict]:
        """What the last check has read the columns as; [] before it."""
        return self.reading.get("columns", [])

    @property
    def columns_are_remembered(self) -> bool:
        """The sender has said of an earlier file what columns of this one mean."""
        return self.columns is None and any(
            column["how"] == BY_CHOICE for column in self.columns_read
        )

    @property
    def columns_are_unconfirmed(self) -> bool:
        """A column is read by its content, and nobody has looked whether that is right."""
        return self.columns is None and any(
            column["how"] == BY_CONTENT for column in self.columns_read
        )


class ColumnMapping(models.Model):
    """What a sender has said of the columns of a layout, offered with the next sheet."""

    user = models.ForeignKey(User, models.CASCADE, related_name="column_mappings")
    kind = models.CharField("jenis lembar", max_length=40)
    columns = models.JSONField("pemetaan kolom")
    changed_at = models.DateTimeField("diubah", auto_now=True)

    class Meta:
        verbose_name = "pemetaan kolom"
        verbose_name_plural = "pemetaan kolom"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="column_mapping_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.kind}"


class UploadRow(models.Model):
    """A row as it will go into the register: canonical texts in the order of the layout."""

    PLACE = "region"

    class Verdict(models.TextChoices):
        BARU = "BARU", "Baru"
        BERUBAH = "BERUBAH", "Berubah"
        SAMA = "SAMA", "Sama"
        PERLU_DIPERIKSA = "PERLU_DIPERIKSA", "Perlu diperiksa"
        BERMASALAH = "BERMASALAH", "Bermasalah"

    class Outcome(models.TextChoices):
        BELUM = "", "Belum diterapkan"
        DITERAPKAN = "DITERAPKAN", "Diterapkan"
        BERUBAH_LAGI = "BERUBAH_LAGI", "Berubah sejak diperiksa"
        DIKEMBALIKAN = "DIKEMBALIKAN", "Dikembalikan ke semula"
        TIDAK_DAPAT = "TIDAK_DAPAT", "Tidak dapat dikembalikan"

    # Rows are written only while their upload is held: a hundred thousand look-ups would be vain.
    upload = models.ForeignKey(
        Upload, models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, db_constraint=False)
    regency_code = regency_code_of("region")
    sheet = models.CharField("lembar", max_length=255, blank=True)
    row_number = models.PositiveIntegerField("baris")
    values = ArrayField(models.TextField())
    verdict = models.CharField("putusan", max_length=15, choices=Verdict, blank=True)
    target_id = models.BigIntegerField(null=True)
    household_id = models.BigIntegerField(null=True)
    changes = models.JSONField(null=True)
    outcome = models.CharField("hasil", max_length=12, choices=Outcome, blank=True, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "baris unggahan"
        verbose_name_plural = "baris unggahan"
        ordering = ["upload", "sheet", "row_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "sheet", "row_number"], name="upload_row_once"
            )
        ]
        indexes = [models.Index(fields=["upload", "verdict"], name="upload_row_verdict")]

    def __str__(self) -> str:
        return f"baris {self.row_number}"


class UploadIssue(models.Model):
    """Something about a row (or, with row 0, the file) that its reader should know or decide."""

    PLACE = "region"

    class Level(models.TextChoices):
        INFO = "info", "Diperbaiki portal"
        WARNING = "warning", "Perlu diperiksa"
        ERROR = "error", "Bermasalah"

    class Decision(models.TextChoices):
        OPEN = "", "Belum diputus"
        ACCEPTED = "ACCEPTED", "Saran diterima"
        KEPT = "KEPT", "Sesuai berkas"

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="issues")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, db_constraint=False)
    regency_code = regency_code_of("region")
    sheet = models.CharField("lembar", max_length=255, blank=True)
    row_number = models.PositiveIntegerField("baris")
    field = models.CharField("kolom", max_length=40, blank=True)
    code = models.CharField("kode", max_length=40)
    level = models.CharField("tingkat", max_length=7, choices=Level)
    message = models.TextField("keterangan")
    before = models.TextField("tertulis", blank=True)
    value = models.TextField("isi sebelum saran diterima", blank=True, db_default="")
    suggestion = models.TextField("saran", blank=True)
    decision = models.CharField("putusan", max_length=8, choices=Decision, blank=True, default="")
    # Told by the comparison with the register and the other rows, so told anew by the next one.
    from_register = models.BooleanField(default=False, db_default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "temuan"
        verbose_name_plural = "temuan"
        ordering = ["upload", "row_number", "id"]
        indexes = [
            models.Index(fields=["upload", "code", "row_number"], name="upload_issue_code"),
            models.Index(fields=["upload", "sheet", "row_number"], name="upload_issue_row"),
        ]

    def __str__(self) -> str:
        return f"baris {self.row_number}: {self.message}"


class UploadEvent(models.Model):
    """One step in the life of an upload, or a decision on many of its rows; never changed."""

    PLACE = "region"

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="events")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, db_constraint=False)
    regency_code = regency_code_of("region")
    at = models.DateTimeField("waktu", auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="oleh")
    status = models.CharField("menjadi", max_length=15, choices=Upload.Status)
    note = models.TextField("keterangan", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "riwayat unggahan"
        verbose_name_plural = "riwayat unggahan"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_decision(self) -> bool:
        """A decision on all rows of a cause, told in the note, and no change of status."""
        return self.status == Upload.Status.PERLU_PERBAIKAN and bool(self.note)
