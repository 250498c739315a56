"""What every row means: its case, what would change, and all that is doubtful about it."""

from uploads.models import Upload
from verification.intake.admitting import named, round_of
from verification.models import Round
from verification.sheets import CORRECTIONS, NO, REASONS, YES

# A visit so long after the due date hardly belongs to the round.
DAYS_AFTER_DUE = 60

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
SELECT s.sheet, s.row_number, 'is_eligible', 'KPM_SESUDAH_PUTARAN', 'warning',
    'Keluarga ini baru menjadi KPM sesudah masuk putaran, jadi kepesertaannya tidak diakhiri lembar'
    || ' ini. Putaran berikutnya yang memutuskannya.', s.is_eligible, ''
FROM staged s JOIN compared c USING (id) JOIN verification_case k ON k.id = s.target_id
WHERE s.is_eligible = '{NO}' AND NOT k.was_kpm AND EXISTS (
    SELECT FROM beneficiaries_enrollment e
    JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
    WHERE e.household_id = k.household_id AND e.ended_on IS NULL);

{_FOUND}
SELECT s.sheet, s.row_number, 'case_id', 'KASUS_DISAHKAN', 'error',
    'Hasil kasus ini ada dalam daftar yang disahkan, jadi tidak dapat diganti. Cabut dahulu'
    || ' pengesahannya.', s.case_id, ''
FROM staged s JOIN compared c USING (id)
WHERE c.status = 'DISETUJUI' AND c.changes <> '{{}}' AND EXISTS (
    SELECT FROM verification_endorsementitem i JOIN verification_endorsement e
        ON e.id = i.endorsement_id AND e.status NOT IN ('DIKEMBALIKAN', 'DIBATALKAN')
    WHERE i.case_id = s.target_id);

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
            "round_name": named(round),
            "starts_on": round.starts_on,
            "due_on": round.due_on,
            "region": upload.region_id,
            "place": str(upload.region),
            # To a closed round nothing is handed in at all, which `follow` says in one sentence.
            "ends_matter": round.status == Round.Status.BERJALAN
            or upload.status == Upload.Status.DISETUJUI,
        },
    )
