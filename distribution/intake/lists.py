"""From a payment list of the centre (BNBA/SP2D) to the payments of a period, and back."""

from distribution.actions.periods import rate_of, settle
from distribution.intake import shared
from distribution.intake.reports import follow_reports
from distribution.intake.shared import FOUND
from distribution.models import Payment
from uploads.itself import Once, compare_with_itself
from uploads.models import Upload
from uploads.written import require_in_scope

_with_itself = compare_with_itself(
    Once(("nik", "period"), "NIK_DIBAYAR_DUA_KALI", "NIK dengan periode ini", level="error"),
    Once(("card_number", "period"), "KARTU_DIBAYAR_DUA_KALI", "KKS dengan periode ini"),
)

# The payments of the period once, by the keys a row can have: lists are as large as the period.
# Whose a card or a NIK is, is looked up by index for each row (docs/adr/0005).
COMPARE = f"""
CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT s.id, s.sheet, s.row_number, s.nik, s.name, s.card_number, s.account_number, s.bank,
    s.sp2d_number, s.sp2d_date, w.first_month, w.n AS months,
    nullif(s.amount, '')::bigint AS amount,
    coalesce(n.household_id, c.household_id) AS household_id,
    coalesce(n.person_id, c.holder_id) AS person_id,
    coalesce(n.village_id, c.village_id, nullif(s.village, '')) AS village_id,
    n.household_id AS nik_household, c.household_id AS card_household, c.bank_id AS card_bank,
    c.account_number AS card_account, NULL::bigint AS target_id, NULL::bigint AS paid_amount,
    NULL::date AS paid_first_month, NULL::text AS paid_order, '{{}}'::jsonb AS changes
FROM staged s
{shared.MONTHS}
LEFT JOIN LATERAL (
    SELECT p.household_id, p.id AS person_id, p.village_id FROM beneficiaries_person p
    LEFT JOIN beneficiaries_household h ON h.id = p.household_id
    WHERE p.nik = s.nik AND p.is_active ORDER BY (h.payee_id = p.id) DESC, p.id LIMIT 1
) n ON s.nik <> ''
LEFT JOIN LATERAL (
    SELECT household_id, holder_id, village_id, bank_id, account_number FROM beneficiaries_card
    WHERE card_number = s.card_number OFFSET 0
) c ON s.card_number <> '';
ANALYZE compared;

CREATE TEMPORARY TABLE listed ON COMMIT DROP AS
SELECT p.id, p.household_id, p.payee_nik, p.amount, p.first_month, o.number
FROM distribution_payment p LEFT JOIN distribution_paymentorder o ON o.id = p.order_id
WHERE p.period_id = %(period)s;
ANALYZE listed;
UPDATE compared c SET target_id = l.id, paid_amount = l.amount, paid_first_month = l.first_month,
    paid_order = coalesce(l.number, ''),
    changes = CASE WHEN c.sp2d_number <> '' AND c.sp2d_number <> coalesce(l.number, '')
        THEN jsonb_build_object('sp2d_number',
            jsonb_build_array(coalesce(l.number, ''), c.sp2d_number))
        ELSE '{{}}' END
FROM (
    SELECT c.id AS row_id, l.* FROM compared c JOIN listed l
        ON l.household_id = c.household_id
    UNION ALL
    SELECT c.id, l.* FROM compared c JOIN listed l ON l.payee_nik = c.nik
    WHERE c.household_id IS NULL AND l.household_id IS NULL AND c.nik <> ''
) l
WHERE l.row_id = c.id;
"""
ISSUES = f"""
{shared.OUTSIDE_PERIOD};

{FOUND}
SELECT c.sheet, c.row_number, 'amount', 'NOMINAL_BUKAN_NILAI_KALI_BULAN', 'error',
    'Nominal seharusnya Rp' || replace(to_char(%(rate)s * c.months, 'FM999,999,999'), ',', '.')
    || ', yaitu ' || c.months || ' bulan kali nilai bantuan. Cocokkan nominal dan bulannya.',
    c.amount::text
FROM compared c WHERE c.amount <> %(rate)s * c.months;

{FOUND}
SELECT c.sheet, c.row_number, 'bank', 'KARTU_BANK_LAIN', 'error',
    'KKS ini diterbitkan ' || b.short_name || ', bukan bank yang tertulis atau bank Anda. Periksa'
    || ' nomor kartu dan banknya.', c.bank
FROM compared c JOIN beneficiaries_bank b ON b.code = c.card_bank
WHERE (c.bank <> '' AND c.bank <> c.card_bank) OR (%(bank)s <> '' AND c.card_bank <> %(bank)s);

{FOUND}
SELECT c.sheet, c.row_number, 'bank', 'KARTU_BANK_LAIN', 'error',
    'Baris ini menyebut bank lain, sedangkan Anda petugas bank. Kirim hanya baris bank Anda.',
    c.bank
FROM compared c
WHERE %(bank)s <> '' AND c.card_bank IS NULL AND c.bank <> '' AND c.bank <> %(bank)s;

{FOUND}
SELECT c.sheet, c.row_number, 'card_number', 'KARTU_KELUARGA_LAIN', 'error',
    'KKS ini terdaftar pada keluarga lain daripada NIK-nya. Cocokkan kartu dengan KTP-el.',
    c.card_number
FROM compared c WHERE c.nik_household <> c.card_household;

{FOUND}
SELECT c.sheet, c.row_number, 'nik', 'PENERIMA_TIDAK_TERDAFTAR', 'warning',
    'Penerima ini tidak ada dalam register. Bila diteruskan, pembayarannya dicatat tanpa keluarga'
    || ' dan menjadi temuan rekonsiliasi.', c.nik
FROM compared c WHERE c.household_id IS NULL;

{FOUND}
SELECT c.sheet, c.row_number, 'village_name', 'DESA_TIDAK_DIKETAHUI', 'error',
    'Penerima tidak terdaftar dan desanya tidak dikenali; isi kecamatan dan desa.', ''
FROM compared c WHERE c.village_id IS NULL;

{FOUND}
SELECT c.sheet, c.row_number, 'village_name', 'TERDAFTAR_DI_WILAYAH_LAIN', 'error',
    'Keluarga ini terdaftar di ' || initcap(r.kind) || ' ' || r.name
    || ', di luar wilayah unggahan.', ''
FROM compared c JOIN regions_region r ON r.code = left(c.village_id, length(%(region)s))
WHERE c.household_id IS NOT NULL AND left(c.village_id, length(%(region)s)) <> %(region)s;

{FOUND}
SELECT c.sheet, c.row_number, 'nik', 'SATU_KELUARGA_DUA_BARIS', 'error',
    'Keluarga ini ada pada ' || d.n || ' baris (' || d.rows || '). Satu keluarga dibayar satu kali'
    || ' dalam satu periode.', c.nik
FROM compared c JOIN (
    SELECT household_id, count(*) AS n,
        array_to_string((array_agg(row_number ORDER BY sheet, row_number))[1:5], ', ') AS rows
    FROM compared WHERE household_id IS NOT NULL GROUP BY 1
    HAVING count(*) > 1 AND count(DISTINCT nik) > 1
) d USING (household_id);

{FOUND}
SELECT c.sheet, c.row_number, 'amount', 'SUDAH_DALAM_DAFTAR', 'error',
    'Keluarga ini sudah ada dalam daftar bayar periode ini dengan nominal atau bulan lain'
    || ' (Rp' || replace(to_char(c.paid_amount, 'FM999,999,999'), ',', '.')
    || '). Daftar yang sudah ada tidak diganti.', c.amount::text
FROM compared c
WHERE c.target_id IS NOT NULL
    AND (c.amount <> c.paid_amount OR c.first_month <> c.paid_first_month);

{FOUND}
SELECT DISTINCT ON (c.id) c.sheet, c.row_number, 'period', 'BULAN_SUDAH_DIBAYAR', 'warning',
    'Keluarga ini sudah dibayar untuk bulan yang sama dalam ' || o.name || '.', ''
FROM compared c
JOIN distribution_payoutperiod o ON o.programme_id = %(programme)s AND o.id <> %(period)s
    AND o.first_month <= %(last)s AND o.last_month >= %(first)s
JOIN distribution_payment p ON p.period_id = o.id AND p.household_id = c.household_id
WHERE c.target_id IS NULL AND p.first_month < c.first_month + make_interval(months => c.months)
    AND p.first_month + make_interval(months => p.months) > c.first_month
ORDER BY c.id, o.id;
"""


