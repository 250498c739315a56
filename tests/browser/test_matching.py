"""Matching with the civil registry, from the request to the corrected NIK on the family's page."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from tests.browser.conftest import DESK, PHONE
from tests.factories import KAPUAS, AgreementFactory, HouseholdFactory, UserFactory
from tests.sheets import workbook
from uploads import kinds
from verification.models import MatchBatch, MatchResult

pytestmark = pytest.mark.browser

BORN = date(1983, 5, 12)
FOUND_NIK, OTHER_NIK = "6203085205839017", "6203085205839018"
ROMLAH_NIK, TINI_NIK = "6203085205839027", "6203085205839037"
EXAMPLE = kinds.get("data_kependudukan").layout.example_rows[0]
# As registered: NIK unknown; a name that is only alike; another birth date.
PEOPLE = {
    "SITI RAHMAH": {"nik": "", "kk": "6203081501159001"},
    "RUKAYAH": {"nik": ROMLAH_NIK, "kk": "6203081501159002"},
    "TINI WULANDARI": {"nik": TINI_NIK, "kk": "6203081501159003"},
}
ANSWER = [
    EXAMPLE | {"nik": FOUND_NIK, "name": "SITI RAHMAH"},
    EXAMPLE | {"nik": OTHER_NIK, "name": "SITI RAHMAH"},
    EXAMPLE | {"nik": ROMLAH_NIK, "name": "RUKIAH", "kk_number": "6203081501159002"},
    EXAMPLE
    | {
        "nik": TINI_NIK,
        "name": "TINI WULANDARI",
        "birth_date": "03-09-1979",
        "kk_number": "6203081501159003",
    },
]


@pytest.fixture
def dukcapil(committed):
    return UserFactory(
        username="dukcapil", full_name="Nova Wulandari", role=Role.DUKCAPIL, regions=[KAPUAS]
    )


@pytest.fixture
def people(committed, count_figures):
    AgreementFactory(region_id="62")
    made = {
        name: HouseholdFactory(
            village_id="62.03.08.2002",
            kk_number=known["kk"],
            members__name=name,
            members__nik=known["nik"],
            members__birth_date=BORN,
            members__sex="P",
            members__mother_name="MINARNI",
        )
        for name, known in PEOPLE.items()
    }
    count_figures()
    return made


def test_from_the_request_to_the_corrected_nik(
    open_window, officer, dukcapil, coordinator, people, tmp_path
):
    the_officer_asks(open_window(officer))
    batch = MatchBatch.objects.get()
    window = open_window(dukcapil)
    dukcapil_sends_the_answer(window, batch, tmp_path / "data-kependudukan.xlsx")
    the_coordinator_approves(open_window(coordinator))
    the_matching_runs(window, batch)

    first = result_of("SITI RAHMAH")
    the_person_is_accepted_undone_and_accepted_again(window, first)
    another_is_skipped_and_refused(window, result_of("TINI WULANDARI"))
    one_of_two_votes_is_given(window, result_of("RUKAYAH"))
    second = open_window(coordinator, viewport=PHONE)
    the_second_vote_decides(second, result_of("RUKAYAH"))
    the_family_page_tells_the_story(second, people["SITI RAHMAH"])
    the_figures_follow(open_window(coordinator, viewport=DESK))


def result_of(name: str) -> MatchResult:
    return MatchResult.objects.get(person__name__startswith=name[:3])


def the_officer_asks(page: Page) -> None:
    page.goto("/verification/matchbatch/")
    page.get_by_role("link", name="Tambah permintaan pemadanan").first.click()
    page.get_by_label("Semua orang aktif").check()
    page.get_by_label("Data kependudukan satu wilayah").check()
    page.get_by_label("Keperluan").fill("Pemadanan triwulan IV")
    page.get_by_role("button", name="Buat permintaan").click()
    expect(page.get_by_role("status")).to_contain_text("Permintaan dibuat.")
    expect(page.get_by_text("3 orang, Semua orang aktif")).to_be_visible()


def dukcapil_sends_the_answer(page: Page, batch: MatchBatch, path) -> None:
    path.write_bytes(workbook(ANSWER, kinds.get("data_kependudukan").layout).getvalue())
    page.goto(f"/verification/matchbatch/{batch.pk}/change/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh lembar permintaan").click()
    assert download.value.suggested_filename == f"permintaan-{batch.pk}-kapuas.xlsx"
    page.goto("/uploads/upload/add/")
    page.get_by_label("Jenis lembar").select_option("Data kependudukan")
    page.get_by_label("Putaran, permintaan, atau periode salur").select_option(str(batch.pk))
    page.get_by_label("Pilih berkas").set_input_files(path)
    page.get_by_role("button", name="Kirim berkas").click()
    page.get_by_role("link", name="Ajukan 4 baris").click()
    page.get_by_role("dialog").get_by_role("button", name="Ajukan 4 baris").click()
    expect(page.get_by_role("status")).to_contain_text("4 baris diajukan.")


def the_coordinator_approves(page: Page) -> None:
    page.goto("/uploads/upload/")
    page.get_by_role("link", name="data-kependudukan").click()
    page.get_by_role("link", name="Setujui 4 baris").click()
    page.get_by_role("dialog").get_by_role("button", name="Setujui 4 baris").click()
    expect(page.locator(".sums")).to_contain_text("4 diterapkan")


def the_matching_runs(page: Page, batch: MatchBatch) -> None:
    def finished() -> bool:
        page.goto(f"/verification/matchbatch/{batch.pk}/change/")
        return page.get_by_text("Selesai dipadankan").count() > 0

    page.wait_for_timeout(0)
    for _ in range(200):
        if finished():
            break
    expect(page.get_by_role("heading", name="Hasil pemadanan")).to_be_visible()
    expect(page.get_by_text("3 dalam antrean")).to_be_visible()


def opened(page: Page, result: MatchResult) -> None:
    page.goto(f"/verifikasi/antrean/?orang={result.pk}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Antrean pemadanan")


def last_decision(page: Page):
    return page.get_by_role("region", name="Keputusan terakhir").get_by_role("listitem").first


def the_person_is_accepted_undone_and_accepted_again(page: Page, result: MatchResult) -> None:
    opened(page, result)
    expect(page.locator(".change")).to_contain_text("Bila diterima, ")
    expect(page.locator("th.c1")).to_contain_text("Kandidat 1")
    page.keyboard.press("2")
    expect(page.locator("th.c1")).to_contain_text("Kandidat 2")
    page.keyboard.press("1")
    expect(page.locator("th.c1")).to_contain_text("Kandidat 1")
    page.keyboard.press("t")
    expect(last_decision(page)).to_contain_text("Diterima")
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("diurungkan")
    result.person.refresh_from_db()
    assert result.person.nik == ""
    opened(page, result)
    page.keyboard.press("t")
    expect(last_decision(page)).to_contain_text("SITI RAHMAH")


def another_is_skipped_and_refused(page: Page, result: MatchResult) -> None:
    opened(page, result)
    page.keyboard.press("l")
    expect(last_decision(page)).to_contain_text("Dilewati")
    opened(page, result)
    page.keyboard.press("x")
    expect(last_decision(page)).to_contain_text("Ditolak")


def one_of_two_votes_is_given(page: Page, result: MatchResult) -> None:
    opened(page, result)
    expect(page.get_by_text("meminta putusan yang sama dari dua petugas")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_text("petugas kedua masih harus memutus")).to_be_visible()
    expect(page.get_by_text("Antrean kosong")).to_be_visible()


def the_second_vote_decides(page: Page, result: MatchResult) -> None:
    opened(page, result)
    expect(page.get_by_text("Petugas pertama sudah memutus")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    candidate = page.locator("tbody td.c1").nth(1)
    expect(candidate).to_contain_text("RUKIAH")
    expect(candidate).to_be_in_viewport()
    page.get_by_role("button", name="Terima kandidat 1").click()
    expect(last_decision(page)).to_contain_text("Diterima")


def the_family_page_tells_the_story(page: Page, family) -> None:
    page.goto(f"/beneficiaries/household/{family.pk}/change/")
    person = MatchResult.objects.get(person=family.payee).person
    assert person.nik in (FOUND_NIK, OTHER_NIK)
    change = page.locator("#riwayat tbody tr").filter(has_text="NIK").first
    expect(change).to_contain_text(f"6203 •••••••••• {person.nik[-2:]}")
    expect(change).to_contain_text("Nova Wulandari")


def the_figures_follow(page: Page) -> None:
    page.goto("/pemadanan/")
    tile = page.locator(".tile").filter(has_text="dari 3 orang")
    expect(tile).to_contain_text("66,7%")
    officers = page.get_by_role("region", name="Putusan menurut petugas")
    expect(officers).to_contain_text("Nova Wulandari")
    page.get_by_role("region", name="Yang masih terbuka").is_visible()
