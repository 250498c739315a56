from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [("verification", "0007_endorsement")]
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
            )
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION verification_endorsed_outcome_stays()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER endorsed_outcome_stays ON verification_case"),
    ]
