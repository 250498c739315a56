from django.core.management.base import BaseCommand

from dashboards.digest import send_digests


class Command(BaseCommand):
    help = "Mengirim ringkasan harian lewat surel kepada pengguna yang memintanya."

    def handle(self, *args, **options):
        self.stdout.write(f"{send_digests()} ringkasan terkirim.")
