"""The pages of an upload. `UploadAdmin` finds the upload within the scope and hands it over."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.views.decorators.http import require_POST
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist, TaskResultMismatch

from accounts.models import AccessLog
from spreadsheets import writing
from spreadsheets.errors import SheetRefused
from uploads import actions, figures, files, kinds, review
from uploads.forms import ACCEPTED, PurposeForm, ReasonForm, RowForm, SendForm
from uploads.models import Upload, UploadIssue, UploadRow
from uploads.wording import (
    STATUS_LOOKS,
    Texts,
    duration,
    file_size,
    is_identity,
    without_numbers,
)

Status = Upload.Status
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNNING = (Status.DITERIMA, Status.DIPERIKSA, Status.DISETUJUI)


def wants_fragment(request) -> bool:
    """A script of the page asks for a piece of it, not for the page."""
    return request.headers.get("X-Requested-With") == "fetch"


def sentences(error: Exception) -> list[str]:
    if isinstance(error, ValidationError):
        return error.messages
    return [str(error)]


def page_url(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def _back(request, upload: Upload) -> HttpResponseRedirect:
    """To where the form was, so that filter and page stay."""
    target = request.POST.get("kembali", "")
    if target.startswith("?"):
        return redirect(page_url(upload) + target)
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return redirect(target)
    return redirect(page_url(upload))


@dataclass(frozen=True)
class Rights:
    """What this user may do with this upload now; the actions ask again."""

    edit: bool
    submit: bool
    cancel: bool
    review: bool
    revert: bool
    check_again: bool
    is_maker: bool
    reveal: bool


def rights(upload: Upload, user) -> Rights:
    submits = user.has_perm("uploads.submit_upload")
    is_maker = user.pk in (upload.sent_by_id, upload.submitted_by_id)
    waiting = upload.status == Status.DIAJUKAN and user.has_perm("uploads.review_upload")
    failed = upload.status == Status.GAGAL
    return Rights(
        edit=submits and upload.is_editable,
        submit=submits and upload.is_editable and upload.rows_to_submit > 0,
        cancel=submits
        and Status.DIBATALKAN in Upload.TRANSITIONS[upload.status]
        and upload.status != Status.DITERAPKAN,
        review=waiting and not is_maker,
        revert=upload.status == Status.DITERAPKAN and user.has_perm("uploads.revert_upload"),
        check_again=failed
        and user.has_perm(
            "uploads.review_upload" if upload.reviewed_by_id else "uploads.submit_upload"
        )
        and not (upload.reviewed_by_id and is_maker),
        is_maker=is_maker and waiting,
        reveal=user.has_perm("accounts.reveal_identity"),
    )


@dataclass(frozen=True)
class Step:
    label: str
    state: str
    note: str = ""


WAY = (Status.DITERIMA, Status.DIPERIKSA, Status.SIAP, Status.DIAJUKAN, Status.DISETUJUI)
STEP_LABELS = {
    Status.DITERIMA: "Diterima",
    Status.DIPERIKSA: "Diperiksa",
    Status.SIAP: "Siap diajukan",
    Status.DIAJUKAN: "Diajukan",
    Status.DISETUJUI: "Disetujui",
    Status.DITERAPKAN: "Diterapkan",
}


def steps_of(upload: Upload, events) -> list[Step]:
    """The chain of statuses with the day of each; what went wrong takes the place of its step."""
    on = {}
    for event in events:
        on[event.status] = event.at

    def note(status: str) -> str:
        at = on.get(status)
        return f"{timezone.localtime(at):%d/%m pukul %H.%M}" if at else ""

    if upload.status in (Status.GAGAL, Status.DIBATALKAN):
        last = [status for status in WAY if status in on or status == Status.DITERIMA]
        if Status.DITERAPKAN in on:
            last.append(Status.DITERAPKAN)
        return [
            *(Step(STEP_LABELS[status], "done", note(status)) for status in last),
            Step(STATUS_LOOKS[upload.status].text, "bad", note(upload.status)),
        ]
    place = {
        Status.PERLU_PERBAIKAN: 2,
        Status.SIAP: 2,
        Status.DIKEMBALIKAN: 2,
        Status.DITERIMA: 0,
        Status.DIPERIKSA: 1,
        Status.DIAJUKAN: 3,
        Status.DISETUJUI: 4,
        Status.DITERAPKAN: 5,
    }[upload.status]
    chain = []
    for index, status in enumerate((*WAY, Status.DITERAPKAN)):
        label, at = STEP_LABELS[status], note(status)
        if index < place or upload.status == Status.DITERAPKAN:
            chain.append(Step(label, "done", at))
        elif index > place:
            chain.append(Step("Siap atau perlu perbaikan" if index == 2 else label, "todo"))
        elif upload.status in (Status.PERLU_PERBAIKAN, Status.DIKEMBALIKAN):
            text = STATUS_LOOKS[upload.status].text
            chain.append(Step(text, "warn", note(upload.status)))
        elif upload.status == Status.DIAJUKAN:
            chain.append(Step("Menunggu persetujuan", "now", at))
        elif upload.status in RUNNING:
            chain.append(Step(STATUS_LOOKS[upload.status].text, "now"))
        else:
            chain.append(Step(label, "now", at))
    return chain


@dataclass(frozen=True)
class Stage:
    """One line of the progress page."""

    label: str
    note: str
    state: str  # done, now, next
    told: str


def _stages(upload: Upload, now: figures.Progress) -> list[Stage]:
    reading = upload.reading
    order = [
        Upload.Stage.ANTRE,
        Upload.Stage.MEMBACA,
        Upload.Stage.MEMERIKSA,
        Upload.Stage.MEMBANDINGKAN,
    ]
    labels = [
        "Menerima dan menyimpan berkas",
        "Membaca berkas dan mengenali kolom",
        "Memeriksa baris",
        "Membandingkan dengan data terdaftar",
    ]
    read = ""
    if reading:
        count = sum(sheet[4] for sheet in reading["sheets"])
        known = len(reading["mapping"])
        read = (
            f"{len(reading['sheets'])} lembar, {_thousands(count)} baris,"
            f" {known} dari {known + len(reading['unknown'])} kolom dikenali"
        )
    checked = f"{_thousands(now.done)} dari {_thousands(now.total)} baris" if now.total else ""
    notes = [f"{file_size(upload.size)}, tersimpan seperti dikirim", read, checked, ""]
    at = max(1, order.index(upload.stage)) if upload.status == Status.DIPERIKSA else 0
    stages = []
    for index, (label, text) in enumerate(zip(labels, notes, strict=True)):
        waiting_first = at == 0 and index == 1
        state = "done" if index < max(1, at) else "now" if index == at else "next"
        told = {"done": "selesai", "now": "berjalan", "next": "menunggu"}[state]
        if waiting_first:
            told = "menunggu giliran"
        if index == 2 and at > 2:
            text = f"{_thousands(now.total)} baris"
        stages.append(Stage(label, text if state != "next" else "", state, told))
    return stages


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@dataclass(frozen=True)
class Known:
    icon: str
    kind: str
    title: str
    text: str = ""


def known_of(upload: Upload) -> list[Known]:
    """What the reading of the file has told, so that a wrong file is stopped early."""
    reading = upload.reading
    if not reading:
        return []
    sheets = [(sheet[0], sheet[4]) for sheet in reading["sheets"]]
    known = [Known("ok", "ok", f"Dikirim untuk {upload.region}")]
    if len(sheets) > 1:
        listed = ", ".join(f"{name} {_thousands(rows)}" for name, rows in sheets[:8])
        known.append(Known("ok", "ok", f"{len(sheets)} lembar kerja digabung", f"{listed} baris."))
    else:
        name, rows = sheets[0]
        known.append(Known("ok", "ok", f"{_thousands(rows)} baris data", f"Lembar {name}."))
    left = sum(count for _, count, _ in reading["left_out"])
    if left:
        reasons = "; ".join(
            f"{what}{f' ({count})' if count > 1 else ''}: {why}"
            for what, count, why in reading["left_out"][:6]
        )
        known.append(
            Known("info", "info", f"{_thousands(left)} bagian bukan data dilewati", f"{reasons}.")
        )
    if reading["unknown"]:
        count = len(reading["unknown"])
        known.append(
            Known(
                "warn",
                "warn",
                f"{count} kolom tidak dikenal",
                f"{', '.join(reading['unknown'][:8])}."
                " Isinya tersimpan dalam berkas, tetapi tidak dipakai.",
            )
        )
    return known


def mapping_of(upload: Upload, texts: Texts) -> list[tuple[str, str]]:
    """(heading in the file, what it is read as), then the headings that are not used."""
    reading = upload.reading
    if not reading:
        return []
    return [
        *((written, texts.label(name)) for name, written in reading["mapping"].items()),
        *((heading, "") for heading in reading["unknown"]),
    ]


def _progress_context(upload: Upload) -> dict:
    now = figures.progress(upload)
    applying = upload.status == Status.DISETUJUI
    waiting = upload.stage == Upload.Stage.ANTRE
    title = "Menunggu giliran" if waiting else now.stage
    return {
        "upload": upload,
        "progress": now,
        "applying": applying,
        "stage_title": title,
        "stages": [] if applying else _stages(upload, now),
        "remaining": duration(now.remaining) if now.remaining is not None else "",
        "elapsed": duration(now.elapsed) if upload.stage_started_at and not waiting else "",
        "known": known_of(upload),
        "mapping": mapping_of(upload, Texts(kinds.get(upload.kind).layout)),
    }


def progress_fragment(request, upload: Upload) -> HttpResponse:
    """The moving part of the progress page; 304 while nothing has moved, `X-Done` when it is over."""
    context = _progress_context(upload)
    context["may"] = rights(upload, request.user)
    if upload.status not in RUNNING:
        response = HttpResponse()
        response["X-Done"] = "1"
        return response
    response = render(request, "uploads/progress.html", context)
    told = f"{upload.status}{upload.stage}{upload.done}{context['remaining']}{context['elapsed']}"
    etag = f'"{hashlib.sha256(told.encode()).hexdigest()[:20]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache, private"
    return get_conditional_response(request, etag=etag, response=response) or response


def upload_page(request, upload: Upload, context: dict) -> HttpResponse:
    events = list(upload.events.select_related("by"))
    may = rights(upload, request.user)
    context |= {
        "title": title_of(upload),
        "upload": upload,
        "kind": kinds.get(upload.kind),
        "may": may,
        "steps": steps_of(upload, events),
        "events": [(event, STATUS_LOOKS[event.status]) for event in reversed(events)],
        "look": STATUS_LOOKS[upload.status],
        "size": file_size(upload.size),
        "repairs": upload.repairs,
        "send_url": f"{reverse('admin:uploads_upload_add')}?perbaikan={upload.pk}",
    }
    if upload.status in RUNNING:
        return render(request, "uploads/running.html", context | _progress_context(upload))
    if upload.status == Status.GAGAL and not upload.rows_total:
        return render(request, "uploads/failed.html", context | {"known": known_of(upload)})
    return render(request, "uploads/review.html", context | _review_context(request, upload, may))


def title_of(upload: Upload) -> str:
    return f"{kinds.get(upload.kind).title}, {upload.region}"


def _review_context(request, upload: Upload, may: Rights) -> dict:
    texts = Texts(kinds.get(upload.kind).layout)
    choice = review.Choice.of(request.GET, upload)
    causes = figures.causes(upload.issues.all(), choosable=actions.CHOOSABLE)
    page = review.page_of(upload, choice, causes, texts)
    cause = causes.get(choice.code) if choice.code else None
    of_file = [
        (without_numbers(issue.message), "bad" if issue.level == "error" else "warn")
        for issue in upload.issues.filter(row_number=0)
    ]
    returned = None
    if upload.status == Status.DIKEMBALIKAN:
        returned = upload.events.filter(status=Status.DIKEMBALIKAN).last()
    totals = figures.sums(upload)
    not_reverted = 0
    if upload.status == Status.DIBATALKAN and upload.applied_at:
        not_reverted = upload.rows.filter(outcome=UploadRow.Outcome.TIDAK_DAPAT).count()
    return {
        "texts": texts,
        "choice": choice,
        "page": page,
        "sums": totals,
        "causes": causes,
        "cause": cause,
        "of_file": of_file,
        "returned": returned,
        "tabs": [
            (part, choice.url(putusan=part.verdict, temuan="", hasil="", hal=""))
            for part in totals.parts
        ],
        "cause_url": choice.url(temuan="KODE", putusan="semua", hasil="", hal=""),
        "districts": review.districts_of(upload, texts),
        "not_reverted": not_reverted,
        "known": known_of(upload),
        "next_url": choice.url(hal=choice.page + 1),
        "previous_url": choice.url(hal=choice.page - 1) if choice.page > 1 else "",
        "list_title": _list_title(choice, cause),
        "mapping": mapping_of(upload, texts),
    }


def _list_title(choice: review.Choice, cause) -> str:
    if cause:
        return cause.title
    if choice.outcome:
        return UploadRow.Outcome(choice.outcome).label
    if choice.verdict:
        return UploadRow.Verdict(choice.verdict).label
    return "Semua baris"


# Decisions on rows


def _row(upload: Upload, row_id: int) -> UploadRow:
    return get_object_or_404(upload.rows, pk=row_id)


def row_fragment(request, upload: Upload, row: UploadRow, *, notice: str = "") -> HttpResponse:
    texts = Texts(kinds.get(upload.kind).layout)
    code = (request.POST or request.GET).get("temuan", "")[:40]
    shown = review.show(upload, [row], texts, code=code)[0]
    return render(
        request,
        "uploads/row.html",
        {
            "upload": upload,
            "shown": shown,
            "may": rights(upload, request.user),
            "code": code,
            "back": (request.POST or request.GET).get("kembali", ""),
            "notice": notice,
        },
    )


DECISIONS = {
    "terima": (actions.accept_suggestions, "Saran diterima untuk {n} baris."),
    "biarkan": (actions.keep_values, "{n} baris dibiarkan sesuai berkas."),
    "urungkan": (actions.undo_decision, "Putusan atas {n} baris diurungkan."),
}


@require_POST
def decide(request, upload: Upload, decision: str) -> HttpResponse:
    """One decision on a cause: for one row, for the chosen rows, or for all rows it was found in."""
    if decision not in DECISIONS:
        raise Http404
    action, told = DECISIONS[decision]
    codes = [code[:40] for code in request.POST.getlist("kode")][:20]
    row_ids = [int(pk) for pk in request.POST.getlist("baris") if pk.isdecimal()][:1_000]
    for_all = "semua" in request.POST
    try:
        if not row_ids and not for_all:
            raise ValidationError("Pilih paling sedikit satu baris.")
        if row_ids and not codes:
            codes = _codes_of(upload, row_ids, decision)
        with transaction.atomic():
            counts = [
                action(upload, code=code, by=request.user, row_ids=None if for_all else row_ids)
                for code in codes
            ]
    except (ValidationError, PermissionDenied) as refused:
        return _refused(request, upload, refused)
    upload.refresh_from_db()
    if wants_fragment(request) and len(row_ids) == 1:
        return row_fragment(request, upload, _row(upload, row_ids[0]))
    count = max(counts, default=0)
    if count:
        messages.success(request, told.format(n=_thousands(count)))
    else:
        messages.warning(request, "Tidak ada baris yang berubah; putusan itu sudah berlaku.")
    return _back(request, upload)


def _codes_of(upload: Upload, row_ids: list[int], decision: str) -> list[str]:
    texts = Texts(kinds.get(upload.kind).layout)
    shown = review.show(upload, list(upload.rows.filter(pk__in=row_ids)), texts)
    attribute = {
        "terima": "suggested_codes",
        "biarkan": "keepable_codes",
        "urungkan": "decided_codes",
    }[decision]
    return list(dict.fromkeys(code for row in shown for code in getattr(row, attribute)))


def _refused(request, upload: Upload, refused: Exception) -> HttpResponse:
    text = " ".join(sentences(refused))
    if wants_fragment(request):
        return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, text)
    return _back(request, upload)


def edit_row(request, upload: Upload, row_id: int) -> HttpResponse:
    """The editor of a row, in place for scripts or as a page of its own."""
    row = _row(upload, row_id)
    if request.method != "POST" and "lihat" in request.GET and wants_fragment(request):
        return row_fragment(request, upload, row)
    may = rights(upload, request.user)
    if not may.edit:
        if not request.user.has_perm("uploads.submit_upload"):
            raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
        return _refused(
            request,
            upload,
            ValidationError(
                f"Unggahan ini {upload.get_status_display().lower()} dan tidak dapat diubah lagi."
            ),
        )
    texts = Texts(kinds.get(upload.kind).layout)
    texts.learn(row.values)
    issues = list(
        upload.issues.filter(
            sheet=row.sheet,
            row_number=row.row_number,
            decision=UploadIssue.Decision.OPEN,
        ).exclude(level=UploadIssue.Level.INFO)
    )
    texts.learn(issue.suggestion for issue in issues)
    reveal = request.POST.get("tampilkan", "")
    if reveal:
        _reveal(request, upload, row, texts, reveal)
    form = RowForm(
        request.POST if request.method == "POST" and not reveal else None,
        row=row,
        texts=texts,
        issues=issues,
        reveal=reveal or request.POST.get("ditampilkan", ""),
    )
    if form.is_bound and form.is_valid():
        try:
            row = actions.edit_row(upload, row, values=form.typed, by=request.user)
        except (ValidationError, PermissionDenied) as refused:
            return _refused(request, upload, refused)
        upload.refresh_from_db()
        if wants_fragment(request):
            return row_fragment(request, upload, row, notice="Disimpan")
        messages.success(request, f"Baris {row.row_number} disimpan dan diperiksa lagi.")
        return _back(request, upload)
    shown = review.show(upload, [row], texts)[0]
    context = {
        "upload": upload,
        "row": row,
        "shown": shown,
        "form": form,
        "may": may,
        "revealed": reveal,
        "back": (request.POST or request.GET).get("kembali", ""),
        "code": (request.POST or request.GET).get("temuan", ""),
        "title": f"Ubah baris {row.row_number}",
    }
    template = "uploads/row_edit.html" if wants_fragment(request) else "uploads/row_page.html"
    return render(request, template, context)


def _reveal(request, upload: Upload, row: UploadRow, texts: Texts, field: str) -> None:
    """Showing one number is a permission of its own and is logged before it is shown."""
    if not request.user.has_perm("accounts.reveal_identity"):
        raise PermissionDenied("Peran Anda tidak mencakup menampilkan nomor identitas.")
    if field not in texts.columns or not is_identity(row.values[texts.position[field]]):
        return
    AccessLog.objects.create(
        kind=AccessLog.Kind.REVEAL,
        user=request.user,
        region_id=upload.region_id,
        subject=f"{texts.label(field)}, unggahan {upload.pk} baris {row.row_number}",
        purpose="Memperbaiki baris unggahan",
    )


# Steps of the upload


@dataclass(frozen=True)
class Question:
    """What is asked before a step: what will happen, counted, and the word on the button."""

    title: str
    text: str
    button: str
    danger: bool = False
    fields: str = ""


def _submit_question(upload: Upload) -> Question:
    number = _thousands(upload.rows_to_submit)
    text = (
        f"{_thousands(upload.rows_to_apply)} baris akan diterapkan dan"
        f" {_thousands(upload.rows_same)} baris tanpa perubahan diajukan."
    )
    if upload.rows_held_back:
        text += (
            f" {_thousands(upload.rows_held_back)} baris tertinggal:"
            f" {_thousands(upload.rows_review)} perlu diperiksa,"
            f" {_thousands(upload.rows_problem)} bermasalah."
            " Perbaikannya dapat dikirim sebagai unggahan baru."
        )
    return Question(f"Ajukan {number} baris?", text, f"Ajukan {number} baris")


def _approve_question(upload: Upload) -> Question:
    number = _thousands(upload.rows_to_submit)
    return Question(
        f"Setujui {number} baris?",
        f"{_thousands(upload.rows_new)} data baru dan {_thousands(upload.rows_changed)} perubahan"
        f" ditulis ke data terdaftar; {_thousands(upload.rows_same)} baris tanpa perubahan."
        f" {_thousands(upload.rows_held_back)} baris tidak ikut."
        " Penerapan dapat dibatalkan sepanjang datanya belum diubah lagi.",
        f"Setujui {number} baris",
    )


def _return_question(upload: Upload) -> Question:
    return Question(
        f"Kembalikan {_thousands(upload.rows_to_submit)} baris?",
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
        f"Batalkan unggahan {_thousands(upload.rows_total)} baris?",
        "Data terdaftar tidak berubah. Putusan dan perbaikan yang dibuat di halaman ini"
        " tidak dipakai; berkasnya dapat dikirim lagi.",
        "Batalkan unggahan",
        danger=True,
    )


def _revert_question(upload: Upload) -> Question:
    return Question(
        f"Batalkan unggahan {_thousands(upload.rows_total)} baris?",
        f"{_thousands(upload.rows_applied)} perubahan dikembalikan ke keadaan semula, kecuali yang"
        " sesudahnya sudah diubah lagi; baris itu didaftar setelah pembatalan.",
        "Batalkan unggahan",
        danger=True,
    )


def _again_question(upload: Upload) -> Question:
    if upload.reviewed_by_id:
        return Question(
            f"Terapkan lagi {_thousands(upload.rows_to_submit)} baris?",
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
    form = ReasonForm(request.POST or None) if name == "kembalikan" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        extra = {"reason": form.cleaned_data["reason"]} if form else {}
        try:
            upload = action(upload, by=request.user, **extra)
        except (ValidationError, PermissionDenied) as refused:
            messages.error(request, " ".join(sentences(refused)))
        else:
            messages.success(request, told.format(n=_thousands(upload.rows_to_submit)))
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


# Files


@dataclass(frozen=True)
class Download:
    title: str
    text: str
    ending: str


DOWNLOADS = {
    "beranotasi": Download(
        "Unduh berkas beranotasi",
        "Berkas yang dikirim, dengan kolom catatan, sel berwarna, dan lembar ringkasan.",
        "beranotasi.xlsx",
    ),
    "bermasalah": Download(
        "Unduh baris bermasalah",
        "Hanya baris yang belum dapat diajukan, dengan susunan kolom yang sama;"
        " perbaiki lalu unggah sebagai perbaikan.",
        "perbaikan.xlsx",
    ),
    "asal": Download("Unduh berkas asal", "Berkas persis seperti yang dikirim.", ""),
}


def download(request, upload: Upload, what: str) -> HttpResponse:
    """Personal data leave the portal for a stated purpose, and the log says so."""
    chosen = DOWNLOADS.get(what)
    if chosen is None or (what != "asal" and not upload.rows_total):
        raise Http404
    rows = upload.rows_held_back if what == "bermasalah" else upload.rows_total
    form = PurposeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "uploads/download.html",
            {
                "title": chosen.title,
                "download": chosen,
                "rows": rows,
                "upload": upload,
                "upload_title": title_of(upload),
                "form": form,
                "back_url": page_url(upload),
            },
        )
    files.log_download(
        upload,
        by=request.user,
        what=chosen.title.removeprefix("Unduh ").capitalize(),
        rows=rows,
        purpose=form.cleaned_data["purpose"],
    )
    if what == "asal":
        return FileResponse(
            upload.file.open("rb"), as_attachment=True, filename=upload.original_name
        )
    name = f"{Path(upload.original_name).stem}_{chosen.ending}"
    if what == "beranotasi" and upload.rows_total > files.AT_ONCE_ROWS:
        result = files.annotate.enqueue(upload.pk, request.user.pk)
        return redirect("admin:uploads_upload_annotated", upload.pk, result.id)
    write = files.write_annotated if what == "beranotasi" else files.write_held_back
    with TemporaryDirectory() as folder:
        path = Path(folder) / "berkas.xlsx"
        try:
            write(upload, path)
        except SheetRefused as refused:
            messages.error(request, refused.message)
            return redirect(page_url(upload))
        content = path.read_bytes()
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": _attachment(name)},
    )


def _attachment(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name)


def annotated(request, upload: Upload, result_id: str) -> HttpResponse:
    """The page that waits for a big annotated workbook, then the workbook itself."""
    try:
        result = files.annotate.get_result(result_id)
    except (TaskResultDoesNotExist, TaskResultMismatch) as missing:
        raise Http404 from missing
    if result.args != [upload.pk, request.user.pk]:
        raise Http404
    path = files.annotated_path(result_id, upload.pk)
    is_ready = result.status == TaskResultStatus.SUCCESSFUL and path.exists()
    if is_ready and "unduh" in request.GET:
        name = f"{Path(upload.original_name).stem}_beranotasi.xlsx"
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=XLSX)
    expected = upload.rows_total / 1_000
    started = result.started_at or result.enqueued_at
    elapsed = (timezone.now() - started).total_seconds() if started else 0
    context = {
        "title": "Menyusun berkas beranotasi",
        "upload": upload,
        "upload_title": title_of(upload),
        "is_ready": is_ready,
        "is_waiting": result.status == TaskResultStatus.READY,
        "is_failed": result.status == TaskResultStatus.FAILED
        or (result.status == TaskResultStatus.SUCCESSFUL and not path.exists()),
        "percent": min(95, round(100 * elapsed / (elapsed + expected))) if expected else 0,
        "expected": duration(expected),
        "back_url": page_url(upload),
    }
    if wants_fragment(request):
        response = render(request, "uploads/annotating.html", context)
        if is_ready or context["is_failed"]:
            response["X-Done"] = "1"
        return response
    return render(request, "uploads/annotated_page.html", context)


# Sending, help, template


def send_page(request, *, visible: QuerySet[Upload]) -> HttpResponse:
    """Choose and send a file. `visible`: the uploads of this user, among which the repaired one is."""
    repairs = None
    wanted = request.POST.get("perbaikan") or request.GET.get("perbaikan", "")
    if wanted:
        repairs = get_object_or_404(visible, pk=wanted) if wanted.isdecimal() else None
    initial = {
        name: request.GET[parameter]
        for name, parameter in (("kind", "jenis"), ("region", "wilayah"), ("reference", "acuan"))
        if parameter in request.GET
    }
    form = SendForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        repairs=repairs,
        initial=initial,
    )
    notice = earlier = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = actions.receive(
                by=request.user,
                kind=form.cleaned_data["kind"],
                region=form.cleaned_data["region"],
                file=file.file,
                name=file.name,
                reference=form.cleaned_data["reference"],
                repairs=repairs,
            )
        except actions.AlreadySent as sent:
            notice, earlier = " ".join(sent.messages), sent.earlier
        except (ValidationError, PermissionDenied) as refused:
            notice = " ".join(sentences(refused))
        else:
            return redirect(page_url(upload))
    context = {
        "title": "Unggah perbaikan" if repairs else "Unggah berkas",
        "form": form,
        "kinds": kinds.all_kinds(),
        "repairs": repairs,
        "notice": notice,
        "earlier": earlier,
        "accepted": ACCEPTED.replace(".", " ").replace(",", ",").strip(),
    }
    return render(request, "uploads/send.html", context, status=200)


def layout_help(request, key: str) -> HttpResponse:
    kind = _kind(key)
    columns = [
        {
            "column": column,
            "spellings": [name for name in column.aliases if name != column.heading],
        }
        for column in kind.layout.columns
    ]
    return render(
        request,
        "uploads/help.html",
        {
            "title": f"Petunjuk lembar {kind.title}",
            "kind": kind,
            "columns": columns,
            "required": [column.heading for column in kind.layout.required],
            "largest": SendForm(user=request.user).largest,
        },
    )


def layout_template(request, key: str) -> HttpResponse:
    """The empty sheet of a layout; it holds no personal data."""
    kind = _kind(key)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "templat.xlsx"
        writing.template(kind.layout, path)
        content = path.read_bytes()
    name = f"Templat_{slugify(kind.title)}.xlsx"
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": _attachment(name)}
    )


def _kind(key: str) -> kinds.SheetKind:
    try:
        return kinds.get(key)
    except KeyError as missing:
        raise Http404 from missing
