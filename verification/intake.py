"""From a sheet of field results to the cases and the register, and back.

All in set-based SQL on the temporary tables of uploads/staging.py; a sheet of 14,000 rows costs the
same few statements as one of ten.
"""

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import scope
from accounts.models import User
from accounts.roles import Role
from beneficiaries.models import Household, Person
from regions.models import Region
from spreadsheets.errors import SheetRefused
from uploads.kinds import SheetKind
from uploads.models import Upload
from verification.actions import sheets as actions
from verification.models import Case, Round
from verification.sheets import CORRECTIONS, NO, REASONS, YES

NOTHING_SAVED = "Tidak ada baris yang disimpan."
# A visit so long after the due date hardly belongs to the round.
DAYS_AFTER_DUE = 60
PERSON_FIELDS = ("new_nik", "new_name", "new_birth_date")
HOUSEHOLD_FIELDS = ("new_kk_number", "new_address", "new_village_name")


def round_of(upload: Upload) -> Round:
    """The round an upload belongs to. Raises `SheetRefused` when it names none."""
    found = upload.reference.isdigit() and Round.objects.filter(pk=upload.reference).first()
    if not found:
        raise SheetRefused(
            "PUTARAN_TIDAK_ADA",
            "Unggahan ini tidak menyebut putaran verifikasi."
            f" Unggahlah dari halaman putaran. {NOTHING_SAVED}",
        )
    return found


def running_rounds(user: User) -> list[tuple[str, str]]:
    """What a sheet without an identity can be sent for: number and name."""
    return [(str(round.pk), round.name) for round in Round.objects.visible_to(user).running()]


def round_name(reference: str) -> str:
    found = reference.isdigit() and Round.objects.filter(pk=reference).first()
    return found.name if found else reference


def admit(upload: Upload, identity: dict[str, str]) -> None:
    """Refuse a sheet of another kind, round or place, and any sheet of a round that is not running.

    A sheet typed anew carries no identity; its column ID KASUS, which the layout requires, says for
    every row where it belongs.
    """
    round = round_of(upload)
    if round.status != Round.Status.BERJALAN:
        raise SheetRefused("PUTARAN_TIDAK_BERJALAN", f"{_not_running(round)} {NOTHING_SAVED}")
    if not round.round_regions.filter(region=upload.region_id[:5]).exists():
        raise SheetRefused(
            "WILAYAH_BUKAN_PUTARAN",
            f"{upload.region} tidak ikut dalam {_named(round)}. {NOTHING_SAVED}",
        )
    if not identity:
        return
    if identity.get("layout") != upload.kind:
        raise SheetRefused(
            "LEMBAR_LAIN",
            "Berkas ini bukan lembar hasil verifikasi. Unggahlah kembali dan pilih jenis lembar"
            f" yang sesuai. {NOTHING_SAVED}",
        )
    if identity.get("round") != upload.reference:
        other = identity.get("round", "")
        found = other.isdigit() and Round.objects.filter(pk=other).first()
        raise SheetRefused(
            "PUTARAN_LAIN",
            f"Lembar ini milik {_named(found) if found else 'putaran lain'}."
            f" Anda mengunggah untuk {_named(round)}."
            f" {NOTHING_SAVED}",
        )
    place = identity.get("region", "")
    if place != upload.region_id and not place.startswith(f"{upload.region_id}."):
        owner = Region.objects.filter(pk=place).first()
        raise SheetRefused(
            "WILAYAH_LAIN",
            f"Lembar ini milik {owner or 'wilayah lain'}. Anda mengunggah untuk {upload.region}."
            f" {NOTHING_SAVED}",
        )


def _named(round: Round) -> str:
    """The round as a sentence speaks of it; most are called "Putaran" already."""
    return round.name if round.name.lower().startswith("putaran") else f"Putaran {round.name}"


def _not_running(round: Round) -> str:
    if round.status == Round.Status.DISIAPKAN:
        return f"{_named(round)} belum dibuka."
    closed = timezone.localtime(round.closed_at)
    return f"{_named(round)} sudah ditutup pada {closed:%d-%m-%Y}."


_PAIRS = ", ".join(["(%s, %s)"] * len(REASONS))

