"""What matching with Dukcapil leaves to people."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.scope import Scope
from dashboards import links
from dashboards.work.tasks import Waiting
from verification.models import DuplicateGroup, MatchResult


def lines(user, code: str) -> Iterator[Waiting]:
    results = MatchResult.objects.visible_to(user).filter(
        Scope((code,)).condition(MatchResult.PLACE)
    )
    if user.has_perm("verification.decide_matchresult"):
        yield Waiting(
            rows=results.waiting_for(user),
            unit="orang",
            title="Putuskan antrean pemadanan",
            text="Dukcapil menemukan kandidat yang mirip; manusia yang memutuskan.",
            button="Buka antrean",
            url=reverse("verification:queue"),
        )
    if user.has_perm("uploads.submit_upload") and user.has_perm("beneficiaries.view_person"):
        yield Waiting(
            rows=results.to_repair(),
            unit="orang",
            title="Perbaiki data yang tidak padan",
            text="NIK tidak ditemukan di Dukcapil, ganda, atau dengan nama dan tanggal lahir lain.",
            button="Lihat orang",
            url=links.match_results(user, code, tindak="perbaiki"),
        )
        yield Waiting(
            rows=results.to_follow_up(),
            unit="orang",
            title="Tindak lanjuti yang meninggal atau pindah",
            text="Menurut Dukcapil; ganti pengurus, mutakhirkan alamat, atau akhiri kepesertaan.",
            button="Lihat orang",
            url=links.match_results(user, code, tindak="terbuka"),
        )
    if user.has_perm("verification.merge_duplicategroup"):
        yield Waiting(
            rows=DuplicateGroup.objects.visible_to(user).open(),
            unit="kelompok",
            title="Putuskan data ganda",
            text="Satu orang tercatat lebih dari sekali.",
            button="Lihat data ganda",
            url=links.doubles(user),
        )
