"""Each rule with an example that it finds and the same one, put right, that it leaves alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from beneficiaries.models import Card, Person
from distribution.actions.reconciliation import reconcile
from distribution.models import (
    AgentFinding,
    LeftOut,
    Payment,
    PurchaseLine,
    ReconciliationFinding,
)
from distribution.models.commodities import Commodity
from distribution.reconciliation.rules import RULES
from tests.factories import (
    AgentFactory,
    AgentFindingFactory,
    CardFactory,
    EnrollmentFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    PurchaseFactory,
)

pytestmark = pytest.mark.django_db
NOVEMBER = date(2021, 11, 1)
TODAY = date(2021, 12, 20)
CLOSED = {"status": "SELESAI", "follow_up": "Pemilik diganti", "closed_at": datetime.now(UTC)}
AT = datetime(2021, 11, 12, 2, 0, tzinfo=UTC)
OTHER_VILLAGE = "62.03.01.1006"


@pytest.fixture
def period():
    return PeriodFactory(first_month=NOVEMBER, last_month=NOVEMBER, name="November 2021")


def family(**changes):
    """A registered family that nothing is wrong with, its card in its hands."""
    household = HouseholdFactory(kpm=True, **changes)
    CardFactory(household=household)
    return household


def paid(period, household=None, **changes):
    """Paid, credited ten days into the period, and spent: nothing is wrong."""
    changes = {
        "status": Payment.Status.SALDO_NOL,
        "status_on": date(2021, 11, 10),
        "topped_up_on": date(2021, 11, 10),
        "topped_up_amount": 200_000,
        "spent_amount": 200_000,
    } | changes
    return PaymentFactory(period=period, household=household or family(), **changes)


def bought(payment, **changes):
    changes = {"purchased_at": AT, "agent": AgentFactory()} | changes
    return PurchaseFactory(payment=payment, **changes)


def not_credited(status, **changes):
    return {
        "status": status,
        "topped_up_on": None,
        "topped_up_amount": 0,
        "spent_amount": 0,
        **changes,
    }


def line(purchase, name):
    goods = Commodity.objects.get(name=name)
    return PurchaseLine.objects.create(
        purchase=purchase,
        village_id=purchase.village_id,
        commodity=goods,
        name=goods.name,
        food_group=goods.group,
        quantity=1,
        unit=goods.unit,
        price=20_000,
    )


def not_listed(period, wrong):
    household = family()
    return None if wrong else paid(period, household)


def outside_the_register(period, wrong):
    household = HouseholdFactory()
    EnrollmentFactory(
        household=household,
        **({"ended_on": date(2021, 10, 31), "end_reason": "PINDAH"} if wrong else {}),
    )
    CardFactory(household=household)
    return paid(period, household)


def dead(period, wrong):
    household = family()
    payment = paid(period, household)
    if wrong:
        Person.objects.filter(pk=household.payee_id).update(
            is_active=False, inactive_reason="MENINGGAL"
        )
    return payment


def unmatched(period, wrong):
    household = family()
    note = "NIK TIDAK DITEMUKAN" if wrong else "PADAN"
    Person.objects.filter(pk=household.payee_id).update(match_note=note)
    return paid(period, household)


def double(period, wrong):
    first = paid(period)
    return paid(period, **({"payee_nik": first.payee_nik} if wrong else {}))


def paid_twice(period, wrong):
    household = family()
    other = NOVEMBER if wrong else date(2021, 10, 1)
    rapel = PeriodFactory(first_month=other, last_month=other, is_rapel=True, name="Rapel")
    paid(rapel, household)
    return paid(period, household)


def wrong_amount(period, wrong):
    rate = 150_000 if wrong else 200_000
    return paid(period, rate=rate, topped_up_amount=rate, spent_amount=rate)


def failed(period, wrong):
    return paid(period, **(not_credited("TOP_UP_GAGAL", reason="Rekening pasif") if wrong else {}))


def in_progress(period, wrong):
    return paid(period, **(not_credited("SP2D") if wrong else {}))


def partly_credited(period, wrong):
    amount = 150_000 if wrong else 200_000
    return paid(period, topped_up_amount=amount, spent_amount=amount)


def no_card(period, wrong):
    household = HouseholdFactory(kpm=True)
    status = Card.Status.DIBUKA if wrong else Card.Status.DISERAHKAN
    CardFactory(household=household, status=status)
    return paid(period, household)


def unspent(period, wrong):
    return paid(period, spent_amount=0 if wrong else 50_000)


def outside_the_area(period, wrong):
    return (
        bought(paid(period), agent=AgentFactory(village_id=OTHER_VILLAGE))
        if wrong
        else bought(paid(period))
    )


def barred(period, wrong):
    purchase = bought(paid(period))
    AgentFindingFactory(
        agent=purchase.agent,
        kind=AgentFinding.Kind.PEMILIK,
        **({} if wrong else CLOSED | {"closed_by": period.opened_by}),
    )
    return purchase


def forbidden(period, wrong):
    purchase = bought(paid(period))
    line(purchase, "Rokok" if wrong else "Beras")
    return purchase


def burst(period, wrong):
    """Five cards within a minute; or four cards, one of them twice."""
    agent = AgentFactory()
    payments = [paid(period) for _ in range(5 if wrong else 4)]
    for second, payment in enumerate([*payments, *([] if wrong else payments[:1])]):
        bought(payment, agent=agent, purchased_at=AT + timedelta(seconds=10 * second))


EXAMPLES = {
    "TIDAK_DIBAYAR": not_listed,
    "LUAR_REGISTER": outside_the_register,
    "DIBAYAR_NONAKTIF": dead,
    "DIBAYAR_TIDAK_PADAN": unmatched,
    "DIBAYAR_GANDA": double,
    "DIBAYAR_DUA_KALI": paid_twice,
    "NILAI_TARIF": wrong_amount,
    "TOP_UP_GAGAL": failed,
    "BELUM_TOP_UP": in_progress,
    "NILAI_TOP_UP": partly_credited,
    "TANPA_KARTU": no_card,
    "BELUM_TRANSAKSI": unspent,
    "AGEN_LUAR_WILAYAH": outside_the_area,
    "AGEN_TERLARANG": barred,
    "BARANG_TERLARANG": forbidden,
    "GESEK_BERUNTUN": burst,
}
FOUND = {"DIBAYAR_GANDA": 2, "GESEK_BERUNTUN": 5}


def found(period, today=TODAY):
    reconcile(period, by=None, today=today)
    return list(
        ReconciliationFinding.objects.present().filter(period=period).order_by("rule", "subject")
    )


def test_every_rule_has_an_example():
    assert {rule.code for rule in RULES} == set(EXAMPLES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_rule_finds(code, period):
    EXAMPLES[code](period, True)
    findings = found(period)
    assert {finding.rule for finding in findings} == {code}
    assert len(findings) == FOUND.get(code, 1)
    assert all(finding.cause and finding.payee_name for finding in findings)


@pytest.mark.parametrize("code", EXAMPLES)
def test_rule_leaves_alone(code, period):
    EXAMPLES[code](period, False)
    assert found(period) == []


@pytest.mark.parametrize(
    ("days", "cause", "is_due"),
    [
        (29, "Kurang dari 30 hari", False),
        (30, "30–59 hari", True),
        (59, "30–59 hari", True),
        (60, "60–89 hari", True),
        (90, "90 hari atau lebih", True),
    ],
)
def test_unspent_is_told_by_its_age(days, cause, is_due, period):
    paid(period, spent_amount=0, status="BELUM_TRANSAKSI")
    [finding] = found(period, today=date(2021, 11, 10) + timedelta(days=days))
    assert (finding.cause, finding.is_due) == (cause, is_due)


def test_what_was_given_back_is_no_work(period):
    paid(period, spent_amount=0, refunded_amount=200_000, status="DIKEMBALIKAN")
    [finding] = found(period)
    assert (finding.cause, finding.is_due) == ("Dikembalikan ke kas negara", False)


def test_why_a_family_was_left_out_is_the_cause(period):
    household = family()
    LeftOut.objects.create(
        period=period, household=household, village_id=household.village_id, reason="NIK_TIDAK_SAH"
    )
    [finding] = found(period)
    assert (finding.cause, finding.amount) == ("NIK pengurus tidak sah", 200_000)


def test_a_rapel_misses_nobody_who_is_not_on_its_list(period):
    rapel = PeriodFactory(first_month=NOVEMBER, last_month=NOVEMBER, is_rapel=True, name="Rapel")
    family()
    paid(rapel)
    assert found(rapel) == []


def test_an_exclusion_is_a_difference_but_no_work(period):
    paid(period, **not_credited("EXCLUDE_MENINGGAL"))
    [finding] = found(period)
    assert (finding.rule, finding.is_due) == ("TOP_UP_GAGAL", False)


def test_an_agent_stopped_later_is_not_held_against_earlier_purchases(period):
    purchase = bought(paid(period))
    agent = purchase.agent
    agent.status, agent.status_reason = "DITANGGUHKAN", "Menjual paket"
    agent.save()
    assert found(period) == []


def test_a_purchase_at_a_stopped_agent_is_told(period):
    agent = AgentFactory(status="NONAKTIF", status_reason="Menjual paket")
    bought(paid(period), agent=agent)
    [finding] = found(period)
    assert finding.cause == "Agen tidak aktif saat itu"


def test_a_voided_purchase_is_nothing(period):
    purchase = bought(paid(period), agent=AgentFactory(village_id=OTHER_VILLAGE))
    purchase.voided_at, purchase.void_reason = AT, "Salah mesin"
    purchase.voided_by = period.opened_by
    purchase.save()
    assert found(period) == []


def test_five_cards_in_more_than_a_minute_are_no_burst(period):
    agent = AgentFactory()
    for index in range(5):
        bought(paid(period), agent=agent, purchased_at=AT + timedelta(seconds=16 * index))
    assert found(period) == []


def test_a_payment_of_another_period_is_not_looked_at(period):
    other = PeriodFactory(first_month=date(2021, 10, 1), last_month=date(2021, 10, 1))
    household = family()
    paid(period, household)
    paid(other, household, **not_credited("TOP_UP_GAGAL"))
    assert found(period) == []
