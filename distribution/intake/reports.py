"""From a bank's report to the status and the money of payments, and back.

Every report is kept (`PaymentReport`). What a payment is, follows from its reports alone: the
latest by day, then by link of the chain, then by arrival. So the order in which files arrive does
not matter, a repeated report changes nothing, and taking an upload back is withdrawing its reports.
"""

from distribution import chain
from distribution.intake import shared
from distribution.intake.shared import FOUND
from distribution.models import Payment
from uploads.itself import Once, compare_with_itself
from uploads.models import Upload
from uploads.written import require_in_scope

_with_itself = compare_with_itself(
    Once(
        ("card_number", "period", "status", "status_date"),
        "LAPORAN_DUA_KALI",
        "Laporan yang sama tentang KKS ini",
    ),
)

_RANKS = ", ".join(f"('{status}', {rank})" for status, rank in chain.RANK.items())
_NAMES = ", ".join(f"('{status}', '{label}')" for status, label in chain.LABELS.items())
_WAYS = ", ".join(
    f"('{status}', '{following}')"
    for status, followings in chain.TRANSITIONS.items()
    for following in sorted(followings)
)
_AFTER_CREDIT = ", ".join(f"'{status}'" for status in sorted(chain.AFTER_CREDIT))
# A release of the treasury that the payment list has named speaks of the payment like a report.
_SAID = f"""
SELECT r.payment_id, r.id, r.status, r.status_on, k.rank, r.amount, r.reason
FROM distribution_paymentreport r JOIN touched t USING (payment_id)
JOIN (VALUES {_RANKS}) AS k (status, rank) ON k.status = r.status
WHERE r.withdrawn_at IS NULL
UNION ALL
SELECT p.id, 0, 'SP2D', o.dated_on, {chain.RANK["SP2D"]}, NULL, ''
FROM touched t JOIN distribution_payment p ON p.id = t.payment_id
JOIN distribution_paymentorder o ON o.id = p.order_id AND o.dated_on IS NOT NULL
"""
_LATEST = "ORDER BY payment_id, status_on DESC, rank DESC, id DESC"
_FOLLOW = f"""
CREATE TEMPORARY TABLE said ON COMMIT DROP AS {_SAID};
ANALYZE said;
UPDATE distribution_payment p SET
    status = coalesce(l.status, 'PENETAPAN'), status_on = l.status_on,
    reason = coalesce(l.reason, ''), changed_at = now(),
    topped_up_amount = coalesce(m.credited, 0), topped_up_on = m.credited_on,
    refunded_amount = CASE WHEN m.credited > 0 AND (b.status_on, b.rank, b.id)
        > (m.status_on, m.rank, m.id) THEN b.amount ELSE 0 END
FROM touched t
LEFT JOIN (SELECT DISTINCT ON (payment_id) * FROM said {_LATEST}) l USING (payment_id)
LEFT JOIN (
    SELECT DISTINCT ON (payment_id) payment_id, status_on, rank, id,
        CASE status WHEN '{chain.CREDITED}' THEN amount ELSE 0 END AS credited,
        CASE status WHEN '{chain.CREDITED}' THEN status_on END AS credited_on
    FROM said WHERE status IN ('{chain.CREDITED}', '{chain.NOT_CREDITED}') {_LATEST}
) m USING (payment_id)
LEFT JOIN (
    SELECT DISTINCT ON (payment_id) * FROM said WHERE status = '{chain.REFUNDED}' {_LATEST}
) b USING (payment_id)
WHERE p.id = t.payment_id;
"""


def follow_reports(cursor, payments: str) -> None:
    """Let the payments that the query `payments` gives be what their reports say."""
    cursor.execute(
        "DROP TABLE IF EXISTS touched, said;"
        f"CREATE TEMPORARY TABLE touched ON COMMIT DROP AS SELECT DISTINCT payment_id"
        f" FROM ({payments}) p (payment_id); ANALYZE touched"
    )
    cursor.execute(_FOLLOW)


def _meet(written: str, kept: str) -> str:
    """Rows that no other number has led to a payment yet, by one that both sides know."""
    return f"""
INSERT INTO met SELECT s.id, p.id, p.n FROM staged s
JOIN (SELECT {kept} AS number, min(id) AS id, count(*) AS n
    FROM listed WHERE {kept} <> '' GROUP BY 1) p ON p.number = s.{written}
WHERE (SELECT count(*) FROM met) < (SELECT count(*) FROM staged)
    AND NOT EXISTS (SELECT FROM met m WHERE m.id = s.id)"""


