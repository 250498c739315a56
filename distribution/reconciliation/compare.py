"""The four lists of a period laid side by side in temporary tables, and the rules applied to them.

Everything is read in one statement snapshot after another of one transaction; the caller holds the
lock on the period. Only rows of the period are read, whatever else the tables hold.
"""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from distribution import chain
from distribution.models import LeftOut, PayoutPeriod
from distribution.reconciliation.rules import RULES, Rule


def _labels(column: str, labels) -> str:
    whens = " ".join(f"WHEN '{code}' THEN '{label}'" for code, label in labels)
    return f"CASE {column} {whens} END"


# Rates by month; a month without a rate counts nothing, so that its payments are told.
_TARIFF = """
CREATE TEMPORARY TABLE month_rates ON COMMIT DROP AS
SELECT m::date AS month, coalesce((SELECT r.amount FROM distribution_benefitrate r
    WHERE r.programme_id = %(programme)s AND r.valid_from <= m
        AND (r.valid_until IS NULL OR r.valid_until >= m)), 0) AS rate
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 month') m;
CREATE TEMPORARY TABLE tariffs ON COMMIT DROP AS
SELECT f.month AS first_month, count(t.month)::integer AS months, sum(t.rate)::integer AS amount
FROM month_rates f JOIN month_rates l ON l.month >= f.month
JOIN month_rates t ON t.month BETWEEN f.month AND l.month
GROUP BY f.month, l.month;
"""
# Registered is who was enrolled on some day of the period, as when its list was made; a rapel pays
# what others have missed, so who is not on its list is not missing there. A paid family
# stands where its payment stands, also if it has moved since, so that both lists count it there.
_COMPARED = f"""
CREATE TEMPORARY TABLE registered ON COMMIT DROP AS
SELECT household_id, min(greatest(date_trunc('month', started_on)::date, %(first)s)) AS first_month
FROM beneficiaries_enrollment
WHERE programme_id = %(programme)s AND started_on <= %(last_day)s
    AND (ended_on IS NULL OR ended_on >= %(first)s)
    AND (NOT %(is_rapel)s OR household_id IN (SELECT household_id FROM distribution_payment
        WHERE period_id = %(period)s))
GROUP BY household_id;
CREATE TEMPORARY TABLE listed ON COMMIT DROP AS
SELECT * FROM distribution_payment WHERE period_id = %(period)s;
ANALYZE registered; ANALYZE listed (id, household_id, payee_nik, first_month, months);
CREATE TEMPORARY TABLE ended ON COMMIT DROP AS
SELECT e.household_id, max(e.ended_on) AS last_ended_on
FROM listed l JOIN beneficiaries_enrollment e ON e.household_id = l.household_id
WHERE e.programme_id = %(programme)s AND e.ended_on < %(first)s
    AND NOT EXISTS (SELECT FROM registered r WHERE r.household_id = l.household_id)
GROUP BY 1;
CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT r.household_id IS NOT NULL AS is_registered, l.id AS payment_id, h.id AS household_id,
    coalesce(l.village_id, h.village_id) AS village_id,
    CASE WHEN l.id IS NULL THEN k.bank_id ELSE l.bank_id END AS bank_id,
    p.id AS person_id, coalesce(l.payee_name, p.name, 'Belum ada pengurus') AS payee_name,
    coalesce(l.payee_nik, p.nik, '') AS payee_nik, l.card_number,
    coalesce(due.amount, 0) AS due, l.first_month, l.months, l.amount AS listed,
    coalesce(tariff.amount, 0) AS tariff, l.topped_up_amount AS credited, l.topped_up_on,
    l.spent_amount AS spent, l.refunded_amount AS refunded, l.status, l.status_on, l.reason,
    {_labels("l.status", chain.LABELS.items())} AS status_label,
    h.is_active, p.is_active AS person_active, p.inactive_reason AS person_reason,
    upper(coalesce(p.match_note, '')) AS match_note, p.nik_valid, p.nik_confirmed_on,
    k.status AS card_status, o.reason AS left_out_code,
    {_labels("o.reason", LeftOut.Reason.choices)} AS left_out, e.last_ended_on
FROM registered r FULL JOIN listed l ON l.household_id = r.household_id
LEFT JOIN beneficiaries_household h ON h.id = coalesce(l.household_id, r.household_id)
LEFT JOIN beneficiaries_person p ON p.id = CASE WHEN l.id IS NULL THEN h.payee_id
    ELSE l.person_id END
LEFT JOIN (SELECT DISTINCT ON (household_id) household_id, bank_id, status
    FROM beneficiaries_card ORDER BY household_id, array_position(
        ARRAY['DISERAHKAN', 'DIBUKA', 'HILANG', 'DIBLOKIR', 'DIGANTI'], status::text), id DESC
) k ON k.household_id = h.id
LEFT JOIN distribution_leftout o ON o.period_id = %(period)s AND o.household_id = h.id
    AND l.id IS NULL
LEFT JOIN ended e ON e.household_id = h.id
LEFT JOIN tariffs tariff ON tariff.first_month = l.first_month AND tariff.months = l.months
LEFT JOIN tariffs due ON due.first_month = r.first_month
    AND due.first_month + make_interval(months => due.months - 1) = %(last)s;
CREATE INDEX ON compared (payment_id);
ANALYZE compared (payment_id, household_id, status);
"""
_AROUND = """
CREATE TEMPORARY TABLE doubles ON COMMIT DROP AS
SELECT payee_nik, count(*) AS times FROM listed WHERE payee_nik <> ''
GROUP BY payee_nik HAVING count(*) > 1;
CREATE TEMPORARY TABLE twice ON COMMIT DROP AS
SELECT l.id AS payment_id, o.name AS period, p.amount
FROM distribution_payoutperiod o JOIN distribution_payment p ON p.period_id = o.id
JOIN listed l ON l.household_id = p.household_id
    AND l.first_month < p.first_month + make_interval(months => p.months)
    AND p.first_month < l.first_month + make_interval(months => l.months)
WHERE o.id <> %(period)s AND o.programme_id = %(programme)s
    AND o.first_month <= %(last)s AND o.last_month >= %(first)s
    AND p.status <> ALL (%(not_paid)s) AND l.status <> ALL (%(not_paid)s);
"""
# What was sold is looked for between the first and the last purchase: those of a period have come
# one after the other, among the lines of all the years. When an agent was not active: its history
# holds what was until a moment, its row what is since.
_BOUGHT = """
CREATE TEMPORARY TABLE bought ON COMMIT DROP AS
SELECT id, payment_id, agent_id, card_number, amount, purchased_at AS at,
    (purchased_at AT TIME ZONE %(zone)s)::date AS day
FROM distribution_purchase WHERE period_id = %(period)s AND voided_at IS NULL;
CREATE INDEX ON bought (agent_id, at);
ANALYZE bought;
CREATE TEMPORARY TABLE sold ON COMMIT DROP AS
SELECT l.purchase_id, b.agent_id, l.commodity_id, l.price, l.amount
FROM bought b JOIN distribution_purchaseline l ON l.purchase_id = b.id
WHERE l.purchase_id BETWEEN (SELECT min(id) FROM bought) AND (SELECT max(id) FROM bought);
CREATE TEMPORARY TABLE stopped ON COMMIT DROP AS
SELECT agent_id, begun, ended FROM (
    SELECT pgh_obj_id AS agent_id, status, coalesce(lag(pgh_created_at) OVER w, '-infinity')
        AS begun, pgh_created_at AS ended
    FROM distribution_agentevent WINDOW w AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)
    UNION ALL
    SELECT a.id, a.status, coalesce((SELECT max(e.pgh_created_at) FROM distribution_agentevent e
        WHERE e.pgh_obj_id = a.id), '-infinity'), 'infinity'
    FROM distribution_agent a
) states WHERE status <> 'AKTIF';
CREATE TEMPORARY TABLE barred ON COMMIT DROP AS
SELECT DISTINCT agent_id FROM distribution_agentfinding
WHERE kind = 'PEMILIK' AND status <> 'SELESAI';
CREATE TEMPORARY TABLE forbidden ON COMMIT DROP AS
SELECT l.purchase_id, string_agg(DISTINCT k.name, ', ' ORDER BY k.name) AS goods,
    sum(l.amount)::integer AS amount
FROM sold l JOIN distribution_commodity k ON k.id = l.commodity_id AND NOT k.is_allowed
GROUP BY l.purchase_id;
CREATE TEMPORARY TABLE bursts ON COMMIT DROP AS
SELECT * FROM (
    SELECT s.agent_id, s.at AS begun, (SELECT count(DISTINCT o.card_number) FROM bought o
        WHERE o.agent_id = s.agent_id AND o.at BETWEEN s.at AND s.at + interval '1 minute') AS cards
    FROM (
        SELECT agent_id, at, count(*) OVER (PARTITION BY agent_id ORDER BY at
            RANGE BETWEEN CURRENT ROW AND interval '1 minute' FOLLOWING) AS following FROM bought
    ) s WHERE s.following > 4
) counted WHERE cards > 4;
ANALYZE forbidden; ANALYZE bursts; ANALYZE stopped;
"""
_SUBJECT = {"household": "c.household_id", "payment": "c.payment_id", "purchase": "b.id"}
_FOUND = """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT * FROM ({rules}) every_rule;
CREATE UNIQUE INDEX ON found (rule, subject);
ANALYZE found;
"""


