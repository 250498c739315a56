"""The civil registry office: requests to answer, the queue, and the agreement it all rests on."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from dashboards import links
from dashboards.starts import shared
from dashboards.starts.page import Card, Row, Start
from dashboards.work import Task, Waiting, agreements
from dashboards.work import matching as matching_work
from spreadsheets.words import thousands
from uploads.wording import Look
from verification.figures.matching import BATCH_LOOKS
from verification.models import Agreement, MatchBatch


def _batches(user: User, status: MatchBatch.Status):
    return MatchBatch.objects.visible_to(user).filter(status=status)


def _lines(user: User) -> Iterator[Task | Waiting]:
    code = min(user.scope.codes, key=len)
    yield Waiting(
        rows=_batches(user, MatchBatch.Status.DIMINTA),
        unit="permintaan",
        title="Jawab permintaan pemadanan",
        text="Unduh daftarnya, isi dengan data kependudukan, lalu unggah jawabannya.",
        button="Lihat permintaan",
        url=links.match_batches(user, code, status__exact=MatchBatch.Status.DIMINTA),
    )
    yield Waiting(
        rows=_batches(user, MatchBatch.Status.GAGAL),
        unit="permintaan",
        title="Kirim ulang jawaban yang tidak dapat dipakai",
        text="Jawaban diterima, tetapi gagal dipadankan; sebabnya tertulis pada permintaannya.",
        button="Baca sebabnya",
        url=links.match_batches(user, code, status__exact=MatchBatch.Status.GAGAL),
    )
    yield from shared.own_uploads(user)
    yield from matching_work.lines(user, code)
    yield from agreements.tasks(user)


def tasks(user: User) -> list[Task]:
    return shared.with_registered(user, _lines(user))


def cards(user: User) -> list[Card]:
    return [_requests(user), _agreements(user), shared.last_uploads(user)]


def _requests(user: User) -> Card:
    batches = MatchBatch.objects.visible_to(user).select_related("region")[: shared.LAST]
    return Card(
        title="Permintaan terakhir",
        rows=[
            Row(
                label=str(batch),
                note=f"{shared.day(timezone.localdate(batch.requested_at))},"
                f" {thousands(batch.people)} orang",
                url=links.match_batch(user, batch.pk),
                look=Look(*BATCH_LOOKS[batch.status], batch.get_status_display()),
            )
            for batch in batches
        ],
        empty="Permintaan dari Dinas Sosial akan tampak di sini, untuk diunduh dan dijawab.",
        more=reverse("admin:verification_matchbatch_changelist"),
    )


def _agreements(user: User) -> Card:
    today = timezone.localdate()
    found = Agreement.objects.covering(min(user.scope.codes, key=len)).select_related("region")
    return Card(
        title="Perjanjian (PKS)",
        rows=[
            Row(
                label=agreement.number,
                note=f"{agreement.region.full_name}, berlaku sampai"
                f" {shared.day(agreement.valid_until)}",
                look=Look("ok", "ok", f"{(agreement.valid_until - today).days} hari lagi"),
            )
            for agreement in found.valid_on(today)
        ],
        empty="Tidak ada PKS yang berlaku untuk wilayah Anda. Hubungi Dinas Sosial Provinsi.",
    )


START = Start(
    nothing="Permintaan pemadanan, jawaban yang perlu diperbaiki, dan antrean keputusan akan"
    " muncul di sini.",
    tasks=tasks,
    cards=cards,
    actions=(shared.UPLOAD,),
)
