"""From a bank's list of agents to the agents of the portal, and back: set-based."""

from accounts.roles import Role
from distribution.actions.agents import barred, check_owners
from distribution.intake.shared import take_back
from distribution.models import Agent
from spreadsheets.errors import SheetRefused
from uploads.itself import Once, compare_with_itself
from uploads.models import Upload
from uploads.written import require_in_scope

CANCELLED = "Unggahan asal dibatalkan"
_TEXTS = ("name", "owner_name", "owner_nik", "owner_occupation", "phone", "address")
# Field of the sheet, column of the table, the column as text, the text as the column.
_FIELDS = (
    *((field, field, "a.{}", "{}") for field in _TEXTS),
    ("type", "kind", "a.{}", "{}"),
    ("village", "village_id", "a.{}", "{}"),
    ("status", "status", "a.{}", "{}"),
    ("has_edc", "has_edc", "CASE WHEN a.{0} THEN 'YA' WHEN NOT a.{0} THEN 'TIDAK' END", "{}='YA'"),
    ("latitude", "latitude", "trim_scale(a.{})::text", "{}::numeric"),
    ("longitude", "longitude", "trim_scale(a.{})::text", "{}::numeric"),
    ("contract_from", "contract_from", "a.{}::text", "{}::date"),
    ("contract_until", "contract_until", "a.{}::text", "{}::date"),
)
_OPTIONAL = _FIELDS[-5:]
_LIMITS = {
    field: Agent._meta.get_field(field).max_length
    for field in ("agent_id", *_TEXTS, "status_reason")
}

_with_itself = compare_with_itself(
    Once(("agent_id", "bank"), "AGEN_DUA_KALI", "ID agen ini", level="error")
)


def admit(upload: Upload, identity: dict[str, str]) -> None:
    if upload.sent_by.role == Role.BANK and not upload.sent_by.bank_id:
        raise SheetRefused(
            "PETUGAS_TANPA_BANK",
            "Akun Anda belum dihubungkan dengan bank, jadi agen tidak dapat dikirim. Hubungi"
            " Administrator portal.",
        )


_OLD_AND_NEW = ", ".join(
    f"('{field}', coalesce({text.format(column)}, ''), s.\"{field}\")"
    for field, column, text, _ in _FIELDS
)
_NAMED = "string_agg(r.name || ' (' || r.code || ')', '; ' ORDER BY r.code)"

COMPARE = f"""
UPDATE staged s SET target_id = a.id
FROM distribution_agent a WHERE a.bank_id = s.bank AND a.agent_id = s.agent_id;
ANALYZE staged;
UPDATE staged SET changes = '{{}}';
CREATE TEMPORARY TABLE compared_agents ON COMMIT DROP AS
SELECT s.id, a.status AS registered_status, (
    SELECT coalesce(jsonb_object_agg(field, jsonb_build_array(old, new)), '{{}}')
    FROM (VALUES {_OLD_AND_NEW},
        ('service_area',
            (SELECT {_NAMED} FROM distribution_agentvillage w
                JOIN regions_region r ON r.code = w.village_id WHERE w.agent_id = a.id),
            (SELECT {_NAMED} FROM regions_region r WHERE s.service_villages <> '' AND (
                r.code = ANY (string_to_array(s.service_villages, ' '))
                OR r.code = coalesce(nullif(s.village, ''), a.village_id))))
    ) AS fields (field, old, new)
    WHERE coalesce(new, '') <> '' AND new IS DISTINCT FROM old
) || CASE
    WHEN s.status = 'AKTIF' AND a.status_reason <> ''
        THEN jsonb_build_object('status_reason', jsonb_build_array(a.status_reason, ''))
    WHEN s.status <> 'AKTIF' AND s.status_reason NOT IN ('', a.status_reason)
        THEN jsonb_build_object('status_reason',
            jsonb_build_array(a.status_reason, s.status_reason))
    ELSE '{{}}' END AS changes
FROM staged s JOIN distribution_agent a ON a.id = s.target_id;
UPDATE staged s SET changes = c.changes FROM compared_agents c WHERE c.id = s.id
"""

