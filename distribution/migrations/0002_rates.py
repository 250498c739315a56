from django.db import migrations


def load(apps, schema_editor):
    """The rates of the project's brief (DOMAIN section 3); the administrator may change them."""
    Rate = apps.get_model("distribution", "BenefitRate")
    Rate.objects.create(
        programme_id="BPNT",
        amount=150_000,
        valid_from="2019-01-01",
        valid_until="2020-12-31",
        legal_basis="Permensos 20/2019",
    )
    Rate.objects.create(
        programme_id="SEMBAKO",
        amount=200_000,
        valid_from="2021-01-01",
        legal_basis="Permensos 5/2021",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0001_initial"),
        ("beneficiaries", "0003_programmes_and_banks"),
    ]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