def _rows(rule: Rule) -> str:
    bought = rule.of == "purchase"
    return f"""
SELECT '{rule.code}'::text AS rule, {_SUBJECT[rule.of]} AS subject, c.household_id, c.payment_id,
    {"b.id" if bought else "NULL::bigint"} AS purchase_id,
    {"a.bank_id" if bought else "c.bank_id"} AS bank_id, c.village_id, c.payee_name, c.payee_nik,
    coalesce({rule.amount}, 0) AS amount, {rule.cause} AS cause, coalesce({
        rule.detail
    }, '') AS detail,
    {rule.since} AS since, {rule.is_due} AS is_due
FROM {
        "bought b JOIN compared c ON c.payment_id = b.payment_id"
        " JOIN distribution_agent a ON a.id = b.agent_id"
        if bought
        else "compared c"
    }
WHERE {rule.where}"""


_RULES = _FOUND.format(rules=" UNION ALL ".join(_rows(rule) for rule in RULES))
_RELATIONS = (
    "found, bursts, forbidden, barred, stopped, sold, bought, twice, doubles, compared, ended,"
    " listed, registered, tariffs, month_rates"
)


def _last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def lay_out(cursor, period: PayoutPeriod, *, today: date | None = None) -> None:
    """Leave the four lists as `compared` and `bought`, what the rules find in them as `found`."""
    values = {
        "period": period.pk,
        "programme": period.programme_id,
        "is_rapel": period.is_rapel,
        "first": period.first_month,
        "last": period.last_month,
        "last_day": _last_day(period.last_month),
        "today": today or timezone.localdate(),
        "zone": settings.TIME_ZONE,
        "not_paid": [*chain.FAILED, *chain.EXCLUDED, chain.REFUNDED],
    }
    cursor.execute(f"DROP TABLE IF EXISTS {_RELATIONS}; SET LOCAL jit = off")
    for statements in (_TARIFF, _COMPARED, _AROUND, _BOUGHT, _RULES):
        cursor.execute(statements, values)


