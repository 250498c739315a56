import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from accounts.scope import policy


class Migration(migrations.Migration):

    dependencies = [
        ('dashboards', '0005_payout_figures'),
        ('regions', '0002_tree'),
        ('verification', '0012_counted_findings'),
    ]

    operations = [
        migrations.CreateModel(
            name='RegisterFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('village', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='regions.region', verbose_name='desa/kelurahan')),
                ('regency_code', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('village', 5), output_field=models.CharField(max_length=5), verbose_name='kode kabupaten/kota')),
                ('register', models.CharField(choices=[('BDT', 'BDT'), ('DTKS', 'DTKS'), ('DTSEN', 'DTSEN')], max_length=5, verbose_name='register')),
                ('kpm', models.PositiveIntegerField(verbose_name='KPM aktif')),
                ('households', models.PositiveIntegerField(verbose_name='keluarga aktif')),
                ('persons', models.PositiveIntegerField(verbose_name='orang')),
                ('invalid_nik', models.PositiveIntegerField(verbose_name='orang dengan NIK tidak sah')),
                ('matched', models.PositiveIntegerField(verbose_name='orang padan')),
                ('valid_kk', models.PositiveIntegerField(verbose_name='keluarga dengan nomor KK sah')),
                ('addressed', models.PositiveIntegerField(verbose_name='keluarga beralamat')),
                ('checked', models.PositiveIntegerField(verbose_name='keluarga diperiksa dalam setahun')),
                ('checked_on', models.DateField(null=True, verbose_name='pemeriksaan terakhir')),
                ('counted_at', models.DateTimeField(verbose_name='dihitung')),
            ],
            options={
                'verbose_name': 'angka desa/kelurahan per register',
                'verbose_name_plural': 'angka desa/kelurahan per register',
                'ordering': ['village', 'register'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='roundfigures',
            name='round_figures_once',
        ),
        migrations.RemoveConstraint(
            model_name='villagemonth',
            name='village_month_once',
        ),
        migrations.AddField(
            model_name='roundfigures',
            name='register',
            field=models.CharField(blank=True, choices=[('BDT', 'BDT'), ('DTKS', 'DTKS'), ('DTSEN', 'DTSEN')], max_length=5, verbose_name='register'),
        ),
        migrations.AddField(
            model_name='villagemonth',
            name='register',
            field=models.CharField(choices=[('BDT', 'BDT'), ('DTKS', 'DTKS'), ('DTSEN', 'DTSEN')], default='DTKS', max_length=5, verbose_name='register'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='roundfigures',
            constraint=models.UniqueConstraint(fields=('round', 'village', 'register'), name='round_figures_once'),
        ),
        migrations.AddConstraint(
            model_name='villagemonth',
            constraint=models.UniqueConstraint(fields=('month', 'village', 'register'), name='village_month_once'),
        ),
        migrations.AddIndex(
            model_name='registerfigures',
            index=models.Index(fields=['regency_code'], name='register_figures_regency'),
        ),
        migrations.AddConstraint(
            model_name='registerfigures',
            constraint=models.UniqueConstraint(fields=('village', 'register'), name='register_figures_once'),
        ),
        policy("dashboards_registerfigures"),
    ]
