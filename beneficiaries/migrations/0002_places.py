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

# Tells a region-limited officer that a NIK is registered elsewhere and in which regency, no more.
ELSEWHERE = """
CREATE FUNCTION beneficiaries_elsewhere(niks text[])
RETURNS TABLE (nik character varying, regency_code character varying)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT ON (p.nik) p.nik, p.regency_code FROM beneficiaries_person p
    WHERE p.nik = ANY (niks) AND p.is_active AND current_setting('role') <> 'none'
        AND p.regency_code <> ALL (string_to_array(
            coalesce(current_setting('portal.regencies', true), ''), ','))
    ORDER BY p.nik, p.id
$$
"""


# Room on every page for the next state of its rows: a change that touches no index then stays there.
ROOM = """
ALTER TABLE beneficiaries_person SET (fillfactor = 85);
ALTER TABLE beneficiaries_household SET (fillfactor = 85)
"""
FULL = """
ALTER TABLE beneficiaries_person RESET (fillfactor);
ALTER TABLE beneficiaries_household RESET (fillfactor)
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
        migrations.RunSQL(ROOM, FULL),
        migrations.RunSQL(ELSEWHERE, "DROP FUNCTION beneficiaries_elsewhere(text[])"),
        migrations.RunSQL(SEARCH, "DROP FUNCTION beneficiaries_search(tsquery, integer)"),
    ]