_FOUND = "INSERT INTO found (sheet, row_number, field, code, level, message, before)"
_TRANSITIONS = ", ".join(
    f"('{before}', '{after}')" for before, afters in Agent.TRANSITIONS.items() for after in afters
)
ISSUES = f"""
{_FOUND}
SELECT sheet, row_number, 'bank', 'BANK_KOSONG', 'error',
    'Bank kosong; pilih bank penyalur agen ini.', ''
FROM staged WHERE bank = '' AND NOT EXISTS (SELECT FROM found f WHERE f.sheet = staged.sheet
    AND f.row_number = staged.row_number AND f.field = 'bank');

{_FOUND}
SELECT s.sheet, s.row_number, 'bank', 'AGEN_BANK_LAIN', 'error',
    'Agen ini milik ' || b.short_name || '; Anda hanya dapat mengirim agen bank Anda sendiri.',
    b.short_name
FROM staged s JOIN beneficiaries_bank b ON b.code = s.bank
WHERE %(bank)s <> '' AND s.bank <> %(bank)s;

{_FOUND}
SELECT s.sheet, s.row_number, 'status', 'STATUS_AGEN_TERLARANG', 'error',
    'Status agen tidak dapat berubah dari ' || lower(c.registered_status) || ' menjadi '
    || lower(s.status) || '.', s.status
FROM staged s JOIN compared_agents c USING (id)
WHERE s.status NOT IN ('', c.registered_status) AND NOT EXISTS (
    SELECT FROM (VALUES {_TRANSITIONS}) AS way (before, after)
    WHERE before = c.registered_status AND after = s.status);

{_FOUND}
SELECT s.sheet, s.row_number, 'contract_until', 'KONTRAK_TERBALIK', 'error',
    'Kontrak berakhir sebelum dimulai menurut tanggal yang tercatat; perbaiki tanggalnya.',
    s.contract_until
FROM staged s JOIN distribution_agent a ON a.id = s.target_id
WHERE coalesce(nullif(s.contract_until, '')::date, a.contract_until)
        < coalesce(nullif(s.contract_from, '')::date, a.contract_from)
    AND (s.contract_from = '' OR s.contract_until = '');

{_FOUND}
SELECT s.sheet, s.row_number, x.field, 'TEKS_TERLALU_PANJANG', 'error',
    'Isi sel lebih dari ' || x.at_most || ' huruf; persingkat.', left(x.written, 80)
FROM staged s CROSS JOIN LATERAL (VALUES {
    ", ".join(f"('{field}', {limit}, s.{field})" for field, limit in _LIMITS.items())
}) AS x (field, at_most, written)
WHERE length(x.written) > x.at_most;

{_FOUND}
SELECT s.sheet, s.row_number, 'owner_occupation', 'PEMILIK_DILARANG',
    CASE WHEN bool_or(b.is_refused) THEN 'error' ELSE 'warning' END,
    'Pemilik termasuk yang tidak boleh memiliki agen: ' || string_agg(DISTINCT b.reason, '; ')
    || CASE WHEN bool_or(b.is_refused) THEN '.'
        ELSE '. Bila diteruskan, hal ini menjadi temuan agen.' END, ''
FROM staged s JOIN ({
    barred("(SELECT id AS key, owner_occupation AS occupation, owner_nik AS nik FROM staged)")
}) b ON b.key = s.id
WHERE s.status IN ('', 'AKTIF')
GROUP BY s.sheet, s.row_number, s.id
"""


def compare(upload: Upload, cursor) -> None:
    """Find the agent of every row by bank and ID, what would change, and what is doubtful."""
    cursor.execute("DROP TABLE IF EXISTS compared_agents")
    cursor.execute(COMPARE)
    _with_itself(upload, cursor)
    own = upload.sent_by.bank_id if upload.sent_by_id and upload.sent_by.role == Role.BANK else ""
    cursor.execute(ISSUES, {"bank": own or ""})


def lock(upload: Upload, cursor) -> None:
    cursor.execute(
        "SELECT count(*) FROM (SELECT a.id FROM distribution_agent a WHERE a.id IN"
        " (SELECT target_id FROM uploads_uploadrow WHERE upload_id = %s)"
        " ORDER BY a.id FOR NO KEY UPDATE) locked",
        [upload.pk],
    )


