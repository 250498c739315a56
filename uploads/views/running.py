"""How far the portal is with an upload, and what it already knows of the file."""

import hashlib
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from spreadsheets.headings import BY_CHOICE, BY_CONTENT, BY_HEADING
from spreadsheets.words import thousands
from uploads import figures, kinds
from uploads.models import Upload
from uploads.views.shared import RUNNING, Status, rights
from uploads.wording import Texts, duration, file_size


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
            f"{len(reading['sheets'])} lembar, {thousands(count)} baris,"
            f" {known} dari {known + len(reading['unknown'])} kolom dikenali"
        )
    checked = f"{thousands(now.total)} baris" if now.total else ""
    if now.done:
        checked = f"{thousands(now.done)} dari {checked}"
    notes = [f"{file_size(upload.size)}, tersimpan seperti dikirim", read, checked, ""]
    at = max(1, order.index(upload.stage)) if upload.status == Status.DIPERIKSA else 0
    stages = []
    for index, (label, note) in enumerate(zip(labels, notes, strict=True)):
        state = "done" if index < max(1, at) else "now" if index == at else "next"
        told = {"done": "selesai", "now": "berjalan", "next": "menunggu"}[state]
        stages.append(Stage(label, note if state != "next" else "", state, told))
    return stages


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
        listed = ", ".join(f"{name} {thousands(rows)}" for name, rows in sheets[:8])
        known.append(Known("ok", "ok", f"{len(sheets)} lembar kerja digabung", f"{listed} baris."))
    else:
        name, rows = sheets[0]
        known.append(Known("ok", "ok", f"{thousands(rows)} baris data", f"Lembar {name}."))
    left = sum(count for _, count, _ in reading["left_out"])
    if left:
        reasons = "; ".join(
            f"{what}{f' ({count})' if count > 1 else ''}: {why}"
            for what, count, why in reading["left_out"][:6]
        )
        known.append(
            Known("info", "info", f"{thousands(left)} bagian bukan data dilewati", f"{reasons}.")
        )
    hidden = reading.get("hidden")
    if hidden:
        shown = "; ".join(hidden[:6])
        known.append(
            Known(
                "info", "info", "Bagian tersembunyi ikut dibaca", f"{shown[0].upper()}{shown[1:]}."
            )
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


HOW = {BY_HEADING: "dari judul", BY_CONTENT: "dari isi", BY_CHOICE: "pilihan Anda"}


def told_of(how: str, confidence: float) -> str:
    """How a column came to its field and how sure that is, in words.

    >>> told_of("isi", 0.97), told_of("judul", 0.3), told_of("", 0.8)
    ('dari isi, yakin (97%)', 'dari judul, meragukan (30%)', 'perkiraan, cukup yakin (80%)')
    """
    sure = "yakin" if confidence >= 0.9 else "cukup yakin" if confidence >= 0.6 else "meragukan"
    return f"{HOW.get(how, 'perkiraan')}, {sure} ({confidence * 100:.0f}%)"


def mapping_of(upload: Upload, texts: Texts) -> list[tuple[str, str, str]]:
    """(heading in the file, what it is read as, how that is known), then the headings not used."""
    reading = upload.reading
    if not reading:
        return []
    mapping = reading["mapping"]
    how = {
        column["field"]: told_of(column["how"], column["confidence"])
        for column in reversed(upload.columns_read)
        if column["field"]
    }
    return [
        *(
            (mapping[name], texts.label(name), how.get(name, ""))
            for name in texts.columns
            if name in mapping
        ),
        *((heading, "", "") for heading in reading["unknown"]),
    ]


def progress_context(upload: Upload) -> dict:
    now = figures.progress(upload)
    applying = upload.status == Status.DISETUJUI
    waiting = upload.stage == Upload.Stage.ANTRE
    columns = mapping_of(upload, Texts(kinds.get(upload.kind).layout))
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
        "first_columns": columns[:8],
        "more_columns": columns[8:],
    }


def progress_fragment(request, upload: Upload) -> HttpResponse:
    """The moving part of the progress page; 304 while nothing moved, `X-Done` when it is over."""
    context = progress_context(upload)
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
