"""The chain of a payment by the reports of a bank."""

import io
from datetime import date
from itertools import permutations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from distribution import chain, health
from distribution.actions import periods
from distribution.intake.reports import follow_reports
from distribution.models import Payment, PaymentReport
from distribution.sheets.payments import STATUSES
from tests.distribution.payout import (
    apply,
    codes,
    kpm,
    money,
    payment_of,
    put_through,
    reported,
    send,
)
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PaymentFactory,
    PeriodFactory,
    UserFactory,
)
from uploads import actions, tasks
from uploads.models import Upload

pytestmark = pytest.mark.django_db


def test_the_sheet_and_the_chain_know_the_same_links():
    assert set(STATUSES.values()) == set(chain.LABELS)


def test_a_top_up_credits_the_payment(credited):
    payment = payment_of(credited[0])
    assert (payment.status, payment.topped_up_amount, payment.balance) == (
        "TOP_UP_SUKSES",
        600_000,
        600_000,
    )
    report = payment.reports.get()
    assert (str(report.status_on), report.row, report.amount) == ("2021-02-18", 2, 600_000)


def test_a_payment_that_was_only_listed_has_no_report_to_be_late_for(paid, period, bank):
    listed_on = payment_of(paid[0]).status_on
    assert listed_on > date(2021, 2, 18)
    upload = send("hasil_top_up", bank, [reported(paid[0])], period=period)
    assert "LAPORAN_TERLAMBAT" not in codes(upload, "info")
    (row,) = upload.rows.all()
    assert row.changes == {"status": ["PENETAPAN", "TOP_UP_SUKSES"], "amount": [None, "600000"]}


def test_links_of_one_file_come_in_the_order_of_their_days(paid, period, bank, checker):
    rows = [
        reported(paid[0], "BELUM TRANSAKSI", "25-02-2021"),
        reported(paid[0], "TOP UP SUKSES", "18-02-2021"),
        reported(paid[0], "SPM", "15-02-2021"),
    ]
    upload = put_through("hasil_top_up", bank, checker, rows, period=period)
    assert upload.rows_applied == 3
    payment = payment_of(paid[0])
    assert (payment.status, payment.balance) == ("BELUM_TRANSAKSI", 600_000)


def test_a_late_report_is_told_and_kept_without_changing_the_status(
    credited, period, bank, checker
):
    upload = send("hasil_top_up", bank, [reported(credited[0], "SPM", "10-02-2021")], period=period)
    assert codes(upload, "info") == {"LAPORAN_TERLAMBAT"}
    assert upload.rows_changed == 1
    apply(upload, checker)
    payment = payment_of(credited[0])
    assert payment.status == "TOP_UP_SUKSES"
    assert payment.reports.count() == 2


def test_a_repeated_report_changes_nothing_and_says_so(credited, period, bank):
    upload = send(
        "hasil_top_up", bank, [reported(credited[0], reason="kiriman kedua")], period=period
    )
    assert (upload.rows_same, codes(upload, "info")) == (1, {"LAPORAN_BERULANG"})


@pytest.mark.parametrize(
    "status, code",
    [
        ("SPM", "URUTAN_TIDAK_MUNGKIN"),
        ("EXCLUDE MENINGGAL", "URUTAN_TIDAK_MUNGKIN"),
    ],
)
def test_what_cannot_follow_a_top_up(credited, period, bank, status, code):
    upload = send(
        "hasil_top_up", bank, [reported(credited[0], status, "01-03-2021")], period=period
    )
    assert codes(upload, "error") == {code}


def test_nothing_comes_after_a_credit_that_was_never_made(paid, period, bank):
    upload = send("hasil_top_up", bank, [reported(paid[0], "SALDO NOL")], period=period)
    assert codes(upload, "error") == {"BELUM_TOP_UP"}


def test_a_refund_gives_back_what_is_left(credited, period, bank, checker):
    rows = [reported(credited[0], "DIKEMBALIKAN KE KAS NEGARA", "15-12-2021")]
    put_through("hasil_top_up", bank, checker, rows, period=period)
    payment = payment_of(credited[0])
    assert (payment.status, payment.refunded_amount, payment.balance) == (
        "DIKEMBALIKAN",
        600_000,
        0,
    )
    assert health.credits() == []
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=500_000)
    (told,) = health.credits()
    assert "dikembalikan Rp500000, laporan bank Rp600000" in told