TARGETS = """
ALTER TABLE staged ADD COLUMN filled boolean, ADD COLUMN reason_code text;
UPDATE staged SET filled = concat({officers}) <> '',
    reason_code = coalesce(
        (SELECT code FROM (VALUES {reasons}) AS known (word, code) WHERE word = reason), '');
UPDATE staged s SET target_id = c.id, household_id = c.household_id
FROM verification_case c
WHERE c.id = nullif(s.case_id, '')::bigint AND c.round_id = %s
    AND (c.village_id = %s OR c.village_id LIKE %s);
ANALYZE staged;
""".format(
    officers=", ".join(("is_found", "is_eligible", "reason", "visited_on", "note", *CORRECTIONS)),
    reasons=_PAIRS,
)


def _place(alias: str) -> str:
    """SQL of a village as a reader knows it, with the code by which it is taken back."""
    return f"{alias}.name || ' (' || {alias}.code || ')'"


def _yes_no(column: str) -> str:
    return f"CASE {column} WHEN true THEN '{YES}' WHEN false THEN '{NO}' ELSE '' END"


# Old and new of every field. What has not been decided has no outcome yet; a correction that is
# empty or says what is registered changes nothing.
CHANGES = f"""
CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT s.id, s.sheet, s.row_number, c.status, c.upload_id, p.id AS person_id, p.nik AS nik,
    p.name AS name, p.sex, h.kk_number AS kk_number, x.changes
FROM staged s
JOIN verification_case c ON c.id = s.target_id
JOIN beneficiaries_household h ON h.id = c.household_id
JOIN regions_region v ON v.code = h.village_id
LEFT JOIN regions_region nv ON nv.code = s.new_village
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(field, jsonb_build_array(old, new)), '{{}}') AS changes
    FROM (VALUES
        ('is_found', {_yes_no("c.is_found")}, s.is_found),
        ('is_eligible', {_yes_no("c.is_eligible")}, s.is_eligible),
        ('reason', coalesce((SELECT word FROM (VALUES {_PAIRS}) AS known (word, code)
            WHERE code = c.reason), ''), s.reason),
        ('visited_on', coalesce(c.visited_on::text, ''), s.visited_on),
        ('note', c.note, s.note),
        ('new_nik', p.nik, nullif(s.new_nik, '')),
        ('new_name', p.name, nullif(s.new_name, '')),
        ('new_birth_date', coalesce(p.birth_date::text, ''), nullif(s.new_birth_date, '')),
        ('new_kk_number', h.kk_number, nullif(s.new_kk_number, '')),
        ('new_address', h.address, nullif(s.new_address, '')),
        ('new_village_name', {_place("v")}, {_place("nv")})
    ) AS fields (field, old, new)
    WHERE s.filled AND new IS NOT NULL AND old IS DISTINCT FROM new
) x;
UPDATE staged s SET changes = c.changes FROM compared c WHERE c.id = s.id;
"""

_FOUND = "INSERT INTO found (sheet, row_number, field, code, level, message, before, suggestion)"

