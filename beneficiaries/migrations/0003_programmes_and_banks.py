from django.db import migrations

PROGRAMMES = [
    # code, name, Sembako or its predecessor, from, until, legal basis
    ("BPNT", "Bantuan Pangan Non Tunai", True, "2019-01-01", "2020-12-31", "Permensos 20/2019"),
    ("SEMBAKO", "Program Sembako", True, "2021-01-01", None, "Permensos 5/2021"),
    ("PKH", "Program Keluarga Harapan", False, None, None, "Permensos 1/2018"),
    ("BPNT_PPKM", "BPNT PPKM", False, "2021-07-01", None, ""),
    ("PBI_JK", "Penerima Bantuan Iuran Jaminan Kesehatan", False, None, None, "PP 76/2015"),
]
BANKS = [
    ("002", "PT Bank Rakyat Indonesia (Persero) Tbk", "BRI"),
    ("008", "PT Bank Mandiri (Persero) Tbk", "Mandiri"),
    ("009", "PT Bank Negara Indonesia (Persero) Tbk", "BNI"),
    ("200", "PT Bank Tabungan Negara (Persero) Tbk", "BTN"),
    ("451", "PT Bank Syariah Indonesia Tbk", "BSI"),
]


def load(apps, schema_editor):
    Programme = apps.get_model("beneficiaries", "Programme")
    for code, name, is_sembako, started_on, ended_on, legal_basis in PROGRAMMES:
        Programme.objects.create(
            code=code,
            name=name,
            is_sembako=is_sembako,
            started_on=started_on,
            ended_on=ended_on,
            legal_basis=legal_basis,
        )
    Bank = apps.get_model("beneficiaries", "Bank")
    for code, name, short_name in BANKS:
        Bank.objects.create(code=code, name=name, short_name=short_name)


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0002_places")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
