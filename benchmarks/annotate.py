"""Speed of the annotated workbook of a big upload. benchmarks/README.md says how to run it."""

import argparse
from pathlib import Path

import bench
from intake import check, in_own_process
from sheet import sheet


def annotated(upload_id: int, user_id: int) -> dict:
    """The task itself, as the worker runs it, in this process."""
    from types import SimpleNamespace

    from uploads import files

    context = SimpleNamespace(task_result=SimpleNamespace(id="ukur"))
    with bench.PeakMemory() as memory:
        annotate_s = bench.seconds(lambda: files.annotate.func(context, upload_id, user_id))
    path = files.annotated_path("ukur", upload_id)
    return {
        "annotate_s": round(annotate_s, 2),
        "peak_mb": round(memory.megabytes),
        "path": str(path),
    }


def measure(url: str, chosen: argparse.Namespace) -> dict:
    from accounts.roles import Role
    from uploads import files

    path = sheet(url, chosen.registered, rows=chosen.rows, errors=chosen.errors)
    sender = bench.user("koordinator", Role.KOORDINATOR, "62")
    upload, check_s, *_ = check(path, sender)
    bench.say(f"checked in {check_s:.1f} s")
    issues = files.open_issues(upload).count()
    measured = in_own_process(annotated, upload.pk, sender.pk)
    written = Path(measured.pop("path"))
    size = written.stat().st_size
    written.unlink()
    return {
        **measured,
        "rows": upload.rows_total,
        "issues": issues,
        "sent_mb": round(upload.size / 2**20, 1),
        "annotated_mb": round(size / 2**20, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--registered", type=int, default=1_000_000)
    parser.add_argument("--errors", type=float, default=0.3, help="share of rows with mistakes")
    chosen = parser.parse_args()
    with bench.register(chosen.registered, copy="annotate") as url:
        bench.report(measure(url, chosen))


if __name__ == "__main__":
    main()
