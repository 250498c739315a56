"""The officer of a bank: what to report and to answer, and how far the running period is."""

from accounts.models import User
from dashboards import comparisons
from dashboards.starts import shared
from dashboards.starts.page import Card, Row, Start
from dashboards.work import Task, due
from distribution.bank_work import bank_work, list_url
from distribution.chain import FAILED
from spreadsheets.words import thousands

EMPTY = "Angka muncul di sini setelah Dinas Sosial mengirim daftar bayar."


def tasks(user: User) -> list[Task]:
    lines = [
        Task(line.count, line.unit, line.title, line.text, line.button, line.url, due(line.due))
        for line in bank_work(user)
    ]
    return shared.with_registered(user, lines)


def cards(user: User) -> list[Card]:
    return [_period(user), shared.last_uploads(user)]


def _period(user: User) -> Card:
    """The newest period: what was ordered, and what the bank has told of it."""
    period, counts = comparisons.paid(user, min(user.scope.codes, key=len))
    if period is None:
        return Card("Penyaluran", [], empty=EMPTY)
    shown = (
        ("Ditetapkan", counts.payments, counts.planned, {}),
        ("Dana masuk", counts.credited, counts.credited_amount, {"dana": "masuk"}),
        ("Gagal", counts.failed, counts.failed_amount, {"status__in": ",".join(sorted(FAILED))}),
        ("Belum transaksi", counts.unspent, None, {"belanja": "belum"}),
    )
    return Card(
        title=f"Penyaluran {period}",
        rows=[
            Row(
                label=label,
                value=f"{thousands(number)} KPM",
                note=f"Rp{thousands(amount)}" if amount is not None else "",
                url=list_url("distribution_payment", period__id__exact=period.pk, **filters),
            )
            for label, number, amount, filters in shown
        ],
        empty=EMPTY,
    )


START = Start(
    nothing="Daftar bayar yang harus dilaporkan, temuan untuk dijawab, dan kontrak agen yang"
    " berakhir akan muncul di sini.",
    tasks=tasks,
    cards=cards,
    actions=(shared.UPLOAD,),
)
