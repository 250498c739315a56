"""What is open in one region for those who work there: every subject of the portal."""

from collections.abc import Iterator

from accounts.scope import Scope
from dashboards import links
from dashboards.figures import Area
from dashboards.maps import HEADINGS
from dashboards.work import answers, endorsement, matching, payout, tasks, uploads
from dashboards.work.tasks import Task, Waiting, due, gathered
from spreadsheets.words import thousands
from uploads.models import Upload
from verification.models import Case, Round, VillageMeeting

NIK_WRONG = (
    "Bentuk NIK salah: bukan 16 angka, atau kode wilayah, tanggal, atau nomor urutnya tidak"
    " mungkin."
)


def work_of(user, area: Area, round: Round | None, sent: list[Upload]) -> list[Task]:
    """What is open in the user's region, the most urgent first."""
    code = area.region.code
    lines = [
        *uploads.tasks(user, sent, round),
        *_round(user, area, round),
        *_checking(user, code, round),
        *_invalid_nik(user, area),
        *endorsement.tasks(user, area.region, round),
        *_minutes(user, code, round),
        *answers.lines(user, code),
        *matching.lines(user, code),
        *payout.lines(user, code),
    ]
    for source in tasks.registered:
        lines += source(user, code, round)
    return gathered(lines)


def _round(user, area: Area, round: Round | None) -> Iterator[Task]:
    """Families that nobody has looked at yet: a sheet for the office, a list for the field."""
    if not round or not area.total.to_do:
        return
    count, code = area.total.to_do, area.region.code
    may_download = user.has_perm("verification.download_sheet")
    open_places = [place for place in area.places if place.counts.to_do]
    text = f"{round.name}."
    if open_places:
        most = max(open_places, key=lambda place: place.counts.to_do)
        text = (
            f"{len(open_places)} {HEADINGS[len(code)].lower()}; terbanyak {most.region.name},"
            f" {thousands(most.counts.to_do)} KPM."
        )
    yield Task(
        count=count,
        unit="KPM",
        title="Verifikasi KPM yang belum diunggah"
        if may_download
        else "Kunjungi KPM yang belum diverifikasi",
        text=text,
        button="Unduh lembar" if may_download else f"Lihat {thousands(count)} KPM",
        url=links.sheet(user, code, round)
        if may_download
        else links.cases_to_do(user, code, round),
        due=due(round.due_on),
    )


def _checking(user, code: str, round: Round | None) -> Iterator[Waiting]:
    if round and user.has_perm("verification.check_case"):
        inside = Case.objects.visible_to(user).filter(
            Scope((code,)).condition(Case.PLACE), round=round
        )
        yield Waiting(
            rows=inside.decidable_by(user),
            unit="KPM",
            title="Periksa kunjungan yang sudah dicatat",
            text="Kunjungan disetujui petugas lain dari yang mencatatnya.",
            button="Lihat kunjungan",
            url=links.cases_for_me(user, code, round),
            due_on=round.due_on,
        )


def _invalid_nik(user, area: Area) -> Iterator[Task]:
    count, address = area.total.invalid_nik, links.invalid_nik(user, area.region.code)
    if count and address:
        may_submit = user.has_perm("uploads.submit_upload")
        yield Task(
            count=count,
            unit="orang",
            title=f"{'Perbaiki' if may_submit else 'Periksa'} NIK yang tidak sah",
            text=NIK_WRONG,
            button=f"Lihat {thousands(count)} orang",
            url=address,
        )


def _minutes(user, code: str, round: Round | None) -> Iterator[Waiting]:
    """Minutes of village meetings that nobody has finished: without them a decision counts for
    nothing."""
    if round and user.has_perm("verification.finish_villagemeeting"):
        meetings = VillageMeeting.objects.visible_to(user).filter(
            Scope((code,)).condition(VillageMeeting.PLACE),
            round=round,
            status=VillageMeeting.Status.DISUSUN,
        )
        yield Waiting(
            rows=meetings,
            unit="berita acara",
            title="Selesaikan berita acara musyawarah",
            text="Keputusannya berlaku setelah berita acara selesai.",
            button="Lihat musyawarah",
            url=links.open_minutes(user, code, round),
            due_on=round.due_on,
        )
