"""Money leaving a card and coming back: entering a purchase at a till, voiding one.

Every way a purchase is recorded locks the credited payments of its cards, in the order of their
ids, before it looks at the balance; `payment_balance_not_negative` keeps the rest.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_role
from accounts.roles import Role
from distribution.models import Agent, Commodity, Payment, Purchase, PurchaseLine
from spreadsheets.words import thousands

# `{moving}` holds card_number and amount, a card once. Spending takes from the oldest credit first,
# giving back returns to the newest first: so what is spent of a card follows from the sums alone.
LOCK = """
SELECT count(*) FROM (
    SELECT p.id FROM distribution_payment p
    WHERE p.card_number IN (SELECT card_number FROM {moving} m) AND p.topped_up_amount > 0
    ORDER BY p.id FOR NO KEY UPDATE
) locked
"""
_MOVE = """
UPDATE distribution_payment t SET spent_amount = t.spent_amount {sign} x.part, changed_at = now()
FROM (
    SELECT p.id, least(p.{held}, m.amount - p.before) AS part
    FROM (
        SELECT p.id, p.card_number, p.{held},
            sum(p.{held}) OVER (PARTITION BY p.card_number ORDER BY {order}) - p.{held} AS before
        FROM distribution_payment p
        WHERE p.card_number IN (SELECT card_number FROM {{moving}} m) AND p.{held} > 0
    ) p
    JOIN {{moving}} m USING (card_number) WHERE m.amount > p.before
) x WHERE t.id = x.id
"""
SPEND = _MOVE.format(sign="+", held="balance", order="p.topped_up_on, p.id")
GIVE_BACK = _MOVE.format(sign="-", held="spent_amount", order="p.topped_up_on DESC, p.id DESC")
_ONE = "(SELECT %(card)s::varchar AS card_number, %(amount)s::bigint AS amount)"


@dataclass(frozen=True)
class Goods:
    """A line at the till: how much of a commodity, at what price for one unit."""

    commodity: Commodity
    quantity: Decimal
    price: int

    @property
    def amount(self) -> int:
        return int((self.quantity * self.price).quantize(Decimal(1), "ROUND_HALF_UP"))


def new_number(agent: Agent, at: datetime) -> str:
    """A transaction number for a till form; the form sends it back, so that twice is once."""
    return f"KSR-{agent.pk}-{timezone.localtime(at):%y%m%d}-{secrets.token_hex(4).upper()}"


def till_of(user: User) -> Agent:
    """The agent at whose till this user works. Raises `PermissionDenied`."""
    cashier = getattr(user, "cashier", None)
    if cashier is None or not user.has_perm("distribution.enter_purchase"):
        raise PermissionDenied(
            "Akun Anda belum dihubungkan dengan agen. Hubungi Administrator portal."
        )
    return cashier.agent


def credited_payments(card_number: str, bank_id: str):
    """Payments of a card of this bank that were credited, the oldest first.

    Not by `visible_to`: a till knows no list of payments, only the card that is shown to it; the
    policies of the database keep the regency.
    """
    return Payment.objects.filter(
        card_number=card_number, bank=bank_id, topped_up_amount__gt=0
    ).order_by("topped_up_on", "id")


def _refuse_closed(agent: Agent, day) -> None:
    if not agent.serves_on(day):
        raise ValidationError(
            f"{agent} {agent.get_status_display().lower()} atau di luar masa kontraknya, jadi"
            " transaksi tidak dapat dicatat. Hubungi bank penyalur."
        )


@transaction.atomic
def enter_purchase(
    *, by: User, card_number: str, goods: Iterable[Goods], number: str
) -> tuple[Purchase, bool]:
    """Record a purchase at the till of this user; the purchase, and whether it is new.

    A number that the till has recorded already gives that purchase back and takes nothing again.
    Raises `ValidationError` for an unknown card, an agent that may not sell, goods that are not
    allowed, and an amount over the balance of the card.
    """
    agent, now, goods = till_of(by), timezone.now(), list(goods)
    _refuse_closed(agent, timezone.localdate(now))
    if not goods:
        raise ValidationError("Isi paling sedikit satu barang dengan jumlah dan harganya.")
    for line in goods:
        if not line.commodity.is_allowed:
            raise ValidationError(
                f"{line.commodity} tidak boleh dibeli dengan bantuan ini. Keluarkan dari daftar."
            )
        if line.quantity <= 0 or line.price <= 0:
            raise ValidationError(f"Jumlah dan harga {line.commodity} harus lebih dari nol.")
    payments = list(
        credited_payments(card_number, agent.bank_id).order_by("id").select_for_update(no_key=True)
    )
    earlier = Purchase.objects.filter(number=number, agent=agent, voided_at=None).first()
    if earlier:
        return earlier, False
    if not payments:
        raise ValidationError(
            f"Kartu ini tidak dikenal atau belum menerima bantuan lewat {agent.bank}. Periksa"
            " 16 angka pada kartu."
        )
    amount, balance = sum(line.amount for line in goods), sum(p.balance for p in payments)
    if amount > balance:
        raise ValidationError(
            f"Belanja Rp{thousands(amount)} melebihi saldo kartu Rp{thousands(balance)}."
            " Kurangi barangnya."
        )
    payment = min(
        (payment for payment in payments if payment.balance > 0),
        key=lambda payment: (payment.topped_up_on, payment.pk),
    )
    move(SPEND, card_number, amount)
    purchase = Purchase(
        number=number,
        agent=agent,
        payment=payment,
        period_id=payment.period_id,
        village_id=payment.village_id,
        card_number=card_number,
        purchased_at=now,
        amount=amount,
        entered_by=by,
    )
    purchase.full_clean(exclude=["regency_code"])
    purchase.save()
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            purchase=purchase,
            village_id=purchase.village_id,
            commodity=line.commodity,
            name=line.commodity.name,
            food_group_id=line.commodity.group_id,
            quantity=line.quantity,
            unit=line.commodity.unit,
            price=line.price,
        )
        for line in goods
    )
    return purchase, True


def move(statement: str, card_number: str, amount: int) -> None:
    """`SPEND` or `GIVE_BACK` of one card; the caller has locked its payments."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(moving=_ONE), {"card": card_number, "amount": amount})


