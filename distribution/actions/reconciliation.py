"""Comparing the four lists of a period, and handling what the comparison has found."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Notification, User
from accounts.notifications import notify, users_who_may
from accounts.permissions import require_role
from accounts.roles import Role
from distribution import sums
from distribution.models import PayoutPeriod, ReconciliationFinding
from distribution.models.reconciliation import FindingStep, Office
from distribution.reconciliation import compare
from spreadsheets.words import thousands

Status = ReconciliationFinding.Status
# Money that was credited may be spent for months after a period is closed.
WATCHED_DAYS = 120
HANDLE = "distribution.handle_reconciliationfinding"
# What a step holds of the handling of its finding.
STATE = ("status", "note", "evidence", "owner_id", "office")


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
        require_role(by, "distribution.reconcile")
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
    """Compare every period whose lists still change, each for itself; the work of the night, as is
    adding up the sums of payments."""
    sums.compact()
    periods = list(watched_periods())
    for period in periods:
        reconcile(period, by=None)
    return len(periods)


@dataclass(frozen=True)
class Handled:
    """How many findings were handled, and the deed by which that can be undone."""

    count: int
    deed: UUID


def _locked(findings: Iterable[int], by: User) -> list[ReconciliationFinding]:
    """The findings of these ids, in the scope of the user; all of them or none."""
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
    return rows


def _write(rows: list[ReconciliationFinding], *, by: User, is_undo: bool = False) -> Handled:
    """Keep the state that was set on these rows, and a step of each."""
    now, deed = timezone.now(), uuid4()
    alike = defaultdict(list)
    for row in rows:
        alike[tuple(getattr(row, name) for name in STATE)].append(row.pk)
    for state, pks in alike.items():
        ReconciliationFinding.objects.filter(pk__in=pks).update(
            **dict(zip(STATE, state, strict=True)), handled_at=now
        )
    FindingStep.objects.bulk_create(
        [
            FindingStep(
                finding=row,
                village_id=row.village_id,
                **{name: getattr(row, name) for name in STATE},
                deed=deed,
                is_undo=is_undo,
                by=by,
            )
            for row in rows
        ],
        batch_size=1000,
    )
    return Handled(len(rows), deed)


def _handle(
    findings: Iterable[int],
    *,
    by: User,
    permission: str,
    status: str,
    only: Callable[[list[ReconciliationFinding]], None] | None = None,
    **changes,
) -> tuple[list[ReconciliationFinding], Handled]:
    """Move findings that the user may see; all of them or, with the reason, none."""
    require_role(by, permission)
    rows = _locked(findings, by)
    wrong = [row for row in rows if status not in ReconciliationFinding.TRANSITIONS[row.status]]
    if wrong:
        raise ValidationError(
            f"{thousands(len(wrong))} temuan berstatus {wrong[0].get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Tidak ada yang diubah."
        )
    if only is not None:
        only(rows)
    for row in rows:
        row.status = status
        for name, value in changes.items():
            setattr(row, name, value)
    return rows, _write(rows, by=by)


def _concern_banks(rows: list[ReconciliationFinding]) -> None:
    without = sum(row.bank_id is None for row in rows)
    if without:
        raise ValidationError(
            f"{thousands(without)} temuan tidak menyangkut bank mana pun. Batalkan pilihannya;"
            " tidak ada yang diubah."
        )


def _tell(users: Iterable[User], rows: list[ReconciliationFinding], text: str, by: User) -> None:
    """Tell these users, but not who has done it; the link is their own list of the period."""
    period = rows[0].period_id
    notify(
        [user for user in users if user.pk != by.pk],
        topic=Notification.Topic.PENYALURAN,
        text=f"{thousands(len(rows))} temuan rekonsiliasi {text}",
        url=f"/penyaluran/rekonsiliasi/?periode={period}&jenis=TERBUKA&pj=saya#daftar",
    )


def may_own(places: Iterable[str]) -> list[User]:
    """Who may be made responsible for findings in all of these kabupaten/kota, by name."""
    people = [set(users_who_may(HANDLE, place)) for place in places]
    return sorted(set.intersection(*people) if people else (), key=str)


@transaction.atomic
def assign(
    findings: Iterable[int], *, by: User, to: User | None = None, office: str = "", note: str = ""
) -> Handled:
    """Make a person, or an office of the Dinas Sosial, responsible; they are told.

    A bank is asked by `ask_bank`. Raises `ValidationError` for somebody who works elsewhere.
    """
    if to is None and office not in (Office.PROVINSI, Office.KABKOTA):
        raise ValidationError("Pilih orang atau instansi yang menindaklanjuti.")

    def reachable(rows):
        if to is not None and to not in may_own({row.regency_code for row in rows}):
            raise ValidationError(
                f"{to} tidak menangani temuan di semua wilayah yang dipilih. Pilih petugas lain,"
                " atau serahkan kepada instansinya; tidak ada yang diubah."
            )

    rows, handled = _handle(
        findings,
        by=by,
        permission=HANDLE,
        status=Status.DITINDAKLANJUTI,
        only=reachable,
        owner=to,
        office="" if to else office,
        note=note.strip(),
    )
    if to is not None:
        _tell([to], rows, "diserahkan kepada Anda.", by)
    else:
        for place, inside in _by_place(rows).items():
            wide = office == Office.PROVINSI
            users = users_who_may(HANDLE, place)
            _tell(
                [user for user in users if user.scope.is_province == wide],
                inside,
                f"diserahkan kepada {Office(office).label}.",
                by,
            )
    return handled


def _by_place(rows: list[ReconciliationFinding]) -> dict[str, list[ReconciliationFinding]]:
    """Findings by kabupaten/kota."""
    found = defaultdict(list)
    for row in rows:
        found[row.regency_code].append(row)
    return found


@transaction.atomic
def ask_bank(findings: Iterable[int], *, note: str, by: User) -> Handled:
    """Ask the banks concerned to explain; their officers are told and see the question."""
    rows, handled = _handle(
        findings,
        by=by,
        permission=HANDLE,
        status=Status.DIMINTA,
        only=_concern_banks,
        owner=None,
        office=Office.BANK,
        note=note.strip(),
    )
    for bank in {row.bank_id for row in rows}:
        officers = User.objects.filter(role=Role.BANK, bank=bank, is_active=True)
        concerned = [row for row in rows if row.bank_id == bank]
        _tell(officers, concerned, "menunggu penjelasan bank Anda.", by)
    return handled


@transaction.atomic
def answer(findings: Iterable[int], *, note: str, by: User) -> Handled:
    """The bank's explanation; the finding goes back to whoever has asked for it."""
    if not note.strip():
        raise ValidationError("Tulis jawaban bank: sebabnya, dan kapan diselesaikan.")
    rows, handled = _handle(
        findings,
        by=by,
        permission="distribution.answer_reconciliationfinding",
        status=Status.DIJAWAB,
        only=_give_back,
        office="",
        note=note.strip(),
    )
    by_asker = defaultdict(list)
    for row in rows:
        by_asker[row.owner].append(row)
    for asker, asked in by_asker.items():
        _tell([asker] if asker else [], asked, "dijawab bank dan menunggu Anda.", by)
    return handled


