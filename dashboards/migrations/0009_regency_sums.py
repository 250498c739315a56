from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from accounts.scope import policy

REGISTER = "kpm households persons invalid_nik matched valid_kk addressed checked".split()
MONTH = [*REGISTER, "cases", "approved"]
PAYOUT = import_module("dashboards.migrations.0005_payout_figures").COUNTED.split()


def sums(names):
    return ", ".join(f"sum({name})" for name in names)


# What was counted before.
FILL = f"""
INSERT INTO dashboards_regencymonth (regency_id, register, month, round_id, {", ".join(MONTH)})
SELECT regency_code, register, month, max(round_id), {sums(MONTH)}
FROM dashboards_villagemonth GROUP BY 1, 2, 3;
INSERT INTO dashboards_regencypayout
    (period_id, regency_id, bank_id, register, {", ".join(PAYOUT)}, counted_at)
SELECT period_id, regency_code, bank_id, register, {sums(PAYOUT)}, max(counted_at)
FROM dashboards_payoutfigures GROUP BY 1, 2, 3, 4
"""
# The sums over the province, and the function of migration 0007, read fewer rows.
VIEW = import_module("dashboards.migrations.0005_payout_figures").PAYOUT.replace(
    "CREATE VIEW", "CREATE OR REPLACE VIEW"
)
FUNCTION = import_module("dashboards.migrations.0007_compared").COMPARED.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


def by_regency(sql):
    assert "dashboards_payoutfigures" in sql
    return sql.replace("dashboards_payoutfigures", "dashboards_regencypayout")


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0010_one_active_card'),
        ('dashboards', '0008_counted_at'),
        ('distribution', '0013_order_of_lists'),
        ('regions', '0003_holidays'),
        ('verification', '0014_rules_data'),
    ]

    operations = [
        migrations.CreateModel(
            name='RegencyMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kpm', models.PositiveIntegerField(verbose_name='KPM aktif')),
                ('households', models.PositiveIntegerField(verbose_name='keluarga aktif')),
                ('persons', models.PositiveIntegerField(verbose_name='orang')),
                ('invalid_nik', models.PositiveIntegerField(verbose_name='orang dengan NIK tidak sah')),
                ('matched', models.PositiveIntegerField(verbose_name='orang padan')),
                ('valid_kk', models.PositiveIntegerField(verbose_name='keluarga dengan nomor KK sah')),
                ('addressed', models.PositiveIntegerField(verbose_name='keluarga beralamat')),
                ('checked', models.PositiveIntegerField(verbose_name='keluarga diperiksa dalam setahun')),
                ('register', models.CharField(choices=[('BDT', 'BDT'), ('DTKS', 'DTKS'), ('DTSEN', 'DTSEN')], max_length=5, verbose_name='register')),
                ('month', models.DateField(verbose_name='bulan')),
                ('cases', models.PositiveIntegerField(verbose_name='KPM dalam putaran')),
                ('approved', models.PositiveIntegerField(verbose_name='terverifikasi')),
                ('regency_code', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('regency', 5), output_field=models.CharField(max_length=5), verbose_name='kode kabupaten/kota')),
                ('regency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='regions.region', verbose_name='kabupaten/kota')),
                ('round', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verification.round', verbose_name='putaran')),
            ],
            options={
                'verbose_name': 'angka kabupaten/kota per bulan',
                'verbose_name_plural': 'angka kabupaten/kota per bulan',
                'ordering': ['month', 'regency'],
                'indexes': [models.Index(fields=['regency_code', 'month'], name='regency_month_regency')],
                'constraints': [models.UniqueConstraint(fields=('month', 'regency', 'register'), name='regency_month_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='regency_month_first_day')],
            },
        ),
        migrations.CreateModel(
            name='RegencyPayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
                ('regency_code', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('regency', 5), output_field=models.CharField(max_length=5), verbose_name='kode kabupaten/kota')),
                ('bank', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='beneficiaries.bank', verbose_name='bank')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='distribution.payoutperiod', verbose_name='periode salur')),
                ('regency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='regions.region', verbose_name='kabupaten/kota')),
            ],
            options={
                'verbose_name': 'angka penyaluran kabupaten/kota',
                'verbose_name_plural': 'angka penyaluran kabupaten/kota',
                'ordering': ['period', 'regency', 'bank'],
                'indexes': [models.Index(fields=['regency_code', 'period'], name='regency_payout_regency')],
                'constraints': [models.UniqueConstraint(fields=('period', 'regency', 'bank', 'register'), name='regency_payout_once', nulls_distinct=False)],
            },
        ),
        policy("dashboards_regencymonth"),
        policy("dashboards_regencypayout"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(by_regency(VIEW), VIEW),
        migrations.RunSQL(by_regency(FUNCTION), FUNCTION),
    ]
