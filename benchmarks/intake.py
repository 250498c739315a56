"""Speed of a BNBA sheet on its way into the register. benchmarks/README.md says how to run it."""

import argparse
import csv
import io
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import bench
import psycopg2
from sheet import ERRORS, REGENCY, sheet

IMPORT_EXPORT_ROWS = 20_000
RUNS = 3


def floor(path: Path, url: str) -> float:
    """Seconds of what nobody can do without: read the cells, COPY them into one table."""
    from python_calamine import CalamineWorkbook

    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        started = time.perf_counter()
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        columns = ", ".join(f"c{n} text" for n in range(len(rows[0])))
        cursor.execute(f"CREATE TABLE floor ({columns})")
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(rows[1:])
        buffer.seek(0)
        cursor.copy_expert("COPY floor FROM STDIN WITH (FORMAT csv)", buffer)
        connection.commit()
        taken = time.perf_counter() - started
        cursor.execute("DROP TABLE floor")
    return taken


def import_export_rate(path: Path) -> float:
    """Rows per second of django-import-export in bulk mode: its dry run, which is how it checks.

    Given what helps it: a CSV, no diff, every known person loaded by one query. It checks less than
    the portal does: only the persons, and of them only that dates are dates. Its dry run writes in
    bulk and rolls back, so it is no slower than an import.
    """
    import tablib
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader
    from python_calamine import CalamineWorkbook

    from beneficiaries.models import Household, Person

    class PersonResource(resources.ModelResource):
        nik = fields.Field("nik", "NIK")
        name = fields.Field("name", "NAMA")
        birth_date = fields.Field("birth_date", "TANGGAL LAHIR", widgets.DateWidget("%d-%m-%Y"))
        birth_place = fields.Field("birth_place", "TEMPAT LAHIR")
        sex = fields.Field("sex", "JENIS KELAMIN")
        occupation = fields.Field("occupation", "PEKERJAAN")
        mother_name = fields.Field("mother_name", "NAMA IBU KANDUNG")
        match_note = fields.Field("match_note", "KETERANGAN PADAN")

        class Meta:
            model = Person
            instance_loader_class = CachedInstanceLoader
            import_id_fields = ("nik",)
            fields = ("nik", "name", "birth_date", "birth_place", "sex", "occupation",
                      "mother_name", "match_note")  # fmt: skip
            use_bulk = True
            batch_size = 1_000
            skip_diff = True
            skip_html_diff = True

        def before_save_instance(self, instance, row, **kwargs) -> None:
            """A new person needs a family; any will do here."""
            if not instance.household_id:
                instance.household_id, instance.village_id = home.pk, home.village_id

    home = Household.objects.filter(regency_code=REGENCY).order_by("pk").first()
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows[: IMPORT_EXPORT_ROWS + 1])

    def load() -> None:
        data = tablib.Dataset().load(text.getvalue(), format="csv")
        result = PersonResource().import_data(data, dry_run=True)
        for error in result.base_errors:
            raise error.error
        if not result.totals["update"] > result.totals["new"] > 0:
            raise SystemExit(f"django-import-export has done something else: {result.totals}")

    return min(len(rows) - 1, IMPORT_EXPORT_ROWS) / bench.seconds(load)


def _set_up() -> None:
    import django

    django.setup()


