from django.core.management.base import BaseCommand

from coordination import daily


class Command(BaseCommand):
    help = "Pekerjaan harian koordinasi: pengingat, angka tindak lanjut, berkas laporan yang lewat."

    def handle(self, *args, **options):
        reminded, measured, purged = (job() for job in daily.JOBS)
        self.stdout.write(
            f"{reminded} pengingat, {measured} angka tindak lanjut, {purged} berkas dihapus."
        )
