"""The figures of an upload: what was sent and what becomes of it, causes, progress."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Func, Max, Min, Q, QuerySet, TextField
from django.utils import timezone

from uploads import kinds
from uploads.models import Upload, UploadEvent, UploadIssue, UploadRow
from uploads.wording import CAUSE_TITLES, Look, verdict_look, without_numbers

Level = UploadIssue.Level
Decision = UploadIssue.Decision
Status = Upload.Status


@dataclass(frozen=True)
class Part:
    """One verdict: how many rows, and where its piece of the bar lies (per cent of all rows)."""

    verdict: str
    look: Look
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Sums:
    """sent = applied or to be applied + unchanged + not submittable (+ changed since the check)."""

    sent: int
    to_apply: int
    same: int
    held_back: int
    conflict: int
    parts: list[Part]

    @property
    def told(self) -> str:
        return ", ".join(f"{part.count} {part.look.text.lower()}" for part in self.parts)


def sums(upload: Upload) -> Sums:
    """From the counters that the check and the apply keep on the upload: no row is counted."""
    counts = {
        UploadRow.Verdict.BARU: upload.rows_new,
        UploadRow.Verdict.BERUBAH: upload.rows_changed,
        UploadRow.Verdict.SAMA: upload.rows_same,
        UploadRow.Verdict.PERLU_DIPERIKSA: upload.rows_review,
        UploadRow.Verdict.BERMASALAH: upload.rows_problem,
    }
    if kinds.get(upload.kind).is_preview:
        del counts[UploadRow.Verdict.BERUBAH], counts[UploadRow.Verdict.SAMA]
    total, start, parts = upload.rows_total, 0.0, []
    for verdict, count in counts.items():
        width = 100 * count / total if total else 0
        parts.append(Part(verdict, verdict_look(upload, verdict), count, start, width))
        start += width
    applied = upload.applied_at is not None
    return Sums(
        sent=total,
        to_apply=upload.rows_applied if applied else upload.rows_to_apply,
        same=upload.rows_same,
        held_back=upload.rows_held_back,
        conflict=upload.rows_conflict if applied else 0,
        parts=parts,
    )


@dataclass
class Cause:
    """All findings of one code: one decision for many equal mistakes."""

    code: str
    level: str
    title: str = ""
    example: str = ""
    rows: int = 0
    """Rows that nobody has decided yet."""
    suggested: int = 0
    accepted: int = 0
    kept: int = 0
    decision: UploadEvent | None = None
    """The last one that somebody has taken on all its rows."""

    @property
    def decided(self) -> int:
        return self.accepted + self.kept


@dataclass(frozen=True)
class Causes:
    review: list[Cause] = field(default_factory=list)
    problem: list[Cause] = field(default_factory=list)
    repaired: list[Cause] = field(default_factory=list)
    of_file: list[UploadIssue] = field(default_factory=list)

    def get(self, code: str) -> Cause | None:
        for cause in (*self.review, *self.problem, *self.repaired):
            if cause.code == code:
                return cause
        return None


_ROW = Func(F("sheet"), F("row_number"), function="ROW", output_field=TextField())


def causes(issues: QuerySet[UploadIssue]) -> Causes:
    """Findings by code, the most frequent first, whether decided or not.

    What the portal itself put in order is counted by finding: there may be one in every row. A row
    is counted once for a code, and only codes found in several fields need a second look for that.
    """
    found: dict[tuple[str, str], Cause] = {}
    samples: dict[tuple[str, str], int] = {}
    groups = issues.filter(row_number__gt=0).order_by().values("code", "level", "decision")
    counted = list(
        groups.annotate(
            rows=Count("pk"),
            suggested=Count("pk", filter=~Q(suggestion="")),
            sample=Min("pk"),
            first_field=Min("field"),
            last_field=Max("field"),
        )
    )
    twofold = {
        one["code"]
        for one in counted
        if one["level"] != Level.INFO and one["first_field"] != one["last_field"]
    }
    if twofold:
        exact = {
            (one["code"], one["level"], one["decision"]): one
            for one in groups.filter(code__in=twofold).annotate(
                rows=Count(_ROW, distinct=True),
                suggested=Count(_ROW, distinct=True, filter=~Q(suggestion="")),
            )
        }
        for one in counted:
            one.update(exact.get((one["code"], one["level"], one["decision"]), {}))
    for one in counted:
        key = one["code"], one["level"]
        cause = found.setdefault(key, Cause(*key))
        if one["level"] == Level.INFO:
            cause.rows += one["rows"]
        elif one["decision"] == Decision.OPEN:
            cause.rows, cause.suggested = one["rows"], one["suggested"]
        elif one["decision"] == Decision.ACCEPTED:
            cause.accepted = one["rows"]
        else:
            cause.kept = one["rows"]
        if key not in samples or one["decision"] == Decision.OPEN:
            samples[key] = one["sample"]
    told = list(issues.filter(Q(pk__in=samples.values()) | Q(row_number=0)).order_by("pk"))
    examples = {issue.pk: issue for issue in told}
    for key, cause in found.items():
        message = without_numbers(examples[samples[key]].message)
        cause.title = CAUSE_TITLES.get(cause.code, message.rstrip("."))
        cause.example = message if cause.title != message.rstrip(".") else ""
    ordered = sorted(found.values(), key=lambda cause: (-cause.rows - cause.decided, cause.code))
    return Causes(
        review=[cause for cause in ordered if cause.level == Level.WARNING],
        problem=[cause for cause in ordered if cause.level == Level.ERROR],
        repaired=[cause for cause in ordered if cause.level == Level.INFO],
        of_file=[issue for issue in told if issue.row_number == 0],
    )


@dataclass(frozen=True)
class Progress:
    """Where the portal is with an upload, and how long it will still take."""

    percent: int
    stage: str
    done: int
    total: int
    elapsed: float
    remaining: float | None


# Where each stage begins and how much of the whole check it takes, in per cent. They only order the
# bar: of 100,000 rows against 1,000,000 persons (docs/benchmarks.md) reading took 29 %, checking
# 25 %, comparing 45 %; of smaller sheets on a busy machine 34-47 %, 25-39 %, and 25-39 %.
_CHECK = {
    Upload.Stage.ANTRE: (0, 0),
    Upload.Stage.MEMBACA: (2, 28),
    Upload.Stage.MEMERIKSA: (30, 25),
    Upload.Stage.MEMBANDINGKAN: (55, 45),
    Upload.Stage.SELESAI: (100, 0),
}
_APPLY = {Upload.Stage.ANTRE: (0, 0), Upload.Stage.MENERAPKAN: (10, 90)}


def progress(upload: Upload, *, now: datetime | None = None) -> Progress:
    """Percent of the whole way; the remaining seconds only where rows are counted.

    Never less than what is done: a stage that does not count its rows stands at its beginning.
    """
    stages = _APPLY if upload.status == Status.DISETUJUI else _CHECK
    start, share = stages.get(upload.stage, (0, 0))
    elapsed = 0.0
    if upload.stage_started_at:
        elapsed = max(0.0, ((now or timezone.now()) - upload.stage_started_at).total_seconds())
    counted = upload.stage == Upload.Stage.MEMERIKSA and upload.total > 0
    part = upload.done / upload.total if counted else 0
    remaining = None
    if counted and upload.done and elapsed >= 1:
        rate = upload.done / elapsed
        # In the same checks the comparison that follows took 0.6 to 1.8 times the checking.
        remaining = (upload.total - upload.done) / rate + 1.5 * upload.total / rate
    return Progress(
        percent=min(99, round(start + share * min(1, part))),
        stage=upload.get_stage_display(),
        done=upload.done if counted else 0,
        total=upload.total,
        elapsed=elapsed,
        remaining=remaining,
    )
