"""The logins of the demo province: every role, an officer for every regency, one known password."""

from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import RegionAssignment, User
from accounts.roles import Role
from regions.models import Region

PASSWORD = "beras-telur-tempe"


class Login(NamedTuple):
    username: str
    full_name: str
    role: Role
    regions: tuple[str, ...]


LOGINS = (
    Login("koordinator", "Rina Anggraini", Role.KOORDINATOR, ("62",)),
    Login("koordinator2", "Yohanes Tarung", Role.KOORDINATOR, ("62",)),
    Login("petugas.kapuas", "Hendra Saputra", Role.PETUGAS, ("62.03",)),
    Login("supervisor.kapuas", "Norhasanah Fauzi", Role.SUPERVISOR, ("62.03",)),
    Login("petugas.katingan", "Lintan Nyaring", Role.PETUGAS, ("62.06",)),
    Login("supervisor.katingan", "Elias Sangen", Role.SUPERVISOR, ("62.06",)),
    Login("petugas.palangkaraya", "Fitriani Rahmah", Role.PETUGAS, ("62.71",)),
    Login("supervisor.palangkaraya", "Suprapto Wibowo", Role.SUPERVISOR, ("62.71",)),
    Login("petugas.gunungmas", "Markus Lambung", Role.PETUGAS, ("62.10",)),
    Login("supervisor.gunungmas", "Ester Simpei", Role.SUPERVISOR, ("62.10",)),
    Login("petugas.murungraya", "Junaidi Rahman", Role.PETUGAS, ("62.12",)),
    Login("supervisor.murungraya", "Rabiah Umbing", Role.SUPERVISOR, ("62.12",)),
    Login("petugas.kotim", "Sugeng Hartono", Role.PETUGAS, ("62.02",)),
    Login("supervisor.kotim", "Halimah Ramli", Role.SUPERVISOR, ("62.02",)),
    Login("petugas.kobar", "Siti Maisaroh", Role.PETUGAS, ("62.01",)),
    Login("petugas.barsel", "Daniel Garang", Role.PETUGAS, ("62.04",)),
    Login("petugas.barut", "Rahmadi Noor", Role.PETUGAS, ("62.05",)),
    Login("petugas.seruyan", "Murniati Latifah", Role.PETUGAS, ("62.07",)),
    Login("petugas.sukamara", "Baharuddin Tahir", Role.PETUGAS, ("62.08",)),
    Login("petugas.lamandau", "Veronika Tundan", Role.PETUGAS, ("62.09",)),
    Login("petugas.pulpis", "Teguh Santoso", Role.PETUGAS, ("62.11",)),
    Login("petugas.bartim", "Thomas Limin", Role.PETUGAS, ("62.13",)),
    Login("tksk.selat", "Yulia Tarigan", Role.TKSK, ("62.03.01",)),
    Login("tksk.basarang", "Ahmad Riduan", Role.TKSK, ("62.03.08",)),
    Login("dukcapil.kapuas", "Sri Wahyuni", Role.DUKCAPIL, ("62.03",)),
    Login("bank.bri", "Dedi Setiawan", Role.BANK, ("62",)),
    Login("agen.selat", "Misnawati Lestari", Role.AGEN, ("62.03",)),
    Login("auditor", "Helena Bangkan", Role.AUDITOR, ("62",)),
    Login("admin", "Agus Prasetyo", Role.ADMINISTRATOR, ("62",)),
)

# The bank whose agents and cards an officer of a bank sees.
BANKS = {"bank.bri": "002"}


def taken_usernames() -> list[str]:
    names = [login.username for login in LOGINS]
    return list(User.objects.filter(username__in=names).values_list("username", flat=True))


def create_users() -> dict[str, User]:
    """All demo users with their regions, by username. One hash for all: Argon2 is slow."""
    password = make_password(PASSWORD)
    now = timezone.now()
    users = User.objects.bulk_create(
        User(
            username=login.username,
            full_name=login.full_name,
            email=f"{login.username}@demo.invalid",
            role=login.role,
            bank_id=BANKS.get(login.username),
            password=password,
            date_joined=now,
        )
        for login in LOGINS
    )
    RegionAssignment.objects.bulk_create(
        RegionAssignment(user=user, region_id=code)
        for user, login in zip(users, LOGINS, strict=True)
        for code in login.regions
    )
    return {user.username: user for user in users}


def login_table() -> str:
    """Role, username, password and region of every demo user, as aligned text."""
    codes = {code for login in LOGINS for code in login.regions}
    names = {region.code: region.full_name for region in Region.objects.filter(code__in=codes)}
    rows = [("Peran", "Nama pengguna", "Kata sandi", "Wilayah")]
    rows += [
        (
            str(login.role.label),
            login.username,
            PASSWORD,
            ", ".join(names.get(code, code) for code in login.regions),
        )
        for login in LOGINS
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]) for row in rows
    )
