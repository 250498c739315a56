import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

_COLUMNS = """Kolom dinamai seperti kolom register: nik, name, birth_date, birth_place, sex,
kk_number, mother_name, village, address, rt, rw; semuanya boleh tidak ada. Kolom id dipakai sebagai
tanda baris; tanpa kolom itu dipakai nomor baris mulai dari 1. Hasil: id_a, id_b, outcome (AMBIGU:
beberapa calon hampir sama kuat, PERIKSA: diputuskan orang; hasil lain sudah pasti menurut
aturannya), probability (kosong untuk aturan NIK), rule. Hanya pasangan yang ditulis; dengan --all
juga baris A tanpa pasangan."""


class Command(BaseCommand):
    help = "Memadankan dua berkas CSV, atau mencari orang ganda dalam satu berkas. " + _COLUMNS
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, metavar="CSV", help="A.csv dan B.csv")
        parser.add_argument("--dedupe", type=Path, metavar="CSV", help="cari orang ganda di sini")
        parser.add_argument("--out", type=Path, required=True, metavar="CSV", help="berkas hasil")
        parser.add_argument(
            "--many",
            action="store_true",
            help="satu orang boleh tercatat beberapa kali di A atau B; tanpa ini B adalah daftar"
            " induk: satu orang satu baris",
        )
        parser.add_argument("--all", action="store_true", help="tulis juga baris tanpa pasangan")
        parser.add_argument(
            "--engine", choices=("duckdb", "spark"), help="mesin hitung (LINKAGE_ENGINE)"
        )
        parser.add_argument("--memory", type=int, default=2500, metavar="MB", help="batas memori")

    def handle(self, *args, **options):
        # Heavy packages are loaded by those who need them only.
        from verification.matching import engine, files

        dedupe = options["dedupe"]
        if bool(dedupe) == bool(options["files"]) or (not dedupe and len(options["files"]) != 2):
            raise CommandError("Sebutkan dua berkas, A.csv dan B.csv, atau satu dengan --dedupe.")
        started = time.monotonic()
        try:
            with engine.workspace(memory_mb=options["memory"]) as connection:
                if dedupe:
                    count = self._dedupe(connection, dedupe, options)
                else:
                    count = self._link(connection, *options["files"], options)
        except files.FileRefused as refused:
            raise CommandError(str(refused)) from refused
        except ModuleNotFoundError as missing:
            if missing.name != "pyspark":
                raise
            raise CommandError(
                "Mesin spark memerlukan pyspark; pasang requirements-spark.txt."
            ) from missing
        self.stderr.write(
            f"{count} pasangan ditulis ke {options['out']} ({time.monotonic() - started:.1f} detik)"
        )

    def _link(self, connection, a, b, options) -> int:
        from verification.matching import engine, files

        fields = [files.read(connection, path, name) for path, name in ((a, "a"), (b, "b"))]
        if not set(fields[0]) & set(fields[1]):
            raise files.FileRefused(
                "Kedua berkas tidak memiliki kolom yang sama; tidak ada yang dapat dibandingkan."
            )
        engine.link(connection, "a", "b", many=options["many"], engine=options["engine"])
        pairs_only = "" if options["all"] else "WHERE right_id IS NOT NULL"
        return _write(
            connection,
            f"""SELECT a.given_id AS id_a, coalesce(b.given_id, '') AS id_b,
                CASE WHEN rule = 'L2' THEN 'AMBIGU' WHEN handling = 'ANTREAN' THEN 'PERIKSA'
                    ELSE outcome END AS outcome,
                round(probability, 6) AS probability, rule
            FROM linked JOIN a ON a.id = left_id LEFT JOIN b ON b.id = right_id {pairs_only}
            ORDER BY left_id, linked.probability DESC, right_id""",
            options["out"],
        )

    def _dedupe(self, connection, path, options) -> int:
        from verification.matching import engine, files

        files.read(connection, path, "a")
        engine.find_doubles(connection, "a", engine=options["engine"])
        return _write(
            connection,
            """SELECT a.given_id AS id_a, b.given_id AS id_b,
                CASE WHEN c.cluster IS NULL THEN 'PERIKSA' ELSE 'GANDA' END AS outcome,
                round(probability, 6) AS probability, rule,
                coalesce(first.given_id, '') AS cluster
            FROM doubles JOIN a ON a.id = left_id JOIN a b ON b.id = right_id
            LEFT JOIN clusters c ON c.id = left_id AND rule = 'D1'
            LEFT JOIN a first ON first.id = c.cluster ORDER BY c.cluster, left_id, right_id""",
            options["out"],
        )


def _write(connection, query: str, path: Path) -> int:
    connection.execute(f"CREATE TEMP TABLE written AS {query}")
    target = str(path).replace("'", "''")
    connection.execute(f"COPY (FROM written) TO '{target}' (HEADER, DELIMITER ',')")
    [(count,)] = connection.execute("SELECT count(*) FROM written").fetchall()
    return count
