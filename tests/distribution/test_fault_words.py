"""Every fault of the payout is told with what to do about it, and leaves the money as it was."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.roles import Role
from distribution.actions import periods, purchases
from distribution.actions.purchases import Goods
from distribution.models import Agent, Commodity
from tests.distribution.payout import bought, card_of, money, reported, send
from tests.factories import PeriodFactory, UserFactory

pytestmark = pytest.mark.django_db


def told(upload) -> str:
    issues = upload.issues.filter(level__in=("warning", "error"))
    return upload.failure or " ".join(issues.values_list("message", flat=True))


@pytest.fixture
def report(credited, period, bank):
    """What is said of a report of the bank with these cells."""

    def said(by=bank, **cells):
        return told(send("hasil_top_up", by, [reported(credited[0], **cells)], period=period))

    return said


@pytest.fixture
def buy(credited, till):
    """A purchase at the till of this many rupiah, with a card that holds Rp600.000."""

    def bought_for(price):
        goods = [Goods(Commodity.objects.get(name="Beras"), Decimal(1), price)]
        number = f"KSR-{price}"
        card = card_of(credited[0])
        return purchases.enter_purchase(by=till, card_number=card, goods=goods, number=number)[0]

    return bought_for


def refusal(deed, *args, **kwargs) -> str:
    before = money()
    with pytest.raises(ValidationError) as refused:
        deed(*args, **kwargs)
    assert money() == before
    return " ".join(refused.value.messages)


def test_another_banks_card(report):
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    before = money()
    assert "Barisnya dilaporkan oleh bank itu" in report(by=mandiri)
    assert money() == before


@pytest.mark.parametrize(
    "amount, words",
    [
        ("-600000", "tulis angka bulat tanpa desimal"),
        ("600000,50", "tulis angka bulat tanpa desimal"),
        ("0", "isi jumlah yang sebenarnya"),
    ],
)
def test_rupiah_that_cannot_be(report, amount, words):
    before = money()
    assert words in report(amount=amount, status_date="20-02-2021")
    assert money() == before


def test_months_of_another_period(report):
    other = PeriodFactory(
        name="April 2021", first_month=date(2021, 4, 1), last_month=date(2021, 4, 1)
    )
    said = report(period="April 2021", months="1")
    assert f"termasuk {other}" in said and "Pilih periode yang sesuai" in said


def test_a_file_for_two_periods(credited, period, bank):
    rows = [reported(family) for family in credited[:2]]
    rows.append(reported(credited[2], period="April 2021", months="1"))
    upload = send("hasil_top_up", bank, rows, period=period)
    assert "Kirim barisnya untuk periode yang memuatnya" in told(upload)
    assert upload.rows_problem == 1


def test_a_closed_period(report, period, coordinator):
    periods.close_period(period, by=coordinator, note="Selesai")
    before = money()
    assert "minta koordinator provinsi membukanya kembali" in report()
    assert money() == before


def test_an_agent_that_is_deactivated(credited, buy, period, bank, agent):
    Agent.objects.update(status="NONAKTIF", status_reason="Menjual paket")
    assert "Hubungi bank penyalur" in refusal(buy, 100_000)
    upload = send("transaksi", bank, [bought(credited[0], agent)], period=period)
    assert "menjadi temuan rekonsiliasi" in told(upload)


def test_more_than_the_balance(buy):
    said = refusal(buy, 600_001)
    assert "melebihi saldo kartu Rp600.000" in said and "Kurangi barangnya" in said


def test_a_void_of_a_void(buy, till):
    purchase = buy(100_000)
    purchases.void_purchase(purchase, reason="Keliru", by=till)
    said = refusal(purchases.void_purchase, purchase, reason="Lagi", by=till)
    assert "sudah dibatalkan" in said and "tidak ada lagi yang perlu dilakukan" in said
