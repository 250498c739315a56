"""The work of the night: once a day, by one worker, and no job in the way of another."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from dashboards import figures
from dashboards.models import HealthResult, NightlyJob, VillageFigures
from sembako_portal import nightly
from tests.factories import CivilRecordFactory, PersonFactory
from verification.models import CivilRecord

NIGHT = datetime(2021, 11, 22, 18, 5, tzinfo=UTC)  # 01.05 WIB of the 23rd


def queued() -> int:
    return DBTaskResult.objects.filter(task_path=nightly.run_job.module_path).count()


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2021, 11, 22, 17, 59, tzinfo=UTC), None),
        (datetime(2021, 11, 22, 18, 0, tzinfo=UTC), date(2021, 11, 23)),
        (datetime(2021, 11, 23, 10, 0, tzinfo=UTC), date(2021, 11, 23)),
    ],
)
def test_due_after_one_oclock_wib(now, day):
    assert nightly.night_of(now) == day


def test_each_job_is_queued_once_a_day(db):
    assert nightly.queue_due(NIGHT) == len(nightly.JOBS)
    assert nightly.queue_due(NIGHT) == 0
    assert nightly.queue_due(NIGHT + timezone.timedelta(days=1)) == len(nightly.JOBS)
    assert queued() == 2 * len(nightly.JOBS)


def test_a_job_that_is_new_is_queued_the_same_day(db):
    nightly.queue_due(NIGHT, nightly.JOBS[:1])
    assert nightly.queue_due(NIGHT) == len(nightly.JOBS) - 1


def test_several_workers_queue_it_once(transactional_db):
    def work():
        try:
            nightly.queue_due(NIGHT)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert queued() == len(nightly.JOBS)


def test_all_jobs_do_their_work(db):
    CivilRecordFactory(expires_on=date(2021, 1, 1))
    person = PersonFactory()
    NightlyJob.objects.create(
        code="dahulu", title="Pekerjaan versi lama", day=date(2021, 1, 1), queued_at=NIGHT
    )
    nightly.queue_due(NIGHT)
    for job in nightly.JOBS:
        nightly.run_job.func(job.code)

    assert not CivilRecord.objects.exists()
    assert VillageFigures.objects.get(pk=person.village_id).persons == 1
    assert HealthResult.objects.exists()
    assert NightlyJob.objects.count() == len(nightly.JOBS)
    for row in NightlyJob.objects.all():
        assert row.failure == "", row
        assert row.outcome.endswith(".")
        assert row.last_success_at == row.finished_at


def test_a_wrong_figure_is_told_before_it_is_counted_anew(db):
    person = PersonFactory()
    figures.refresh()
    wrong = VillageFigures.objects.filter(pk=person.village_id)
    wrong.update(persons=7, counted_at=timezone.now())
    for job in nightly.JOBS:
        nightly.run_job.func(job.code)
    assert "7 orang" in HealthResult.objects.get(code="angka-desa").sentences[0]
    assert wrong.get().persons == 1


def test_a_job_that_fails_is_shown_and_stops_no_other(db, monkeypatch):
    def fail():
        raise KeyError("rusak")

    broken, *others = nightly.JOBS
    monkeypatch.setattr(nightly, "JOBS", (replace(broken, run=fail), *others))
    nightly.queue_due(NIGHT)
    for job in nightly.JOBS:
        nightly.run_job.func(job.code)

    rows = {row.code: row for row in NightlyJob.objects.all()}
    assert "gagal" in rows[broken.code].failure
    assert rows[broken.code].last_success_at is None
    assert all(rows[job.code].failure == "" for job in others)


def test_a_job_that_was_queued_long_ago_is_overdue(db):
    nightly.queue_due(NIGHT)
    NightlyJob.objects.update(queued_at=timezone.now() - timezone.timedelta(hours=3))
    assert all(job.is_overdue for job in NightlyJob.objects.all())