# The payments of the period once; a report finds its payment by card, else by account, else by NIK.
# Rows of one payment in the same file are read in the order of the chain. What the file says again
# is in `heard`. A payment that is only listed has no status that a report could be late for.
COMPARE = f"""
CREATE TEMPORARY TABLE listed ON COMMIT DROP AS
SELECT id, card_number, account_number, payee_nik, bank_id, village_id, amount, status, status_on,
    topped_up_amount, spent_amount, balance
FROM distribution_payment WHERE period_id = %(period)s;
ANALYZE listed (id);
CREATE TEMPORARY TABLE met (id bigint, payment_id bigint, candidates bigint) ON COMMIT DROP;
{_meet("card_number", "card_number")};
{_meet("account_number", "account_number")};
{_meet("nik", "payee_nik")};
ANALYZE met;
CREATE TEMPORARY TABLE heard ON COMMIT DROP AS
SELECT r.payment_id, r.status, r.status_on, r.amount
FROM listed l JOIN distribution_paymentreport r ON r.payment_id = l.id WHERE r.withdrawn_at IS NULL;
ANALYZE heard;

CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT s.*, h.payment_id IS NOT NULL AS is_repeated,
    CASE
        WHEN s.target_id IS NULL OR h.payment_id IS NOT NULL THEN '{{}}'
        WHEN s.is_late THEN jsonb_build_object('status', jsonb_build_array('', s.status))
        WHEN s.amount IS NULL THEN
            jsonb_build_object('status', jsonb_build_array(s.current, s.status))
        ELSE jsonb_build_object('status', jsonb_build_array(s.current, s.status),
            'amount', jsonb_build_array(nullif(s.topped_up_amount, 0)::text, s.amount::text))
    END AS changes
FROM (
    SELECT s.id, s.sheet, s.row_number, s.status, s.card_number, s.account_number, s.bank, s.reason,
        d.status_on, k.rank, d.written, p.id AS target_id, NULL::bigint AS household_id,
        p.village_id, p.bank_id AS payment_bank, p.amount AS payment_amount, p.status AS current,
        p.status_on AS current_on, p.topped_up_amount, p.spent_amount, p.balance,
        p.card_number = '' AS has_no_card, coalesce(m.candidates, 0) AS candidates, w.first_month,
        w.n AS months, q.previous, coalesce(q.credited_here, s.status = '{chain.CREDITED}')
            AS credited_here,
        CASE WHEN s.status = '{chain.REFUNDED}' THEN coalesce(d.written, nullif(p.balance, 0))
            ELSE d.written END AS amount,
        coalesce((p.status_on, ck.rank) > (d.status_on, k.rank), false) AND (p.status <> 'PENETAPAN'
            OR p.id IN (SELECT payment_id FROM heard)) AS is_late
    FROM staged s
    {shared.MONTHS}
    LEFT JOIN met m ON m.id = s.id
    LEFT JOIN listed p ON p.id = m.payment_id
    LEFT JOIN (VALUES {_RANKS}) AS k (status, rank) ON k.status = s.status
    LEFT JOIN (VALUES {_RANKS}) AS ck (status, rank) ON ck.status = p.status
    LEFT JOIN (
        SELECT m.id, lag(s.status) OVER (PARTITION BY m.payment_id
                ORDER BY s.status_date, k.rank, s.row_number) AS previous,
            bool_or(s.status = '{chain.CREDITED}') OVER (PARTITION BY m.payment_id) AS credited_here
        FROM (SELECT payment_id FROM met GROUP BY 1 HAVING count(*) > 1) several
        JOIN met m USING (payment_id) JOIN staged s ON s.id = m.id
        LEFT JOIN (VALUES {_RANKS}) AS k (status, rank) ON k.status = s.status
    ) q ON q.id = s.id
    CROSS JOIN LATERAL (SELECT nullif(s.amount, '')::bigint AS written,
        coalesce(nullif(s.status_date, '')::date, %(sent_day)s) AS status_on) d
) s
LEFT JOIN heard h ON h.payment_id = s.target_id AND h.status = s.status
    AND h.status_on = s.status_on AND h.amount IS NOT DISTINCT FROM s.amount;
ANALYZE compared (id, target_id, status);
"""


def _label(column: str) -> str:
    return f"(SELECT label FROM (VALUES {_NAMES}) AS n (status, label) WHERE n.status = {column})"


def _rupiah(column: str) -> str:
    return f"'Rp' || replace(to_char({column}, 'FM999,999,999,990'), ',', '.')"


