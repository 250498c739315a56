"""Workbooks that leave the portal for repair: annotated, or only the rows held back."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django_tasks import task

from accounts import scope
from accounts.models import AccessLog, User
from spreadsheets import annotating, writing
from spreadsheets.layout import Issue
from spreadsheets.looking import FileRead, SheetRead
from uploads import figures, kinds
from uploads.models import Upload, UploadIssue, UploadRow
from uploads.wording import Texts

# Measured with benchmarks/annotate.py: 50,000 rows with 16,500 findings take four to five seconds.
ROWS_A_SECOND = 10_000
# Up to here a workbook is annotated while its reader waits.
AT_ONCE_ROWS = 10_000
HELD_BACK = (UploadRow.Verdict.PERLU_DIPERIKSA, UploadRow.Verdict.BERMASALAH)


def read_of(upload: Upload) -> FileRead:
    """What the check has noted about the file, as the writer of workbooks wants it."""
    reading = upload.reading
    sheets = [SheetRead(*sheet) for sheet in reading["sheets"]]
    return FileRead(
        layout_key=kinds.get(upload.kind).layout.key,
        sheets=sheets,
        left_out=[tuple(left) for left in reading["left_out"]],
        header_row=sheets[0].header_row,
        mapping=reading["mapping"],
        unknown=reading["unknown"],
        identity=reading["identity"],
        row_count=upload.rows_total,
    )


def open_issues(upload: Upload) -> QuerySet[UploadIssue]:
    """What a repairer must look at; what the portal put in order itself would only hide it."""
    return upload.issues.filter(decision=UploadIssue.Decision.OPEN).exclude(
        level=UploadIssue.Level.INFO
    )


def _noted(upload: Upload) -> Iterator[Issue]:
    layout = kinds.get(upload.kind).layout
    texts = Texts(layout)
    issues = open_issues(upload).order_by("row_number", "id")
    texts.learn(issues.filter(field="village").values_list("suggestion", flat=True))
    for issue in issues.iterator(chunk_size=5_000):
        column = layout.column_of(issue.field)
        yield Issue(
            issue.row_number,
            column.field if column else issue.field,
            issue.code,
            issue.level,
            issue.message,
            issue.before,
            texts.typed(issue.field, texts.places.get(issue.suggestion, issue.suggestion)),
            issue.sheet,
        )


def write_annotated(upload: Upload, path: Path) -> None:
    """The sender's own workbook with what is still to be repaired written into it.

    Its summary lists every cause, also what the portal has repaired itself; the cells show only
    what must be repaired or looked at.
    """
    totals = figures.sums(upload)
    causes = figures.causes(upload.issues.filter(row_number__gt=0))
    summary: list[tuple[str, int | str]] = [("Baris dikirim", totals.sent)]
    summary += [(part.look.text, part.count) for part in totals.parts]
    for heading, found in (
        ("Harus diperbaiki", causes.problem),
        ("Perlu diperiksa", causes.review),
        ("Diperbaiki portal, tidak perlu diubah", causes.repaired),
    ):
        listed = [(cause.title, cause.rows) for cause in found if cause.rows]
        if listed:
            summary += [("", ""), (heading, "Baris"), *listed]
    annotating.annotate(
        upload.file.path, path, _noted(upload), summary=summary, read=read_of(upload)
    )


def annotated_name(upload: Upload) -> str:
    """How the annotated workbook is called on the computer of who takes it."""
    ending = annotating.annotated_ending(upload.file.path)
    return f"{Path(upload.original_name).stem}_beranotasi{ending}"


def write_held_back(upload: Upload, path: Path) -> None:
    """Only the rows that cannot be submitted yet, in the same layout and with the same identity."""
    layout = kinds.get(upload.kind).layout
    texts = Texts(layout)
    written: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for issue in open_issues(upload).exclude(before=""):
        written[issue.sheet, issue.row_number].setdefault(issue.field, issue.before)
    fields = [column.field for column in layout.columns]
    rows = upload.rows.filter(verdict__in=HELD_BACK).order_by("sheet", "row_number")

    def filled() -> Iterator[dict[str, str]]:
        for row in rows.iterator(chunk_size=2_000):
            # A cell that could not be understood is empty; its sender gets back what was written.
            sent = written.get((row.sheet, row.row_number), {})
            values = dict(zip(layout.fields, row.values, strict=True))
            yield {
                name: texts.choices.get(name, {}).get(values[name], values[name])
                or sent.get(name, "")
                for name in fields
            }

    writing.prefilled(
        layout,
        filled(),
        path,
        identity=upload.reading.get("identity", {}),
        title=f"Baris yang belum dapat diajukan dari {upload.original_name}",
        filled=fields,
    )


def annotated_path(result_id: str, upload_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "beranotasi" / str(upload_id) / f"{result_id}.xlsx"


@task(takes_context=True)
def annotate(context, upload_id: int, user_id: int) -> None:
    """Write the annotated workbook of a big upload; the one made before gives way."""
    user = User.objects.get(pk=user_id)
    with scope.applied(user.scope):
        upload = Upload.objects.visible_to(user).get(pk=upload_id)
        path = annotated_path(context.task_result.id, upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        for earlier in path.parent.iterdir():
            earlier.unlink(missing_ok=True)
        unfinished = path.with_suffix(".tmp")
        write_annotated(upload, unfinished)
        unfinished.rename(path)


def log_download(upload: Upload, *, by: User, what: str, rows: int, purpose: str) -> None:
    """An export of personal data: who took what, of which upload, for what (UU 27/2022)."""
    AccessLog.objects.create(
        kind=AccessLog.Kind.EXPORT,
        user=by,
        region_id=upload.region_id,
        subject=f"{what} unggahan {upload.pk}: {upload.original_name}"[:200],
        purpose=purpose[:200],
        row_count=rows,
    )