def in_own_process(work, *arguments):
    """Run apart, so that what one measurement leaves in memory is not counted in the next."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_set_up) as pool:
        return pool.submit(work, *arguments).result()


@contextmanager
def stage_times() -> Iterator[dict[str, float]]:
    """Seconds from each stage of an upload to the next, as its progress page shows them."""
    from uploads import steps

    seconds: dict[str, float] = {}
    enter = steps.enter_stage
    entered = [("ANTRE", time.perf_counter())]

    def note(stage: str) -> None:
        name, since = entered[-1]
        entered.append((stage, time.perf_counter()))
        seconds[name] = round(entered[-1][1] - since, 2)

    def noted_enter(upload, stage, **counts) -> None:
        note(str(stage))
        enter(upload, stage, **counts)

    steps.enter_stage = noted_enter
    try:
        yield seconds
    finally:
        steps.enter_stage = enter
        note("")


def check(path: Path, sender) -> tuple[object, float, dict[str, float], float]:
    """Receive and check the sheet in this process, as the worker does it.

    Gives the upload, the seconds, the seconds of each stage, the peak of memory in MB.
    """
    from regions.models import Region
    from uploads import actions, tasks
    from uploads.models import Upload

    started = time.perf_counter()
    with stage_times() as stages, bench.PeakMemory() as memory:
        with path.open("rb") as file:
            upload = actions.receive(
                by=sender,
                kind="dtks_bnba",
                region=Region.objects.get(pk=REGENCY),
                file=file,
                name=path.name,
            )
        tasks.check.func(upload.pk)
    taken = time.perf_counter() - started
    upload = Upload.objects.get(pk=upload.pk)
    if upload.status not in (Upload.Status.SIAP, Upload.Status.PERLU_PERBAIKAN):
        raise SystemExit(f"The check ended with: {upload.failure}")
    return upload, taken, stages, memory.megabytes


def forget(upload) -> None:
    """Take a checked upload away, so that the next run finds what this one has found."""
    from django.db import connection

    upload.rows.all()._raw_delete("default")
    upload.issues.all()._raw_delete("default")
    upload.events.all()._raw_delete("default")
    upload.delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE uploads_uploadrow, uploads_uploadissue")


def apply(upload, sender, approver) -> float:
    """Submit and approve; seconds of writing the rows to the register, until they are committed."""
    from uploads import actions, tasks
    from uploads.models import Upload

    upload = actions.submit(upload, by=sender)
    upload = actions.approve(upload, by=approver)
    wanted = upload.rows_to_apply
    taken = bench.seconds(lambda: tasks.apply.func(upload.pk))
    upload.refresh_from_db()
    if upload.status != Upload.Status.DITERAPKAN or upload.rows_applied != wanted:
        raise SystemExit(f"{upload.rows_applied} of {wanted} rows were applied. {upload.failure}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--registered", type=int, default=1_000_000)
    parser.add_argument("--errors", type=float, default=ERRORS, help="share of rows with mistakes")
    parser.add_argument(
        "--scoped",
        action="store_true",
        help="sent by a district officer, as the restricted role",
    )
    chosen = parser.parse_args()
    with bench.register(chosen.registered, copy="intake") as url:
        bench.report(measure(url, chosen))


def measure(url: str, chosen: argparse.Namespace) -> dict:
    from accounts.roles import Role

    path = sheet(url, chosen.registered, rows=chosen.rows, errors=chosen.errors)
    all_changed = sheet(url, chosen.registered, rows=chosen.rows, errors=0, changed=True)
    coordinator = bench.user("koordinator", Role.KOORDINATOR, "62")
    approver = bench.user("penyetuju", Role.KOORDINATOR, "62")
    sender = bench.user("petugas", Role.PETUGAS, REGENCY) if chosen.scoped else coordinator
    floors, checks, stages, peaks, upload = [], [], [], [], None
    for _ in range(RUNS):
        if upload:
            forget(upload)
        floors.append(in_own_process(floor, path, url))
        upload, *measured = check(path, sender)
        for kept, one in zip((checks, stages, peaks), measured, strict=True):
            kept.append(one)
        bench.say(f"floor {floors[-1]:.2f} s, check {checks[-1]:.2f} s {stages[-1]}")
    rate = in_own_process(import_export_rate, path)
    verdicts = {
        "new": upload.rows_new,
        "changed": upload.rows_changed,
        "same": upload.rows_same,
        "review": upload.rows_review,
        "problem": upload.rows_problem,
    }
    upload, *_ = check(all_changed, sender)
    to_apply = upload.rows_to_apply
    apply_s = apply(upload, sender, approver)
    bench.say(f"applied {to_apply} rows in {apply_s:.2f} s")
    check_s, floor_s = bench.median(checks), bench.median(floors)
    return {
        "rows": chosen.rows,
        "registered": chosen.registered,
        "errors": chosen.errors,
        "scoped": chosen.scoped,
        "verdicts": verdicts,
        "check_s": round(check_s, 2),
        "check_rows_per_s": round(chosen.rows / check_s),
        "floor_s": round(floor_s, 2),
        "floor_rows_per_s": round(chosen.rows / floor_s),
        "floor_ratio": round(bench.median([a / b for a, b in zip(checks, floors, strict=True)]), 2),
        "import_export_rows_per_s": round(rate),
        "import_export_ratio": round(chosen.rows / check_s / rate, 1),
        "peak_mb": round(max(peaks)),
        "apply_rows": to_apply,
        "apply_s": round(apply_s, 2),
        "stages_s": {name: bench.median([one[name] for one in stages]) for name in stages[0]},
    }


if __name__ == "__main__":
    main()
