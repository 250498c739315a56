"""A BNBA sheet as a kabupaten would send it: mostly known persons, some news, some mistakes."""

from collections.abc import Iterator
from pathlib import Path

import bench
import psycopg2
from bench import VAR

REGENCY = "62.03"
NEW_EVERY = 20  # families: 5 % of the rows
CHANGED = (3, 11, 17)  # of every 20 rows: 15 %
ERRORS = 0.05

PERSONS = """
SELECT h.dtks_id, 'KALIMANTAN TENGAH', upper(regency.name), upper(district.name),
    upper(village.name), h.address, h.hamlet, h.rt, h.rw, h.kk_number, p.nik, p.name,
    to_char(p.birth_date, 'DD-MM-YYYY'), p.birth_place, p.sex, p.occupation, p.mother_name,
    p.relation, p.match_note,
    'YA', CASE WHEN h.id %% 3 = 0 THEN 'YA' ELSE 'TIDAK' END, 'TIDAK',
    CASE WHEN h.id %% 2 = 0 THEN 'YA' ELSE 'TIDAK' END
FROM beneficiaries_person p
JOIN beneficiaries_household h ON h.id = p.household_id
JOIN regions_region village ON village.code = h.village_id
JOIN regions_region district ON district.code = village.parent_id
JOIN regions_region regency ON regency.code = district.parent_id
WHERE p.regency_code = %(regency)s ORDER BY p.household_id, p.id LIMIT %(rows)s
"""
(DTKS_ID, _, _, _, VILLAGE, ADDRESS, _, RT, _, KK, NIK, NAME, BORN, _, SEX, JOB) = range(16)

MISTAKES = [
    (NIK, lambda nik: nik[:15]),
    (NIK, lambda nik: nik[:12] + "0000"),
    (NIK, lambda nik: ""),
    (NAME, lambda name: name + " 2"),
    (BORN, lambda born: "31-02-1980"),
    (BORN, lambda born: born[:6] + str(int(born[6:]) + 1)),
    (SEX, lambda sex: "P" if sex == "L" else "L"),
    (VILLAGE, lambda village: "DESA SEBERANG LAUT"),
    (KK, lambda kk: kk[:8] + "E+15"),
]
CHANGES = [
    (JOB, lambda job: "PERANGKAT DESA"),
    (ADDRESS, lambda address: address + " NO. 12"),
    (NAME, lambda name: name + " ASIH"),
    (RT, lambda rt: "021"),
]


def _rows(url: str, rows: int, errors: float, changed: bool) -> Iterator[list[str]]:
    """Persons of the register with changes and mistakes spread over them; deterministic."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(PERSONS, {"regency": REGENCY, "rows": rows})
        persons = [list(row) for row in cursor]
    if len(persons) < rows:
        raise SystemExit(f"The register holds only {len(persons)} persons of {REGENCY}.")
    mistake = change = 0
    for n, row in enumerate(persons):
        # Whole families are new: another ID, another KK number, NIK of a serial nobody has.
        if int(row[DTKS_ID][4:]) % NEW_EVERY == 0:
            row[DTKS_ID] = f"9{row[DTKS_ID][1:]}"
            row[KK] = row[KK][:4] + "98" + row[KK][6:]
            row[NIK] = row[NIK][:4] + "98" + row[NIK][6:]
        elif changed or n % 20 in CHANGED:
            field, new_value = CHANGES[change % len(CHANGES)]
            row[field] = new_value(row[field])
            change += 1
            if changed:  # what is said of the family counts on one row of it only
                row[JOB] = "PERANGKAT DESA"
        # A running remainder spreads any share of mistakes evenly.
        if int((n + 1) * errors) > int(n * errors):
            field, damaged = MISTAKES[mistake % len(MISTAKES)]
            row[field] = damaged(row[field])
            mistake += 1
        yield row


def sheet(url: str, registered: int, *, rows: int, errors: float, changed: bool = False) -> Path:
    """The workbook of so many rows, a share of which is wrong; written once and kept.

    `changed`: every known person has something to change, where else 15 % have.
    """
    from beneficiaries.sheets import DTKS_BNBA
    from spreadsheets.writing import export

    kind = "changed" if changed else f"{errors * 100:.0f}"
    path = VAR / f"bnba-{registered}-{rows}-{kind}.xlsx"
    if not path.exists():
        bench.say(f"writing {path.name} (once)")
        headings = [column.heading for column in DTKS_BNBA.columns if column.in_template]
        export(path, headings, _rows(url, rows, errors, changed))
    return path
