from django.db import migrations

from accounts.scope import policy
from verification.places import same_place_as_case


class Migration(migrations.Migration):
    dependencies = [("verification", "0006_cases")]
    operations = [
        same_place_as_case("verification_casestep"),
        same_place_as_case("verification_casemember"),
        same_place_as_case("verification_attachment", "region_id"),
        policy("verification_casestep"),
        policy("verification_casemember"),
        policy("verification_attachment"),
    ]