ISSUES = f"""
{shared.OUTSIDE_PERIOD};

{FOUND}
SELECT c.sheet, c.row_number, 'card_number', 'TIDAK_DALAM_DAFTAR_BAYAR', 'error',
    'Penerima ini tidak ada dalam daftar bayar ' || %(period_name)s
    || '. Periksa nomor KKS, rekening, atau NIK.', c.card_number
FROM compared c WHERE c.target_id IS NULL;

{FOUND}
SELECT c.sheet, c.row_number, 'card_number', 'BEBERAPA_PEMBAYARAN', 'error',
    'Nomor ini ada pada ' || c.candidates || ' pembayaran periode ini. Isi nomor lain yang hanya'
    || ' dimiliki satu penerima.', c.card_number
FROM compared c WHERE c.candidates > 1;

{FOUND}
SELECT c.sheet, c.row_number, 'bank', 'KARTU_BANK_LAIN', 'error',
    'Pembayaran ini disalurkan ' || b.short_name || ', bukan bank yang tertulis atau bank Anda.'
    || ' Barisnya dilaporkan oleh bank itu.', c.bank
FROM compared c JOIN beneficiaries_bank b ON b.code = c.payment_bank
WHERE (c.bank <> '' AND c.bank <> c.payment_bank)
    OR (%(bank)s <> '' AND c.payment_bank <> %(bank)s);

{FOUND}
SELECT c.sheet, c.row_number, 'village_name', 'DI_LUAR_WILAYAH', 'error',
    'Penerima ini berada di luar wilayah unggahan. Kirim barisnya untuk wilayah itu.', ''
FROM compared c
WHERE c.village_id IS NOT NULL AND left(c.village_id, length(%(region)s)) <> %(region)s;

{FOUND}
SELECT c.sheet, c.row_number, 'status', 'URUTAN_TIDAK_MUNGKIN', 'error',
    {_label("c.status")} || ' tidak mungkin setelah ' || {_label("c.before")}
    || '. Periksa status dan tanggalnya.', c.status
FROM (SELECT c.*, coalesce(c.previous, c.current) AS before FROM compared c
    WHERE c.target_id IS NOT NULL AND c.status <> '' AND NOT c.is_repeated AND NOT c.is_late) c
LEFT JOIN (VALUES {_WAYS}) AS way (status, following)
    ON way.status = c.before AND way.following = c.status
WHERE way.status IS NULL AND c.before <> c.status;

{FOUND}
SELECT c.sheet, c.row_number, 'status', 'BELUM_TOP_UP', 'error',
    {_label("c.status")} || ' dilaporkan sebelum ada top up. Laporkan top up-nya lebih dahulu.',
    c.status
FROM compared c
WHERE c.target_id IS NOT NULL AND c.status IN ({_AFTER_CREDIT}) AND c.topped_up_amount = 0
    AND NOT c.credited_here AND NOT c.is_repeated;

{FOUND}
SELECT c.sheet, c.row_number, 'amount', 'DANA_SUDAH_DIBELANJAKAN', 'error',
    {_rupiah("c.spent_amount")} || ' dari pembayaran ini sudah dibelanjakan, jadi dana yang masuk'
    || ' tidak dapat kurang dari itu. Periksa laporannya.', c.amount::text
FROM compared c
WHERE NOT c.is_repeated AND NOT c.is_late AND (
    (c.status = '{chain.CREDITED}' AND c.amount < c.spent_amount)
    OR (c.status = '{chain.NOT_CREDITED}' AND c.spent_amount > 0));

{FOUND}
SELECT c.sheet, c.row_number, 'amount', 'MELEBIHI_SALDO', 'error',
    'Pengembalian ' || coalesce({_rupiah("c.amount")}, 'tanpa nominal')
    || ' tidak sesuai sisa saldo ' || {_rupiah("c.topped_up_amount - c.spent_amount")}
    || '. Periksa nominalnya.', c.written::text
FROM compared c
WHERE c.status = '{chain.REFUNDED}' AND c.target_id IS NOT NULL AND NOT c.is_repeated
    AND NOT c.credited_here AND c.topped_up_amount > 0
    AND coalesce(c.amount, 0) NOT BETWEEN 1 AND c.topped_up_amount - c.spent_amount;

{FOUND}
SELECT c.sheet, c.row_number, 'amount', 'NOMINAL_BEDA_DAFTAR', 'warning',
    'Nominal top up ' || {_rupiah("c.amount")} || ' berbeda dari daftar bayar '
    || {_rupiah("c.payment_amount")} || '. Pastikan pada bank.', c.amount::text
FROM compared c
WHERE c.status = '{chain.CREDITED}' AND c.amount <> c.payment_amount AND NOT c.is_repeated;

{FOUND}
SELECT c.sheet, c.row_number, 'status_date', 'LAPORAN_TERLAMBAT', 'info',
    'Laporan ini lebih lama daripada ' || {_label("c.current")} || ' tanggal '
    || to_char(c.current_on, 'DD-MM-YYYY') || '; dicatat dalam riwayat tanpa mengubah status.',
    to_char(c.status_on, 'DD-MM-YYYY')
FROM compared c WHERE c.is_late AND NOT c.is_repeated;

{FOUND}
SELECT c.sheet, c.row_number, 'status', 'LAPORAN_BERULANG', 'info',
    'Laporan ini sudah diterima sebelumnya, jadi tidak mengubah apa pun.', c.status
FROM compared c WHERE c.is_repeated;
"""
_UNEXPECTED = (
    "URUTAN_TIDAK_MUNGKIN",
    "BELUM_TOP_UP",
    "DANA_SUDAH_DIBELANJAKAN",
    "MELEBIHI_SALDO",
)


