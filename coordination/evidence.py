"""Files that prove something: of a known kind by their content, never served as pages."""

import zipfile
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.http import FileResponse

AT_MOST = 10 * 1024 * 1024
_BEGINNINGS = {
    ".pdf": b"%PDF-",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".png": b"\x89PNG\r\n\x1a\n",
}
_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}


def check(file) -> str:
    """The name to keep the file under. Raises ValidationError for any other kind or a large one.

    The kind is told by the content; a name that says something else is refused.
    """
    name = PurePath(file.name).name[:200]
    ending = PurePath(name).suffix.lower()
    if file.size > AT_MOST:
        raise ValidationError({"file": "Berkas lebih besar dari 10 MB. Perkecil, lalu kirim lagi."})
    start = file.read(16)
    file.seek(0)
    if ending in _BEGINNINGS and start.startswith(_BEGINNINGS[ending]):
        return name
    if ending in _PARTS and _has_part(file, _PARTS[ending]):
        return name
    raise ValidationError(
        {"file": "Berkas ini bukan PDF, JPG, PNG, Word (.docx), atau Excel (.xlsx) yang utuh."}
    )


def _has_part(file, part: str) -> bool:
    try:
        with zipfile.ZipFile(file) as package:
            found = part in package.namelist()
    except zipfile.BadZipFile:
        found = False
    file.seek(0)
    return found


def send(file, name: str) -> FileResponse:
    """The file as a download, whatever it claims to be."""
    response = FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
