"""From a bank's list of cards to the cards of the register, and back: set-based.

A row with a card number is about that card; one without is about an account of a burekol, and its
target is the `AccountOpeningMember`.
"""

from accounts.roles import Role
from beneficiaries.models import Card
from distribution.intake.shared import take_back
from spreadsheets.errors import SheetRefused
from uploads.itself import Once, compare_with_itself
from uploads.models import Upload
from uploads.written import require_in_scope

_with_itself = compare_with_itself(
    Once(("card_number",), "KARTU_DUA_KALI", "Nomor KKS ini", level="error")
)
_LIMIT = 250


def admit(upload: Upload, identity: dict[str, str]) -> None:
    if upload.sent_by.role == Role.BANK and not upload.sent_by.bank_id:
        raise SheetRefused(
            "PETUGAS_TANPA_BANK",
            "Akun Anda belum dihubungkan dengan bank, jadi kartu tidak dapat dikirim. Hubungi"
            " Administrator portal.",
        )


COMPARE = """
CREATE TEMPORARY TABLE cards ON COMMIT DROP AS
SELECT s.id, c.id AS card_id, c.status AS registered_status, c.bank_id, c.account_number,
    c.handed_over_on, c.village_id AS card_village,
    coalesce(c.holder_id, p.person_id) AS holder_id,
    coalesce(c.household_id, p.household_id) AS household_id, h.nik AS registered_nik,
    h.name AS registered_name, coalesce(p.bearers, 0) AS bearers, p.village_id AS person_village,
    m.id AS member_id, m.opening_id, m.status AS member_status, m.bank_id AS member_bank,
    m.account_number AS member_account
FROM staged s
LEFT JOIN beneficiaries_card c ON c.card_number = s.card_number AND s.card_number <> ''
LEFT JOIN beneficiaries_person h ON h.id = c.holder_id
LEFT JOIN LATERAL (
    SELECT min(id) AS person_id, min(household_id) AS household_id, min(village_id) AS village_id,
        count(*) AS bearers
    FROM beneficiaries_person WHERE nik = s.nik AND s.nik <> '' AND is_active OFFSET 0
) p ON c.id IS NULL
LEFT JOIN LATERAL (
    SELECT m.*, o.bank_id FROM distribution_accountopeningmember m
    JOIN distribution_accountopening o ON o.id = m.opening_id
    WHERE m.person_id = coalesce(c.holder_id, p.person_id) ORDER BY m.id DESC LIMIT 1
) m ON true;
ANALYZE cards;
UPDATE staged s SET changes = '{}', household_id = c.household_id,
    target_id = CASE WHEN s.card_number <> '' THEN c.card_id ELSE c.member_id END
FROM cards c WHERE c.id = s.id;
UPDATE staged s SET changes = x.changes FROM cards c CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(field, jsonb_build_array(old, new)), '{}') AS changes
    FROM staged t CROSS JOIN LATERAL (VALUES
        ('status', CASE WHEN t.card_number <> '' THEN c.registered_status
            WHEN c.member_status = 'SUKSES' THEN 'DIBUKA' ELSE c.member_status END, t.status),
        ('account_number', CASE WHEN t.card_number <> '' THEN c.account_number
            ELSE c.member_account END, nullif(t.account_number, '')),
        ('status_date', coalesce(c.handed_over_on::text, ''),
            CASE WHEN t.status = 'DISERAHKAN' THEN nullif(t.status_date, '') END)
    ) AS f (field, old, new)
    WHERE t.id = c.id AND new IS NOT NULL AND old IS DISTINCT FROM new
) x WHERE s.id = c.id AND s.target_id IS NOT NULL
"""

