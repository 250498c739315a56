"""Reports of complaints and follow-ups."""

from coordination.measures import figure_of
from coordination.models import Complaint, FollowUp
from coordination.reports.declared import Column, Filter, Report, Wanted
from regions.models import Region


def _complaints(wanted: Wanted):
    """Without sensitive ones, whoever asks: the file goes from hand to hand."""
    found = wanted.inside(Complaint.objects).filter(is_sensitive=False)
    if status := wanted.option("status"):
        found = found.filter(status=status)
    if category := wanted.option("kategori"):
        found = found.filter(category=category)
    return found


def _complaint_rows(wanted: Wanted):
    regencies = {region.code: region.name for region in Region.objects.regencies()}
    for row in _complaints(wanted).select_related("region", "owner", "agent"):
        yield [
            row.number, row.get_category_display(), row.get_channel_display(),
            regencies.get(row.regency_code, ""), row.region.full_name, str(row.agent or ""),
            row.subject, row.received_on, row.due_on,
            row.get_status_display(), str(row.owner or ""), row.get_outcome_display(),
            row.answered_on,
        ]  # fmt: skip


COMPLAINTS = Report(
    "pengaduan",
    "Daftar pengaduan",
    "Pengaduan, selain yang sensitif, dengan keadaannya, tanpa isi dan tanpa identitas pelapor.",
    "coordination.view_complaint",
    tuple(
        Column(name)
        for name in (
            "Nomor", "Kategori", "Masuk melalui", "Kabupaten/kota", "Wilayah", "Agen",
            "Pokok pengaduan", "Diterima", "Tenggat", "Status", "Penanggung jawab", "Hasil",
            "Dijawab",
        )
    ),
    count=lambda wanted: _complaints(wanted).count(),
    rows=_complaint_rows,
    filters=(
        Filter("status", "Status", dict(Complaint.Status.choices)),
        Filter("kategori", "Kategori", dict(Complaint.Category.choices)),
    ),
    is_personal=True,
)  # fmt: skip


def _follow_ups(wanted: Wanted):
    found = wanted.inside(FollowUp.objects)
    match wanted.option("keadaan"):
        case "terbuka":
            return found.open()
        case "lewat":
            return found.overdue()
        case "selesai":
            return found.filter(status=FollowUp.Status.SELESAI)
    return found


def _follow_up_rows(wanted: Wanted):
    for row in _follow_ups(wanted).select_related("agency", "region", "meeting", "round", "period"):
        figure = figure_of(row)
        yield [
            row.text, row.meeting.title, row.agency.short_name, row.region.full_name,
            row.due_on, row.state_label,
            *(
                (figure.indicator.title, figure.of, figure.then, figure.now, figure.newest)
                if figure
                else ("",) * 5
            ),
        ]  # fmt: skip


FOLLOW_UPS = Report(
    "tindak-lanjut",
    "Tindak lanjut Rakor",
    "Tindak lanjut dengan instansi, tenggat, keadaan, dan angka yang hendak diubah.",
    "coordination.view_followup",
    tuple(
        Column(name)
        for name in (
            "Tindak lanjut", "Rapat", "Instansi", "Wilayah", "Tenggat", "Keadaan", "Angka",
            "Putaran atau periode", "Saat diputuskan", "Terakhir", "Angka terbaru",
        )
    ),
    count=lambda wanted: _follow_ups(wanted).count(),
    rows=_follow_up_rows,
    filters=(
        Filter(
            "keadaan",
            "Keadaan",
            {"terbuka": "Belum selesai", "lewat": "Lewat tenggat", "selesai": "Selesai"},
        ),
    ),
    is_signed=True,
)  # fmt: skip
