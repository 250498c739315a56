"""Shorter stories, and what holds on every page."""

import io

import pytest
from playwright.sync_api import Page, expect

from beneficiaries.models import Household
from regions.models import Region
from tests.browser.conftest import PHONE
from tests.browser.reading import figure
from tests.factories import KAPUAS, CaseFactory, HouseholdFactory, RoundFactory, UploadFactory
from tests.sheets import member, person, workbook
from uploads import actions, tasks
from uploads.models import Upload

pytestmark = pytest.mark.browser

TWO_FAMILIES = [
    person(),
    member(1),
    person("62030800220", kk_number="6203081501159002", nik="6203085205839018", name="NORLAILA"),
]


@pytest.fixture
def sheet(tmp_path):
    """A BNBA of two new families in a file, as it lies on an officer's computer."""
    path = tmp_path / "bnba-kapuas.xlsx"
    path.write_bytes(workbook(TWO_FAMILIES).getvalue())
    return path


@pytest.fixture
def checked(officer):
    """A BNBA that was sent and checked, with one row to decide."""
    rows = [*TWO_FAMILIES, member(2, birth_date="08/07/2008", nik="6203080707089102")]
    return _checked(officer, workbook(rows))


@pytest.fixture
def submitted(checked, officer):
    return actions.submit(checked, by=officer)


