"""Closed lists: sex, yes or no, and what a layout declares."""

import difflib
from collections.abc import Mapping
from typing import Any

from spreadsheets.cells.texts import text, tidy
from spreadsheets.layout import Cleaned, Cleaner, slug


def _by_spelling(spellings: Mapping[str, str]) -> dict[str, str]:
    return {word: value for value, words in spellings.items() for word in words.split()}


_SEX = _by_spelling(
    {
        "L": "L LK LK2 LKLK LLK LAKI LAKI2 LAKILAKI LELAKI PRIA COWOK 1 01 M MALE",
        "P": "P PR PRP PEREM PEREMP PEREMPUAN PERMPUAN PEREMPUN WANITA WNT W CEWEK 2 02 F FEMALE",
    }
)


def sex(raw: Any) -> str | Cleaned:
    """
    >>> sex("Laki-laki"), sex("LK"), sex("L."), sex("Lk2"), sex(1.0), sex("Pria"), sex("-")
    ('L', 'L', 'L', 'L', 'L', 'L', '')
    >>> sex("P"), sex("Perempuan "), sex("PR"), sex("2"), sex("Wanita")
    ('P', 'P', 'P', 'P', 'P')
    >>> sex("X")[:3]
    ('', 'JENIS_KELAMIN_TIDAK_DIKENAL', 'error')
    """
    shown = text(raw)
    if not shown:
        return ""
    found = _SEX.get(slug(shown.removesuffix(".0")))
    if found:
        return found
    return Cleaned(
        "",
        "JENIS_KELAMIN_TIDAK_DIKENAL",
        "error",
        "Jenis kelamin tidak dikenal; tulis L atau P.",
    )


_YES_NO = _by_spelling(
    {
        "YA": "YA Y YES IYA 1 V TRUE BENAR ADA DAPAT TERIMA MENERIMA PENERIMA",
        "TIDAK": "TIDAK T TDK N NO 0 FALSE SALAH BUKAN TIDAKADA TDKADA TIDAKDAPAT TIDAKMENERIMA"
        " TDKMENERIMA BUKANPENERIMA",
    }
)
_TICKS = {
    **dict.fromkeys(("✓", "✔", "√", "☑", "✅"), "YA"),
    **dict.fromkeys(("✗", "✘", "☐"), "TIDAK"),
}
_CROSSES = frozenset({"X", "×", "☒", "❌"})


def yes_no(raw: Any) -> str | Cleaned:
    """YA, TIDAK or ''.

    A dash is empty, not TIDAK: it says that nothing was written here, and an empty cell changes
    nothing, whereas TIDAK is a statement about a family. A cross is a tick for one half of the
    senders and a no for the other, so a person decides.

    >>> yes_no("Ya"), yes_no("v"), yes_no(1.0), yes_no(True), yes_no("TRUE"), yes_no("✓")
    ('YA', 'YA', 'YA', 'YA', 'YA', 'YA')
    >>> yes_no("TDK"), yes_no(0.0), yes_no(False), yes_no("-")
    ('TIDAK', 'TIDAK', 'TIDAK', '')
    >>> yes_no("x")[:3], yes_no("mungkin")[:3]
    (('', 'TANDA_SILANG', 'warning'), ('', 'BUKAN_YA_TIDAK', 'error'))
    """
    shown = tidy(raw)
    if not shown.strip("-._ "):
        return ""
    found = _YES_NO.get(slug(shown.removesuffix(".0"))) or _TICKS.get(shown)
    if found:
        return found
    if shown.upper() in _CROSSES:
        return Cleaned(
            "",
            "TANDA_SILANG",
            "warning",
            "Tanda silang dapat berarti YA atau TIDAK; tulis YA atau TIDAK, jika dibiarkan sel ini "
            "dianggap kosong.",
        )
    return Cleaned("", "BUKAN_YA_TIDAK", "error", "Isi sel tidak dikenal; tulis YA atau TIDAK.")


def choice(spellings: Mapping[str, str], *, level: str = "error") -> Cleaner:
    """A cleaner for a closed list: `spellings` maps what people write to the stored code.

    The codes themselves are understood too; compared are letters and digits only.

    >>> relation = choice({"Kepala Keluarga": "HEAD", "KRT": "HEAD", "Istri": "SPOUSE"})
    >>> relation("KEPALA  KELUARGA"), relation("spouse"), relation("-")
    ('HEAD', 'SPOUSE', '')
    >>> relation("Istrii")[:3], relation("Istrii").suggestion
    (('', 'PILIHAN_TIDAK_DIKENAL', 'error'), 'SPOUSE')
    """
    codes = {slug(spelling): code for spelling, code in spellings.items()}
    for code in spellings.values():
        codes.setdefault(slug(code), code)
    one_each = {code: spelling for spelling, code in reversed(spellings.items())}
    listed = ", ".join(reversed(one_each.values()))

    def clean(raw: Any) -> str | Cleaned:
        shown = text(raw)
        if not shown:
            return ""
        key = slug(shown)
        found = codes.get(key)
        if found is not None:
            return found
        near = difflib.get_close_matches(key, codes, n=1, cutoff=0.75)
        return Cleaned(
            "",
            "PILIHAN_TIDAK_DIKENAL",
            level,
            f"Isi sel tidak ada dalam pilihan; pilih salah satu: {listed}.",
            codes[near[0]] if near else "",
        )

    return clean
