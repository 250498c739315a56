"""The whole path of a round: proposed in the village, seen at home, decreed, who receives now.

Each role works in its own window, and the field officer on a phone. What is left out here, the
supervisor's papers and the look of the forms, is told by the stories this one borrows from.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from beneficiaries.models import Enrollment
from tests.browser.conftest import PHONE
from tests.browser.test_endorsement import (
    another_applies_it,
    scan,  # noqa: F401
    the_decree_is_recorded,
    the_list_on_file_is_the_list_in_the_portal,
    the_signed_letter_is_recorded,
)
from tests.browser.test_replacement import (
    NIK,
    a_new_family_is_proposed,
    another_one_grants_it,
    the_meeting_is_entered,
    the_minutes_are_filled_in,
    the_minutes_are_finished,
    the_proposal_is_checked_and_accepted,
    the_waiting_family_is_given_the_place,
)
from tests.factories import (
    KAPUAS,
    VILLAGE,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UserFactory,
)
from verification.models import Case, Endorsement

pytestmark = pytest.mark.browser


@pytest.fixture
def moved_away(committed):
    """A recipient of the running round that the neighbours have not seen for long."""
    today = timezone.localdate()
    round = RoundFactory(
        name="Putaran Uji",
        starts_on=today - timedelta(days=20),
        due_on=today + timedelta(days=20),
    )
    family = HouseholdFactory(village_id=VILLAGE, members__name="RUSDI KELUAR", kpm=True)
    return CaseFactory(round=round, household=family)


def test_from_the_village_to_the_decree(
    open_window,
    officer,
    coordinator,
    moved_away,
    scan,  # noqa: F811
    tmp_path,
):
    tksk = UserFactory(role=Role.TKSK, full_name="Ahmad Riduan", regions=[VILLAGE[:8]])
    window = open_window(tksk)
    the_meeting_is_entered(window)
    a_new_family_is_proposed(window)
    the_minutes_are_filled_in(window)

    desk = open_window(officer)
    the_minutes_are_finished(desk)
    the_proposal_is_checked_and_accepted(desk)

    phone = open_window(tksk, viewport=PHONE)
    a_visit_is_recorded(phone, "SITI RAHMAH", "Ditemukan di alamat ini", "Masih layak menerima")
    a_visit_is_recorded(phone, "RUSDI KELUAR", "Pindah")
    every_visit_is_checked(desk)
    the_waiting_family_is_given_the_place(desk)

    boss = open_window(UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS]))
    another_one_grants_it(boss)
    the_list_is_frozen(boss)
    the_signed_letter_is_recorded(boss, scan)
    reviewer = open_window(coordinator)
    the_list_comes_back(reviewer)
    the_list_is_frozen(boss)
    families = the_list_on_file_is_the_list_in_the_portal(boss, tmp_path)
    the_signed_letter_is_recorded(boss, scan)
    the_list_is_forwarded(reviewer)

    the_decree_is_recorded(reviewer, scan, families, tmp_path)
    second = open_window(UserFactory(role=Role.KOORDINATOR, regions=["62"]))
    second.goto("/")
    another_applies_it(second)
    joined = Case.objects.get(household__payee__nik=NIK).household
    active = Enrollment.objects.active().sembako()
    assert list(active.values_list("household", flat=True)) == [joined.pk]
    ended = Enrollment.objects.get(household=moved_away.household)
    assert ended.end_reason == "PINDAH"
    their_pages_say_so(desk, joined, moved_away.household)


def a_visit_is_recorded(phone: Page, name: str, *answers: str) -> None:
    phone.goto("/verifikasi/kunjungan/")
    phone.locator(".visit-list").get_by_role("link", name=name).click()
    for answer in answers:
        phone.get_by_label(answer, exact=True).check()
    phone.get_by_role("button", name="Simpan kunjungan").click()
    expect(phone.get_by_role("status").first).to_contain_text("menunggu pemeriksaan petugas lain")


def every_visit_is_checked(desk: Page) -> None:
    for name in ("SITI RAHMAH", "RUSDI KELUAR"):
        desk.goto("/verification/case/?status__exact=DIKUNJUNGI")
        desk.get_by_role("link", name=name).click()
        desk.get_by_role("link", name="Setujui").click()
        desk.get_by_role("dialog").get_by_role("button", name="Setujui").click()
        expect(desk.get_by_text("Hasil kunjungan disetujui.")).to_be_visible()


def the_list_is_frozen(boss: Page) -> None:
    boss.goto("/verification/endorsement/add/")
    boss.get_by_role("button", name="Susun daftar 2 keluarga").click()
    expect(boss.get_by_role("status").first).to_contain_text("2 keluarga disusun dan dibekukan")


def the_list_comes_back(reviewer: Page) -> None:
    made = Endorsement.objects.get(status=Endorsement.Status.DISAHKAN)
    reviewer.goto(f"/verification/endorsement/{made.pk}/change/")
    reviewer.get_by_role("link", name="Kembalikan").click()
    reviewer.get_by_label("Alasan").fill("Nomor surat tidak sesuai dengan pindaiannya.")
    reviewer.get_by_role("button", name="Kembalikan").click()
    expect(reviewer.get_by_text("Daftar dikembalikan.")).to_be_visible()


def the_list_is_forwarded(reviewer: Page) -> None:
    made = Endorsement.objects.get(status=Endorsement.Status.DISAHKAN)
    reviewer.goto(f"/verification/endorsement/{made.pk}/change/")
    reviewer.get_by_role("link", name="Setujui dan teruskan").click()
    reviewer.get_by_role("button", name="Setujui dan teruskan").click()
    expect(reviewer.get_by_role("status").first).to_contain_text("Daftar diteruskan")
    expect(reviewer.get_by_role("link", name="Paket penerusan (.zip)")).to_be_visible()


def their_pages_say_so(desk: Page, joined, left) -> None:
    desk.goto(f"/beneficiaries/household/{joined.pk}/change/")
    expect(desk.locator("main")).to_contain_text("KPM aktif")
    desk.goto(f"/beneficiaries/household/{left.pk}/change/")
    expect(desk.locator("main")).to_contain_text("Bukan KPM")
