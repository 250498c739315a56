from django.db import migrations, models

from accounts.scope import policy

# As its owner, so that the list of another regency counts too: a family may have moved since.
FUNCTION = """
CREATE FUNCTION verification_endorsed_outcome_stays() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM verification_endorsementitem i
        JOIN verification_endorsement e ON e.id = i.endorsement_id
        WHERE i.case_id = OLD.id
            AND e.status IN ('DISUSUN', 'DISAHKAN', 'DITERUSKAN', 'DITETAPKAN')
    ) THEN
        RAISE EXCEPTION
            'Kasus % ada dalam daftar yang disahkan. Cabut dahulu pengesahannya.', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsed_outcome_stays';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER endorsed_outcome_stays
BEFORE UPDATE OF status, is_found, is_eligible, reason ON verification_case
FOR EACH ROW
WHEN (OLD.status = 'DISETUJUI' AND (OLD.status, OLD.is_found, OLD.is_eligible, OLD.reason)
    IS DISTINCT FROM (NEW.status, NEW.is_found, NEW.is_eligible, NEW.reason))
EXECUTE FUNCTION verification_endorsed_outcome_stays()
"""

# Cases by kind, appended by every statement that changes cases (verification/models/summary.py).
KIND = """
    round_id, village_id, officer_id, status, result, reason, origin, was_kpm,
    CASE WHEN status NOT IN ('DISETUJUI', 'BERAKHIR')
        THEN (changed_at AT TIME ZONE 'Asia/Jakarta')::date END AS since
"""
COLUMNS = "round_id, village_id, officer_id, status, result, reason, origin, was_kpm, since"
COUNTING = f"""
CREATE FUNCTION verification_count_cases() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO verification_casecount ({COLUMNS}, number)
        SELECT {COLUMNS}, count(*) FROM (SELECT {KIND} FROM new_rows) n GROUP BY {COLUMNS};
    ELSE
        INSERT INTO verification_casecount ({COLUMNS}, number)
        SELECT {COLUMNS}, sum(number) FROM (
            SELECT {KIND}, -1 AS number FROM old_rows
            UNION ALL SELECT {KIND}, 1 FROM new_rows
        ) n GROUP BY {COLUMNS} HAVING sum(number) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new_cases AFTER INSERT ON verification_case
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION verification_count_cases();
CREATE TRIGGER count_changed_cases AFTER UPDATE ON verification_case
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION verification_count_cases();
INSERT INTO verification_casecount ({COLUMNS}, number)
SELECT {COLUMNS}, count(*) FROM (SELECT {KIND} FROM verification_case) n GROUP BY {COLUMNS}
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0010_endorsement")]
    operations = [
        *(
            policy(f"verification_{table}")
            for table in (
                "endorsement",
                "endorsementstep",
                "endorsementitem",
                "secondlook",
                "decree",
                "decreeitem",
                "casecount",
            )
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION verification_endorsed_outcome_stays()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER endorsed_outcome_stays ON verification_case"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(result__in=["MASUK", "KELUAR"]),
                fields=["round", "result", "household"],
                name="case_entering_or_leaving",
            ),
        ),
        migrations.RunSQL(
            COUNTING,
            "DROP TRIGGER count_new_cases ON verification_case;"
            "DROP TRIGGER count_changed_cases ON verification_case;"
            "DROP FUNCTION verification_count_cases()",
        ),
    ]
