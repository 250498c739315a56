from django.conf import settings
from django.db import migrations

from accounts.scope import policy


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("regions", "0002_tree")]
    operations = [
        policy("accounts_accesslog"),
        # Region-limited work reads these and changes none: who may see what, and the tree of places.
        migrations.RunSQL(
            "REVOKE INSERT, DELETE ON accounts_user FROM"
            f' "{settings.RESTRICTED_ROLE}";'
            "REVOKE INSERT, UPDATE, DELETE ON accounts_regionassignment, regions_region FROM"
            f' "{settings.RESTRICTED_ROLE}";'
            f'REVOKE UPDATE, DELETE ON accounts_accesslog FROM "{settings.RESTRICTED_ROLE}";',
            migrations.RunSQL.noop,
        ),
    ]
