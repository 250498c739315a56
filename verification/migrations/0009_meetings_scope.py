from django.db import migrations

from accounts.scope import policy
from beneficiaries.places import same_place


class Migration(migrations.Migration):
    dependencies = [("verification", "0008_meetings"), ("beneficiaries", "0009_quota_scope")]
    operations = [
        same_place("verification_replacement"),
        same_place("verification_payeechange"),
        *(
            policy(f"verification_{table}")
            for table in (
                "villagemeeting",
                "meetingattendee",
                "meetingdecision",
                "meetingstep",
                "proposal",
                "proposalmember",
                "objection",
                "objector",
                "replacement",
                "payeechange",
            )
        ),
    ]
