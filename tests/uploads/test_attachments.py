"""What may be attached, and what of it is kept."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from tests.files import GPS, document, office, photo
from uploads import attachments
from uploads.attachments import EVIDENCE


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_of_a_photo_only_the_pixels_are_kept(kind):
    sent = photo(kind)
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS)
    kept = attachments.kept_copy(f"rumah.{kind.lower()}", sent)
    picture = Image.open(io.BytesIO(kept.content))
    assert picture.size == (64, 48)
    assert not picture.getexif()
    assert b"jejak" not in kept.content
    assert b"Telepon" not in kept.content


def test_a_photo_taken_upright_stays_upright():
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (64, 48)).save(file, "JPEG", exif=exif)
    kept = attachments.kept_copy("a.jpg", file.getvalue())
    assert Image.open(io.BytesIO(kept.content)).size == (48, 64)


def test_a_document_is_kept_and_named_by_what_it_is():
    kept = attachments.kept_copy(r"C:\arsip\berita acara.jpg", document())
    assert (kept.content_type, kept.name) == ("application/pdf", "berita acara.pdf")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rumah.jpg", b"MZ\x90\x00" + b"\0" * 200),
        ("rumah.jpg", b"<html><script>alert(1)</script>"),
        ("rumah.jpg", photo()[:200]),
        ("rumah.jpg", b"\xff\xd8\xff" + b"\0" * 500),
        ("surat.pdf", b"%PDF-1.7\n" + b"x" * 500),
        ("surat.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("kosong.png", b""),
    ],
    ids=["exe", "html", "cut", "fake", "pdf", "svg", "empty"],
)
def test_what_is_not_what_it_says_is_refused(name, content):
    with pytest.raises(ValidationError, match=name):
        attachments.kept_copy(name, content)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(attachments, "MAX_PIXELS", 100)
    with pytest.raises(ValidationError, match="ukuran gambarnya"):
        attachments.kept_copy("a.png", photo("PNG"))


@pytest.mark.parametrize(
    ("part", "name"),
    [("word/document.xml", "laporan.docx"), ("xl/workbook.xml", "laporan.xlsx")],
)
def test_pictures_in_an_office_document_lose_their_place_too(part, name):
    sent = office(part, word__media__image1_DOT_jpeg=photo())
    kept = attachments.kept_copy("laporan.zip", sent, EVIDENCE)
    assert kept.name == name
    with zipfile.ZipFile(io.BytesIO(kept.content)) as package:
        assert package.read(part) == b"<isi/>"
        picture = package.read("word/media/image1.jpeg")
    assert not Image.open(io.BytesIO(picture)).getexif()


def test_an_office_document_is_no_scan():
    with pytest.raises(ValidationError, match="tidak dapat dilampirkan"):
        attachments.kept_copy("surat.docx", office())


@pytest.mark.parametrize(
    "content",
    [
        office(word__vbaProject_DOT_bin=b"program"),
        office(word__embeddings__lain_DOT_exe=b"MZ"),
        office("lain.xml"),
        office()[:-30],
    ],
    ids=["macro", "embedded", "no document", "cut"],
)
def test_office_documents_that_are_refused(content):
    with pytest.raises(ValidationError, match=r"surat\.docx"):
        attachments.kept_copy("surat.docx", content, EVIDENCE)


def test_what_unpacks_too_far_is_refused(monkeypatch):
    monkeypatch.setattr(attachments, "MAX_UNPACKED", 1000)
    with pytest.raises(ValidationError, match="terlalu besar isinya"):
        attachments.kept_copy("surat.docx", office(word__big_DOT_xml=b"0" * 5000), EVIDENCE)
