"""The list of a bank's agents, from the sender to the portal and back."""

from datetime import date

import pytest

from accounts.roles import Role
from distribution.models import Agent, AgentFinding, BarredGroup, BarredPerson
from distribution.sheets import AGEN
from regions.models import Region
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    PersonFactory,
    UserFactory,
)
from tests.sheets import workbook
from uploads import actions, tasks
from uploads.models import Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank():
    return UserFactory(role=Role.BANK, regions=["62"], bank_id="002")


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


def row(**cells):
    return {**AGEN.example_rows[0], **cells}


def send(by, rows, region="62"):
    upload = actions.receive(
        by=by,
        kind="agen",
        region=Region.objects.get(pk=region),
        file=workbook(rows, AGEN),
        name="agen.xlsx",
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def approve(upload, checker):
    actions.submit(upload, by=upload.sent_by)
    actions.approve(upload, by=checker)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    return upload


def put_through(by, checker, rows):
    return approve(send(by, rows), checker)


def codes(upload):
    issues = upload.issues.exclude(level="info")
    return {(issue.code, issue.level) for issue in issues}


def area(agent):
    return list(agent.service_area.values_list("village__name", flat=True))


def test_a_new_agent_comes_with_its_service_area_and_its_source(bank, coordinator):
    upload = put_through(bank, coordinator, [row()])
    assert (upload.status, upload.rows_new, upload.rows_applied) == ("DITERAPKAN", 1, 1)
    agent = Agent.objects.get()
    assert (agent.bank_id, agent.agent_id, agent.kind) == (
        "002",
        "EW-620308-9001",
        Agent.Kind.E_WARONG_KUBE,
    )
    assert (str(agent.latitude), agent.has_edc) == ("-2.989110", True)
    assert agent.contract_from == date(2021, 2, 1)
    assert (agent.source_upload, agent.source_row) == (upload, 2)
    assert sorted(area(agent)) == ["Basarang", "Batuah", "Pangkalan Rekan"]


def test_the_same_list_again_changes_nothing_and_a_change_is_told(bank, coordinator):
    put_through(bank, coordinator, [row()])
    same = send(bank, [row(owner_nik="", service_area="", latitude="", longitude="")])
    assert same.rows_same == 1
    upload = put_through(
        bank,
        coordinator,
        [row(status="NONAKTIF", status_reason="Pindah", service_area="BASARANG")],
    )
    assert upload.rows.get().changes.keys() == {"status", "status_reason", "service_area"}
    agent = Agent.objects.get()
    assert (agent.status, agent.status_reason) == ("NONAKTIF", "Pindah")
    assert sorted(area(agent)) == ["Basarang", "Batuah"]
    assert agent.events.get().status == "AKTIF"


def test_taking_it_back_restores_what_was_there(bank, coordinator):
    first = put_through(bank, coordinator, [row()])
    second = put_through(
        bank,
        coordinator,
        [
            row(
                name="WARUNG BARU",
                service_area="BASARANG",
                status="DITANGGUHKAN",
                status_reason="x",
            )
        ],
    )
    actions.revert(second, by=coordinator)
    agent = Agent.objects.get()
    assert (agent.name, agent.status, agent.status_reason) == (
        "E-WARONG BERKAH BASARANG",
        "AKTIF",
        "",
    )
    assert sorted(area(agent)) == ["Basarang", "Batuah", "Pangkalan Rekan"]
    # Touched since: the first upload leaves it as it is.
    actions.revert(first, by=coordinator)
    agent.refresh_from_db()
    assert agent.status == "AKTIF"


def test_a_new_agent_taken_back_is_deactivated(bank, coordinator):
    upload = put_through(bank, coordinator, [row()])
    actions.revert(upload, by=coordinator)
    agent = Agent.objects.get()
    assert (agent.status, agent.status_reason) == ("NONAKTIF", "Unggahan asal dibatalkan")


def test_a_bank_sends_its_own_agents_only(bank):
    upload = send(bank, [row(), row(agent_id="EW-2", bank="Mandiri")])
    assert ("AGEN_BANK_LAIN", "error") in codes(upload)
    assert upload.rows_new == 1


def test_an_officer_of_no_bank_sends_none():
    upload = send(UserFactory(role=Role.BANK, regions=["62"]), [row()])
    assert upload.status == Upload.Status.GAGAL
    assert "belum dihubungkan dengan bank" in upload.failure


def test_an_id_twice_is_refused_but_not_of_two_banks(coordinator):
    twice = send(coordinator, [row(), row(name="LAIN")])
    assert ("AGEN_DUA_KALI", "error") in codes(twice)
    two_banks = send(coordinator, [row(), row(bank="BNI")])
    assert two_banks.rows_new == 2


def test_what_an_agent_may_not_become_is_refused(bank):
    agent = AgentFactory(agent_id="EW-620308-9001", status="NONAKTIF", status_reason="Tutup")
    upload = send(bank, [row(status="DITANGGUHKAN", status_reason="Periksa")])
    assert ("STATUS_AGEN_TERLARANG", "error") in codes(upload)
    assert Agent.objects.get() == agent


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bank": ""}, "BANK_KOSONG"),
        ({"status": "NONAKTIF", "status_reason": ""}, "AGEN_BERHENTI_TANPA_ALASAN"),
        ({"longitude": ""}, "KOORDINAT_SEBELAH"),
        ({"name": "W" * 151}, "TEKS_TERLALU_PANJANG"),
    ],
)
def test_rows_that_cannot_be_kept_are_held_back(coordinator, changes, code):
    upload = send(coordinator, [row(**changes)])
    assert (code, "error") in codes(upload)
    assert upload.rows_problem == 1


