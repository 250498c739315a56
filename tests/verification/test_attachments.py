"""Files of cases: who attaches them, who can fetch them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.roles import Role
from tests.factories import KAPUAS, PULANG_PISAU, UserFactory
from tests.files import photo
from verification.models import Attachment, CaseStep


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
    monkeypatch.setattr("uploads.views.attachments.MAX_BYTES", 200_000)
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
