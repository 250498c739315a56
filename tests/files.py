"""Photos and documents as officers send them, with what a camera writes into them."""

import io
import zipfile

from PIL import Image
from pypdf import PdfWriter

GPS = 0x8825


def photo(kind="JPEG", *, gps=True, size=(64, 48)) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Telepon rekaan"
    if gps:
        exif.get_ifd(GPS).update({1: "S", 2: (2.0, 58.0, 12.0), 3: "E", 4: (114.0, 23.0, 5.0)})
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, exif=exif, comment=b"jejak")
    return file.getvalue()


def document() -> bytes:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(file)
    return file.getvalue()


def office(part: str = "word/document.xml", **others: bytes) -> bytes:
    """A package with one main part; `others` by path, with __ for a slash."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(part, "<isi/>")
        for path, content in others.items():
            package.writestr(path.replace("__", "/").replace("_DOT_", "."), content)
    return file.getvalue()
