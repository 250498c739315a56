"""A complaint on a phone, a Rakor on a desk, with pictures of both."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from coordination import tasks
from coordination.actions import meetings
from coordination.models import Agency, Complaint, Meeting
from dashboards import figures
from regions.models import Region
from tests.browser.conftest import PHONE
from tests.factories import KAPUAS, VILLAGE, ComplaintFactory, HouseholdFactory

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES")


def picture(window, name: str) -> None:
    """Keep what is to be looked at, where PICTURES names a folder."""
    if PICTURES:
        window.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def fits(window) -> bool:
    return window.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_complaint_is_recorded_and_answered_on_a_phone(open_window, officer):
    window = open_window(officer, viewport=PHONE)
    window.goto("/coordination/complaint/add/")
    window.get_by_label("Wilayah").select_option(VILLAGE)
    window.get_by_label("Kategori").select_option("JUMLAH")
    window.get_by_label("Pokok pengaduan").fill("Beras kurang")
    window.get_by_label("Isi pengaduan").fill("Beras 8 kg, seharusnya 10 kg.")
    picture(window, "pengaduan-360")
    assert fits(window)
    window.get_by_role("button", name="Simpan pengaduan").click()
    expect(window.get_by_role("status").first).to_contain_text("Tenggat jawaban")

    window.get_by_role("link", name="Tentukan penanggung jawab").click()
    window.get_by_role("button", name="Tentukan penanggung jawab").click()
    window.get_by_role("link", name="Jawab").click()
    window.get_by_label("Hasil").select_option("BENAR")
    window.get_by_label("Jawaban kepada pelapor").fill("Kekurangan sudah diganti.")
    window.get_by_role("button", name="Jawab").click()

    expect(window.locator("main")).to_contain_text("Kekurangan sudah diganti.")
    assert Complaint.objects.get().status == "DIJAWAB"
    assert fits(window)


def test_rakor_from_invitation_to_follow_up(open_window, coordinator):
    for _ in range(3):
        HouseholdFactory(village_id=VILLAGE, kpm=True)
    figures.refresh()
    meeting = meetings.call_meeting(
        title="Rakor triwulan IV",
        region=Region.objects.get(pk="62"),
        starts_at=timezone.now() - timedelta(hours=3),
        place="Aula Dinas Sosial",
        chair="Kepala Dinas Sosial",
        agenda=["Verifikasi"],
        agencies=Agency.objects.all(),
        by=coordinator,
    )
    address = f"/coordination/meeting/{meeting.pk}/change/"
    window = open_window(coordinator)
    window.goto(address)
    window.get_by_role("link", name="Siapkan bahan rakor").click()
    window.get_by_role("button", name="Siapkan bahan rakor").click()
    expect(window.locator("#bahan")).to_contain_text("0 dari 15 siap")
    tasks.prepare_briefings.call(meeting.pk)
    window.goto(address)
    with window.expect_download() as download:
        window.get_by_role("link", name="Unduh bahan Kabupaten Kapuas sebagai Word").click()
    assert download.value.suggested_filename.startswith("bahan-rakor-kabupaten-kapuas")

    window.get_by_role("link", name="Tambah tindak lanjut").click()
    window.get_by_label("Apa yang dikerjakan").fill("Menyelesaikan verifikasi Kapuas")
    window.get_by_label("Instansi").select_option(label="Dinas Sosial kabupaten/kota")
    window.get_by_label("Wilayah").select_option(KAPUAS)
    window.get_by_label("Tenggat").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    window.get_by_label("Angka yang hendak diubah").select_option("nik_tidak_sah")
    window.get_by_role("button", name="Tambah tindak lanjut").click()
    expect(window.locator("main")).to_contain_text("Menyelesaikan verifikasi Kapuas")
    picture(window, "rakor-1280")
    assert fits(window)
    assert Meeting.objects.get().follow_ups.get().value_then is not None


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "address",
    [
        "/pemberitahuan/",
        "/coordination/meeting/",
        "/coordination/followup/",
        "/coordination/complaint/",
        "/laporan/",
        "/laporan/buat/bnba/",
        "/angka-publik/",
    ],
)
def test_pages_fit_the_screen(open_window, coordinator, address, width):
    ComplaintFactory()
    window = open_window(coordinator, viewport={"width": width, "height": 800})
    window.goto(address)
    expect(window.locator("h1")).to_be_visible()
    picture(window, f"{address.strip('/').replace('/', '-')}-{width}")
    assert fits(window)
