"""What the payout adds to the page of a family."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from beneficiaries.figures import (
    HouseholdMoney,
    Mark,
    MoneyMonth,
    ProgrammeNote,
    TimelineEntry,
)
from beneficiaries.models import Household
from distribution import chain
from distribution.models import Payment, PaymentReport, ProgrammePair, Purchase
from spreadsheets.words import thousands

_ORDER = (ProgrammePair.Rule.DILARANG, ProgrammePair.Rule.DICATAT, ProgrammePair.Rule.BOLEH)
_LOOKS = {
    ProgrammePair.Rule.BOLEH: ("ok", "ok"),
    ProgrammePair.Rule.DICATAT: ("warn", "warn"),
    ProgrammePair.Rule.DILARANG: ("bad", "bad"),
}


def programme_notes(household: Household) -> dict[str, ProgrammeNote]:
    """For each programme beside Sembako, what the strictest rule of a pair says of it."""
    running = [row for row in household.enrollments.all() if row.ended_on is None]
    codes = {row.programme_id for row in running}
    sembako = {row.programme_id for row in running if row.programme.is_sembako}
    pairs = (
        ProgrammePair.objects.on(timezone.localdate())
        .filter(first__in=codes, second__in=codes)
        .select_related("first", "second")
    )
    notes = {}
    for pair in sorted(pairs, key=lambda pair: -_ORDER.index(pair.rule)):
        for own, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if own.pk in sembako:
                continue
            tone, icon = _LOOKS[pair.rule]
            text = "" if pair.rule == ProgrammePair.Rule.BOLEH else pair.legal_basis
            notes[own.pk] = ProgrammeNote(
                Mark(tone, icon, pair.get_rule_display()),
                text and f"Bersama {other.name}: {text[:1].lower()}{text[1:]}",
            )
    return notes


def payout_timeline(household: Household) -> list[TimelineEntry]:
    """Determination, top-up and purchases of a family, for the timeline on its page."""
    entries = []
    payments = household.payments.select_related("period")
    for payment in payments:
        url = reverse("admin:distribution_payment_change", args=[payment.pk])
        entries.append(
            TimelineEntry(
                timezone.localdate(payment.created_at),
                "Penyaluran",
                f"Ditetapkan menerima Rp{thousands(payment.amount)}",
                f"{payment.months} bulan, {payment.period}.",
                source="Daftar bayar",
                url=url,
            )
        )
    reports = PaymentReport.objects.filter(
        payment__in=payments, withdrawn_at=None, status__in=[chain.CREDITED, *chain.FAILED]
    )
    for report in reports.select_related("payment__period"):
        is_credit = report.status == chain.CREDITED
        amount = f" Rp{thousands(report.amount)}" if report.amount else ""
        entries.append(
            TimelineEntry(
                report.status_on,
                "Penyaluran",
                f"{report.get_status_display()}{amount}",
                report.reason,
                source=f"Laporan bank, {report.payment.period}",
                url=reverse("admin:distribution_payment_change", args=[report.payment_id]),
                tone="ok" if is_credit else "bad",
                icon="wallet" if is_credit else "warn",
            )
        )
    for purchase in Purchase.objects.filter(payment__in=payments).select_related("agent"):
        entries.append(
            TimelineEntry(
                purchase.purchased_at,
                "Transaksi",
                f"Belanja Rp{thousands(purchase.amount)} di {purchase.agent.name}",
                "Dibatalkan." if purchase.voided_at else "",
                source=purchase.number,
                url=reverse("admin:distribution_purchase_change", args=[purchase.pk]),
                tone="idle" if purchase.voided_at else "ok",
                icon="wallet",
            )
        )
    return entries


MONTHS_SHOWN = 6


def household_money(household: Household, user: User) -> HouseholdMoney | None:
    """The aid of the newest year with a payment, and what became of the last periods."""
    if not user.has_perm("distribution.view_payment"):
        return None
    payments = list(
        household.payments.select_related("period__programme").order_by("-first_month", "-pk")[:36]
    )
    if not payments:
        return None
    newest = payments[0]
    of_year = [row for row in payments if row.first_month.year == newest.first_month.year]
    rate = f"Rp{thousands(newest.rate)} per bulan"
    return HouseholdMoney(
        f"Bantuan {newest.first_month.year}",
        f"{newest.period.programme}, {rate}",
        credited=sum(row.topped_up_amount for row in of_year),
        unspent=sum(row.balance for row in of_year),
        months=[_month(row) for row in reversed(payments[:MONTHS_SHOWN])],
    )


def _month(payment: Payment) -> MoneyMonth:
    if payment.topped_up_amount:
        if payment.refunded_amount >= payment.topped_up_amount:
            word, tone, icon = "kembali", "idle", "undo"
        elif payment.balance:
            word, tone, icon = "saldo", "warn", "clock"
        else:
            word, tone, icon = "belanja", "ok", "check"
    elif payment.status in chain.FAILED | chain.EXCLUDED:
        word, tone, icon = "gagal", "bad", "warn"
    else:
        word, tone, icon = "proses", "idle", "clock"
    name = date_format(payment.first_month, "M")
    if payment.months > 1:
        name += f" ({payment.months} bln)"
    url = reverse("admin:distribution_payment_change", args=[payment.pk])
    return MoneyMonth(name, word, tone, icon, url)
