from django.db import migrations

# Whether a follow-up was past its due date when a day (WIB) began, by the date that held then, which
# its last step before that day tells. What was finished then and has been reopened since was not.
# With the rights of who asks, so that policies apply.
LATE = """
CREATE FUNCTION coordination_late_on(of_followup bigint, day date) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (
        SELECT FROM coordination_followup f
        LEFT JOIN LATERAL (
            SELECT CASE action WHEN 'SELESAI' THEN 'infinity' ELSE due_on END AS due_on
            FROM coordination_followupstep
            WHERE follow_up_id = f.id AND at < day::timestamp AT TIME ZONE 'Asia/Jakarta'
            ORDER BY at DESC, id DESC LIMIT 1
        ) last ON true
        WHERE f.id = of_followup AND f.created_on < day AND coalesce(last.due_on, f.due_on) < day
            AND coalesce(f.finished_on, 'infinity') >= day
    )
$$
"""


class Migration(migrations.Migration):
    dependencies = [("coordination", "0005_terms_of_steps")]
    operations = [
        migrations.RunSQL(LATE, "DROP FUNCTION coordination_late_on(bigint, date)"),
    ]
