"""A year behind the figures of the start pages, so that lines and changes have something to say."""

from datetime import date

from django.db import connection

from dashboards import history

# The same as today, less a family or a match here and there the further back; of the round only
# the months since it began, with fewer cases done.
_MONTHS_BEFORE = """
INSERT INTO dashboards_villagemonth (village_id, register, month, kpm, households, persons,
    invalid_nik, matched, valid_kk, addressed, checked, round_id, cases, approved)
SELECT m.village_id, m.register, w.month, m.kpm - least(m.kpm, (h < 2 * n)::integer), m.households,
    m.persons, m.invalid_nik + (h < n)::integer, m.matched - least(m.matched, (h < 9 * n)::integer),
    m.valid_kk, m.addressed, m.checked, r.id,
    CASE WHEN r.id IS NULL THEN 0 ELSE m.cases END,
    CASE WHEN r.id IS NULL THEN 0 ELSE m.approved - least(m.approved, (h < 40)::integer) END
FROM dashboards_villagemonth m CROSS JOIN generate_series(1, 11) n
CROSS JOIN LATERAL (SELECT (m.month - make_interval(months => n))::date AS month) w
CROSS JOIN LATERAL (SELECT abs(hashtext(m.village_id || n)) %% 100 AS h) x
LEFT JOIN verification_round r
    ON r.id = m.round_id AND r.starts_on < w.month + interval '1 month'
WHERE m.month = %(month)s
RETURNING month
"""


def create_history(*, today: date) -> None:
    """Call it when all figures were counted."""
    month = today.replace(day=1)
    history.keep_month(month)
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS_BEFORE, {"month": month})
        history.sum_up({earlier for (earlier,) in cursor.fetchall()})
        cursor.execute("ANALYZE dashboards_villagemonth, dashboards_regencymonth")
        cursor.execute("ANALYZE dashboards_payoutfigures, dashboards_regencypayout")
