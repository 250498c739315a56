"""What the register and the other rows say against a row of a BNBA, and what they offer.

Every statement reads `compared`, one narrow row for each row of the sheet, and adds to `found` or
`offered` (uploads/staging.py).
"""

from spreadsheets.layout import Layout
from uploads.models import Upload

_FOUND = "INSERT INTO found (sheet, row_number, field, code, level, message, before)"

ROWS = f"""
{_FOUND}
SELECT s.sheet, s.row_number, 'nik', 'NIK_DUA_KALI', 'error',
    'NIK ini tertulis pada ' || d.n || ' baris (' || d.rows || ')'
    || CASE WHEN d.families > 1 THEN ' di bawah ' || d.families || ' KK' ELSE '' END
    || '. Pilih satu baris untuk dipakai.', s.nik
FROM compared s JOIN (
    SELECT nik, count(*) AS n, count(DISTINCT kk_number) AS families,
        array_to_string((array_agg(row_number ORDER BY row_number))[1:5], ', ') AS rows
    FROM compared WHERE nik IN (
        SELECT nik FROM compared WHERE nik <> '' GROUP BY nik HAVING count(*) > 1
    ) GROUP BY nik
) d USING (nik);

{_FOUND}
SELECT s.sheet, s.row_number, 'nik', 'NIK_DIPILIH_DUA_KALI', 'error',
    'Lebih dari satu baris dengan NIK ini dipilih. Pakailah satu baris saja.', s.nik
FROM compared s
JOIN uploads_uploadissue i ON i.upload_id = %(upload)s AND i.sheet = s.sheet
    AND i.row_number = s.row_number AND i.code = 'NIK_DUA_KALI' AND i.decision = 'KEPT'
JOIN compared o ON o.nik = s.nik AND o.id <> s.id
JOIN uploads_uploadissue j ON j.upload_id = %(upload)s AND j.sheet = o.sheet
    AND j.row_number = o.row_number AND j.code = 'NIK_DUA_KALI' AND j.decision = 'KEPT'
WHERE s.nik <> '';

{_FOUND}
SELECT s.sheet, s.row_number, 'kk_number', 'KK_DUA_DESA', 'warning',
    'Nomor KK ini tertulis di lebih dari satu desa dalam berkas ini.', s.kk_number
FROM compared s JOIN (
    SELECT kk_number FROM compared WHERE kk_number <> '' AND village <> ''
    GROUP BY kk_number HAVING min(village) <> max(village)
) d USING (kk_number);

{_FOUND}
SELECT s.sheet, s.row_number, 'name', 'NIK_ATAS_NAMA_LAIN', 'warning',
    'NIK ini terdaftar atas nama ' || s.registered_name || '. Cocokkan dengan KTP-el.', s.name
FROM compared s
WHERE s.registered_name <> s.name
    AND NOT string_to_array(s.registered_name, ' ') && string_to_array(s.name, ' ');

{_FOUND}
SELECT s.sheet, s.row_number, 'nik', 'NIK_GANDA_TERDAFTAR', 'warning',
    'NIK ini dipakai ' || s.bearers || ' orang terdaftar; baris ini memperbarui '
    || s.registered_name || '.', s.nik
FROM compared s WHERE s.bearers > 1;

{_FOUND}
SELECT s.sheet, s.row_number, 'kk_number', 'KK_BEBERAPA_KELUARGA', 'error',
    'Nomor KK ini dipakai ' || s.candidates || ' keluarga terdaftar; isi ID DTKS agar jelas.',
    s.kk_number
FROM compared s WHERE s.candidates > 1;

{_FOUND}
SELECT s.sheet, s.row_number, 'nik', 'SATU_ORANG_DUA_BARIS', 'error',
    'Baris ini dan baris lain memperbarui orang terdaftar yang sama. Perbaiki salah satunya.',
    s.nik
FROM compared s JOIN (
    SELECT target_id FROM compared WHERE target_id IN (
        SELECT target_id FROM compared WHERE target_id IS NOT NULL
        GROUP BY target_id HAVING count(*) > 1
    ) GROUP BY target_id HAVING count(DISTINCT nik) = count(*)
) d USING (target_id);

{_FOUND}
SELECT s.sheet, s.row_number, 'village', 'PINDAH_KABUPATEN', 'warning',
    'Orang ini terdaftar di ' || initcap(r.kind) || ' ' || r.name
    || '. Bila diteruskan, keluarganya dicatat pindah.',
    s.village_name
FROM compared s JOIN regions_region r ON r.code = s.registered_regency
WHERE s.village <> '' AND s.registered_regency <> left(s.village, 5);

{_FOUND}
SELECT s.sheet, s.row_number, 'village', 'DI_LUAR_WILAYAH', 'error',
    'Desa ini berada di ' || initcap(r.kind) || ' ' || r.name
    || ', di luar wilayah unggahan.', s.village_name
FROM compared s JOIN regions_region r ON r.code = left(s.village, length(%(region)s))
WHERE s.village <> '' AND left(s.village, length(%(region)s)) <> %(region)s;

{_FOUND}
SELECT s.sheet, s.row_number, 'nik', 'TERDAFTAR_DI_KABUPATEN_LAIN', 'error',
    'NIK ini terdaftar di ' || initcap(r.kind) || ' ' || r.name
    || '. Perpindahan antarkabupaten dicatat oleh provinsi.',
    s.nik
FROM beneficiaries_elsewhere(
    ARRAY(SELECT nik FROM compared WHERE nik <> '' AND target_id IS NULL)) e
JOIN compared s ON s.nik = e.nik AND s.target_id IS NULL
JOIN regions_region r ON r.code = e.regency_code;
"""

