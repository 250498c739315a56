from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('uploads', '0003_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='failure_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
    ]