def compare(upload: Upload, cursor) -> None:
    """Find for every row whom it pays, whether that payment is there, and what is doubtful."""
    period = shared.period_of(upload)
    values = shared.values_of(upload, period) | {"rate": rate_of(period)}
    _with_itself(upload, cursor)
    cursor.execute(COMPARE, values)
    shared.refuse_other_period(period, cursor)
    cursor.execute(ISSUES, values)
    shared.put_result(upload, cursor)


def lock(upload: Upload, cursor) -> None:
    shared.lock_period(upload)


WRITE = """
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT c.*, s.target_id IS NULL AS is_new,
    coalesce(s.target_id, nextval('distribution_payment_id_seq')) AS payment_id
FROM staged s JOIN compared c ON c.id = s.id WHERE s.writable;
ANALYZE writing;

INSERT INTO distribution_paymentorder (period_id, number, dated_on, upload_id)
SELECT %(period)s, sp2d_number, min(nullif(sp2d_date, ''))::date, %(upload)s
FROM writing WHERE sp2d_number <> '' GROUP BY 2
ON CONFLICT (number) DO NOTHING;

INSERT INTO distribution_payment (id, period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, reason, topped_up_amount, spent_amount, refunded_amount, source_upload_id, source_row,
    source_user_id)
SELECT payment_id, %(period)s, household_id, person_id, false, name, nik, card_number,
    CASE WHEN account_number <> '' THEN account_number ELSE coalesce(card_account, '') END,
    coalesce(nullif(bank, ''), card_bank), village_id, first_month, months, %(rate)s, amount,
    'PENETAPAN', '', 0, 0, 0, %(upload)s, row_number, %(user)s
FROM writing WHERE is_new;

UPDATE distribution_payment p SET order_id = o.id
FROM writing w JOIN distribution_paymentorder o ON o.number = w.sp2d_number
WHERE p.id = w.payment_id;
UPDATE staged s SET target_id = w.payment_id FROM writing w WHERE w.id = s.id;
"""
_UNEXPECTED = ("SUDAH_DALAM_DAFTAR", "SATU_KELUARGA_DUA_BARIS")


