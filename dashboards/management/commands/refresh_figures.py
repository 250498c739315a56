from django.core.management.base import BaseCommand

from dashboards import figures, history, matching, payouts
from verification.figures import summary


class Command(BaseCommand):
    help = "Menghitung ulang angka beranda, seluruhnya atau untuk kabupaten/kota yang disebut."

    def add_arguments(self, parser):
        parser.add_argument(
            "regencies", nargs="*", metavar="kode", help="kode kabupaten/kota, contoh 62.03"
        )

    def handle(self, *args, regencies, **options):
        figures.refresh(regencies or None, all_rounds=True)
        matching.refresh(regencies or None)
        payouts.refresh(regencies=regencies or None)
        history.keep_month()
        summary.compact()
        self.stdout.write("Angka beranda sudah dihitung ulang.")
