"""Long work on a period: asked for, done by the worker, found again when the worker has died."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from distribution import tasks
from distribution.actions import periods, reconciliation
from distribution.models import PayoutPeriod, PeriodWork, Purchase
from spreadsheets.words import thousands
from uploads.models import Upload, UploadRow

Kind, Status = PeriodWork.Kind, PeriodWork.Status
# Whoever waits for a sheet goes first; a comparison that follows ten sheets comes after the last.
PRIORITY = {Kind.DAFTAR: 0, Kind.BANDING: -10}
_PERMISSION = {
    Kind.DAFTAR: "distribution.make_paymentlist",
    Kind.BANDING: "distribution.reconcile",
}


def may_ask(user: User, kind: str) -> bool:
    return user.has_perm(_PERMISSION[kind]) and user.scope.is_province


def _require(user: User, kind: str) -> None:
    if not may_ask(user, kind):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")


@transaction.atomic
def request(period: PayoutPeriod, kind: str, *, by: User | None) -> PeriodWork:
    """Let the worker do it. What waits already is waited for: it will see the newest data.

    `by` is None for what the portal does by itself.
    """
    if by is not None:
        _require(by, kind)
    period = PayoutPeriod.objects.get(pk=period.pk)
    if kind == Kind.DAFTAR and period.status == PayoutPeriod.Status.DITUTUP:
        raise ValidationError(f"{period} sudah ditutup, jadi daftarnya tidak berubah lagi.")
    # Held until this transaction ends: what begins before would not see what it has written.
    work, is_new = PeriodWork.objects.select_for_update().get_or_create(
        period=period, kind=kind, status=Status.ANTRE, defaults={"by": by}
    )
    if is_new:
        tasks.do.using(priority=PRIORITY[kind]).enqueue(work.pk)
    return work


def newest(period: PayoutPeriod, kind: str) -> PeriodWork | None:
    return PeriodWork.objects.filter(period=period, kind=kind).select_related("by").first()


@transaction.atomic
def cancel(work: PeriodWork, *, by: User) -> PeriodWork:
    """Take back what has not begun yet."""
    _require(by, work.kind)
    work = PeriodWork.objects.select_for_update().get(pk=work.pk)
    if work.status != Status.ANTRE:
        raise ValidationError(
            f"{work.get_kind_display()} sudah {work.get_status_display().lower()}, jadi tidak dapat"
            " dibatalkan lagi."
        )
    return _end(work, Status.DIBATALKAN, f"Dibatalkan {by}.")


@transaction.atomic
def begin(work_id: int) -> PeriodWork | None:
    """Take up what waits, or what a worker that has died left; None when there is nothing to do."""
    works = PeriodWork.objects.select_for_update(of=["self"]).select_related("period", "by")
    work = works.get(pk=work_id)
    if not work.is_open:
        return None
    work.status, work.started_at = Status.BERJALAN, timezone.now()
    work.save(update_fields=["status", "started_at"])
    return work


@transaction.atomic
def perform(work: PeriodWork, *, today: date | None = None) -> PeriodWork:
    """Do it and say what came of it, in one transaction: it is done once, or not at all."""
    if work.kind == Kind.DAFTAR:
        listed = periods.make_list(work.period, by=work.by)
        outcome = (
            f"Dari {thousands(listed.eligible)} KPM berhak, {thousands(listed.created)}"
            f" ditambahkan, {thousands(listed.kept)} sudah ada, {thousands(listed.left_out)} tidak"
            " dibayar dengan alasannya."
        )
        if work.period.status != PayoutPeriod.Status.DISIAPKAN:
            request(work.period, Kind.BANDING, by=None)
    else:
        found = reconciliation.reconcile(work.period, by=work.by, today=today)
        outcome = (
            f"{thousands(found.added)} temuan baru, {thousands(found.gone)} tidak ditemukan lagi"
            " dan ditutup."
        )
    return _end(work, Status.SELESAI, outcome)


def fail(work: PeriodWork, reason: str) -> PeriodWork:
    return _end(work, Status.GAGAL, reason)


def _end(work: PeriodWork, status: str, outcome: str) -> PeriodWork:
    work.status, work.outcome, work.finished_at = status, outcome, timezone.now()
    work.save(update_fields=["status", "outcome", "finished_at"])
    return work


# The sheets that change one of the four lists.
_LISTS, _PURCHASES = ("daftar_bayar", "hasil_top_up"), "transaksi"


def follow_upload(upload: Upload) -> None:
    """Compare the periods anew whose lists an upload has changed; listens to `uploads.steps`."""
    done = (Upload.Status.DITERAPKAN, Upload.Status.DIBATALKAN)
    if upload.status not in done or upload.applied_at is None:
        return
    if upload.kind in _LISTS:
        concerned = [upload.reference]
    elif upload.kind == _PURCHASES:
        rows = UploadRow.objects.filter(upload=upload, target_id__isnull=False)
        bought = Purchase.objects.filter(pk__in=rows.values("target_id"))
        concerned = bought.order_by().values("period").distinct()
    else:
        return
    found = PayoutPeriod.objects.exclude(status=PayoutPeriod.Status.DISIAPKAN)
    for period in found.filter(pk__in=concerned).order_by("pk"):
        request(period, Kind.BANDING, by=None)
