"""Long work on a period: asked for once, done in the background, found again, taken back."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts.roles import Role
from distribution import tasks
from distribution.actions import periods, works
from distribution.models import PeriodWork, Reconciled
from tests.distribution.payout import bought, do_waiting_work, put_through, reported
from tests.factories import KAPUAS, UserFactory
from uploads import actions as upload_actions

pytestmark = pytest.mark.django_db
Kind, Status = PeriodWork.Kind, PeriodWork.Status


def queued() -> int:
    return DBTaskResult.objects.filter(task_path="distribution.tasks.do").count()


def test_what_waits_already_is_asked_for_once(coordinator, period, families):
    first = works.request(period, Kind.DAFTAR, by=coordinator)
    assert works.request(period, Kind.DAFTAR, by=coordinator) == first
    assert works.request(period, Kind.BANDING, by=None) != first
    assert queued() == 2


def test_the_list_is_made_by_the_worker_and_tells_what_came_of_it(coordinator, period, families):
    work = works.request(period, Kind.DAFTAR, by=coordinator)
    assert not period.payments.exists()
    tasks.do.func(work.pk)
    work.refresh_from_db()
    assert (work.status, period.payments.count()) == (Status.SELESAI, 3)
    assert work.outcome.startswith("Dari 3 KPM berhak, 3 ditambahkan")
    tasks.do.func(work.pk)
    assert period.payments.count() == 3


def test_work_whose_worker_died_is_done_by_the_next(coordinator, period, families):
    work = works.request(period, Kind.DAFTAR, by=coordinator)
    works.begin(work.pk)
    tasks.do.func(work.pk)
    work.refresh_from_db()
    assert (work.status, period.payments.count()) == (Status.SELESAI, 3)


def test_while_one_runs_another_may_wait_for_newer_data(coordinator, period, families):
    running = works.begin(works.request(period, Kind.BANDING, by=None).pk)
    assert works.request(period, Kind.BANDING, by=None) != running
    assert queued() == 2


def test_waiting_work_is_taken_back_and_running_work_is_not(coordinator, period, families):
    work = works.request(period, Kind.DAFTAR, by=coordinator)
    works.cancel(work, by=coordinator)
    do_waiting_work()
    tasks.do.func(work.pk)
    work.refresh_from_db()
    assert (work.status, period.payments.count()) == (Status.DIBATALKAN, 0)
    running = works.begin(works.request(period, Kind.DAFTAR, by=coordinator).pk)
    with pytest.raises(ValidationError, match="sudah berjalan"):
        works.cancel(running, by=coordinator)


def test_a_list_that_cannot_be_made_says_why(coordinator, paid, period):
    work = works.request(period, Kind.DAFTAR, by=coordinator)
    periods.close_period(period, by=coordinator, note="Dialihkan ke rapel")
    tasks.do.func(work.pk)
    work.refresh_from_db()
    assert work.status == Status.GAGAL
    assert "sudah ditutup" in work.outcome
    with pytest.raises(ValidationError, match="sudah ditutup"):
        works.request(period, Kind.DAFTAR, by=coordinator)


def test_an_unexpected_failure_leaves_a_sentence_and_no_payment(
    coordinator, period, families, monkeypatch
):
    work = works.request(period, Kind.DAFTAR, by=coordinator)
    monkeypatch.setattr(periods, "_COUNTED", "SELECT 1, 0, 0")
    tasks.do.func(work.pk)
    work.refresh_from_db()
    assert (work.status, period.payments.count()) == (Status.GAGAL, 0)
    assert f"nomor pekerjaan {work.pk}" in work.outcome


def test_an_officer_of_a_district_asks_for_nothing(period):
    for kind in Kind:
        with pytest.raises(PermissionDenied):
            works.request(period, kind, by=UserFactory(role=Role.PETUGAS, regions=[KAPUAS]))


def test_uploads_that_change_a_list_are_followed_by_one_comparison(
    paid, period, bank, checker, coordinator, agent
):
    PeriodWork.objects.all().delete()
    for family in paid:
        upload = put_through("hasil_top_up", bank, checker, [reported(family)], period=period)
    assert [(w.kind, w.status, w.by) for w in PeriodWork.objects.all()] == [
        (Kind.BANDING, Status.ANTRE, None)
    ]
    PeriodWork.objects.all().delete()
    put_through("transaksi", bank, checker, [bought(paid[0], agent)])
    assert PeriodWork.objects.filter(status=Status.ANTRE).count() == 1
    PeriodWork.objects.all().delete()
    upload_actions.revert(upload, by=coordinator)
    do_waiting_work()
    work = PeriodWork.objects.get()
    assert (work.kind, work.status) == (Kind.BANDING, Status.SELESAI)
    assert Reconciled.objects.filter(period=period).exists()


def test_the_page_shows_progress_and_lets_it_be_taken_back(client, coordinator, period, families):
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    client.post(reverse("admin:distribution_payoutperiod_susun", args=[period.pk]))
    work = PeriodWork.objects.get()
    page = reverse("admin:distribution_payoutperiod_change", args=[period.pk])
    fragment = reverse("distribution:work", args=[work.pk])
    assert f'data-poll="{fragment}"' in client.get(page).content.decode()
    assert "X-Done" not in client.get(fragment)
    client.post(reverse("distribution:work_cancel", args=[work.pk]))
    assert client.get(fragment)["X-Done"] == "1"
    assert "Data tidak berubah" in client.get(page).content.decode()


def test_nobody_looks_at_work_on_periods_without_the_right(client, coordinator, period):
    work = works.request(period, Kind.BANDING, by=None)
    client.force_login(
        UserFactory(role=Role.AGEN, regions=[KAPUAS]), "accounts.backends.RoleBackend"
    )
    assert client.get(reverse("distribution:work", args=[work.pk])).status_code in (403, 404)
    assert client.post(reverse("distribution:work_cancel", args=[work.pk])).status_code in (
        403,
        404,
    )
    work.refresh_from_db()
    assert work.status == Status.ANTRE
