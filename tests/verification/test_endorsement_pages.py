"""What officers see of endorsement and decree, and who may do what."""

import io
from datetime import date

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfWriter

from accounts.models import AccessLog
from accounts.roles import Role
from regions.models import Region
from spreadsheets import writing
from tests.factories import KAPUAS, PULANG_PISAU, UserFactory
from tests.verification.endorsing import (
    checked_case,
    coordinator,
    endorsed,
    forwarded,
    supervisor,
)
from verification import endorsed as reading
from verification.models import Decree, Endorsement, SecondLook

pytestmark = pytest.mark.django_db


@pytest.fixture
def kapuas():
    return Region.objects.get(pk=KAPUAS)


@pytest.fixture
def cases(round):
    return [checked_case(round, result) for result in ("TETAP", "MASUK", "KELUAR")]


def url(one, name="change", *args):
    return reverse(f"admin:verification_endorsement_{name}", args=[one.pk, *args])


def pdf() -> SimpleUploadedFile:
    paper, out = PdfWriter(), io.BytesIO()
    paper.add_blank_page(595, 842)
    paper.write(out)
    return SimpleUploadedFile("ba.pdf", out.getvalue(), "application/pdf")


def letter(**other) -> dict:
    return {
        "number": "460/7/2021",
        "signed_on": timezone.localdate().isoformat(),
        "official_name": "Contoh Uji",
        "official_office": "Bupati Kapuas",
        "official_nip": "19650101 199003 1 001",
        "scan": pdf(),
        **other,
    }


def test_the_supervisor_freezes_and_signs(client, round, cases):
    client.force_login(supervisor())
    page = client.get(reverse("admin:verification_endorsement_add")).text
    assert "Susun daftar 3 keluarga" in page
    response = client.post(
        reverse("admin:verification_endorsement_add"),
        {"putaran": round.pk, "wilayah": KAPUAS},
        follow=True,
    )
    one = Endorsement.objects.get()
    assert "3 keluarga disusun dan dibekukan" in response.text
    assert one.list_hash[:8] in response.text
    response = client.post(url(one, "step", "sahkan"), letter(number=""), follow=True)
    assert "Nomor surat belum diisi" in response.text
    response = client.post(url(one, "step", "sahkan"), letter(), follow=True)
    assert "Provinsi meninjau daftar ini" in response.text
    one.refresh_from_db()
    assert one.official_nip == "196501011990031001"
    assert one.scan.content_type == "application/pdf"


def test_a_program_named_pdf_is_no_scan(client, round, kapuas, cases):
    boss = supervisor()
    client.force_login(boss)
    client.post(
        reverse("admin:verification_endorsement_add"), {"putaran": round.pk, "wilayah": KAPUAS}
    )
    one = Endorsement.objects.get()
    program = SimpleUploadedFile("ba.pdf", b"MZ\x90\x00 program", "application/pdf")
    page = client.post(url(one, "step", "sahkan"), letter(scan=program)).text
    assert "tidak dapat dilampirkan, apa pun akhiran namanya" in page
    one.refresh_from_db()
    assert one.status == Endorsement.Status.DISUSUN


@pytest.mark.parametrize(
    ("role", "buttons", "hidden"),
    [
        (Role.SUPERVISOR, ["Cabut pengesahan"], ["Setujui dan teruskan", "Kembalikan"]),
        (
            Role.KOORDINATOR,
            ["Setujui dan teruskan", "Kembalikan", "Pilih sampel"],
            ["Cabut pengesahan"],
        ),
        (Role.PETUGAS, [], ["Cabut pengesahan", "Setujui dan teruskan", "Daftar BNBA"]),
        (Role.AUDITOR, ["Berita acara (.docx)"], ["Cabut pengesahan", "Daftar BNBA"]),
    ],
)
def test_each_role_is_offered_its_own_steps(client, round, kapuas, cases, role, buttons, hidden):
    one = endorsed(round, kapuas)
    regions = ["62"] if role in (Role.KOORDINATOR, Role.AUDITOR) else [KAPUAS]
    client.force_login(UserFactory(role=role, regions=regions))
    page = client.get(url(one)).text
    assert [words for words in buttons if words not in page] == []
    assert [words for words in hidden if words in page] == []


def test_a_step_of_another_role_is_refused(client, round, kapuas, cases):
    one = endorsed(round, kapuas)
    client.force_login(UserFactory(role=Role.PETUGAS, regions=[KAPUAS]))
    for key in ("cabut", "teruskan", "kembalikan", "sampel"):
        assert client.post(url(one, "step", key), {"reason": "Uji"}).status_code == 403


def test_another_district_finds_nothing(client, round, kapuas, cases):
    one = endorsed(round, kapuas)
    client.force_login(supervisor(PULANG_PISAU))
    for name, args in (
        ("change", ()),
        ("minutes", ()),
        ("check", ()),
        ("download", ("daftar",)),
        ("step", ("cabut",)),
        ("decree", ()),
    ):
        assert client.get(url(one, name, *args)).status_code == 404


