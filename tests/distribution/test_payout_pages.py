"""What officers, banks and agents see of a payout."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries.figures import HOUSEHOLD_TIMELINE
from beneficiaries.models import Household, Programme
from distribution import health
from distribution.actions import cards, periods, purchases
from distribution.household import household_money, payout_timeline
from distribution.models import BenefitRate, Commodity, Payment, PayoutPeriod, Purchase
from tests.distribution.payout import (
    LAYOUTS,
    card_of,
    do_waiting_work,
    kpm,
    payment_of,
    put_through,
    reported,
)
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    AgentFactory,
    PurchaseFactory,
    UserFactory,
)
from tests.sheets import workbook
from uploads.models import Upload

pytestmark = pytest.mark.django_db
TILL = reverse("distribution:till")


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user, "accounts.backends.RoleBackend")
        return client

    return sign_in


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def url(model, name, *args):
    return reverse(f"admin:distribution_{model}_{name}", args=args)


# Periods


def test_a_coordinator_prepares_lists_opens_and_closes_a_period(as_user, coordinator, families):
    client = as_user(coordinator)
    form = {
        "programme": "SEMBAKO",
        "name": "Januari–Maret 2021",
        "first_month": "2021-01",
        "last_month": "2021-03",
    }
    client.post(url("payoutperiod", "add"), form)
    period = PayoutPeriod.objects.get()
    assert "Daftar bayar belum ada" in text_of(client.get(url("payoutperiod", "change", period.pk)))
    told = client.post(url("payoutperiod", "susun", period.pk), follow=True)
    assert "menunggu giliran" in text_of(told)
    do_waiting_work()
    told = client.get(url("payoutperiod", "change", period.pk))
    assert "Dari 3 KPM berhak, 3 ditambahkan" in text_of(told)
    client.post(url("payoutperiod", "buka", period.pk))
    refused = client.post(url("payoutperiod", "tutup", period.pk), {"note": ""})
    assert "3 pembayaran belum dikreditkan" in text_of(refused)
    client.post(url("payoutperiod", "tutup", period.pk), {"note": "Dialihkan ke rapel"})
    period.refresh_from_db()
    assert (period.status, period.close_note) == ("DITUTUP", "Dialihkan ke rapel")
    assert "sudah ditutup" in text_of(client.get(url("payoutperiod", "change", period.pk)))


def test_a_period_that_overlaps_another_is_refused_in_words(as_user, coordinator, period):
    form = {
        "programme": "SEMBAKO",
        "name": "Lagi",
        "first_month": "2021-03",
        "last_month": "2021-03",
    }
    page = text_of(as_user(coordinator).post(url("payoutperiod", "add"), form))
    assert "sudah dibayar oleh periode lain" in page


def test_an_officer_sees_the_own_district_and_changes_nothing(as_user, coordinator, period):
    own, foreign = kpm(), kpm(OTHER_VILLAGE)
    periods.make_list(period, by=coordinator)
    client = as_user(UserFactory(regions=[KAPUAS]))
    page = text_of(client.get(url("payoutperiod", "change", period.pk)))
    assert "<b>1</b> dibayar" in page
    assert "Kabupaten Pulang Pisau" not in page
    assert "Menurut kecamatan" in page and "kecamatan=62.03.08" in page
    assert client.post(url("payoutperiod", "susun", period.pk)).status_code == 403
    assert client.post(url("payoutperiod", "tutup", period.pk)).status_code == 403
    rows = text_of(client.get(url("payment", "changelist")))
    assert payment_of(own).payee_name in rows
    assert payment_of(foreign).payee_name not in rows


def test_a_bank_sees_the_payments_of_the_own_bank(as_user, credited, period):
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    client = as_user(mandiri)
    for family in credited:
        assert payment_of(family).payee_name not in text_of(
            client.get(url("payment", "changelist"))
        )
    assert client.get(url("payment", "change", payment_of(credited[0]).pk)).status_code == 404


@pytest.mark.parametrize("belanja, shown", [("sudah", 1), ("belum", 2)])
def test_the_list_behind_a_tile(as_user, coordinator, credited, period, belanja, shown):
    Payment.objects.filter(household=credited[0]).update(spent_amount=100)
    page = as_user(coordinator).get(url("payment", "changelist"), {"belanja": belanja})
    assert page.context["cl"].paginator.count == shown


def test_the_page_of_a_payment_tells_its_reports_and_masks_its_numbers(
    as_user, coordinator, credited
):
    payment = payment_of(credited[0])
    page = text_of(as_user(coordinator).get(url("payment", "change", payment.pk)))
    assert "Top up sukses" in page
    assert payment.payee_nik not in page
    assert payment.card_number not in page


def test_families_left_out_lead_to_their_page(as_user, coordinator, period):
    family = kpm()
    family.members.update(nik="")
    periods.make_list(period, by=coordinator)
    left = period.left_out.get()
    client = as_user(coordinator)
    assert "NIK pengurus tidak sah" in text_of(client.get(url("leftout", "changelist")))
    response = client.get(url("leftout", "change", left.pk))
    assert response.url == reverse("admin:beneficiaries_household_change", args=[family.pk])


# The till


def sale(family, **fields):
    rice = Commodity.objects.get(name="Beras").pk
    return {
        "langkah": "simpan",
        "nomor": "KSR-UJI-1",
        "card_number": card_of(family),
        "g-KARBOHIDRAT-commodity": rice,
        "g-KARBOHIDRAT-quantity": "10",
        "g-KARBOHIDRAT-price": "12500",
        **fields,
    }


def test_a_card_shows_its_balance_and_a_sale_takes_from_it(as_user, till, credited):
    client = as_user(till)
    shown = text_of(client.post(TILL, {"langkah": "kartu", "card_number": card_of(credited[0])}))
    assert payment_of(credited[0]).payee_name in shown
    assert "Rp600.000" in shown
    response = client.post(TILL, sale(credited[0]))
    purchase = Purchase.objects.get()
    assert response.url == url("purchase", "change", purchase.pk)
    assert (purchase.amount, purchase.lines.get().name) == (125_000, "Beras")
    assert "Rp125.000" in text_of(client.get(response.url))
    client.post(TILL, sale(credited[0]))
    assert payment_of(credited[0]).balance == 475_000


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"g-KARBOHIDRAT-price": "125000"}, "melebihi saldo kartu"),
        ({"g-KARBOHIDRAT-price": "-5"}, "rupiah bulat"),
        ({"g-KARBOHIDRAT-price": "12,5"}, "rupiah bulat"),
        ({"g-KARBOHIDRAT-price": "12.5"}, "rupiah bulat"),
        ({"g-KARBOHIDRAT-quantity": ""}, "Lengkapi barang, jumlah, dan harganya"),
        (
            {f"g-KARBOHIDRAT-{name}": "" for name in ("commodity", "quantity", "price")},
            "paling sedikit satu barang",
        ),
    ],
)
def test_what_the_till_refuses(as_user, till, credited, fields, said):
    page = text_of(as_user(till).post(TILL, sale(credited[0], **fields)))
    assert said in page
    assert not Purchase.objects.exists()


@pytest.mark.parametrize("price", ["12000", "12.000", "Rp12.000"])
def test_a_price_is_read_as_it_is_written_here(as_user, till, credited, price):
    as_user(till).post(TILL, sale(credited[0], **{"g-KARBOHIDRAT-price": price}))
    assert Purchase.objects.get().amount == 120_000


@pytest.mark.parametrize("written", ["250000", "250.000"])
def test_a_rate_is_read_as_it_is_written_here(as_user, written):
    client = as_user(UserFactory(role=Role.ADMINISTRATOR, regions=["62"]))
    programme = Programme.objects.create(code="UJI", name="Program uji")
    sent = {"programme": programme.pk, "amount": written, "valid_from": "2021-01-01"}
    client.post(url("benefitrate", "add"), {**sent, "legal_basis": "Keputusan uji"})
    assert BenefitRate.objects.get(programme=programme).amount == 250_000


@pytest.mark.parametrize(("quantity", "shown"), [("1,5", "1,5 kg"), ("10", "10 kg")])
def test_a_receipt_says_the_quantity_as_it_was_typed(as_user, till, credited, quantity, shown):
    client = as_user(till)
    client.post(TILL, sale(credited[0], **{"g-KARBOHIDRAT-quantity": quantity}))
    page = text_of(client.get(url("purchase", "change", Purchase.objects.get().pk)))
    assert f">{shown}<" in page


def test_a_void_asks_for_its_reason(as_user, till, credited):
    client = as_user(till)
    client.post(TILL, sale(credited[0]))
    page = client.post(url("purchase", "void", Purchase.objects.get().pk), {"reason": ""})
    assert "Alasan belum diisi." in text_of(page)


@pytest.mark.parametrize("number, said", [("123", "16 angka"), ("6" * 16, "tidak dikenal")])
def test_a_card_that_cannot_be_used(as_user, till, number, said):
    page = text_of(as_user(till).post(TILL, {"langkah": "kartu", "card_number": number}))
    assert said in page


def test_goods_that_are_not_allowed_are_not_offered(as_user, till, credited):
    page = text_of(
        as_user(till).post(TILL, {"langkah": "kartu", "card_number": card_of(credited[0])})
    )
    assert "Beras (kg)" in page
    assert "Rokok" not in page


def test_a_void_from_the_page(as_user, till, credited):
    client = as_user(till)
    client.post(TILL, sale(credited[0]))
    purchase = Purchase.objects.get()
    client.post(url("purchase", "void", purchase.pk), {"reason": "Salah jumlah"})
    purchase.refresh_from_db()
    assert purchase.void_reason == "Salah jumlah"
    assert payment_of(credited[0]).balance == 600_000
    again = client.post(url("purchase", "void", purchase.pk), {"reason": "Lagi"}, follow=True)
    assert "sudah dibatalkan" in text_of(again)


def test_an_agent_sees_its_own_sales_only_and_nothing_else(as_user, till, credited):
    foreign = PurchaseFactory(payment=payment_of(credited[0]), agent=AgentFactory())
    client = as_user(till)
    assert foreign.number not in text_of(client.get(url("purchase", "changelist")))
    assert client.get(url("purchase", "change", foreign.pk)).status_code == 404
    assert client.get(url("payment", "changelist")).status_code == 403
    assert client.get(reverse("admin:beneficiaries_household_changelist")).status_code == 403


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.BANK, Role.AGEN])
def test_nobody_else_has_a_till(as_user, role):
    assert as_user(UserFactory(role=role, regions=[PULANG_PISAU])).get(TILL).status_code == 403


# Searching, taking out, showing numbers


@pytest.mark.parametrize("by", ["name", "nik", "card"])
def test_payments_are_found_by_name_and_number(as_user, coordinator, credited, by):
    family = credited[0]
    text = {"name": family.payee.name, "nik": family.payee.nik, "card": card_of(family)}[by]
    client = as_user(coordinator)
    found = client.get(url("payment", "changelist"), {"q": text}).context["cl"].result_list
    assert [row.household_id for row in found] == [family.pk]
    assert (
        not client.get(url("payment", "changelist"), {"q": "TIDAK ADA"}).context["cl"].result_count
    )


def test_a_bank_finds_no_payment_of_another(as_user, credited):
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    page = as_user(mandiri).get(url("payment", "changelist"), {"q": credited[0].payee.name})
    assert page.context["cl"].result_count == 0


def test_purchases_are_found_by_number_and_family(as_user, coordinator, credited, agent):
    purchase = PurchaseFactory(payment=payment_of(credited[0]), agent=agent, number="TRX-9001")
    PurchaseFactory(payment=payment_of(credited[1]), agent=agent)
    client = as_user(coordinator)
    for text in ("TRX-9001", credited[0].payee.name):
        found = client.get(url("purchase", "changelist"), {"q": text}).context["cl"].result_list
        assert [row.pk for row in found] == [purchase.pk]


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_payments_are_taken_out_for_a_purpose(as_user, coordinator, credited, file_format):
    rows = list(Payment.objects.values_list("pk", flat=True))
    data = {"action": "export", "_selected_action": rows}
    client = as_user(coordinator)
    assert "Keperluan" in text_of(client.post(url("payment", "changelist"), data))
    assert not AccessLog.objects.exists()
    given = {"purpose": "Rapat rekonsiliasi", "file_format": file_format}
    response = client.post(url("payment", "changelist"), data | given)
    assert f".{file_format}" in response.headers["Content-Disposition"]
    logged = AccessLog.objects.get()
    assert (logged.row_count, logged.subject) == (3, "Daftar pembayaran")
    if file_format == "csv":
        lines = response.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("PERIODE SALUR;NAMA PENGURUS;NIK PENGURUS")
        assert len(lines) == 4 and credited[0].payee.nik in response.content.decode()


@pytest.mark.parametrize(
    ("model", "key", "field"),
    [("payment", "nik", "payee_nik"), ("payment", "kks", "card_number")],
)
def test_a_number_is_shown_on_request_and_logged(as_user, coordinator, credited, model, key, field):
    payment = payment_of(credited[0])
    client = as_user(coordinator)
    number = getattr(payment, field)
    shown = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    page = url(model, "change", payment.pk)
    assert number not in text_of(client.get(page)) and shown not in text_of(client.get(page))
    assert shown in text_of(client.post(url(model, "reveal", payment.pk), {"number": key}))
    assert payment.payee_name in AccessLog.objects.get().subject


def test_a_card_number_is_shown_on_its_page(as_user, bank, credited):
    card = credited[0].cards.get()
    client = as_user(bank)
    address = reverse("admin:beneficiaries_card_reveal", args=[card.pk])
    response = client.post(address, {"number": "kks"}, headers={"accept": "application/json"})
    assert response.json()["number"].replace(" ", "") == card.card_number
    assert AccessLog.objects.count() == 1
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    assert as_user(mandiri).post(address, {"number": "kks"}).status_code in (302, 403, 404)


def test_lists_that_grow_by_a_sheet_lead_to_its_upload(as_user, bank):
    client = as_user(bank)
    upload = reverse("admin:uploads_upload_add")
    for model, kind in (("agent", "agen"), ("purchase", "transaksi")):
        assert f"{upload}?jenis={kind}" in client.get(url(model, "changelist")).text
    auditor = as_user(UserFactory(role=Role.AUDITOR, regions=["62"]))
    assert upload not in auditor.get(url("overlapfinding", "changelist")).text


# The family, and every night


def test_the_story_of_a_family_tells_its_payout(credited, agent, till):
    PurchaseFactory(payment=payment_of(credited[0]), agent=agent)
    titles = [entry.title for entry in payout_timeline(credited[0])]
    assert titles == [
        "Ditetapkan menerima Rp600.000",
        "Top up sukses Rp600.000",
        f"Belanja Rp100.000 di {agent.name}",
    ]
    assert payout_timeline in HOUSEHOLD_TIMELINE


def test_the_story_tells_refunds_voids_and_cards_that_were_lost(
    credited, agent, till, period, bank, checker, coordinator
):
    purchase = PurchaseFactory(payment=payment_of(credited[0]), agent=agent)
    purchases.void_purchase(purchase, reason="Keliru", by=coordinator)
    back = reported(credited[0], status="DIKEMBALIKAN", day="20-03-2021", amount="600000")
    put_through("hasil_top_up", bank, checker, [back], period=period)
    card = credited[0].cards.get()
    cards.move_card(card, status="HILANG", on=date(2021, 4, 1), note="Hanyut", by=coordinator)
    told = {entry.title: entry for entry in payout_timeline(credited[0])}
    assert "Dikembalikan ke kas negara Rp600.000" in told
    assert told["KKS hilang"].text == "Hanyut"
    assert told[f"Belanja Rp100.000 di {agent.name}"].text == "Dibatalkan: Keliru"


def test_the_story_and_the_money_of_a_family_ask_two_questions(
    credited, coordinator, django_assert_max_num_queries
):
    household = Household.objects.get(pk=credited[0].pk)
    coordinator.has_perm("distribution.view_payment")
    with django_assert_max_num_queries(2):
        payout_timeline(household)
        household_money(household, coordinator)


def test_an_officer_of_the_field_gets_no_link_to_what_is_closed_to_them(as_user, credited):
    client = as_user(UserFactory(role=Role.TKSK, regions=["62.03"]))
    page = client.get(f"/beneficiaries/household/{credited[0].pk}/change/")
    entries = [entry for entry in page.context["entries"] if entry.kind == "Penyaluran"]
    assert entries and not any(entry.url for entry in entries)


def test_health_holds_and_tells_what_is_broken(credited, agent):
    assert [check.broken() for check in health.CHECKS] == [[]] * len(health.CHECKS)
    PurchaseFactory(payment=payment_of(credited[0]), agent=agent)
    Payment.objects.filter(household=credited[1]).update(topped_up_amount=500_000)
    PayoutPeriod.objects.update(eligible_count=7)
    broken = [check.broken() for check in health.CHECKS]
    assert "Rp0 menurut saldo, Rp100000 menurut transaksi" in broken[0][0]
    assert "dikreditkan Rp500000, laporan bank Rp600000" in broken[1][0]
    assert broken[2] == ["Januari-Maret 2021: berhak 7, dibayar 3, tidak dibayar 0."]


@pytest.mark.parametrize("kind", ["daftar_bayar", "hasil_top_up"])
def test_a_sheet_of_a_period_is_not_sent_without_one(as_user, bank, period, kind):
    """It would be refused minutes later, when its sender has gone."""
    client, address = as_user(bank), reverse("admin:uploads_upload_add")
    offered = client.get(address).context["form"].references
    assert offered == [(str(period.pk), period.name)]
    fields = {"kind": kind, "region": KAPUAS, "file": workbook([], layout=LAYOUTS[kind])}
    assert "Pilih periode salur lembar ini." in client.post(address, fields).text
    PayoutPeriod.objects.update(status=PayoutPeriod.Status.DISIAPKAN)
    assert "Pilih periode salur lembar ini." in client.post(address, fields).text
    assert not Upload.objects.exists()
