"""Changes of payout periods: the only place where their status changes and lists are made.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_role
from distribution import chain
from distribution.models import BenefitRate, PayoutPeriod
from spreadsheets.words import thousands

Status = PayoutPeriod.Status

# Upper layers that keep figures of payments append a function here when they start.
listeners: list[Callable[[PayoutPeriod], None]] = []


@dataclass(frozen=True)
class Listed:
    """What making a list has come to: `eligible` = `kept` + `created` + `left_out`."""

    eligible: int
    kept: int
    created: int
    left_out: int


def _require(user: User, permission: str) -> None:
    require_role(user, permission)
    if not user.scope.is_province:
        raise PermissionDenied("Periode salur berlaku untuk seluruh provinsi, di luar tugas Anda.")


def _locked(period: PayoutPeriod) -> PayoutPeriod:
    return PayoutPeriod.objects.select_for_update().get(pk=period.pk)


def _move(period: PayoutPeriod, status: str, *, after: str) -> None:
    if period.status != after or status not in PayoutPeriod.TRANSITIONS[after]:
        raise ValidationError(
            f"Periode berstatus {period.get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    period.status = status
    period.save()


def _last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def rate_of(period: PayoutPeriod) -> int:
    """Rupiah per month, the same in all months of the period. Raises `ValidationError`."""
    rates = BenefitRate.objects.filter(programme=period.programme_id)
    first = rates.on(period.first_month).first()
    if first is None or first != rates.on(_last_day(period.last_month)).first():
        raise ValidationError(
            f"Nilai bantuan {period.programme} tidak ada atau berubah dalam periode ini."
            " Lengkapi nilai bantuan, atau pisahkan periodenya."
        )
    return first.amount


@transaction.atomic
def create_period(
    *, programme, name: str, first_month: date, last_month: date, is_rapel: bool = False, by: User
) -> PayoutPeriod:
    """Prepare a period; it pays nobody until its list is made."""
    _require(by, "distribution.add_payoutperiod")
    period = PayoutPeriod(
        programme=programme,
        name=name,
        first_month=first_month,
        last_month=last_month,
        is_rapel=is_rapel,
    )
    period.full_clean()
    if period.month_count > 12:
        raise ValidationError("Satu periode paling banyak 12 bulan. Pisahkan periodenya.")
    rate_of(period)
    period.save()
    return period


# Enrolled on some day of the period. Of several enrolments the one that goes on counts; of several
# cards of the payee the active one, of which there is at most one.
_ELIGIBLE = """
CREATE TEMPORARY TABLE eligible ON COMMIT DROP AS
SELECT DISTINCT ON (h.id) h.id AS household_id, h.village_id, p.id AS person_id, p.name, p.nik,
    c.card_number, c.account_number, c.bank_id,
    greatest(date_trunc('month', e.started_on)::date, %(first)s) AS first_month,
    CASE
        WHEN e.ended_on IS NOT NULL THEN 'BERAKHIR'
        WHEN NOT h.is_active THEN 'KELUARGA_NONAKTIF'
        WHEN p.id IS NULL THEN 'TANPA_PENGURUS'
        WHEN NOT p.is_active THEN 'PENGURUS_NONAKTIF'
        WHEN NOT p.nik_valid THEN 'NIK_TIDAK_SAH'
    END AS reason
FROM beneficiaries_enrollment e
JOIN beneficiaries_household h ON h.id = e.household_id
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
LEFT JOIN beneficiaries_card c ON c.household_id = h.id AND c.holder_id = h.payee_id
    AND c.status IN ('DIBUKA', 'DISERAHKAN')
WHERE e.programme_id = %(programme)s AND e.started_on <= %(last_day)s
    AND (e.ended_on IS NULL OR e.ended_on >= %(first)s)
ORDER BY h.id, e.ended_on DESC NULLS FIRST, e.started_on, c.id DESC;
ANALYZE eligible;
UPDATE eligible SET reason = 'NIK_GANDA' WHERE reason IS NULL AND nik IN (
    SELECT nik FROM eligible WHERE reason IS NULL GROUP BY nik HAVING count(*) > 1);
UPDATE eligible x SET reason = 'SUDAH_DIBAYAR'
FROM distribution_payment p JOIN distribution_payoutperiod o ON o.id = p.period_id
WHERE x.reason IS NULL AND p.household_id = x.household_id AND o.id <> %(period)s
    AND o.programme_id = %(programme)s
    AND o.first_month <= %(last)s AND o.last_month >= %(first)s
    AND p.first_month <= %(last)s
    AND p.first_month + make_interval(months => p.months) > x.first_month
    AND p.status <> ALL (%(not_paid)s);
"""
_CREATE = """
INSERT INTO distribution_payment (period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, status_on, reason, topped_up_amount, spent_amount, refunded_amount, source_user_id)
SELECT %(period)s, household_id, person_id, true, name, nik, coalesce(card_number, ''),
    coalesce(account_number, ''), bank_id, village_id, first_month, n, %(rate)s, %(rate)s * n,
    'PENETAPAN', %(today)s, '', 0, 0, 0, %(user)s
FROM eligible CROSS JOIN LATERAL (SELECT (extract(year FROM %(last)s::date) * 12
    + extract(month FROM %(last)s::date) - extract(year FROM first_month) * 12
    - extract(month FROM first_month) + 1)::integer AS n) months
