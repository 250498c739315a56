from django.db import migrations

from accounts.scope import policy


class Migration(migrations.Migration):
    dependencies = [("uploads", "0001_initial"), ("accounts", "0002_scope")]
    operations = [
        policy("uploads_upload"),
        policy("uploads_uploadrow"),
        policy("uploads_uploadissue"),
        policy("uploads_uploadevent"),
    ]
