from django.db import migrations

from accounts.scope import policy


class Migration(migrations.Migration):
    dependencies = [("verification", "0003_matching")]
    operations = [
        policy(f"verification_{table}")
        for table in (
            "matchbatch",
            "civilrecord",
            "matchresult",
            "matchcandidate",
            "matchdecision",
            "notsame",
            "duplicatemember",
            "merge",
        )
    ]