def apply(upload: Upload, cursor) -> None:
    """Write the `writable` rows as payments; then tell who is eligible and not among them."""
    period = shared.period_of(upload)
    shared.withhold(cursor, _UNEXPECTED)
    cursor.execute(WRITE, shared.values_of(upload, period) | {"rate": rate_of(period)})
    follow_reports(cursor, "SELECT payment_id FROM writing WHERE sp2d_number <> ''")
    require_in_scope(upload, cursor, Payment, table="writing", column="payment_id")
    settle(period, cursor, by=None, create=False)


# A payment of which a bank has spoken since is part of the period's story and stays.
REVERT = """
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT p.id FROM distribution_payment p
WHERE p.id IN (SELECT target_id FROM uploads_uploadrow
        WHERE upload_id = %(upload)s AND outcome = 'DITERAPKAN')
    AND p.source_upload_id = %(upload)s AND p.topped_up_amount = 0
    AND NOT EXISTS (SELECT FROM distribution_paymentreport r WHERE r.payment_id = p.id);
UPDATE uploads_uploadrow r SET outcome = CASE
    WHEN r.target_id IN (SELECT id FROM undoing) THEN 'DIKEMBALIKAN' ELSE 'TIDAK_DAPAT' END
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN';
DELETE FROM distribution_payment WHERE id IN (SELECT id FROM undoing);
"""


def revert(upload: Upload, cursor) -> None:
    """Take the payments of this list off the period that no bank has reported on yet."""
    period = shared.lock_period(upload)
    cursor.execute(REVERT, {"upload": upload.pk})
    settle(period, cursor, by=None, create=False)
