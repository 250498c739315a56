import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from regions.models import Region
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Issue
from spreadsheets.words import thousands
from uploads import kinds
from uploads.inspection import Inspection, after, heading, inspect
from uploads.wording import CAUSE_TITLES

READ, REFUSED, WRONG_USAGE = 0, 1, 2
VERDICT_TITLES = {
    "ok": "baik",
    "repaired": "dirapikan portal",
    "doubtful": "meragukan",
    "refused": "bermasalah",
}
LEVEL_TITLES = {"error": "salah", "warning": "ragu", "info": "rapi"}


class Command(BaseCommand):
    help = (
        "Memeriksa berkas seperti unggahan, tanpa menyimpan apa pun. "
        "--json menulis baris JSON: satu objek untuk berkas (file, status read/refused, reason, "
        'layout, rows, left_out), lalu satu untuk setiap baris data. Isi "left_out": objek '
        '{"what": apa, "count": berapa, "why": mengapa} untuk semua yang tidak dibaca sebagai '
        "data. Status keluar 0 bila terbaca, 1 bila ditolak, 2 bila perintahnya salah."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="berkas yang diperiksa")
        parser.add_argument(
            "--layout", help="jenis lembar, misalnya dtks_bnba; tanpa ini dikenali dari judul kolom"
        )
        parser.add_argument(
            "--region",
            help="kode wilayah, seperti diunggah petugas wilayah itu, misalnya 62.03; tanpa ini "
            "wilayah yang tertulis di dalam berkas, atau provinsi",
        )
        parser.add_argument(
            "--expected", type=int, metavar="N", help="jumlah baris menurut surat pengantar"
        )
        parser.add_argument("--json", action="store_true", help="menulis baris JSON (UTF-8)")

    def handle(self, *args, **options):
        for stream in (self.stdout, self.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"Berkas {path} tidak ditemukan.", returncode=WRONG_USAGE)
        _require_database()
        among = _kinds(options["layout"])
        region = _region(options["region"]) if options["region"] else None
        try:
            with inspect(
                path.resolve(),
                among=among,
                region=region,
                expected_rows=options["expected"],
            ) as inspection:
                lines = _json_read if options["json"] else _summary
                for line in lines(options["file"], inspection):
                    self.stdout.write(line)
        except SheetRefused as refused:
            if options["json"]:
                self.stdout.write(_json_file(options["file"], "refused", refused.message))
            else:
                self.stdout.write(f"{path.name} ditolak: {refused.message}")
            sys.exit(REFUSED)
        except BrokenPipeError:
            # Whoever reads our output has seen enough; nothing may be flushed at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _require_database() -> None:
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OperationalError:
        is_behind = True
    if is_behind:
        raise CommandError(
            "Basis data belum siap atau tidak dapat dihubungi; jalankan manage.py prepare dahulu.",
            returncode=WRONG_USAGE,
        )


def _kinds(key: str | None) -> list[kinds.SheetKind]:
    known = {kind.key: kind for kind in kinds.all_kinds()}
    if key and key not in known:
        raise CommandError(
            f"Jenis lembar {key} tidak dikenal; pilihannya: {', '.join(known)}.",
            returncode=WRONG_USAGE,
        )
    return [known[key]] if key else list(known.values())


def _region(code: str) -> Region:
    found = Region.objects.filter(pk=code).first()
    if not found:
        raise CommandError(f"Kode wilayah {code} tidak dikenal.", returncode=WRONG_USAGE)
    return found


def _json_file(file: str, status: str, reason: str, layout="", rows=0, left_out=(), **more) -> str:
    return _json(
        {
            "file": file,
            "status": status,
            "reason": reason,
            "layout": layout,
            "rows": rows,
            "left_out": [{"what": what, "count": many, "why": why} for what, many, why in left_out],
            **more,
        }
    )


def _json_read(file: str, inspection: Inspection) -> Iterator[str]:
    read, layout = inspection.read, inspection.kind.layout

    def told(issue: Issue, values: dict[str, str]) -> dict[str, str]:
        return {
            "column": heading(layout, issue.field),
            "code": issue.code,
            "level": issue.level,
            "message": issue.message,
            "before": issue.before,
            "after": after(issue, values),
        }

    more = {"issues": [told(issue, {}) for issue in inspection.issues]} if inspection.issues else {}
    yield _json_file(file, "read", "", layout.key, read.row_count, read.left_out, **more)
    for row in inspection.rows():
        yield _json(
            {
                "sheet": row.sheet,
                "row": row.number,
                "verdict": row.verdict,
                "values": row.values,
                "issues": [told(issue, row.values) for issue in row.issues],
            }
        )


def _json(told: dict) -> str:
    return json.dumps(told, ensure_ascii=False)


def _summary(file: str, inspection: Inspection) -> Iterator[str]:
    read, verdicts = inspection.read, inspection.verdicts()
    yield f"Berkas  {Path(file).name}"
    yield f"Jenis   {inspection.kind.title} ({inspection.kind.key})"
    yield f"Baris   {thousands(read.row_count)}: " + ", ".join(
        f"{thousands(count)} {VERDICT_TITLES[verdict]}" for verdict, count in verdicts.items()
    )
    causes = inspection.causes()
    if causes or inspection.issues:
        yield "\nTemuan"
    for issue in inspection.issues:
        yield f"  {LEVEL_TITLES[issue.level]:6}{issue.message}"
    for cause in causes:
        title = CAUSE_TITLES.get(cause.code, cause.message)
        more = ", …" if cause.count > len(cause.first_rows) else ""
        yield (
            f"  {LEVEL_TITLES[cause.level]:6}{title}: {thousands(cause.count)} baris "
            f"({', '.join(cause.first_rows)}{more})"
        )
    if read.left_out:
        yield "\nTidak dibaca sebagai data"
    for what, many, why in read.left_out:
        yield f"  {what}: {why}" + (f" ({thousands(many)} baris)" if many > 1 else "")
