"""Files of reports: asked for with a purpose, written in the background, gone after a day."""

import csv
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actions import log_export
from accounts.models import Notification, User
from accounts.notifications import notify
from accounts.roles import Role
from coordination import reports
from coordination.documents import word
from coordination.models import ReportFile
from regions.models import Region
from spreadsheets import writing
from spreadsheets.words import thousands

Format, Status = ReportFile.Format, ReportFile.Status
KEPT = timedelta(hours=24)
AT_ONCE = 5_000  # rows that are written while the user waits
AT_MOST = 1_000_000
AT_MOST_SIGNED = 2_000
TOLD_EVERY = 2_000


def wanted_of(found: ReportFile) -> reports.Wanted:
    return reports.Wanted(found.user, found.region, found.options)


def ask(
    *,
    report: reports.Report,
    region: Region,
    options: dict[str, str],
    format: str,
    purpose: str,
    by: User,
) -> ReportFile:
    """Note what is wanted and count its rows; the caller has it written at once or later.

    Raises `PermissionDenied`, or `ValidationError` for too many rows or a missing purpose.
    """
    if not by.has_perm("coordination.make_report") or not by.has_perm(report.permission):
        raise PermissionDenied("Peran Anda tidak mencakup laporan ini.")
    if not by.scope.contains(region.code):
        raise PermissionDenied(f"{region} di luar wilayah tugas Anda.")
    if len(region.code) > report.deepest:
        raise ValidationError({"region": "Laporan ini dibuat untuk kabupaten/kota atau provinsi."})
    if report.is_personal and len(purpose.strip()) < 10:
        raise ValidationError({"purpose": "Tulis keperluannya, sekurangnya 10 huruf."})
    if format == Format.DOCX and not report.is_signed:
        raise ValidationError({"format": "Laporan ini tidak dibuat sebagai dokumen Word."})
    total = report.count(reports.Wanted(by, region, options))
    limit = AT_MOST_SIGNED if format == Format.DOCX else AT_MOST
    if total > limit:
        raise ValidationError(
            f"Laporan ini lebih dari {limit} baris dalam bentuk tersebut. Persempit wilayahnya."
        )
    return ReportFile.objects.create(
        user=by,
        report=report.code,
        region=region,
        options=options,
        format=format,
        purpose=purpose.strip(),
        total=total,
        expires_at=timezone.now() + KEPT,
    )


def _move(found: ReportFile, status: str) -> None:
    if status not in ReportFile.TRANSITIONS[found.status]:
        raise ValidationError("Laporan ini sudah selesai dibuat.")
    found.status = status
    found.save()


def _counted(found: ReportFile, rows: Iterable[Sequence]) -> Iterator[Sequence]:
    """The rows, with the progress told on the way."""
    found.done = 0
    for row in rows:
        found.done += 1
        if not found.done % TOLD_EVERY:
            ReportFile.objects.filter(pk=found.pk).update(done=found.done)
        yield row


def write(found: ReportFile) -> None:
    """Write the file within the scope in force; an export of personal data is logged with it."""
    report, wanted = reports.get(found.report), wanted_of(found)
    _move(found, Status.BERJALAN)
    rows = _counted(found, report.rows(wanted))
    if report.is_summed and found.format != Format.CSV:
        rows = _summed(report, rows)
    shown = report.shown(wanted)
    columns = [report.columns[n] for n in shown]
    rows = ([row[n] for n in shown] for row in rows)
    with NamedTemporaryFile(suffix=f".{found.format}") as file:
        if found.format == Format.XLSX:
            _write_xlsx(file.name, report, found, columns, rows)
        elif found.format == Format.CSV:
            _write_csv(file.name, columns, rows)
        else:
            Path(file.name).write_bytes(_signed(report, found, columns, rows))
        with open(file.name, "rb") as content, transaction.atomic():
            if report.is_personal:
                log_export(
                    by=found.user,
                    region=found.region,
                    subject=f"Laporan {report.title}, {found.region}"[:200],
                    purpose=found.purpose,
                    row_count=found.done,
                )
            # A name nobody guesses; the page that sends it asks who wants it.
            found.file.save(f"{secrets.token_hex(16)}.{found.format}", File(content), save=False)
            found.total = found.done
            _move(found, Status.SIAP)


