from django.db import migrations

from accounts.scope import policy
from beneficiaries.places import same_place

SEARCH = """
CREATE FUNCTION beneficiaries_search(words tsquery, at_most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id FROM beneficiaries_person
    WHERE is_active AND search @@ CASE
        WHEN current_setting('role') = 'none' THEN words
        WHEN coalesce(current_setting('portal.regencies', true), '') = '' THEN ''::tsquery
        ELSE words && to_tsquery('simple', 'r' || replace(replace(
            current_setting('portal.regencies', true), '.', ''), ',', '|r'))
    END
    LIMIT at_most
$$
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0001_initial"), ("uploads", "0002_scope")]
    operations = [
        same_place("beneficiaries_person"),
        same_place("beneficiaries_card"),
        same_place("beneficiaries_enrollment"),
        *(
            policy(f"beneficiaries_{table}")
            for table in (
                "household",
                "householdevent",
                "person",
                "personevent",
                "card",
                "cardevent",
                "enrollment",
                "enrollmentevent",
            )
        ),
        migrations.RunSQL(SEARCH, "DROP FUNCTION beneficiaries_search(tsquery, integer)"),
    ]