def test_papers_are_taken_out_for_a_purpose_and_logged(client, round, kapuas, cases):
    boss = supervisor()
    one = endorsed(round, kapuas, by=boss)
    client.force_login(boss)
    words = docx.Document(io.BytesIO(client.get(url(one, "minutes")).content))
    assert any(reading.paper_of(one).grouped_hash in part.text for part in words.paragraphs)
    download = url(one, "download", "daftar")
    assert "terlalu singkat" in client.post(download, {"purpose": "uji"}).text
    assert not AccessLog.objects.exists()
    response = client.post(download, {"purpose": "Lampiran berita acara"})
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert one.list_hash in book["Daftar"]["A4"].value
    assert response["X-Content-Type-Options"] == "nosniff"
    log = AccessLog.objects.get()
    assert (log.user, log.row_count, log.purpose) == (boss, 3, "Lampiran berita acara")


def test_lists_keep_numbers_masked(client, round, kapuas, cases):
    endorsed(round, kapuas)
    client.force_login(coordinator())
    page = client.get(reverse("admin:verification_endorsementitem_changelist")).text
    for case in cases:
        assert case.household.payee.name in page
        assert case.household.payee.nik not in page


def test_a_tampered_file_is_shown_with_masked_numbers(client, round, kapuas, cases, tmp_path):
    one = endorsed(round, kapuas)
    path = tmp_path / "daftar.xlsx"
    reading.write_list(one, path)
    client.force_login(supervisor())
    same = SimpleUploadedFile("daftar.xlsx", path.read_bytes())
    assert "sama dengan daftar yang disahkan" in client.post(url(one, "check"), {"file": same}).text
    book = openpyxl.load_workbook(path)
    old, new = book["Daftar"].cell(7, 8).value, "6203085205839999"
    book["Daftar"].cell(7, 8).value = new
    book.save(path)
    changed = SimpleUploadedFile("daftar.xlsx", path.read_bytes())
    page = client.post(url(one, "check"), {"file": changed}).text
    assert "1 sel berubah, 0 keluarga hilang" in page
    assert old not in page and new not in page


def test_the_second_look_goes_family_by_family(client, round, kapuas, cases):
    one = endorsed(round, kapuas)
    client.force_login(coordinator())
    client.post(url(one, "step", "sampel"), {"method": "ACAK", "size": "2"})
    first, second = SecondLook.objects.order_by("village", "pk")
    look = reverse("admin:verification_secondlook_change", args=[first.pk])
    day = timezone.localdate().isoformat()
    page = client.post(look, {"outcome": "TIDAK_SESUAI", "looked_on": day, "note": ""}).text
    assert "Sebutkan apa yang tidak sesuai" in page
    response = client.post(look, {"outcome": "SESUAI", "looked_on": day, "note": ""})
    assert response.url == reverse("admin:verification_secondlook_change", args=[second.pk])


def test_a_decree_from_recording_to_undoing(client, round, kapuas, cases, tmp_path):
    one = forwarded(round, kapuas)
    path = tmp_path / "penetapan.xlsx"
    rows = [[item.nik, item.name] for item in one.items.receiving()]
    writing.export(path, ["NIK", "NAMA"], rows)
    maker, checker = coordinator(), coordinator()
    client.force_login(maker)
    form = {
        "number": "3/HUK/2021",
        "signed_on": timezone.localdate().isoformat(),
        "official_name": "Contoh Uji",
        "official_office": "Menteri Sosial",
        "effective_on": "2021-12-01",
        "scan": pdf(),
        "list_file": SimpleUploadedFile("penetapan.xlsx", path.read_bytes()),
    }
    page = client.post(url(one, "decree"), form, follow=True).text
    assert "2 baris daftarnya dibandingkan" in page and "Petugas lain memeriksa" in page
    decree = Decree.objects.get()
    step = reverse("admin:verification_decree_step", args=[decree.pk, "terapkan"])
    assert "tidak menerapkannya sendiri" in client.post(step).text
    client.force_login(checker)
    assert "1 kepesertaan dimulai, 1 diakhiri" in client.post(step, follow=True).text
    download = reverse("admin:verification_decree_download", args=[decree.pk])
    response = client.post(download, {"purpose": "Bahan rapat koordinasi"})
    _head, *lines = openpyxl.load_workbook(io.BytesIO(response.content)).active.values
    assert {line[0] for line in lines} == {"Diteruskan dan ditetapkan"}
    undo = reverse("admin:verification_decree_step", args=[decree.pk, "urungkan"])
    page = client.post(undo, {"reason": "Nomor keliru"}, follow=True).text
    assert "Penerapan diurungkan" in page
    assert decree.effective_on == date(2021, 12, 1)