def _summed(report: reports.Report, rows: Iterable[Sequence]) -> Iterator[Sequence]:
    """The rows and, below more than one of them, their sum."""
    sums, count = [0] * len(report.columns), 0
    for row in rows:
        count += 1
        for n, column in enumerate(report.columns):
            if column.is_number and not column.share:
                sums[n] += row[n]
        yield row
    if count > 1:
        yield report.total(sums)


def _described(report: reports.Report, found: ReportFile) -> list[tuple[str, str]]:
    made = date_format(timezone.localtime(), "j F Y, H.i")
    return [
        *report.described(wanted_of(found)),
        ("Dibuat", f"{made} WIB oleh {found.user}"),
        *([("Keperluan", found.purpose)] if found.purpose else []),
    ]


def _write_xlsx(path: str, report, found: ReportFile, columns, rows) -> None:
    writing.export(
        path,
        [column.heading for column in columns],
        rows,
        formats={
            column.heading: "0.0" if column.share else "#,##0"
            for column in columns
            if column.is_number
        },
        about=[("Laporan", report.title), *_described(report, found), *report.definitions],
    )


def _write_csv(path: str, columns, rows: Iterable[Sequence]) -> None:
    """For other programs: dates as ISO, a comma before decimals, no sums."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([column.heading for column in columns])
        for row in rows:
            writer.writerow([writing.safe_text(_decimal_comma(value)) for value in row])


def _decimal_comma(value: object) -> object:
    return str(value).replace(".", ",") if isinstance(value, Decimal | float) else value


def _in_words(value: object) -> object:
    """As it stands in a document.

    >>> [_in_words(value) for value in (date(2021, 11, 3), 1200, Decimal("87.5"), "NIK", None)]
    ['3 November 2021', '1.200', '87,5', 'NIK', None]
    """
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return thousands(value) if isinstance(value, int) else _decimal_comma(value)


def _signed(report, found: ReportFile, columns, rows) -> bytes:
    return word.signed_table(
        title=report.title,
        note="".join(f"{term}: {text}. " for term, text in _described(report, found)).strip(),
        headings=[column.heading for column in columns],
        rows=[[_in_words(value) for value in row] for row in rows],
        numbers=[index for index, column in enumerate(columns) if column.is_number],
        has_total=report.is_summed and found.done > 1,
        definitions=report.definitions,
        office=_office(found.user, found.region),
        now=timezone.localtime(),
    )


def _office(user: User, region: Region) -> str:
    """Who signs: the head of the user's office, of a kabupaten/kota where that is all they see."""
    if user.role == Role.AUDITOR:
        return "Pejabat yang menandatangani"
    code = region.code[:2] if user.scope.is_province else region.code[:5]
    return f"Kepala Dinas Sosial {Region.objects.get(pk=code).full_name}"


def tell(found: ReportFile) -> None:
    """Tell the user that a report that was written in the background can be fetched."""
    title = reports.get(found.report).title
    until = date_format(timezone.localtime(found.expires_at), "j F Y, H.i")
    notify(
        [found.user],
        topic=Notification.Topic.LAPORAN,
        text=f"Laporan {title} siap diunduh sampai {until} WIB.",
        url=reverse("coordination:reports"),
    )


def fail(found: ReportFile) -> None:
    """Give up; nothing was logged, since nothing was taken out."""
    ReportFile.objects.filter(pk=found.pk).update(status=Status.GAGAL)


def purge_expired() -> int:
    """Delete the files whose day is over; tells how many. What was asked for stays on record."""
    expired = ReportFile.objects.filter(expires_at__lte=timezone.now()).exclude(file="")
    count = 0
    for found in expired:
        found.file.delete(save=False)
        ReportFile.objects.filter(pk=found.pk).update(file="")
        count += 1
    return count
