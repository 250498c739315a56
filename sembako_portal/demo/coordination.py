"""Coordination in the demo: a Rakor that was held, one that is coming, follow-ups, complaints."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils.formats import date_format

from accounts import scope
from accounts.models import User
from beneficiaries.models import Household
from coordination.actions import complaints, meetings
from coordination.actions.minutes import finalise_minutes
from coordination.briefing import freeze
from coordination.models import (
    Agency,
    Briefing,
    Complaint,
    ComplaintStep,
    FollowUp,
    FollowUpStep,
    Meeting,
)
from distribution.models import Agent
from regions.models import Region
from sembako_portal.demo.load import WIB

_HELD_BEFORE, _COMING_AFTER = timedelta(days=24), timedelta(days=6)
_EARLIER = timedelta(days=150)
# Of the meeting before: text, agency, regency, days from the meeting to the due date and to the
# day on which it was done.
_DONE = (
    ("Menyerahkan KKS yang masih tersimpan di bank", "HIMBARA", "62.02", 20, 18),
    ("Melengkapi nomor KK keluarga di Seruyan", "Dinsos kab/kota", "62.07", 25, 66),
    ("Memeriksa agen yang dilaporkan mewajibkan paket", "HIMBARA", "62.71", 30, 39),
    ("Memadankan ulang NIK ganda Barito Utara", "Dukcapil kab/kota", "62.05", 40, 98),
    ("Menetapkan jadwal musyawarah desa", "Dinsos Provinsi", "62", 60, 57),
    ("Mengusulkan pengganti KPM yang pindah di Lamandau", "Dinsos kab/kota", "62.09", 45, 71),
)

# Text, agency, regency, days to the due date from the meeting, indicator, value then, responsible.
_FOLLOW_UPS = (
    ("Menyelesaikan verifikasi KPM yang tersisa di Kapuas", "Dinsos kab/kota", "62.03", 20,
     "terverifikasi", "31.4", "petugas.kapuas"),
    ("Menambah petugas verifikasi di kecamatan pedalaman Murung Raya", "Dinsos kab/kota", "62.12",
     35, "terverifikasi", "22.8", "petugas.murungraya"),
    ("Memperbaiki NIK yang tidak sah bersama Disdukcapil Katingan", "Dukcapil kab/kota", "62.06",
     14, "nik_tidak_sah", "13.9", "petugas.katingan"),
    ("Menyusun jadwal pemadanan NIK seluruh kabupaten/kota", "Dukcapil Provinsi", "62", 30,
     "padan", "0.0", "koordinator2"),
    ("Mendatangi KPM yang belum belanja bersama pendamping sosial", "Dinsos kab/kota", "62.71",
     28, "belum_belanja", "96.4", "petugas.palangkaraya"),
    ("Mengusulkan agen baru bagi desa tanpa agen di Kapuas", "HIMBARA", "62.03", 40,
     "desa_tanpa_agen", "61", "petugas.kapuas"),
    ("Mengirim surat percepatan verifikasi kepada bupati dan wali kota", "Dinsos Provinsi", "62",
     10, "belum_diverifikasi", "6120", "koordinator"),
)  # fmt: skip
_DECISIONS = (
    "Verifikasi putaran berjalan selesai di seluruh kabupaten/kota sebelum tenggat, tanpa"
    " perpanjangan.",
    "NIK yang tidak sah diperbaiki bersama Disdukcapil kabupaten/kota dan dipadankan kembali.",
    "Setiap kabupaten/kota melaporkan kemajuan tindak lanjut melalui portal.",
)
_AGENDA = [
    "Kemajuan verifikasi menurut kabupaten/kota",
    "Pemadanan data dengan Dukcapil",
    "Pengaduan masyarakat",
    "Penyaluran dan agen bank",
]

# Category, channel, village, subject, text, days ago, how far it got, sensitive.
_COMPLAINTS = (
    ("JUMLAH", "TELEPON", "62.03.01.1006", "Jumlah beras yang diterima kurang",
     "Beras yang diserahkan agen 8 kg, pada struk tertulis 10 kg.", 3, "", False),
    ("TIDAK_LAYAK", "KUNJUNGAN", "62.03.08.2001", "Penerima mempunyai usaha dan mobil",
     "Ada penerima di RT 003 yang menurut pelapor sudah mampu.", 12, "DITANGANI", False),
    ("KARTU", "TELEPON", "62.03.08.2003", "Kartu KKS belum diterima sejak tahun lalu",
     "Namanya ada dalam daftar, kartunya belum pernah diserahkan.", 25, "DITANGANI", False),
    ("AGEN", "SP4N", "62.71.01.1001", "Agen mewajibkan paket sembako",
     "Agen hanya melayani paket yang sudah disiapkan, penerima tidak dapat memilih.", 9,
     "DITANGANI", False),
    ("KUALITAS", "KUNJUNGAN", "62.71.03.1002", "Telur yang diterima busuk",
     "Sepuluh dari dua puluh butir telur tidak layak makan.", 18, "SELESAI", False),
    ("WAKTU", "TELEPON", "62.12.01.1012", "Bantuan dua bulan belum masuk",
     "Saldo nol sejak dua bulan lalu, padahal tetangga sudah menerima.", 15, "DIJAWAB", False),
    ("SASARAN", "SURAT", "62.10.01.1001", "Janda dengan tiga anak belum terdaftar",
     "Kepala desa mengusulkan satu keluarga yang belum pernah didata.", 28, "DITANGANI", False),
    ("DATA", "KUNJUNGAN", "62.02.01.1009", "Nama pengurus salah tulis di kartu",
     "Nama pada kartu tidak sama dengan KTP sehingga bank menolak.", 6, "", False),
    ("HARGA", "TELEPON", "62.06.01.2001", "Harga di e-Warung di atas harga pasar",
     "Harga beras Rp2.000 lebih mahal daripada di pasar.", 21, "SELESAI", False),
    ("ADMINISTRASI", "SURAT", "62.03.01.1007", "Diminta biaya saat pengambilan kartu",
     "Pelapor diminta membayar Rp20.000 saat mengambil kartu.", 8, "DITANGANI", True),
    ("AGEN", "TELEPON", "62.03.02.1001", "Agen menahan kartu penerima",
     "Kartu dan PIN disimpan agen, penerima diberi tahu saat bantuan masuk.", 5, "", True),
    ("KARTU", "SP4N", "62.11.01.2001", "PIN terblokir, bank jauh dari desa",
     "PIN salah tiga kali, kantor bank berjarak empat jam perjalanan sungai.", 11, "DIJAWAB",
     False),
)  # fmt: skip


def create_coordination(*, users: Mapping[str, User], today: date) -> Meeting:
    """Call it where figures are counted; gives the meeting that is coming."""
    coordinator = users["koordinator"]
    with scope.applied(coordinator.scope):
        Agency.objects.filter(short_name="Bulog").update(email="kanwil.bulog@demo.invalid")
        _earlier_meeting(coordinator, today)
        held = _held_meeting(coordinator, today)
        _follow_ups(held, users, today)
        finalise_minutes(held, by=coordinator)
        coming = _call(
            coordinator,
            title=f"Rakor Program Sembako {date_format(today + _COMING_AFTER, 'F Y')}",
            starts_at=datetime.combine(today + _COMING_AFTER, time(9), WIB),
        )
        _complaints(users, today)
        for region in [coming.region, Region.objects.get(pk="62.03")]:
            freeze(Briefing.objects.create(meeting=coming, region=region, made_by=coordinator))
    return coming


def _call(by: User, *, title: str, starts_at: datetime) -> Meeting:
    return meetings.call_meeting(
        title=title,
        region=Region.objects.get(pk="62"),
        starts_at=starts_at,
        place="Aula Dinas Sosial Provinsi, Palangka Raya",
        chair="Kepala Dinas Sosial Provinsi Kalimantan Tengah",
        agenda=_AGENDA,
        agencies=Agency.objects.all(),
        by=by,
    )


def _earlier_meeting(by: User, today: date) -> None:
    day = today - _EARLIER
    meeting = _call(
        by,
        title=f"Rakor Program Sembako {date_format(day, 'F Y')}",
        starts_at=datetime.combine(day, time(9), WIB),
    )
    meetings.decide(meeting, text="Pekerjaan yang tertunda diselesaikan tahun ini.", by=by)
    came = dict.fromkeys(meeting.attendances.values_list("pk", flat=True), 2)
    meetings.hold_meeting(meeting, summary="Rapat membahas pekerjaan tertunda.", people=came, by=by)
    agencies = {agency.short_name: agency for agency in Agency.objects.all()}
    for text, agency, region, due, done in _DONE:
        follow_up = meetings.add_follow_up(
            meeting,
            text=text,
            agency=agencies[agency],
            region=Region.objects.get(pk=region),
            due_on=day + timedelta(days=due),
            decision=meeting.decisions.first(),
            by=by,
        )
        meetings.finish(follow_up, note="Selesai, sudah dilaporkan kepada provinsi.", by=by)
        finished_on = day + timedelta(days=done)
        FollowUp.objects.filter(pk=follow_up.pk).update(finished_on=finished_on)
        for action, on in (("CATAT", day), ("SELESAI", finished_on)):
            moment = datetime.combine(on, time(13), WIB)
            FollowUpStep.objects.filter(follow_up=follow_up, action=action).update(at=moment)


def _held_meeting(by: User, today: date) -> Meeting:
    day = today - _HELD_BEFORE
    held = _call(
        by,
        title=f"Rakor Program Sembako {date_format(day, 'F Y')}",
        starts_at=datetime.combine(day, time(9), WIB),
    )
    for text in _DECISIONS:
        meetings.decide(held, text=text, by=by)
    came = {
        row.pk: 0 if row.agency.short_name == "Bulog" else 1 + row.pk % 3
        for row in held.attendances.select_related("agency")
    }
    return meetings.hold_meeting(
        held,
        summary="Rapat dibuka pukul 09.00 WIB. Setiap kabupaten/kota menyampaikan kemajuan dan"
        " kendalanya. Kendala utama: jarak desa, NIK yang tidak sah, dan kartu yang belum"
        " diserahkan.",
        people=came,
        by=by,
    )


def _follow_ups(held: Meeting, users: Mapping[str, User], today: date) -> None:
    agencies = {agency.short_name: agency for agency in Agency.objects.all()}
    decision = held.decisions.first()
    made = [
        meetings.add_follow_up(
            held,
            text=text,
            agency=agencies[agency],
            region=Region.objects.get(pk=region),
            due_on=today - _HELD_BEFORE + timedelta(days=days),
            decision=decision,
            responsible=users[responsible],
            indicator=indicator,
            by=users["koordinator"],
        )
        for text, agency, region, days, indicator, _, responsible in _FOLLOW_UPS
    ]
    for follow_up, (*_, then, _) in zip(made, _FOLLOW_UPS, strict=True):
        # The figure of that day, which the portal measured then.
        FollowUp.objects.filter(pk=follow_up.pk).update(value_then=then)
    FollowUpStep.objects.filter(follow_up__in=made).update(at=held.starts_at)
    meetings.report_progress(
        FollowUp.objects.get(pk=made[0].pk),
        note="Petugas dari dua kecamatan yang sudah selesai diperbantukan.",
        by=users["petugas.kapuas"],
    )
    meetings.finish(
        FollowUp.objects.get(pk=made[-1].pk),
        note="Surat nomor 460/812/PFM/2021 terkirim kepada 14 kabupaten/kota.",
        by=users["koordinator"],
    )


_OWNERS = {
    "62.03": "petugas.kapuas", "62.71": "petugas.palangkaraya", "62.12": "petugas.murungraya",
    "62.10": "petugas.gunungmas", "62.02": "petugas.kotim", "62.06": "petugas.katingan",
    "62.11": "petugas.pulpis",
}  # fmt: skip


def _complaints(users: Mapping[str, User], today: date) -> None:
    rng = Random(7)
    for number, row in enumerate(_COMPLAINTS):
        category, channel, village, subject, text, ago, reached, is_sensitive = row
        officer = users[_OWNERS[village[:5]]]
        received_on = today - timedelta(days=ago)
        household = None
        if number in (2, 5):
            household = Household.objects.filter(village_id=village, is_active=True).first()
        agent = None
        if category == Complaint.Category.AGEN:
            agent = Agent.objects.filter(regency_code=village[:5]).order_by("pk").first()
        complaint = complaints.receive_complaint(
            channel=channel,
            category=category,
            region=Region.objects.get(pk=village),
            subject=subject,
            text=text,
            received_on=received_on,
            sp4n_number=f"{7_000_000 + number * 1_731}" if channel == "SP4N" else "",
            household=household,
            agent=agent,
            is_sensitive=is_sensitive,
            complainant_name=rng.choice(("Warga Uji Satu", "Warga Uji Dua", "")),
            complainant_phone="0800-0000-000" if number % 2 else "",
            by=officer,
        )
        _carry_on(complaint, reached, officer, users, today)
        moment = datetime.combine(complaint.received_on, time(10), WIB)
        for days, step in enumerate(complaint.steps.order_by("at", "id")):
            at = min(moment + timedelta(days=days), step.at)
            ComplaintStep.objects.filter(pk=step.pk).update(at=at)


def _carry_on(
    complaint: Complaint, reached: str, officer: User, users: Mapping[str, User], today: date
) -> None:
    if not reached:
        return
    owner = users["koordinator2"] if complaint.is_sensitive else officer
    by = users["koordinator"] if complaint.is_sensitive else officer
    complaint = complaints.assign(complaint, owner=owner, by=by)
    complaint = complaints.add_note(
        complaint, note="Sudah dihubungi; dijadwalkan pemeriksaan di lapangan.", by=owner
    )
    if reached in ("DIJAWAB", "SELESAI"):
        complaint = complaints.answer(
            complaint,
            outcome=Complaint.Outcome.BENAR,
            answer="Sudah diperiksa bersama bank dan pendamping. Kekurangannya diganti.",
            by=owner,
        )
        days = 4 + complaint.pk % 6
        Complaint.objects.filter(pk=complaint.pk).update(
            answered_on=min(complaint.received_on + timedelta(days=days), today)
        )
    if reached == "SELESAI":
        complaints.close(complaint, note="Disampaikan kepada pelapor melalui telepon.", by=owner)