def _give_back(rows: list[ReconciliationFinding]) -> None:
    asked = FindingStep.objects.filter(finding__in=rows, status=Status.DIMINTA, is_undo=False)
    askers = {step.finding_id: step.by for step in asked.select_related("by").order_by("pk")}
    for row in rows:
        row.owner = askers.get(row.pk)


@transaction.atomic
def settle(findings: Iterable[int], *, note: str, evidence: str = "", by: User) -> Handled:
    """Record that findings are dealt with: what was done, and what proves it."""
    if not note.strip():
        raise ValidationError("Tulis hasil penanganannya: apa yang dilakukan.")
    _, handled = _handle(
        findings,
        by=by,
        permission=HANDLE,
        status=Status.SELESAI,
        owner=by,
        office="",
        note=note.strip(),
        evidence=evidence.strip(),
    )
    return handled


@transaction.atomic
def dismiss(findings: Iterable[int], *, note: str, by: User) -> Handled:
    """Record that the lists differ for a reason that is right."""
    if not note.strip():
        raise ValidationError("Tulis alasannya: mengapa perbedaan ini bukan masalah.")
    _, handled = _handle(
        findings,
        by=by,
        permission=HANDLE,
        status=Status.BUKAN_MASALAH,
        owner=by,
        office="",
        note=note.strip(),
    )
    return handled


@transaction.atomic
def reopen(findings: Iterable[int], *, note: str = "", by: User) -> Handled:
    """Take back that findings were dealt with; they lie with nobody then."""
    _, handled = _handle(
        findings,
        by=by,
        permission=HANDLE,
        status=Status.BELUM,
        owner=None,
        office="",
        note=note.strip(),
        evidence="",
    )
    return handled


@transaction.atomic
def undo(deed: UUID, *, by: User) -> Handled:
    """Bring the findings of a deed of this user back to what they were before it.

    Raises `ValidationError` when there is no such deed, or somebody has gone on since.
    """
    done = list(FindingStep.objects.visible_to(by).filter(deed=deed, by=by, is_undo=False))
    if not done:
        raise ValidationError("Tindakan ini tidak ada atau bukan tindakan Anda.")
    rows = _locked([step.finding_id for step in done], by)
    before, last = {}, {}
    for step in FindingStep.objects.filter(finding__in=rows).order_by("pk"):
        before[step.finding_id] = last.get(step.finding_id)
        last[step.finding_id] = step
    overtaken = sum(step.deed != deed for step in last.values())
    if overtaken:
        raise ValidationError(
            f"{thousands(overtaken)} temuan sudah ditangani lagi sesudahnya, jadi tindakan ini"
            " tidak dapat diurungkan. Buka temuannya satu per satu."
        )
    for row in rows:
        state = before[row.pk] or FindingStep(status=Status.BELUM, office="", evidence="")
        for name in STATE:
            setattr(row, name, getattr(state, name))
    return _write(rows, by=by, is_undo=True)
