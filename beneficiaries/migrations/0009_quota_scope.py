from django.db import migrations

from accounts.scope import policy

# As beneficiaries_elsewhere does for a NIK: that a KK is registered in another regency, and where.
KK_ELSEWHERE = """
CREATE FUNCTION beneficiaries_kk_elsewhere(numbers text[])
RETURNS TABLE (kk_number character varying, regency_code character varying)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT ON (h.kk_number) h.kk_number, h.regency_code FROM beneficiaries_household h
    WHERE h.kk_number = ANY (numbers) AND h.is_active AND current_setting('role') <> 'none'
        AND h.regency_code <> ALL (string_to_array(
            coalesce(current_setting('portal.regencies', true), ''), ','))
    ORDER BY h.kk_number, h.id
$$
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0008_quota")]
    operations = [
        policy("beneficiaries_quota"),
        migrations.RunSQL(KK_ELSEWHERE, "DROP FUNCTION beneficiaries_kk_elsewhere(text[])"),
    ]
