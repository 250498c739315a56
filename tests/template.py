"""The database that the test databases are copied from: migrated once, not once per process.

It stays on the server between runs and is made anew when anything has changed that a migration
might use; tests alone may change without that.
"""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
_LOCK = 0x54504C  # any number: all processes of all runs on this server ask for the same


def ensure() -> str:
    """Return the name of the template, which is up to date afterwards and has no connection."""
    name = f"test_{connection.settings_dict['NAME']}_template"
    quoted = connection.ops.quote_name(name)
    wanted = _state_of_the_code()
    with connection._nodb_cursor() as cursor:
        # Held until this cursor's connection is closed; the other processes wait for the template.
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        if cursor.fetchone() != (wanted,):
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted}")
            _migrate(name)
            cursor.execute(f"COMMENT ON DATABASE {quoted} IS '{wanted}'")
    return name


def _migrate(name: str) -> None:
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _state_of_the_code() -> str:
    found = hashlib.sha256(settings.RESTRICTED_ROLE.encode())
    files = [ROOT / "requirements.txt"]
    for app in apps.get_app_configs():
        if Path(app.path).parent == ROOT:
            files += [*Path(app.path).rglob("*.py"), *Path(app.path).glob("data/*")]
    for file in sorted(files):
        found.update(f"{file.relative_to(ROOT)}\0".encode())
        found.update(file.read_bytes())
    return found.hexdigest()
