"""Comparing the four lists of a period, and handling what the comparison has found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from distribution.models import PayoutPeriod, ReconciliationFinding
from distribution.models.reconciliation import FindingStep
from distribution.reconciliation import compare
from spreadsheets.words import thousands

Status = ReconciliationFinding.Status
# Money that was credited may be spent for months after a period is closed.
WATCHED_DAYS = 120


@dataclass(frozen=True)
class Compared:
    """What a comparison has changed: new findings, those that changed or came back, those gone."""

    added: int
    changed: int
    gone: int


@transaction.atomic
def reconcile(period: PayoutPeriod, *, by: User | None, today: date | None = None) -> Compared:
    """Compare the lists of a period anew. How a finding was handled stays with it.

    `by` is None for the work of the night. Twice the same lists give the same findings.
    """
    if by is not None:
        if not by.has_perm("distribution.reconcile"):
            raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
        if not by.scope.is_province:
            raise PermissionDenied("Rekonsiliasi dihitung untuk seluruh provinsi.")
    PayoutPeriod.objects.select_for_update().get(pk=period.pk)
    values = {"period": period.pk}
    counts = []
    with connection.cursor() as cursor:
        compare.lay_out(cursor, period, today=today)
        for statement in (compare.KEEP, compare.ADD, compare.CLOSE):
            cursor.execute(statement, values)
            counts.append(cursor.rowcount)
        cursor.execute(compare.COUNT, values)
        cursor.execute(compare.PRICES, values)
    changed, added, gone = counts
    return Compared(added, changed, gone)


def watched_periods():
    """Periods whose lists still change: running, or closed less than `WATCHED_DAYS` ago."""
    since = timezone.now() - timedelta(days=WATCHED_DAYS)
    running = Q(status=PayoutPeriod.Status.BERJALAN)
    return PayoutPeriod.objects.filter(running | Q(closed_at__gte=since)).order_by("first_month")


def reconcile_watched() -> int:
    """Compare every period whose lists still change, each for itself; the work of the night."""
    periods = list(watched_periods())
    for period in periods:
        reconcile(period, by=None)
    return len(periods)


def _handle(
    findings: Iterable[int],
    *,
    by: User,
    permission: str,
    status: str,
    note: str,
    only=None,
    **changes,
) -> int:
    """Move findings that the user may see; all of them or, with the reason, none."""
    if by is None or not by.has_perm(permission):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
    wanted = set(findings)
    if not wanted:
        raise ValidationError("Pilih sekurangnya satu temuan.")
    own = ReconciliationFinding.objects.visible_to(by).present().filter(pk__in=wanted)
    rows = list(own.select_for_update().order_by("pk"))
    if len(rows) < len(wanted):
        raise ValidationError(
            f"{thousands(len(wanted) - len(rows))} temuan sudah tidak ada lagi atau di luar"
            " wilayah tugas Anda. Muat ulang halaman ini; tidak ada yang diubah."
        )
    wrong = [row for row in rows if status not in ReconciliationFinding.TRANSITIONS[row.status]]
    if wrong:
        raise ValidationError(
            f"{thousands(len(wrong))} temuan berstatus {wrong[0].get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Tidak ada yang diubah."
        )
    if only is not None:
        only(rows)
    now = timezone.now()
    own.order_by().update(status=status, note=note, handled_at=now, **changes)
    FindingStep.objects.bulk_create(
        [
            FindingStep(finding=row, village_id=row.village_id, status=status, note=note, by=by)
            for row in rows
        ],
        batch_size=1000,
    )
    return len(rows)


def _concern_banks(rows: list[ReconciliationFinding]) -> None:
    without = sum(row.bank_id is None for row in rows)
    if without:
        raise ValidationError(
            f"{thousands(without)} temuan tidak menyangkut bank mana pun. Batalkan pilihannya;"
            " tidak ada yang diubah."
        )


@transaction.atomic
def ask_bank(findings: Iterable[int], *, note: str, by: User) -> int:
    """Ask the banks concerned to explain; their officers see the question."""
    return _handle(
        findings,
        by=by,
        permission="distribution.handle_reconciliationfinding",
        status=Status.DIMINTA,
        note=note.strip(),
        only=_concern_banks,
        owner=by,
    )


@transaction.atomic
def answer(findings: Iterable[int], *, note: str, by: User) -> int:
    """The bank's explanation of what it was asked."""
    if not note.strip():
        raise ValidationError("Tulis jawaban bank: sebabnya, dan kapan diselesaikan.")
    return _handle(
        findings,
        by=by,
        permission="distribution.answer_reconciliationfinding",
        status=Status.DIJAWAB,
        note=note.strip(),
    )


@transaction.atomic
def settle(findings: Iterable[int], *, note: str, evidence: str = "", by: User) -> int:
    """Record that findings are dealt with: what was done, and what proves it."""
    if not note.strip():
        raise ValidationError("Tulis hasil penanganannya: apa yang dilakukan.")
    return _handle(
        findings,
        by=by,
        permission="distribution.handle_reconciliationfinding",
        status=Status.SELESAI,
        note=note.strip(),
        evidence=evidence.strip(),
        owner=by,
    )


@transaction.atomic
def reopen(findings: Iterable[int], *, note: str = "", by: User) -> int:
    """Take back that findings were dealt with."""
    return _handle(
        findings,
        by=by,
        permission="distribution.handle_reconciliationfinding",
        status=Status.BELUM,
        note=note.strip(),
        evidence="",
    )
