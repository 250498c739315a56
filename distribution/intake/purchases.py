"""From the transactions that agents and banks report to purchases, and back.

A row is one kind of goods; the rows with one number are one purchase, and go together or not at
all.
"""

from distribution.actions.purchases import GIVE_BACK, LOCK, SPEND
from distribution.intake import shared
from distribution.intake.shared import FOUND
from distribution.models import Purchase
from uploads.itself import Once, compare_with_itself
from uploads.models import Upload
from uploads.written import require_in_scope

_with_itself = compare_with_itself(
    Once(
        ("transaction_number", "commodity"),
        "TRANSAKSI_DUA_KALI",
        "Nomor transaksi dengan barang ini",
    ),
    outside=None,
)

# What was bought is taken from the oldest credit of the card; `before` is what the sheet itself has
# bought with it until then.
COMPARE = """
CREATE TEMPORARY TABLE credits ON COMMIT DROP AS
SELECT p.id, p.card_number, p.household_id, p.period_id, p.village_id, p.bank_id, p.balance,
    p.topped_up_on
FROM (SELECT DISTINCT card_number FROM staged WHERE card_number <> '') s
CROSS JOIN LATERAL (
    SELECT * FROM distribution_payment p
    WHERE p.card_number = s.card_number AND p.topped_up_amount > 0 OFFSET 0
) p;
CREATE INDEX ON credits (card_number);
ANALYZE credits;
CREATE TEMPORARY TABLE cards ON COMMIT DROP AS
SELECT card_number, max(bank_id) AS bank_id, max(village_id) AS village_id,
    max(household_id) AS household_id, sum(balance) AS balance, min(topped_up_on) AS since
FROM credits GROUP BY 1;
ANALYZE cards;

CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT s.id, s.sheet, s.row_number, s.transaction_number AS number, s.card_number, s.agent_id,
    s.commodity, s.food_group, s.unit, nullif(s.quantity, '')::numeric AS quantity,
    nullif(s.price, '')::bigint AS price, nullif(s.amount, '')::bigint AS amount,
    nullif(s.purchased_at, '')::timestamp AT TIME ZONE 'Asia/Jakarta' AS purchased_at,
    c.bank_id, c.village_id, c.household_id, c.balance, c.since, c.card_number IS NOT NULL AS known,
    a.id AS agent, a.status AS agent_status, a.contract_from, a.contract_until,
    a.name AS agent_name, o.id AS target_id, o.card_number AS earlier_card,
    o.amount AS earlier_amount,
    g.id AS commodity_id, g.is_allowed, g.group_id, '{}'::jsonb AS changes
FROM staged s
LEFT JOIN cards c ON c.card_number = s.card_number
LEFT JOIN distribution_agent a ON a.agent_id = s.agent_id
    AND a.bank_id = coalesce(nullif(s.bank, ''), c.bank_id)
LEFT JOIN LATERAL (
    SELECT id, card_number, amount FROM distribution_purchase
    WHERE number = s.transaction_number AND voided_at IS NULL OFFSET 0
) o ON s.transaction_number <> ''
LEFT JOIN distribution_commodity g ON upper(g.name) = upper(s.commodity) AND s.commodity <> '';
ANALYZE compared;
"""
_NOT_SAME = """
SELECT number FROM compared WHERE number <> '' GROUP BY number
HAVING count(DISTINCT (card_number, agent_id, amount, purchased_at)) > 1
"""
ISSUES = f"""
{FOUND}
SELECT c.sheet, c.row_number, 'transaction_number', 'TRANSAKSI_TIDAK_SERAGAM', 'error',
    'Baris-baris dengan nomor transaksi ini berbeda kartu, agen, waktu, atau nominal. Samakan, atau'
    || ' pisahkan nomornya.', c.number
FROM compared c WHERE c.number IN ({_NOT_SAME});

{FOUND}
SELECT c.sheet, c.row_number, 'transaction_number', 'NOMOR_SUDAH_DIPAKAI', 'error',
    'Nomor transaksi ini sudah dicatat untuk kartu atau nominal lain.', c.number
FROM compared c WHERE c.target_id IS NOT NULL
    AND (c.earlier_card <> c.card_number OR c.earlier_amount <> c.amount);

{FOUND}
SELECT c.sheet, c.row_number, 'card_number', 'KKS_BELUM_TOP_UP', 'error',
    'KKS ini tidak dikenal atau belum menerima top up, jadi tidak ada saldo untuk belanja ini.',
    c.card_number
FROM compared c WHERE c.card_number <> '' AND NOT c.known;

{FOUND}
SELECT c.sheet, c.row_number, 'card_number', 'KARTU_BANK_LAIN', 'error',
    'KKS ini diterbitkan ' || b.short_name || ', bukan bank Anda. Barisnya dilaporkan bank itu.',
    c.card_number
FROM compared c JOIN beneficiaries_bank b ON b.code = c.bank_id
WHERE %(bank)s <> '' AND c.bank_id <> %(bank)s;

{FOUND}
SELECT c.sheet, c.row_number, 'card_number', 'DI_LUAR_WILAYAH', 'error',
    'Pemilik KKS ini berada di luar wilayah unggahan. Kirim barisnya untuk wilayah itu.',
    c.card_number
FROM compared c
WHERE c.village_id IS NOT NULL AND left(c.village_id, length(%(region)s)) <> %(region)s;

{FOUND}
SELECT c.sheet, c.row_number, 'agent_id', 'AGEN_TIDAK_TERDAFTAR', 'error',
    'ID agen ini tidak terdaftar pada bank kartu tersebut. Kirim dahulu lembar Agen dan e-Warung.',
    c.agent_id
FROM compared c WHERE c.agent_id <> '' AND c.known AND c.agent IS NULL;

{FOUND}
SELECT c.sheet, c.row_number, 'agent_id', 'AGEN_TIDAK_AKTIF', 'warning',
    c.agent_name || ' tidak aktif atau di luar masa kontrak pada tanggal itu. Bila diteruskan,'
    || ' belanjanya dicatat dan menjadi temuan rekonsiliasi.', c.agent_id
FROM compared c
WHERE c.agent IS NOT NULL AND c.target_id IS NULL AND (c.agent_status <> 'AKTIF'
    OR c.purchased_at::date < c.contract_from OR c.purchased_at::date > c.contract_until);

{FOUND}
SELECT c.sheet, c.row_number, 'purchased_at', 'BELANJA_SEBELUM_TOP_UP', 'warning',
    'Belanja ini tercatat sebelum top up pertama kartu itu pada ' || to_char(c.since, 'DD-MM-YYYY')
    || '; periksa waktunya.', to_char(c.purchased_at AT TIME ZONE 'Asia/Jakarta', 'DD-MM-YYYY')
FROM compared c
WHERE (c.purchased_at AT TIME ZONE 'Asia/Jakarta')::date < c.since AND c.target_id IS NULL;

{FOUND}
SELECT c.sheet, c.row_number, 'commodity', 'BARANG_TIDAK_BOLEH', 'warning',
    c.commodity || ' tidak boleh dibeli dengan bantuan ini. Bila diteruskan, belanjanya dicatat dan'
    || ' menjadi temuan rekonsiliasi.', c.commodity
FROM compared c WHERE NOT c.is_allowed AND c.target_id IS NULL;

{FOUND}
SELECT c.sheet, c.row_number, 'commodity', 'KOMODITAS_BARU', 'info',
    'Barang ini tidak ada dalam daftar komoditas; dicatat dengan nama seperti tertulis.',
    c.commodity
FROM compared c WHERE c.commodity <> '' AND c.commodity_id IS NULL;
"""
# Of one purchase no line goes without the others. What is held back buys nothing.
HELD = f"""
CREATE TEMPORARY TABLE held ON COMMIT DROP AS
SELECT c.number, min(b.row_number) AS because
FROM compared c JOIN (
    SELECT f.sheet, f.row_number FROM found f
    WHERE f.level <> 'info' AND NOT EXISTS (SELECT FROM uploads_uploadissue i
        WHERE i.upload_id = %(upload)s AND i.sheet = f.sheet AND i.row_number = f.row_number
            AND i.field = f.field AND i.code = f.code AND i.decision <> '')
    UNION
    SELECT i.sheet, i.row_number FROM uploads_uploadissue i
    WHERE i.upload_id = %(upload)s AND i.level <> 'info' AND i.decision = ''
        AND NOT i.from_register AND i.row_number > 0
) b USING (sheet, row_number)
WHERE c.number <> '' GROUP BY 1;
{FOUND}
SELECT c.sheet, c.row_number, 'transaction_number', 'TRANSAKSI_TERTAHAN', 'error',
    'Baris lain dari transaksi ini perlu diperbaiki atau dipastikan (baris ' || h.because
    || '); seluruh transaksinya menunggu.', c.number
FROM compared c JOIN held h USING (number)
WHERE NOT EXISTS (SELECT FROM found f WHERE f.sheet = c.sheet AND f.row_number = c.row_number
        AND f.level <> 'info')
    AND NOT EXISTS (SELECT FROM uploads_uploadissue i WHERE i.upload_id = %(upload)s
        AND i.sheet = c.sheet AND i.row_number = c.row_number AND i.level <> 'info'
        AND i.decision = '' AND NOT i.from_register);

CREATE TEMPORARY TABLE buying ON COMMIT DROP AS
SELECT number, card_number, amount, purchased_at, balance,
    sum(amount) OVER (PARTITION BY card_number ORDER BY purchased_at, number) - amount AS before
FROM (
    SELECT DISTINCT ON (number) number, card_number, amount, purchased_at, balance FROM compared c
    WHERE number <> '' AND target_id IS NULL AND known AND amount > 0
        AND number NOT IN (SELECT number FROM held)
    ORDER BY number, row_number
) p;
ANALYZE buying;
{FOUND}
SELECT c.sheet, c.row_number, 'amount', 'MELEBIHI_SALDO', 'error',
    'Belanja ini melebihi sisa saldo kartu Rp'
    || replace(to_char(greatest(b.balance - b.before, 0), 'FM999,999,999,990'), ',', '.')
    || '. Periksa nominalnya, atau tunggu laporan top up.', c.amount::text
FROM compared c JOIN buying b USING (number) WHERE b.before + b.amount > b.balance;
"""
_UNEXPECTED = ("MELEBIHI_SALDO", "NOMOR_SUDAH_DIPAKAI", "KKS_BELUM_TOP_UP", "TRANSAKSI_TERTAHAN")


