"""What can be done next with a complaint."""

from coordination.actions import complaints as actions
from coordination.forms.complaints import AnswerForm, AssignForm, CorrectionForm, ReclassifyForm
from coordination.forms.shared import NoteForm
from coordination.models import Complaint
from coordination.steps import Step

Status = Complaint.Status


def _while(*statuses: Status):
    def offered(complaint: Complaint, user) -> bool:
        return complaint.status in statuses and user.has_perm("coordination.handle_complaint")

    return offered


STEPS = (
    Step(
        "jawab",
        button="Jawab",
        icon="chat",
        title="Jawab pengaduan",
        text="Jawaban disampaikan kepada pelapor oleh petugas yang mencatat pengaduan ini.",
        form_for=AnswerForm,
        run=actions.answer,
        done="Jawaban dicatat. Pencatat diberi tahu agar menyampaikannya kepada pelapor.",
        offered=_while(Status.DITANGANI),
        primary=True,
    ),
    Step(
        "tutup",
        button="Tutup pengaduan",
        icon="check",
        title="Tutup pengaduan",
        text="Tulis kapan dan bagaimana jawaban disampaikan, atau mengapa tidak dapat disampaikan.",
        form_for=NoteForm,
        run=actions.close,
        done="Pengaduan ditutup. Bila pelapor tidak puas, buka kembali.",
        offered=_while(Status.DIJAWAB),
        primary=True,
    ),
    Step(
        "serahkan",
        button="Tentukan penanggung jawab",
        icon="person",
        title="Tentukan penanggung jawab",
        form_for=AssignForm,
        run=actions.assign,
        done="Penanggung jawab ditetapkan dan diberi tahu.",
        offered=_while(Status.DITERIMA),
        primary=True,
    ),
    Step(
        "alihkan",
        button="Alihkan",
        icon="person",
        title="Alihkan kepada penanggung jawab lain",
        form_for=AssignForm,
        run=actions.assign,
        done="Penanggung jawab diganti dan diberi tahu.",
        offered=_while(Status.DITANGANI),
    ),
    Step(
        "kemajuan",
        button="Catat kemajuan",
        icon="edit",
        title="Catat kemajuan",
        form_for=NoteForm,
        run=actions.add_note,
        done="Kemajuan dicatat.",
        offered=_while(Status.DITANGANI),
    ),
    Step(
        "kategori",
        button="Ubah kategori",
        icon="sliders",
        title="Ubah kategori pengaduan",
        text="Tenggat jawaban mengikuti kategori, dihitung dari tanggal pengaduan diterima.",
        form_for=ReclassifyForm,
        run=actions.reclassify,
        done="Kategori diubah.",
        offered=_while(Status.DITERIMA, Status.DITANGANI),
    ),
    Step(
        "koreksi",
        button="Koreksi",
        icon="edit",
        title="Koreksi pengaduan",
        text="Perbaiki wilayah, keluarga, agen, pokok, atau isi yang keliru dicatat. Yang semula"
        " tertulis tetap tersimpan dalam riwayat.",
        form_for=CorrectionForm,
        run=actions.correct,
        done="Pengaduan dikoreksi.",
        offered=_while(Status.DITERIMA, Status.DITANGANI),
    ),
    Step(
        "buka",
        button="Buka kembali",
        icon="undo",
        title="Buka kembali pengaduan",
        text="Jawaban sebelumnya tetap tersimpan dalam riwayat; tenggat dihitung dari hari ini.",
        form_for=NoteForm,
        run=actions.reopen,
        done="Pengaduan dibuka kembali.",
        offered=_while(Status.DIJAWAB, Status.SELESAI),
    ),
)
