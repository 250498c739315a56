"""What may be attached, and the copy of it that is kept. No database.

Of a picture only its pixels are kept: it is decoded and written anew, so that no GPS position, no
camera data and no foreign bytes remain. The original is dropped, for everybody: the place of a
visit is recorded with the visit, where its scope is known (docs/adr/0018).
"""

import hashlib
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 5
MAX_PIXELS = 60_000_000
# Enough to read a document in a photo; a phone takes four times as many.
LONGEST_SIDE = 2560
ACCEPT = "image/jpeg,image/png,application/pdf"
TOLD = "Foto JPEG atau PNG, atau dokumen PDF, paling besar 10 MB."

_MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


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


def kept_copy(name: str, content: bytes) -> Copy:
    """Check by its content what a file is, whatever it is called. Raises ValidationError."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()[:255] or "lampiran"
    if len(content) > MAX_BYTES:
        raise too_large(name)
    found = [kind for magic, kind in _MAGIC.items() if content.startswith(magic)]
    if not found:
        raise ValidationError(f"{name} bukan foto atau PDF, apa pun akhiran namanya. {TOLD}")
    kind = found[0]
    content = _document(name, content) if kind == "application/pdf" else _picture(name, content)
    # Named by what it is: an ending that lies would open the wrong program.
    stem = name.rpartition(".")[0] or name
    return Copy(content, kind, f"{stem}.{_ENDINGS[kind]}")


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
