"""What may be attached, what of it is kept, who can fetch it."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfWriter

from accounts.roles import Role
from tests.factories import KAPUAS, PULANG_PISAU, UserFactory
from verification import attachments
from verification.models import Attachment, CaseStep

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


@pytest.fixture
def attach(client, case):
    def send(user, name="rumah.jpg", content=None):
        client.force_login(user)
        file = SimpleUploadedFile(name, content if content is not None else photo())
        url = reverse("verification:attach", args=[case.pk])
        return client.post(url, {"files": file}, follow=True)

    return send


def test_a_photo_of_a_case_is_fetched_as_a_file_without_gps(client, case, officer, attach):
    assert "1 lampiran disimpan" in attach(officer).text
    attach(officer)
    attachment = Attachment.objects.get()
    assert CaseStep.objects.get().action == "LAMPIRKAN"
    answer = client.get(reverse("verification:attachment", args=[attachment.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    sent = answer.getvalue()
    assert not Image.open(io.BytesIO(sent)).getexif()


@pytest.mark.parametrize(
    ("role", "regions", "status"),
    [
        (Role.PETUGAS, [PULANG_PISAU], 404),
        (Role.TKSK, ["62.03.01"], 404),
        (Role.BANK, ["62"], 403),
        (Role.AUDITOR, ["62"], 200),
    ],
)
def test_only_who_sees_the_case_sees_its_files(client, officer, attach, role, regions, status):
    attach(officer)
    client.force_login(UserFactory(role=role, regions=regions))
    url = reverse("verification:attachment", args=[Attachment.objects.get().pk])
    answer = client.get(url)
    answer.close()
    assert answer.status_code == status


def test_a_large_file_is_not_even_kept(monkeypatch, officer, attach, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    monkeypatch.setattr("verification.views.attachments.MAX_BYTES", 200_000)
    page = attach(officer, content=photo() + b"\0" * 3_000_000)
    assert "rumah.jpg lebih besar dari 10 MB" in page.text
    assert not Attachment.objects.exists()
    assert list(tmp_path.glob("*.upload*")) == []


def test_nobody_attaches_to_a_case_of_another_district(client, case):
    client.force_login(UserFactory(role=Role.PETUGAS, regions=[PULANG_PISAU]))
    url = reverse("verification:attach", args=[case.pk])
    file = SimpleUploadedFile("rumah.jpg", photo())
    assert client.post(url, {"files": file}).status_code == 404
    assert not Attachment.objects.exists()


def test_a_forged_form_attaches_nothing(case, officer):
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(officer)
    url = reverse("verification:attach", args=[case.pk])
    file = SimpleUploadedFile("rumah.jpg", photo())
    assert forger.post(url, {"files": file}).status_code == 403
    assert KAPUAS in officer.scope.codes
