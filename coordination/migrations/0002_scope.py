from django.db import migrations

from accounts.scope import policy

AGENCIES = (
    ("Dinas Sosial Provinsi Kalimantan Tengah", "Dinsos Provinsi"),
    ("Dinas Kependudukan dan Pencatatan Sipil Provinsi Kalimantan Tengah", "Dukcapil Provinsi"),
    ("Badan Perencanaan Pembangunan Daerah Provinsi Kalimantan Tengah", "Bappeda Provinsi"),
    ("Dinas Kesehatan Provinsi Kalimantan Tengah", "Dinkes Provinsi"),
    ("Perum Bulog Kantor Wilayah Kalimantan Tengah", "Bulog"),
    ("Bank penyalur (HIMBARA)", "HIMBARA"),
    ("Dinas Sosial kabupaten/kota", "Dinsos kab/kota"),
    ("Dinas Kependudukan dan Pencatatan Sipil kabupaten/kota", "Dukcapil kab/kota"),
)


def add_agencies(apps, schema_editor):
    Agency = apps.get_model("coordination", "Agency")
    for name, short_name in AGENCIES:
        Agency.objects.get_or_create(name=name, defaults={"short_name": short_name})


class Migration(migrations.Migration):
    dependencies = [("coordination", "0001_initial"), ("accounts", "0002_scope")]

    operations = [
        *(
            policy(f"coordination_{name}")
            for name in ("complaint", "complaintstep", "followup", "followupstep", "briefing")
        ),
        migrations.RunPython(add_agencies, migrations.RunPython.noop),
    ]
