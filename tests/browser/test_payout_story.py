"""From the budget to the bag of rice, in the roles that do it, and to the paper that is signed."""

from io import BytesIO

import pytest
from docx import Document
from playwright.sync_api import Page, expect

from accounts.roles import Role
from beneficiaries.models import Household
from distribution.models import Budget, Cashier, Payment, PayoutPeriod, Purchase
from tests.browser.conftest import PHONE
from tests.distribution.payout import LAYOUTS, card_of, kpm, payment_of, reported
from tests.factories import KAPUAS, AgentFactory, QuotaFactory, UserFactory
from tests.sheets import workbook

pytestmark = pytest.mark.browser
PERIOD = "Januari–Maret 2021"


@pytest.fixture
def families(committed) -> list[Household]:
    """Three KPM with cards of BRI; the bank could not credit the last."""
    QuotaFactory(families=5, year=2021)
    return [kpm() for _ in range(3)]


@pytest.fixture
def bank(committed):
    return UserFactory(
        username="bank.bri",
        full_name="Dedi Setiawan",
        role=Role.BANK,
        regions=["62"],
        bank_id="002",
    )


@pytest.fixture
def till(committed):
    user = UserFactory(username="agen.selat", role=Role.AGEN, regions=[KAPUAS])
    Cashier.objects.create(user=user, agent=AgentFactory(name="E-WARONG BERKAH"))
    return user


def test_from_the_budget_to_the_bag_of_rice(
    open_window, coordinator, officer, bank, till, families, tmp_path
):
    province = open_window(coordinator)
    the_budget_is_set(province)
    the_period_gets_its_list(province)
    at_the_bank = open_window(bank)
    the_bank_reports(at_the_bank, families, tmp_path)
    the_report_is_approved(province)
    the_family_buys(open_window(till, viewport=PHONE), families[0])
    the_lists_are_compared(province)
    the_district_asks_the_bank(open_window(officer))
    the_bank_answers(at_the_bank)
    the_finding_is_settled_and_taken_back(province)
    the_minutes_say_so(province)


def the_budget_is_set(page: Page) -> None:
    page.goto("/distribution/budget/add/")
    page.get_by_label("Program").select_option("SEMBAKO")
    page.get_by_label("Kabupaten/kota").select_option(KAPUAS)
    page.get_by_label("Tahun anggaran").fill("2021")
    page.get_by_label("Pagu (rupiah)").fill("12000000")
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.wait_for_url("**/distribution/budget/")
    assert Budget.objects.get().amount == 12_000_000
    page.goto("/penyaluran/anggaran/")
    row = page.get_by_role("row").filter(has_text="Kapuas")
    expect(row).to_contain_text("Rp12.000.000")
    expect(row).to_contain_text("60,0%")


def the_period_gets_its_list(page: Page) -> None:
    page.goto("/distribution/payoutperiod/add/")
    page.get_by_label("Nama periode").fill(PERIOD)
    page.get_by_label("Bulan pertama").fill("2021-01")
    page.get_by_label("Bulan terakhir").fill("2021-03")
    page.get_by_role("button", name="Simpan periode").click()
    page.get_by_role("link", name="Susun daftar bayar").click()
    page.get_by_role("button", name="Susun dari register").click()
    expect(page.locator(".equation")).to_contain_text("3 KPM berhak atau tercantum = 3 dibayar")
    page.get_by_role("link", name="Buka periode").click()
    page.get_by_role("button", name="Buka periode").click()
    expect(page.get_by_text("Berjalan")).to_be_visible()
    assert Payment.objects.count() == 3


def the_bank_reports(page: Page, families, folder) -> None:
    rows = [reported(family) for family in families[:2]]
    rows.append(reported(families[2], "TOP UP GAGAL"))
    path = folder / "top-up.xlsx"
    path.write_bytes(workbook(rows, LAYOUTS["hasil_top_up"]).getvalue())
    page.goto(f"/distribution/payoutperiod/{PayoutPeriod.objects.get().pk}/change/")
    page.get_by_role("link", name="Unggah hasil top up").click()
    page.get_by_label("Wilayah").select_option(KAPUAS)
    page.get_by_label("Pilih berkas").set_input_files(path)
    page.get_by_role("button", name="Kirim berkas").click()
    # The page of an upload waits for the worker by itself, then shows the review.
    expect(page.get_by_text("3 dikirim = 3 akan diterapkan")).to_be_visible()
    page.get_by_role("link", name="Ajukan 3 baris").click()
    page.get_by_role("dialog").get_by_role("button", name="Ajukan 3 baris").click()
    expect(page.get_by_role("status")).to_contain_text("3 baris diajukan.")