# A number is not repeated in a message: messages are shown in lists, where numbers are masked.
ISSUES = f"""
{_FOUND}
SELECT s.sheet, s.row_number, 'case_id', 'KASUS_TIDAK_DIKENAL', 'error',
    CASE
        WHEN c.round_id <> %(round)s THEN 'Kasus ini milik '
            || CASE WHEN o.name ILIKE 'putaran%%' THEN '' ELSE 'Putaran ' END || o.name
            || '. Anda mengunggah untuk ' || %(round_name)s || '.'
        WHEN c.id IS NOT NULL THEN 'Kasus ini berada di ' || initcap(lower(k.kind)) || ' ' || k.name
            || ', di luar wilayah unggahan.'
        ELSE 'ID KASUS ini tidak ada dalam ' || %(round_name)s || ' untuk ' || %(place)s
            || '; salin kembali dari lembar yang diunduh.'
    END, s.case_id, ''
FROM staged s
LEFT JOIN verification_case c ON c.id = nullif(s.case_id, '')::bigint
LEFT JOIN verification_round o ON o.id = c.round_id
LEFT JOIN regions_region k ON k.code = left(c.village_id, greatest(length(%(region)s), 5))
WHERE s.target_id IS NULL AND s.case_id <> '';

{_FOUND}
SELECT s.sheet, s.row_number, 'case_id', 'KASUS_DUA_KALI', 'error',
    'ID KASUS ini tertulis pada ' || d.n || ' baris (' || d.rows
    || '). Pilih satu baris untuk dipakai.', s.case_id, ''
FROM staged s JOIN (
    SELECT target_id, count(*) AS n,
        array_to_string((array_agg(row_number ORDER BY sheet, row_number))[1:5], ', ') AS rows
    FROM staged WHERE filled AND target_id IS NOT NULL GROUP BY target_id HAVING count(*) > 1
) d USING (target_id) WHERE s.filled;

{_FOUND}
SELECT s.sheet, s.row_number, 'case_id', 'KASUS_DIPILIH_DUA_KALI', 'error',
    'Lebih dari satu baris dengan ID KASUS ini dipilih. Pakailah satu baris saja.', s.case_id, ''
FROM (
    SELECT s.*, count(*) OVER (PARTITION BY s.target_id) AS chosen
    FROM staged s JOIN uploads_uploadissue i ON i.upload_id = %(upload)s AND i.sheet = s.sheet
        AND i.row_number = s.row_number AND i.code = 'KASUS_DUA_KALI' AND i.decision = 'KEPT'
    WHERE s.filled AND s.target_id IS NOT NULL
) s WHERE s.chosen > 1;

{_FOUND}
SELECT s.sheet, s.row_number, e.field, 'DATA_PORTAL_DIUBAH', 'warning',
    e.heading || ' pada lembar berbeda dari data terdaftar; portal memakai data terdaftar. Untuk'
    || ' membetulkannya isi kolom ' || e.instead || '.', e.written, e.registered
FROM staged s JOIN compared c USING (id)
CROSS JOIN LATERAL (VALUES
    ('nik', 'NIK PENGURUS', 'PERBAIKAN NIK', s.nik, c.nik),
    ('name', 'NAMA PENGURUS', 'PERBAIKAN NAMA', upper(s.name), upper(c.name)),
    ('kk_number', 'NOMOR KK', 'PERBAIKAN NOMOR KK', s.kk_number, c.kk_number)
) AS e (field, heading, instead, written, registered)
WHERE s.filled AND e.written <> '' AND e.written <> coalesce(e.registered, '');

{_FOUND}
SELECT s.sheet, s.row_number, '', 'TANPA_PENGURUS', 'error',
    'Keluarga ini belum punya pengurus terdaftar, jadi NIK, nama, dan tanggal lahir tidak dapat'
    || ' diperbaiki di sini. Tetapkan pengurusnya lebih dahulu.', '', ''
FROM staged s JOIN compared c USING (id)
WHERE c.person_id IS NULL AND concat(s.new_nik, s.new_name, s.new_birth_date) <> '';

{_FOUND}
SELECT DISTINCT ON (s.id) s.sheet, s.row_number, 'new_nik', 'NIK_MILIK_ORANG_LAIN', 'error',
    'NIK ini sudah terdaftar atas nama ' || p.name || ' di ' || initcap(lower(v.kind)) || ' '
    || v.name || '. Cocokkan dengan KTP-el.', s.new_nik, ''
FROM staged s JOIN compared c USING (id)
JOIN beneficiaries_person p
    ON p.nik = s.new_nik AND p.is_active AND p.id IS DISTINCT FROM c.person_id
JOIN regions_region v ON v.code = p.village_id
WHERE s.new_nik <> '' AND (c.changes ? 'new_nik')
ORDER BY s.id, p.id;

{_FOUND}
SELECT s.sheet, s.row_number, 'new_nik', 'NIK_MILIK_ORANG_LAIN', 'error',
    'NIK ini sudah terdaftar di ' || initcap(lower(v.kind)) || ' ' || v.name
    || '. Cocokkan dengan KTP-el dan hubungi koordinator provinsi.', s.new_nik, ''
FROM beneficiaries_elsewhere(ARRAY(SELECT new_nik FROM staged WHERE new_nik <> '')) e
JOIN staged s ON s.new_nik = e.nik
JOIN regions_region v ON v.code = e.regency_code
WHERE NOT EXISTS (SELECT FROM found f WHERE f.sheet = s.sheet AND f.row_number = s.row_number
    AND f.code = 'NIK_MILIK_ORANG_LAIN');

{_FOUND}
SELECT s.sheet, s.row_number, 'new_nik', 'NIK_DUA_KALI', 'error',
    'NIK ini menjadi perbaikan pada ' || d.n || ' baris (' || d.rows || '). Pilih satu baris untuk'
    || ' dipakai.', s.new_nik, ''
FROM staged s JOIN (
    SELECT new_nik, count(*) AS n,
        array_to_string((array_agg(row_number ORDER BY sheet, row_number))[1:5], ', ') AS rows
    FROM staged WHERE new_nik <> '' AND changes ? 'new_nik'
    GROUP BY new_nik HAVING count(DISTINCT target_id) > 1
) d USING (new_nik) WHERE s.changes ? 'new_nik';

{_FOUND}
SELECT s.sheet, s.row_number, 'new_nik', 'JENIS_KELAMIN_BEDA_NIK', 'warning',
    CASE c.sex WHEN 'L' THEN 'NIK ini milik perempuan, sedangkan pengurus terdaftar laki-laki.'
        ELSE 'NIK ini milik laki-laki, sedangkan pengurus terdaftar perempuan.' END
    || ' Cocokkan dengan KTP-el.', s.new_nik, ''
FROM staged s JOIN compared c USING (id)
WHERE c.changes ? 'new_nik' AND c.sex <> '' AND s.new_nik ~ '^[0-9]{{16}}$'
    AND (substr(s.new_nik, 7, 2) > '40') <> (c.sex = 'P');

{_FOUND}
SELECT s.sheet, s.row_number, 'visited_on', 'KUNJUNGAN_SEBELUM_PUTARAN', 'warning',
    'TANGGAL KUNJUNGAN sebelum putaran dimulai pada ' || to_char(%(starts_on)s::date, 'DD-MM-YYYY')
    || '; periksa tanggalnya.', to_char(s.visited_on::date, 'DD-MM-YYYY'), ''
FROM staged s WHERE s.visited_on <> '' AND s.visited_on::date < %(starts_on)s;

{_FOUND}
SELECT s.sheet, s.row_number, 'visited_on', 'KUNJUNGAN_LEWAT_TENGGAT', 'warning',
    'TANGGAL KUNJUNGAN lebih dari {DAYS_AFTER_DUE} hari setelah tenggat '
    || to_char(%(due_on)s::date, 'DD-MM-YYYY') || '; periksa tanggalnya.',
    to_char(s.visited_on::date, 'DD-MM-YYYY'), ''
FROM staged s
WHERE s.visited_on <> '' AND s.visited_on::date > %(due_on)s::date + {DAYS_AFTER_DUE};

{_FOUND}
SELECT s.sheet, s.row_number, '', 'KASUS_SUDAH_DISETUJUI', 'warning',
    'Kasus ini sudah disetujui dengan hasil lain. Bila diteruskan, hasil itu diganti.', '', ''
FROM staged s JOIN compared c USING (id)
WHERE c.status = 'DISETUJUI' AND c.changes <> '{{}}' AND c.upload_id IS DISTINCT FROM %(upload)s;

{_FOUND}
SELECT s.sheet, s.row_number, 'case_id', 'KASUS_BERAKHIR', 'error',
    'Kasus ini sudah diakhiri pada ' || to_char(k.ended_at, 'DD-MM-YYYY')
    || ', jadi hasilnya tidak dapat dicatat lagi.', s.case_id, ''
FROM staged s JOIN compared c USING (id) JOIN verification_case k ON k.id = s.target_id
WHERE c.status = 'BERAKHIR' AND s.filled AND %(ends_matter)s;

{_FOUND}
SELECT s.sheet, s.row_number, '', 'KUNJUNGAN_MENUNGGU_PEMERIKSAAN', 'warning',
    'Kunjungan dengan hasil lain sudah dicatat ' || u.full_name
    || ' dan menunggu pemeriksaan. Bila diteruskan, hasil itu diganti.', '', ''
FROM staged s JOIN compared c USING (id) JOIN verification_case k ON k.id = s.target_id
JOIN accounts_user u ON u.id = k.visited_by_id
WHERE c.status = 'DIKUNJUNGI' AND c.changes <> '{{}}';

{_FOUND}
SELECT s.sheet, s.row_number, '', 'MENUNGGU_DI_UNGGAHAN_LAIN', 'warning',
    'Kasus ini juga ada dalam unggahan nomor ' || c.upload_id
    || ' yang sedang menunggu keputusan.', '', ''
FROM staged s JOIN compared c USING (id)
WHERE c.status = 'DIAJUKAN' AND c.upload_id <> %(upload)s AND c.changes <> '{{}}';
"""


