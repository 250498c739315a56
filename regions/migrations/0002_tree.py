from django.db import migrations

from regions.codes import load_regions


def load(apps, schema_editor):
    Region = apps.get_model("regions", "Region")
    # Parents come before children in the file, which is sorted by code.
    Region.objects.bulk_create(
        Region(
            code=row.code,
            name=row.name,
            level=row.level,
            kind=row.kind,
            parent_id=row.parent or None,
            bps_code=row.bps_code,
            postcode=row.postcode,
            latitude=row.latitude or None,
            longitude=row.longitude or None,
        )
        for row in load_regions()
    )


class Migration(migrations.Migration):
    dependencies = [("regions", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
