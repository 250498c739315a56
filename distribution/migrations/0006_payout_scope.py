from django.db import migrations
from django.db.migrations.operations import RunSQL

from accounts.scope import policy

# Reports of the bank and purchases set columns without an index: room on the page keeps it so.
ROOM = "ALTER TABLE distribution_payment SET (fillfactor = 80)"
FULL = "ALTER TABLE distribution_payment RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("distribution", "0005_periods_payments_purchases")]
    operations = [
        *(
            policy(f"distribution_{table}")
            for table in ("leftout", "payment", "paymentreport", "purchase", "purchaseline")
        ),
        RunSQL(ROOM, FULL),
    ]
