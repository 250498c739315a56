"""What the sheets of payments and purchases share: their period, their bank, the result."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from distribution.models import PayoutPeriod
from spreadsheets.errors import SheetRefused
from spreadsheets.words import thousands
from uploads import kinds
from uploads.models import Upload

PERIOD_ASKED = (
    "Pilih periode salur lembar ini. Bila tidak ada dalam pilihan, periodenya belum dibuka; hubungi"
    " Dinas Sosial provinsi."
)
NOTHING_SAVED = "Tidak ada baris yang disimpan."
KEPT = ("id", "sheet", "row_number", "approved_verdict", "approved_target_id", "approved_changes")
FOUND = "INSERT INTO found (sheet, row_number, field, code, level, message, before)"

# The months that a row speaks of, NULL where they could not be read; each spelling is read once.
MONTHS = """
LEFT JOIN (
    SELECT period, months, first_month, coalesce(
        CASE WHEN strpos(period, '/') > 0 THEN 1 + (extract(year FROM last_month) * 12
            + extract(month FROM last_month) - extract(year FROM first_month) * 12
            - extract(month FROM first_month))::integer END,
        nullif(months, '')::integer, 1) AS n
    FROM (
        SELECT period, months, (left(period, 7) || '-01')::date AS first_month,
            (right(period, 7) || '-01')::date AS last_month
        FROM (SELECT DISTINCT period, months FROM staged
            WHERE period ~ '^[0-9]{4}-[0-9]{2}(/[0-9]{4}-[0-9]{2})?$' OFFSET 0) spelled
    ) ends
) w ON w.period = s.period AND w.months = s.months
"""
OUTSIDE_PERIOD = f"""
{FOUND}
SELECT c.sheet, c.row_number, 'period', 'BULAN_DI_LUAR_PERIODE', 'error',
    'Bulan ini di luar ' || %(period_name)s || '. Kirim barisnya untuk periode yang memuatnya.',
    to_char(c.first_month, 'MM-YYYY')
FROM compared c
WHERE c.first_month < %(first)s
    OR c.first_month + make_interval(months => c.months - 1) > %(last)s
