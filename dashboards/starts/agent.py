"""The agent: the till first, then what was sold today and last."""

from datetime import date, timedelta

from django.db.models import Count, Sum
from django.utils import timezone

from accounts.models import User
from dashboards.starts import shared
from dashboards.starts.page import Action, Card, Row, Start
from dashboards.work import Task, due, gathered
from distribution.models import Purchase
from spreadsheets.words import thousands
from uploads.wording import Look

CONTRACT_DAYS = 30


def tasks(user: User) -> list[Task]:
    """Nothing waits at a till; only the contract ends by itself."""
    agent = user.cashier.agent
    ends = agent.contract_until
    if ends is None or ends > timezone.localdate() + timedelta(days=CONTRACT_DAYS):
        return []
    return gathered(
        [
            Task(
                count=1,
                unit="kontrak",
                title="Perpanjang kontrak dengan bank",
                text=f"Hubungi {agent.bank}. Sesudah kontrak berakhir, kasir ditutup.",
                button="",
                url=None,
                due=due(ends),
            )
        ]
    )


def cards(user: User) -> list[Card]:
    return [_today(user), _agent(user), _purchases(user)]


def _today(user: User) -> Card:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    sold = (
        Purchase.objects.visible_to(user)
        .valid()
        .filter(agent=user.cashier.agent_id, purchased_at__gte=midnight)
        .aggregate(count=Count("pk"), amount=Sum("amount"))
    )
    return Card(
        title="Penjualan hari ini",
        rows=[
            Row("Transaksi", value=thousands(sold["count"])),
            Row("Nilai", value=f"Rp{thousands(sold['amount'] or 0)}"),
        ],
        empty="",
        note="Tanpa transaksi yang dibatalkan.",
    )


def _purchases(user: User) -> Card:
    last = (
        Purchase.objects.visible_to(user)
        .filter(agent=user.cashier.agent_id)
        .order_by("-purchased_at", "-pk")[: shared.LAST]
    )
    return Card(
        title="Transaksi terakhir",
        rows=[
            Row(
                label=f"Rp{thousands(purchase.amount)}",
                note=f"{shared.moment(purchase.purchased_at)}, nomor {purchase.number}",
                url=shared.change_page("distribution_purchase", purchase.pk),
                look=Look("idle", "minus", "Dibatalkan")
                if purchase.voided_at
                else Look("ok", "ok", "Berlaku"),
            )
            for purchase in last
        ],
        empty="Transaksi yang Anda catat di kasir akan tampak di sini.",
        more=shared.list_page("distribution_purchase"),
    )


def _agent(user: User) -> Card:
    agent = user.cashier.agent
    looks = {
        agent.Status.AKTIF: Look("ok", "ok", "Aktif"),
        agent.Status.DITANGGUHKAN: Look("warn", "warn", "Ditangguhkan"),
        agent.Status.NONAKTIF: Look("bad", "bad", "Nonaktif"),
    }
    return Card(
        title="Agen Anda",
        rows=[
            Row(agent.name, note=f"{agent.bank}, ID {agent.agent_id}", look=looks[agent.status]),
            Row("Kontrak", note=_term(agent.contract_until)),
        ],
        empty="",
    )


def _term(until: date | None) -> str:
    return f"Berlaku sampai {shared.day(until)}." if until else "Berlaku tanpa batas waktu."


START = Start(
    nothing="Layani KPM di kasir. Kontrak yang hampir berakhir akan muncul di sini.",
    tasks=tasks,
    cards=cards,
    actions=(
        Action(
            "Buka kasir",
            "wallet",
            "distribution:till",
            "distribution.enter_purchase",
            is_primary=True,
        ),
    ),
)