def the_report_is_approved(page: Page) -> None:
    page.goto("/uploads/upload/?status=menunggu-saya")
    page.get_by_role("link", name="top-up").click()
    page.get_by_role("link", name="Setujui 3 baris").click()
    page.get_by_role("dialog").get_by_role("button", name="Setujui 3 baris").click()
    expect(page.locator(".steps .done")).to_have_count(6)


def buy(page: Page, family, price: str) -> None:
    page.get_by_label("Nomor KKS").fill(card_of(family))
    page.get_by_role("button", name="Lihat saldo").click()
    expect(page.locator(".saldo")).to_contain_text("Rp600.000")
    goods = page.get_by_role("group", name="Sumber karbohidrat")
    goods.get_by_label("Barang").select_option(label="Beras (kg)")
    goods.get_by_label("Jumlah").fill("10")
    goods.get_by_label("Harga (Rp)").fill(price)


def the_family_buys(page: Page, family) -> None:
    page.goto("/")
    page.get_by_role("link", name="Buka kasir").click()
    buy(page, family, "65000")
    expect(page.get_by_text("lebih Rp50.000 dari saldo")).to_be_visible()
    page.get_by_role("button", name="Simpan transaksi").click()
    expect(page.get_by_text("melebihi saldo kartu Rp600.000")).to_be_visible()
    page.get_by_label("Harga (Rp)").first.fill("12500")
    page.get_by_role("button", name="Simpan transaksi").click()
    expect(page.get_by_role("heading", name="Rp125.000")).to_be_visible()
    page.get_by_role("link", name="Batalkan transaksi").click()
    page.get_by_label("Alasan").fill("Barang ditukar")
    page.get_by_role("button", name="Batalkan transaksi").click()
    expect(page.get_by_text("Rp125.000 kembali ke kartu.")).to_be_visible()
    page.get_by_role("link", name="Transaksi berikutnya").click()
    buy(page, family, "12000")
    page.get_by_role("button", name="Simpan transaksi").click()
    expect(page.get_by_role("heading", name="Rp120.000")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert payment_of(family).balance == 480_000
    assert Purchase.objects.filter(voided_at=None).count() == 1


def the_lists_are_compared(page: Page) -> None:
    page.goto("/penyaluran/rekonsiliasi/")
    page.get_by_role("button", name="Bandingkan lagi").click()
    flow = page.get_by_role("region", name="Empat daftar")
    expect(flow).to_contain_text("Register")
    expect(flow.get_by_role("link", name="Top up gagal")).to_contain_text("1")


def the_district_asks_the_bank(page: Page) -> None:
    page.goto("/penyaluran/rekonsiliasi/?jenis=TOP_UP_GAGAL")
    expect(page.get_by_role("button", name="Minta penjelasan bank")).to_be_hidden()
    page.locator(".action-select").first.check()
    page.get_by_role("button", name="Minta penjelasan bank").click()
    page.get_by_label("Catatan").fill("Mengapa gagal?")
    page.get_by_role("button", name="Minta penjelasan bank").click()
    expect(page.get_by_text("1 temuan diminta ke bank.")).to_be_visible()


def the_bank_answers(page: Page) -> None:
    page.goto("/pemberitahuan/")
    page.get_by_role("link", name="1 temuan rekonsiliasi menunggu penjelasan bank").press("Enter")
    page.locator(".action-select").first.check()
    page.get_by_role("button", name="Jawab").click()
    page.get_by_label("Catatan").fill("Rekening pasif, diaktifkan pekan ini.")
    page.get_by_role("button", name="Jawab").click()
    expect(page.get_by_text("1 temuan dijawab.")).to_be_visible()


def the_finding_is_settled_and_taken_back(page: Page) -> None:
    page.goto("/penyaluran/rekonsiliasi/?jenis=TOP_UP_GAGAL")
    page.locator("table a.rowlink").last.click()
    expect(page.get_by_text("Rekening pasif, diaktifkan pekan ini.")).to_be_visible()
    for note in ("Keliru dicatat", "Top up diulang"):
        page.get_by_role("button", name="Catat selesai").click()
        page.get_by_label("Catatan").fill(note)
        page.get_by_role("button", name="Catat selesai").click()
        expect(page.get_by_text("1 temuan dicatat selesai.")).to_be_visible()
        if note == "Keliru dicatat":
            page.get_by_role("button", name="Urungkan 1 temuan").click()
            expect(page.get_by_text("1 temuan kembali seperti semula.")).to_be_visible()


def the_minutes_say_so(page: Page) -> None:
    page.goto("/penyaluran/rekonsiliasi/berita-acara")
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").first.click()
    document = Document(BytesIO(download.value.path().read_bytes()))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["Top up bank", "2", "Rp1.200.000"] in cells
    assert ["Transaksi agen", "1", "Rp120.000"] in cells
    assert ["Top up gagal", "1", "Rp600.000"] in cells
