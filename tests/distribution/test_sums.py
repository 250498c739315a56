"""Sums that are kept with the payments: exact after everything that changes one."""

import pytest
from django.db import connection
from django.db.models import Sum

from distribution import health, sums
from distribution.actions import periods
from distribution.actions.purchases import void_purchase
from distribution.models import LeftOut, Payment, PaymentSum, Purchase
from tests.distribution.payout import bought, listed, payment_of, put_through, reported
from tests.factories import KAPUAS, OTHER_VILLAGE, PaymentFactory, UserFactory
from uploads import actions

pytestmark = pytest.mark.django_db
NOTHING = LeftOut.objects.none


def total(user, period) -> sums.Sums:
    return sums.sums_of(user, period, NOTHING()).total


def money(of) -> tuple[int, int, int, int, int]:
    return of.payments, of.amount, of.credited, of.spent, of.balance


def test_sums_follow_a_list_a_report_a_purchase_its_void_and_their_way_back(
    coordinator, checker, bank, period, families, agent
):
    periods.make_list(period, by=coordinator)
    assert money(total(coordinator, period)) == (3, 1_800_000, 0, 0, 0)
    upload = put_through("hasil_top_up", bank, checker, [reported(families[0])], period=period)
    assert money(total(coordinator, period)) == (3, 1_800_000, 600_000, 0, 600_000)
    put_through("transaksi", bank, checker, [bought(families[0], agent)])
    assert money(total(coordinator, period)) == (3, 1_800_000, 600_000, 200_000, 400_000)
    void_purchase(Purchase.objects.get(), reason="Salah kartu", by=coordinator)
    assert money(total(coordinator, period)) == (3, 1_800_000, 600_000, 0, 600_000)
    actions.revert(upload, by=coordinator)
    assert money(total(coordinator, period)) == (3, 1_800_000, 0, 0, 0)
    assert health.sums() == []


def test_a_list_that_is_taken_back_leaves_no_sum(coordinator, checker, period, families):
    upload = put_through(
        "daftar_bayar",
        coordinator,
        checker,
        [listed(families[0], name="SITI RAHMAH")],
        period=period,
    )
    assert total(coordinator, period).payments == 1
    actions.revert(upload, by=coordinator)
    assert sums.sums_of(coordinator, period, NOTHING()).by_status == []


def test_adding_up_at_night_changes_no_sum(coordinator, checker, bank, period, paid):
    for family in paid:
        put_through("hasil_top_up", bank, checker, [reported(family)], period=period)
    before, rows = total(coordinator, period), PaymentSum.objects.count()
    assert sums.compact() < rows
    assert sums.compact() == PaymentSum.objects.count()
    assert total(coordinator, period) == before
    assert health.sums() == []


def test_the_check_of_the_night_tells_a_sum_that_is_not_that_of_the_payments(paid, period):
    PaymentSum.objects.create(
        period=period, region_id="62.03.08", status="SP2D", year=2021,
        number=1, amount=5, credited=0, spent=0, refunded=0,
    )  # fmt: skip
    assert health.sums() == [
        f"{period}: jumlah tercatat berbeda 1 pembayaran, Rp5 ditetapkan, Rp0 dikreditkan, Rp0"
        " dibelanjakan, Rp0 dikembalikan."
    ]


def test_the_check_of_the_night_tells_a_balance_that_its_purchases_deny(
    credited, agent, bank, checker
):
    put_through("transaksi", bank, checker, [bought(credited[0], agent)])
    assert health.balances() == []
    Payment.objects.filter(household=credited[0]).update(spent_amount=150_000)
    (told,) = health.balances()
    assert "dibelanjakan Rp150000 menurut saldo, Rp200000 menurut transaksi" in told


@pytest.mark.parametrize("code", [KAPUAS, "62.03.08", "62.03.08.2001", "62.71"])
def test_everybody_sees_the_sums_of_the_own_payments(period, code):
    PaymentFactory(period=period)
    PaymentFactory(period=period, household__village_id=OTHER_VILLAGE)
    user = UserFactory(regions=[code])
    own = Payment.objects.visible_to(user).filter(period=period)
    assert total(user, period).payments == own.count()
    assert total(user, period).amount == (own.aggregate(n=Sum("amount"))["n"] or 0)


def test_plan_and_actual_read_the_sums(coordinator, credited, period):
    found = sums.realised_by_regency(coordinator, "SEMBAKO", 2021)
    assert found == {KAPUAS: (1_800_000, 0)}
    assert sums.realised_by_regency(coordinator, "SEMBAKO", 2020) == {}


def test_a_payment_a_bank_has_reported_on_is_not_deleted(credited):
    payment = payment_of(credited[0])
    with (
        pytest.raises(Exception, match="payment_with_reports_stays"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM distribution_payment WHERE id = %s", [payment.pk])