def compare(upload: Upload, cursor) -> None:
    """Find for every row its case, what would change in case and register, and what is doubtful.

    A row without an entry of the officer changes nothing, whatever its case has become.
    """
    round = round_of(upload)
    pairs = [text for pair in REASONS.items() for text in pair]
    cursor.execute("DROP TABLE IF EXISTS compared")
    cursor.execute(TARGETS, [*pairs, round.pk, upload.region_id, f"{upload.region_id}.%"])
    cursor.execute(CHANGES, pairs)
    cursor.execute(
        ISSUES,
        {
            "upload": upload.pk,
            "round": round.pk,
            "round_name": _named(round),
            "starts_on": round.starts_on,
            "due_on": round.due_on,
            "region": upload.region_id,
            "place": str(upload.region),
            # To a closed round nothing is handed in at all, which `follow` says in one sentence.
            "ends_matter": round.status == Round.Status.BERJALAN
            or upload.status == Upload.Status.DISETUJUI,
        },
    )


def lock(upload: Upload, cursor) -> None:
    """Hold the families and cases of the upload, in one order for everybody."""
    for table, target in (
        ("beneficiaries_household", "household_id"),
        ("verification_case", "target_id"),
    ):
        cursor.execute(
            f"SELECT count(*) FROM (SELECT t.id FROM {table} t WHERE t.id IN"
            f" (SELECT {target} FROM uploads_uploadrow WHERE upload_id = %s)"
            " ORDER BY t.id FOR NO KEY UPDATE) locked",
            [upload.pk],
        )