def _checked(officer, file: io.BytesIO) -> Upload:
    region = Region.objects.get(pk=KAPUAS)
    upload = actions.receive(
        by=officer, kind="dtks_bnba", region=region, file=file, name="bnba-kapuas.xlsx"
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def address(upload: Upload) -> str:
    return f"/uploads/upload/{upload.pk}/change/"


def confirm(page: Page, name: str) -> None:
    """Press the button of this name at the head of the page, then the one of its dialog."""
    page.locator(".page-head").get_by_role("link", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def test_returned_with_a_reason_and_submitted_again(open_window, officer, coordinator, submitted):
    window = open_window(coordinator)
    window.goto(address(submitted))
    window.get_by_role("link", name="Kembalikan").click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_label("Alasan pengembalian").fill("Lampirkan berita acara musyawarah desa.")
    dialog.get_by_role("button", name="Kembalikan unggahan").click()
    expect(window.get_by_role("status").first).to_contain_text("dikembalikan kepada pengirim")

    window = open_window(officer)
    window.goto("/")
    task = window.locator(".tasks li").filter(has_text="Jawab unggahan yang dikembalikan")
    expect(task).to_contain_text("Lampirkan berita acara musyawarah desa.")
    task.get_by_role("link", name="Lihat alasannya").click()
    expect(window.locator(".notice.warn")).to_contain_text("Dikembalikan Rina Anggraini")
    confirm(window, f"Ajukan {submitted.rows_to_submit} baris")
    expect(window.locator(".steps")).to_contain_text("Menunggu persetujuan")


def test_new_families_come_and_are_taken_back(open_window, officer, coordinator, sheet):
    window = open_window(officer)
    window.goto("/uploads/upload/add/")
    window.get_by_label("Jenis lembar").select_option("dtks_bnba")
    window.get_by_label("Pilih berkas").set_input_files(sheet)
    window.get_by_role("button", name="Kirim berkas").click()
    expect(window.locator(".sums")).to_contain_text("3 dikirim")
    confirm(window, "Ajukan 3 baris")
    expect(window.locator(".steps")).to_contain_text("Menunggu persetujuan")

    window = open_window(coordinator)
    window.goto("/")
    assert figure(window, "KPM aktif") == "0"
    window.goto(address(Upload.objects.get()))
    confirm(window, "Setujui 3 baris")
    expect(window.locator(".sums")).to_contain_text("3 diterapkan")
    window.goto("/")
    assert figure(window, "KPM aktif") == "2"
    assert Household.objects.filter(is_active=True).count() == 2

    window.goto(address(Upload.objects.get()))
    confirm(window, "Batalkan unggahan")
    expect(window.get_by_role("status").first).to_contain_text("Keadaan semula dikembalikan")
    expect(window.locator(".sums")).to_contain_text("sempat diterapkan")
    window.goto("/")
    assert figure(window, "KPM aktif") == "0"


def test_what_belongs_to_another_district_stays_closed(open_window, neighbour, submitted):
    household = HouseholdFactory()
    case = CaseFactory()
    window = open_window(neighbour)
    for path in (
        address(submitted),
        f"/uploads/upload/{submitted.pk}/langkah/ajukan/",
        f"/beneficiaries/household/{household.pk}/change/",
        f"/verification/case/{case.pk}/change/",
        f"/verifikasi/putaran/{case.round_id}/lembar/{KAPUAS}/",
    ):
        answer = window.goto(path)
        assert answer.status in (403, 404), path
        expect(window.get_by_role("heading", level=1)).to_be_visible()
        expect(window.get_by_role("main")).to_contain_text("Kabupaten Pulang Pisau")
        assert "SITI RAHMAH" not in window.content()


def test_five_wrong_passwords_lock_the_account(open_window, officer):
    window = open_window()
    window.goto("/")
    for attempt in range(5):
        window.get_by_label("Nama pengguna").fill(officer.username)
        window.get_by_label("Kata sandi", exact=True).fill("salah")
        with window.expect_navigation():
            window.get_by_role("button", name="Masuk").click()
        if attempt < 4:
            expect(window.get_by_role("alert")).to_contain_text("Belum dapat masuk")
    expect(window.get_by_role("heading", name="Terkunci sementara")).to_be_visible()
    expect(window.get_by_role("alert")).to_contain_text("15 menit")


def test_keys_reach_the_search_and_leave_the_editor(open_window, officer, checked):
    window = open_window(officer)
    window.goto(f"{address(checked)}?putusan=PERLU_DIPERIKSA")
    window.keyboard.press("/")
    search = window.get_by_role("searchbox", name="Cari nama, NIK")
    expect(search).to_be_focused()

    row = window.locator("table.rows tbody tr")
    row.get_by_role("link", name="Ubah baris").click()
    field = row.locator(".editor input.input:visible").first
    expect(field).to_be_focused()
    field.fill("bukan ini")
    window.keyboard.press("Escape")
    expect(row.locator(".editor")).to_have_count(0)
    expect(row).not_to_contain_text("bukan ini")

    row.get_by_role("link", name="Ubah baris").press("u")
    field = row.locator(".editor input.input:visible").first
    field.fill("07/07/2008")
    window.keyboard.press("Enter")
    expect(row.locator(".editor")).to_have_count(0)
    checked.refresh_from_db()
    assert checked.rows_held_back == 0


def test_the_dark_look_is_remembered(open_window, officer):
    window = open_window(officer)
    window.goto("/")
    window.locator(".user-menu summary").click()
    window.get_by_role("button", name="Gelap").click()
    expect(window.locator("html")).to_have_class("js dark")
    window.goto("/beneficiaries/household/")
    expect(window.locator("html")).to_have_class("js dark")
    window.locator(".user-menu summary").click()
    expect(window.get_by_role("button", name="Gelap")).to_have_attribute("aria-pressed", "true")


def test_without_scripts_everything_still_works(sign_in, officer, coordinator, sheet):
    window = sign_in(officer, java_script_enabled=False)
    window.goto("/uploads/upload/add/")
    window.get_by_label("Jenis lembar").select_option("dtks_bnba")
    window.get_by_label("Pilih berkas").set_input_files(sheet)
    window.get_by_role("button", name="Kirim berkas").click()
    _reload_until(window, "3 dikirim")
    window.get_by_role("link", name="Ajukan 3 baris").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Ajukan 3 baris?")
    window.get_by_role("button", name="Ajukan 3 baris").click()
    expect(window.locator(".steps")).to_contain_text("Menunggu persetujuan")
    here = window.url

    window = sign_in(coordinator, java_script_enabled=False)
    window.goto(here)
    window.get_by_role("link", name="Setujui 3 baris").click()
    window.get_by_role("button", name="Setujui 3 baris").click()
    _reload_until(window, "3 diterapkan")


def _reload_until(page: Page, text: str) -> None:
    """The page asks the browser to load it again every five seconds; a test need not wait."""
    for _ in range(100):
        if text in " ".join(page.get_by_role("main").inner_text().split()):
            return
        page.reload()
    raise AssertionError(f"never on the page: {text}")


# What holds on every page of the navigation

BASICS = """() => {
  const named = (e) => (e.getAttribute("aria-label") || e.title || e.textContent || "").trim()
    || (e.getAttribute("aria-labelledby") || "").trim();
  const seen = (e) => e.checkVisibility({ visibilityProperty: true });
  const all = (s) => [...document.querySelectorAll(s)];
  const told = (e) => e.outerHTML.slice(0, 160);
  const ids = all("[id]").map((e) => e.id);
  return [
    ...(all("h1").filter(seen).length === 1 ? [] : [`${all("h1").filter(seen).length} h1`]),
    ...(document.documentElement.lang === "id" ? [] : ["lang"]),
    ...all("a[href], button, summary").filter(seen).filter((e) => !named(e))
      .map((e) => `no name: ${told(e)}`),
    ...all("input:not([type=hidden]), select, textarea").filter(seen)
      .filter((e) => !e.labels.length && !named(e)).map((e) => `no label: ${told(e)}`),
    ...all("img:not([alt])").map((e) => `no alt: ${told(e)}`),
    ...all("svg").filter(seen).filter((e) => !e.parentElement.closest("svg"))
      .filter((e) => !e.closest("[aria-hidden=true]") && e.getAttribute("aria-hidden") !== "true")
      .filter((e) => !named(e)).map((e) => `svg: ${told(e)}`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `id twice: ${id}`),
  ];
}"""


@pytest.fixture
def something_everywhere(officer, coordinator, submitted, count_figures):
    """So that no list is empty."""
    for number in range(3):
        household = HouseholdFactory(kpm=True, members=2)
        CaseFactory(
            household=household,
            **({} if number else {"round": RoundFactory(name="Putaran II tahun 2021")}),
        )
    UploadFactory(sent_by=officer, status="GAGAL", failure="Berkas rusak.")
    count_figures()
    return {"officer": officer, "coordinator": coordinator}


def pages_of(window: Page) -> list[str]:
    """All addresses of the navigation, and the help."""
    window.goto("/")
    tops = window.locator(".nav > ul > li > a").all()
    found = [top.get_attribute("href") for top in tops]
    for address_ in found[:]:
        window.goto(address_)
        for link in window.locator(".nav .sub a").all():
            found.append(link.get_attribute("href"))
    return list(dict.fromkeys([*found, "/bantuan/", "/uploads/upload/add/"]))


@pytest.mark.parametrize("who", ["officer", "coordinator"])
def test_every_page_fits_a_phone_and_names_its_parts(open_window, something_everywhere, who):
    window = open_window(something_everywhere[who])
    pages = pages_of(window)
    assert len(pages) > 8
    upload = Upload.objects.exclude(status="GAGAL").get()
    household = Household.objects.first()
    pages += [address(upload), f"/beneficiaries/household/{household.pk}/change/"]
    window.set_viewport_size(PHONE)
    wrong = []
    for path in pages:
        answer = window.goto(path)
        if answer.status != 200:
            wrong.append(f"{path}: {answer.status}")
        width = window.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wrong.append(f"{path}: {width} px wide")
        wrong += [f"{path}: {what}" for what in window.evaluate(BASICS)]
    assert not wrong, "\n".join(wrong)
