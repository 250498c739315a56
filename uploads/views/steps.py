"""The steps people take with an upload: each is asked with its effect counted, then done."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from spreadsheets.words import thousands
from uploads import actions
from uploads.forms import ReasonForm
from uploads.models import Upload
from uploads.views.shared import RUNNING, Rights, page_url, sentences, title_of


@dataclass(frozen=True)
class Question:
    """What is asked before a step: what will happen, counted, and the word on the button."""

    title: str
    text: str
    button: str
    danger: bool = False
    fields: str = ""


def _submit_question(upload: Upload) -> Question:
    number = thousands(upload.rows_to_submit)
    text = (
        f"{thousands(upload.rows_to_apply)} baris akan diterapkan dan"
        f" {thousands(upload.rows_same)} baris tanpa perubahan diajukan."
    )
    if upload.rows_held_back:
        text += (
            f" {thousands(upload.rows_held_back)} baris tertinggal:"
            f" {thousands(upload.rows_review)} perlu diperiksa,"
            f" {thousands(upload.rows_problem)} bermasalah."
            " Perbaikannya dapat dikirim sebagai unggahan baru."
        )
    return Question(f"Ajukan {number} baris?", text, f"Ajukan {number} baris")


def _approve_question(upload: Upload) -> Question:
    number = thousands(upload.rows_to_submit)
    return Question(
        f"Setujui {number} baris?",
        f"{thousands(upload.rows_new)} data baru dan {thousands(upload.rows_changed)} perubahan"
        f" ditulis ke data terdaftar; {thousands(upload.rows_same)} baris tanpa perubahan."
        f" {thousands(upload.rows_held_back)} baris tidak ikut."
        " Penerapan dapat dibatalkan sepanjang datanya belum diubah lagi.",
        f"Setujui {number} baris",
    )


def _return_question(upload: Upload) -> Question:
    return Question(
        f"Kembalikan {thousands(upload.rows_to_submit)} baris?",
        "Tidak ada yang ditulis ke data terdaftar. Petugas membaca alasan Anda, memperbaiki,"
        " lalu mengajukan lagi.",
        "Kembalikan unggahan",
        fields="uploads/reason_field.html",
    )


def _cancel_question(upload: Upload) -> Question:
    if upload.status in RUNNING:
        return Question(
            "Hentikan pemeriksaan?",
            "Unggahan ini dibatalkan. Data terdaftar tidak berubah;"
            " berkasnya dapat dikirim lagi kapan saja.",
            "Hentikan pemeriksaan",
            danger=True,
        )
    return Question(
        f"Batalkan unggahan {thousands(upload.rows_total)} baris?",
        "Data terdaftar tidak berubah. Putusan dan perbaikan yang dibuat di halaman ini"
        " tidak dipakai; berkasnya dapat dikirim lagi.",
        "Batalkan unggahan",
        danger=True,
    )


def _revert_question(upload: Upload) -> Question:
    return Question(
        f"Batalkan unggahan {thousands(upload.rows_total)} baris?",
        f"{thousands(upload.rows_applied)} perubahan dikembalikan ke keadaan semula, kecuali yang"
        " sesudahnya sudah diubah lagi; baris itu didaftar setelah pembatalan.",
        "Batalkan unggahan",
        danger=True,
    )


def _again_question(upload: Upload) -> Question:
    if upload.reviewed_by_id:
        return Question(
            f"Terapkan lagi {thousands(upload.rows_to_submit)} baris?",
            "Penerapan yang gagal tidak mengubah data terdaftar; semuanya dicoba dari awal.",
            "Terapkan lagi",
        )
    return Question(
        "Periksa lagi berkas ini?",
        "Berkas yang tersimpan dibaca dan diperiksa dari awal.",
        "Periksa lagi",
    )


STEPS = {
    "ajukan": (
        "submit",
        actions.submit,
        _submit_question,
        "{n} baris diajukan. Koordinator provinsi akan memeriksanya.",
    ),
    "setujui": (
        "review",
        actions.approve,
        _approve_question,
        "Unggahan disetujui dan sedang diterapkan.",
    ),
    "kembalikan": (
        "review",
        actions.return_to_sender,
        _return_question,
        "Unggahan dikembalikan kepada pengirim.",
    ),
    "batalkan": (
        "cancel",
        actions.cancel,
        _cancel_question,
        "Unggahan dibatalkan. Data terdaftar tidak berubah.",
    ),
    "tarik": (
        "revert",
        actions.revert,
        _revert_question,
        "Unggahan dibatalkan. Keadaan semula dikembalikan.",
    ),
    "ulangi": (
        "check_again",
        actions.try_again,
        _again_question,
        "Unggahan diproses lagi dari awal.",
    ),
}


def step(request, upload: Upload, name: str) -> HttpResponse:
    """Asks (a page for those without scripts, the same words as the dialog), then does."""
    if name not in STEPS:
        raise Http404
    _, action, question, told = STEPS[name]
    asked = question(upload)
    is_post = request.method == "POST"
    form = ReasonForm(request.POST if is_post else None) if name == "kembalikan" else None
    if is_post and (form is None or form.is_valid()):
        extra = {"reason": form.cleaned_data["reason"]} if form else {}
        try:
            upload = action(upload, by=request.user, **extra)
        except actions.ColumnsUnconfirmed as refused:
            messages.warning(request, " ".join(refused.messages))
            return redirect("admin:uploads_upload_columns", upload.pk)
        except (ValidationError, PermissionDenied) as refused:
            messages.error(request, " ".join(sentences(refused)))
        else:
            messages.success(request, told.format(n=thousands(upload.rows_to_submit)))
        return redirect(page_url(upload))
    return render(
        request,
        "uploads/question.html",
        {
            "title": asked.title,
            "question": asked,
            "upload": upload,
            "upload_title": title_of(upload),
            "form": form,
            "action_url": request.path,
            "back_url": page_url(upload),
        },
    )


def questions(upload: Upload, may: Rights) -> list[tuple[str, Question]]:
    """The dialogs of the page: one for each step that this user may take now."""
    return [
        (name, question(upload))
        for name, (right, _, question, _) in STEPS.items()
        if getattr(may, right)
    ]