# Who heads a family after these rows: its heads in the sheet, and those in the register of whom the
# sheet does not say otherwise. Asked only where it matters: no head in the sheet, or a new one.
HEADS = f"""
CREATE TEMPORARY TABLE registered_heads ON COMMIT DROP AS
SELECT f.family, min(p.name) AS name
FROM (
    SELECT family, household_id FROM families
    WHERE household_id IS NOT NULL AND candidates = 1
        AND (SELECT bool_or(is_related) FROM families)
        AND (heads = 0 OR family IN (SELECT family FROM compared WHERE relation = 'KEPALA_KELUARGA'
            AND registered_relation IS DISTINCT FROM 'KEPALA_KELUARGA'))
    OFFSET 0
) f
CROSS JOIN LATERAL (
    SELECT p.id, p.name FROM beneficiaries_person p
    WHERE p.household_id = f.household_id AND p.is_active AND p.relation = 'KEPALA_KELUARGA'
    OFFSET 0
) p
LEFT JOIN compared t ON t.target_id = p.id
WHERE t.id IS NULL OR (t.family = f.family AND t.relation = '')
GROUP BY f.family;

{_FOUND}
SELECT s.sheet, s.row_number, 'relation', 'KELUARGA_TANPA_KEPALA', 'warning',
    'Tidak ada kepala keluarga ini dalam berkas maupun data terdaftar. Isi HUB KELUARGA pada baris'
    || ' kepala keluarganya.', s.relation
FROM families f JOIN compared s ON s.id = f.first_id
WHERE f.heads = 0 AND coalesce(f.candidates, 1) = 1
    AND (SELECT bool_or(is_related) FROM families)
    AND f.family NOT IN (SELECT family FROM registered_heads);

{_FOUND}
SELECT s.sheet, s.row_number, 'relation', 'KELUARGA_DUA_KEPALA', 'warning',
    CASE WHEN d.n > 1 THEN 'Keluarga ini punya ' || d.n || ' kepala keluarga dalam berkas (baris '
            || d.rows || '). Betulkan HUB KELUARGA.'
        ELSE 'Keluarga ini sudah punya kepala keluarga terdaftar, ' || h.name
            || '. Betulkan HUB KELUARGA, atau sertakan hubungan barunya dalam berkas.'
    END, s.relation
FROM compared s
LEFT JOIN (
    SELECT family, count(DISTINCT coalesce(target_id::text, nullif(nik, ''), name)) AS n,
        array_to_string((array_agg(row_number ORDER BY row_number))[1:5], ', ') AS rows
    FROM compared
    WHERE relation = 'KEPALA_KELUARGA' AND family IN (SELECT family FROM families WHERE heads > 1)
    GROUP BY family
) d USING (family)
LEFT JOIN registered_heads h USING (family)
WHERE s.relation = 'KEPALA_KELUARGA' AND (d.n > 1 OR h.name IS NOT NULL);
"""

