"""Row rules on a birth date: what its notation leaves open, the NIK or plausibility decides. Pure.

A NIK holds day, month and the last two digits of the year (identity.py). It tells the order of day
and month and a wrong date system of the workbook; it cannot tell the century.
"""

from datetime import date, timedelta

from beneficiaries.identity import nik_agrees, nik_facts
from spreadsheets.cells import dates
from spreadsheets.layout import CheckContext, RowView

# A head of family, a spouse, a parent or a child-in-law is no child; nobody is older than that.
GROWN_UP = frozenset({"KEPALA_KELUARGA", "PASANGAN", "ORANG_TUA", "MENANTU"})
YOUNG = frozenset({"ANAK", "CUCU"})
YOUNGEST, OLDEST = 15, 110
_WOMENS_DAYS = {str(day + 40): f"{day:02}" for day in range(1, 60)}


def decide_birth_date(row: RowView, context: CheckContext) -> None:
    """Settle century, order of day and month, and date system of `birth_date`; each change is told.

    What a person typed in the portal has one order and is left as typed.
    """
    born, nik, raw = row["birth_date"], row["nik"], row.raw("birth_date")
    if not born:
        if raw not in ("", None):
            _suggest_from_nik(row, context, nik)
        return
    if type(raw) is str:
        if raw[:1].isalpha():
            _take_place(row, raw)
        if born[:4] not in raw and dates.has_two_digit_year(raw):
            _decide_century(row, context, born)
    agree_with_nik(row, "birth_date", nik)


def agree_with_nik(row: RowView, field: str, nik: str) -> None:
    """Take the order of day and month, or the date system, by which the date in `field` is exactly
    that of the NIK, where the cell can be read so."""
    born = row[field]
    if row.by_hand or len(nik) != 16 or not may_differ(nik, born, ""):
        return
    day, month, year = in_nik(nik)
    raw = row.raw(field)
    if (born[2:4], born[5:7], born[8:]) == (year, day, month) and month <= "12":
        if dates.has_two_orders(raw):
            row.set(field, f"{born[:4]}-{month}-{day}")
            row.note(
                field,
                "HARI_BULAN_DIBALIK",
                "info",
                f"Hari dan bulan dibalik menjadi {day}-{month}-{born[:4]}, urutan yang cocok"
                " dengan NIK.",
            )
    elif dates.is_date_cell(raw):
        for days in (dates.DAYS_1904, -dates.DAYS_1904):
            shifted = (date.fromisoformat(born) + timedelta(days=days)).isoformat()
            if (shifted[2:4], shifted[5:7], shifted[8:]) == (year, month, day):
                row.set(field, shifted)
                row.note(
                    field,
                    "TANGGAL_SISTEM_1904",
                    "info",
                    "Tanggal bergeser 1.462 hari karena sistem tanggal 1904 dan dikembalikan"
                    f" menjadi {day}-{month}-{shifted[:4]} sesuai NIK.",
                )


def in_nik(nik: str) -> tuple[str, str, str]:
    """Day, month and two-digit year of birth as the NIK writes them, a woman's day without its 40.

    >>> in_nik("6203085205839017")
    ('12', '05', '83')
    """
    return _WOMENS_DAYS.get(nik[6:8], nik[6:8]), nik[8:10], nik[10:12]


def may_differ(nik: str, born: str, sex: str) -> bool:
    """A cheap look before the full comparison, since this runs for every row."""
    if sex and sex != ("P" if nik[6:8] > "40" else "L"):
        return True
    return bool(born) and in_nik(nik) != (born[8:], born[5:7], born[2:4])


def tell_differences(
    row: RowView,
    context: CheckContext,
    nik: str,
    born: str,
    sex: str = "",
    *,
    date_field: str = "birth_date",
) -> None:
    """Doubt a birth date or sex that is not the NIK's."""
    known = date.fromisoformat(born) if born else None
    for difference in nik_agrees(nik, known, sex, today=context.today):
        if difference.code == "SEX":
            field, code = "sex", "JENIS_KELAMIN_BEDA_NIK"
            message = (
                f"Tertulis {sex}, sedangkan NIK menunjukkan {difference.in_nik};"
                " cocokkan dengan KTP-el atau KK."
            )
            suggestion = difference.in_nik
        else:
            field, suggestion = date_field, difference.in_nik.isoformat()
            if difference.code == "DAY_MONTH_SWAPPED":
                code = "HARI_BULAN_TERTUKAR"
                message = (
                    "Hari dan bulan lahir tertukar menurut NIK; cocokkan dengan KTP-el atau KK."
                )
            else:
                code = "TANGGAL_LAHIR_BEDA_NIK"
                message = (
                    "Tanggal lahir berbeda dari yang tertulis di dalam NIK;"
                    " cocokkan dengan KTP-el atau KK."
                )
        row.note(field, code, "warning", message, suggestion)


def of_nik(nik: str, relation: str, today: date) -> str:
    """The birth date that a NIK and the place in the family make likely, "" if the NIK has none."""
    facts = nik_facts(nik, today=today)
    if not facts.plausible:
        return ""
    born = facts.birth_date.isoformat()
    return next(iter(_plausible(born, relation, today)), born)


def _suggest_from_nik(row: RowView, context: CheckContext, nik: str) -> None:
    if len(nik) == 16 and (born := of_nik(nik, row["relation"], context.today)):
        row.suggest("birth_date", born)


def _take_place(row: RowView, raw: str) -> None:
    place = dates.place_before(raw)
    if place and not row["birth_place"]:
        row.set("birth_place", place)
        row.note(
            "birth_place",
            "TEMPAT_LAHIR_DIPISAH",
            "info",
            f"Tempat lahir {place} diambil dari sel tanggal lahir.",
        )


def _plausible(born: str, relation: str, today: date) -> list[str]:
    """The dates of either century that somebody with this relation can have, later first."""
    found = []
    for century in ("20", "19"):
        try:
            day = date.fromisoformat(f"{century}{born[2:]}")
        except ValueError:  # 29 February 1900
            continue
        youngest = YOUNGEST if relation in GROWN_UP else 0
        if day <= today and youngest <= today.year - day.year <= OLDEST:
            found.append(day.isoformat())
    return found


def _decide_century(row: RowView, context: CheckContext, born: str) -> None:
    possible = _plausible(born, row["relation"], context.today)
    if len(possible) == 1 or (possible and row["relation"] in YOUNG):
        row.set("birth_date", possible[0])
        return
    row.set("birth_date", possible[0] if possible else born)
    row.note(
        "birth_date",
        "ABAD_LAHIR_RAGU",
        "warning",
        f"Tahun lahir dua angka dapat berarti 19{born[2:4]} atau 20{born[2:4]};"
        " tulis tahun empat angka menurut KTP-el atau KK.",
        possible[1] if len(possible) > 1 else "",
    )
