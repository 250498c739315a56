"""A complaint on a phone, a Rakor on a desk, with pictures of both."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from coordination import tasks
from coordination.actions import meetings
from coordination.models import Agency, Complaint
from dashboards import figures, payouts
from distribution.models import Payment
from regions.models import Region
from tests.browser.conftest import PHONE
from tests.factories import (
    KAPUAS,
    VILLAGE,
    AgentFactory,
    ComplaintFactory,
    PaymentFactory,
    PeriodFactory,
)
from tests.files import photo

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES")


def picture(window, name: str) -> None:
    """Keep what is to be looked at, where PICTURES names a folder."""
    if PICTURES:
        window.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def fits(window) -> bool:
    return window.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_complaint_from_receipt_to_answer_to_reopening_on_a_phone(open_window, officer):
    agent = AgentFactory(name="Warung Selat")
    window = open_window(officer, viewport=PHONE)
    window.goto("/coordination/complaint/add/")
    window.get_by_label("Wilayah").select_option(VILLAGE)
    window.get_by_label("Kategori").select_option("JUMLAH")
    window.get_by_label("Agen atau e-Warung yang dimaksud").select_option(str(agent.pk))
    window.get_by_label("Nama pelapor").fill("Warga Uji")
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
    expect(window.locator("main")).not_to_contain_text("Warga Uji")
    expect(window.get_by_role("link", name="Warung Selat")).to_be_visible()

    window.get_by_role("link", name="Tutup pengaduan").click()
    window.get_by_label("Catatan").fill("Pelapor ditelepon.")
    window.get_by_role("button", name="Tutup pengaduan").click()
    window.get_by_role("link", name="Buka kembali").click()
    window.get_by_label("Catatan").fill("Menurut pelapor belum diganti.")
    window.get_by_role("button", name="Buka kembali").click()

    expect(window.locator("main")).to_contain_text("Dibuka kembali")
    expect(window.locator("main")).to_contain_text("1 kali")
    assert Complaint.objects.get().status == "DITANGANI"
    assert fits(window)


def reports_with_a_photo(window, evidence: Path) -> None:
    window.goto("/coordination/followup/")
    window.get_by_role("link", name="Mendatangi KPM yang belum belanja").click()
    window.get_by_role("link", name="Laporkan kemajuan").click()
    window.get_by_label("Apa yang sudah dikerjakan").fill("Satu KPM sudah belanja.")
    window.get_by_label("Bukti").set_input_files(evidence)
    window.get_by_role("button", name="Laporkan kemajuan").click()
    expect(window.locator("main")).to_contain_text("66,7%")
    with window.expect_download() as download:
        window.get_by_role("link", name="kunjungan.jpg").click()
    with Image.open(download.value.path()) as kept:
        assert not kept.getexif()
    assert fits(window)


def calls_the_next(window) -> None:
    window.goto("/coordination/meeting/add/")
    window.get_by_label("Judul").fill("Rakor triwulan I")
    starts = timezone.localtime() + timedelta(days=30)
    window.get_by_label("Waktu (WIB)").fill(f"{starts:%Y-%m-%dT%H:%M}")
    window.get_by_label("Tempat").fill("Aula Dinas Sosial")
    window.get_by_label("Pimpinan rapat").fill("Kepala Dinas Sosial")
    window.get_by_label("Acara").fill("Penyaluran")
    window.get_by_role("button", name="Simpan").click()


def test_rakor_from_briefing_to_decision_to_follow_up_to_the_next(
    open_window, coordinator, officer, tmp_path
):
    period = PeriodFactory(name="Oktober 2021")
    paid = [PaymentFactory(period=period, credited=True) for _ in range(3)]
    figures.refresh()
    payouts.refresh()
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

    window.get_by_role("link", name="Tambah keputusan").click()
    window.get_by_label("Keputusan").fill("KPM yang belum belanja didatangi.")
    window.get_by_role("button", name="Tambah keputusan").click()
    window.get_by_role("link", name="Tambah tindak lanjut").click()
    window.get_by_label("Apa yang dikerjakan").fill("Mendatangi KPM yang belum belanja")
    window.get_by_label("Instansi").select_option(label="Dinas Sosial kabupaten/kota")
    window.get_by_label("Wilayah").select_option(KAPUAS)
    window.get_by_label("Tenggat").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    window.get_by_label("Angka yang hendak diubah").select_option("belum_belanja")
    window.get_by_role("button", name="Tambah tindak lanjut").click()
    expect(window.locator("main")).to_contain_text("KPM yang belum belanja didatangi.")
    expect(window.locator("main")).to_contain_text("100,0%")
    window.get_by_role("link", name="Catat hasil rapat").click()
    for people in window.locator("input[type=number]").all():
        people.fill("2")
    window.get_by_role("button", name="Catat hasil rapat").click()
    expect(window.get_by_role("link", name="Unduh konsep notulen")).to_be_visible()
    picture(window, "rakor-1280")
    assert fits(window)

    Payment.objects.filter(pk=paid[0].pk).update(spent_amount=200_000)
    payouts.refresh()
    (tmp_path / "kunjungan.jpg").write_bytes(photo())
    reports_with_a_photo(open_window(officer, viewport=PHONE), tmp_path / "kunjungan.jpg")

    calls_the_next(window)
    opened = window.locator("section", has=window.locator("#h-lalu"))
    expect(opened).to_contain_text("Mendatangi KPM yang belum belanja")
    expect(opened).to_contain_text("100,0% → 66,7%")
    expect(opened).to_contain_text("membaik")


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
        "/laporan/buat/6t/",
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
