from collections.abc import Callable
from datetime import date
from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import User
from beneficiaries.models import Household
from dashboards import figures, payouts
from sembako_portal.demo import (
    agents,
    coordination,
    endorsements,
    field,
    history,
    load,
    matching,
    meetings,
    payout,
    reconciliation,
    rounds,
    uploads,
    users,
)
from sembako_portal.demo.population import SEED, families
from spreadsheets.words import thousands
from uploads.models import Upload
from verification.models import Round

_LOCK = 620001
# With fewer families some of these places have nobody to tell of.
_STORIES_FROM = 1_000
_TABLES = (
    "beneficiaries_household, beneficiaries_person, beneficiaries_card, beneficiaries_enrollment,"
    " verification_case"
)


class Command(BaseCommand):
    help = "Mengisi portal kosong dengan provinsi demo: data rekaan yang selalu sama."

    def add_arguments(self, parser):
        parser.add_argument(
            "--households", type=int, default=12_000, help="jumlah keluarga (12000)"
        )
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            default=None,
            help="tanggal yang dianggap hari ini, misalnya 2021-11-23",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="tidak berbuat apa-apa bila portal sudah berisi"
        )
        parser.add_argument("--logins", action="store_true", help="menampilkan akun demo saja")
        parser.add_argument(
            "--yes-demo-users",
            action="store_true",
            help="mengizinkan akun demo pada portal yang tidak berjalan di komputer sendiri",
        )

    def handle(self, *args, **options):
        if options["logins"]:
            self.stdout.write(users.login_table())
            return
        started = monotonic()
        with transaction.atomic():
            # A second run at the same time waits here, then finds a portal that is not empty.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if options["if_empty"] and _is_filled():
                return
            _refuse(options)
            counts = fill(
                count=options["households"],
                today=options["today"] or date.today(),
                tell=self._tell,
            )
        self.stdout.write(
            f"Provinsi demo siap dalam {monotonic() - started:.0f} detik:"
            f" {thousands(counts['beneficiaries_household'])} keluarga,"
            f" {thousands(counts['beneficiaries_person'])} orang."
        )

    def _tell(self, part: str) -> None:
        self.stdout.write(f"Mengisi provinsi demo: {part} ...")
        self.stdout.flush()


def fill(*, count: int, today: date, tell: Callable[[str], object] = str) -> dict[str, int]:
    """Fill an empty portal; the number of rows by table. Call it in a transaction.

    `tell` is given the name of each part when it begins.
    """
    tell("keluarga dan pengguna")
    made = list(families(load.villages(), count, SEED))
    counts = load.load(made)
    created = users.create_users()
    round_, visits = rounds.create_round(made, users=created, today=today, seed=SEED)
    with connection.cursor() as cursor:
        # Neither the uploads nor the first pages can wait for autovacuum to learn the sizes.
        cursor.execute(f"ANALYZE {_TABLES}")
    tell("unggahan")
    uploads.create_uploads(made, visits, round_=round_, users=created)
    if count >= _STORIES_FROM:
        _tell_stories(round_, created, today, tell)
    return counts


def _tell_stories(
    round_: Round, created: dict[str, User], today: date, tell: Callable[[str], object]
) -> None:
    """Work under way in the places that the demo's users know."""
    tell("pemadanan dan verifikasi")
    matching.create_requests(users=created, today=today)
    field.create_visits(round_, users=created, today=today)
    endorsements.create_endorsements(round_, users=created, today=today)
    meetings.create_meetings(users=created, round_=round_)
    tell("agen, kartu, dan penyaluran")
    agents.create_budgets(today=today)
    agents.create_agents(users=created, today=today, seed=SEED)
    agents.create_cards(users=created, today=today)
    agents.create_overlaps(users=created, today=today)
    payout.create_payout(users=created, today=today)
    tell("rekonsiliasi dan koordinasi")
    reconciliation.create_reconciliation(users=created, today=today)
    figures.refresh()
    payouts.refresh()
    coordination.create_coordination(users=created, today=today)
    matching.keep_history()
    history.create_history(today=today)


def _is_filled() -> bool:
    return Household.objects.exists() or Upload.objects.exists() or Round.objects.exists()


def _refuse(options) -> None:
    if not settings.INSECURE_HTTP and not options["yes_demo_users"]:
        raise CommandError(
            "Provinsi demo tidak dibuat: akun demo memakai kata sandi yang diketahui umum, dan"
            " portal ini berjalan sebagai portal sungguhan (INSECURE_HTTP tidak dipasang). Bila ini"
            " memang portal uji, ulangi dengan --yes-demo-users."
        )
    if options["households"] < 1:
        raise CommandError("Jumlah keluarga paling sedikit 1.")
    if _is_filled():
        raise CommandError(
            "Provinsi demo tidak dibuat: portal ini sudah berisi data keluarga, unggahan, atau"
            " putaran verifikasi. Pakai basis data yang kosong."
        )
    if taken := users.taken_usernames():
        raise CommandError(
            f"Provinsi demo tidak dibuat: nama pengguna {', '.join(taken)} sudah ada. Pakai basis"
            " data yang kosong."
        )
