from django.db import migrations

from accounts.scope import policy

KIND = "period_id, region_id, bank_id, status, year"
SUMS = "number, amount, credited, spent, refunded"
TOTALS = "sum(number), sum(amount), sum(credited), sum(spent), sum(refunded)"
SIGNED = """
SELECT period_id, left(village_id, 8) AS region_id, bank_id, status,
    extract(year FROM first_month)::smallint AS year, {sign}1 AS number,
    {sign}amount::bigint AS amount, {sign}topped_up_amount::bigint AS credited,
    {sign}spent_amount::bigint AS spent, {sign}refunded_amount::bigint AS refunded FROM {rows}
"""
ADDED = SIGNED.format(sign="+", rows="{rows}")
GONE = SIGNED.format(sign="-", rows="old_rows")


def _append(signed: str) -> str:
    return f"""
INSERT INTO distribution_paymentsum ({KIND}, {SUMS})
SELECT {KIND}, {TOTALS} FROM ({signed}) n GROUP BY {KIND}
HAVING ({TOTALS}) <> (0, 0, 0, 0, 0);
"""


FUNCTION = f"""
CREATE FUNCTION distribution_sum_payments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {_append(ADDED.format(rows="new_rows"))}
    ELSIF TG_OP = 'DELETE' THEN {_append(GONE)}
    ELSE {_append(GONE + " UNION ALL " + ADDED.format(rows="new_rows"))}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sum_new_payments AFTER INSERT ON distribution_payment
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION distribution_sum_payments();
CREATE TRIGGER sum_changed_payments AFTER UPDATE ON distribution_payment
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION distribution_sum_payments();
CREATE TRIGGER sum_deleted_payments AFTER DELETE ON distribution_payment
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION distribution_sum_payments();
{_append(ADDED.format(rows="distribution_payment"))}
"""
GONE_AGAIN = """
DROP TRIGGER sum_new_payments ON distribution_payment;
DROP TRIGGER sum_changed_payments ON distribution_payment;
DROP TRIGGER sum_deleted_payments ON distribution_payment;
DROP FUNCTION distribution_sum_payments();
"""
# A bank reports on every payment of a period, most of them more than once: with room for a second
# copy of each row on its page no index has to follow.
ROOM = "ALTER TABLE distribution_payment SET (fillfactor = 45)"
LESS_ROOM = "ALTER TABLE distribution_payment SET (fillfactor = 80)"


class Migration(migrations.Migration):
    dependencies = [("distribution", "0008_counted_ahead")]
    operations = [
        policy("distribution_paymentsum"),
        migrations.RunSQL(FUNCTION, GONE_AGAIN),
        migrations.RunSQL(ROOM, LESS_ROOM),
    ]
