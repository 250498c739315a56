"""What the benchmarks share: a database server of their own, the register, users, figures.

The server lives in var/bench and is kept between runs. A register is made once by set-based SQL,
as a database that is only ever copied: every run works on a fresh copy and drops it at the end, so
each starts from the same state, whatever the run before has written.
"""

import hashlib
import json
import os
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var" / "bench"
sys.path.insert(0, str(BASE))

import psycopg2  # noqa: E402

from sembako_portal import embedded_postgres  # noqa: E402

PASSWORD = "sandi-ukur-kinerja-9"
QUERIES_HEADER = "X-Queries"

# Persons p = 1..n in households of three or four, over all villages. Every value follows from p,
# so that two machines measure the same register. NIK and KK numbers are synthetic: serial 9xxx.
REGISTER = """
CREATE TEMPORARY TABLE villages AS
SELECT row_number() OVER (ORDER BY code) - 1 AS n, code, replace(left(code, 8), '.', '') AS digits
FROM regions_region WHERE level = 'VILLAGE';
CREATE TEMPORARY TABLE words AS SELECT
    string_to_array('SITI AHMAD MUHAMMAD RAHMAH SUMIATI HARTONO YULIANA RUDI FATIMAH BAMBANG'
        ' NORHAYATI SUGIANTO MARIATI ARBAYAH RUSDI HENDRA SALASIAH LIANA PERDIE MISNAWATI'
        ' KURNIAWAN SRI WAHYUNI JUMIATI ANANG IDAWATI TITIN LUKAS MARTHA YANTO', ' ') AS first,
    string_to_array('RAHMAN SUSANTI SETIAWAN HIDAYAH SAPUTRA LESTARI PRATAMA ANGGRAINI KUSUMA'
        ' MARLINA HASANAH GUNAWAN PERMANA SYAHRANI UTAMI WIJAYA NINGSIH MAULANA SARI FAUZI'
        ' HALIMAH TUNDAN UNJUNG ASANG JAYADI BINTI SAHAY RAMBANG LAMBUNG TARIGAN', ' ') AS last,
    string_to_array('PETANI|BURUH HARIAN LEPAS|MENGURUS RUMAH TANGGA|NELAYAN|PEDAGANG|WIRASWASTA'
        '|PELAJAR|BELUM BEKERJA', '|') AS jobs,
    string_to_array('KUALA KAPUAS|SAMPIT|PALANGKA RAYA|PANGKALAN BUN|MUARA TEWEH|BUNTOK|KASONGAN'
        '|BANJARMASIN', '|') AS towns;
ANALYZE villages;

INSERT INTO beneficiaries_household (id, dtks_id, kk_number, village_id, address, hamlet, rt, rw,
    register, register_date, decile, payee_id, is_active, inactive_reason, created_at, changed_at)
SELECT h, left(v.digits, 4) || lpad(h::text, 9, '0'),
    v.digits || to_char(date '2005-01-01' + (h / 1000 * 13 %% 6000)::integer, 'DDMMYY')
        || (9000 + h %% 1000),
    v.code, 'JL. TRANS KALIMANTAN KM ' || h %% 90, 'DUSUN ' || (1 + h %% 5),
    lpad((1 + h %% 12)::text, 3, '0'), lpad((1 + h %% 4)::text, 3, '0'),
    'DTKS', date '2021-01-31', 1 + h %% 4, (h * 10 - 5) / 3, true, '',
    timestamptz '2021-02-01', timestamptz '2021-02-01'
FROM generate_series(1, %(households)s) h
JOIN villages v ON v.n = h * 7919::bigint %% (SELECT count(*) FROM villages);

INSERT INTO beneficiaries_person (id, household_id, village_id, nik, name, birth_place, birth_date,
    sex, relation, occupation, mother_name, match_note, is_active, inactive_reason, created_at,
    changed_at)
SELECT p, h.id, h.village_id,
    replace(left(h.village_id, 8), '.', '')
        || lpad((extract(day FROM born) + CASE WHEN p %% 2 = 0 THEN 40 ELSE 0 END)::text, 2, '0')
        || to_char(born, 'MMYY') || (9000 + p %% 1000),
    first[1 + p * 31 %% 30] || CASE WHEN p %% 3 = 0 THEN ' ' || first[1 + p * 17 / 7 %% 30] ELSE ''
        END || ' ' || last[1 + p * 13 / 11 %% 30],
    towns[1 + p %% 8], born, CASE WHEN p %% 2 = 0 THEN 'P' ELSE 'L' END,
    CASE p - (h.id * 10 - 5) / 3 WHEN 0 THEN 'KEPALA_KELUARGA' WHEN 1 THEN 'PASANGAN'
        ELSE 'ANAK' END,
    jobs[1 + p %% 8], first[1 + p * 7 / 3 %% 30] || ' ' || last[1 + p * 5 %% 30], 'PADAN', true, '',
    timestamptz '2021-02-01', timestamptz '2021-02-01'
FROM words, generate_series(1, %(persons)s) p
CROSS JOIN LATERAL (SELECT date '1938-01-01'
    + (p / 1000 * 25 + p %% 1000 * 7919) %% 25000 AS born) dates
JOIN beneficiaries_household h ON h.id = (p - 1) * 3 / 10 + 1;

INSERT INTO beneficiaries_enrollment (household_id, village_id, programme_id, started_on,
    end_reason, created_at, changed_at)
SELECT h.id, h.village_id, programme, date '2021-01-01', '',
    timestamptz '2021-02-01', timestamptz '2021-02-01'
FROM beneficiaries_household h
JOIN (VALUES ('SEMBAKO', 1), ('PKH', 3), ('PBI_JK', 2)) g (programme, every)
    ON h.id %% every = 0;

INSERT INTO verification_round (name, starts_on, due_on, status, opened_at)
VALUES ('Putaran IV tahun 2021', '2021-10-01', '2021-12-15', 'BERJALAN', '2021-10-01');
INSERT INTO verification_roundregion (round_id, region_id)
SELECT r.id, g.code FROM verification_round r, regions_region g WHERE g.level = 'REGENCY';
INSERT INTO verification_case (round_id, household_id, village_id, status, reason, note,
    is_found, is_eligible, changed_at)
SELECT r.id, h.id, h.village_id, CASE WHEN h.id %% 5 < 2 THEN 'DIAJUKAN' ELSE 'BELUM' END, '', '',
    CASE WHEN h.id %% 5 < 2 THEN true END, CASE WHEN h.id %% 5 < 2 THEN true END,
    timestamptz '2021-11-01'
FROM verification_round r, beneficiaries_household h;

SELECT setval('beneficiaries_household_id_seq', %(households)s),
    setval('beneficiaries_person_id_seq', %(persons)s);
"""


