"""The auditor: what has lately been looked at, taken out, taken back and decided by hand."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, User
from accounts.standing import RECENT_DAYS, recently
from dashboards import links
from dashboards.starts import health, shared
from dashboards.starts.page import Action, Card, Row, Start
from dashboards.work import Task, Waiting, gathered
from distribution.models import Purchase
from spreadsheets.words import thousands
from uploads.models import Upload
from uploads.wording import Look
from verification.models import MatchResult

LATELY = f"{RECENT_DAYS} hari terakhir"


def _lines(user: User) -> Iterator[Task | Waiting]:
    since = recently()
    accesses = AccessLog.objects.visible_to(user).filter(at__gte=since)
    for kind, title, text in (
        (
            AccessLog.Kind.REVEAL,
            "Periksa nomor identitas yang ditampilkan",
            "Apakah yang membukanya memang memerlukannya.",
        ),
        (
            AccessLog.Kind.EXPORT,
            "Periksa data yang diunduh",
            "Apakah keperluan yang ditulis sesuai dengan tugasnya.",
        ),
    ):
        yield Waiting(
            rows=accesses.filter(kind=kind),
            unit="kali",
            title=title,
            text=f"{LATELY}. {text}",
            button="Lihat catatan",
            url=shared.list_page("accounts_accesslog", kind__exact=kind, waktu="baru"),
        )
    yield Waiting(
        rows=Upload.objects.visible_to(user).reverted_since(since),
        unit="unggahan",
        title="Periksa unggahan yang dicabut",
        text=f"{LATELY}. Sudah diterapkan, lalu dicabut kembali.",
        button="Lihat unggahan",
        url=shared.list_page("uploads_upload", status="dicabut"),
    )
    yield Waiting(
        rows=Purchase.objects.visible_to(user).filter(voided_at__gte=since),
        unit="transaksi",
        title="Periksa transaksi yang dibatalkan",
        text=f"{LATELY}. Uangnya kembali ke kartu; alasannya tertulis.",
        button="Lihat transaksi",
        url=shared.list_page("distribution_purchase", batal="baru"),
    )
    yield Waiting(
        rows=MatchResult.objects.visible_to(user).decided().filter(decided_at__gte=since),
        unit="orang",
        title="Periksa pemadanan yang diputus petugas",
        text=f"{LATELY}. Aturan tidak memutus; petugas menerima atau menolak kandidatnya.",
        button="Lihat hasil",
        url=shared.list_page("verification_matchresult", putusan="baru"),
    )
    yield from health.tasks(user)


def tasks(user: User) -> list[Task]:
    return gathered(_lines(user))


def cards(user: User) -> list[Card]:
    return [_figures(user), last_accesses(user), _reverted(user)]


def _figures(user: User) -> Card:
    """The same figures that those see who work there."""
    return Card(
        title="Angka wilayah",
        rows=[
            Row(region.full_name, note="Peta, peringkat, dan daftar", url=links.region(region))
            for region in user.regions
        ],
        empty="",
    )


def last_accesses(user: User) -> Card:
    looks = {
        AccessLog.Kind.REVEAL: Look("info", "eye", "Ditampilkan"),
        AccessLog.Kind.EXPORT: Look("warn", "download", "Diunduh"),
    }
    last = AccessLog.objects.visible_to(user).select_related("user").order_by("-pk")[: shared.LAST]
    return Card(
        title="Akses data terakhir",
        rows=[
            Row(
                label=str(access.user),
                note=f"{shared.moment(access.at)}, {access.subject}"
                + (f", {thousands(access.row_count)} baris" if access.row_count > 1 else ""),
                look=looks[access.kind],
            )
            for access in last
        ],
        empty="Nomor identitas yang ditampilkan dan data yang diunduh akan tercatat di sini.",
        more=reverse("admin:accounts_accesslog_changelist"),
    )


def _reverted(user: User) -> Card:
    reverted = (
        Upload.objects.visible_to(user)
        .filter(status=Upload.Status.DIBATALKAN, applied_at__isnull=False)
        .select_related("region")
        .order_by("-pk")[: shared.LAST]
    )
    return Card(
        title="Unggahan yang dicabut",
        rows=[
            Row(
                label=str(upload),
                note=f"Diterapkan {shared.day(timezone.localdate(upload.applied_at))},"
                f" {thousands(upload.rows_total)} baris",
                url=links.upload(user, upload),
            )
            for upload in reverted
        ],
        empty="Belum ada unggahan yang dicabut sesudah diterapkan.",
    )


START = Start(
    nothing=f"Dalam {LATELY} tidak ada data yang dibuka, diunduh, dicabut, atau diputus petugas.",
    tasks=tasks,
    cards=cards,
    actions=(
        Action("Buat laporan", "chart", "coordination:reports", "coordination.make_report"),
        Action(
            "Catatan akses",
            "eye",
            "admin:accounts_accesslog_changelist",
            "accounts.view_accesslog",
            is_primary=True,
        ),
    ),
)