@transaction.atomic
def void_purchase(purchase: Purchase, *, reason: str, by: User) -> Purchase:
    """Take a purchase back: it stays, marked, and its money returns to the card.

    An agent may void what its own till has recorded today; later only the province does.
    Raises `ValidationError` for one that is voided already.
    """
    require_role(by, "distribution.void_purchase")
    if not reason.strip():
        raise ValidationError("Sebutkan alasan pembatalan.")
    list(
        Payment.objects.filter(card_number=purchase.card_number, topped_up_amount__gt=0)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    purchase = Purchase.objects.visible_to(by).select_for_update().filter(pk=purchase.pk).first()
    if purchase is None:
        raise PermissionDenied("Transaksi ini di luar wilayah atau kasir Anda.")
    if purchase.voided_at:
        raise ValidationError(
            f"Transaksi {purchase} sudah dibatalkan pada"
            f" {timezone.localtime(purchase.voided_at):%d-%m-%Y pukul %H.%M} dan uangnya sudah"
            " kembali ke kartu; tidak ada lagi yang perlu dilakukan."
        )
    is_today = timezone.localdate(purchase.purchased_at) == timezone.localdate()
    if by.role == Role.AGEN and not is_today:
        raise ValidationError(
            "Transaksi hari sebelumnya dibatalkan oleh Dinas Sosial Provinsi. Laporkan nomornya."
        )
    move(GIVE_BACK, purchase.card_number, purchase.amount)
    purchase.voided_at, purchase.voided_by = timezone.now(), by
    purchase.void_reason = reason.strip()[:250]
    purchase.save(update_fields=["voided_at", "voided_by", "void_reason"])
    return purchase