# Nothing ends by itself: a family is ended, and another payee named, by a person who decides it.
DEAD = f"""
CREATE TEMPORARY TABLE dead ON COMMIT DROP AS
SELECT s.id, s.family, s.household_id, s.target_id, why
FROM compared s CROSS JOIN LATERAL (SELECT CASE
    WHEN s.match_note <> '' AND position('MENINGGAL' IN upper(s.match_note)) > 0
        AND s.match_note !~* '(tidak|belum|bukan) meninggal' THEN 'match_note'
    WHEN position('ALM' IN s.name) > 0
        AND s.name ~ '(^|[ (])ALM(H|ARHUM|ARHUMAH)?([ .)]|$)' THEN 'name'
    WHEN s.registered_dead THEN 'register'
END) x (why)
WHERE why IS NOT NULL AND family IS NOT NULL;
ANALYZE dead;

CREATE TEMPORARY TABLE survived ON COMMIT DROP AS
SELECT family FROM compared
WHERE family IN (SELECT family FROM dead) AND id NOT IN (SELECT id FROM dead)
UNION
SELECT d.family
FROM dead d
CROSS JOIN LATERAL (
    SELECT p.id FROM beneficiaries_person p
    WHERE p.household_id = d.household_id AND p.is_active AND p.inactive_reason = '' OFFSET 0
) p
LEFT JOIN compared t ON t.target_id = p.id
WHERE t.id IS NULL;

{_FOUND}
SELECT s.sheet, s.row_number, CASE d.why WHEN 'match_note' THEN 'match_note' ELSE 'name' END,
    CASE WHEN v.family IS NULL THEN 'SATU_SATUNYA_MENINGGAL' ELSE 'PENGURUS_MENINGGAL' END,
    'warning',
    CASE d.why
        WHEN 'match_note' THEN 'KETERANGAN PADAN menyatakan orang ini meninggal'
        WHEN 'name' THEN 'Namanya ditulis sebagai almarhum atau almarhumah'
        ELSE 'Orang ini terdaftar meninggal'
    END
    || CASE WHEN v.family IS NULL
        THEN ' dan tidak ada anggota keluarga lain. Usulkan kepesertaan keluarga ini diakhiri;'
            || ' portal tidak mengakhirinya sendiri.'
        ELSE ', padahal ia pengurus keluarga. Usulkan pengurus pengganti dari anggota lain; portal'
            || ' tidak menggantinya sendiri.'
    END,
    CASE d.why WHEN 'match_note' THEN s.match_note ELSE s.name END
FROM dead d
JOIN compared s ON s.id = d.id
JOIN families f ON f.family = d.family
LEFT JOIN beneficiaries_household h ON h.id = d.household_id
LEFT JOIN survived v ON v.family = d.family
WHERE v.family IS NULL OR h.payee_id = d.target_id OR (h.payee_id IS NULL AND f.lead_id = d.id);
"""

WAITING = f"""
WITH waiting AS MATERIALIZED (
    SELECT u.id, r.target_id, CASE WHEN r.verdict = 'BARU' THEN r.values[%(nik)s] END AS nik
    FROM uploads_upload u
    JOIN uploads_uploadrow r ON r.upload_id = u.id AND r.verdict IN ('BARU', 'BERUBAH')
    WHERE u.id <> %(upload)s AND u.kind = %(kind)s AND u.status IN ('DIAJUKAN', 'DISETUJUI')
)
{_FOUND}
SELECT s.sheet, s.row_number, '', 'MENUNGGU_DI_UNGGAHAN_LAIN', 'warning',
    'Orang ini juga ada dalam unggahan nomor ' || min(w.upload)
    || ' yang sedang menunggu keputusan.', ''
FROM (
    SELECT s.id, w.id AS upload FROM compared s JOIN waiting w ON w.target_id = s.target_id
    WHERE s.id IN (SELECT id FROM changes)
    UNION ALL
    SELECT s.id, w.id FROM compared s JOIN waiting w ON w.nik = s.nik
    WHERE s.target_id IS NULL AND s.nik <> ''
) w JOIN compared s ON s.id = w.id
GROUP BY s.id, s.sheet, s.row_number;
"""