_FOUND = "INSERT INTO found (sheet, row_number, field, code, level, message, before)"
_WAYS = ", ".join(
    f"('{before}', '{after}')" for before, afters in Card.TRANSITIONS.items() for after in afters
)
ISSUES = f"""
{_FOUND}
SELECT s.sheet, s.row_number, 'nik', CASE WHEN c.bearers > 1 THEN 'PEMEGANG_GANDA'
        ELSE 'PEMEGANG_TIDAK_TERDAFTAR' END, 'error',
    CASE WHEN c.bearers > 1 THEN 'NIK ini dipakai ' || c.bearers || ' orang terdaftar, jadi'
            || ' pemegang kartunya tidak pasti; selesaikan data gandanya.'
        WHEN s.nik = '' THEN 'Kartu ini belum tercatat dan NIK pemegangnya kosong; isi NIK.'
        ELSE 'NIK ini tidak terdaftar di wilayah unggahan, jadi pemegangnya tidak dikenal; periksa'
            || ' NIK dengan KTP-el.' END, s.nik
FROM staged s JOIN cards c USING (id) WHERE c.card_id IS NULL AND c.bearers <> 1;

{_FOUND}
SELECT s.sheet, s.row_number, 'name', 'KARTU_ATAS_NAMA_LAIN', 'warning',
    'Kartu ini tercatat atas nama ' || c.registered_name || '. Cocokkan dengan data bank.', s.name
FROM staged s JOIN cards c USING (id)
WHERE s.nik <> '' AND c.registered_nik <> '' AND s.nik <> c.registered_nik;

{_FOUND}
SELECT s.sheet, s.row_number, 'bank', 'BANK_KOSONG', 'error',
    'Kartu ini belum tercatat dan banknya kosong; pilih bank penyalurnya.', ''
FROM staged s JOIN cards c USING (id)
WHERE s.bank = '' AND s.card_number <> '' AND c.card_id IS NULL AND NOT EXISTS (
    SELECT FROM found f WHERE f.sheet = s.sheet AND f.row_number = s.row_number
        AND f.field = 'bank');

{_FOUND}
SELECT s.sheet, s.row_number, 'bank', 'KARTU_BANK_LAIN', 'error',
    CASE WHEN %(bank)s NOT IN ('', coalesce(nullif(s.bank, ''), %(bank)s))
            OR %(bank)s NOT IN ('', coalesce(c.bank_id, %(bank)s))
        THEN 'Kartu ini milik bank lain; Anda hanya dapat mengirim kartu bank Anda sendiri.'
        ELSE 'Kartu ini tercatat pada bank lain; periksa banknya.' END, s.bank
FROM staged s JOIN cards c USING (id)
WHERE %(bank)s NOT IN ('', coalesce(nullif(s.bank, ''), %(bank)s))
    OR %(bank)s NOT IN ('', coalesce(c.bank_id, c.member_bank, %(bank)s))
    OR c.bank_id <> s.bank AND s.bank <> '';

{_FOUND}
SELECT s.sheet, s.row_number, 'card_number', 'KARTU_BELUM_TERCATAT', 'error',
    'Kartu ini belum tercatat, jadi tidak dapat langsung ' || lower(s.status)
    || '; laporkan burekol atau penyerahannya lebih dahulu.', s.card_number
FROM staged s JOIN cards c USING (id)
WHERE s.card_number <> '' AND c.card_id IS NULL AND s.status NOT IN ('', 'DIBUKA', 'DISERAHKAN');

{_FOUND}
SELECT s.sheet, s.row_number, 'status', 'STATUS_KARTU_TERLARANG', 'error',
    'Status kartu tidak dapat berubah dari ' || lower(c.registered_status) || ' menjadi '
    || lower(s.status) || '.', s.status
FROM staged s JOIN cards c USING (id)
WHERE c.card_id IS NOT NULL AND s.card_number <> ''
    AND s.status NOT IN ('', c.registered_status) AND NOT EXISTS (
        SELECT FROM (VALUES {_WAYS}) AS way (before, after)
        WHERE before = c.registered_status AND after = s.status);

{_FOUND}
SELECT s.sheet, s.row_number, 'card_number', 'KARTU_AKTIF_LAIN', 'error',
    'Pemegang ini masih mempunyai kartu lain yang aktif; laporkan kartu itu diganti, hilang, atau'
    || ' diblokir lebih dahulu.', s.card_number
FROM staged s JOIN cards c USING (id)
WHERE s.card_number <> '' AND s.status IN ('DIBUKA', 'DISERAHKAN') AND c.holder_id IS NOT NULL
    AND (EXISTS (SELECT FROM beneficiaries_card o WHERE o.holder_id = c.holder_id
            AND o.status IN ('DIBUKA', 'DISERAHKAN') AND o.card_number <> s.card_number)
        OR EXISTS (SELECT FROM cards d JOIN staged t ON t.id = d.id
            WHERE d.holder_id = c.holder_id AND d.id <> c.id AND t.card_number <> ''
                AND t.status IN ('DIBUKA', 'DISERAHKAN')));

{_FOUND}
SELECT s.sheet, s.row_number, 'new_card_number', 'KARTU_PENGGANTI_DIPAKAI', 'error',
    'Nomor KKS baru ini sudah tercatat pada kartu lain; periksa nomornya.', s.new_card_number
FROM staged s JOIN cards c USING (id)
WHERE s.new_card_number <> '' AND s.status = 'DIGANTI' AND c.registered_status <> 'DIGANTI'
    AND (EXISTS (SELECT FROM beneficiaries_card o WHERE o.card_number = s.new_card_number)
        OR EXISTS (SELECT FROM staged t WHERE t.id <> s.id
            AND s.new_card_number IN (t.card_number, t.new_card_number)));

{_FOUND}
SELECT s.sheet, s.row_number, 'status', 'BUREKOL_TIDAK_ADA', 'error',
    'Orang ini tidak ada dalam burekol yang sedang diproses, jadi hasilnya tidak dapat dicatat;'
    || ' buat burekolnya atau isi nomor KKS.', s.status
FROM staged s JOIN cards c USING (id)
WHERE s.card_number = '' AND s.status IN ('DIBUKA', 'GAGAL') AND c.bearers = 1
    AND (c.member_id IS NULL OR c.member_status = 'SUKSES' AND s.status = 'GAGAL');

{_FOUND}
SELECT s.sheet, s.row_number, 'note', 'TEKS_TERLALU_PANJANG', 'error',
    'Isi sel lebih dari {_LIMIT} huruf; persingkat.', left(s.note, 80)
FROM staged s WHERE length(s.note) > {_LIMIT};

{_FOUND}
SELECT s.sheet, s.row_number, 'card_number', 'DI_LUAR_WILAYAH', 'error',
    'Pemegang kartu ini terdaftar di luar wilayah unggahan.', s.card_number
FROM staged s JOIN cards c USING (id)
WHERE left(coalesce(c.card_village, c.person_village), length(%(region)s)) <> %(region)s
"""