WHERE reason IS NULL
ON CONFLICT (period_id, household_id) DO NOTHING
"""
_LEAVE_OUT = """
DELETE FROM distribution_leftout WHERE period_id = %(period)s;
INSERT INTO distribution_leftout (period_id, household_id, village_id, reason)
SELECT %(period)s, x.household_id, x.village_id, coalesce(x.reason, 'TIDAK_DALAM_DAFTAR')
FROM eligible x LEFT JOIN distribution_payment p
    ON p.period_id = %(period)s AND p.household_id = x.household_id
WHERE p.id IS NULL;
UPDATE distribution_payment p SET is_eligible = NOT p.is_eligible
WHERE p.period_id = %(period)s AND p.is_eligible <> (p.household_id IS NOT NULL
    AND EXISTS (SELECT FROM eligible x WHERE x.household_id = p.household_id));
"""
_COUNTED = """
SELECT
    (SELECT count(DISTINCT household_id) FROM beneficiaries_enrollment
        WHERE programme_id = %(programme)s AND started_on <= %(last_day)s
            AND (ended_on IS NULL OR ended_on >= %(first)s)),
    (SELECT count(*) FROM distribution_payment WHERE period_id = %(period)s AND is_eligible),
    (SELECT count(*) FROM distribution_leftout WHERE period_id = %(period)s)
"""


# The next pages must not wait for autovacuum to learn of a new period. What share of the rows is of
# one period is known from 3,000 of them; reading 30,000 pages of ten million takes seconds.
_KNOWN = """
SET LOCAL default_statistics_target = 10;
ANALYZE distribution_payment (period_id), distribution_leftout (period_id)
"""


def settle(period: PayoutPeriod, cursor, *, by: User | None, create: bool) -> Listed:
    """Hold the register against the payments of a period: who is eligible and is not paid, and why.

    With `create` those who can be paid get their payment; without, they are told as missing in the
    list of the centre. The caller holds the lock on the period and is in a transaction.
    """
    values = {
        "period": period.pk,
        "programme": period.programme_id,
        "first": period.first_month,
        "last": period.last_month,
        "last_day": _last_day(period.last_month),
        "today": timezone.localdate(),
        "user": by.pk if by else None,
        "not_paid": [*chain.FAILED, *chain.EXCLUDED, chain.REFUNDED],
    }
    cursor.execute("DROP TABLE IF EXISTS eligible; SET LOCAL jit = off")
    cursor.execute(_ELIGIBLE, values)
    created = 0
    if create:
        cursor.execute(_CREATE, values | {"rate": rate_of(period)})
        created = cursor.rowcount
    cursor.execute(_LEAVE_OUT, values)
    cursor.execute(_COUNTED, values)
    eligible, paid, left_out = cursor.fetchone()
    if eligible != paid + left_out:
        raise RuntimeError(f"{eligible} eligible, {paid} paid and {left_out} left out")
    period.eligible_count, period.listed_at = eligible, timezone.now()
    period.save(update_fields=["eligible_count", "listed_at"])
    return Listed(eligible, paid - created, created, left_out)


def make_list(period: PayoutPeriod, *, by: User) -> Listed:
    """Make the payment list from the register, or bring it up to date.

    Payments that are there stay as they are: their copy of payee and amount is frozen.
    """
    _require(by, "distribution.make_paymentlist")
    with transaction.atomic(), connection.cursor() as cursor:
        period = _locked(period)
        if period.status == Status.DITUTUP:
            raise ValidationError(f"{period} sudah ditutup, jadi daftarnya tidak berubah lagi.")
        listed = settle(period, cursor, by=by, create=True)
        for listener in listeners:
            listener(period)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KNOWN)
    return listed


@transaction.atomic
def open_period(period: PayoutPeriod, *, by: User) -> PayoutPeriod:
    """Let the banks report on the payments of the list."""
    _require(by, "distribution.change_payoutperiod")
    period = _locked(period)
    if not period.payments.exists():
        raise ValidationError(
            "Daftar bayar periode ini masih kosong. Susun dari register atau unggah daftar pusat,"
            " lalu buka periodenya."
        )
    period.opened_by, period.opened_at = by, timezone.now()
    _move(period, Status.BERJALAN, after=Status.DISIAPKAN)
    return period


@transaction.atomic
def close_period(period: PayoutPeriod, *, by: User, note: str = "") -> PayoutPeriod:
    """End the period. With payments in progress only when `note` says why they stay open.

    Money already credited may still be spent; nothing more can be listed or credited.
    """
    _require(by, "distribution.change_payoutperiod")
    period = _locked(period)
    in_progress = period.payments.in_progress().count()
    if in_progress and not note.strip():
        raise ValidationError(
            f"{thousands(in_progress)} pembayaran belum dikreditkan atau dikeluarkan. Tunggu"
            " laporan bank, atau sebutkan alasan menutup periode dengan sisa itu."
        )
    period.closed_by, period.closed_at = by, timezone.now()
    period.close_note = note.strip()
    _move(period, Status.DITUTUP, after=Status.BERJALAN)
    return period


@transaction.atomic
def reopen_period(period: PayoutPeriod, *, by: User) -> PayoutPeriod:
    """Go on with a closed period."""
    _require(by, "distribution.change_payoutperiod")
    period = _locked(period)
    period.closed_by = period.closed_at = None
    period.close_note = ""
    _move(period, Status.BERJALAN, after=Status.DITUTUP)
    return period
