"""A TKSK visits an agent with the phone in the hand; the officer closes what was found."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from distribution.models import AgentFinding, AgentVisit
from tests.browser.conftest import PHONE
from tests.factories import VILLAGE, AgentFactory, UserFactory

pytestmark = pytest.mark.browser


def test_a_visit_on_the_phone_and_its_finding_at_the_desk(open_window, officer):
    agent = AgentFactory(name="E-WARONG BERKAH")
    tksk = UserFactory(
        username="tksk.basarang", full_name="Ahmad Riduan", role=Role.TKSK, regions=[VILLAGE[:8]]
    )
    phone = open_window(tksk, viewport=PHONE)
    phone.goto(f"/distribution/agent/{agent.pk}/change/")
    phone.get_by_role("link", name="Catat kunjungan").click()
    for question in phone.get_by_role("group").all()[:-1]:
        question.get_by_text("Ya", exact=True).click()
    phone.get_by_role("button", name="Simpan kunjungan").click()
    expect(phone.get_by_text("Pertanyaan ini belum dijawab")).to_be_visible()
    expect(phone.get_by_role("radio", name="Ya").first).to_be_checked()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    phone.get_by_role("group").last.get_by_text("Tidak", exact=True).click()
    phone.get_by_role("button", name="Simpan kunjungan").click()
    expect(phone.get_by_text("nilai 6 dari 7")).to_be_visible()
    assert AgentVisit.objects.get().visited_by == tksk

    desk = open_window(officer)
    desk.goto(f"/distribution/agent/{agent.pk}/change/#temuan")
    desk.get_by_text("Catat tindak lanjut").click()
    desk.get_by_label("Tindak lanjut", exact=True).fill("Agen berjanji buka setiap hari.")
    desk.get_by_role("button", name="Tutup temuan").click()
    expect(desk.get_by_text("Temuan ditutup. Dapat dibuka kembali.")).to_be_visible()
    assert AgentFinding.objects.get().status == AgentFinding.Status.SELESAI
