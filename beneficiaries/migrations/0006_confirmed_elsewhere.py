from django.db import migrations

# Tells region-limited work that a NIK belongs to an active person of another regency by word of
# Dukcapil, and nothing else of that person: such a NIK cannot be confirmed once more.
ELSEWHERE = """
CREATE FUNCTION beneficiaries_confirmed_elsewhere(niks text[])
RETURNS TABLE (nik character varying)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT p.nik FROM beneficiaries_person p
    WHERE p.nik = ANY (niks) AND p.is_active AND p.nik_confirmed_on IS NOT NULL
        AND current_setting('role') <> 'none' AND p.regency_code <> ALL (string_to_array(
            coalesce(current_setting('portal.regencies', true), ''), ','))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0005_confirmed_nik")]
    operations = [
        migrations.RunSQL(
            ELSEWHERE, "DROP FUNCTION beneficiaries_confirmed_elsewhere(text[])"
        )
    ]
