"""Cell cleaners: a raw cell becomes canonical text, or canonical text and what to say about it.

Canonical: '' is empty, a date is ISO `yyyy-mm-dd`, sex is L or P, money is digits in rupiah.
Every repair is said (level info), every doubt is a warning, every impossibility an error. Notation
that loses nothing and has one reading only (letter case, outer blanks, dd/mm/yyyy) is no repair.
"""

from spreadsheets.cells.choices import choice, sex, yes_no
from spreadsheets.cells.dates import date
from spreadsheets.cells.numbers import digits, digits16, rupiah
from spreadsheets.cells.places import rt, rt_rw, rw
from spreadsheets.cells.texts import name, relative_name, text

__all__ = [
    "choice",
    "date",
    "digits",
    "digits16",
    "name",
    "relative_name",
    "rt",
    "rt_rw",
    "rupiah",
    "rw",
    "sex",
    "text",
    "yes_no",
]
