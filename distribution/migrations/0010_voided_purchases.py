from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0009_sums_of_payments'),
        ('regions', '0002_tree'),
        ('uploads', '0004_failure_code'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='purchase',
            index=models.Index(condition=models.Q(('voided_at__isnull', False)), fields=['voided_at'], name='purchase_voided'),
        ),
    ]
