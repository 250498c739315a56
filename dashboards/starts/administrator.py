"""The administrator: accounts that cannot work, night work that failed, agreements that end."""

from collections.abc import Iterator

from django.db.models import Count

from accounts import standing
from accounts.models import User
from accounts.roles import Role
from dashboards.models import NightlyJob
from dashboards.starts import health, shared
from dashboards.starts.auditor import last_accesses
from dashboards.starts.page import Action, Card, Row, Start
from dashboards.work import Task, Waiting, agreements, gathered
from spreadsheets.words import thousands
from uploads.wording import Look

ACCOUNTS = (
    (
        "tanpa-wilayah",
        "Beri wilayah tugas",
        "Tanpa wilayah tugas pengguna tidak melihat data apa pun.",
    ),
    ("tanpa-bank", "Hubungkan petugas bank dengan banknya", "Tanpa bank tidak ada daftar bayar."),
    ("tanpa-kasir", "Hubungkan agen dengan kasirnya", "Tanpa kasir agen tidak dapat berjualan."),
    ("terkunci", "Bantu pengguna yang terkunci", "Terlalu banyak kata sandi yang salah."),
)


def _lines(user: User) -> Iterator[Task | Waiting]:
    for key, title, text in ACCOUNTS:
        _, found = standing.STANDINGS[key]
        yield Waiting(
            rows=found(),
            unit="pengguna",
            title=title,
            text=text,
            button="Lihat pengguna",
            url=shared.list_page("accounts_user", keadaan=key),
        )
    yield from health.tasks(user)
    yield from agreements.tasks(user)


def tasks(user: User) -> list[Task]:
    return gathered(_lines(user))


def cards(user: User) -> list[Card]:
    return [_users(), _night(user), last_accesses(user)]


def _users() -> Card:
    counted = dict(
        User.objects.filter(is_active=True).order_by().values_list("role").annotate(Count("pk"))
    )
    return Card(
        title="Pengguna aktif",
        rows=[
            Row(
                label,
                value=thousands(counted[role]),
                url=shared.list_page("accounts_user", role__exact=role, is_active__exact=1),
            )
            for role, label in Role.choices
            if role in counted
        ],
        empty="Belum ada pengguna.",
        more=shared.list_page("accounts_user"),
    )


def _night(user: User) -> Card:
    jobs = NightlyJob.objects.all() if user.scope.is_province else NightlyJob.objects.none()
    return Card(
        title="Pekerjaan malam",
        rows=[
            Row(
                job.title,
                note=f"{shared.moment(job.last_success_at)}, {job.outcome}"
                if job.last_success_at
                else "Belum pernah selesai.",
                look=_look(job),
            )
            for job in jobs
        ],
        empty="Pekerjaan malam berjalan pertama kali sesudah pukul 01.00 WIB.",
    )


def _look(job: NightlyJob) -> Look:
    if job.failure or job.is_overdue:
        return Look("bad", "bad", "Gagal" if job.failure else "Tidak selesai")
    return Look("ok", "ok", "Selesai") if job.finished_at else Look("info", "clock", "Berjalan")


START = Start(
    nothing="Pengguna yang belum dapat bekerja, pekerjaan malam yang gagal, dan PKS yang hampir"
    " berakhir akan muncul di sini.",
    tasks=tasks,
    cards=cards,
    actions=(
        Action(
            "Tambah pengguna",
            "plus",
            "admin:accounts_user_add",
            "accounts.add_user",
            is_primary=True,
        ),
    ),
)
