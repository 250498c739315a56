from django.db import migrations

# Rows of BNBA uploads hold their values in the order of the layout, which has gained the column of
# the village code before the derived village.
ADD = """
UPDATE uploads_uploadrow r SET values = r.values[1:23] || ARRAY['', r.values[24]]
FROM uploads_upload u
WHERE u.id = r.upload_id AND u.kind = 'dtks_bnba' AND cardinality(r.values) = 24
"""
TAKE_AWAY = """
UPDATE uploads_uploadrow r SET values = r.values[1:23] || ARRAY[r.values[25]]
FROM uploads_upload u
WHERE u.id = r.upload_id AND u.kind = 'dtks_bnba' AND cardinality(r.values) = 25
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0003_programmes_and_banks"), ("uploads", "0003_columns")]
    operations = [migrations.RunSQL(ADD, TAKE_AWAY)]
