"""The payment list of the centre, from the sender to the payments of a period and back."""

import pytest

from accounts.roles import Role
from distribution.actions import periods
from distribution.models import LeftOut, Payment, PaymentOrder
from tests.distribution.payout import (
    apply,
    card_of,
    codes,
    kpm,
    listed,
    money,
    payment_of,
    put_through,
    reported,
    send,
)
from tests.factories import OTHER_VILLAGE, HouseholdFactory, UserFactory
from uploads import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(families, period, coordinator):
    def send_rows(rows, **kwargs):
        return send("daftar_bayar", coordinator, rows, period=period, **kwargs)

    return send_rows


def clean(family, **cells):
    """A row that raises no doubt about the name of a test person."""
    return listed(family, name="SITI RAHMAH", **cells)


def test_a_list_becomes_payments_and_the_others_are_told(families, sent, period, checker):
    upload = apply(sent([clean(families[0]), clean(families[1])]), checker)
    assert (upload.status, upload.rows_applied) == ("DITERAPKAN", 2)
    payment = payment_of(families[0])
    assert (payment.amount, payment.months, payment.bank_id) == (600_000, 3, "002")
    assert (payment.payee_name, payment.source_upload, payment.source_row) == (
        "SITI RAHMAH",
        upload,
        2,
    )
    left = LeftOut.objects.get()
    assert (left.household, left.reason) == (families[2], "TIDAK_DALAM_DAFTAR")
    period.refresh_from_db()
    assert period.eligible_count == 3


def test_a_release_of_the_treasury_moves_the_payment(families, sent, checker):
    row = clean(families[0], sp2d_number="210621301009001", sp2d_date="15-02-2021")
    apply(sent([row]), checker)
    payment = payment_of(families[0])
    assert (payment.order, payment.status) == (PaymentOrder.objects.get(), "SP2D")
    assert str(payment.status_on) == "2021-02-15"


def test_the_same_list_again_changes_nothing(families, sent, checker):
    apply(sent([clean(families[0])]), checker)
    again = sent([clean(families[0], address="JL. LAIN")])
    assert again.rows_same == 1


@pytest.mark.parametrize(
    "cells, code",
    [
        ({"amount": "500000"}, "NOMINAL_BUKAN_NILAI_KALI_BULAN"),
        ({"amount": "-600000"}, "BUKAN_RUPIAH"),
        ({"amount": "600000.25"}, "BUKAN_RUPIAH"),
        (
            {"period": "Maret-April 2021", "months": "2", "amount": "400000"},
            "BULAN_DI_LUAR_PERIODE",
        ),
        ({"bank": "Mandiri"}, "KARTU_BANK_LAIN"),
    ],
)
def test_what_a_row_is_refused_for(families, sent, cells, code):
    upload = sent([clean(families[0], **cells), clean(families[1])])
    assert codes(upload, "error") == {code}
    assert (upload.rows_problem, upload.rows_new) == (1, 1)


def test_a_family_is_paid_once(families, sent, checker):
    twice = sent([clean(families[0]), clean(families[0])])
    assert "NIK_DIBAYAR_DUA_KALI" in codes(twice, "error")
    apply(sent([clean(families[1])]), checker)
    other = sent([clean(families[1], period="Januari 2021", months="1", amount="200000")])
    assert codes(other, "error") == {"SUDAH_DALAM_DAFTAR"}


def test_a_card_of_another_family_is_refused(families, sent):
    upload = sent([clean(families[0], card_number=card_of(families[1]))])
    assert codes(upload, "error") == {"KARTU_KELUARGA_LAIN"}


def test_a_payee_whom_the_register_does_not_know_needs_a_decision(families, sent, checker):
    row = clean(
        families[0],
        nik="6203081207709018",
        card_number="",
        regency="KAPUAS",
        district="BASARANG",
        village_name="BATUAH",
    )
    upload = sent([row])
    assert codes(upload) == {"PENERIMA_TIDAK_TERDAFTAR"}
    actions.keep_values(upload, code="PENERIMA_TIDAK_TERDAFTAR", by=upload.sent_by)
    apply(upload, checker)
    payment = Payment.objects.get()
    assert (payment.household, payment.is_eligible) == (None, False)
    assert payment.village.name == "Batuah"


def test_a_family_of_another_district_is_out_of_the_upload(sent):
    away = kpm(OTHER_VILLAGE)
    assert codes(sent([clean(away)]), "error") == {"TERDAFTAR_DI_WILAYAH_LAIN"}


def test_a_bank_sends_its_own_customers(families, period):
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    upload = send("daftar_bayar", mandiri, [clean(families[0])], period=period)
    assert codes(upload, "error") == {"KARTU_BANK_LAIN"}


def test_taking_it_back_removes_what_no_bank_has_spoken_of(families, sent, period, bank, checker):
    upload = apply(sent([clean(families[0]), clean(families[1])]), checker)
    put_through("hasil_top_up", bank, checker, [reported(families[0])], period=period)
    actions.revert(upload, by=checker)
    assert set(Payment.objects.values_list("household", flat=True)) == {families[0].pk}
    assert set(LeftOut.objects.values_list("household", flat=True)) == {
        families[1].pk,
        families[2].pk,
    }


def test_a_closed_period_takes_no_list(families, sent, period, coordinator):
    periods.close_period(period, by=coordinator)
    upload = sent([clean(families[0])])
    assert (upload.failure_code, money()) == ("PERIODE_DITUTUP", [])


def test_a_list_for_another_period_is_turned_away(families, sent):
    rows = [
        clean(families[0], period="April 2021", months="1", amount="200000"),
        clean(families[1], period="April 2021", months="1", amount="200000"),
        clean(families[2]),
    ]
    upload = sent(rows)
    assert upload.failure_code == "PERIODE_LAIN"
    assert "2 dari 3 baris" in upload.failure


def test_created_and_left_out_add_up_with_payments_of_strangers(families, sent, checker, period):
    HouseholdFactory()
    apply(sent([clean(families[0])]), checker)
    period.refresh_from_db()
    assert period.eligible_count == 1 + period.left_out.count()