SOURCE = "source_upload_id = %(upload)s, source_row = d.row_number, source_user_id = %(user)s"

# A corrected NIK that somebody else has got since the approval is a conflict like any other change.
DECIDED = """
UPDATE staged s SET conflict = true, writable = false
FROM found f
WHERE f.sheet = s.sheet AND f.row_number = s.row_number AND f.code = 'NIK_MILIK_ORANG_LAIN'
    AND s.writable;
DROP TABLE IF EXISTS decided;
CREATE TEMPORARY TABLE decided ON COMMIT DROP AS
SELECT s.*, h.payee_id, c.upload_id AS earlier_upload_id
FROM staged s
JOIN verification_case c ON c.id = s.target_id
JOIN beneficiaries_household h ON h.id = c.household_id
WHERE s.writable;
ANALYZE decided;
"""

PERSONS = f"""
UPDATE beneficiaries_person t
SET nik = CASE WHEN d.changes ? 'new_nik' THEN d.new_nik ELSE t.nik END,
    name = CASE WHEN d.changes ? 'new_name' THEN d.new_name ELSE t.name END,
    birth_date = CASE WHEN d.changes ? 'new_birth_date' THEN d.new_birth_date::date
        ELSE t.birth_date END,
    {SOURCE}
FROM decided d WHERE t.id = d.payee_id AND d.changes ?| %(person_fields)s
"""

HOUSEHOLDS = f"""
UPDATE beneficiaries_household t
SET kk_number = CASE WHEN d.changes ? 'new_kk_number' THEN d.new_kk_number ELSE t.kk_number END,
    address = CASE WHEN d.changes ? 'new_address' THEN d.new_address ELSE t.address END,
    village_id = CASE WHEN d.changes ? 'new_village_name' THEN d.new_village ELSE t.village_id END,
    {SOURCE}
FROM decided d WHERE t.id = d.household_id AND d.changes ?| %(household_fields)s
"""

