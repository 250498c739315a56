from django.db import migrations

from accounts.scope import policy
from beneficiaries.places import same_place


class Migration(migrations.Migration):
    dependencies = [
        ("verification", "0001_initial"),
        ("beneficiaries", "0003_programmes_and_banks"),
    ]
    operations = [
        same_place("verification_case"),
        policy("verification_case"),
        policy("verification_roundregion"),
    ]