KEEP = """
UPDATE distribution_reconciliationfinding f
SET household_id = x.household_id, payment_id = x.payment_id, purchase_id = x.purchase_id,
    bank_id = CASE WHEN f.status IN ('DIMINTA', 'DIJAWAB') THEN coalesce(x.bank_id, f.bank_id)
        ELSE x.bank_id END,
    village_id = x.village_id, payee_name = x.payee_name, payee_nik = x.payee_nik,
    amount = x.amount, cause = x.cause, detail = x.detail, since = x.since, is_due = x.is_due,
    gone_at = NULL
FROM found x
WHERE f.period_id = %(period)s AND f.rule = x.rule AND f.subject = x.subject
    AND (f.gone_at IS NOT NULL OR (f.household_id, f.payment_id, f.purchase_id, f.bank_id,
        f.village_id, f.payee_name, f.payee_nik, f.amount, f.cause, f.detail, f.since, f.is_due)
    IS DISTINCT FROM (x.household_id, x.payment_id, x.purchase_id, x.bank_id, x.village_id,
        x.payee_name, x.payee_nik, x.amount, x.cause, x.detail, x.since, x.is_due))
"""
ADD = """
INSERT INTO distribution_reconciliationfinding (period_id, rule, subject, household_id, payment_id,
    purchase_id, bank_id, village_id, payee_name, payee_nik, amount, cause, detail, since, is_due,
    status, note, evidence)
SELECT %(period)s, x.rule, x.subject, x.household_id, x.payment_id, x.purchase_id, x.bank_id,
    x.village_id, x.payee_name, x.payee_nik, x.amount, x.cause, x.detail, x.since, x.is_due,
    'BELUM', '', ''
FROM found x LEFT JOIN distribution_reconciliationfinding f
    ON f.period_id = %(period)s AND f.rule = x.rule AND f.subject = x.subject
WHERE f.id IS NULL
"""
CLOSE = """
UPDATE distribution_reconciliationfinding f SET gone_at = now()
WHERE f.period_id = %(period)s AND f.gone_at IS NULL AND NOT EXISTS (
    SELECT FROM found x WHERE x.rule = f.rule AND x.subject = f.subject)
"""
COUNT = """
DELETE FROM distribution_reconciled WHERE period_id = %(period)s;
INSERT INTO distribution_reconciled (period_id, region_id, bank_id, register_count, register_amount,
    listed_count, listed_amount, credited_count, credited_amount, spent_count, spent_amount)
SELECT %(period)s, left(village_id, 5), bank_id,
    count(*) FILTER (WHERE is_registered), coalesce(sum(due) FILTER (WHERE is_registered), 0),
    count(payment_id), coalesce(sum(listed), 0),
    count(*) FILTER (WHERE credited > 0), coalesce(sum(credited), 0),
    count(*) FILTER (WHERE spent > 0), coalesce(sum(spent), 0)
FROM compared GROUP BY 2, 3
"""
PRICES = """
DELETE FROM distribution_agentprice WHERE period_id = %(period)s;
INSERT INTO distribution_agentprice (period_id, agent_id, village_id, commodity_id, lines, amount,
    price)
SELECT %(period)s, a.id, a.village_id, s.commodity_id, s.lines, s.amount, s.price
FROM distribution_agent a JOIN (
    SELECT agent_id, commodity_id, count(*) AS lines, sum(amount) AS amount,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS price
    FROM sold GROUP BY agent_id, commodity_id
) s ON s.agent_id = a.id
"""