def compare(upload: Upload, cursor) -> None:
    """Find for every row its card, agent and goods, and whether the card can pay for it."""
    values = {"upload": upload.pk, "region": upload.region_id, "bank": shared.own_bank(upload)}
    _with_itself(upload, cursor)
    cursor.execute(COMPARE)
    cursor.execute(ISSUES, values)
    cursor.execute(HELD, values)
    shared.put_result(upload, cursor)


def lock(upload: Upload, cursor) -> None:
    """Hold the credit of all cards of the upload, in the order of a till."""
    fields = shared.kinds.get(upload.kind).layout.fields
    cards = (
        f"(SELECT DISTINCT values[{fields.index('card_number') + 1}] AS card_number"
        " FROM uploads_uploadrow WHERE upload_id = %(upload)s)"
    )
    cursor.execute(LOCK.format(moving=cards), {"upload": upload.pk})


WRITE = """
UPDATE staged s SET conflict = true, writable = false
FROM compared c WHERE c.id = s.id AND s.writable AND c.number IN (
    SELECT c.number FROM compared c JOIN staged s ON s.id = c.id WHERE s.conflict);
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT c.* FROM staged s JOIN compared c ON c.id = s.id WHERE s.writable;
ANALYZE writing;
CREATE TEMPORARY TABLE bought ON COMMIT DROP AS
SELECT nextval('distribution_purchase_id_seq') AS purchase_id, w.*,
    (SELECT p.id FROM (
        SELECT p.*, sum(p.balance) OVER (ORDER BY p.topped_up_on, p.id) AS until FROM credits p
        WHERE p.card_number = w.card_number AND p.balance > 0) p
    WHERE p.until > w.before ORDER BY p.until LIMIT 1) AS payment_id
FROM (
    SELECT n.*, sum(n.amount) OVER (
        PARTITION BY n.card_number ORDER BY n.purchased_at, n.number) - n.amount AS before
    FROM (SELECT DISTINCT ON (number) * FROM writing ORDER BY number, row_number) n
) w;
CREATE INDEX ON bought (number);
ANALYZE bought;

INSERT INTO distribution_purchase (id, number, agent_id, payment_id, period_id, village_id,
    card_number, purchased_at, amount, source_upload_id, source_row, entered_by_id, void_reason)
SELECT b.purchase_id, b.number, b.agent, b.payment_id, p.period_id, p.village_id, b.card_number,
    b.purchased_at, b.amount, %(upload)s, b.row_number, %(user)s, ''
FROM bought b JOIN credits p ON p.id = b.payment_id;

INSERT INTO distribution_purchaseline (purchase_id, village_id, commodity_id, name, food_group_id,
    quantity, unit, price)
SELECT b.purchase_id, p.village_id, w.commodity_id, left(w.commodity, 150),
    coalesce(nullif(w.food_group, ''), w.group_id), w.quantity, left(w.unit, 20),
    coalesce(w.price, 0)
FROM writing w JOIN bought b USING (number) JOIN credits p ON p.id = b.payment_id
WHERE w.commodity <> '' AND w.quantity > 0;
UPDATE staged s SET target_id = b.purchase_id
FROM writing w JOIN bought b USING (number) WHERE w.id = s.id;
"""
_BOUGHT = "(SELECT card_number, sum(amount) AS amount FROM bought GROUP BY 1)"


