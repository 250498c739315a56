"""A civil registry and a poverty register that was made from it, with the true answer kept aside.

The mix of errors is that of DOMAIN section 4 (January 2021: 83 % matched, 11 % invalid NIK, 17 %
invalid KK, 1.07 % double NIK, 0.24 % dead) and of issue 4 (5 % absent from the civil registry).
Where neither names a share, the one here is an assumption, written beside it, made before anything
was measured and not changed for the measurement.

Every value follows from the seed and a number of its own by hashing: two machines make the same
people. All set-based SQL in DuckDB. Numbers are synthetic: serials 9xxx.
"""

import argparse
import sys
from pathlib import Path

import duckdb

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

from regions.codes import REGIONS_FILE  # noqa: E402

CIVIL_PERSONS = 2_700_000
REGISTERED_PERSONS = 700_000
ABSENT = 0.05


def _words(text: str) -> list[str]:
    return text.split()


# Commoner first: a name is drawn with a skew towards the beginning of its list.
MEN = _words("""
    MUHAMMAD AHMAD ABDUL RAHMAT RUDI HENDRA AGUS BUDI EKO JOKO RUSDI SYAHRANI HERMAN YUSUF
    IBRAHIM ISMAIL UMAR ALI HASAN HUSIN FAUZI RIDWAN RAHMAN HAMDANI JAILANI KURNIAWAN SETIAWAN
    BAMBANG SUTRISNO WAHYU DEDI DENI ANDI ARIFIN ARIF AKHMAD MASRANI SAPRUDIN BAHRUDIN JAMALUDIN
    SYARIFUDIN NASRUDIN BURHAN HAIRUDIN FAHRUL RIZKY RIZAL ILHAM ADITYA BAYU DIMAS FAJAR GILANG
    LUKAS YOHANES PAULUS MARKUS PETRUS DANIEL YAKOB STEFANUS YULIUS MARTIN ANTONIUS SAMUEL TITUS
    BENYAMIN SIMON ELIA OBET RANO DUDI LAMBANG UNDUNG SAHAY ASANG TUNDAN RANGKAN DEHEN TANDANG
    BAHEN SALUNDIK SAWUNG TINGANG KAMIS SLAMET WAGIMAN PONIMAN SUKIMAN NGATIMIN SARDI KASRAN
    JUMADI MISRAN ANANG UTUH GUSTI KANI AINI
""")
WOMEN = _words("""
    SITI NUR SRI NOR RAHMAH FATIMAH MARIAM KHADIJAH AMINAH AISYAH NORHAYATI MARIATI ARBAYAH
    SALASIAH LIANA MISNAWATI JUMIATI IDAWATI TITIN SUMIATI YULIANA WAHYUNI RUSMINI MARTHA YANTI
    DEWI PUTRI AYU INDAH LESTARI RATNA DIAN RINI RINA LINA LILIS ERNA ERNAWATI NURAINI NURHAYATI
    NURJANAH HALIMAH MASTURA RAUDAH ZAHRA SALMA SALMAH HAMIDAH JAMILAH ROHANI ROHAYA RUKAYAH
    MASNAH ASNAH MURNI MARNI SARTIKA KARTINI MARYAM MARIA THERESIA AGUSTINA KRISTINA YOSEFA
    MAGDALENA ESTER RUT DEBORA LIDIA NOVIA NATALIA DESY FITRI FITRIANI RAMADHANI HASANAH HIDAYAH
    BULAN INTAN MELATI KAMBANG BAWI NYAI LAMIANG RINYIT ANTANG SUWARNI PONIRAH NGATIYEM TUKINEM
    SULASTRI MUNAWARAH HERLINA HELDA NORLAILA NORJANAH SAPURA GALUH ACIL DIANG TUT MEGAWATI
    MULIYANI YUNITA
""")
MEN_SECOND = _words("""
    RAHMAN HIDAYAT SAPUTRA SETIAWAN PRATAMA KUSUMA GUNAWAN PERMANA WIJAYA MAULANA FAUZI FAISAL
    HAKIM RAHIM KARIM AZIZ GHANI HAMID MALIK SALAM WAHAB LATIF MAJID HALIM NUGROHO SANTOSO
    SUSANTO HARTONO PURNOMO UTOMO RAMADHAN FIRDAUS ANSHARI NOOR YANI ARSYAD EFENDI HERYANTO
    SUPRIADI MAHENDRA PUTRA JAYADI RAMBANG LAMBUNG UNJUNG TUNDAN
""")
WOMEN_SECOND = _words("""
    SUSANTI HIDAYAH LESTARI ANGGRAINI MARLINA HASANAH UTAMI NINGSIH SARI RAHAYU HANDAYANI
    WULANDARI PERMATASARI AULIA AZIZAH MUNAWARAH KHOTIMAH MAISARAH ZUBAIDAH SAFITRI OKTAVIANI
    PUSPITA MAHARANI CAHYANI RAHMAWATI KURNIASIH NOVITASARI YULIANTI SETIAWATI HARTATI SUKMAWATI
    ANDRIANI PRATIWI APRILIA SEPTIANA LATIFAH RAMADHANI JANNAH HAYATI AINI LAILA
""")
FAMILY_NAMES = _words("""
    RAHMAN SAHAY RAMBANG LAMBUNG TARIGAN UNJUNG ASANG JAYADI TUNDAN NAHAN LAMBERT RANGIN
    SIMANJUNTAK NASUTION SIREGAR DOHONG GARANG MAHAR USOP NIHIN ANGGEN LABIH SANDAN TIMANG
    DJANGA ELBAAR SIAM BUNGAI KUSNADI BACHTIAR
""")
MEN_BEGIN = _words("""
    SU HAR WI BAM KUS PUR WAR MAR TRI DWI GU SAR RUS SAM JU NGA KAR SUB MUL TAR
""")
MEN_END = _words("""
    TONO YANTO DARMO WANTO MADI DIMAN JONO GITO NARTO PRAPTO MANTO RONI DI YONO RIYADI
""")
WOMEN_BEGIN = _words("""
    SU MAR RUS NUR WAR PUR TRI JU SAR KAR MUL HAR ER DAR SAM AR NOR YU RAS MIS
""")
WOMEN_END = _words("""
    YATI NINGSIH MINAH TINAH LIANI HAYATI AINI NAWATI SIAH LENA TUTI WATI YANI NENG
""")
TITLES_MEN = ["H. ", "H.", "DRS. ", "IR. ", "ALM. "]
TITLES_WOMEN = ["HJ. ", "HJ.", "DRA. ", "ALMH. "]
DEGREES = [", S.PD", ", SE", ", S.SOS", " S.PD.I", ", A.MD", ", SH"]
STREETS = [
    "TRANS KALIMANTAN", "TJILIK RIWUT", "AHMAD YANI", "DIPONEGORO", "PATIH RUMBIH", "CILIK RIWUT",
    "MELATI", "KENANGA", "MAWAR", "RTA MILONO", "G. OBOS", "SETH ADJI", "PEMUDA",
    "TEMANGGUNG TILUNG", "BARITO", "KAPUAS", "SUDIRMAN", "PELITA", "HANDEL BAKTI", "DERMAGA",
]  # fmt: skip
OTHER_REGIONS = _words("""
    630301 637101 350101 351501 330201 332501 610101 640101 730101 320101
""")

