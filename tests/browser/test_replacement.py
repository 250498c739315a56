"""From the village meeting to the place of a family that leaves, in the roles that do it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from regions.models import Region
from tests.factories import (
    KAPUAS,
    VILLAGE,
    LeavingCaseFactory,
    RoundFactory,
    UserFactory,
)
from verification.actions import cases
from verification.models import Case

pytestmark = pytest.mark.browser
NIK = "6203085507839001"


@pytest.fixture
def tksk(committed):
    return UserFactory(role=Role.TKSK, full_name="Ahmad Riduan", regions=[VILLAGE[:8]])


@pytest.fixture
def supervisor(committed):
    return UserFactory(role=Role.SUPERVISOR, full_name="Norhasanah Fauzi", regions=[KAPUAS])


@pytest.fixture
def leaving(committed):
    today = timezone.localdate()
    round_ = RoundFactory(
        name="Putaran Uji",
        starts_on=today - timedelta(days=20),
        due_on=today + timedelta(days=20),
    )
    return LeavingCaseFactory(round=round_, household__members__name="RUSDI KELUAR")


def test_from_the_meeting_to_the_place(open_window, tksk, officer, supervisor, leaving):
    window = open_window(tksk)
    the_meeting_is_entered(window)
    a_new_family_is_proposed(window)
    the_minutes_are_filled_in(window)
    window = open_window(officer)
    the_minutes_are_finished(window)
    the_proposal_is_checked_and_accepted(window)
    the_family_is_visited_and_verified(tksk, officer)
    the_waiting_family_is_given_the_place(window)
    window = open_window(supervisor)
    another_one_grants_it(window)


def the_meeting_is_entered(page: Page) -> None:
    page.goto("/")
    page.goto("/verification/villagemeeting/")
    page.get_by_role("link", name="Tambah musyawarah desa").first.click()
    page.get_by_label("Desa/kelurahan").select_option(VILLAGE)
    page.get_by_label("Tanggal musyawarah").fill(timezone.localdate().isoformat())
    page.get_by_label("Tempat", exact=True).fill("Balai desa")
    page.get_by_label("Pemimpin musyawarah").fill("SUHARDI")
    page.get_by_role("button", name="Simpan musyawarah").click()
    expect(page.get_by_text("Belum ada keluarga yang diputus")).to_be_visible()


def a_new_family_is_proposed(page: Page) -> None:
    page.get_by_role("link", name="Usulkan keluarga baru").click()
    page.get_by_label("Alasan diusulkan").fill("Tidak punya penghasilan tetap.")
    page.get_by_label("Lantai tanah atau plesteran").check()
    page.get_by_label("Nomor KK").fill("6203081501159001")
    member = page.get_by_role("group", name="Anggota 1")
    member.locator("[name=anggota-1-name]").fill("siti rahmah")
    member.get_by_label("NIK").fill(NIK[:-1])
    member.get_by_label("Tanggal lahir").fill("15-07-1983")
    member.get_by_label("Jenis kelamin").select_option("P")
    member.get_by_label("Hubungan keluarga").select_option("Kepala keluarga")
    page.get_by_role("button", name="Simpan usulan").click()
    expect(member.get_by_text("15 angka")).to_be_visible()
    member.get_by_label("NIK").fill(NIK)
    page.get_by_role("button", name="Simpan usulan").click()
    expect(page.get_by_role("link", name="SITI RAHMAH")).to_be_visible()


def the_minutes_are_filled_in(page: Page) -> None:
    page.get_by_role("link", name="Isi berita acara").click()
    page.get_by_label("Nomor berita acara").fill("460/001/MUS")
    page.get_by_label("Jumlah hadir").fill("23")
    page.get_by_label("Daftar hadir").fill("NORHAYATI; Ketua RT 003")
    page.get_by_role("button", name="Simpan berita acara").click()
    expect(page.get_by_text("Berita acara disimpan.")).to_be_visible()


def the_minutes_are_finished(page: Page) -> None:
    page.goto("/verification/villagemeeting/")
    village = Region.objects.get(pk=VILLAGE).name
    page.get_by_role("link", name=f"Musdes {village}").click()
    page.get_by_role("link", name="Selesaikan").click()
    page.get_by_role("button", name="Selesaikan berita acara").click()
    expect(page.get_by_text("Berita acara selesai.")).to_be_visible()
    expect(page.get_by_role("link", name="Isi berita acara")).to_be_hidden()


def the_proposal_is_checked_and_accepted(page: Page) -> None:
    page.get_by_role("link", name="SITI RAHMAH").click()
    page.get_by_role("link", name="Mulai periksa").click()
    page.get_by_role("button", name="Mulai periksa").click()
    page.get_by_role("link", name="Setujui").click()
    page.get_by_role("button", name="Setujui usulan").click()
    expect(page.get_by_text("disetujui.", exact=False).first).to_be_visible()


def the_family_is_visited_and_verified(tksk, officer) -> None:
    """On the pages of the visit, which are tested for themselves."""
    case = Case.objects.get(household__payee__nik=NIK)
    visit = cases.Visit(visited_on=timezone.localdate(), is_found=True, is_eligible=True)
    case = cases.record_visit(case, visit, key=uuid4(), version=case.version, by=tksk)
    cases.check_case(case, by=officer)


def the_waiting_family_is_given_the_place(page: Page) -> None:
    page.goto("/verifikasi/daftar-tunggu/")
    row = page.get_by_role("row").filter(has_text="SITI RAHMAH")
    expect(row).to_contain_text("1 kriteria")
    row.get_by_role("link", name="Beri tempat").click()
    page.get_by_label("Menggantikan").select_option(label=_option(page, "RUSDI KELUAR"))
    page.get_by_role("button", name="Ajukan penggantian").click()
    expect(page.get_by_text("Tidak ada keluarga yang menunggu")).to_be_visible()


def _option(page: Page, text: str) -> str:
    return page.locator("option").filter(has_text=text).inner_text()


def another_one_grants_it(page: Page) -> None:
    page.goto("/verification/replacement/")
    page.get_by_role("link", name="SITI RAHMAH").click()
    page.get_by_role("link", name="Setujui").click()
    page.get_by_role("button", name="Setujui penggantian KPM").click()
    expect(page.get_by_text("Disetujui", exact=True)).to_be_visible()