@pytest.mark.parametrize(
    ("occupation", "is_barred"),
    [
        ("Perangkat Desa", True),
        ("Pensiunan PNS", True),
        ("Pedagang aspal", False),
        ("Pegawai BUM-Des", True),
        ("Penjual tkskering", False),
    ],
)
def test_an_owner_of_a_barred_group_becomes_a_finding(bank, coordinator, occupation, is_barred):
    upload = send(bank, [row(owner_occupation=occupation)])
    assert (("PEMILIK_DILARANG", "warning") in codes(upload)) == is_barred
    upload.issues.filter(code="PEMILIK_DILARANG").update(decision="KEPT")
    approve(upload, coordinator)
    assert AgentFinding.objects.filter(kind="PEMILIK").exists() == is_barred


def test_an_owner_is_known_by_nik_from_register_and_list(bank):
    PersonFactory(nik="6203085507809021", occupation="APARAT DESA", household__village_id=VILLAGE)
    BarredPerson.objects.create(nik="6203085507809022", name="YULIA", group_id="TKSK")
    upload = send(bank, [row(), row(agent_id="EW-2", owner_nik="6203085507809022")])
    messages = upload.issues.filter(code="PEMILIK_DILARANG").values_list("message", flat=True)
    assert len(messages) == 2
    assert any("register APARAT DESA" in message for message in messages)
    assert any("tercatat sebagai YULIA" in message for message in messages)


def test_a_group_that_is_refused_holds_the_row_back(bank):
    BarredGroup.objects.filter(pk="ASN").update(is_refused=True)
    upload = send(bank, [row(owner_occupation="PNS")])
    assert ("PEMILIK_DILARANG", "error") in codes(upload)


def test_agents_outside_the_region_of_the_upload_are_refused():
    upload = send(UserFactory(regions=[PULANG_PISAU]), [row()], region=PULANG_PISAU)
    assert ("DI_LUAR_WILAYAH", "error") in codes(upload)


def test_a_petugas_sends_the_agents_of_any_bank(coordinator):
    officer = UserFactory(regions=[KAPUAS])
    upload = approve(send(officer, [row(bank="Mandiri")], region=KAPUAS), coordinator)
    assert upload.rows_applied == 1
    assert Agent.objects.get().bank_id == "008"
