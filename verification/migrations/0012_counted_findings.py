from django.db import migrations, models

# Cases by kind and finding, appended by every statement that changes cases or enrolments
# (verification/models/summary.py). Only results are held against the register: opening a round
# and assigning its cases ask nothing about enrolments.
FINDING = """
CREATE FUNCTION verification_finding(result text, receives boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN result = 'KELUAR' AND receives THEN 'INKLUSI'
        WHEN result = 'MASUK' AND NOT receives THEN 'EKSKLUSI'
        WHEN result = 'TETAP' AND NOT receives THEN 'TERHENTI'
        ELSE '' END
$$
"""
ACTIVE = """
EXISTS (SELECT FROM beneficiaries_enrollment e
    JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
    WHERE e.household_id = n.household_id AND e.ended_on IS NULL {but})
"""
RECEIVES = ACTIVE.format(but="")
PLAIN = "round_id, village_id, officer_id, status, result, reason, origin, was_kpm"
KIND = f"""
{PLAIN}, CASE WHEN status NOT IN ('DISETUJUI', 'BERAKHIR')
    THEN (changed_at AT TIME ZONE 'Asia/Jakarta')::date END AS since,
CASE WHEN result = '' THEN '' ELSE verification_finding(result, {RECEIVES}) END AS finding
"""
COLUMNS = f"{PLAIN}, since, finding"
CASES = f"""
CREATE OR REPLACE FUNCTION verification_count_cases() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO verification_casecount ({COLUMNS}, number)
        SELECT {COLUMNS}, count(*) FROM (SELECT {KIND} FROM new_rows n) k GROUP BY {COLUMNS};
    ELSE
        INSERT INTO verification_casecount ({COLUMNS}, number)
        SELECT {COLUMNS}, sum(number) FROM (
            SELECT {KIND}, -1 AS number FROM old_rows n
            UNION ALL SELECT {KIND}, 1 FROM new_rows n
        ) k GROUP BY {COLUMNS} HAVING sum(number) <> 0;
    END IF;
    RETURN NULL;
END $$
"""


def counted(old: str, new: str) -> str:
    """SQL of the cases whose finding a statement on enrolments has changed.

    What a family received before is told by the old rows and by those the statement left alone.
    """
    untouched = f"AND NOT EXISTS (SELECT FROM {new} t WHERE t.id = e.id)" if new else ""
    was = [ACTIVE.format(but=untouched)]
    if old:
        was.append(
            f"EXISTS (SELECT FROM {old} e"
            " JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako"
            " WHERE e.household_id = n.household_id AND e.ended_on IS NULL)"
        )
    touched = " UNION ".join(f"SELECT household_id FROM {rows}" for rows in (old, new) if rows)
    return f"""
        INSERT INTO verification_casecount ({COLUMNS}, number)
        SELECT {PLAIN}, NULL, d.finding, sum(d.number)
        FROM (
            SELECT n.*, {" OR ".join(was)} AS before, {RECEIVES} AS now
            FROM ({touched}) h
            JOIN verification_case n ON n.household_id = h.household_id AND n.result <> ''
        ) held
        CROSS JOIN LATERAL (VALUES
            (verification_finding(result, before), -1), (verification_finding(result, now), 1)
        ) d (finding, number)
        WHERE before <> now
        GROUP BY {PLAIN}, d.finding HAVING sum(d.number) <> 0;
    """


ENROLLMENTS = f"""
CREATE FUNCTION verification_count_enrollments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {counted("", "new_rows")}
    ELSIF TG_OP = 'UPDATE' THEN {counted("old_rows", "new_rows")}
    ELSE {counted("old_rows", "")}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new_enrollments AFTER INSERT ON beneficiaries_enrollment
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION verification_count_enrollments();
CREATE TRIGGER count_changed_enrollments AFTER UPDATE ON beneficiaries_enrollment
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION verification_count_enrollments();
CREATE TRIGGER count_gone_enrollments AFTER DELETE ON beneficiaries_enrollment
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION verification_count_enrollments()
"""
ANEW = f"""
DELETE FROM verification_casecount;
INSERT INTO verification_casecount ({COLUMNS}, number)
SELECT {COLUMNS}, count(*) FROM (SELECT {KIND} FROM verification_case n) k GROUP BY {COLUMNS}
"""


class Migration(migrations.Migration):
    dependencies = [
        ("beneficiaries", "0010_one_active_card"),
        ("verification", "0011_endorsement_scope"),
    ]
    operations = [
        migrations.AddField(
            "casecount",
            "finding",
            models.CharField(
                "temuan",
                max_length=8,
                blank=True,
                default="",
                choices=[
                    ("INKLUSI", "Tidak layak tetapi masih menerima"),
                    ("EKSKLUSI", "Layak tetapi belum menerima"),
                    ("TERHENTI", "Layak tetap, tetapi kepesertaannya sudah berakhir"),
                ],
            ),
        ),
        migrations.RunSQL(FINDING, "DROP FUNCTION verification_finding(text, boolean)"),
        migrations.RunSQL(CASES, migrations.RunSQL.noop),
        migrations.RunSQL(
            ENROLLMENTS,
            "DROP TRIGGER count_new_enrollments ON beneficiaries_enrollment;"
            "DROP TRIGGER count_changed_enrollments ON beneficiaries_enrollment;"
            "DROP TRIGGER count_gone_enrollments ON beneficiaries_enrollment;"
            "DROP FUNCTION verification_count_enrollments()",
        ),
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
    ]
