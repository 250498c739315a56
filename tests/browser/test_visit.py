"""A visit on the phone: found, asked, lost in the woods without a signal, and sent after all."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from tests.browser.conftest import PHONE
from tests.factories import (
    KAPUAS,
    VILLAGE,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UserFactory,
)
from verification.models import Case, CaseStep

pytestmark = pytest.mark.browser


@pytest.fixture
def tksk(committed):
    return UserFactory(
        username="tksk.basarang", full_name="Ahmad Riduan", role=Role.TKSK, regions=["62.03.08"]
    )


@pytest.fixture
def case(committed):
    family = HouseholdFactory(
        village_id=VILLAGE, members=2, members__name="SITI RAHMAH", members__nik="620308", kpm=True
    )
    return CaseFactory(
        round=RoundFactory(regions=[KAPUAS]), household=family, risks=["NIK_TIDAK_SAH"]
    )


def drafts(page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('kunjungan:'))")


def test_a_visit_survives_a_lost_connection(open_window, tksk, case):
    page = open_window(tksk, viewport=PHONE)
    page.goto("/verifikasi/kunjungan/")
    expect(page.get_by_role("heading", name="SITI RAHMAH")).to_be_visible()
    expect(page.locator(".next")).to_contain_text("NIK menurut KTP-el atau kartu keluarga")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("link", name="Mulai kunjungan").click()

    page.get_by_label("Ditemukan di alamat ini").check()
    page.get_by_label("Sudah mampu").check()
    page.get_by_label("Pengurus sendiri").check()
    page.get_by_label("Catatan").fill("Punya warung")
    nik = page.get_by_label("NIK SITI RAHMAH")
    nik.fill("6203 0812 0583 900")
    expect(page.locator(".err-text")).to_have_text("NIK baru 15 angka. Seharusnya 16 angka.")
    expect(page.locator("[data-wrong]")).to_have_text("1 perlu diperbaiki")
    nik.fill("6203 0812 0583 9001")
    expect(page.locator(".err-text")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    page.context.set_offline(True)
    page.get_by_role("button", name="Simpan kunjungan").click()
    expect(page.locator("[data-offline]")).to_contain_text("Tidak ada sinyal. Belum terkirim.")
    assert Case.objects.get(pk=case.pk).status == "BELUM"
    (kept,) = drafts(page)
    assert kept == f"kunjungan:{tksk.pk}:{case.pk}"
    text = page.evaluate(f"localStorage.getItem('{kept}')")
    assert "Punya warung" in text
    assert "620308" not in text.replace(" ", ""), "no identity number stays on the phone"

    page.context.set_offline(False)
    page.get_by_role("button", name="Simpan kunjungan").dblclick()
    expect(page.get_by_role("status").first).to_contain_text("menunggu pemeriksaan petugas lain")
    assert drafts(page) == []
    case.refresh_from_db()
    assert (case.status, case.reason, case.note) == ("DIKUNJUNGI", "SUDAH_MAMPU", "Punya warung")
    assert CaseStep.objects.filter(case=case).count() == 1
    assert case.members.get(person=case.household.payee).new_nik == "6203081205839001"


def test_a_visit_not_sent_waits_on_the_phone_until_its_user_signs_out(open_window, tksk, case):
    page = open_window(tksk, viewport=PHONE)
    page.goto(f"/verifikasi/kunjungan/{case.pk}/")
    page.get_by_label("Pindah", exact=True).check()
    page.get_by_label("Catatan").fill("Menurut tetangga ke Sampit")

    page.goto("/verifikasi/kunjungan/")
    expect(page.locator(".visit-list")).to_contain_text("Isian belum terkirim.")
    page.goto(f"/verifikasi/kunjungan/{case.pk}/")
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(page.get_by_label("Catatan")).to_have_value("Menurut tetangga ke Sampit")
    expect(page.get_by_label("Pindah", exact=True)).to_be_checked()

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Buka menu").click()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()
    assert drafts(page) == []
