"""What must survive: a killed worker, a database that is away, two officers at once.

These tests run the real worker in a process of its own on committed data.
"""

import io
import os
import signal
import threading

import pytest
from django.db import connection

from accounts.roles import Role
from beneficiaries.models import Person
from beneficiaries.sheets import DTKS_BNBA
from regions.models import Region
from tests.factories import KAPUAS, UserFactory
from tests.sheets import person, workbook
from tests.waiting import wait_until
from uploads import actions, tasks
from uploads.models import Upload

ROWS = 15_000


def large_sheet(rows: int = ROWS) -> io.BytesIO:
    """Text as SIKS exports it, one family a row."""
    lines = ["|".join(column.heading for column in DTKS_BNBA.columns)]
    for number in range(rows):
        row = person(
            f"6203{number:07d}",
            kk_number=f"620308{number // 9000 + 1:02d}1205{1000 + number % 9000:04d}",
            nik=f"6203{number // 999 % 99 + 1:02d}520583{9001 + number % 999}",
            name=f"WARGA {chr(65 + number % 26)}{chr(65 + number // 26 % 26)}",
        )
        lines.append("|".join(row.get(column.field, "") for column in DTKS_BNBA.columns))
    return io.BytesIO("\n".join(lines).encode())


def receive(file, by) -> Upload:
    region = Region.objects.get(pk=KAPUAS)
    return actions.receive(by=by, kind="dtks_bnba", region=region, file=file, name="bnba.txt")


def status_of(upload: Upload) -> str:
    upload.refresh_from_db()
    return upload.status


@pytest.fixture
def officer(transactional_db):
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def coordinator(transactional_db):
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


def test_a_worker_killed_while_checking_loses_nothing(officer, start_worker):
    upload = receive(large_sheet(), officer)
    worker = start_worker()
    wait_until(
        lambda: Upload.objects.filter(pk=upload.pk, stage="MEMERIKSA", done__gt=0).exists(),
        "the check to be under way",
    )
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert status_of(upload) == "DIPERIKSA"

    start_worker()
    wait_until(lambda: status_of(upload) == "SIAP", "the check to be run again")
    assert upload.rows.count() == upload.rows_new == ROWS


def test_a_worker_killed_while_applying_leaves_all_or_nothing(officer, coordinator, start_worker):
    upload = receive(large_sheet(), officer)
    tasks.check.func(upload.pk)
    actions.submit(upload, by=officer)
    actions.approve(upload, by=coordinator)
    worker = start_worker()
    wait_until(
        lambda: Upload.objects.filter(pk=upload.pk, stage="MENERAPKAN").exists(),
        "the upload to be applied",
    )
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert Person.objects.count() == 0
    assert status_of(upload) == "DISETUJUI"

    start_worker()
    wait_until(lambda: status_of(upload) == "DITERAPKAN", "the upload to be applied again")
    assert Person.objects.count() == upload.rows_applied == ROWS


def test_a_database_that_is_away_for_a_moment_only_costs_time(officer, start_worker):
    upload = receive(large_sheet(), officer)
    worker = start_worker()
    wait_until(
        lambda: Upload.objects.filter(pk=upload.pk, stage="MEMERIKSA").exists(),
        "the check to be under way",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] >= 1
    wait_until(lambda: status_of(upload) == "SIAP", "the check to be run again")
    assert upload.rows.count() == ROWS
    assert worker.poll() is None


def test_a_check_that_is_stopped_by_its_sender_stops(officer, start_worker):
    upload = receive(large_sheet(), officer)
    start_worker()
    wait_until(
        lambda: Upload.objects.filter(pk=upload.pk, stage="MEMERIKSA", done__gt=0).exists(),
        "the check to be under way",
    )
    actions.cancel(upload, by=officer)
    second = receive(workbook([person()]), officer)
    wait_until(lambda: status_of(second) == "SIAP", "the worker to be free again")
    assert status_of(upload) == "DIBATALKAN"


def test_two_sheets_applied_at_once_that_touch_the_same_families(officer, coordinator):
    uploads = []
    for name in ("SITI RAHMAH", "SITI RAHMAWATI"):
        rows = [
            person(f"6203{n:07d}", kk_number=f"620308011205{1001 + n:04d}",
                   nik=f"620301520583{9001 + n}", name=f"{name} {chr(65 + n)}")
            for n in range(20)
        ]  # fmt: skip
        upload = receive(workbook(rows), officer)
        tasks.check.func(upload.pk)
        # The second knows that these persons wait in the first, and is sent all the same.
        actions.keep_values(upload, code="MENUNGGU_DI_UNGGAHAN_LAIN", by=officer)
        actions.submit(upload, by=officer)
        actions.approve(upload, by=coordinator)
        uploads.append(upload)

    failures = []

    def apply(upload):
        try:
            tasks.apply.func(upload.pk)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=[upload]) for upload in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert {status_of(upload) for upload in uploads} == {"DITERAPKAN"}
    assert sorted((upload.rows_applied, upload.rows_conflict) for upload in uploads) == [
        (0, 20),
        (20, 0),
    ]
    assert Person.objects.count() == 20
