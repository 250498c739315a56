import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from accounts.scope import policy

# As in migration 0002: nothing but sums over a province. A view gets new columns at its end only.
PROVINCE = """
CREATE OR REPLACE VIEW dashboards_provincefigures AS
    SELECT left(regency_code, 2) AS province_id, sum(kpm)::int AS kpm,
        sum(persons)::int AS persons, sum(invalid_nik)::int AS invalid_nik,
        sum(households)::int AS households, sum(matched)::int AS matched,
        sum(valid_kk)::int AS valid_kk, sum(addressed)::int AS addressed,
        sum(checked)::int AS checked
    FROM dashboards_villagefigures GROUP BY 1
"""
PROVINCE_BEFORE = """
DROP VIEW dashboards_provincefigures;
CREATE VIEW dashboards_provincefigures AS
    SELECT left(regency_code, 2) AS province_id, sum(kpm)::int AS kpm,
        sum(persons)::int AS persons, sum(invalid_nik)::int AS invalid_nik
    FROM dashboards_villagefigures GROUP BY 1
"""
COUNTED = (
    "payments planned credited credited_amount failed failed_amount spent spent_amount unspent"
    " unspent_30 unspent_60 unspent_90"
)
PAYOUT = f"""
CREATE VIEW dashboards_provincepayout AS
    SELECT left(regency_code, 2) AS province_id, period_id,
        {", ".join(f"sum({name})::bigint AS {name}" for name in COUNTED.split())}
    FROM dashboards_payoutfigures GROUP BY 1, 2
"""

class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0010_one_active_card'),
        ('dashboards', '0004_matching'),
        ('distribution', '0007_reconciliation'),
        ('regions', '0002_tree'),
        ('verification', '0011_endorsement_scope'),
    ]

    operations = [
        migrations.AddField(
            model_name='villagefigures',
            name='addressed',
            field=models.PositiveIntegerField(default=0, verbose_name='keluarga beralamat'),
        ),
        migrations.AddField(
            model_name='villagefigures',
            name='checked',
            field=models.PositiveIntegerField(default=0, verbose_name='keluarga diperiksa dalam setahun'),
        ),
        migrations.AddField(
            model_name='villagefigures',
            name='checked_on',
            field=models.DateField(blank=True, null=True, verbose_name='pemeriksaan terakhir'),
        ),
        migrations.AddField(
            model_name='villagefigures',
            name='valid_kk',
            field=models.PositiveIntegerField(default=0, verbose_name='keluarga dengan nomor KK sah'),
        ),
        migrations.CreateModel(
            name='PayoutFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regency_code', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('village', 5), output_field=models.CharField(max_length=5), verbose_name='kode kabupaten/kota')),
                ('register', models.CharField(blank=True, choices=[('BDT', 'BDT'), ('DTKS', 'DTKS'), ('DTSEN', 'DTSEN')], max_length=5, verbose_name='register')),
                ('payments', models.PositiveIntegerField(verbose_name='KPM dalam daftar bayar')),
                ('planned', models.BigIntegerField(verbose_name='nominal (rupiah)')),
                ('credited', models.PositiveIntegerField(verbose_name='KPM tersalur')),
                ('credited_amount', models.BigIntegerField(verbose_name='tersalur (rupiah)')),
                ('failed', models.PositiveIntegerField(verbose_name='pembayaran gagal')),
                ('failed_amount', models.BigIntegerField(verbose_name='gagal (rupiah)')),
                ('spent', models.PositiveIntegerField(verbose_name='KPM sudah transaksi')),
                ('spent_amount', models.BigIntegerField(verbose_name='dibelanjakan (rupiah)')),
                ('unspent', models.PositiveIntegerField(verbose_name='KPM belum transaksi')),
                ('unspent_30', models.PositiveIntegerField(verbose_name='belum transaksi 30 hari')),
                ('unspent_60', models.PositiveIntegerField(verbose_name='belum transaksi 60 hari')),
                ('unspent_90', models.PositiveIntegerField(verbose_name='belum transaksi 90 hari')),
                ('counted_at', models.DateTimeField(verbose_name='dihitung')),
                ('bank', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='beneficiaries.bank', verbose_name='bank')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='distribution.payoutperiod', verbose_name='periode salur')),
                ('village', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='regions.region', verbose_name='desa/kelurahan')),
            ],
            options={
                'verbose_name': 'angka penyaluran',
                'verbose_name_plural': 'angka penyaluran',
                'ordering': ['period', 'village', 'bank'],
                'indexes': [models.Index(fields=['regency_code', 'period'], name='payout_figures_regency')],
                'constraints': [models.UniqueConstraint(fields=('period', 'village', 'bank', 'register'), name='payout_figures_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='VillageMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regency_code', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('village', 5), output_field=models.CharField(max_length=5), verbose_name='kode kabupaten/kota')),
                ('month', models.DateField(verbose_name='bulan')),
                ('kpm', models.PositiveIntegerField(verbose_name='KPM aktif')),
                ('households', models.PositiveIntegerField(verbose_name='keluarga aktif')),
                ('persons', models.PositiveIntegerField(verbose_name='orang')),
                ('invalid_nik', models.PositiveIntegerField(verbose_name='orang dengan NIK tidak sah')),
                ('matched', models.PositiveIntegerField(verbose_name='orang padan')),
                ('valid_kk', models.PositiveIntegerField(verbose_name='keluarga dengan nomor KK sah')),
                ('addressed', models.PositiveIntegerField(verbose_name='keluarga beralamat')),
                ('checked', models.PositiveIntegerField(verbose_name='keluarga diperiksa dalam setahun')),
                ('cases', models.PositiveIntegerField(verbose_name='KPM dalam putaran')),
                ('approved', models.PositiveIntegerField(verbose_name='terverifikasi')),
                ('round', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verification.round', verbose_name='putaran')),
                ('village', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='regions.region', verbose_name='desa/kelurahan')),
            ],
            options={
                'verbose_name': 'angka desa/kelurahan per bulan',
                'verbose_name_plural': 'angka desa/kelurahan per bulan',
                'ordering': ['month', 'village'],
                'indexes': [models.Index(fields=['regency_code', 'month'], name='village_month_regency')],
                'constraints': [models.UniqueConstraint(fields=('month', 'village'), name='village_month_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='village_month_first_day')],
            },
        ),
        policy("dashboards_payoutfigures"),
        policy("dashboards_villagemonth"),
        migrations.RunSQL(PROVINCE, PROVINCE_BEFORE),
        migrations.RunSQL(PAYOUT, "DROP VIEW dashboards_provincepayout"),
    ]
