import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from accounts.scope import policy


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0003_complaint_terms'),
        ('distribution', '0013_order_of_lists'),
        ('regions', '0003_holidays'),
        ('verification', '0014_rules_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Minutes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ditetapkan oleh')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='minutes', to='coordination.meeting', verbose_name='rapat')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='wilayah')),
                ('regency_code', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('region', 5), output_field=models.CharField(max_length=5), verbose_name='kode kabupaten/kota')),
                ('version', models.PositiveSmallIntegerField(verbose_name='versi')),
                ('snapshot', models.JSONField(verbose_name='isi')),
                ('made_at', models.DateTimeField(verbose_name='ditetapkan')),
            ],
            options={
                'verbose_name': 'notulen',
                'verbose_name_plural': 'notulen',
                'ordering': ['meeting', '-version', 'region'],
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='agency',
            name='email',
            field=models.EmailField(blank=True, help_text='Menerima pengingat tindak lanjut yang tidak ada penggunanya.', max_length=254, verbose_name='alamat surel kantor'),
        ),
        migrations.AddField(
            model_name='followup',
            name='newest_name',
            field=models.CharField(blank=True, max_length=100, verbose_name='putaran atau periode terbaru'),
        ),
        migrations.AddField(
            model_name='followup',
            name='period',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.payoutperiod', verbose_name='periode salur'),
        ),
        migrations.AddField(
            model_name='followup',
            name='round',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.round', verbose_name='putaran'),
        ),
        migrations.AddField(
            model_name='followup',
            name='value_newest',
            field=models.DecimalField(blank=True, decimal_places=1, max_digits=12, null=True, verbose_name='angka putaran atau periode terbaru'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='briefing',
            trigger=pgtrigger.compiler.Trigger(name='frozen_briefing_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" = \'SIAP\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='676a11f5ef80ee8acda214b4a0df581afed6282d', operation='UPDATE', pgid='pgtrigger_frozen_briefing_stays_d7585', table='coordination_briefing', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('round', None), ('period', None), _connector='OR'), name='followup_of_one_thing', violation_error_message='Angka tindak lanjut adalah angka satu putaran atau satu periode.'),
        ),
        migrations.AddIndex(
            model_name='minutes',
            index=models.Index(fields=['regency_code', 'meeting'], name='minutes_place'),
        ),
        migrations.AddConstraint(
            model_name='minutes',
            constraint=models.UniqueConstraint(fields=('meeting', 'region', 'version'), name='minutes_version_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='minutes',
            trigger=pgtrigger.compiler.Trigger(name='minutes_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0a4fe06287a116dba9f3441fe332b6cccfb18e5a', operation='UPDATE OR DELETE', pgid='pgtrigger_minutes_stay_f433e', table='coordination_minutes', when='BEFORE')),
        ),
        migrations.AlterField(
            model_name='complaintstep',
            name='action',
            field=models.CharField(choices=[('CATAT', 'Dicatat'), ('SERAHKAN', 'Diserahkan'), ('KEMAJUAN', 'Kemajuan'), ('UBAH', 'Kategori diubah'), ('KOREKSI', 'Dikoreksi'), ('PINDAH', 'Dipindahkan ke wilayah lain'), ('JAWAB', 'Dijawab'), ('SELESAI', 'Ditutup'), ('BUKA', 'Dibuka kembali')], max_length=8, verbose_name='tindakan'),
        ),
        policy('coordination_minutes'),
    ]
