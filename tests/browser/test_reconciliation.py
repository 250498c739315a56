"""From a number of the reconciliation to its list, and from there to a settled finding."""

from datetime import date

import pytest
from playwright.sync_api import expect

from distribution.actions.reconciliation import reconcile
from distribution.models import ReconciliationFinding
from tests.browser.conftest import PHONE
from tests.factories import CardFactory, HouseholdFactory, PaymentFactory, PeriodFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def period(committed):
    period = PeriodFactory(
        first_month=date(2021, 11, 1), last_month=date(2021, 11, 1), name="November 2021"
    )
    for _ in range(2):
        household = HouseholdFactory(kpm=True)
        CardFactory(household=household)
        PaymentFactory(
            period=period,
            household=household,
            status="TOP_UP_GAGAL",
            status_on=date(2021, 11, 9),
            reason="Rekening tidak aktif",
        )
    reconcile(period, by=None, today=date(2021, 12, 1))
    return period


def test_a_failed_top_up_is_settled(open_window, officer, period):
    page = open_window(officer)
    page.goto("/penyaluran/rekonsiliasi/?wilayah=62.03")
    page.get_by_role("link", name="Top up gagal").click()
    expect(page.get_by_role("heading", name="Kapuas: 2 top up gagal")).to_be_visible()
    page.locator(".action-select").first.check()
    page.get_by_role("button", name="Catat selesai").click()
    page.get_by_label("Catatan").fill("Top up diulang 2 Desember.")
    page.get_by_role("button", name="Catat selesai").click()
    expect(page.get_by_text("1 temuan dicatat selesai.")).to_be_visible()
    assert ReconciliationFinding.objects.filter(status="SELESAI").count() == 1


def test_the_page_fits_a_phone(open_window, officer, period):
    page = open_window(officer, viewport=PHONE)
    page.goto("/penyaluran/rekonsiliasi/?jenis=SEMUA")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