# For a missing or doubtful NIK: who of this name and birth date is registered with a NIK, in the
# family, or else in the village. One answer or none: two namesakes, or a NIK that another row of
# the sheet has, are no guess to make.
OFFERS = """
CREATE TEMPORARY TABLE looked_for ON COMMIT DROP AS
SELECT s.id, s.nik, s.name, s.birth_date::date AS birth_date, s.village, s.household_id
FROM compared s JOIN doubted d USING (sheet, row_number)
WHERE d.field = 'nik' AND s.name <> '' AND s.birth_date <> '';
ANALYZE looked_for;

CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT l.id, p.id AS person_id, p.nik FROM looked_for l CROSS JOIN LATERAL (
    SELECT p.id, p.nik FROM beneficiaries_person p
    WHERE p.household_id = l.household_id AND p.name = l.name AND p.birth_date = l.birth_date
        AND p.is_active AND p.nik_valid OFFSET 0
) p;
DELETE FROM looked_for WHERE id IN (SELECT id FROM known);
ANALYZE looked_for;
INSERT INTO known
SELECT l.id, p.id, p.nik
FROM (SELECT DISTINCT village FROM looked_for) v
CROSS JOIN LATERAL (
    SELECT p.id, p.nik, p.name, p.birth_date FROM beneficiaries_person p
    WHERE p.village_id = v.village AND p.is_active AND p.nik_valid OFFSET 0
) p
JOIN looked_for l ON l.village = v.village AND l.name = p.name AND l.birth_date = p.birth_date;

INSERT INTO offered (sheet, row_number, field, suggestion, note)
SELECT s.sheet, s.row_number, 'nik', p.nik,
    'Yang terdaftar dengan nama dan tanggal lahir ini: ' || p.name || ', ' || initcap(r.kind) || ' '
    || r.name || '.'
FROM (
    SELECT id, min(person_id) AS person_id, count(*) OVER (PARTITION BY min(nik)) AS rows
    FROM known GROUP BY id HAVING count(*) = 1
) k
JOIN compared s ON s.id = k.id
JOIN beneficiaries_person p ON p.id = k.person_id
JOIN regions_region r ON r.code = p.village_id
WHERE k.rows = 1 AND p.nik NOT IN (SELECT nik FROM compared)
    AND NOT EXISTS (SELECT FROM beneficiaries_person o
        WHERE o.nik = p.nik AND o.id <> p.id AND o.is_active);

INSERT INTO offered (sheet, row_number, field, suggestion, note)
SELECT s.sheet, s.row_number, 'village', p.village_id,
    'Yang terdaftar dengan NIK ini: ' || p.name || ', ' || initcap(r.kind) || ' ' || r.name || '.'
FROM doubted d
JOIN compared s USING (sheet, row_number)
JOIN beneficiaries_person p ON p.id = s.target_id AND p.nik = s.nik AND p.is_active
JOIN regions_region r ON r.code = p.village_id
WHERE d.field = 'village' AND s.bearers = 1
    AND string_to_array(p.name, ' ') && string_to_array(s.name, ' ')
    AND left(p.village_id, length(%(region)s)) = %(region)s
    AND (s.sheet, s.row_number) NOT IN
        (SELECT sheet, row_number FROM found WHERE code = 'NIK_DUA_KALI');
"""


def tell(upload: Upload, layout: Layout, cursor) -> None:
    """Add to `found` and `offered` what these rows give reason to say."""
    values = {
        "upload": upload.pk,
        "region": upload.region_id,
        "kind": upload.kind,
        "nik": layout.fields.index("nik") + 1,
    }
    for statements in (ROWS, HEADS, DEAD, WAITING, OFFERS):
        cursor.execute(statements, values)