ENDED = f"""
UPDATE beneficiaries_enrollment t
SET ended_on = greatest(d.visited_on::date, t.started_on), end_reason = d.reason_code, {SOURCE}
FROM decided d, beneficiaries_programme g
WHERE t.household_id = d.household_id AND t.ended_on IS NULL AND d.is_eligible = '{NO}'
    AND g.code = t.programme_id AND g.is_sembako
"""

# Found eligible after all: what the earlier outcome of the same case has ended goes on.
RESUMED = f"""
UPDATE beneficiaries_enrollment t SET ended_on = NULL, end_reason = '', {SOURCE}
FROM decided d
WHERE t.household_id = d.household_id AND d.is_eligible = '{YES}'
    AND d.changes -> 'is_eligible' ->> 0 = '{NO}'
    AND t.ended_on IS NOT NULL AND t.source_upload_id = d.earlier_upload_id
    AND NOT EXISTS (SELECT FROM beneficiaries_enrollment e WHERE e.household_id = t.household_id
        AND e.programme_id = t.programme_id AND e.ended_on IS NULL)
"""


def apply(upload: Upload, cursor) -> None:
    """Write the `writable` rows: corrections to the register, outcomes to the cases, and the end of
    the Sembako enrolment of every family found not eligible, on the day of the visit."""
    values = {
        "upload": upload.pk,
        "user": upload.submitted_by_id,
        "person_fields": list(PERSON_FIELDS),
        "household_fields": list(HOUSEHOLD_FIELDS),
    }
    cursor.execute(DECIDED)
    # Cases stand where their household stands, so a move carries them along.
    for statement in (PERSONS, HOUSEHOLDS, ENDED, RESUMED):
        cursor.execute(statement, values)
    actions.decide_cases(upload, cursor)
    _recount(upload, cursor)


def _recount(upload: Upload, cursor) -> None:
    """What was written must lie in the sender's scope, or nothing is written (DESIGN section 4)."""
    outside = 0
    for model, column in ((Case, "target_id"), (Household, "household_id"), (Person, "payee_id")):
        cursor.execute(f"SELECT count({column}) FROM decided")
        written = cursor.fetchone()[0]
        visible = scope.count_visible(model, upload.sent_by, table="decided", column=column)
        outside = max(outside, written - visible)
    if outside:
        raise ValidationError(
            f"{outside} baris berada di luar wilayah tugas pengirim."
            " Unggahan tidak diterapkan dan data terdaftar tidak berubah."
        )


