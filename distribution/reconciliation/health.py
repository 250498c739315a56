"""What must hold of the findings every night."""

from datetime import date

from django.db import connection, transaction

from beneficiaries.health import AT_MOST
from distribution.actions.reconciliation import watched_periods
from distribution.reconciliation import compare

_DIFFERENT = """
SELECT coalesce(f.rule, x.rule), coalesce(f.n, 0), coalesce(x.n, 0)
FROM (SELECT rule, count(*) AS n, sum(subject::numeric) AS s
    FROM distribution_reconciliationfinding
    WHERE period_id = %s AND gone_at IS NULL GROUP BY 1) f
FULL JOIN (SELECT rule, count(*) AS n, sum(subject::numeric) AS s FROM found GROUP BY 1) x
    ON x.rule = f.rule
WHERE (f.n, f.s) IS DISTINCT FROM (x.n, x.s) ORDER BY 1
"""


@transaction.atomic
def findings_recounted(*, today: date | None = None) -> list[str]:
    """The findings that are kept are those that a new comparison would find."""
    sentences = []
    for period in watched_periods().filter(reconciled__isnull=False).distinct():
        with connection.cursor() as cursor:
            compare.lay_out(cursor, period, today=today)
            cursor.execute(_DIFFERENT, [period.pk])
            sentences += [
                f"{period}, {rule}: tercatat {kept}, dihitung ulang {counted}."
                for rule, kept, counted in cursor.fetchall()
            ]
    return sentences[:AT_MOST]
