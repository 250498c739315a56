"""What must hold in coordination."""

from django.db.models import F, OuterRef, Q, Subquery

from accounts.roles import roles_with
from beneficiaries.health import AT_MOST, Check
from coordination.models import Complaint, ComplaintStep, FollowUp, PublicRelease
from coordination.suppression import is_small
from dashboards import indicators


def complaints_without_hands() -> list[str]:
    """An open complaint whose owner has left, or may no longer handle complaints, lies still."""
    able = roles_with("coordination.handle_complaint")
    stuck = Complaint.objects.open().filter(
        Q(owner__is_active=False) | (Q(owner__isnull=False) & ~Q(owner__role__in=able))
    )
    return [
        f"{complaint.number} menjadi tanggung jawab {complaint.owner}, yang tidak lagi bertugas."
        for complaint in stuck.select_related("owner")[:AT_MOST]
    ]


def complaints_out_of_place() -> list[str]:
    """The family of an open complaint lives inside its region: who handles it must see the family.
    Later it may move.
    """
    elsewhere = (
        Complaint.objects.open()
        .filter(household__isnull=False)
        .exclude(household__village__code__startswith=F("region_id"))
    )
    return [
        f"{complaint.number} menyangkut keluarga di luar wilayah pengaduannya."
        for complaint in elsewhere[:AT_MOST]
    ]


_STATUS_AFTER = {
    ComplaintStep.Action.CATAT: Complaint.Status.DITERIMA,
    ComplaintStep.Action.SERAHKAN: Complaint.Status.DITANGANI,
    ComplaintStep.Action.KEMAJUAN: Complaint.Status.DITANGANI,
    ComplaintStep.Action.PINDAH: Complaint.Status.DITERIMA,
    ComplaintStep.Action.JAWAB: Complaint.Status.DIJAWAB,
    ComplaintStep.Action.SELESAI: Complaint.Status.SELESAI,
    ComplaintStep.Action.BUKA: Complaint.Status.DITANGANI,
}


def complaints_unlike_their_steps() -> list[str]:
    """The status is the one that the last step led to."""
    last = ComplaintStep.objects.filter(
        complaint=OuterRef("pk"), action__in=_STATUS_AFTER
    ).order_by("-at", "-pk")
    broken = Q(last=None)
    for action, status in _STATUS_AFTER.items():
        broken |= Q(last=action) & ~Q(status=status)
    found = Complaint.objects.annotate(last=Subquery(last.values("action")[:1])).filter(broken)
    return [
        f"{complaint.number} berstatus {complaint.get_status_display().lower()}, tetapi langkah"
        " terakhirnya tidak demikian."
        for complaint in found[:AT_MOST]
    ]


def follow_ups_without_figure() -> list[str]:
    """Every figure that a follow-up is to move is still declared."""
    known = [indicator.code for indicator in indicators.all_indicators()]
    lost = FollowUp.objects.exclude(indicator="").exclude(indicator__in=known)
    return [
        f"Tindak lanjut “{row.text[:80]}” menyebut angka {row.indicator} yang tidak dikenal."
        for row in lost[:AT_MOST]
    ]


def small_groups_in_public() -> list[str]:
    """Nothing that is published speaks of a group under five."""
    return [
        f"{release} memuat kelompok di bawah 5 di {row['name']}."
        for release in PublicRelease.objects.filter(withdrawn_at=None)
        for row in release.table["rows"]
        if any(value is not None and is_small(value) for value in row["values"])
    ][:AT_MOST]


def complaints_about_agents_elsewhere() -> list[str]:
    """The agent of a complaint stands in the kabupaten/kota of the complaint."""
    elsewhere = Complaint.objects.filter(agent__isnull=False).exclude(
        agent__regency_code=F("regency_code")
    )
    return [
        f"{complaint.number} menyangkut agen di luar kabupaten/kota pengaduannya."
        for complaint in elsewhere[:AT_MOST]
    ]


CHECKS = (
    Check(
        "pengaduan-bertuan",
        "Pengaduan ada di tangan petugas",
        "Penanggung jawab setiap pengaduan terbuka masih bertugas.",
        complaints_without_hands,
    ),
    Check(
        "pengaduan-wilayah",
        "Pengaduan di wilayah keluarganya",
        "Keluarga dalam pengaduan terbuka tinggal di wilayah pengaduan itu.",
        complaints_out_of_place,
    ),
    Check(
        "pengaduan-agen",
        "Pengaduan di kabupaten/kota agennya",
        "Agen dalam pengaduan berada di kabupaten/kota pengaduan itu.",
        complaints_about_agents_elsewhere,
    ),
    Check(
        "pengaduan-langkah",
        "Pengaduan sesuai langkahnya",
        "Status pengaduan sama dengan langkah terakhirnya.",
        complaints_unlike_their_steps,
    ),
    Check(
        "tindak-lanjut-angka",
        "Tindak lanjut menyebut angka yang dikenal",
        "Angka yang hendak diubah oleh tindak lanjut masih dihitung portal.",
        follow_ups_without_figure,
    ),
    Check(
        "angka-publik",
        "Angka publik tanpa kelompok kecil",
        "Angka yang diterbitkan tidak memuat kelompok di bawah 5 orang.",
        small_groups_in_public,
    ),
)
