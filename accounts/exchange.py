"""Cells of small master data that are exchanged as sheets (django-import-export).

They read what officers write (`Rp200.000`, `ya`, `31-12-2021`, `27,4`) and refuse the rest with a
sentence that says what to write instead.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist
from django.template.loader import render_to_string
from django.utils.encoding import force_str
from import_export import resources
from import_export.widgets import ForeignKeyWidget, Widget

from spreadsheets import cells
from spreadsheets.layout import Cleaned


class Changed(resources.Diff):
    """Old and new values whole: of two figures mixed digit by digit nobody can read either."""

    def as_html(self) -> list[str]:
        values = zip(map(force_str, self.left), map(force_str, self.right), strict=True)
        return [
            new
            if self.new or old == new
            else render_to_string("portal/diff.html", {"old": old, "new": new})
            for old, new in values
        ]


class Sheet(resources.ModelResource):
    """Rows of one model as a sheet, with a preview of what will change."""

    @classmethod
    def get_diff_class(cls):
        return Changed


class Known(ForeignKeyWidget):
    """A row of another table by its code."""

    def clean(self, value, row=None, **kwargs):
        try:
            return super().clean(str(value or "").strip(), row, **kwargs)
        except ObjectDoesNotExist as error:
            what = self.model._meta.verbose_name
            raise ValueError(
                f"“{value}” tidak dikenal; tulis kode {what} yang sudah tercatat."
            ) from error


class Whole(Widget):
    """A whole number, with or without `Rp` and thousands marks."""

    def clean(self, value, row=None, **kwargs):
        text = re.sub(r"^RP\.?\s*", "", str(value if value is not None else "").strip().upper())
        if not text:
            return None
        if re.fullmatch(r"\d{1,3}([.,]\d{3})+|\d+(\.0)?", text):
            return int(re.sub(r"[.,]", "", text.removesuffix(".0")))
        raise ValueError(f"“{value}” bukan bilangan bulat; tulis angka saja, misalnya 200000.")

    def render(self, value, obj=None, **kwargs):
        return value


class Share(Widget):
    """A number with at most two places, comma or point."""

    def clean(self, value, row=None, **kwargs):
        text = str(value if value is not None else "").strip().replace(",", ".")
        if not text:
            return None
        if re.fullmatch(r"\d{1,10}(\.\d{1,2})?", text):
            return Decimal(text)
        raise ValueError(f"“{value}” bukan bilangan; tulis misalnya 27,4.")

    def render(self, value, obj=None, **kwargs):
        return value


class Day(Widget):
    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or not value:
            return value or None
        found = cells.date(str(value))
        found = found.value if isinstance(found, Cleaned) else found
        if not found:
            raise ValueError(f"“{value}” bukan tanggal; tulis misalnya 31-12-2021.")
        return date.fromisoformat(found)

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""


class YesNo(Widget):
    def clean(self, value, row=None, **kwargs):
        text = str(value if value is not None else "").strip().lower()
        if text in ("ya", "y", "1", "true", "benar"):
            return True
        if text in ("tidak", "t", "0", "false", "salah"):
            return False
        raise ValueError(f"“{value}” tidak dikenal; tulis ya atau tidak.")

    def render(self, value, obj=None, **kwargs):
        return "ya" if value else "tidak"


class Choice(Widget):
    """A choice of a model by its code."""

    def __init__(self, choices):
        super().__init__()
        self.codes = [code for code, _ in choices]

    def clean(self, value, row=None, **kwargs):
        text = str(value or "").strip().upper()
        if text not in self.codes:
            raise ValueError(
                f"“{value}” tidak dikenal; tulis salah satu dari {', '.join(self.codes)}."
            )
        return text

    def render(self, value, obj=None, **kwargs):
        return value


class Words(Widget):
    """Words parted by commas."""

    def clean(self, value, row=None, **kwargs):
        words = [word.strip().upper() for word in str(value or "").split(",")]
        return [word for word in words if word]

    def render(self, value, obj=None, **kwargs):
        return ", ".join(value or [])
