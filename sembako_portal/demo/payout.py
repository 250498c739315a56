"""The payout in the demo: a year of closed periods, one that runs, one in preparation; a till."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Count
from django.utils.formats import date_format

from accounts.models import User
from beneficiaries.models import Programme
from distribution.actions import periods
from distribution.intake.reports import follow_reports
from distribution.models import Agent, BenefitRate, Cashier, PayoutPeriod

YEAR = 12

# What people do in each place, and where each card buys: of the agents of its bank in the regency
# one that serves the village and may sell, else one near it; `closed_id` is one that serves it and
# may not.
_PLACES = """
CREATE TEMPORARY TABLE place (code varchar(5), failed integer, late integer, idle integer,
    rice integer, animal integer, plants integer) ON COMMIT DROP;
INSERT INTO place VALUES {places};
CREATE TEMPORARY TABLE reach ON COMMIT DROP AS
WITH serving AS (
    SELECT v.village_id, v.regency_code, a.id, a.bank_id, a.status = 'AKTIF'
        AND coalesce(a.contract_until >= %(today)s, true) AND NOT EXISTS (
            SELECT FROM distribution_agentfinding f WHERE f.agent_id = a.id AND f.kind = 'PEMILIK'
        ) AS may_sell
    FROM distribution_agentvillage v JOIN distribution_agent a ON a.id = v.agent_id
)
SELECT DISTINCT ON (k.village_id, k.bank_id) k.village_id, k.bank_id, s.id AS agent_id,
    s.may_sell AND s.village_id = k.village_id AS is_served, (SELECT min(c.id) FROM serving c
        WHERE c.village_id = k.village_id AND c.bank_id = k.bank_id AND NOT c.may_sell) AS closed_id
FROM (SELECT DISTINCT village_id, bank_id FROM beneficiaries_card) k
JOIN serving s ON s.regency_code = left(k.village_id, 5) AND s.bank_id = k.bank_id
ORDER BY k.village_id, k.bank_id, s.may_sell DESC, s.village_id = k.village_id DESC,
    left(s.village_id, 8) = left(k.village_id, 8) DESC, s.id;
ANALYZE place;
ANALYZE reach
"""
# What the banks have said so far; of the period that runs some top-ups are still on their way.
_REPORTS = """
INSERT INTO distribution_paymentreport (payment_id, village_id, status, status_on, amount, reason)
SELECT p.id, p.village_id, said.status, said.status_on, said.amount, said.reason
FROM (
    SELECT p.id, p.village_id, p.amount, %(is_running)s AND dice >= 1000 - h.late AS is_late,
        dice < h.failed + abs(hashtext(h.code || p.period_id)) %% 6 AS has_failed
    FROM distribution_payment p JOIN place h ON h.code = p.regency_code
    CROSS JOIN LATERAL (SELECT abs(hashtext('top up' || p.id)) %% 1000 AS dice) d
    WHERE p.period_id = %(period)s AND p.card_number <> ''
) p CROSS JOIN LATERAL (
    SELECT 'SP2D' AS status, %(day)s::date AS status_on, NULL::integer AS amount, '' AS reason
    UNION ALL
    SELECT CASE WHEN has_failed THEN 'TOP_UP_GAGAL' ELSE 'TOP_UP_SUKSES' END, %(day)s::date + 3,
        CASE WHEN NOT has_failed THEN p.amount END,
        CASE WHEN has_failed THEN 'Rekening tidak aktif' ELSE '' END
    WHERE NOT is_late
) said
"""
# One purchase of a family; the list is older than all of it. The same families stay away in every
# period, so none comes back to an older credit, most of those too whom no agent serves. A few buy
# where they should not.
_PURCHASES = """
CREATE TEMPORARY TABLE bought ON COMMIT DROP AS
SELECT nextval('distribution_purchase_id_seq') AS id, b.*
FROM (
    SELECT p.id AS payment_id, p.period_id, p.village_id, p.card_number,
        CASE WHEN p.household_id %% 19 = 7 THEN coalesce(r.closed_id, r.agent_id) ELSE r.agent_id
            END AS agent_id,
        p.topped_up_amount / 100 * (100 - %(left)s * (p.id %% 3)) AS amount, h.rice, h.animal,
        abs(hashtext('plants' || p.id)) %% 100 < h.plants AS has_plants,
        (p.topped_up_on + (2 + p.id %% 14)::integer + time '08:30'
            + make_interval(mins => (p.id * 7 %% 480)::integer)) AT TIME ZONE 'Asia/Jakarta' AS at
    FROM distribution_payment p JOIN place h ON h.code = p.regency_code
    JOIN reach r ON r.village_id = p.village_id AND r.bank_id = p.bank_id
    WHERE p.period_id = %(period)s AND p.topped_up_amount > 0
        AND abs(hashtext('family' || p.household_id)) %% 1000
            >= h.idle + %(idle)s + abs(hashtext(h.code || p.period_id)) %% 20
        AND (r.is_served OR p.household_id %% 11 = 7
            OR r.closed_id IS NOT NULL AND p.household_id %% 19 = 7)
) b WHERE at < %(today)s;
INSERT INTO distribution_purchase (id, number, agent_id, payment_id, period_id, village_id,
    card_number, purchased_at, amount, void_reason)
