"""What waits for a bank's officer, and at the agents of a region."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from distribution.actions import periods, reconciliation
from distribution.actions.agents import CHECKLIST, move_finding, record_visit
from distribution.agent_work import agent_work
from distribution.bank_work import bank_work
from distribution.models import AgentFinding, ReconciliationFinding
from tests.distribution.payout import codes, kpm, reported, send
from tests.factories import AgentFactory, UserFactory

TODAY = timezone.localdate()


def line(lines, title):
    found = [one for one in lines if one.title.startswith(title)]
    assert len(found) == 1, [one.title for one in lines]
    return found[0]


def opened(client, user, url):
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return response


@pytest.mark.django_db
def test_nothing_to_do_is_no_line(bank):
    assert bank_work(bank) == []


def test_a_list_waits_until_the_bank_has_reported_it(paid, period, bank, client):
    found = line(bank_work(bank), "Laporkan top up")
    assert (found.count, found.unit, found.due) == (3, "pembayaran", date(2021, 3, 31))
    assert opened(client, bank, found.url).context["cl"].result_count == 3


def test_of_a_closed_period_nothing_waits(paid, period, bank, coordinator):
    periods.close_period(period, note="Sisa dibayar rapel", by=coordinator)
    assert bank_work(bank) == []


def test_a_refused_sheet_waits(paid, period, bank):
    upload = send("hasil_top_up", bank, [reported(paid[0], status="")], period=period)
    assert codes(upload, "error")
    found = line(bank_work(bank), "Perbaiki lembar.xlsx")
    assert found.count == 1 and str(upload.pk) in found.url


def test_only_cards_of_the_own_bank_wait(bank, client):
    kpm(status="DIBUKA", handed_over_on=None)
    kpm(status="DIBUKA", handed_over_on=None, bank_id="008")
    kpm()
    found = line(bank_work(bank), "Serahkan kartu")
    assert found.count == 1
    assert opened(client, bank, found.url).context["cl"].result_count == 1


def test_contracts_that_end_soon_wait(bank, client):
    soon = TODAY + timedelta(days=5)
    AgentFactory(contract_from=date(2020, 1, 1), contract_until=soon)
    AgentFactory(contract_from=date(2020, 1, 1), contract_until=TODAY + timedelta(days=90))
    AgentFactory(bank_id="008", contract_from=date(2020, 1, 1), contract_until=soon)
    found = line(bank_work(bank), "Perpanjang kontrak")
    assert (found.count, found.due) == (1, soon)
    assert opened(client, bank, found.url).context["cl"].result_count == 1


def test_what_the_bank_is_asked_waits(credited, period, bank, coordinator, client):
    reconciliation.reconcile(period, by=coordinator)
    unspent = ReconciliationFinding.objects.filter(rule="BELUM_TRANSAKSI")
    reconciliation.ask_bank([row.pk for row in unspent[:2]], note="", by=coordinator)
    found = line(bank_work(bank), "Jawab temuan")
    assert found.count == 2
    assert opened(client, bank, found.url).context["drill"]["count"] == 2


def test_old_findings_of_agents_wait_for_the_district(agent, client):
    officer = UserFactory(role=Role.PETUGAS, regions=["62.03"])
    answers = dict.fromkeys(CHECKLIST, True) | {"fair_price": False, "no_packages": False}
    record_visit(agent, visited_on=TODAY, answers=answers, note="", by=officer)
    assert agent_work(officer, "62.03") == []
    old = AgentFinding.objects.filter(kind="HARGA")
    old.update(found_on=TODAY - timedelta(days=20), due_on=TODAY - timedelta(days=6))
    (found,) = agent_work(officer, "62.03")
    assert (found.count, found.due) == (1, TODAY - timedelta(days=6))
    assert "1 lewat tenggat" in found.text
    assert opened(client, officer, found.url).context["cl"].result_count == 1
    assert agent_work(officer, "62.01") == []
    move_finding(old.get(), status="SELESAI", follow_up="Harga diturunkan", by=officer)
    assert agent_work(officer, "62.03") == []
