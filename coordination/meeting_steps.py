"""What can be done next with a meeting and with a follow-up."""

from coordination.actions import briefings, minutes
from coordination.actions import meetings as actions
from coordination.forms.meetings import (
    DecisionForm,
    DueForm,
    FollowUpForm,
    HoldForm,
    ProgressForm,
    ReopenForm,
)
from coordination.models import FollowUp, Meeting
from coordination.steps import Step

Status = Meeting.Status


def _meeting(*statuses: Status):
    def offered(meeting: Meeting, user) -> bool:
        return (
            meeting.status in statuses
            and user.has_perm("coordination.change_meeting")
            and user.scope.contains(meeting.region_id)
        )

    return offered


MEETING_STEPS = (
    Step(
        "bahan",
        button="Siapkan bahan rakor",
        icon="doc",
        title="Siapkan bahan rakor",
        text="Angka dihitung di latar belakang lalu dibekukan per saat itu. Bahan yang sudah ada"
        " tetap tersimpan; yang terbaru ditampilkan.",
        run=briefings.request_briefings,
        done="Bahan sedang disiapkan. Halaman ini boleh ditutup.",
        offered=_meeting(Status.DIRENCANAKAN),
        primary=True,
    ),
    Step(
        "hasil",
        button="Catat hasil rapat",
        icon="check",
        title="Catat hasil rapat",
        text="Isi jumlah orang yang hadir dari setiap instansi; 0 berarti tidak hadir.",
        form_for=HoldForm,
        run=actions.hold_meeting,
        done="Hasil rapat dicatat. Lengkapi keputusan dan tindak lanjutnya.",
        offered=_meeting(Status.DIRENCANAKAN, Status.SELESAI),
    ),
    Step(
        "keputusan",
        button="Tambah keputusan",
        icon="plus",
        title="Tambah keputusan",
        form_for=DecisionForm,
        run=actions.decide,
        done="Keputusan dicatat.",
        offered=_meeting(Status.DIRENCANAKAN, Status.SELESAI),
    ),
    Step(
        "tindak-lanjut",
        button="Tambah tindak lanjut",
        icon="flag",
        title="Tambah tindak lanjut",
        text="Angka yang hendak diubah dicatat nilainya sekarang dan dibandingkan pada rapat"
        " berikutnya.",
        form_for=FollowUpForm,
        run=actions.add_follow_up,
        done="Tindak lanjut dicatat.",
        offered=_meeting(Status.DIRENCANAKAN, Status.SELESAI),
    ),
    Step(
        "tetapkan-notulen",
        button="Tetapkan notulen",
        icon="lock",
        title="Tetapkan notulen",
        text="Isi dan angka notulen dibekukan seperti sekarang dan tidak dapat diubah lagi."
        " Perubahan sesudahnya masuk versi berikutnya; versi yang lama tetap tersimpan.",
        run=minutes.finalise_minutes,
        done="Notulen ditetapkan. Unduh, cetak, dan mintakan tanda tangannya.",
        offered=_meeting(Status.SELESAI),
    ),
    Step(
        "batal",
        button="Batalkan rapat",
        icon="x",
        title="Batalkan rapat",
        text="Rapat tetap tercatat sebagai dibatalkan dan dapat direncanakan kembali.",
        run=actions.cancel_meeting,
        done="Rapat dibatalkan.",
        offered=_meeting(Status.DIRENCANAKAN),
        danger=True,
    ),
    Step(
        "rencanakan",
        button="Rencanakan kembali",
        icon="undo",
        title="Rencanakan kembali",
        text="Rapat kembali berstatus direncanakan. Keputusan dan tindak lanjutnya tetap ada.",
        run=actions.plan_again,
        done="Rapat direncanakan kembali.",
        offered=_meeting(Status.SELESAI, Status.DIBATALKAN),
    ),
)


def _open(follow_up: FollowUp, user) -> bool:
    return follow_up.status != FollowUp.Status.SELESAI and actions.may_report(follow_up, user)


def _may_decide(user) -> bool:
    return user.has_perm("coordination.add_followup")


FOLLOW_UP_STEPS = (
    Step(
        "selesai",
        button="Nyatakan selesai",
        icon="check",
        title="Nyatakan selesai",
        text="Tuliskan buktinya atau lampirkan berkasnya. Angka yang hendak diubah diukur sekali"
        " lagi.",
        form_for=ProgressForm,
        run=actions.finish,
        done="Tindak lanjut dinyatakan selesai.",
        offered=_open,
        primary=True,
    ),
    Step(
        "kemajuan",
        button="Laporkan kemajuan",
        icon="edit",
        title="Laporkan kemajuan",
        form_for=ProgressForm,
        run=actions.report_progress,
        done="Kemajuan dicatat.",
        offered=_open,
    ),
    Step(
        "tenggat",
        button="Ubah tenggat",
        icon="calendar",
        title="Ubah tenggat",
        form_for=DueForm,
        run=actions.change_due,
        done="Tenggat diubah.",
        offered=lambda follow_up, user: _open(follow_up, user) and _may_decide(user),
    ),
    Step(
        "buka",
        button="Buka kembali",
        icon="undo",
        title="Buka kembali tindak lanjut",
        form_for=ReopenForm,
        run=actions.reopen,
        done="Tindak lanjut dibuka kembali.",
        offered=lambda follow_up, user: (
            follow_up.status == FollowUp.Status.SELESAI
            and actions.may_report(follow_up, user)
            and _may_decide(user)
        ),
    ),
)