def test_a_refund_over_the_balance_is_refused(credited, period, bank):
    Payment.objects.filter(household=credited[0]).update(spent_amount=500_000)
    rows = [reported(credited[0], "DIKEMBALIKAN KE KAS NEGARA", "15-12-2021", amount="200000")]
    upload = send("hasil_top_up", bank, rows, period=period)
    assert codes(upload, "error") == {"MELEBIHI_SALDO"}


def test_a_corrected_top_up_cannot_take_what_was_spent(credited, period, bank):
    Payment.objects.filter(household=credited[0]).update(spent_amount=100_000)
    rows = [reported(credited[0], "TOP UP GAGAL", "20-02-2021")]
    upload = send("hasil_top_up", bank, rows, period=period)
    assert codes(upload, "error") == {"DANA_SUDAH_DIBELANJAKAN"}


def test_another_amount_than_listed_is_asked(paid, period, bank):
    upload = send("hasil_top_up", bank, [reported(paid[0], amount="400000")], period=period)
    assert codes(upload) == {"NOMINAL_BEDA_DAFTAR"}


def test_a_card_opened_after_the_listing_is_filled_in(period, bank, checker, coordinator):
    family = kpm()
    row = reported(family, nik=family.payee.nik, bank="BRI")
    family.cards.all().delete()
    periods.make_list(period, by=coordinator)
    put_through("hasil_top_up", bank, checker, [row], period=period)
    payment = payment_of(family)
    assert (payment.card_number, payment.bank_id, payment.balance) == (
        row["card_number"],
        "002",
        600_000,
    )


# Bad input


def test_cards_of_another_bank_are_refused(paid, period, checker):
    mandiri = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    upload = send("hasil_top_up", mandiri, [reported(paid[0])], period=period)
    assert codes(upload, "error") == {"KARTU_BANK_LAIN"}


def test_an_officer_without_a_bank_sends_nothing(paid, period):
    nobody = UserFactory(role=Role.BANK, regions=["62"])
    upload = send("hasil_top_up", nobody, [reported(paid[0])], period=period)
    assert (upload.status, upload.failure_code) == ("GAGAL", "PETUGAS_TANPA_BANK")


@pytest.mark.parametrize("amount", ["-600000", "600000.50", "0"])
def test_negative_and_decimal_rupiah_are_refused(paid, period, bank, amount):
    before = money()
    upload = send("hasil_top_up", bank, [reported(paid[0], amount=amount)], period=period)
    assert upload.rows_problem == 1
    assert codes(upload, "error") & {"BUKAN_RUPIAH", "JUMLAH_NOL"}
    assert money() == before


def test_months_outside_the_period_are_refused_and_a_file_for_another_one_is_turned_away(
    paid, period, bank
):
    outside = {"period": "April 2021", "months": "1"}
    upload = send(
        "hasil_top_up", bank, [reported(paid[0]), reported(paid[1], **outside)], period=period
    )
    assert (upload.rows_changed, codes(upload, "error")) == (1, {"BULAN_DI_LUAR_PERIODE"})
    wrong = send("hasil_top_up", bank, [reported(paid[2], **outside)], period=period)
    assert (wrong.status, wrong.failure_code) == ("GAGAL", "PERIODE_LAIN")


def test_a_closed_period_takes_no_report(paid, period, bank, checker, coordinator):
    waiting = send("hasil_top_up", bank, [reported(paid[0])], period=period)
    before = money()
    periods.close_period(period, by=coordinator, note="Selesai")
    with pytest.raises(ValidationError, match="sudah ditutup"):
        actions.submit(waiting, by=bank)
    late = send("hasil_top_up", bank, [reported(paid[1])], period=period)
    assert late.failure_code == "PERIODE_DITUTUP"
    assert money() == before


def test_a_period_closed_between_approval_and_writing_changes_nothing(
    paid, period, bank, checker, coordinator
):
    upload = send("hasil_top_up", bank, [reported(paid[0])], period=period)
    actions.submit(upload, by=bank)
    actions.approve(upload, by=checker)
    before = money()
    periods.close_period(period, by=coordinator, note="Selesai")
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    assert upload.status == Upload.Status.GAGAL
    assert "sudah ditutup" in upload.failure
    assert money() == before