def compare(upload: Upload, cursor) -> None:
    """Find the card of every row, else the holder by NIK, and what the row would change."""
    cursor.execute("DROP TABLE IF EXISTS cards")
    cursor.execute(COMPARE)
    _with_itself(upload, cursor)
    own = upload.sent_by.bank_id if upload.sent_by_id and upload.sent_by.role == Role.BANK else ""
    cursor.execute(ISSUES, {"bank": own or "", "region": upload.region_id})


def lock(upload: Upload, cursor) -> None:
    cursor.execute(
        "SELECT count(*) FROM (SELECT h.id FROM beneficiaries_household h WHERE h.id IN"
        " (SELECT household_id FROM uploads_uploadrow WHERE upload_id = %s)"
        " ORDER BY h.id FOR NO KEY UPDATE) locked",
        [upload.pk],
    )


_SOURCE = "%(upload)s, w.row_number, %(user)s, now(), now()"
APPLY = f"""
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT s.*, c.holder_id, c.card_id IS NULL AS is_new, c.registered_status, c.member_id,
    c.opening_id, h.village_id AS place,
    CASE WHEN s.card_number = '' THEN NULL
        ELSE coalesce(c.card_id, nextval('beneficiaries_card_id_seq')) END AS card_pk,
    CASE WHEN s.status = 'DIGANTI' AND s.new_card_number <> '' AND c.registered_status <> 'DIGANTI'
        THEN nextval('beneficiaries_card_id_seq') END AS new_pk
FROM staged s JOIN cards c USING (id) JOIN beneficiaries_household h ON h.id = c.household_id
WHERE s.writable;
ANALYZE writing;

UPDATE beneficiaries_card t SET status = w.status,
    account_number = CASE WHEN w.account_number <> '' THEN w.account_number
        ELSE t.account_number END,
    handed_over_on = CASE WHEN w.status = 'DISERAHKAN' THEN w.status_date::date
        ELSE t.handed_over_on END,
    source_upload_id = %(upload)s, source_row = w.row_number, source_user_id = %(user)s
FROM writing w WHERE t.id = w.card_pk AND NOT w.is_new;

INSERT INTO beneficiaries_card (id, household_id, village_id, holder_id, bank_id, card_number,
    account_number, status, handed_over_on, source_upload_id, source_row, source_user_id,
    created_at, changed_at)
SELECT w.card_pk, w.household_id, w.place, w.holder_id, w.bank, w.card_number, w.account_number,
    w.status, CASE WHEN w.status = 'DISERAHKAN' THEN w.status_date::date END, {_SOURCE}
FROM writing w WHERE w.is_new AND w.card_pk IS NOT NULL
UNION ALL
SELECT w.new_pk, w.household_id, w.place, w.holder_id, t.bank_id, w.new_card_number,
    t.account_number, 'DIBUKA', NULL, {_SOURCE}
FROM writing w JOIN beneficiaries_card t ON t.id = w.card_pk WHERE w.new_pk IS NOT NULL;

INSERT INTO distribution_cardevent (card_id, household_id, village_id, before, after, happened_on,
    replacement_id, note, by_id, upload_id)
SELECT w.card_pk, w.household_id, w.place, coalesce(w.registered_status, ''), w.status,
    coalesce(nullif(w.status_date, '')::date, %(today)s), w.new_pk, w.note, %(user)s, %(upload)s
FROM writing w WHERE w.card_pk IS NOT NULL AND w.registered_status IS DISTINCT FROM w.status
UNION ALL
SELECT w.new_pk, w.household_id, w.place, '', 'DIBUKA', w.status_date::date, NULL,
    'Pengganti kartu lama', %(user)s, %(upload)s
FROM writing w WHERE w.new_pk IS NOT NULL;

UPDATE distribution_accountopeningmember m SET
    status = CASE w.status WHEN 'GAGAL' THEN 'GAGAL' ELSE 'SUKSES' END,
    reason = CASE w.status WHEN 'GAGAL' THEN w.note ELSE '' END,
    account_number = CASE WHEN w.account_number <> '' THEN w.account_number
        ELSE m.account_number END,
    card_id = coalesce(w.card_pk, m.card_id), decided_at = now()
FROM writing w WHERE m.id = w.member_id AND (w.card_pk IS NULL OR w.is_new);
UPDATE distribution_accountopening o SET
    status = CASE WHEN x.open THEN 'PROSES' ELSE 'SELESAI' END,
    finished_at = CASE WHEN x.open THEN NULL ELSE coalesce(o.finished_at, now()) END
FROM (
    SELECT opening_id, bool_or(status = 'PROSES') AS open FROM distribution_accountopeningmember
    WHERE opening_id IN (SELECT opening_id FROM writing) GROUP BY 1
) x WHERE o.id = x.opening_id;

UPDATE staged s SET target_id = coalesce(w.card_pk, w.member_id)
FROM writing w WHERE w.id = s.id;
DELETE FROM writing WHERE card_pk IS NULL
"""