# What happens to a registered person, as a share of all. The sums of DOMAIN are kept; how they
# divide is assumed.
NIK_ERRORS = {
    "MISSING": 0.045,  # blank, "-", "BELUM ADA"
    "EXCEL_ZERO": 0.020,  # the last digit became 0
    "SERIAL_ZERO": 0.010,  # serial 0000
    "LENGTH": 0.012,  # 15 or 17 digits
    "IMPOSSIBLE": 0.013,  # a digit mistyped into what cannot exist
    "DIGIT": 0.010,  # a digit mistyped, still plausible
    "OF_FAMILY": 0.0107,  # the number of another member of the family
}
KK_ERRORS = {"MISSING": 0.05, "DAMAGED": 0.03, "DIGIT": 0.03, "FORMER_FAMILY": 0.06}
NAME_ERRORS = {
    "TITLE": 0.04,
    "ABBREVIATED": 0.5,  # of names that begin with MUHAMMAD, ABDUL, SITI
    "PARENT": 0.02,  # BIN, BINTI
    "ALIAS": 0.01,
    "SPELLING": 0.03,
    "TYPO": 0.04,
    "TWO_TYPOS": 0.01,
    "WORD_DROPPED": 0.015,
    "WORDS_SWAPPED": 0.003,
    "SPACING": 0.01,
    "NICKNAME": 0.003,
}
BIRTH_ERRORS = {"SWAPPED": 0.02, "FIRST_JANUARY": 0.01, "YEAR": 0.01, "DAY": 0.01, "MISSING": 0.005}
SEX_WRONG = 0.005
VILLAGE_WRONG = 0.04
MOTHER_ERRORS = {"MISSING": 0.08, "TYPO": 0.06, "TITLE": 0.04, "OTHER": 0.01}
ADDRESS_ERRORS = {"MISSING": 0.10, "NO_NUMBER": 0.25, "TYPO": 0.10}
DEAD = 0.0024
MOVED = 0.01
TWICE_SAME_NIK = 0.004
TWICE_OTHER_NIK = 0.006
TWIN_BIRTHS = 0.015
NAMESAKES = 0.001  # name and birth date of somebody else in the village


