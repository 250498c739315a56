"""What may be attached, and the copy of it that is kept. No database.

Of a picture only its pixels are kept: it is decoded and written anew, so that no GPS position, no
camera data and no foreign bytes remain, and so are the pictures inside an Office document. The
original is dropped, for everybody: the place of a visit is recorded with the visit, where its scope
is known (docs/adr/0018).
"""

import hashlib
import io
import zipfile
from collections.abc import Container
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 5
MAX_PIXELS = 60_000_000
# Enough to read a document in a photo; a phone takes four times as many.
LONGEST_SIDE = 2560
MAX_UNPACKED = 100 * 1024 * 1024
ACCEPT = "image/jpeg,image/png,application/pdf"
TOLD = "Foto JPEG atau PNG, atau dokumen PDF, paling besar 10 MB."
OFFICE_TOLD = "Foto JPEG atau PNG, PDF, Word (.docx), atau Excel (.xlsx), paling besar 10 MB."

_MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
PAPERS = frozenset(_ENDINGS)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PARTS = {
    "word/document.xml": (f"{_OFFICE}wordprocessingml.document", "docx"),
    "xl/workbook.xml": (f"{_OFFICE}spreadsheetml.sheet", "xlsx"),
}
_ENDINGS |= dict(_PARTS.values())
EVIDENCE = frozenset(_ENDINGS)
_PICTURES = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True)
class Copy:
    """The bytes to be kept, of a type that is known to be true."""

    content: bytes
    content_type: str
    name: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def too_large(name: str) -> ValidationError:
    return ValidationError(f"{name} lebih besar dari 10 MB. {TOLD}")


def kept_copy(name: str, content: bytes, kinds: Container[str] = PAPERS) -> Copy:
    """Check by its content what a file is, whatever it is called. Raises ValidationError.

    `kinds`: the content types that are taken, `PAPERS` or `EVIDENCE`, which has Office documents.
    """
    name = name.replace("\\", "/").rpartition("/")[2].strip()[:255] or "lampiran"
    if len(content) > MAX_BYTES:
        raise too_large(name)
    kind = _kind(content)
    if kind not in kinds:
        told = OFFICE_TOLD if kinds is EVIDENCE else TOLD
        raise ValidationError(f"{name} tidak dapat dilampirkan, apa pun akhiran namanya. {told}")
    if kind == "application/pdf":
        content = _document(name, content)
    elif kind.startswith("image/"):
        content = _picture(name, content)
    else:
        content = _office(name, content)
    # Named by what it is: an ending that lies would open the wrong program.
    stem = name.rpartition(".")[0] or name
    return Copy(content, kind, f"{stem}.{_ENDINGS[kind]}")


def _kind(content: bytes) -> str | None:
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
        return next((kind for part, (kind, _) in _PARTS.items() if part in names), None)
    return None


def _picture(name: str, content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(f"{name} terlalu besar ukuran gambarnya. {TOLD}")
            kind = picture.format
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            modes = ("RGB", "L") if kind == "JPEG" else ("RGB", "RGBA", "L")
            pixels = upright if upright.mode in modes else upright.convert(modes[0])
            # A new picture has no metadata to carry over.
            bare = Image.new(pixels.mode, pixels.size)
            bare.paste(pixels)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise ValidationError(
            f"{name} rusak atau bukan foto. Ambil atau pilih yang lain."
        ) from error
    written = io.BytesIO()
    bare.save(written, kind, **({"quality": 85} if kind == "JPEG" else {}))
    return written.getvalue()


def _document(name: str, content: bytes) -> bytes:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise ValidationError(f"{name} terkunci kata sandi. Simpan tanpa kata sandi dahulu.")
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValidationError(f"{name} rusak atau bukan PDF. Pilih berkas lain.") from error
    if not pages:
        raise ValidationError(f"{name} tidak berisi halaman. Pilih berkas lain.")
    return content


def _office(name: str, content: bytes) -> bytes:
    """The package with its pictures written anew; none that unpacks too far or holds programs."""
    written = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as source,
            zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            if sum(part.file_size for part in source.infolist()) > MAX_UNPACKED:
                raise ValidationError(f"{name} terlalu besar isinya. {OFFICE_TOLD}")
            for part in source.infolist():
                target.writestr(part.filename, _office_part(name, part.filename, source.read(part)))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ValidationError(
            f"{name} rusak atau terkunci kata sandi. Pilih berkas lain."
        ) from error
    return written.getvalue()


def _office_part(name: str, part: str, content: bytes) -> bytes:
    path = PurePosixPath(part)
    if (path.suffix.lower() == ".bin" and "vba" in path.name.lower()) or "embeddings" in path.parts:
        raise ValidationError(
            f"{name} berisi makro atau berkas lain di dalamnya. Simpan sebagai PDF, lalu lampirkan."
        )
    if path.parent.name == "media" and _kind(content) in _PICTURES:
        return _picture(f"{name} ({path.name})", content)
    return content