def compare(upload: Upload, cursor) -> None:
    """Find for every row its payment, what the report would change, and what is doubtful."""
    period = shared.period_of(upload)
    values = shared.values_of(upload, period)
    _with_itself(upload, cursor)
    cursor.execute(COMPARE, values)
    shared.refuse_other_period(period, cursor)
    cursor.execute(ISSUES, values)
    shared.put_result(upload, cursor)


_LOCK = """
SELECT count(*) FROM (SELECT p.id FROM distribution_payment p WHERE p.id IN
    (SELECT target_id FROM uploads_uploadrow WHERE upload_id = %s)
    ORDER BY p.id FOR NO KEY UPDATE) locked
"""


def lock(upload: Upload, cursor) -> None:
    """Hold the period and the payments of the upload, in the order of a till."""
    shared.lock_period(upload)
    cursor.execute(_LOCK, [upload.pk])


WRITE = """
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT c.* FROM staged s JOIN compared c ON c.id = s.id WHERE s.writable;
ANALYZE writing;

INSERT INTO distribution_paymentreport (payment_id, village_id, status, status_on, amount, reason,
    upload_id, "row", by_id)
SELECT target_id, village_id, status, status_on, amount, left(reason, 250), %(upload)s, row_number,
    %(user)s
FROM writing ORDER BY row_number
ON CONFLICT (payment_id, status, status_on, amount) WHERE withdrawn_at IS NULL DO NOTHING;

UPDATE distribution_payment p SET card_number = w.card_number, account_number = w.account_number,
    bank_id = coalesce(nullif(w.bank, ''), nullif(%(bank)s, ''), p.bank_id)
FROM (SELECT DISTINCT ON (target_id) * FROM writing WHERE has_no_card AND card_number <> ''
    ORDER BY target_id, status_on DESC, rank DESC) w
WHERE p.id = w.target_id;
"""


def apply(upload: Upload, cursor) -> None:
    """Keep the reports of the `writable` rows; their payments become what all reports say."""
    shared.withhold(cursor, _UNEXPECTED)
    cursor.execute(WRITE, shared.values_of(upload, shared.period_of(upload)))
    follow_reports(cursor, "SELECT target_id FROM writing")
    require_in_scope(upload, cursor, Payment, table="writing", column="target_id")


# What was bought for cannot be uncredited: such a payment keeps all reports of the upload.
REVERT = f"""
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT r.payment_id FROM distribution_paymentreport r JOIN distribution_payment p
    ON p.id = r.payment_id
WHERE r.payment_id IN (SELECT target_id FROM uploads_uploadrow
        WHERE upload_id = %(upload)s AND outcome = 'DITERAPKAN')
    AND r.upload_id = %(upload)s AND r.withdrawn_at IS NULL
GROUP BY 1, p.spent_amount
HAVING p.spent_amount = 0
    OR NOT bool_or(r.status IN ('{chain.CREDITED}', '{chain.NOT_CREDITED}', '{chain.REFUNDED}'));
UPDATE distribution_paymentreport SET withdrawn_at = now()
WHERE upload_id = %(upload)s AND withdrawn_at IS NULL
    AND payment_id IN (SELECT payment_id FROM undoing);
UPDATE uploads_uploadrow r SET outcome = CASE
    WHEN r.target_id IN (SELECT payment_id FROM undoing) THEN 'DIKEMBALIKAN' ELSE 'TIDAK_DAPAT' END
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN';
"""


def revert(upload: Upload, cursor) -> None:
    """Withdraw the reports of this upload; the payments become what the others say."""
    lock(upload, cursor)
    cursor.execute(REVERT, {"upload": upload.pk})
    follow_reports(cursor, "SELECT payment_id FROM undoing")
