import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dashboards', '0007_compared'),
    ]

    operations = [
        migrations.AddField(
            model_name='matchfigures',
            name='counted_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dihitung'),
        ),
        migrations.AddField(
            model_name='roundday',
            name='counted_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dihitung'),
        ),
        migrations.AddField(
            model_name='roundfigures',
            name='counted_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dihitung'),
        ),
    ]
