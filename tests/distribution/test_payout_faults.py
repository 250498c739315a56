"""A worker killed in the middle of writing a bank's report: all of it or nothing."""

import os
import signal
from datetime import date

import psycopg2
import pytest
from django.db import connection

from accounts.roles import Role
from distribution import health
from distribution.actions import periods
from distribution.models import PaymentReport
from tests.distribution.payout import kpm, money, reported, send
from tests.factories import PeriodFactory, UserFactory
from tests.uploads.test_faults import status_of
from tests.waiting import wait_until
from uploads import actions

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%%outcome%%'
"""


@pytest.fixture
def other_connection(transactional_db):
    database = connection.settings_dict
    opened = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
    )
    yield opened
    opened.close()


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def test_a_worker_killed_after_writing_the_money_leaves_it_as_it_was(
    other_connection, start_worker
):
    coordinator, checker = (UserFactory(role=Role.KOORDINATOR, regions=["62"]) for _ in range(2))
    families = [kpm() for _ in range(3)]
    period = PeriodFactory(first_month=date(2021, 1, 1), last_month=date(2021, 3, 1))
    periods.make_list(period, by=coordinator)
    upload = send("hasil_top_up", coordinator, [reported(f) for f in families], period=period)
    actions.submit(upload, by=coordinator)
    actions.approve(upload, by=checker)
    before = money()
    # The outcome of the rows is written last: who holds them stops the worker just before its end.
    with other_connection, other_connection.cursor() as cursor:
        cursor.execute("SELECT id FROM uploads_uploadrow FOR UPDATE")
        worker = start_worker()
        wait_until(is_waiting, "the worker to wait for the rows")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert money() == before
        assert not PaymentReport.objects.exists()

    start_worker()
    wait_until(lambda: status_of(upload) == "DITERAPKAN", "the upload to be applied")
    assert [row[2] for row in money()] == [600_000] * 3
    assert PaymentReport.objects.count() == 3
    assert [check.broken() for check in health.CHECKS[:3]] == [[], [], []]