SELECT id, 'TRX-' || to_char(at, 'YYMMDD') || '-' || lpad(id::text, 7, '0'), agent_id, payment_id,
    period_id, village_id, card_number, at, amount, '' FROM bought;
INSERT INTO distribution_purchaseline (purchase_id, village_id, commodity_id, name, food_group_id,
    quantity, unit, price)
SELECT b.id, b.village_id, c.id, c.name, c.group_id, round(b.amount * share / 100.0 / price, 2),
    c.unit, price
FROM bought b CROSS JOIN LATERAL (VALUES
    ('Beras', b.rice, 12500 + b.id * 13 %% 9 * 100),
    (CASE WHEN b.id %% 4 = 0 THEN 'Ikan segar' ELSE 'Telur ayam' END, b.animal,
        26000 + b.id * 7 %% 9 * 250),
    (CASE WHEN NOT b.has_plants THEN (ARRAY['Bayam', 'Wortel', 'Pisang'])[1 + b.id %% 3]
        WHEN b.id %% 3 = 0 THEN 'Tahu' ELSE 'Tempe' END, 100 - b.rice - b.animal,
        9000 + b.id %% 5 * 500)
) AS g (name, share, price)
JOIN distribution_commodity c ON c.name = g.name;
UPDATE distribution_payment p SET spent_amount = coalesce(b.amount, 0),
    created_at = %(day)s::date - 9