_SET = ", ".join(
    f"{column} = CASE WHEN w.changes ? '{field}' THEN {read.format('w.' + field)}"
    f" ELSE a.{column} END"
    for field, column, _, read in _FIELDS
)
APPLY = f"""
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT s.*, s.target_id IS NULL AS is_new,
    coalesce(s.target_id, nextval('distribution_agent_id_seq')) AS agent_pk
FROM staged s WHERE s.writable;
ANALYZE writing;

INSERT INTO distribution_agent (id, bank_id, agent_id, {", ".join(_TEXTS)}, kind, village_id,
    status, status_reason, {", ".join(column for _, column, _, _ in _OPTIONAL)},
    source_upload_id, source_row, source_user_id, created_at, changed_at)
SELECT w.agent_pk, w.bank, w.agent_id, {", ".join(f"w.{name}" for name in _TEXTS)},
    coalesce(nullif(w.type, ''), 'AGEN_BANK'), w.village,
    coalesce(nullif(w.status, ''), 'AKTIF'), w.status_reason,
    {", ".join(read.format(f"nullif(w.{field}, '')") for field, _, _, read in _OPTIONAL)},
    %(upload)s, w.row_number, %(user)s, now(), now()
FROM writing w WHERE w.is_new;

UPDATE distribution_agent a SET {_SET},
    status_reason = CASE WHEN w.changes ? 'status_reason' THEN w.changes -> 'status_reason' ->> 1
        ELSE a.status_reason END,
    source_upload_id = %(upload)s, source_row = w.row_number, source_user_id = %(user)s
FROM writing w WHERE a.id = w.agent_pk AND NOT w.is_new;

CREATE TEMPORARY TABLE serving ON COMMIT DROP AS
SELECT DISTINCT w.agent_pk, v.code FROM writing w JOIN distribution_agent a ON a.id = w.agent_pk
CROSS JOIN LATERAL unnest(string_to_array(w.service_villages, ' ') || a.village_id::text)
    AS v (code)
WHERE v.code <> '' AND (w.is_new OR w.changes ?| ARRAY['service_area', 'village']);
DELETE FROM distribution_agentvillage t USING writing w
WHERE t.agent_id = w.agent_pk AND w.changes ? 'service_area'
    AND NOT EXISTS (SELECT FROM serving v WHERE v.agent_pk = t.agent_id AND v.code = t.village_id);
INSERT INTO distribution_agentvillage (agent_id, village_id)
SELECT agent_pk, code FROM serving ON CONFLICT DO NOTHING;

UPDATE staged s SET target_id = w.agent_pk FROM writing w WHERE w.id = s.id
"""


def apply(upload: Upload, cursor) -> None:
    """Write new and changed agents with their service areas; owners are checked again."""
    cursor.execute(APPLY, {"upload": upload.pk, "user": upload.submitted_by_id})
    require_in_scope(upload, cursor, Agent, table="writing", column="agent_pk")
    cursor.execute("SELECT agent_pk FROM writing")
    check_owners([pk for (pk,) in cursor.fetchall()])


_BACK = ", ".join(
    f"{column} = CASE WHEN u.changes ? '{field}' THEN "
    + (
        f"u.changes -> '{field}' ->> 0"
        if read == "{}"
        else read.format(f"nullif(u.changes -> '{field}' ->> 0, '')")
    )
    + f" ELSE a.{column} END"
    for field, column, _, read in _FIELDS
)
REVERT = f"""
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT r.id AS row_id, r.target_id, r.verdict, coalesce(r.changes, '{{}}') AS changes
FROM uploads_uploadrow r JOIN distribution_agent a ON a.id = r.target_id
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN'
    AND a.source_upload_id = %(upload)s AND a.changed_at = %(applied_at)s;

UPDATE distribution_agent a SET status = 'NONAKTIF', status_reason = '{CANCELLED}'
FROM undoing u WHERE a.id = u.target_id AND u.verdict = 'BARU';

UPDATE distribution_agent a SET {_BACK},
    status_reason = CASE WHEN u.changes ? 'status_reason' THEN u.changes -> 'status_reason' ->> 0
        ELSE a.status_reason END
FROM undoing u WHERE a.id = u.target_id AND u.verdict = 'BERUBAH';

DELETE FROM distribution_agentvillage t USING undoing u
WHERE t.agent_id = u.target_id AND u.changes ? 'service_area';
INSERT INTO distribution_agentvillage (agent_id, village_id)
SELECT u.target_id, found[1] FROM undoing u CROSS JOIN LATERAL
    regexp_matches(u.changes -> 'service_area' ->> 0, '[(]([0-9.]+)[)]', 'g') AS found
WHERE u.changes ? 'service_area' ON CONFLICT DO NOTHING;
"""


def revert(upload: Upload, cursor) -> None:
    """Take back every agent that nothing newer has touched; a new one is deactivated."""
    lock(upload, cursor)
    take_back(upload, cursor, REVERT)
