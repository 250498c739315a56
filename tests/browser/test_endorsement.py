"""From the checked cases of a district to the decree, each role in its own window."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfWriter

from accounts.roles import Role
from beneficiaries.models import Enrollment
from spreadsheets import writing
from tests.factories import KAPUAS, RoundFactory, UserFactory
from tests.verification.endorsing import checked_case
from verification.documents import HEAD_ROW

pytestmark = pytest.mark.browser


@pytest.fixture
def cases(committed):
    today = timezone.localdate()
    round = RoundFactory(
        name="Verifikasi Uji",
        starts_on=today - timedelta(days=40),
        due_on=today + timedelta(days=5),
    )
    return {result: checked_case(round, result) for result in ("TETAP", "MASUK", "KELUAR")}


@pytest.fixture
def scan(tmp_path):
    path, paper = tmp_path / "surat.pdf", PdfWriter()
    paper.add_blank_page(595, 842)
    out = io.BytesIO()
    paper.write(out)
    path.write_bytes(out.getvalue())
    return path


def test_from_the_checked_cases_to_the_decree(sign_in, cases, scan, tmp_path):
    boss = sign_in(UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS]))
    the_supervisor_freezes_the_list(boss)
    families = the_list_on_file_is_the_list_in_the_portal(boss, tmp_path)
    the_signed_letter_is_recorded(boss, scan)
    reviewer = sign_in(UserFactory(role=Role.KOORDINATOR, regions=["62"]))
    the_province_looks_again_and_forwards(reviewer)
    the_decree_is_recorded(reviewer, scan, families, tmp_path)
    second = sign_in(UserFactory(role=Role.KOORDINATOR, regions=["62"]))
    another_applies_it(second)
    active = Enrollment.objects.active().values_list("household", flat=True)
    assert set(active) == {cases["TETAP"].household_id, cases["MASUK"].household_id}


def the_supervisor_freezes_the_list(window: Page) -> None:
    window.get_by_role("link", name="Susun daftar", exact=True).click()
    window.get_by_role("button", name="Susun daftar 3 keluarga").click()
    expect(window.get_by_role("status")).to_contain_text("3 keluarga disusun dan dibekukan")


def the_list_on_file_is_the_list_in_the_portal(window: Page, tmp_path) -> list[tuple]:
    page = window.url
    window.get_by_role("link", name="Daftar BNBA (.xlsx)").click()
    window.get_by_label("Keperluan").fill("Lampiran berita acara pengesahan")
    with window.expect_download() as download:
        window.get_by_role("button", name="Unduh daftar").click()
    path = tmp_path / "daftar.xlsx"
    download.value.save_as(path)
    window.goto(page)
    window.get_by_role("link", name="Periksa kesesuaian berkas").click()
    window.get_by_label("Berkas daftar pengesahan").set_input_files(path)
    window.get_by_role("button", name="Bandingkan").click()
    expect(window.get_by_text("Berkas ini sama dengan daftar yang disahkan.")).to_be_visible()
    window.goto(page)
    rows = openpyxl.load_workbook(path)["Daftar"].iter_rows(min_row=HEAD_ROW + 2, values_only=True)
    return list(rows)


def the_signed_letter_is_recorded(window: Page, scan) -> None:
    window.get_by_role("link", name="Catat pengesahan").click()
    window.get_by_label("Nomor surat").fill("460/7/DINSOS")
    window.get_by_label("Tanggal pengesahan").fill(timezone.localdate().isoformat())
    window.get_by_label("Nama pejabat").fill("Contoh Uji")
    window.get_by_label("Jabatan").fill("Bupati Kapuas")
    window.get_by_label("Pindaian berita acara bertanda tangan").set_input_files(scan)
    window.get_by_role("button", name="Catat pengesahan").click()
    expect(window.get_by_role("status")).to_contain_text("Provinsi meninjau daftar ini")


def the_province_looks_again_and_forwards(window: Page) -> None:
    window.get_by_role("link", name="Tinjau daftar").click()
    window.get_by_role("link", name="Pilih sampel").click()
    window.get_by_label("Jumlah keluarga").fill("1")
    window.get_by_role("button", name="Pilih sampel").click()
    window.get_by_role("link", name="Lihat sampel").click()
    window.locator(".rowlink").first.click()
    window.get_by_label("Sesuai", exact=True).check()
    window.get_by_role("button", name="Simpan hasil").click()
    window.get_by_role("link", name="Setujui dan teruskan").click()
    window.get_by_role("button", name="Setujui dan teruskan").click()
    expect(window.get_by_role("status")).to_contain_text("Daftar diteruskan")


def the_decree_is_recorded(window: Page, scan, families: list[tuple], tmp_path) -> None:
    path = tmp_path / "penetapan.xlsx"
    rows = [(row[5], row[7], row[8]) for row in families if row[12] != "KELUAR"]
    writing.export(path, ["ID DTKS", "NIK", "NAMA"], rows)
    window.get_by_role("link", name="Catat penetapan").click()
    window.get_by_label("Nomor penetapan").fill("3/HUK")
    window.get_by_label("Tanggal penetapan").fill(timezone.localdate().isoformat())
    window.get_by_label("Nama pejabat").fill("Contoh Uji Pusat")
    window.get_by_label("Berlaku mulai").fill(timezone.localdate().isoformat())
    window.get_by_label("Pindaian surat keputusan").set_input_files(scan)
    window.get_by_label("Daftar penerima dalam penetapan").set_input_files(path)
    window.get_by_role("button", name="Catat dan bandingkan").click()
    expect(window.get_by_role("status")).to_contain_text(
        f"{len(rows)} baris daftarnya dibandingkan"
    )
    expect(window.get_by_role("link", name="Terapkan penetapan")).to_have_count(0)


def another_applies_it(window: Page) -> None:
    window.get_by_role("link", name="Buka penetapan").click()
    window.get_by_role("link", name="Terapkan penetapan").click()
    window.get_by_role("button", name="Terapkan penetapan").click()
    expect(window.get_by_role("status")).to_contain_text("1 kepesertaan dimulai, 1 diakhiri")
