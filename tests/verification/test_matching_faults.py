"""A worker that is killed in the middle of matching, on committed data and in its own process."""

import os
import signal
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from beneficiaries.models import Person
from tests.factories import (
    KAPUAS,
    CivilRecordFactory,
    MatchBatchFactory,
    PersonFactory,
    UploadFactory,
    UserFactory,
)
from tests.waiting import wait_until
from verification import tasks
from verification.models import MatchBatch, MatchCandidate, MatchResult

PEOPLE = 30


def answered_batch() -> MatchBatch:
    sender, approver = UserFactory(regions=[KAPUAS]), UserFactory(regions=["62"])
    now = timezone.now()
    answer = UploadFactory(
        kind="jawaban_dukcapil", status="DITERAPKAN", sent_by=sender, submitted_by=sender,
        submitted_at=now, reviewed_by=approver, reviewed_at=now, applied_at=now,
    )  # fmt: skip
    batch = MatchBatchFactory(status="DIJAWAB", answer=answer, answered_at=now)
    for number in range(PEOPLE):
        born = date(1980, 1 + number % 12, 1 + number % 28)
        told = {
            "nik": f"620308{born:%d%m%y}{9001 + number}",
            "name": f"WARGA {chr(65 + number % 26)}",
            "birth_date": born,
            "sex": "L",
        }
        person = PersonFactory(**told)
        MatchResult.objects.create(
            batch=batch, person=person, village_id=person.village_id, asked_nik=person.nik
        )
        CivilRecordFactory(batch=batch, **told)
    return batch


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def test_a_worker_killed_while_matching_leaves_nothing_half_done(start_worker):
    batch = answered_batch()
    tasks.match.enqueue(batch.pk)
    worker = start_worker()
    with transaction.atomic():
        # The worker has written outcomes and stops where it must correct this person.
        Person.objects.select_for_update().order_by("-pk").first()
        wait_until(somebody_waits_for_a_lock, "the matching to be in the middle of its writing")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    batch.refresh_from_db()
    assert batch.status == "DIJAWAB"
    assert set(MatchResult.objects.values_list("state", "rule")) == {("MENUNGGU", "")}
    assert not Person.objects.matched().exists()
    assert not MatchCandidate.objects.exists()

    start_worker()
    finished = MatchBatch.objects.filter(pk=batch.pk, status="SELESAI")
    wait_until(finished.exists, "the matching to be run again")
    assert MatchResult.objects.filter(outcome="PADAN", state="OTOMATIS").count() == PEOPLE
    assert Person.objects.matched().count() == PEOPLE
