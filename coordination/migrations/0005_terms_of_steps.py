from django.db import migrations, models

# From the last change of the term on it is the present one; what it was before is not known.
FILL = """
UPDATE coordination_followupstep step SET due_on = f.due_on
FROM coordination_followup f
WHERE f.id = step.follow_up_id AND NOT EXISTS (
    SELECT FROM coordination_followupstep later
    WHERE later.follow_up_id = step.follow_up_id AND later.action IN ('TENGGAT', 'BUKA')
        AND (later.at, later.id) > (step.at, step.id)
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0004_own_figures_and_minutes'),
    ]

    operations = [
        migrations.AddField(
            model_name='followupstep',
            name='due_on',
            field=models.DateField(blank=True, null=True, verbose_name='tenggat saat itu'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