"""
# Ends the taking back: what could be is in the table `undoing`.
TELL_UNDONE = """
UPDATE uploads_uploadrow r
SET outcome = CASE WHEN r.id IN (SELECT row_id FROM undoing) THEN 'DIKEMBALIKAN'
    ELSE 'TIDAK_DAPAT' END
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN'
"""
# `staged` becomes a view that joins what was found to what was read (beneficiaries/intake).
_RESULT = """
ALTER TABLE staged RENAME TO arrived;
CREATE TEMPORARY VIEW staged AS
SELECT {columns}, c.household_id, c.target_id, c.changes
FROM arrived s JOIN compared c ON c.id = s.id
"""


def open_periods(user: User) -> list[tuple[str, str]]:
    """What a sheet of payments can be sent for: number and name."""
    periods = PayoutPeriod.objects.visible_to(user).open()
    return [(str(period.pk), period.name) for period in periods]


def period_name(reference: str) -> str:
    found = reference.isdigit() and PayoutPeriod.objects.filter(pk=reference).first()
    return found.name if found else reference


def period_of(upload: Upload) -> PayoutPeriod:
    """The period an upload is sent for. Raises `SheetRefused` when it names none."""
    found = upload.reference.isdigit() and PayoutPeriod.objects.filter(pk=upload.reference).first()
    if not found:
        raise SheetRefused(
            "PERIODE_TIDAK_ADA",
            f"Unggahan ini tidak menyebut periode salur. Pilih periodenya. {NOTHING_SAVED}",
        )
    return found


def admit_bank(upload: Upload, identity: dict[str, str]) -> None:
    """An officer of a bank sends for the own bank, so it must be known which one that is."""
    if upload.sent_by.role == Role.BANK and not upload.sent_by.bank_id:
        raise SheetRefused(
            "PETUGAS_TANPA_BANK",
            "Akun Anda belum dihubungkan dengan bank. Hubungi Administrator portal."
            f" {NOTHING_SAVED}",
        )


def admit(upload: Upload, identity: dict[str, str]) -> None:
    """Refuse a sheet of payments without a period, or for one that is closed."""
    admit_bank(upload, identity)
    period = period_of(upload)
    if period.status == PayoutPeriod.Status.DITUTUP:
        raise SheetRefused(
            "PERIODE_DITUTUP",
            f"{period} sudah ditutup. Pilih periode lain, atau minta koordinator provinsi"
            f" membukanya kembali. {NOTHING_SAVED}",
        )


def follow(upload: Upload) -> None:
    """Nothing goes further for a period that has been closed in the meantime."""
    going = (Upload.Status.DIAJUKAN, Upload.Status.DISETUJUI)
    if upload.status in going:
        refuse_closed(upload)


def refuse_closed(upload: Upload) -> None:
    period = period_of(upload)
    if period.status == PayoutPeriod.Status.DITUTUP:
        raise ValidationError(
            f"{period} sudah ditutup, jadi unggahan ini tidak diteruskan. Tidak ada pembayaran"
            " yang berubah."
        )


def lock_period(upload: Upload) -> PayoutPeriod:
    """Hold the period against closing while rows are written for it."""
    period = PayoutPeriod.objects.select_for_update(no_key=True).get(pk=upload.reference)
    refuse_closed(upload)
    return period


def values_of(upload: Upload, period: PayoutPeriod) -> dict:
    return {
        "upload": upload.pk,
        "user": upload.submitted_by_id,
        "region": upload.region_id,
        "period": period.pk,
        "period_name": period.name,
        "programme": period.programme_id,
        "first": period.first_month,
        "last": period.last_month,
        "bank": own_bank(upload),
        "sent_day": timezone.localdate(upload.sent_at),
    }


def own_bank(upload: Upload) -> str:
    return (upload.sent_by.bank_id or "") if upload.sent_by.role == Role.BANK else ""


def refuse_other_period(period: PayoutPeriod, cursor) -> None:
    """A file that mostly speaks of other months was sent for the wrong period."""
    cursor.execute(
        "SELECT count(*) FILTER (WHERE first_month < %s OR first_month > %s), count(*),"
        " mode() WITHIN GROUP (ORDER BY first_month) FROM compared WHERE first_month IS NOT NULL",
        [period.first_month, period.last_month],
    )
    outside, rows, month = cursor.fetchone()
    if outside * 2 > rows:
        other = PayoutPeriod.objects.filter(
            programme=period.programme_id, first_month__lte=month, last_month__gte=month
        ).first()
        raise SheetRefused(
            "PERIODE_LAIN",
            f"{thousands(outside)} dari {thousands(rows)} baris berisi bulan di luar {period}"
            f"{f' dan termasuk {other}' if other else ''}. Pilih periode yang sesuai lalu kirim"
            f" lagi. {NOTHING_SAVED}",
        )


def put_result(upload: Upload, cursor) -> None:
    layout = kinds.get(upload.kind).layout
    columns = ", ".join(f's."{name}"' for name in (*KEPT, *layout.fields))
    cursor.execute(_RESULT.format(columns=columns))


def withhold(cursor, codes: tuple[str, ...]) -> None:
    """Before writing: a row of which the comparison says one of `codes` now is a conflict."""
    cursor.execute(
        "UPDATE staged s SET conflict = true, writable = false FROM found f"
        " WHERE f.sheet = s.sheet AND f.row_number = s.row_number AND f.code = ANY (%s)"
        " AND s.writable",
        [list(codes)],
    )


def take_back(upload: Upload, cursor, sql: str) -> None:
    """Run what takes the upload back, and note by row what could be; see `TELL_UNDONE`."""
    cursor.execute("DROP TABLE IF EXISTS undoing")
    values = {
        "upload": upload.pk,
        "applied_at": upload.applied_at,
        "today": upload.applied_at.date(),
    }
    cursor.execute(sql, values)
    cursor.execute(TELL_UNDONE, values)
