"""The background worker: Django's Tasks on the database, and nothing lost when a worker dies.

While a task runs, the worker's database session holds an advisory lock on it. Postgres frees the
lock when the session ends, however it ends; so a task that is marked as running and whose lock is
free has lost its worker. Such a task is run again: tasks look where their work stands.
"""

import logging
import time

from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from sembako_portal import nightly

logger = logging.getLogger("portal.worker")

TASK_LOCK = 0x54414B  # first key of the advisory locks on tasks, "TAK"
MAX_ATTEMPTS = 4
_LOCK_KEY = "hashtext(id::text)"


def requeue_lost() -> int:
    """Make every running task without a living worker ready again; tells how many.

    A task that has lost its worker `MAX_ATTEMPTS` times is given up: it may be what kills them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {DBTaskResult._meta.db_table} SET
                status = CASE WHEN jsonb_array_length(worker_ids) < %s
                    THEN 'READY' ELSE 'FAILED' END,
                finished_at = CASE WHEN jsonb_array_length(worker_ids) < %s THEN NULL ELSE now() END
            WHERE status = 'RUNNING' AND started_at < now() - interval '3 seconds' AND NOT EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
                    AND objid = {_LOCK_KEY}::bit(32)::bigint AND granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            )
            RETURNING status
            """,
            [MAX_ATTEMPTS, MAX_ATTEMPTS, TASK_LOCK],
        )
        statuses = [row[0] for row in cursor.fetchall()]
    if statuses:
        logger.warning("tasks without a worker: %s", ", ".join(statuses))
    return statuses.count("READY")


class PortalWorker(Worker):
    """Runs what is ready, looks for what was lost, and waits out a database that is away."""

    def __init__(self, *, queue_names: list[str], interval: float, once: bool, worker_id: str):
        super().__init__(
            queue_names=queue_names,
            interval=interval,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
            excluded_queue_names=[],
        )
        self.once = once
        self.night_queued = None

    def run(self) -> None:
        while self.running:
            try:
                requeue_lost()
                self.queue_night_work()
                super().run()
            except (OperationalError, InterfaceError) as error:
                logger.warning("database not reachable: %s", error)
                connection.close()
            if self.once:
                return
            if self.running:
                time.sleep(self.interval)

    def queue_night_work(self) -> None:
        """Once a day; the rows of the jobs keep several workers from doing it twice."""
        now = timezone.now()
        day = nightly.night_of(now)
        if day not in (None, self.night_queued):
            nightly.queue_due(now)
            self.night_queued = day

    def run_task(self, db_task_result: DBTaskResult) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(%s, hashtext(%s))", [TASK_LOCK, str(db_task_result.pk)]
            )
        try:
            super().run_task(db_task_result)
            if self._lost_the_database(db_task_result):
                DBTaskResult.objects.filter(pk=db_task_result.pk).update(status="READY")
        finally:
            if connection.connection is not None and not connection.connection.closed:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_advisory_unlock(%s, hashtext(%s))",
                        [TASK_LOCK, str(db_task_result.pk)],
                    )

    @staticmethod
    def _lost_the_database(result: DBTaskResult) -> bool:
        return (
            result.exception_class_path.endswith((".OperationalError", ".InterfaceError"))
            and len(result.worker_ids) < MAX_ATTEMPTS
        )
