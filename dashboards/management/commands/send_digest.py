from django.core.management.base import BaseCommand, CommandError

from dashboards.digest import send_digests
from dashboards.mail import Unfinished


class Command(BaseCommand):
    help = "Mengirim ringkasan harian lewat surel kepada pengguna yang memintanya."

    def handle(self, *args, **options):
        try:
            self.stdout.write(send_digests().told())
        except Unfinished as unfinished:
            raise CommandError(str(unfinished)) from unfinished