def say(text: str) -> None:
    """Progress goes to standard error; standard output is for the one line of figures."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _url_of(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def _execute(url: str, *statements: str, values: dict | None = None) -> list[tuple]:
    """Run statements outside of a transaction; gives the rows of the last one."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


def _environment(url: str) -> dict[str, str]:
    """The settings of a production portal on this database, whatever the caller's own are."""
    VAR.mkdir(parents=True, exist_ok=True)
    secret = VAR / "secret"
    if not secret.exists():
        secret.write_text(secrets.token_urlsafe(60))
    return {
        "DATABASE_URL": url,
        "PORTAL_VAR": str(VAR),
        "SECRET_KEY": secret.read_text(),
        "DEBUG": "False",
        "INSECURE_HTTP": "True",
        "ALLOWED_HOSTS": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join((str(BASE), str(BASE / "benchmarks"))),
    }


def _register_name(persons: int) -> str:
    """Names what the register was made from, so that none of an older model is ever used."""
    digest = hashlib.sha256(REGISTER.encode())
    for path in sorted(BASE.glob("*/migrations/0*.py")):
        digest.update(path.read_bytes())
    return f"register_{persons}_{digest.hexdigest()[:8]}"


def migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, BASE / "manage.py", "migrate", "--verbosity", "0"],
        env=os.environ | _environment(url),
        check=True,
        stdout=sys.stderr,
    )


def _make_register(server: str, name: str, persons: int) -> None:
    draft = _url_of(server, "draft")
    _execute(server, "DROP DATABASE IF EXISTS draft", "CREATE DATABASE draft")
    say(f"making a register of {persons:,} persons (once)")
    migrate(draft)
    households = (persons - 1) * 3 // 10 + 1
    _execute(draft, REGISTER, values={"persons": persons, "households": households})
    _execute(draft, "VACUUM (FREEZE, ANALYZE)")
    _execute(server, f"ALTER DATABASE draft RENAME TO {name}")


@contextmanager
def register(persons: int, *, copy: str) -> Iterator[str]:
    """A copy of the register of so many persons, gone at the end; Django is set up to use it."""
    server = embedded_postgres.start(VAR / "postgres")
    name = _register_name(persons)
    kept = {row[0] for row in _execute(server, "SELECT datname FROM pg_database")}
    for old in kept:
        if old.startswith(f"register_{persons}_") and old != name:
            _execute(server, f"DROP DATABASE {old}")
    if name not in kept:
        _make_register(server, name, persons)
    with copied(server, name, copy) as url:
        yield url


@contextmanager
def copied(server: str, name: str, copy: str) -> Iterator[str]:
    """A copy of a database, gone at the end; Django is set up to use it."""
    drop = f"DROP DATABASE IF EXISTS {copy}"
    _execute(server, drop, f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY")
    url = _url_of(server, copy)
    os.environ.update(_environment(url))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sembako_portal.settings")
    import django
    from django.db import connection

    django.setup()
    try:
        yield url
    finally:
        connection.close()
        _execute(server, drop)


def user(username: str, role: str, region: str):
    """A user of the role, assigned to the region, with PASSWORD."""
    from accounts.models import RegionAssignment, User

    made = User(username=username, full_name=username.title(), role=role)
    made.set_password(PASSWORD)
    made.save()
    RegionAssignment.objects.create(user=made, region_id=region)
    return User.objects.get(pk=made.pk)


class PeakMemory:
    """The largest sum of resident memory of this process and its children, in MB of 2**20 bytes.

    Looked at every 20 ms. Postgres is not among the children: the server was started on its own.
    """

    def __enter__(self) -> "PeakMemory":
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        own = os.getpid()
        # Linux tells the children of a thread without a walk over all processes.
        children = Path(f"/proc/{own}/task/{own}/children")
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._over.wait(0.02):
            pages = 0
            for pid in (own, *children.read_text().split()):
                with suppress(FileNotFoundError, ProcessLookupError):
                    pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            self.megabytes = max(self.megabytes, pages * page / 2**20)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: list[float]) -> float:
    return statistics.median(values)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18]


def report(figures: dict) -> None:
    print(json.dumps(figures))