def apply(upload: Upload, cursor) -> None:
    """Write what the bank says of its cards and accounts, each with its step in `CardEvent`."""
    cursor.execute(
        APPLY,
        {
            "upload": upload.pk,
            "user": upload.submitted_by_id,
            "today": upload.sent_at.date(),
        },
    )
    require_in_scope(upload, cursor, Card, table="writing", column="card_pk")


# A card that came with the upload cannot be deleted, since others may point at it: it is blocked.
REVERT = """
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT r.id AS row_id, r.target_id, r.verdict, r.household_id, coalesce(r.changes, '{}') AS changes,
    t.status AS present, t.village_id
FROM uploads_uploadrow r JOIN beneficiaries_card t
    ON t.id = r.target_id AND t.card_number = r.values[1]
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN'
    AND t.source_upload_id = %(upload)s AND t.changed_at = %(applied_at)s
    AND NOT EXISTS (SELECT FROM distribution_cardevent e JOIN beneficiaries_card n
        ON n.id = e.replacement_id WHERE e.card_id = t.id AND e.upload_id = %(upload)s
        AND n.changed_at > %(applied_at)s);

UPDATE beneficiaries_card t SET status = 'DIBLOKIR'
FROM undoing u JOIN distribution_cardevent e
    ON e.card_id = u.target_id AND e.upload_id = %(upload)s AND e.replacement_id IS NOT NULL
WHERE t.id = e.replacement_id;
UPDATE beneficiaries_card t SET
    status = CASE WHEN u.verdict = 'BARU' THEN 'DIBLOKIR'
        WHEN u.changes ? 'status' THEN u.changes -> 'status' ->> 0 ELSE t.status END,
    account_number = CASE WHEN u.changes ? 'account_number'
        THEN u.changes -> 'account_number' ->> 0 ELSE t.account_number END,
    handed_over_on = CASE WHEN u.changes ? 'status_date'
        THEN nullif(u.changes -> 'status_date' ->> 0, '')::date ELSE t.handed_over_on END
FROM undoing u WHERE t.id = u.target_id;
INSERT INTO distribution_cardevent (card_id, household_id, village_id, before, after, happened_on,
    note, by_id, upload_id)
SELECT t.id, t.household_id, t.village_id, u.present, t.status, %(today)s, 'Unggahan dibatalkan',
    NULL, %(upload)s
FROM undoing u JOIN beneficiaries_card t ON t.id = u.target_id WHERE t.status <> u.present;
"""


def revert(upload: Upload, cursor) -> None:
    """Take back every card that nothing newer has touched; results of a burekol stay."""
    lock(upload, cursor)
    take_back(upload, cursor, REVERT)