def _list(words: list[str]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _which(errors: dict[str, float], random: str) -> str:
    """SQL: the error that a random number between 0 and 1 falls on, '' for none."""
    sql, upto = "CASE", 0.0
    for code, share in errors.items():
        upto += share
        sql += f" WHEN {random} < {upto:.6f} THEN '{code}'"
    return f"{sql} ELSE '' END"


def _macros(seed: int) -> str:
    return f"""
CREATE OR REPLACE MACRO u(id, k) AS
    hash((id::UBIGINT * 1009 + k) * 2003 + {seed}) / 18446744073709551616.0;
CREATE OR REPLACE MACRO pick(words, r) AS words[1 + floor(len(words) * r)::INT];
CREATE OR REPLACE MACRO common(words, r) AS pick(words, pow(r, 2.0));
CREATE OR REPLACE MACRO first_name(woman, id, k) AS CASE
    WHEN u(id, k) < 0.72 AND woman THEN common({_list(WOMEN)}, u(id, k + 1))
    WHEN u(id, k) < 0.72 THEN common({_list(MEN)}, u(id, k + 1))
    WHEN woman THEN pick({_list(WOMEN_BEGIN)}, u(id, k + 1))
        || pick({_list(WOMEN_END)}, u(id, k + 2))
    ELSE pick({_list(MEN_BEGIN)}, u(id, k + 1)) || pick({_list(MEN_END)}, u(id, k + 2)) END;
CREATE OR REPLACE MACRO second_name(woman, id, k) AS CASE
    WHEN u(id, k) < 0.6 AND woman THEN common({_list(WOMEN_SECOND)}, u(id, k + 1))
    WHEN u(id, k) < 0.6 THEN common({_list(MEN_SECOND)}, u(id, k + 1))
    ELSE first_name(woman, id, k + 2) END;
CREATE OR REPLACE MACRO letter(r) AS chr(65 + floor(26 * r)::INT);
CREATE OR REPLACE MACRO typo_at(s, i, kind, r) AS CASE
    WHEN kind < 0.35 THEN s[:i - 1] || translate(s[i], 'AIUEOSTDNMPBKGYFVZCJHRLWQX',
        'EUIAUZDTMNBPGKIPFSKYAL' || 'RVKS') || s[i + 1:]
    WHEN kind < 0.45 THEN s[:i - 1] || letter(r) || s[i + 1:]
    WHEN kind < 0.70 THEN s[:i - 1] || s[i + 1:]
    WHEN kind < 0.85 THEN s[:i] || s[i:]
    ELSE s[:i - 1] || s[i + 1] || s[i] || s[i + 2:] END;
CREATE OR REPLACE MACRO typo(s, id, k) AS CASE WHEN length(s) < 3 THEN s ELSE
    typo_at(s, 2 + floor(u(id, k) * (length(s) - 2))::INT, u(id, k + 1), u(id, k + 2)) END;
CREATE OR REPLACE MACRO digit_at(s, i, r) AS
    s[:i - 1] || ((s[i]::INT + 1 + floor(9 * r)::INT) % 10)::VARCHAR || s[i + 1:];
CREATE OR REPLACE MACRO respelt(s, r) AS CASE
    WHEN s LIKE '%MUHAMMAD%'
        THEN replace(s, 'MUHAMMAD', pick(['MUHAMAD', 'MOHAMMAD', 'MOHAMAD'], r))
    WHEN r < 0.3 AND s LIKE '%Y%' THEN replace(s, 'Y', 'I')
    WHEN r < 0.5 AND s LIKE '%U%' THEN replace(s, 'U', 'OE')
    WHEN r < 0.7 AND s LIKE '%F%' THEN replace(s, 'F', 'P')
    WHEN s LIKE '%KH%' THEN replace(s, 'KH', 'H')
    WHEN s LIKE '%IY%' THEN replace(s, 'IY', 'I')
    WHEN s LIKE '%NOR%' THEN replace(s, 'NOR', 'NUR')
    WHEN s LIKE '%NUR%' THEN replace(s, 'NUR', 'NOR')
    WHEN s LIKE '%AH' THEN s[:length(s) - 1]
    WHEN s LIKE '%J%' THEN replace(s, 'J', 'DJ')
    ELSE replace(s, 'I', 'Y') END;
"""


# Families live in villages of unequal size. The head is number 1, the partner 2, then children;
# one household in twenty has a parent of the head as its last member.
_PEOPLE = """
CREATE OR REPLACE TABLE villages AS
SELECT row_number() OVER (ORDER BY code) - 1 AS n, code FROM read_csv($regions, all_varchar = true)
WHERE level = 'VILLAGE';
CREATE OR REPLACE TABLE households AS
WITH drawn AS (
    SELECT h, floor(pow(u(h, 1), 1.7) * (SELECT count(*) FROM villages)) AS n,
        CASE WHEN u(h, 2) < 0.08 THEN 1 WHEN u(h, 2) < 0.25 THEN 2 WHEN u(h, 2) < 0.49 THEN 3
            WHEN u(h, 2) < 0.74 THEN 4 WHEN u(h, 2) < 0.89 THEN 5 WHEN u(h, 2) < 0.96 THEN 6
            ELSE 7 END AS size,
        22 + 50 * u(h, 3) AS age, u(h, 4) < 0.15 AS headed_by_woman
    FROM range($households) t(h))
SELECT h, code AS village, replace(code[:8], '.', '') AS district, size, headed_by_woman,
    CASE WHEN size > 2 THEN least(age, 60) ELSE age END AS age,
    size >= 2 AND NOT headed_by_woman AND u(h, 5) < 0.9 AS has_wife,
    'JL. ' || pick({streets}, u(h, 6)) || ' NO. ' || (1 + 90 * u(h, 7))::INT AS address,
    lpad((1 + 12 * u(h, 8))::INT::VARCHAR, 3, '0') AS rt,
    lpad((1 + 4 * u(h, 9))::INT::VARCHAR, 3, '0') AS rw
FROM drawn JOIN villages USING (n);
CREATE OR REPLACE TABLE numbered AS
SELECT h, district || strftime(date '2005-01-01' + (u(h, 10) * 6000)::INT, '%d%m%y') AS prefix
FROM households;
CREATE OR REPLACE TABLE cards AS
SELECT h, prefix || (9000 + row_number() OVER (PARTITION BY prefix ORDER BY h))::VARCHAR
    AS kk_number
FROM numbered;
CREATE OR REPLACE TABLE members AS
WITH roles AS (
    SELECT h * 8 + m AS p, h, m, size, village, district, age, has_wife, headed_by_woman,
        CASE WHEN m = 1 THEN 'HEAD' WHEN m = 2 AND has_wife THEN 'WIFE'
            WHEN m = size AND m > 2 AND u(h, 11) < 0.05 THEN 'PARENT' ELSE 'CHILD' END AS role
    FROM households, range(1, 8) r(m) WHERE m <= size),
drawn AS (
    SELECT *, CASE role WHEN 'HEAD' THEN headed_by_woman WHEN 'WIFE' THEN true
            ELSE u(p, 20) < 0.5 END AS own_sex,
        role = 'CHILD' AND m > 3 AND u(p, 21) < {twins} * 2 AS is_twin,
        CASE role WHEN 'HEAD' THEN age WHEN 'WIFE' THEN greatest(age - 8 + 11 * u(p, 22), 18)
            WHEN 'PARENT' THEN age + 18 + 14 * u(p, 22)
            ELSE greatest(0.1, (age - 19) * (1 - m / 9.0) * (0.6 + 0.4 * u(p, 22))) END AS years
    FROM roles)
SELECT *, CASE WHEN is_twin THEN p - 1 ELSE p END AS born_with,
    CASE WHEN is_twin AND u(p, 23) < 0.35 THEN lag(own_sex) OVER w
        ELSE own_sex END AS is_woman,
    CASE WHEN is_twin THEN lag(years) OVER w ELSE years END AS lived
FROM drawn WINDOW w AS (PARTITION BY h ORDER BY m);
CREATE OR REPLACE TABLE named AS
SELECT p, h, m, role, village, district, is_woman, is_twin, is_woman AS woman,
    -- One in ten sisters and brothers, and four in ten twins, share the first word.
    first_name(is_woman, CASE WHEN is_twin AND u(p, 24) < 0.4 THEN p - 1
        WHEN role = 'CHILD' AND u(p, 24) < 0.1 THEN h * 8 ELSE p END, 30) AS first,
    second_name(is_woman, CASE WHEN is_twin AND u(p, 24) BETWEEN 0.4 AND 0.7 THEN p - 1
        ELSE p END, 40) AS second,
    CASE WHEN u(h, 12) < 0.3 THEN pick({family_names}, u(h, 13))
        ELSE second_name(is_woman, p, 50) END AS third,
    CASE WHEN u(born_with, 25) < 0.14 THEN 1 WHEN u(born_with, 25) < 0.70 THEN 2 ELSE 3 END
        AS words,
    CASE WHEN u(born_with, 26) < 0.03 THEN make_date(2021 - lived::INT, 7, 1)
        WHEN u(born_with, 26) < 0.05 THEN make_date(2021 - lived::INT, 12, 31)
        ELSE least(date '2021-11-01' - (lived * 365.25)::INT - (365 * u(born_with, 27))::INT,
            date '2021-10-30') END AS birth_date,
    u(p, 28) AS near
FROM members;
CREATE OR REPLACE TABLE called AS
SELECT p, h, m, role, village, district, woman, birth_date,
    CASE words WHEN 1 THEN first WHEN 2 THEN first || ' ' || second
        ELSE first || ' ' || second || ' ' || third END AS name
FROM named;
-- A twin whose name differs from the other's by a letter: AINI, AINA.
UPDATE called SET name = other.name[:length(other.name) - 1]
    || CASE right(other.name, 1) WHEN 'A' THEN 'I' WHEN 'I' THEN 'A' WHEN 'N' THEN 'R' ELSE 'A' END
FROM called other, named WHERE named.p = called.p AND named.is_twin AND near < 0.1
    AND other.p = called.p - 1 AND other.woman = called.woman;
-- Parents give no two children one name.
UPDATE called SET name = first_name(called.woman, called.p, 90) || ' ' || called.name
FROM called other WHERE other.p = called.p - 1 AND other.h = called.h AND other.name = called.name;
CREATE OR REPLACE TABLE namesakes AS
SELECT p, lead(name, 7) OVER w AS name, lead(birth_date, 7) OVER w AS birth_date,
    lead(woman, 7) OVER w AS woman
FROM called WINDOW w AS (PARTITION BY village ORDER BY u(h, 14), p);
UPDATE called SET name = n.name, birth_date = n.birth_date, woman = n.woman FROM namesakes n
WHERE n.p = called.p AND n.name IS NOT NULL AND u(called.p, 60) < {namesakes}
    AND called.role = 'CHILD';
CREATE OR REPLACE TABLE people AS
WITH placed AS (
    SELECT c.*, CASE WHEN u(p, 61) < 0.82 THEN district
        WHEN u(p, 61) < 0.94 THEN replace((SELECT list(DISTINCT code[:8] ORDER BY code[:8])
            FROM villages)[1 + floor(u(p, 62) * 136)::INT], '.', '')
        ELSE pick({other_regions}, u(p, 62)) END AS issued
    FROM called c),
prefixed AS (
    SELECT *, issued
        || lpad((day(birth_date) + CASE WHEN woman THEN 40 ELSE 0 END)::VARCHAR, 2, '0')
        || strftime(birth_date, '%m%y') AS prefix FROM placed),
mothers AS (
    SELECT h, name FROM called WHERE (role = 'WIFE') OR (role = 'HEAD' AND woman))
SELECT p, c.h, m, role, c.village, CASE WHEN woman THEN 'P' ELSE 'L' END AS sex, c.name, birth_date,
    CASE issued[:4] {towns} ELSE 'BANJARMASIN' END AS birth_place,
    prefix || (9000 + row_number() OVER (PARTITION BY prefix ORDER BY u(p, 63)))::VARCHAR AS nik,
    kk_number, CASE WHEN role = 'CHILD' AND mothers.name IS NOT NULL THEN mothers.name
        WHEN role = 'CHILD'
            THEN first_name(true, c.h * 8, 70) || ' ' || second_name(true, c.h * 8, 80)
        ELSE first_name(true, p, 70)
            || CASE WHEN u(p, 71) < 0.6 THEN ' ' || second_name(true, p, 80) ELSE '' END
        END AS mother_name,
    address, rt, rw,
    CASE WHEN u(p, 64) < {dead} THEN 'MENINGGAL' WHEN u(p, 64) < {dead} + {moved} THEN 'PINDAH'
        ELSE 'HIDUP' END AS status
FROM prefixed c JOIN households USING (h) JOIN cards USING (h) LEFT JOIN mothers ON mothers.h = c.h;
"""

# Registered are whole families, drawn by chance. Half of those absent from the civil registry are
# whole families, half single members whose sisters and brothers are in it.
_REGISTERED = """
CREATE OR REPLACE TABLE chosen AS
SELECT people.*, u(people.h, 15) AS draw,
    u(people.h, 16) < {absent} / 2 OR u(p, 100) < {absent} / 2 / (1 - {absent} / 2) AS is_absent
FROM people QUALIFY row_number() OVER (ORDER BY draw, people.h, m) <= $registered;
CREATE OR REPLACE TABLE civil AS
SELECT p AS id, nik, name, birth_date, birth_place, sex, kk_number, mother_name, village, address,
    rt, rw, status
FROM people ANTI JOIN (SELECT p FROM chosen WHERE is_absent) gone USING (p);
CREATE OR REPLACE TABLE entries AS
SELECT *, p * 2 AS e, '' AS again FROM chosen
UNION ALL
SELECT *, p * 2 + 1, CASE WHEN u(p, 101) < {twice_same} THEN 'SAME_NIK' ELSE 'OTHER_NIK' END
FROM chosen WHERE u(p, 101) < {twice_same} + {twice_other};
CREATE OR REPLACE TABLE mistakes AS
SELECT *, CASE again WHEN 'SAME_NIK' THEN '' WHEN 'OTHER_NIK'
        THEN pick(['MISSING', 'DIGIT', 'EXCEL_ZERO', 'OTHER_NIK'], u(e, 110))
        ELSE {nik_errors} END AS nik_error,
    {kk_errors} AS kk_error, {address_errors} AS address_error, {birth_errors} AS birth_error,
    {mother_errors} AS mother_error,
    u(e, 114) AS village_draw, u(e, 115) < {sex_wrong} AS sex_error,
    (SELECT count(*) FROM villages) AS village_count,
    lag(nik) OVER family AS nik_before, lead(nik) OVER family AS nik_after,
    lag(kk_number, 5) OVER (ORDER BY village, h, m, again) AS other_kk
FROM entries WINDOW family AS (PARTITION BY h, again ORDER BY m);
CREATE OR REPLACE TABLE renamed AS
WITH words AS (SELECT e, sex, name, string_split(name, ' ') AS w, u(e, 120) AS title,
    u(e, 121) AS short, u(e, 122) AS parent, u(e, 123) AS alias, u(e, 124) AS wrong FROM mistakes),
wrong AS (
    SELECT *, CASE wrong_code
        WHEN 'SPELLING' THEN respelt(name, u(e, 125)) WHEN 'TYPO' THEN typo(name, e, 126)
        WHEN 'TWO_TYPOS' THEN typo(typo(name, e, 126), e, 130)
        WHEN 'WORD_DROPPED' THEN CASE WHEN len(w) < 2 THEN name
            WHEN u(e, 125) < 0.7 THEN array_to_string(w[:len(w) - 1], ' ')
            ELSE array_to_string(w[2:], ' ') END
        WHEN 'WORDS_SWAPPED' THEN array_to_string(list_reverse(w), ' ')
        WHEN 'SPACING' THEN CASE WHEN len(w) > 1 THEN replace(name, ' ', '')
            ELSE name[:3] || ' ' || name[4:] END
        WHEN 'NICKNAME' THEN first_name(sex = 'P', e, 135) ELSE name END AS n
    FROM (SELECT *, {name_errors} AS wrong_code FROM words))
SELECT e,
    CASE WHEN title < {title} THEN CASE WHEN u(e, 140) < 0.6
        THEN pick(CASE sex WHEN 'P' THEN {titles_women} ELSE {titles_men} END, u(e, 141))
        ELSE '' END ELSE '' END
    || CASE WHEN short < {abbreviated} AND n LIKE 'MUHAMMAD %'
            THEN pick(['M. ', 'MUH. ', 'MUHD ', 'MOH. ', 'M '], u(e, 142)) || n[10:]
        WHEN short < {abbreviated} AND n LIKE 'ABDUL %'
            THEN pick(['ABD. ', 'ABD '], u(e, 142)) || n[7:]
        WHEN short < {abbreviated} AND n LIKE 'SITI %'
            THEN pick(['ST. ', 'ST '], u(e, 142)) || n[6:]
        ELSE n END
    || CASE WHEN parent < {parent} THEN CASE sex WHEN 'P' THEN ' BINTI ' ELSE ' BIN ' END
        || first_name(false, e, 143) ELSE '' END
    || CASE WHEN title < {title} AND u(e, 140) >= 0.6 THEN pick({degrees}, u(e, 141)) ELSE '' END
    || CASE WHEN alias < {alias} THEN pick([' ALIAS ', ' / ', ' ALS '], u(e, 147))
        || first_name(sex = 'P', e, 148) ELSE '' END AS name
FROM wrong;
CREATE OR REPLACE TABLE register AS
SELECT e AS id,
    CASE nik_error WHEN 'MISSING' THEN pick(['', '', '-', 'BELUM ADA', '0'], u(e, 150))
        WHEN 'EXCEL_ZERO' THEN nik[:15] || '0' WHEN 'SERIAL_ZERO' THEN nik[:12] || '0000'
        WHEN 'LENGTH' THEN CASE WHEN u(e, 150) < 0.5 THEN nik[:15] ELSE nik || nik[16] END
        WHEN 'IMPOSSIBLE' THEN nik[:6] || '9' || nik[8:] WHEN 'DIGIT'
            THEN digit_at(nik, 1 + floor(16 * u(e, 150))::INT, u(e, 151))
        WHEN 'OTHER_NIK' THEN nik[:12] || (9500 + floor(400 * u(e, 151))::INT)::VARCHAR
        WHEN 'OF_FAMILY' THEN coalesce(nik_before, nik_after, nik) ELSE nik END AS nik,
    renamed.name,
    CASE birth_error WHEN 'SWAPPED' THEN CASE WHEN day(birth_date) <= 12
            THEN make_date(year(birth_date), day(birth_date), month(birth_date)) ELSE birth_date END
        WHEN 'FIRST_JANUARY' THEN make_date(year(birth_date), 1, 1)
        WHEN 'YEAR' THEN (birth_date + to_years(CASE WHEN u(e, 152) < 0.5 THEN -1 ELSE 1 END))::DATE
        WHEN 'DAY' THEN (birth_date + CASE WHEN u(e, 152) < 0.5 THEN -1 ELSE 10 END)::DATE
        WHEN 'MISSING' THEN NULL ELSE birth_date END AS birth_date,
    CASE WHEN u(e, 153) < 0.05 THEN '' WHEN u(e, 153) < 0.10 THEN typo(birth_place, e, 154)
        ELSE birth_place END AS birth_place,
    CASE WHEN sex_error THEN translate(sex, 'LP', 'PL') ELSE sex END AS sex,
    CASE kk_error WHEN 'MISSING' THEN '' WHEN 'DAMAGED' THEN kk_number[:12] || '0000'
        WHEN 'DIGIT' THEN digit_at(kk_number, 1 + floor(16 * u(e, 157))::INT, u(e, 158))
        WHEN 'FORMER_FAMILY' THEN coalesce(other_kk, kk_number) ELSE kk_number END AS kk_number,
    CASE mother_error WHEN 'MISSING' THEN '' WHEN 'TYPO' THEN typo(mother_name, e, 160)
        WHEN 'TITLE' THEN 'HJ. ' || mother_name WHEN 'OTHER' THEN first_name(true, e, 163)
        ELSE mother_name END AS mother_name,
    CASE WHEN again <> '' OR village_draw < {village} * 0.4
        THEN (SELECT list(code ORDER BY code) FROM villages)[
            1 + floor(u(h, 170) * village_count)::INT]
        WHEN village_draw < {village} THEN neighbour ELSE mistakes.village END AS village,
    CASE address_error WHEN 'MISSING' THEN '' WHEN 'NO_NUMBER'
        THEN regexp_replace(address, ' NO\\. .*', '') WHEN 'TYPO' THEN typo(address, e, 171)
        ELSE address END AS address, rt, rw
FROM mistakes JOIN renamed USING (e)
JOIN (SELECT code AS village, coalesce(lead(code) OVER w, first(code) OVER w) AS neighbour
    FROM villages WINDOW w AS (PARTITION BY code[:8] ORDER BY code)) near USING (village);
CREATE OR REPLACE TABLE truth AS
SELECT e AS id, p AS person, CASE WHEN is_absent THEN NULL ELSE p END AS civil_id, status,
    nik_error, birth_error, kk_error, again
FROM mistakes;
"""


def make(connection: duckdb.DuckDBPyConnection, *, scale: float = 1.0, seed: int = 1) -> None:
    """Tables `civil` (2,700,000 times `scale`), `register` (700,000) and `truth` (for each row of
    the register: the person, and the id of the civil record or NULL), and `people`."""
    towns = " ".join(
        f"WHEN '{code.replace('.', '')}' THEN '{town}'"
        for code, town in {
            "62.01": "PANGKALAN BUN", "62.02": "SAMPIT", "62.03": "KUALA KAPUAS",
            "62.04": "BUNTOK", "62.05": "MUARA TEWEH", "62.06": "KASONGAN",
            "62.07": "KUALA PEMBUANG", "62.08": "SUKAMARA", "62.09": "NANGA BULIK",
            "62.10": "KUALA KURUN", "62.11": "PULANG PISAU", "62.12": "PURUK CAHU",
            "62.13": "TAMIANG LAYANG", "62.71": "PALANGKA RAYA",
        }.items()
    )  # fmt: skip
    wrong_names = {
        code: NAME_ERRORS[code]
        for code in ("SPELLING", "TYPO", "TWO_TYPOS", "WORD_DROPPED", "WORDS_SWAPPED", "SPACING",
                     "NICKNAME")
    }  # fmt: skip
    values = {
        "streets": _list(STREETS), "family_names": _list(FAMILY_NAMES), "towns": towns,
        "other_regions": _list(OTHER_REGIONS), "twins": TWIN_BIRTHS, "namesakes": NAMESAKES,
        "dead": DEAD, "moved": MOVED, "absent": ABSENT, "twice_same": TWICE_SAME_NIK,
        "twice_other": TWICE_OTHER_NIK, "nik_errors": _which(NIK_ERRORS, "u(e, 110)"),
        "kk_errors": _which(KK_ERRORS, "u(e, 111)"),
        "birth_errors": _which(BIRTH_ERRORS, "u(e, 112)"),
        "address_errors": _which(ADDRESS_ERRORS, "u(e, 116)"),
        "mother_errors": _which(MOTHER_ERRORS, "u(e, 113)"), "sex_wrong": SEX_WRONG,
        "village": VILLAGE_WRONG, "name_errors": _which(wrong_names, "wrong"),
        "title": NAME_ERRORS["TITLE"], "abbreviated": NAME_ERRORS["ABBREVIATED"],
        "parent": NAME_ERRORS["PARENT"], "alias": NAME_ERRORS["ALIAS"],
        "titles_men": _list(TITLES_MEN), "titles_women": _list(TITLES_WOMEN),
        "degrees": _list(DEGREES),
    }  # fmt: skip
    persons = round((CIVIL_PERSONS + ABSENT * REGISTERED_PERSONS) * scale)
    parameters = {
        "regions": str(REGIONS_FILE),
        "households": round(persons / 3.57),
        "registered": round(REGISTERED_PERSONS * scale / (1 + TWICE_SAME_NIK + TWICE_OTHER_NIK)),
    }
    connection.execute(_macros(seed))
    for statement in (_PEOPLE + _REGISTERED).split(";\n"):
        sql = statement.format_map(values)
        named = {key: value for key, value in parameters.items() if f"${key}" in sql}
        if sql.strip():
            connection.execute(sql, named)
    for name in ("villages", "numbered", "cards", "members", "named", "called", "namesakes",
                 "households", "chosen", "entries", "mistakes", "renamed"):  # fmt: skip
        connection.execute(f"DROP TABLE {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("directory", type=Path, help="gets civil, register and truth as Parquet")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    make(connection, scale=options.scale, seed=options.seed)
    for table in ("civil", "register", "truth"):
        connection.execute(f"COPY {table} TO '{options.directory / table}.parquet'")


if __name__ == "__main__":
    main()
