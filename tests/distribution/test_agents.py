"""Agents: who may own one, their status, visits and findings."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from distribution.actions import agents as actions
from distribution.models import (
    CHECKLIST,
    Agent,
    AgentFinding,
    AgentVisit,
    BarredGroup,
    Budget,
    Payment,
)
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    AgentVisitFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    QuotaFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
GOOD = dict.fromkeys(CHECKLIST, True)
NEXT_VILLAGE = "62.03.08.2002"


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def tksk():
    return UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])


@pytest.fixture
def login(client):
    def as_user(user):
        client.force_login(user, backend="accounts.backends.RoleBackend")
        return client

    return as_user


def page_of(agent):
    return reverse("admin:distribution_agent_change", args=[agent.pk])


# Status


def test_an_agent_is_suspended_with_a_reason_and_comes_back(coordinator):
    agent = AgentFactory()
    with pytest.raises(ValidationError, match="Sebutkan alasan"):
        actions.set_agent_status(agent, status="DITANGGUHKAN", reason=" ", by=coordinator)
    actions.set_agent_status(agent, status="DITANGGUHKAN", reason="Menjual paket", by=coordinator)
    actions.set_agent_status(agent, status="AKTIF", reason="", by=coordinator)
    agent.refresh_from_db()
    assert (agent.status, agent.status_reason) == ("AKTIF", "")
    states = agent.events.order_by("pgh_id").values_list("status", "status_reason")
    assert list(states) == [("AKTIF", ""), ("DITANGGUHKAN", "Menjual paket")]


def test_a_stopped_agent_is_not_suspended(coordinator):
    agent = AgentFactory(status="NONAKTIF", status_reason="Tutup")
    with pytest.raises(ValidationError, match="sudah nonaktif"):
        actions.set_agent_status(agent, status="DITANGGUHKAN", reason="x", by=coordinator)


def test_only_the_province_sets_a_status():
    agent = AgentFactory()
    for user in (UserFactory(regions=[KAPUAS]), UserFactory(role=Role.BANK, regions=["62"])):
        with pytest.raises(PermissionDenied):
            actions.set_agent_status(agent, status="NONAKTIF", reason="x", by=user)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": "NONAKTIF"}, "agent_stopped_means_reason"),
        ({"latitude": "-2.9"}, "agent_point_whole"),
        (
            {"contract_from": date(2021, 2, 1), "contract_until": date(2021, 1, 1)},
            "agent_contract_ends_after_start",
        ),
        ({"village_id": KAPUAS, "serves": []}, "agent_in_village"),
        ({"name": ""}, "agent_is_named"),
    ],
)
def test_the_database_keeps_the_rules(fields, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        AgentFactory(**fields)


# Owners


def test_an_owner_is_found_once_and_not_again_after_it_was_closed(coordinator):
    agent = AgentFactory(owner_occupation="Kepala Desa")
    assert (actions.check_owners(), actions.check_owners()) == (1, 0)
    finding = AgentFinding.objects.get()
    assert finding.detail == "Perangkat desa/kelurahan (pekerjaan Kepala Desa)"
    actions.move_finding(finding, status="SELESAI", follow_up="Sudah berhenti", by=coordinator)
    assert actions.check_owners() == 0
    Agent.objects.filter(pk=agent.pk).update(owner_occupation="PNS")
    assert actions.check_owners([agent.pk]) == 1


def test_a_refused_group_keeps_an_agent_from_being_active(coordinator):
    BarredGroup.objects.filter(pk="ASN").update(is_refused=True)
    agent = AgentFactory(owner_occupation="PNS", status="NONAKTIF", status_reason="x")
    with pytest.raises(ValidationError, match="Pemilik tidak boleh"):
        actions.set_agent_status(agent, status="AKTIF", reason="", by=coordinator)


# Visits and findings


def test_every_no_of_a_visit_becomes_a_finding(tksk):
    agent = AgentFactory()
    visit = actions.record_visit(
        agent,
        visited_on=timezone.localdate(),
        answers=GOOD | {"no_packages": False, "open_daily": False},
        note=" Tutup hari Minggu ",
        by=tksk,
    )
    visit.refresh_from_db()
    assert (visit.score, visit.note) == (5, "Tutup hari Minggu")
    kinds = AgentFinding.objects.order_by("kind").values_list("kind", "visit", "status")
    assert list(kinds) == [("PAKET", visit.pk, "TERBUKA"), ("TUTUP", visit.pk, "TERBUKA")]


def test_an_open_finding_is_not_written_twice(tksk):
    agent = AgentFactory()
    today = timezone.localdate()
    for days in (2, 1):
        actions.record_visit(
            agent,
            visited_on=today - timedelta(days=days),
            answers=GOOD | {"no_cash": False},
            note="",
            by=tksk,
        )
    assert AgentVisit.objects.count() == 2
    assert AgentFinding.objects.get().kind == "TUNAI"


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "setelah hari ini"), (3, "sudah tercatat")], ids=["later", "twice"]
)
def test_visits_that_cannot_be(tksk, days, said):
    agent = AgentFactory()
    day = timezone.localdate() - timedelta(days=days)
    AgentVisitFactory(agent=agent, visited_on=day, visited_by=tksk)
    with pytest.raises(ValidationError, match=said):
        actions.record_visit(agent, visited_on=day, answers=GOOD, note="", by=tksk)


def test_a_tksk_visits_the_own_kecamatan_only(tksk):
    beside = AgentFactory(village_id="62.03.01.1006")
    with pytest.raises(PermissionDenied):
        actions.record_visit(
            beside, visited_on=timezone.localdate(), answers=GOOD, note="", by=tksk
        )


def test_a_finding_is_followed_up_closed_and_opened_again(tksk):
    finding = AgentFindingFactory()
    with pytest.raises(ValidationError, match="Tulis tindak lanjutnya"):
        actions.move_finding(finding, status="SELESAI", follow_up="", by=tksk)
    actions.move_finding(finding, status="DITINDAKLANJUTI", follow_up="Ditegur", by=tksk)
    actions.move_finding(finding, status="SELESAI", follow_up="Tidak lagi", by=tksk)
    finding.refresh_from_db()
    assert (finding.status, finding.closed_by, finding.follow_up) == ("SELESAI", tksk, "Tidak lagi")
    actions.move_finding(finding, status="TERBUKA", follow_up="", by=tksk)
    finding.refresh_from_db()
    assert (finding.closed_by, finding.closed_at) == (None, None)


def test_a_closed_finding_stays_closed_beside_a_newer_open_one(tksk):
    closed = AgentFindingFactory()
    actions.move_finding(closed, status="SELESAI", follow_up="Ditegur", by=tksk)
    AgentFindingFactory(agent=closed.agent)
    with pytest.raises(ValidationError, match="masih terbuka"):
        actions.move_finding(closed, status="TERBUKA", follow_up="", by=tksk)


# A bank sees its own


def test_a_bank_sees_its_own_agents_and_their_findings(login):
    own, other = AgentFactory(), AgentFactory(bank_id="008")
    for agent in (own, other):
        AgentFindingFactory(agent=agent)
    banker = UserFactory(role=Role.BANK, regions=["62"], bank_id="002")
    assert list(Agent.objects.visible_to(banker)) == [own]
    assert [finding.agent for finding in AgentFinding.objects.visible_to(banker)] == [own]
    assert not Agent.objects.visible_to(UserFactory(role=Role.BANK, regions=["62"])).exists()
    client = login(banker)
    assert client.get(page_of(own)).status_code == 200
    assert client.get(page_of(other)).status_code == 404


def test_only_an_officer_of_a_bank_has_one():
    with pytest.raises(IntegrityError, match="user_bank_of_bank_officer"), transaction.atomic():
        UserFactory(regions=[KAPUAS], bank_id="002")


# Pages


def test_a_visit_is_recorded_on_the_page(login, tksk):
    agent = AgentFactory()
    client = login(tksk)
    url = reverse("admin:distribution_agent_visit", args=[agent.pk])
    answers = dict.fromkeys(CHECKLIST, "ya") | {"visited_on": timezone.localdate().isoformat()}
    missing = client.post(url, {**answers, "fair_price": ""}).text
    assert "Pertanyaan ini belum dijawab" in missing
    page = client.post(url, {**answers, "fair_price": "tidak"}, follow=True).text
    assert "nilai 6 dari 7" in page
    assert "Harga di atas pasar" in page


def test_the_page_of_an_agent_offers_what_the_role_may(login, coordinator, tksk):
    agent = AgentFactory(owner_nik="6203085507809021")
    told = login(coordinator).get(page_of(agent)).text
    assert "Tangguhkan" in told and "6203085507809021" not in told
    assert "Tangguhkan" not in login(tksk).get(page_of(agent)).text
    step = reverse("admin:distribution_agent_step", args=[agent.pk, "nonaktifkan"])
    assert login(tksk).post(step, {"reason": "x"}).status_code == 403
    client = login(coordinator)
    assert client.post(step, {"reason": ""}).context["form"].errors
    assert "Pindah usaha" in client.post(step, {"reason": "Pindah usaha"}, follow=True).text


def test_the_list_tells_the_families_that_each_agent_serves(login, coordinator):
    busy, idle = AgentFactory(village_id=VILLAGE), AgentFactory(village_id=NEXT_VILLAGE)
    for _ in range(2):
        HouseholdFactory(village_id=VILLAGE, kpm=True)
    page = login(coordinator).get(reverse("admin:distribution_agent_changelist"))
    assert {agent.pk: agent.families for agent in page.context["cl"].result_list} == {
        busy.pk: 2,
        idle.pk: 0,
    }


def test_the_owners_number_is_shown_on_request_and_logged(login, coordinator, tksk):
    agent = AgentFactory(owner_name="SITI", owner_nik="6203085507809021", village_id=VILLAGE)
    url = reverse("admin:distribution_agent_reveal", args=[agent.pk])
    client = login(coordinator)
    assert "6203 0855 0780 9021" in client.post(url, {"number": "nik"}).text
    as_json = {"accept": "application/json"}
    told = client.post(url, {"number": "nik"}, headers=as_json).json()
    assert told["number"] == "6203 0855 0780 9021"
    logged = AccessLog.objects.first()
    assert (logged.kind, logged.user, logged.region_id) == ("REVEAL", coordinator, VILLAGE)
    assert "SITI" in logged.subject and "6203085507809021" not in logged.subject
    assert login(tksk).post(url, {"number": "nik"}).status_code == 403
    assert login(UserFactory(regions=[PULANG_PISAU])).post(url, {"number": "nik"}).status_code in (
        302,
        404,
    )
    assert AccessLog.objects.count() == 2


def test_changing_an_agent_neither_shows_nor_loses_the_owners_number(login, coordinator):
    agent = AgentFactory(owner_nik="6203085507809021")
    client = login(coordinator)
    url = reverse("admin:distribution_agent_edit", args=[agent.pk])
    page = client.get(url)
    assert "6203085507809021" not in page.text and "isi hanya bila diganti" in page.text
    data = {name: value or "" for name, value in page.context["adminform"].form.initial.items()}
    formset = {"service_area-TOTAL_FORMS": 0, "service_area-INITIAL_FORMS": 0}
    assert client.post(url, {**data, **formset, "name": "LAIN"}).status_code == 302
    agent.refresh_from_db()
    assert (agent.name, agent.owner_nik) == ("LAIN", "6203085507809021")


def test_an_agent_is_added_and_changed_in_the_portal(login, coordinator):
    client = login(coordinator)
    formset = {
        f"service_area-{name}": value
        for name, value in (("TOTAL_FORMS", 1), ("INITIAL_FORMS", 0), ("0-village", NEXT_VILLAGE))
    }
    data = {
        "bank": "002",
        "agent_id": "EW-1",
        "name": "WARUNG BARU",
        "kind": "WARUNG",
        "village": VILLAGE,
        "has_edc": "unknown",
        **formset,
    }
    client.post(reverse("admin:distribution_agent_add"), data)
    agent = Agent.objects.get()
    assert (agent.name, agent.source_user) == ("WARUNG BARU", coordinator)
    served = set(agent.service_area.values_list("village", flat=True))
    assert served == {VILLAGE, NEXT_VILLAGE}


# Budgets


def test_plan_beside_the_register(login):
    for code, amount in ((VILLAGE, 1), (OTHER_VILLAGE, 2)):
        Budget.objects.create(programme_id="SEMBAKO", region_id=code[:5], year=2021, amount=amount)
        QuotaFactory(region_id=code[:5], year=2021, families=1)
    for _ in range(2):
        HouseholdFactory(village_id=VILLAGE, kpm=True)
    client = login(UserFactory(regions=[KAPUAS]))
    period = PeriodFactory(first_month=date(2021, 1, 1))
    PaymentFactory(
        period=period,
        credited=True,
        household__village_id=VILLAGE,
        spent_amount=100_000,
        refunded_amount=0,
    )
    PaymentFactory(period=period, credited=True, household__village_id=OTHER_VILLAGE)
    (line,) = client.get(reverse("distribution:plan")).context["lines"]
    assert (line.region.pk, line.quota, line.families, line.over) == (KAPUAS, 1, 3, 2)
    payment = Payment.objects.get(regency_code=KAPUAS)
    assert (line.credited, line.spent) == (payment.topped_up_amount, 100_000)
    older = client.get(reverse("distribution:plan"), {"program": "SEMBAKO", "tahun": "2019"})
    assert older.context["year"] == 2021
    export = reverse("distribution:plan_export")
    lines = client.get(export, {"jenis": "csv"}).content.decode("utf-8-sig").splitlines()
    spent = payment.topped_up_amount
    assert lines[0].startswith("KODE;KABUPATEN/KOTA;PAGU (RP)")
    assert lines[1].startswith(f"62.03;Kabupaten Kapuas;1;{spent};")
    assert lines[-1].startswith(f";JUMLAH;1;{spent};") and len(lines) == 3
    assert client.get(export).headers["Content-Type"].endswith("sheet")


def test_a_budget_is_imported_with_a_preview_and_its_errors_in_words(login, coordinator):
    client = login(coordinator)
    url = reverse("admin:distribution_budget_import")

    def preview(*rows):
        text = "program,kode_wilayah,tahun,pagu_rupiah,dasar_penetapan\n"
        file = io.BytesIO((text + "\n".join(rows)).encode())
        file.name = "anggaran.csv"
        return client.post(url, {"import_file": file, "format": "0"})

    told = preview("SEMBAKO,62.99,2021,1,DIPA").text
    assert "“62.99” tidak dikenal; tulis kode wilayah yang sudah tercatat." in told
    assert "matching query" not in told and "Traceback" not in told
    assert "“sejuta” bukan bilangan bulat" in preview("SEMBAKO,62.03,2021,sejuta,DIPA").text
    good = preview('SEMBAKO,62.03,2021,"Rp2.400.000",DIPA')
    assert "Yang akan berubah" in good.text
    confirm = {field.name: field.value() for field in good.context["confirm_form"]}
    client.post(reverse("admin:distribution_budget_process_import"), confirm)
    assert Budget.objects.get().amount == 2_400_000
    (row,) = preview("SEMBAKO,62.03,2021,2500000,<b>DIPA</b>").context["result"].valid_rows()
    amount, basis = row.diff[3:]
    assert "Lama: </span>2400000</del>" in amount
    assert "Baru: </span>2500000</ins>" in amount
    assert "&lt;b&gt;DIPA&lt;/b&gt;" in basis
    officer = login(UserFactory(regions=[KAPUAS]))
    assert officer.get(url).status_code == 403
