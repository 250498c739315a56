"""Running `manage.py demo` and comparing what it made."""

import hashlib
from datetime import date
from io import StringIO

from django.core.management import call_command
from django.db import connection

TODAY = date(2021, 11, 23)
_TABLES = {
    "beneficiaries_household": "dtks_id, kk_number, village_id, address, decile, is_active",
    "beneficiaries_person": "id, household_id, nik, name, birth_date, sex, relation, match_note",
    "beneficiaries_card": "household_id, holder_id, bank_id, card_number, account_number, status",
    "beneficiaries_enrollment": "household_id, programme_id, started_on, ended_on, end_reason",
    "verification_case": "household_id, status, is_found, is_eligible, reason, visited_on",
}


def checksum() -> str:
    """Of all that does not depend on sequences or the clock."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table, columns in _TABLES.items():
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}")
            digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()


def run(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, today=TODAY, **options)
    return out.getvalue()