def test_the_same_file_twice_is_told(credited, period, bank):
    sent = Upload.objects.get(kind="hasil_top_up")
    with sent.file.open() as file, pytest.raises(actions.AlreadySent):
        send("hasil_top_up", bank, [], period=period, file=io.BytesIO(file.read()))


def test_a_payee_of_another_district_is_out_of_the_upload(period, bank, coordinator):
    away = kpm(OTHER_VILLAGE)
    periods.make_list(period, by=coordinator)
    upload = send("hasil_top_up", bank, [reported(away)], period=period, region=KAPUAS)
    assert codes(upload, "error") == {"DI_LUAR_WILAYAH"}


def test_spent_between_approval_and_writing_is_a_conflict(credited, period, bank, checker):
    rows = [reported(family, "TOP UP GAGAL", "20-02-2021") for family in credited[:2]]
    upload = send("hasil_top_up", bank, rows, period=period)
    actions.submit(upload, by=bank)
    actions.approve(upload, by=checker)
    Payment.objects.filter(household=credited[0]).update(spent_amount=100_000)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    assert (upload.rows_applied, upload.rows_conflict) == (1, 1)
    assert payment_of(credited[0]).balance == 500_000
    assert payment_of(credited[1]).balance == 0


# Taking back


def test_taking_a_report_back_leaves_what_the_others_say(credited, period, bank, checker):
    upload = put_through(
        "hasil_top_up",
        bank,
        checker,
        [reported(credited[0], "BELUM TRANSAKSI", "01-03-2021")],
        period=period,
    )
    actions.revert(upload, by=checker)
    payment = payment_of(credited[0])
    assert (payment.status, payment.balance) == ("TOP_UP_SUKSES", 600_000)
    assert payment.reports.filter(withdrawn_at__isnull=False).count() == 1


def test_taking_a_top_up_back_spares_what_was_spent(credited, period, checker):
    Payment.objects.filter(household=credited[0]).update(spent_amount=100_000)
    upload = Upload.objects.get(kind="hasil_top_up")
    actions.revert(upload, by=checker)
    assert list(upload.rows.order_by("row_number").values_list("outcome", flat=True)) == [
        "TIDAK_DAPAT",
        "DIKEMBALIKAN",
        "DIKEMBALIKAN",
    ]
    assert payment_of(credited[0]).balance == 500_000
    assert payment_of(credited[1]).status == "PENETAPAN"


# Any order of arrival

REPORTS = [
    ("SPM", "2021-02-10", None),
    ("TOP_UP_GAGAL", "2021-02-15", None),
    ("TOP_UP_SUKSES", "2021-02-18", 600_000),
    ("SUDAH_TRANSAKSI", "2021-03-01", None),
]


def said_in_order(payment, reports) -> Payment:
    for status, day, amount in reports:
        PaymentReport.objects.create(
            payment=payment,
            village_id=payment.village_id,
            status=status,
            status_on=day,
            amount=amount,
        )
        with connection.cursor() as cursor:
            follow_reports(cursor, f"VALUES ({payment.pk})")
    payment.refresh_from_db()
    return payment


def state(payment):
    return (payment.status, payment.status_on, payment.topped_up_amount, payment.refunded_amount)


def test_every_order_of_arrival_ends_in_the_same_state():
    period = PeriodFactory(first_month="2021-01-01", last_month="2021-03-01")
    period.refresh_from_db()
    states = {
        state(said_in_order(PaymentFactory(period=period), order))
        for order in permutations(REPORTS)
    }
    assert len(states) == 1
    assert states.pop()[0] == "SUDAH_TRANSAKSI"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    reports=st.lists(
        st.tuples(
            st.sampled_from(sorted(chain.LABELS)),
            st.dates(min_value=date(2021, 1, 1), max_value=date(2021, 1, 6)),
        ),
        min_size=1,
        max_size=6,
        unique=True,
    ),
    order=st.randoms(use_true_random=False),
)
def test_the_state_follows_from_the_set_of_reports(db, reports, order):
    period = PeriodFactory()
    reports = [
        (status, day, 200_000 if status in ("TOP_UP_SUKSES", "DIKEMBALIKAN") else None)
        for status, day in reports
    ]
    shuffled = order.sample(reports, len(reports))
    one = said_in_order(PaymentFactory(period=period), reports)
    other = said_in_order(PaymentFactory(period=period), shuffled)
    assert state(one) == state(other)
    assert one.balance >= 0
