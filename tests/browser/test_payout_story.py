"""From the budget to a period whose payment list the banks can report on."""

import pytest
from playwright.sync_api import Page, expect

from beneficiaries.models import Household
from distribution.models import Budget, Payment
from tests.distribution.payout import kpm
from tests.factories import KAPUAS, QuotaFactory

pytestmark = pytest.mark.browser
PERIOD = "Januari–Maret 2021"


@pytest.fixture
def families(committed) -> list[Household]:
    """Three KPM with cards of BRI."""
    QuotaFactory(families=5, year=2021)
    return [kpm() for _ in range(3)]


def test_from_the_budget_to_an_open_period(open_window, coordinator, families):
    province = open_window(coordinator)
    the_budget_is_set(province)
    the_period_gets_its_list(province)


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
    row = page.get_by_role("row").filter(has_text="Kabupaten Kapuas")
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
