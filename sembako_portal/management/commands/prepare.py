"""Bring database and static files up to date before the portal starts."""

import environ
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection


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
        self.stdout.write("Memperbarui basis data ...")
        call_command("migrate", interactive=False, verbosity=0)
        # The demo accounts have published passwords. Unless asked for, they stay out of a portal
        # that is set up for real use, which shows in its cookies being limited to HTTPS.
        demo = environ.Env().bool("DEMO", default=not settings.SESSION_COOKIE_SECURE)
        if demo:
            call_command("demo", if_empty=True, yes_demo_users=True)
        self.stdout.write("Menyiapkan berkas statis ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        if demo:
            call_command("demo", logins=True)