FROM distribution_payment o LEFT JOIN bought b ON b.payment_id = o.id
WHERE o.id = p.id AND p.period_id = %(period)s;
UPDATE distribution_leftout SET created_at = %(day)s::date - 9 WHERE period_id = %(period)s;
DROP TABLE bought
"""
_REFUNDS = """
INSERT INTO distribution_paymentreport (payment_id, village_id, status, status_on, amount, reason)
SELECT id, village_id, 'DIKEMBALIKAN', topped_up_on + 75, balance, ''
FROM distribution_payment WHERE period_id = %(period)s AND balance > 0
"""


class Habit(NamedTuple):
    """Of a kabupaten/kota. Of 1,000: top-ups that failed, that are late while the period runs, and
    families who buy nothing. Of 100: the rupiah for rice and for animal protein, and the families
    whose rest goes to plant protein instead of vegetables and fruit.
    """

    failed: int
    late: int
    idle: int
    rice: int
    animal: int
    plants: int


HABITS = {
    "62.01": Habit(8, 90, 8, 52, 28, 55),
    "62.02": Habit(12, 130, 7, 57, 24, 50),
    "62.03": Habit(14, 110, 5, 59, 22, 60),
    "62.04": Habit(18, 150, 12, 58, 25, 40),
    "62.05": Habit(21, 160, 13, 61, 22, 45),
    "62.06": Habit(16, 140, 9, 60, 24, 35),
    "62.07": Habit(33, 260, 30, 66, 19, 30),
    "62.08": Habit(6, 60, 4, 50, 31, 50),
    "62.09": Habit(9, 80, 6, 54, 27, 55),
    "62.10": Habit(23, 170, 14, 63, 21, 40),
    "62.11": Habit(13, 120, 6, 56, 23, 65),
    "62.12": Habit(35, 280, 34, 68, 18, 25),
    "62.13": Habit(15, 100, 8, 55, 25, 60),
    "62.71": Habit(7, 70, 4, 47, 30, 55),
}


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
    period: PayoutPeriod,
    day: date,
    *,
    today: date,
    users: Mapping[str, User],
    idle: int = 0,
    left: int = 0,
    is_running: bool = False,
) -> None:
    """Top-ups around `day`, and a purchase of most families.

    `idle` families of 1,000 more than usual buy nothing yet; others leave up to twice `left`
    percent on the card.
    """
    periods.open_period(period, by=users["koordinator"])
    values = {
        "period": period.pk,
        "day": day,
        "today": today,
        "idle": idle,
        "left": left,
        "is_running": is_running,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REPORTS, values)
        follow_reports(cursor, f"SELECT id FROM distribution_payment WHERE period_id = {period.pk}")
        cursor.execute("ANALYZE distribution_payment")
        cursor.execute(_PURCHASES, values)


def _give_back(period: PayoutPeriod) -> None:
    """What was not spent in time goes back to the treasury."""
    unspent = f"SELECT id FROM distribution_payment WHERE period_id = {period.pk} AND balance > 0"
    with connection.cursor() as cursor:
        cursor.execute(_REFUNDS, {"period": period.pk})
        follow_reports(cursor, unspent)


def create_payout(*, users: Mapping[str, User], today: date) -> None:
    """A year of periods with their payments, reports and purchases, and the till of an agent."""
    places = ", ".join(str((code, *habit)) for code, habit in HABITS.items())
    with connection.cursor() as cursor:
        cursor.execute(_PLACES.format(places=places), {"today": today})
    rates = BenefitRate.objects.filter(programme="SEMBAKO")
    for ago in range(YEAR, 4, -1):
        month = _months_before(today, ago)
        if not rates.on(month).exists():  # before the programme began
            continue
        period = _period(users, month, month)
        _pay(period, month.replace(day=12), idle=ago * 7 % 5 * 5, today=today, users=users)
        _give_back(period)
        periods.close_period(period, by=users["koordinator"], note="Sisa dikembalikan bank.")
    quarter = _period(users, _months_before(today, 4), _months_before(today, 2))
    _pay(quarter, _months_before(today, 3).replace(day=12), idle=20, today=today, users=users)
    periods.close_period(
        quarter, by=users["koordinator"], note="Sisa pembayaran masuk periode rapel."
    )
    month = _months_before(today, 1)
    running = _period(users, month, month)
    _pay(
        running,
        month.replace(day=14),
        idle=60,
        left=8,
        is_running=True,
        today=today,
        users=users,
    )
    _period(users, today.replace(day=1), today.replace(day=1))
    _till(users["agen.selat"], today)


def _till(user: User, today: date) -> None:
    """The agent of Selat with the most customers that may sell today."""
    agents = Agent.objects.filter(bank="002", village__parent="62.03.01")
    busiest = agents.annotate(sold=Count("purchases")).order_by("-sold", "pk")
    agent = next((agent for agent in busiest if agent.serves_on(today)), None)
    if agent:
        Cashier.objects.create(user=user, agent=agent)
