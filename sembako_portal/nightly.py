"""What the worker does once a day, after 01.00 WIB: each job a task of its own.

A row of `NightlyJob` says for which day a job was queued last. It is claimed and the task queued in
one statement and one transaction, so that of several workers one queues it; a task whose worker
died is run again (worker.py), and a job that fails stops no other and is shown on the page
*Kesehatan data*.
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from coordination import report_files
from coordination.actions import meetings
from dashboards import checking, digest
from dashboards.mail import Unfinished, has_mail_server
from dashboards.models import NightlyJob
from distribution.actions import reconciliation
from verification.actions import answers, matching

logger = logging.getLogger("portal.nightly")

FROM_HOUR = 1
PRIORITY = -50  # whoever waits for a sheet goes first
KEPT_TASKS_DAYS = 30
FAILED = "Pekerjaan ini gagal dan diulang malam berikutnya. Rinciannya ada dalam catatan server."


@dataclass(frozen=True)
class Job:
    """`run` does the work and tells in a sentence what it has done; where it raises Unfinished it
    is run again later the same day."""

    code: str
    title: str
    run: Callable[[], str]


def _purge_civil_records() -> str:
    return f"{matching.purge_expired()} data dihapus."


def _refresh_figures() -> str:
    call_command("refresh_figures", stdout=io.StringIO())
    return "Seluruh angka dihitung ulang."


def _run_checks() -> str:
    results = checking.run()
    bad = sum(result.is_bad for result in results)
    return f"{len(results)} pemeriksaan, {bad} tidak terpenuhi."


def _reconcile() -> str:
    return f"{reconciliation.reconcile_watched()} periode dibandingkan."


def _send_digests() -> str:
    if not has_mail_server():
        return "Tidak dikirim: server surel (EMAIL_URL) belum diatur."
    return digest.send_digests().told()


def _remind_of_answers() -> str:
    return f"{answers.send_reminders()} petugas diingatkan."


def _remind_of_follow_ups() -> str:
    return f"{meetings.send_reminders()} pengingat dikirim."


def _remind_agencies() -> str:
    if not has_mail_server():
        return "Tidak dikirim: server surel (EMAIL_URL) belum diatur."
    return meetings.remind_agencies().told()


def _measure_follow_ups() -> str:
    return f"{meetings.measure_follow_ups()} tindak lanjut diukur."


def _purge_reports() -> str:
    return f"{report_files.purge_expired()} berkas dihapus."


def _forget_finished() -> str:
    """Sign-ins that have ended, tasks that were done long ago, jobs there are no more."""
    call_command("clearsessions")
    NightlyJob.objects.exclude(code__in=[job.code for job in JOBS]).delete()
    before = timezone.now() - timezone.timedelta(days=KEPT_TASKS_DAYS)
    tasks, _ = DBTaskResult.objects.finished().filter(finished_at__lt=before).delete()
    return f"Sesi yang berakhir dan {tasks} catatan tugas lama dihapus."


JOBS = (
    Job("hapus-data-dukcapil", "Hapus data Dukcapil yang kedaluwarsa", _purge_civil_records),
    Job("rekonsiliasi", "Bandingkan keempat daftar penyaluran", _reconcile),
    # Before the figures are counted anew, which would mend what the checks are to tell; after the
    # comparison, since findings age by the day.
    Job("periksa-data", "Periksa kesehatan data", _run_checks),
    Job("hitung-angka", "Hitung ulang angka beranda dan ringkasan", _refresh_figures),
    Job(
        "ingatkan-jawaban",
        "Ingatkan usulan dan sanggah yang hampir jatuh tempo",
        _remind_of_answers,
    ),
    Job("ukur-tindak-lanjut", "Ukur angka tindak lanjut Rakor", _measure_follow_ups),
    Job("ingatkan-tindak-lanjut", "Ingatkan tindak lanjut Rakor", _remind_of_follow_ups),
    Job("ingatkan-instansi", "Ingatkan instansi tanpa pengguna lewat surel", _remind_agencies),
    Job("hapus-laporan", "Hapus berkas laporan yang kedaluwarsa", _purge_reports),
    # After the reminders, so that they are in it.
    Job("ringkasan-surel", "Kirim ringkasan harian lewat surel", _send_digests),
    Job("bersihkan-catatan", "Hapus sesi dan catatan tugas lama", _forget_finished),
)

# How long a job that could not finish waits for its next try of the day, and so on.
TRY_AGAIN = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))

# Takes the job for the day unless it is taken; the row lock makes a second worker wait and see.
_CLAIM = """
INSERT INTO dashboards_nightlyjob AS job
    (code, title, day, queued_at, started_at, finished_at, outcome, failure, last_success_at)
VALUES (%(code)s, %(title)s, %(day)s, now(), NULL, NULL, '', '', NULL)
ON CONFLICT (code) DO UPDATE SET title = excluded.title, day = excluded.day,
    queued_at = now(), started_at = NULL, finished_at = NULL, outcome = '', failure = ''
WHERE job.day < excluded.day
RETURNING code
"""


def night_of(now: datetime) -> date | None:
    """The day whose night work is due at `now`; None before 01.00 WIB.

    Whatever hour the portal is started at, the work of the day is done that day.
    """
    local = timezone.localtime(now)
    return local.date() if local.hour >= FROM_HOUR else None


def queue_due(now: datetime, jobs: tuple[Job, ...] = JOBS) -> int:
    """Queue what has not been queued for this day; tells how many."""
    day = night_of(now)
    if day is None:
        return 0
    queued = 0
    for job in jobs:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"code": job.code, "title": job.title, "day": day})
            if cursor.fetchone():
                run_job.using(priority=PRIORITY).enqueue(job.code)
                queued += 1
    return queued


@task()
def run_job(code: str, tries: int = 0) -> None:
    """`tries` is how often it was tried before, for this night."""
    job = next((job for job in JOBS if job.code == code), None)
    if job is None:
        return  # queued by an older portal
    row = NightlyJob.objects.filter(code=code)
    row.update(started_at=timezone.now(), finished_at=None, failure="")
    try:
        outcome = job.run()
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except Unfinished as unfinished:
        logger.warning("nightly job %s is not finished", code)
        row.update(finished_at=timezone.now(), failure=f"{unfinished} {_try_again(code, tries)}")
        return
    except Exception:
        logger.exception("nightly job %s failed", code)
        row.update(finished_at=timezone.now(), failure=FAILED)
        return
    now = timezone.now()
    row.update(finished_at=now, last_success_at=now, outcome=outcome)


def _try_again(code: str, tries: int) -> str:
    """Queue the next try, if there is one left; tells when it is."""
    if tries >= len(TRY_AGAIN):
        return "Dicoba lagi malam berikutnya."
    at = timezone.now() + TRY_AGAIN[tries]
    run_job.using(priority=PRIORITY, run_after=at).enqueue(code, tries + 1)
    return f"Dicoba lagi pukul {timezone.localtime(at):%H.%M} WIB."
