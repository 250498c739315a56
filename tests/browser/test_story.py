"""What the portal exists for: a district's sheet, from the sign-in page to the changed figures."""

from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from beneficiaries.models import Household, Person
from tests.browser.reading import figure, list_count, round_progress, tile
from tests.factories import (
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    nik,
)
from verification.models import Round

pytestmark = pytest.mark.browser

BORN = date(1983, 5, 12)
HEADER_ROW = 4
FAMILIES = 12
BROKEN_NIK = "6203081205830000"
REPAIRED_NIK = "6203081205839777"
# Rows of the downloaded sheet, counted from the first family.
MAMPU, NIK_SALAH, SALAH_TULIS, LAHIR_TERTUKAR, TANPA_ALASAN = 5, 6, 7, 8, 9
FILLED = 10


@pytest.fixture
def round_(committed) -> Round:
    today = timezone.localdate()
    return RoundFactory(
        name="Verifikasi Uji",
        starts_on=today - timedelta(days=30),
        due_on=today + timedelta(days=14),
    )


@pytest.fixture
def families(round_, count_figures) -> list[Household]:
    """Twelve KPM of one desa in the order of the sheet, one of them with a NIK cut by Excel."""
    made = []
    for number in range(FAMILIES):
        name = f"SITI {'ABCDEFGHIJKL'[number] * 3}"
        own = {"name": name, "nik": BROKEN_NIK if number == NIK_SALAH else nik(number, born=BORN)}
        household = HouseholdFactory(rt=f"{number + 1:03d}", kpm=True, members=0)
        household.payee = household.members.create(
            village_id=household.village_id,
            birth_date=BORN,
            sex=Person.Sex.MALE,
            relation=Person.Relation.KEPALA_KELUARGA,
            **own,
        )
        household.save(update_fields=["payee"])
        CaseFactory(round=round_, household=household)
        made.append(household)
    count_figures()
    return made


def fill_in(path) -> None:
    """As the officer does it in Excel, who leaves the last two families for another day."""
    book = openpyxl.load_workbook(path)
    sheet = book["Data"]
    column = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
    visited = timezone.localdate() - timedelta(days=3)

    def write(number: int, **cells) -> None:
        for heading, value in cells.items():
            sheet.cell(HEADER_ROW + 1 + number, column[heading.replace("_", " ")]).value = value

    for number in range(FILLED):
        write(number, DITEMUKAN="YA", LAYAK="YA", TANGGAL_KUNJUNGAN=visited)
    write(MAMPU, LAYAK="TIDAK", ALASAN_TIDAK_LAYAK="SUDAH MAMPU")
    write(NIK_SALAH, PERBAIKAN_NIK=REPAIRED_NIK)
    write(SALAH_TULIS, DITEMUKAN="MUNGKIN")
    write(LAHIR_TERTUKAR, PERBAIKAN_TANGGAL_LAHIR="05-12-1983")
    write(TANPA_ALASAN, LAYAK="TIDAK")
    book.save(path)


def test_from_the_sign_in_page_to_the_changed_figures(
    sign_in, officer, coordinator, round_, families, tmp_path
):
    window = sign_in(officer)
    the_start_page_shows_what_is_open(window)
    sheet = the_officer_downloads_the_sheet(window, tmp_path)
    fill_in(sheet)
    the_officer_sends_it_back(window, sheet)
    the_refused_rows_are_listed(window)
    a_wrong_value_is_repaired_in_its_row(window)
    a_suggestion_is_accepted(window)
    the_officer_submits(window)
    sign_out(window)

    window = sign_in(coordinator)
    the_figures_of_the_province_are(
        window, {"KPM aktif": 12, "Terverifikasi": 0}, share="0,0%", bad_nik=1
    )
    the_coordinator_approves_what_waits(window)
    the_register_shows_the_new_number_and_who_brought_it(window, families[NIK_SALAH], officer)
    the_family_that_is_not_eligible_is_no_kpm_any_more(window, families[MAMPU])
    the_figures_of_the_province_are(
        window, {"KPM aktif": 11, "Terverifikasi": 9}, share="75,0%", bad_nik=0
    )
    sign_out(window)

    window = sign_in(officer)
    expect(window.get_by_role("heading", name="Yang harus dikerjakan")).to_be_visible()
    assert round_progress(window) == {
        "Terverifikasi": 9,
        "Menunggu persetujuan": 0,
        "Belum atau dikembalikan": 3,
    }


