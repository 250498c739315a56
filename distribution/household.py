"""What the payout adds to the page of a family."""

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects
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
from beneficiaries.models import Card, Household
from distribution import chain
from distribution.models import LeftOut, Payment, ProgrammePair
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


PAYMENT, PURCHASE = "distribution.view_payment", "distribution.view_purchase"
# What a family's timeline tells beside its payments, of every table in one question. An agent of
# another kabupaten/kota is not known to a user of this one; the purchase is.
_STORY = """
SELECT 'LAPORAN', r.status_on::timestamptz, r.status, r.amount, r.reason, d.name, p.id
FROM distribution_payment p JOIN distribution_paymentreport r ON r.payment_id = p.id
JOIN distribution_payoutperiod d ON d.id = p.period_id
WHERE p.household_id = %(household)s AND r.withdrawn_at IS NULL AND r.status = ANY (%(told)s)
UNION ALL
SELECT 'BELANJA', b.purchased_at, b.void_reason, b.amount, coalesce(a.name, ''), b.number, b.id
FROM distribution_payment p JOIN distribution_purchase b ON b.payment_id = p.id
LEFT JOIN distribution_agent a ON a.id = b.agent_id
WHERE p.household_id = %(household)s
UNION ALL
SELECT 'TIDAK_DIBAYAR', o.created_at, o.reason, NULL, '', d.name, o.id
FROM distribution_leftout o JOIN distribution_payoutperiod d ON d.id = o.period_id
WHERE o.household_id = %(household)s
UNION ALL
SELECT 'KARTU', e.happened_on::timestamptz, e.after, NULL, e.note, '', e.card_id
FROM distribution_cardevent e
WHERE e.household_id = %(household)s AND e.after = ANY (%(stopped)s)
"""
_TOLD = [chain.CREDITED, chain.REFUNDED, *chain.FAILED, *chain.EXCLUDED]
_STOPPED = [Card.Status.HILANG, Card.Status.DIBLOKIR, Card.Status.DIGANTI]


def payout_timeline(household: Household) -> list[TimelineEntry]:
    """Determination, top-up, refund and purchases of a family, and cards that were lost or blocked.

    For the timeline on its page; the caller has checked that the user may see the family.
    """
    entries = [_determined(payment) for payment in _payments(household)]
    with connection.cursor() as cursor:
        cursor.execute(
            _STORY, {"household": household.pk, "told": _TOLD, "stopped": list(_STOPPED)}
        )
        entries += [_ENTRIES[what](*told) for what, *told in cursor.fetchall()]
    return entries


def _payments(household: Household) -> list[Payment]:
    """All payments of the family, newest first; asked once for its page."""
    payments = Payment.objects.select_related("period__programme").order_by("-first_month", "-pk")
    prefetch_related_objects([household], Prefetch("payments", payments))
    return list(household.payments.all())


def _determined(payment: Payment) -> TimelineEntry:
    return TimelineEntry(
        timezone.localdate(payment.created_at),
        "Penyaluran",
        f"Ditetapkan menerima Rp{thousands(payment.amount)}",
        f"{payment.months} bulan, {payment.period}.",
        source="Daftar bayar",
        url=_page("payment", payment.pk),
        permission=PAYMENT,
    )


def _page(model: str, pk: int) -> str:
    return reverse(f"admin:distribution_{model}_change", args=[pk])


def _reported(at, status, amount, reason, period, payment) -> TimelineEntry:
    tone, icon = "bad", "warn"
    if status in (chain.CREDITED, chain.REFUNDED):
        tone, icon = ("ok", "wallet") if status == chain.CREDITED else ("idle", "undo")
    return TimelineEntry(
        timezone.localdate(at),
        "Penyaluran",
        chain.LABELS[status] + (f" Rp{thousands(amount)}" if amount else ""),
        reason,
        source=f"Laporan bank, {period}",
        url=_page("payment", payment),
        permission=PAYMENT,
        tone=tone,
        icon=icon,
    )


def _bought(at, void_reason, amount, agent, number, purchase) -> TimelineEntry:
    return TimelineEntry(
        at,
        "Transaksi",
        f"Belanja Rp{thousands(amount)} di {agent or 'agen kabupaten/kota lain'}",
        f"Dibatalkan: {void_reason}" if void_reason else "",
        source=number,
        url=_page("purchase", purchase),
        permission=PURCHASE,
        tone="idle" if void_reason else "ok",
        icon="wallet",
    )


def _left_out(at, reason, amount, text, period, left_out) -> TimelineEntry:
    return TimelineEntry(
        timezone.localdate(at),
        "Penyaluran",
        f"Tidak dibayar pada {period}",
        f"{LeftOut.Reason(reason).label}.",
        source="Daftar bayar",
        tone="warn",
        icon="minus",
    )


def _card_stopped(at, status, amount, note, text, card) -> TimelineEntry:
    return TimelineEntry(
        timezone.localdate(at),
        "Kartu",
        f"KKS {Card.Status(status).label.lower()}",
        note,
        source="Perjalanan kartu",
        url=reverse("admin:beneficiaries_card_change", args=[card]),
        permission="beneficiaries.view_card",
        tone="warn",
        icon="card",
    )


_ENTRIES = {
    "LAPORAN": _reported,
    "BELANJA": _bought,
    "TIDAK_DIBAYAR": _left_out,
    "KARTU": _card_stopped,
}
MONTHS_SHOWN = 6


def household_money(household: Household, user: User) -> HouseholdMoney | None:
    """The aid of the newest year with a payment, and what became of the last periods."""
    if not user.has_perm("distribution.view_payment"):
        return None
    payments = _payments(household)
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
