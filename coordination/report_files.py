"""Files of reports: asked for with a purpose, written in the background, gone after a day."""

import csv
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import log_export
from accounts.models import Notification, User
from accounts.notifications import notify
from coordination import reports
from coordination.documents import word
from coordination.models import ReportFile
from regions.models import Region
from spreadsheets import writing

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
    report = reports.get(found.report)
    _move(found, Status.BERJALAN)
    headings = [column.heading for column in report.columns]
    rows = _counted(found, report.rows(wanted_of(found)))
    with NamedTemporaryFile(suffix=f".{found.format}") as file:
        if found.format == Format.XLSX:
            writing.export(file.name, headings, rows)
        elif found.format == Format.CSV:
            _write_csv(file.name, headings, rows)
        else:
            Path(file.name).write_bytes(_signed(report, found, headings, rows))
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


def _write_csv(path: str, headings: Sequence[str], rows: Iterable[Sequence]) -> None:
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(headings)
        for row in rows:
            writer.writerow([writing.safe_text(value) for value in row])


def _signed(report, found: ReportFile, headings: Sequence[str], rows) -> bytes:
    now = timezone.localtime()
    used = list(rows)
    return word.signed_table(
        title=report.title,
        note=f"{found.region.full_name}. Dibuat {now:%d-%m-%Y pukul %H.%M} WIB oleh {found.user}.",
        headings=headings,
        rows=used,
        numbers=[index for index, column in enumerate(report.columns) if column.is_number],
        definitions=report.definitions,
        office="Pejabat yang menandatangani",
        now=now,
    )


def tell(found: ReportFile) -> None:
    """Tell the user that a report that was written in the background can be fetched."""
    title = reports.get(found.report).title
    until = timezone.localtime(found.expires_at)
    notify(
        [found.user],
        topic=Notification.Topic.LAPORAN,
        text=f"Laporan {title} siap diunduh sampai {until:%d-%m-%Y pukul %H.%M} WIB.",
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