def the_start_page_shows_what_is_open(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Beranda Kabupaten Kapuas")
    task = page.get_by_role("listitem").filter(has_text="Verifikasi KPM yang belum diunggah")
    expect(task).to_contain_text("12 KPM")
    assert round_progress(page) == {
        "Terverifikasi": 0,
        "Menunggu persetujuan": 0,
        "Belum atau dikembalikan": 12,
    }


def the_officer_downloads_the_sheet(page: Page, folder):
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh lembar").first.click()
    path = folder / download.value.suggested_filename
    assert path.name == "verifikasi-verifikasi-uji-kapuas.xlsx"
    download.value.save_as(path)
    return path


def the_officer_sends_it_back(page: Page, sheet) -> None:
    page.get_by_role("link", name="Unggah berkas").first.click()
    page.get_by_label("Jenis lembar").select_option("Hasil verifikasi")
    page.get_by_label("Pilih berkas").set_input_files(sheet)
    page.get_by_role("button", name="Kirim berkas").click()
    # The page of an upload waits for the worker by itself, then shows the review.
    expect(page.get_by_role("heading", name="Temuan menurut penyebab")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kapuas, Hasil verifikasi")


def the_refused_rows_are_listed(page: Page) -> None:
    sums = page.locator(".sums p")
    expect(sums).to_contain_text("12 dikirim = 7 akan diterapkan + 2 tanpa perubahan + 3 belum")
    causes = page.get_by_role("region", name="Temuan menurut penyebab")
    for cause in (
        "Hari dan bulan lahir tertukar",
        "Isi bukan YA atau TIDAK",
        "Tidak layak tanpa alasan",
    ):
        expect(causes).to_contain_text(cause)


def row_of(page: Page, name: str):
    return page.locator("table.rows tr").filter(has_text=name)


def a_wrong_value_is_repaired_in_its_row(page: Page) -> None:
    page.get_by_role("link", name="Isi bukan YA atau TIDAK").click()
    row = row_of(page, "SITI HHH")
    expect(row).to_contain_text("MUNGKIN")
    row.get_by_role("link", name="Ubah baris").click()
    page.get_by_label("Ditemukan").select_option("YA")
    page.keyboard.press("Enter")
    expect(row).not_to_contain_text("MUNGKIN")


def a_suggestion_is_accepted(page: Page) -> None:
    page.get_by_role("link", name="Hari dan bulan lahir tertukar").click()
    row = row_of(page, "SITI III")
    expect(row.locator("ins").first).to_contain_text("12 Mei 1983")
    row.get_by_role("button", name="Terima").click()
    expect(row).to_contain_text("Saran diterima")


def the_officer_submits(page: Page) -> None:
    page.reload()
    page.get_by_role("link", name="Ajukan 11 baris").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("9 baris akan diterapkan dan 2 baris tanpa perubahan diajukan.")
    expect(dialog).to_contain_text("1 baris tertinggal: 0 perlu diperiksa, 1 bermasalah.")
    dialog.get_by_role("button", name="Ajukan 11 baris").click()
    expect(page.get_by_role("status")).to_contain_text("11 baris diajukan.")
    page.goto("/")
    assert round_progress(page) == {
        "Terverifikasi": 0,
        "Menunggu persetujuan": 9,
        "Belum atau dikembalikan": 3,
    }


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()


def the_coordinator_approves_what_waits(page: Page) -> None:
    waiting = page.locator(".strip").get_by_role("link", name="Unggahan menunggu saya")
    expect(waiting).to_contain_text("1")
    waiting.click()
    page.get_by_role("link", name="verifikasi-verifikasi-uji-kapuas").click()
    changed = row_of(page, "SITI GGG")
    expect(changed.locator("del").first).to_contain_text("6203")
    expect(changed).not_to_contain_text(REPAIRED_NIK)
    page.get_by_role("link", name="Setujui 11 baris").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("9 perubahan ditulis ke data terdaftar")
    dialog.get_by_role("button", name="Setujui 11 baris").click()
    expect(page.locator(".steps .done")).to_have_count(6)
    expect(page.locator(".sums")).to_contain_text("9 diterapkan")


def the_register_shows_the_new_number_and_who_brought_it(page: Page, family, officer) -> None:
    page.get_by_role("searchbox", name="Cari nama, NIK").fill(REPAIRED_NIK)
    page.keyboard.press("Enter")
    # A number that one person has leads straight to the family.
    expect(page.get_by_role("heading", level=1)).to_contain_text("SITI GGG")
    member_row = page.locator(f"#orang-{family.payee_id}")
    expect(member_row).to_contain_text("6203 •••••••••• 77")
    expect(member_row).to_contain_text("Sah")
    assert REPAIRED_NIK not in page.content()
    change = page.locator("#riwayat tbody tr").filter(has_text="NIK")
    expect(change.locator("del")).to_contain_text("6203 •••••••••• 00")
    expect(change.locator("ins")).to_contain_text("6203 •••••••••• 77")
    expect(change).to_contain_text("verifikasi-verifikasi-uji-kapuas.xlsx")
    expect(change).to_contain_text(f"dikirim {officer.full_name}")
    expect(change).to_contain_text("Rina Anggraini")
    timeline = page.locator("#linimasa")
    expect(timeline).to_contain_text("Dikunjungi: layak")


def the_family_that_is_not_eligible_is_no_kpm_any_more(page: Page, family) -> None:
    page.goto(f"/beneficiaries/household/{family.pk}/change/")
    programmes = page.get_by_role("region", name="Kepesertaan program")
    expect(programmes).to_contain_text("Berakhir")
    expect(programmes).to_contain_text("sudah mampu")
    expect(page.locator(".idcard .badges")).not_to_contain_text("KPM aktif")


def the_figures_of_the_province_are(
    page: Page, wanted: dict[str, int], *, share: str, bad_nik: int
) -> None:
    """Each figure equals the list it links to."""
    page.goto("/")
    assert figure(page, "Terverifikasi") == share
    told = page.locator(".strip").get_by_role("link", name="NIK tidak sah")
    expect(told).to_have_count(1 if bad_nik else 0)
    if bad_nik:
        expect(told).to_contain_text(str(bad_nik))
    if wanted["Terverifikasi"]:
        expect(tile(page, "Terverifikasi")).to_contain_text("9 dari 12 KPM")
    for label, count in wanted.items():
        page.goto("/")
        if label != "Terverifikasi":
            assert figure(page, label).split()[0] == str(count)
        tile(page, label).click()
        page.wait_for_url("**/?*")
        assert list_count(page) == count, label
    page.goto("/")
