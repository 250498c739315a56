from django.db import migrations

# As the views of migrations 0002 and 0005: read with the rights of its owner, so it may tell no
# more than sums over a province, and which kabupaten/kota is best. With the round and the period
# as arguments only their rows are read. The weights are those of dashboards/quality.py, which a
# test compares.
COMPARED = """
CREATE FUNCTION dashboards_compared(of_province text, of_round bigint, of_period bigint)
RETURNS TABLE (
    measure text, province_share numeric, best_share numeric, best_region character varying,
    best_name character varying
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH register AS (
        SELECT regency_code, sum(persons) AS persons, sum(invalid_nik) AS invalid_nik,
            sum(matched) AS matched, sum(households) AS households, sum(valid_kk) AS valid_kk,
            sum(addressed) AS addressed, sum(checked) AS checked
        FROM dashboards_villagefigures WHERE left(regency_code, 2) = of_province
        GROUP BY ROLLUP (regency_code)
    ), payout AS (
        SELECT regency_code, sum(planned) AS planned, sum(credited_amount) AS credited_amount,
            sum(credited) AS credited, sum(unspent) AS unspent
        FROM dashboards_payoutfigures
        WHERE period_id = of_period AND left(regency_code, 2) = of_province
        GROUP BY ROLLUP (regency_code)
    ), shares (measure, better, place, share) AS (
        SELECT 'terverifikasi', 1, regency_code, 100.0 * sum(approved) / nullif(sum(cases), 0)
        FROM dashboards_roundfigures
        WHERE round_id = of_round AND left(regency_code, 2) = of_province
        GROUP BY ROLLUP (regency_code)
        UNION ALL SELECT 'padan', 1, regency_code, 100.0 * matched / nullif(persons, 0)
        FROM register
        UNION ALL SELECT 'tersalur', 1, regency_code, 100.0 * credited_amount / nullif(planned, 0)
        FROM payout
        UNION ALL SELECT 'belum_transaksi', -1, regency_code,
            100.0 * unspent / nullif(credited, 0) FROM payout
        UNION ALL SELECT 'kualitas', 1, regency_code,
            (25.0 * (persons - invalid_nik) + 30.0 * matched) / nullif(persons, 0)
            + (15.0 * valid_kk + 10.0 * addressed + 20.0 * checked) / nullif(households, 0)
        FROM register
    )
    SELECT province.measure, round(province.share, 1), round(best.share, 1), region.code,
        region.name
    FROM shares province
    JOIN (
        SELECT DISTINCT ON (measure) measure, place, share FROM shares
        WHERE place IS NOT NULL AND share IS NOT NULL
        ORDER BY measure, better * share DESC, place
    ) best USING (measure)
    JOIN regions_region region ON region.code = best.place
    WHERE province.place IS NULL
$$
"""


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0006_register_figures")]
    operations = [
        migrations.RunSQL(COMPARED, "DROP FUNCTION dashboards_compared(text, bigint, bigint)")
    ]