def apply(upload: Upload, cursor) -> None:
    """Write the `writable` rows as purchases and take their money from the cards."""
    shared.withhold(cursor, _UNEXPECTED)
    cursor.execute(WRITE, {"upload": upload.pk, "user": upload.submitted_by_id})
    cursor.execute(SPEND.format(moving=_BOUGHT))
    cursor.execute("CREATE INDEX ON bought (purchase_id)")
    require_in_scope(upload, cursor, Purchase, table="bought", column="purchase_id")


_VOIDED = "(SELECT card_number, sum(amount) AS amount FROM undone GROUP BY 1)"
REVERT = """
CREATE TEMPORARY TABLE undone ON COMMIT DROP AS
SELECT id, card_number, amount FROM distribution_purchase
WHERE source_upload_id = %(upload)s AND voided_at IS NULL AND id IN (
    SELECT target_id FROM uploads_uploadrow WHERE upload_id = %(upload)s
        AND outcome = 'DITERAPKAN');
ANALYZE undone;
UPDATE distribution_purchase SET voided_at = now(), void_reason = 'Unggahan asal dibatalkan'
WHERE id IN (SELECT id FROM undone);
UPDATE uploads_uploadrow r SET outcome = CASE
    WHEN r.target_id IN (SELECT id FROM undone) THEN 'DIKEMBALIKAN' ELSE 'TIDAK_DAPAT' END
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN';
"""


def revert(upload: Upload, cursor) -> None:
    """Void the purchases of this upload; those voided before stay as they are."""
    lock(upload, cursor)
    cursor.execute(REVERT, {"upload": upload.pk})
    cursor.execute(GIVE_BACK.format(moving=_VOIDED))
