"""Figures of the payout, held against plain SQL over the payments they sum."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import scope
from accounts.roles import Role
from accounts.scope import Scope
from dashboards import checking, figures, history, payouts, quality
from dashboards.models import PayoutFigures, RegencyMonth, RegencyPayout, VillageMonth
from dashboards.payouts import PayoutCounts
from dashboards.places import place_counts
from distribution.models import Payment
from tests.dashboards.conftest import NEIGHBOUR_VILLAGE
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# The same once more, payment by payment, without a GROUP BY.
PLAIN = """
SELECT
    (SELECT count(*) FROM x), (SELECT coalesce(sum(amount), 0) FROM x),
    (SELECT count(*) FROM x WHERE topped_up_on IS NOT NULL),
    (SELECT coalesce(sum(topped_up_amount), 0) FROM x),
    (SELECT count(*) FROM x WHERE status LIKE '%%GAGAL%%'),
    (SELECT coalesce(sum(amount), 0) FROM x WHERE status LIKE '%%GAGAL%%'),
    (SELECT count(*) FROM x WHERE spent_amount > 0), (SELECT coalesce(sum(spent_amount), 0) FROM x),
    (SELECT count(*) FROM x WHERE balance > 0 AND balance = topped_up_amount)
FROM (SELECT 1) one
"""


def plain(where: str, *values) -> tuple:
    with connection.cursor() as cursor:
        rows = f"WITH x AS (SELECT * FROM distribution_payment WHERE {where})"
        cursor.execute(rows + PLAIN, values)
        return tuple(int(value) for value in cursor.fetchone())


def as_tuple(counts: PayoutCounts) -> tuple:
    return tuple(getattr(counts, name) for name in payouts.COUNTED[:9])


def credited_days_ago(days: int, **kwargs) -> Payment:
    on = timezone.localdate() - timedelta(days=days)
    return PaymentFactory(credited=True, topped_up_on=on, status_on=on, **kwargs)


@pytest.fixture
def period(db):
    """Kapuas and Pulang Pisau, two banks, every outcome; and a month before it."""
    before = PeriodFactory(
        name="Januari 2021", first_month=date(2021, 1, 1), last_month=date(2021, 1, 1)
    )
    for spent in (200_000, 200_000, 0):
        payment = PaymentFactory(period=before, household__village_id=VILLAGE, credited=True)
        Payment.objects.filter(pk=payment.pk).update(spent_amount=spent)
    period = PeriodFactory(
        name="Februari 2021", first_month=date(2021, 2, 1), last_month=date(2021, 2, 1)
    )
    for days in (5, 31, 64, 200):
        credited_days_ago(days, period=period, household__village_id=VILLAGE)
    dtsen = HouseholdFactory(village_id=VILLAGE, register="DTSEN", kpm=True)
    spent = credited_days_ago(40, period=period, household=dtsen)
    Payment.objects.filter(pk=spent.pk).update(spent_amount=150_000)
    for village in (NEIGHBOUR_VILLAGE, OTHER_VILLAGE, OTHER_VILLAGE):
        PaymentFactory(
            period=period,
            household__village_id=village,
            bank_id="008",
            status="TOP_UP_GAGAL",
            status_on=date(2021, 2, 20),
            reason="Rekening tidak aktif",
        )
    PaymentFactory(period=period, household__village_id=OTHER_VILLAGE, bank=None, card_number="")
    payouts.refresh()
    return period


def test_each_place_is_counted_as_plain_sql_counts_it(period, coordinator):
    for code, length in (("62", 5), (KAPUAS, 8), (KAPUAS, 13)):
        found = payouts.counts_inside(coordinator, code, period, length=length)
        assert found
        for place, counts in found.items():
            where = "period_id = %s AND village_id LIKE %s"
            assert as_tuple(counts) == plain(where, period.pk, f"{place}%"), place
    whole = payouts.total(coordinator, "62", period)
    assert as_tuple(whole) == plain("period_id = %s", period.pk)
    assert whole == sum(found.values(), PayoutCounts()) + payouts.total(
        coordinator, PULANG_PISAU, period
    )


def test_days_without_a_purchase(period, coordinator):
    whole = payouts.total(coordinator, "62", period)
    assert (whole.unspent, whole.unspent_30, whole.unspent_60, whole.unspent_90) == (4, 3, 2, 1)


def test_by_bank_and_by_register(period, coordinator):
    mandiri = payouts.total(coordinator, "62", period, bank="008")
    assert as_tuple(mandiri) == plain("period_id = %s AND bank_id = '008'", period.pk)
    assert (mandiri.payments, mandiri.failed) == (3, 3)
    assert payouts.total(coordinator, "62", period, register="DTSEN").spent_amount == 150_000


def test_shares_of_nothing_are_none():
    empty = PayoutCounts()
    assert (empty.credited_share, empty.spent_share, empty.unspent_share) == (None, None, None)


def test_months_stand_in_order_with_their_own_sums(period, coordinator):
    january, february = payouts.by_month(coordinator, "62")
    assert (january.first, february.first) == (date(2021, 1, 1), date(2021, 2, 1))
    assert (january.counts.spent_amount, january.counts.unspent) == (400_000, 1)
    assert february.counts == payouts.total(coordinator, "62", period)
    assert [month.first for month in payouts.by_month(coordinator, "62", months=1)] == [
        date(2021, 2, 1)
    ]


def test_one_period_is_counted_again_and_the_others_are_left(period, coordinator):
    Payment.objects.update(spent_amount=0)
    payouts.refresh([period.pk], [PULANG_PISAU])
    assert payouts.total(coordinator, "62", period).spent_amount == 150_000
    payouts.refresh([period.pk])
    assert payouts.total(coordinator, "62", period).spent_amount == 0
    assert payouts.by_month(coordinator, "62")[0].counts.spent_amount == 400_000


def test_a_district_counts_only_itself_and_reads_only_itself(period, coordinator, officer):
    Payment.objects.update(spent_amount=0)
    with scope.applied(Scope((PULANG_PISAU,))):
        payouts.refresh()
        assert payouts.province_total("62", period).payments == 9
        assert not PayoutFigures.objects.exclude(regency_code=PULANG_PISAU).exists()
    assert payouts.total(coordinator, "62", period).spent_amount == 150_000
    assert payouts.total(officer, "62", period) == payouts.total(coordinator, KAPUAS, period)


def test_a_bank_sees_its_own_payments(period):
    bank = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    assert payouts.total(bank, "62", period) == PayoutCounts(
        payments=3, planned=600_000, failed=3, failed_amount=600_000
    )


def test_the_newest_period_that_pays_is_shown_first(period, coordinator):
    assert payouts.latest_period(coordinator) == period
    coming = PeriodFactory(
        name="Maret 2021",
        first_month=date(2021, 3, 1),
        last_month=date(2021, 3, 1),
        status="DISIAPKAN",
        opened_by=None,
        opened_at=None,
    )
    PaymentFactory(period=coming, household__village_id=VILLAGE)
    payouts.refresh([coming.pk])
    assert payouts.periods(coordinator)[0] == coming
    assert payouts.latest_period(coordinator) == period


def off(code: str = "angka-penyaluran") -> list[str]:
    return next(check for check in checking.checks() if check.code == code).broken()


def test_the_check_finds_sums_that_are_not_their_rows(period):
    # A test is one transaction: what it wrote is no older than the count of it.
    PayoutFigures.objects.update(counted_at=timezone.now() + timedelta(minutes=1))
    assert off() == []
    spent = PayoutFigures.objects.get(period=period, village=VILLAGE, register="DTSEN")
    PayoutFigures.objects.filter(pk=spent.pk).update(spent_amount=150_001)
    (sentence,) = off()
    assert "Februari 2021" in sentence and "Rp150001" in sentence


@pytest.mark.parametrize("name", payouts.COUNTED)
def test_the_check_compares_every_sum_of_every_place(period, name):
    """Also where another village of the kabupaten makes up for it."""
    PayoutFigures.objects.update(counted_at=timezone.now() + timedelta(minutes=1))
    for village, step in ((VILLAGE, 1), (NEIGHBOUR_VILLAGE, -1)):
        row = PayoutFigures.objects.filter(period=period, village=village).first()
        value = getattr(row, name)
        PayoutFigures.objects.filter(pk=row.pk).update(**{name: max(0, value + step)})
    assert off()


def test_the_check_finds_a_list_that_was_never_counted(period):
    PayoutFigures.objects.filter(period=period).delete()
    assert off() == []  # listed today: its count is still to come
    Payment.objects.update(changed_at=timezone.now() - timedelta(days=2))
    assert len(off()) == 4  # two banks in one of three villages


def test_the_check_finds_sums_of_a_regency_that_are_not_its_villages(period):
    code = "angka-penyaluran-kabupaten"
    assert off(code) == []
    RegencyPayout.objects.filter(period=period, regency=KAPUAS).update(spent_amount=1)
    assert off(code) == [
        "Februari 2021, Kapuas: angka penyaluran kabupaten/kota tidak sama dengan jumlah"
        " desa/kelurahannya."
    ]
    payouts.refresh([period.pk])
    assert off(code) == []
    RegencyPayout.objects.filter(period=period, regency=KAPUAS).delete()
    assert len(off(code)) == 1


def test_the_check_finds_months_of_a_regency_that_are_not_its_villages(world):
    code = "angka-bulan-kabupaten"
    history.keep_month(date(2021, 10, 1))
    assert off(code) == []
    RegencyMonth.objects.filter(regency=KAPUAS).update(kpm=1)
    assert off(code) == [
        "10-2021, Kapuas: catatan kabupaten/kota tidak sama dengan jumlah desa/kelurahannya."
    ]


def test_who_works_in_a_part_of_a_regency_sees_the_sums_of_that_part(period, world):
    part = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    whole = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    history.keep_month(date(2021, 10, 1))
    until = {"until": date(2021, 12, 1), "length": 5}
    for user, villages in ((part, VILLAGE[:8]), (whole, KAPUAS)):
        rows = PayoutFigures.objects.filter(period=period, village__code__startswith=villages)
        with scope.applied(user.scope):
            found = payouts.counts_inside(user, "62", period, length=5)
            kept = history.months(user, "62", **until)
        assert found[KAPUAS].payments == sum(row.payments for row in rows) > 0
        months = VillageMonth.objects.filter(village__code__startswith=villages)
        assert kept[KAPUAS][0].counts.kpm == sum(month.kpm for month in months) > 0


def test_agents_villages_without_one_and_who_lives_there(world, coordinator):
    selling = AgentFactory(village_id=VILLAGE)
    AgentFactory(village_id=OTHER_VILLAGE, contract_until=date(2021, 1, 1))
    AgentFindingFactory(agent=selling)
    found = place_counts(coordinator, "62", None, length=5)
    kapuas = found[KAPUAS]
    assert (kapuas.agents, kapuas.open_findings) == (1, 1)
    assert kapuas.without_agent == kapuas.villages - 1
    served = figures.counts_inside(coordinator, VILLAGE, None, length=13)[VILLAGE].kpm
    all_of_kapuas = figures.area(coordinator, KAPUAS, None).total.kpm
    assert kapuas.families_beyond == all_of_kapuas - served > 0
    assert found[PULANG_PISAU].agents == 0


def test_quality_has_its_parts(world, coordinator):
    counts = figures.area(coordinator, KAPUAS, None).total
    parts = {part.key: value for part, value in quality.shares(counts)}
    assert parts["padan"] == figures.share(counts.matched, counts.persons)
    assert counts.checked == 2
    assert 0 < quality.score(counts) < 100
    assert sum(part.weight for part in quality.PARTS) == 100


def test_a_month_is_kept_and_the_running_one_follows(world, coordinator):
    history.keep_month(date(2021, 10, 1))
    HouseholdFactory(village_id=VILLAGE, kpm=True)
    figures.refresh()
    history.keep_month(date(2021, 11, 1))
    history.keep_month(date(2021, 11, 1))
    found = history.months(coordinator, "62", until=date(2021, 12, 1), length=5)
    october, november = found[KAPUAS]
    assert november.counts.kpm == october.counts.kpm + 1
    assert october.round == world.pk
    assert (october.counts.cases, october.counts.approved) == (9, 2)
    only = {"until": date(2021, 12, 1), "length": 5, "count": 2}
    assert [kept.month.month for kept in history.months(coordinator, KAPUAS, **only)[KAPUAS]] == [
        11
    ]
    assert history.months(coordinator, "62", until=date(2021, 9, 1), length=5) == {}


def test_registers_add_up_to_the_village(world, coordinator):
    HouseholdFactory(village_id=VILLAGE, members=2, kpm=True, register="DTSEN")
    figures.refresh()
    whole = figures.area(coordinator, KAPUAS, world)
    parts = [
        figures.area(coordinator, KAPUAS, world, register=register)
        for register in ("BDT", "DTKS", "DTSEN")
    ]
    assert sum((part.total for part in parts), figures.Counts()) == whole.total
    assert (parts[2].total.kpm, parts[2].total.cases) == (1, 0)
    assert parts[1].total.cases == whole.total.cases == 9
