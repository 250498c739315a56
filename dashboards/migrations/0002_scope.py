from django.db import migrations

from accounts.scope import policy

# A district compares itself with the province, whose other rows the policy rightly hides. A view
# reads with the rights of its owner, who owns the tables and is not bound by their policies; so it
# may hold nothing but sums over a province. No table of its own: nothing to keep in step, nothing
# that region-limited work could write.
PROVINCE = """
CREATE VIEW dashboards_provincefigures AS
    SELECT left(regency_code, 2) AS province_id, sum(kpm)::int AS kpm,
        sum(persons)::int AS persons, sum(invalid_nik)::int AS invalid_nik
    FROM dashboards_villagefigures GROUP BY 1
"""
ROUND = """
CREATE VIEW dashboards_provinceround AS
    SELECT round_id, sum(cases)::int AS cases, sum(approved)::int AS approved
    FROM dashboards_roundfigures GROUP BY 1
"""


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0001_initial"), ("verification", "0002_scope")]
    operations = [
        policy("dashboards_villagefigures"),
        policy("dashboards_roundfigures"),
        policy("dashboards_roundday"),
        migrations.RunSQL(PROVINCE, "DROP VIEW dashboards_provincefigures"),
        migrations.RunSQL(ROUND, "DROP VIEW dashboards_provinceround"),
    ]
