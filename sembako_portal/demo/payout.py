"""The payout in the demo: a year of closed periods, one that runs, one in preparation; a till."""

from collections.abc import Mapping
from datetime import date

from django.db import connection
from django.db.models import Count
from django.utils.formats import date_format

from accounts.models import User
from beneficiaries.models import Programme
from distribution.actions import periods
from distribution.actions.purchases import SPEND
from distribution.intake.reports import follow_reports
from distribution.models import Agent, Cashier, PayoutPeriod

YEAR = 12

# The list is older than what the banks have said of it.
_LISTED = """
UPDATE distribution_payment SET created_at = %(day)s::date - 9 WHERE period_id = %(period)s;
UPDATE distribution_leftout SET created_at = %(day)s::date - 9 WHERE period_id = %(period)s
"""
# What the banks have said so far: of 100 payments 4 failed, 3 are still on their way.
_REPORTS = """
INSERT INTO distribution_paymentreport (payment_id, village_id, status, status_on, amount, reason)
SELECT p.id, p.village_id, said.status, said.status_on, said.amount, said.reason
FROM distribution_payment p CROSS JOIN LATERAL (
    SELECT 'SP2D' AS status, %(day)s::date AS status_on, NULL::integer AS amount, '' AS reason
    UNION ALL
    SELECT CASE WHEN p.id %% 25 = 0 THEN 'TOP_UP_GAGAL' ELSE 'TOP_UP_SUKSES' END,
        %(day)s::date + 3, CASE WHEN p.id %% 25 <> 0 THEN p.amount END,
        CASE WHEN p.id %% 25 = 0 THEN 'Rekening tidak aktif' ELSE '' END
    WHERE p.id %% 31 <> 0
) said
WHERE p.period_id = %(period)s AND p.card_number <> ''
"""
# Two purchases of most cards at an agent of the card's bank that serves the village.
_PURCHASES = """
CREATE TEMPORARY TABLE bought ON COMMIT DROP AS
SELECT nextval('distribution_purchase_id_seq') AS id, p.id AS payment_id, p.period_id,
    p.village_id, p.card_number, a.agent_id, p.amount * %(share)s / 10 AS amount, n,
    (p.topped_up_on + (2 + (p.id * n) %% 14)::integer + time '08:30'
        + make_interval(mins => (p.id * 7 %% 480)::integer)) AT TIME ZONE 'Asia/Jakarta' AS at
FROM distribution_payment p
JOIN LATERAL (
    SELECT a.id AS agent_id FROM distribution_agentvillage v JOIN distribution_agent a
        ON a.id = v.agent_id
    WHERE v.village_id = p.village_id AND a.bank_id = p.bank_id ORDER BY a.id LIMIT 1
) a ON true
CROSS JOIN generate_series(1, 2) n
WHERE p.period_id = %(period)s AND p.topped_up_amount > 0 AND p.household_id %% 8 <> 0;
INSERT INTO distribution_purchase (id, number, agent_id, payment_id, period_id, village_id,
    card_number, purchased_at, amount, void_reason)
SELECT id, 'TRX-' || to_char(at, 'YYMMDD') || '-' || lpad(id::text, 7, '0'), agent_id, payment_id,
    period_id, village_id, card_number, at, amount, '' FROM bought WHERE at < %(today)s;
INSERT INTO distribution_purchaseline (purchase_id, village_id, commodity_id, name, food_group_id,
    quantity, unit, price)
SELECT b.id, b.village_id, c.id, c.name, c.group_id, round(b.amount * share / price, 2), c.unit,
    price
FROM bought b CROSS JOIN LATERAL (VALUES
    ('Beras', 0.6, 12500 + (b.id * 13 %% 9 * 100)::integer),
    (CASE b.n WHEN 1 THEN 'Telur ayam' ELSE 'Tempe' END, 0.3,
        26000 + (b.id * 7 %% 9 * 250)::integer),
    (CASE b.id %% 3 WHEN 0 THEN 'Bayam' WHEN 1 THEN 'Wortel' ELSE 'Pisang' END, 0.1,
        9000 + (b.id %% 5 * 500)::integer)
) AS g (name, share, price)
JOIN distribution_commodity c ON c.name = g.name WHERE b.at < %(today)s;
"""
_BOUGHT = "(SELECT card_number, sum(amount) AS amount FROM bought WHERE at < '{today}' GROUP BY 1)"


def _months_before(today: date, months: int) -> date:
    number = today.year * 12 + today.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _period(users: Mapping[str, User], first: date, last: date) -> PayoutPeriod:
    name = date_format(last, "F Y")
    if first != last:
        name = f"{date_format(first, 'F')}–{name}"
    period = periods.create_period(
        programme=Programme.objects.get(pk="SEMBAKO"),
        name=name,
        first_month=first,
        last_month=last,
        by=users["koordinator"],
    )
    periods.make_list(period, by=users["koordinator"])
    return period


def _pay(
    period: PayoutPeriod, day: date, *, share: int, today: date, users: Mapping[str, User]
) -> None:
    """Top-ups around `day`, and two purchases of so many tenths of each."""
    periods.open_period(period, by=users["koordinator"])
    values = {"period": period.pk, "day": day, "today": today, "share": share}
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, values)
        cursor.execute(_REPORTS, values)
        follow_reports(cursor, f"SELECT id FROM distribution_payment WHERE period_id = {period.pk}")
        cursor.execute("ANALYZE distribution_payment")
        cursor.execute(_PURCHASES, values)
        cursor.execute(SPEND.format(moving=_BOUGHT.format(today=today)))
        cursor.execute("DROP TABLE bought")


def create_payout(*, users: Mapping[str, User], today: date) -> None:
    """A year of periods with their payments, reports and purchases, and the till of an agent."""
    for ago in range(YEAR, 4, -1):
        month = _months_before(today, ago)
        period = _period(users, month, month)
        _pay(period, month.replace(day=12), share=4 + ago % 2, today=today, users=users)
        periods.close_period(period, by=users["koordinator"], note="Sisa dikembalikan bank.")
    quarter = _period(users, _months_before(today, 4), _months_before(today, 2))
    _pay(quarter, _months_before(today, 3).replace(day=12), share=5, today=today, users=users)
    periods.close_period(
        quarter, by=users["koordinator"], note="Sisa pembayaran masuk periode rapel."
    )
    month = _months_before(today, 1)
    _pay(_period(users, month, month), month.replace(day=14), share=4, today=today, users=users)
    _period(users, today.replace(day=1), today.replace(day=1))
    _till(users["agen.selat"], today)


def _till(user: User, today: date) -> None:
    """The agent of Selat with the most customers that may sell today."""
    agents = Agent.objects.filter(bank="002", village__parent="62.03.01")
    busiest = agents.annotate(sold=Count("purchases")).order_by("-sold", "pk")
    agent = next((agent for agent in busiest if agent.serves_on(today)), None)
    if agent:
        Cashier.objects.create(user=user, agent=agent)
