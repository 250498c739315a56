import django.db.models.deletion
from django.db import migrations, models


TERMS = {
    "JUMLAH": 5,
    "WAKTU": 5,
    "KUALITAS": 5,
    "HARGA": 10,
    "ADMINISTRASI": 10,
    "KARTU": 10,
    "AGEN": 10,
    "DATA": 10,
    "SASARAN": 20,
    "TIDAK_LAYAK": 20,
}


def add_terms(apps, schema_editor):
    Term = apps.get_model("coordination", "ComplaintTerm")
    for category, days in TERMS.items():
        Term.objects.get_or_create(
            category=category, defaults={"days": days, "legal_basis": "Permenpan RB 62/2018"}
        )


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0002_scope'),
        ('distribution', '0007_reconciliation'),
    ]

    operations = [
        migrations.AddField(
            model_name='complaint',
            name='agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='distribution.agent', verbose_name='agen atau e-Warung'),
        ),
        migrations.CreateModel(
            name='ComplaintTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('SASARAN', 'Tepat sasaran'), ('JUMLAH', 'Tepat jumlah'), ('WAKTU', 'Tepat waktu'), ('HARGA', 'Tepat harga'), ('KUALITAS', 'Tepat kualitas'), ('ADMINISTRASI', 'Tepat administrasi'), ('KARTU', 'Kartu (KKS) dan rekening'), ('AGEN', 'Agen bank atau e-Warung'), ('TIDAK_LAYAK', 'Penerima tidak layak'), ('DATA', 'Data keluarga keliru')], max_length=12, unique=True, verbose_name='kategori')),
                ('days', models.PositiveSmallIntegerField(verbose_name='hari kerja sampai dijawab')),
                ('legal_basis', models.CharField(blank=True, max_length=250, verbose_name='dasar')),
            ],
            options={
                'verbose_name': 'tenggat pengaduan',
                'verbose_name_plural': 'tenggat pengaduan',
                'ordering': ['category'],
                'constraints': [models.CheckConstraint(condition=models.Q(('days__range', (1, 60))), name='complaint_term_within_limit', violation_error_message='Tenggat pengaduan antara 1 dan 60 hari kerja.')],
            },
        ),
        migrations.RunPython(add_terms, migrations.RunPython.noop),
    ]
