from django.db import migrations

from accounts.scope import policy

# Agreed for the start; the administrator keeps them from here on.
TERMS = [
    ("USULAN", "MUSDES", 14, "Perpres 76/2013"),
    ("USULAN", "MANDIRI", 14, "Perpres 76/2013"),
    ("USULAN", "SP4N", 5, "Tata kelola SP4N-LAPOR!"),
    ("SANGGAH", "MUSDES", 10, ""),
    ("SANGGAH", "MANDIRI", 10, ""),
    ("SANGGAH", "SP4N", 5, "Tata kelola SP4N-LAPOR!"),
]


def enter_terms(apps, schema_editor):
    term = apps.get_model("verification", "AnswerTerm")
    term.objects.bulk_create(
        term(about=about, source=source, working_days=days, legal_basis=basis)
        for about, source, days, basis in TERMS
    )


# Of rounds that were opened before the figure was kept.
START = """
UPDATE verification_roundregion r SET start_families = (
    SELECT count(*) FROM verification_case c WHERE c.round_id = r.round_id
        AND c.regency_code = r.region_id AND c.was_kpm AND c.origin IN ('AWAL', 'BAWAAN'))
FROM verification_round o WHERE o.id = r.round_id AND o.status <> 'DISIAPKAN'
"""
MINUTES = """
UPDATE verification_proposal p SET meeting_id = d.meeting_id
FROM verification_meetingdecision d
JOIN verification_villagemeeting m ON m.id = d.meeting_id AND m.status = 'SELESAI'
WHERE d.household_id = p.household_id AND d.kind = 'DIUSULKAN' AND p.source = 'MUSDES'
    AND p.village_id = m.village_id AND p.source_number = m.minutes_number
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0013_rules")]

    operations = [
        policy("verification_proposalstep"),
        migrations.RunPython(enter_terms, migrations.RunPython.noop),
        migrations.RunSQL(START, migrations.RunSQL.noop),
        migrations.RunSQL(MINUTES, migrations.RunSQL.noop),
    ]
