"""Bring database and static files up to date before the portal starts."""

import hashlib
from pathlib import Path

import environ
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from accounts.scope import RestrictedRoleMissing

OLDEST_POSTGRES = 150000


class Command(BaseCommand):
    help = "Migrasi, provinsi contoh bila basis data kosong, dan berkas statis."

    def handle(self, *args, **options):
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(
                "Basis data tidak dapat dihubungi. Periksa DATABASE_URL dan server basis data. "
                f"Keterangan: {str(error).strip()}"
            ) from error
        if connection.pg_version < OLDEST_POSTGRES:
            raise CommandError(
                f"Server basis data memakai PostgreSQL {connection.pg_version // 10000}. "
                "Portal memerlukan PostgreSQL 15 atau yang lebih baru; isi DATABASE_URL dengan "
                "server yang lebih baru."
            )
        self.stdout.write("Memperbarui basis data ...")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except RestrictedRoleMissing as error:
            raise CommandError(str(error)) from error
        # The demo accounts have published passwords. Unless asked for, they stay out of a portal
        # that is set up for real use, which shows in its cookies being limited to HTTPS.
        demo = environ.Env().bool("DEMO", default=not settings.SESSION_COOKIE_SECURE)
        if demo:
            call_command("demo", if_empty=True, yes_demo_users=True)
        self._collect_static_files()
        if demo:
            call_command("demo", logins=True)

    def _collect_static_files(self):
        """Hash and compress them where one has changed: that takes longer than all the rest."""
        stamp = Path(settings.STATIC_ROOT) / "sources.sha256"
        wanted = _static_sources()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        self.stdout.write("Menyiapkan berkas statis ...")
        # Cleared: a file that came with an archive may be older than the copy it must replace.
        call_command("collectstatic", clear=True, interactive=False, verbosity=0)
        stamp.write_text(wanted)


def _static_sources() -> str:
    """One value for names, sizes and times of all static files; differs when one of them does."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            state = Path(storage.path(name)).stat()
            found.update(
                f"{storage.location}\0{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode()
            )
    return found.hexdigest()
