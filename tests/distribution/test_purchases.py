"""Money leaving a card: at a till, by upload, never more than there is."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InternalError, transaction

from accounts.roles import Role
from distribution.actions import purchases
from distribution.actions.purchases import Goods
from distribution.models import Agent, Commodity, Payment, Purchase
from tests.distribution.payout import (
    apply,
    bought,
    card_of,
    codes,
    money,
    payment_of,
    put_through,
    send,
)
from tests.factories import (
    AgentFactory,
    PaymentFactory,
    PeriodFactory,
    PurchaseFactory,
    UserFactory,
)
from uploads import actions, tasks

pytestmark = pytest.mark.django_db


def goods(amount: int, name: str = "Beras") -> list[Goods]:
    return [Goods(Commodity.objects.get(name=name), Decimal(1), amount)]


def buy(till, family, amount, number="KSR-1", **kwargs):
    return purchases.enter_purchase(
        by=till, card_number=card_of(family), goods=goods(amount, **kwargs), number=number
    )


# At the till


def test_a_purchase_takes_its_money_from_the_card(credited, till, agent):
    purchase, is_new = buy(till, credited[0], 200_000)
    assert is_new
    assert (purchase.agent, purchase.amount, purchase.lines.get().amount) == (
        agent,
        200_000,
        200_000,
    )
    assert payment_of(credited[0]).balance == 400_000


def test_the_same_form_twice_is_one_purchase(credited, till):
    first, _ = buy(till, credited[0], 200_000)
    again, is_new = buy(till, credited[0], 200_000)
    assert (again, is_new) == (first, False)
    assert payment_of(credited[0]).balance == 400_000


def test_an_amount_over_the_balance_is_refused(credited, till):
    before = money()
    with pytest.raises(ValidationError, match=r"Rp600\.001 melebihi saldo kartu Rp600\.000"):
        buy(till, credited[0], 600_001)
    assert money() == before


def test_goods_that_are_not_allowed_are_refused(credited, till):
    with pytest.raises(ValidationError, match="Rokok tidak boleh dibeli"):
        buy(till, credited[0], 30_000, name="Rokok")


def test_a_deactivated_agent_sells_nothing(credited, till, agent):
    Agent.objects.update(status="NONAKTIF", status_reason="Menjual paket")
    before = money()
    with pytest.raises(ValidationError, match="nonaktif"):
        buy(till, credited[0], 100_000)
    assert money() == before


def test_an_agent_of_another_bank_does_not_know_the_card(credited, till):
    Agent.objects.update(bank="008")
    with pytest.raises(ValidationError, match="tidak dikenal"):
        buy(till, credited[0], 100_000)


def test_a_user_without_a_till_sells_nothing(credited):
    with pytest.raises(PermissionDenied, match="belum dihubungkan"):
        buy(UserFactory(role=Role.AGEN, regions=["62.03"]), credited[0], 100_000)


def test_the_oldest_credit_is_spent_first_and_comes_back_last(credited, till, bank):
    later = PaymentFactory(
        household=credited[0],
        period=PeriodFactory(),
        card_number=card_of(credited[0]),
        credited=True,
        topped_up_on=date(2021, 5, 1),
    )
    first = payment_of_period(credited[0], later)
    purchase, _ = buy(till, credited[0], 700_000)
    assert purchase.payment == first
    assert balances(first, later) == [0, 100_000]
    small, _ = buy(till, credited[0], 100_000, number="KSR-2")
    assert small.payment == later
    purchases.void_purchase(purchase, reason="Salah kartu", by=till)
    assert balances(first, later) == [500_000, 200_000]


def payment_of_period(family, other):
    return Payment.objects.filter(household=family).exclude(pk=other.pk).get()


def balances(*payments):
    return [Payment.objects.get(pk=payment.pk).balance for payment in payments]


# Voiding


def test_a_void_gives_the_money_back_once(credited, till):
    purchase, _ = buy(till, credited[0], 200_000)
    purchases.void_purchase(purchase, reason="Barang dikembalikan", by=till)
    assert payment_of(credited[0]).balance == 600_000
    with pytest.raises(ValidationError, match="sudah dibatalkan"):
        purchases.void_purchase(purchase, reason="Lagi", by=till)
    assert payment_of(credited[0]).balance == 600_000


def test_a_void_needs_a_reason(credited, till):
    purchase, _ = buy(till, credited[0], 200_000)
    with pytest.raises(ValidationError, match="alasan"):
        purchases.void_purchase(purchase, reason=" ", by=till)


def test_yesterday_is_voided_by_the_province(credited, till, agent, coordinator):
    Payment.objects.filter(household=credited[0]).update(spent_amount=100_000)
    purchase = PurchaseFactory(payment=payment_of(credited[0]), agent=agent)
    with pytest.raises(ValidationError, match="Dinas Sosial Provinsi"):
        purchases.void_purchase(purchase, reason="Salah", by=till)
    purchases.void_purchase(purchase, reason="Salah", by=coordinator)
    assert payment_of(credited[0]).balance == 600_000


def test_a_till_does_not_void_what_another_has_sold(credited, till):
    purchase = PurchaseFactory(payment=payment_of(credited[0]), agent=AgentFactory())
    with pytest.raises(PermissionDenied):
        purchases.void_purchase(purchase, reason="Salah", by=till)


@pytest.mark.parametrize("change", ["delete", "amount", "void"])
def test_the_database_keeps_a_purchase(credited, till, change):
    purchase, _ = buy(till, credited[0], 200_000)
    rows = Purchase.objects.filter(pk=purchase.pk)
    if change == "void":
        purchases.void_purchase(purchase, reason="Salah", by=till)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        if change == "delete":
            rows._raw_delete("default")
        elif change == "amount":
            rows.update(amount=1)
        else:
            rows.update(voided_at=None, voided_by=None, void_reason="")


# By upload


@pytest.fixture
def sent(credited, bank):
    def send_rows(rows):
        return send("transaksi", bank, rows)

    return send_rows


def test_lines_of_one_number_are_one_purchase(credited, sent, agent, checker):
    rows = [
        bought(credited[0], agent),
        bought(credited[0], agent, commodity="Telur ayam", quantity="2,5", price="26000"),
        bought(credited[1], agent, "TRX-2", "50000", quantity="4"),
    ]
    upload = apply(sent(rows), checker)
    assert (upload.status, upload.rows_applied) == ("DITERAPKAN", 3)
    purchase = Purchase.objects.get(number="TRX-1")
    assert [(line.name, line.amount) for line in purchase.lines.all()] == [
        ("Beras", 125_000),
        ("Telur ayam", 65_000),
    ]
    assert purchase.lines.last().food_group_id == "PROTEIN_HEWANI"
    assert purchase.purchased_at.isoformat() == "2021-03-05T02:41:00+00:00"
    assert [payment_of(family).balance for family in credited] == [400_000, 550_000, 600_000]


def test_more_than_the_balance_is_held_back_in_the_order_of_time(credited, sent, agent, checker):
    rows = [
        bought(credited[0], agent, "TRX-2", "300000", purchased_at="07-03-2021 10:00"),
        bought(credited[0], agent, "TRX-1", "400000", purchased_at="06-03-2021 10:00"),
        bought(credited[0], agent, "TRX-3", "200000", purchased_at="08-03-2021 10:00"),
    ]
    upload = sent(rows)
    assert list(upload.rows.order_by("row_number").values_list("verdict", flat=True)) == [
        "BERMASALAH",
        "BARU",
        "BERMASALAH",
    ]
    assert codes(upload, "error") == {"MELEBIHI_SALDO"}
    apply(upload, checker)
    assert payment_of(credited[0]).balance == 200_000


def test_a_purchase_goes_whole_or_not_at_all(credited, sent, agent):
    rows = [
        bought(credited[0], agent),
        bought(credited[0], agent, commodity="Rokok"),
    ]
    upload = sent(rows)
    assert codes(upload) == {"BARANG_TIDAK_BOLEH", "TRANSAKSI_TERTAHAN"}
    assert upload.rows_held_back == 2
    actions.keep_values(upload, code="BARANG_TIDAK_BOLEH", by=upload.sent_by)
    actions.edit_row(upload, upload.rows.first(), values={"unit": "karung"}, by=upload.sent_by)
    upload.refresh_from_db()
    assert upload.rows_new == 2


@pytest.mark.parametrize(
    "cells, code",
    [
        ({"agent_id": "TIDAK-ADA"}, "AGEN_TIDAK_TERDAFTAR"),
        ({"card_number": "6032981111111111"}, "KKS_BELUM_TOP_UP"),
        ({"amount": "-200000"}, "BUKAN_RUPIAH"),
        ({"amount": "200000,75"}, "BUKAN_RUPIAH"),
    ],
)
def test_what_a_row_is_refused_for(credited, sent, agent, cells, code):
    upload = sent([bought(credited[0], agent, **cells)])
    assert code in codes(upload, "error")
    assert upload.rows_problem == 1


def test_doubts_that_somebody_must_confirm(credited, sent, agent):
    Agent.objects.update(status="NONAKTIF", status_reason="Menjual paket")
    upload = sent([bought(credited[0], agent, purchased_at="05-01-2021 09:00")])
    assert codes(upload) == {"AGEN_TIDAK_AKTIF", "BELANJA_SEBELUM_TOP_UP"}


def test_a_number_is_used_once(credited, sent, agent, bank, checker):
    put_through("transaksi", bank, checker, [bought(credited[0], agent)])
    same = sent([bought(credited[0], agent, unit="karung")])
    assert same.rows_same == 1
    other = sent([bought(credited[1], agent)])
    assert codes(other, "error") == {"NOMOR_SUDAH_DIPAKAI"}


def test_rows_of_one_number_must_agree(credited, sent, agent):
    rows = [bought(credited[0], agent), bought(credited[1], agent, commodity="Jagung")]
    assert codes(sent(rows), "error") == {"TRANSAKSI_TIDAK_SERAGAM"}


def test_spent_at_the_till_between_approval_and_writing_is_a_conflict(
    credited, sent, agent, till, checker
):
    upload = sent(
        [bought(credited[0], agent, "TRX-1", "500000"), bought(credited[1], agent, "TRX-2")]
    )
    actions.submit(upload, by=upload.sent_by)
    actions.approve(upload, by=checker)
    buy(till, credited[0], 300_000)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    assert (upload.status, upload.rows_applied, upload.rows_conflict) == ("DITERAPKAN", 1, 1)
    assert [payment_of(family).balance for family in credited[:2]] == [300_000, 400_000]


def test_taking_it_back_voids_the_purchases(credited, agent, bank, checker, till):
    upload = put_through("transaksi", bank, checker, [bought(credited[0], agent)])
    actions.revert(upload, by=checker)
    assert Purchase.objects.get().voided_at
    assert payment_of(credited[0]).balance == 600_000
    again = send("transaksi", bank, [bought(credited[0], agent, unit="karung")])
    assert again.rows_new == 1


def test_cards_of_another_bank_are_refused(credited, agent):
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    upload = send("transaksi", mandiri, [bought(credited[0], agent)])
    assert "KARTU_BANK_LAIN" in codes(upload, "error")
