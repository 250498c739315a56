"""A small payout for tests: a period of three months, families with cards, sheets about them."""

import io

from distribution import tasks as payout_tasks
from distribution.models import Payment, PeriodWork
from distribution.sheets import DAFTAR_BAYAR, HASIL_TOP_UP, TRANSAKSI
from regions.models import Region
from tests.factories import KAPUAS, VILLAGE, CardFactory, HouseholdFactory
from tests.sheets import workbook
from uploads import actions, tasks
from uploads.models import Upload

LAYOUTS = {"daftar_bayar": DAFTAR_BAYAR, "hasil_top_up": HASIL_TOP_UP, "transaksi": TRANSAKSI}
MONTHS = {"period": "Januari-Maret 2021", "months": "3"}


def kpm(village=VILLAGE, **card):
    """A family that the programme pays, with its card."""
    household = HouseholdFactory(village_id=village, kpm=True)
    household.enrollments.update(started_on="2021-01-01")
    CardFactory(household=household, **card)
    return household


def do_waiting_work() -> None:
    """What the worker does with the work on periods that waits."""
    for work in PeriodWork.objects.filter(status=PeriodWork.Status.ANTRE).order_by("pk"):
        payout_tasks.do.func(work.pk)


def card_of(household) -> str:
    return household.cards.get().card_number


def payment_of(household) -> Payment:
    return Payment.objects.get(household=household)


def listed(household, **cells):
    """A row of the centre's list."""
    return {
        **MONTHS,
        "card_number": card_of(household),
        "nik": household.payee.nik,
        "name": household.payee.name,
        "amount": "600000",
        **cells,
    }


def reported(household, status="TOP UP SUKSES", day="18-02-2021", **cells):
    """A row of a bank's report."""
    amount = "600000" if status == "TOP UP SUKSES" else ""
    return {
        **MONTHS,
        "card_number": card_of(household),
        "status": status,
        "status_date": day,
        "amount": amount,
        "reason": "Rekening tidak aktif" if "GAGAL" in status else "",
        **cells,
    }


def bought(household, agent, number="TRX-1", amount="200000", **cells):
    """A line of a purchase."""
    return {
        "transaction_number": number,
        "purchased_at": "05-03-2021 09:41",
        "agent_id": agent.agent_id,
        "bank": "BRI",
        "card_number": card_of(household),
        "amount": amount,
        "commodity": "Beras",
        "quantity": "10",
        "unit": "kg",
        "price": "12500",
        **cells,
    }


def send(kind, by, rows, *, period=None, region=KAPUAS, file: io.BytesIO | None = None) -> Upload:
    """Received and checked."""
    upload = actions.receive(
        by=by,
        kind=kind,
        region=Region.objects.get(pk=region),
        file=file or workbook(rows, LAYOUTS[kind]),
        name="lembar.xlsx",
        reference=str(period.pk) if period else "",
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def apply(upload, checker) -> Upload:
    """Submitted, approved and applied."""
    actions.submit(upload, by=upload.sent_by)
    actions.approve(upload, by=checker)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    return upload


def put_through(kind, by, checker, rows, **kwargs) -> Upload:
    upload = apply(send(kind, by, rows, **kwargs), checker)
    assert upload.status == Upload.Status.DITERAPKAN, upload.failure
    return upload


def codes(upload, *levels) -> set[str]:
    issues = upload.issues.filter(level__in=levels or ("warning", "error"))
    return set(issues.values_list("code", flat=True))


def money() -> list[tuple]:
    """All money of all payments: what a fault must leave as it was."""
    fields = ("amount", "topped_up_amount", "spent_amount", "refunded_amount", "balance", "status")
    return list(Payment.objects.order_by("pk").values_list("pk", *fields))
