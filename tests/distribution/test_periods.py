"""Periods and the payment list made from the register."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, transaction

from beneficiaries.models import Person, Programme
from distribution.actions import periods
from distribution.models import LeftOut, Payment, PayoutPeriod
from tests.distribution.payout import kpm, payment_of
from tests.factories import (
    KAPUAS,
    EnrollmentFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def create(coordinator, **kwargs):
    fields = {
        "programme": Programme.objects.get(pk="SEMBAKO"),
        "name": "April 2021",
        "first_month": date(2021, 4, 1),
        "last_month": date(2021, 4, 1),
    }
    return periods.create_period(**(fields | kwargs), by=coordinator)


def test_months_of_a_period(period):
    assert period.months == [date(2021, 1, 1), date(2021, 2, 1), date(2021, 3, 1)]


def test_a_month_is_paid_by_one_period_unless_it_is_declared_rapel(period, coordinator):
    with pytest.raises(ValidationError, match="sudah dibayar oleh periode lain"):
        create(coordinator, first_month=date(2021, 3, 1))
    assert create(coordinator, first_month=date(2021, 3, 1), is_rapel=True).month_count == 2


def test_a_period_needs_one_rate_for_all_its_months(coordinator):
    with pytest.raises(ValidationError, match="tidak ada atau berubah"):
        create(coordinator, first_month=date(2018, 4, 1), last_month=date(2018, 4, 1))


def test_only_the_province_runs_periods(period):
    with pytest.raises(PermissionDenied):
        periods.make_list(period, by=UserFactory(regions=[KAPUAS]))


def test_every_eligible_family_is_paid_or_left_out_with_its_reason(period, coordinator):
    good = kpm()
    ended, inactive, headless, dead, invalid, twin, other = (kpm() for _ in range(7))
    late = kpm()
    late.enrollments.update(started_on="2021-03-15")
    ended.enrollments.update(ended_on="2021-02-10", end_reason="PINDAH")
    type(inactive).objects.filter(pk=inactive.pk).update(is_active=False, inactive_reason="PINDAH")
    type(headless).objects.filter(pk=headless.pk).update(payee=None)
    dead.members.update(is_active=False, inactive_reason="MENINGGAL")
    invalid.members.update(nik="620301")
    Person.objects.filter(pk=twin.payee_id).update(nik=other.payee.nik)
    before = kpm()
    before.enrollments.update(started_on="2020-01-01", ended_on="2020-12-31", end_reason="MENOLAK")
    HouseholdFactory()

    result = periods.make_list(period, by=coordinator)

    assert (result.eligible, result.created, result.left_out) == (9, 2, 7)
    reasons = dict(LeftOut.objects.values_list("household", "reason"))
    assert reasons == {
        ended.pk: "BERAKHIR",
        inactive.pk: "KELUARGA_NONAKTIF",
        headless.pk: "TANPA_PENGURUS",
        dead.pk: "PENGURUS_NONAKTIF",
        invalid.pk: "NIK_TIDAK_SAH",
        twin.pk: "NIK_GANDA",
        other.pk: "NIK_GANDA",
    }
    payment = payment_of(good)
    assert (payment.amount, payment.months, payment.payee_nik) == (600_000, 3, good.payee.nik)
    assert payment.card_number == good.cards.get().card_number
    assert (payment_of(late).amount, payment_of(late).first_month) == (200_000, date(2021, 3, 1))


def test_making_the_list_again_adds_who_can_be_paid_now_and_changes_nobody(period, coordinator):
    first = kpm()
    waiting = kpm()
    waiting.members.update(nik="")
    periods.make_list(period, by=coordinator)
    Person.objects.filter(pk=first.payee_id).update(name="NAMA BARU")
    waiting.members.update(nik="6203015205839001")
    again = periods.make_list(period, by=coordinator)
    assert (again.kept, again.created, again.left_out) == (1, 1, 0)
    assert payment_of(first).payee_name != "NAMA BARU"


def test_a_rapel_leaves_out_who_was_paid_for_the_month(paid, period, coordinator):
    missed = kpm()
    rapel = create(
        coordinator, name="Rapel", first_month=date(2021, 3, 1), last_month=date(2021, 3, 1),
        is_rapel=True,
    )  # fmt: skip
    result = periods.make_list(rapel, by=coordinator)
    assert (result.created, result.left_out) == (1, 3)
    assert set(rapel.left_out.values_list("reason", flat=True)) == {"SUDAH_DIBAYAR"}
    assert Payment.objects.get(period=rapel).household == missed


def test_two_enrolments_of_a_family_are_one_payment(period, coordinator):
    family = kpm()
    family.enrollments.update(ended_on="2021-01-20", end_reason="PINDAH")
    EnrollmentFactory(household=family, started_on=date(2021, 2, 1))
    assert periods.make_list(period, by=coordinator).created == 1
    assert payment_of(family).months == 2


# The life of a period


def test_a_period_opens_with_a_list_and_closes_with_nothing_in_progress(paid, period, coordinator):
    PayoutPeriod.objects.update(status="DISIAPKAN")
    period = periods.open_period(period, by=coordinator)
    with pytest.raises(ValidationError, match="3 pembayaran belum dikreditkan"):
        periods.close_period(period, by=coordinator)
    closed = periods.close_period(period, by=coordinator, note="Bank tidak lagi menyalurkan")
    assert (closed.status, closed.close_note) == ("DITUTUP", "Bank tidak lagi menyalurkan")
    with pytest.raises(ValidationError, match="sudah ditutup"):
        periods.make_list(period, by=coordinator)
    assert periods.reopen_period(period, by=coordinator).status == "BERJALAN"


def test_an_empty_period_does_not_open(coordinator):
    with pytest.raises(ValidationError, match="masih kosong"):
        periods.open_period(PeriodFactory(status="DISIAPKAN"), by=coordinator)


# What the database itself refuses


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"amount": 500_000}, "payment_amount_is_rate_times_months"),
        ({"months": 4, "amount": 800_000}, "payment_months_inside_period"),
        ({"first_month": date(2020, 12, 1)}, "payment_months_inside_period"),
        ({"topped_up_amount": 600_000}, "payment_credited_means_when"),
        ({"spent_amount": 1}, "payment_balance_not_negative"),
        (
            {
                "topped_up_amount": 600_000,
                "topped_up_on": date(2021, 2, 1),
                "spent_amount": 400_000,
                "refunded_amount": 200_001,
            },
            "payment_balance_not_negative",
        ),
    ],
)
def test_rules_of_a_payment(period, fields, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PaymentFactory(period=period, **fields)


def test_a_family_is_paid_once_in_a_period(paid, period):
    with pytest.raises(IntegrityError, match="payment_household_once"), transaction.atomic():
        PaymentFactory(period=period, household=paid[0])


def test_a_closed_period_takes_no_payment(period):
    period.status, period.closed_by, period.closed_at = "DITUTUP", UserFactory(), "2021-12-01"
    PayoutPeriod.objects.filter(pk=period.pk).update(
        status="DITUTUP", closed_by=period.closed_by, closed_at="2021-12-01T00:00Z"
    )
    with pytest.raises(IntegrityError, match="payment_period_is_open"), transaction.atomic():
        PaymentFactory(period=period)


@pytest.mark.parametrize("change", [{"payee_name": "LAIN"}, {"rate": 1, "amount": 3}])
def test_the_copy_of_payee_and_amount_is_frozen(paid, change):
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Payment.objects.filter(household=paid[0]).update(**change)


def test_a_card_is_filled_in_once(period):
    payment = PaymentFactory(period=period, card_number="", account_number="", bank_id=None)
    rows = Payment.objects.filter(pk=payment.pk)
    rows.update(card_number="6032980000009001", bank="002")
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        rows.update(card_number="6032980000009002")