# The row as a whole goes back or stays: one newer touch on case, person, family or enrolment is
# enough to leave everything as it is.
UNDONE = """
CREATE TEMPORARY TABLE written ON COMMIT DROP AS
SELECT id, target_id, household_id, changes FROM uploads_uploadrow
WHERE upload_id = %(upload)s AND outcome = 'DITERAPKAN';
CREATE INDEX ON written (target_id);
ANALYZE written;
CREATE TEMPORARY TABLE undone ON COMMIT DROP AS
SELECT r.id AS row_id, r.target_id, r.household_id, r.changes, c.visited_on, h.payee_id
FROM written r
JOIN verification_case c ON c.id = r.target_id
JOIN beneficiaries_household h ON h.id = r.household_id
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
WHERE c.upload_id = %(upload)s AND c.decided_at = %(applied_at)s AND c.changed_at = %(applied_at)s
    AND (NOT r.changes ?| %(household_fields)s
        OR h.source_upload_id = %(upload)s AND h.changed_at = %(applied_at)s)
    AND (NOT r.changes ?| %(person_fields)s
        OR p.source_upload_id = %(upload)s AND p.changed_at = %(applied_at)s)
    AND NOT (r.changes -> 'is_eligible' ? '{no}' AND EXISTS (
        SELECT FROM beneficiaries_enrollment e
        JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
        WHERE e.household_id = r.household_id AND e.changed_at > %(applied_at)s));
ANALYZE undone;

UPDATE beneficiaries_person t
SET nik = CASE WHEN u.changes ? 'new_nik' THEN u.changes -> 'new_nik' ->> 0 ELSE t.nik END,
    name = CASE WHEN u.changes ? 'new_name' THEN u.changes -> 'new_name' ->> 0 ELSE t.name END,
    birth_date = CASE WHEN u.changes ? 'new_birth_date'
        THEN nullif(u.changes -> 'new_birth_date' ->> 0, '')::date ELSE t.birth_date END
FROM undone u WHERE t.id = u.payee_id AND u.changes ?| %(person_fields)s;

UPDATE beneficiaries_household t
SET kk_number = CASE WHEN u.changes ? 'new_kk_number'
        THEN u.changes -> 'new_kk_number' ->> 0 ELSE t.kk_number END,
    address = CASE WHEN u.changes ? 'new_address'
        THEN u.changes -> 'new_address' ->> 0 ELSE t.address END,
    village_id = CASE WHEN u.changes ? 'new_village_name'
        THEN substring(u.changes -> 'new_village_name' ->> 0 FROM '[(]([0-9.]+)[)]$')
        ELSE t.village_id END
FROM undone u WHERE t.id = u.household_id AND u.changes ?| %(household_fields)s;

UPDATE beneficiaries_enrollment t SET ended_on = NULL, end_reason = ''
FROM undone u
WHERE t.household_id = u.household_id AND t.source_upload_id = %(upload)s
    AND t.changed_at = %(applied_at)s AND t.ended_on IS NOT NULL;

UPDATE beneficiaries_enrollment t
SET ended_on = greatest(
        coalesce((u.changes -> 'visited_on' ->> 0)::date, u.visited_on), t.started_on),
    end_reason = known.code
FROM undone u
JOIN (VALUES {pairs}) AS known (word, code) ON known.word = u.changes -> 'reason' ->> 0
WHERE t.household_id = u.household_id AND t.source_upload_id = %(upload)s
    AND t.changed_at = %(applied_at)s AND t.ended_on IS NULL
    AND u.changes -> 'is_eligible' ->> 0 = '{no}';

UPDATE uploads_uploadrow r SET outcome = CASE
    WHEN r.id IN (SELECT row_id FROM undone) THEN 'DIKEMBALIKAN' ELSE 'TIDAK_DAPAT' END
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN';
""".format(pairs=", ".join(f"('{word}', '{code}')" for word, code in REASONS.items()), no=NO)


def revert(upload: Upload, cursor) -> None:
    """Take back every row that nothing newer has touched; its case is to do again."""
    lock(upload, cursor)
    cursor.execute("DROP TABLE IF EXISTS written, undone")
    cursor.execute(
        UNDONE,
        {
            "upload": upload.pk,
            "applied_at": upload.applied_at,
            "person_fields": list(PERSON_FIELDS),
            "household_fields": list(HOUSEHOLD_FIELDS),
        },
    )


def follow(upload: Upload) -> None:
    """Cases go where their upload goes. Raises `ValidationError` for what cannot be handed in."""
    status = Upload.Status
    if upload.status == status.DIAJUKAN:
        round = round_of(upload)
        if round.status != Round.Status.BERJALAN:
            raise ValidationError(f"{_not_running(round)} Unggahan tidak dapat diajukan lagi.")
        if not upload.rows_to_apply:
            raise ValidationError(
                "Belum ada hasil kunjungan yang diisi atau berubah, jadi tidak ada yang diajukan."
            )
        actions.claim_cases(upload)
    elif upload.status == status.DISETUJUI:
        actions.claim_cases(upload)
    elif upload.status == status.DIKEMBALIKAN:
        event = upload.events.order_by("-at", "-pk").first()
        actions.return_cases(upload, reason=event.note)
    elif upload.status == status.DIBATALKAN:
        actions.undo_cases(upload)
        actions.release_cases(upload)
    elif upload.status in (status.DITERAPKAN, status.GAGAL):
        actions.release_cases(upload)


HASIL_VERIFIKASI = SheetKind(
    key="hasil_verifikasi",
    title="Hasil verifikasi",
    layout_path="verification.sheets:HASIL_VERIFIKASI",
    subject=("name", "nik", "village_name"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    admit=admit,
    lock=lock,
    compare=compare,
    apply=apply,
    revert=revert,
    follow=follow,
    references=running_rounds,
    reference_name=round_name,
)
