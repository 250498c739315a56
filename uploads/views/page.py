"""The page of one upload: progress while it is worked on, afterwards its review."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from uploads import figures, kinds, review
from uploads.columns import OF_COLUMNS, TO_CONFIRM
from uploads.models import Upload, UploadIssue, UploadRow
from uploads.views.running import known_of, mapping_of, progress_context
from uploads.views.shared import RUNNING, Rights, Status, columns_url, rights, title_of
from uploads.wording import (
    CAUSE_TITLES,
    STATUS_LOOKS,
    Look,
    Texts,
    file_size,
    is_decision_on,
    status_look,
    verdict_look,
    without_numbers,
)

Level = UploadIssue.Level


@dataclass(frozen=True)
class Step:
    label: str
    state: str
    note: str = ""


DECISION_LOOK = Look("idle", "check", "Putusan")
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
        if not event.is_decision:
            on[event.status] = event.at

    def note(status: str) -> str:
        at = on.get(status)
        return date_format(localtime(at), "j M") if at else ""

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
    if kinds.get(upload.kind).is_preview:
        return _steps_of_preview(upload, place, note)
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


def _steps_of_preview(upload: Upload, place: int, note: Callable[[str], str]) -> list[Step]:
    """Received, checked, and there it ends."""
    chain = [
        Step(STEP_LABELS[status], "done" if index < place else "now" if index == place else "todo")
        for index, status in enumerate(WAY[:2])
    ]
    if place < 2:
        return [*chain, Step("Selesai atau perlu perbaikan", "todo")]
    state = "done" if upload.status == Status.SIAP else "warn"
    return [*chain, Step(status_look(upload, upload.status).text, state, note(upload.status))]


def upload_page(request, upload: Upload, context: dict) -> HttpResponse:
    events = list(upload.events.select_related("by"))
    may = rights(upload, request.user)
    context |= {
        "title": title_of(upload),
        "upload": upload,
        "kind": kinds.get(upload.kind),
        "preview_only": kinds.PREVIEW_ONLY,
        "may": may,
        "steps": steps_of(upload, events),
        "events": [
            (event, DECISION_LOOK if event.is_decision else status_look(upload, event.status))
            for event in reversed(events)
        ],
        "look": status_look(upload, upload.status),
        "reference_name": kinds.reference_name(upload.kind, upload.reference)
        if upload.reference
        else "",
        "size_told": file_size(upload.size),
        "repairs": upload.repairs,
        "send_url": f"{reverse('admin:uploads_upload_add')}?perbaikan={upload.pk}",
    }
    if upload.status in RUNNING:
        return render(request, "uploads/running.html", context | progress_context(upload))
    if upload.status == Status.GAGAL and not upload.rows_total:
        context["columns_url"] = columns_url(upload) if upload.failure_code in OF_COLUMNS else ""
        return render(request, "uploads/failed.html", context | {"known": known_of(upload)})
    context |= _review_context(request, upload, may, events)
    return render(request, "uploads/review.html", context)


def _review_context(request, upload: Upload, may: Rights, events) -> dict:
    texts = Texts(kinds.get(upload.kind).layout)
    choice = review.Choice.of(request.GET, upload)
    causes = figures.causes(upload.issues.all())
    if {"village", "district"} & texts.position.keys():
        texts.learn_districts_of = upload.region_id
    page = review.page_of(upload, choice, causes, texts)
    cause = causes.get(choice.code) if choice.code else None
    for one in (*causes.review, *causes.problem):
        decisions = (e for e in reversed(events) if e.is_decision and one.decided)
        one.decision = next((e for e in decisions if is_decision_on(e.note, one.code)), None)
    returned = None
    if upload.status == Status.DIKEMBALIKAN:
        returned = [event for event in events if event.status == Status.DIKEMBALIKAN][-1]
    totals = figures.sums(upload)
    not_reverted = 0
    if upload.status == Status.DIBATALKAN and upload.applied_at:
        not_reverted = upload.rows.filter(outcome=UploadRow.Outcome.TIDAK_DAPAT).count()
    return {
        "many_sheets": len(upload.reading.get("sheets", [])) > 1,
        "choice": choice,
        "page": page,
        "sums": totals,
        "causes": causes,
        "cause": cause,
        "cause_on_level": cause.level if cause else "",
        "of_file": [
            (*_of_file(issue), columns_url(upload) if _asks_for_columns(issue, may) else "")
            for issue in causes.of_file
            if issue.level != Level.INFO and not issue.decision
        ],
        "returned": returned,
        "tabs": [
            (part, choice.url(putusan=part.verdict, temuan="", hasil="", hal=""))
            for part in totals.parts
        ],
        "cause_url": choice.url(temuan="", putusan="semua", hasil="", hal=""),
        "districts": texts.districts,
        "not_reverted": not_reverted,
        "known": known_of(upload),
        "next_url": choice.url(hal=choice.page + 1),
        "previous_url": choice.url(hal=choice.page - 1) if choice.page > 1 else "",
        "list_title": _list_title(upload, choice, cause),
        "mapping": mapping_of(upload, texts),
        "columns_url": columns_url(upload),
        "is_remembered": upload.columns_are_remembered and upload.sent_by_id == request.user.pk,
    }


def _of_file(issue: UploadIssue) -> tuple[str, str, str]:
    """(kind of notice, what it is, the sentence) of a finding about the whole file."""
    kind = {Level.INFO: "info", Level.WARNING: "warn", Level.ERROR: "bad"}[issue.level]
    return kind, CAUSE_TITLES.get(issue.code, ""), without_numbers(issue.message)


def _asks_for_columns(issue: UploadIssue, may: Rights) -> bool:
    return may.columns and issue.code in TO_CONFIRM


def _list_title(upload: Upload, choice: review.Choice, cause) -> str:
    if cause:
        return cause.title
    if choice.outcome:
        return UploadRow.Outcome(choice.outcome).label
    if choice.verdict:
        return verdict_look(upload, choice.verdict).text
    return "Semua baris"
