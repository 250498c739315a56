"""Tags and filters that every template has at hand: icons, badges and the written forms of figures.

Written forms follow the mockups: 1.234.567; 93,4%; Rp200.000; 23 November 2021; pukul 14.05 WIB; a
true minus sign; an en dash for a value that is not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import display_for_field, display_for_value, lookup_field
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from beneficiaries.identity import mask
from spreadsheets.words import thousands

register = template.Library()

NO_VALUE = "–"
ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
BADGE_ICONS = {"ok": "ok", "info": "clock", "warn": "warn", "bad": "bad", "idle": "minus"}


@register.simple_tag(name="icon")
@cache
def symbol(name: str, size: str | int = "", css: str = "") -> SafeString:
    """A symbol of static/portal/sprite.svg; `size` is 14, 16, 20 or 24 px, without it 18."""
    classes = " ".join(filter(None, ["i", size and f"i-{size}", css]))
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        classes,
        static("portal/sprite.svg"),
        name,
    )


@register.simple_tag
def badge(text: str, kind: str = "idle", icon: str = "") -> SafeString:
    """State of a thing in one to three words; `kind` is ok, info, warn, bad or idle."""
    return format_html(
        '<span class="badge {}">{}{}</span>', kind, symbol(icon or BADGE_ICONS[kind]), text
    )


def _signed(value, text: str) -> str:
    return f"−{text}" if value < 0 else text


@register.filter
def ribuan(value) -> str:
    """A whole number with its thousands apart: 1.234.567."""
    if value is None or value == "":
        return NO_VALUE
    number = int(value)
    return _signed(number, thousands(abs(number)))


@register.filter
def rupiah(value) -> str:
    """Whole rupiah: Rp200.000."""
    if value is None or value == "":
        return NO_VALUE
    number = int(value)
    return _signed(number, f"Rp{thousands(abs(number))}")


@register.filter
def persen(value, digits: int = 1) -> str:
    """Per cent (0 to 100, not a fraction) with one digit behind the comma: 93,4%."""
    if value is None or value == "":
        return NO_VALUE
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)
    whole, _, rest = str(abs(number)).partition(".")
    return _signed(number, f"{thousands(int(whole))}{',' if rest else ''}{rest}%")


@register.filter
def bobot(value) -> str:
    """Bits of evidence with their sign: +6,9 and −2,1."""
    return f"{value:+.1f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


@register.filter
def titik(value) -> str:
    """A number for an attribute of a drawing, with a decimal point whatever the language."""
    return f"{value:.2f}"


def _local(value):
    return timezone.localtime(value) if isinstance(value, datetime) else value


@register.filter
def tanggal(value: date | None) -> str:
    """23 November 2021."""
    return date_format(_local(value), "j F Y") if value else NO_VALUE


@register.filter
def tanggal_singkat(value: date | None) -> str:
    """23 Nov 2021."""
    return date_format(_local(value), "j M Y") if value else NO_VALUE


@register.filter
def waktu(value: datetime | None) -> str:
    """23 November 2021 pukul 14.05 WIB."""
    if not value:
        return NO_VALUE
    local = timezone.localtime(value)
    zone = ZONES.get(int(local.utcoffset().total_seconds() // 3600), "")
    return f"{date_format(local, 'j F Y')} pukul {local:%H.%M} {zone}".rstrip()


@register.filter
def menit(seconds: float) -> str:
    """A span of time in whole minutes, rounded up: 15 menit."""
    return f"{max(1, -(-int(seconds) // 60))} menit"


@register.filter
def samar(number: str | None) -> SafeString | str:
    """An identity number as lists show it: `6203 •••••••••• 17`, read out in words."""
    if not number:
        return NO_VALUE
    masked = mask(number)
    start, end = masked.find("•"), masked.rfind("•") + 1
    first, hidden, last = masked[:start].strip(), masked[start:end], masked[end:].strip()
    spoken = ", ".join(
        filter(
            None,
            ["disamarkan", first and f"berawalan {first}", last and f"berakhiran {last}"],
        )
    )
    return format_html(
        '<span class="id"><span aria-hidden="true">{}<span class="h">{}</span>{}</span>'
        '<span class="sr">{}</span></span>',
        f"{first} " if first else "",
        hidden,
        f" {last}" if last else "",
        spoken,
    )


@register.filter
def inisial(name: str) -> str:
    """The first letters of the first and the last word of a name: RA."""
    words = name.split()
    return "".join(word[0] for word in [words[0], *words[1:][-1:]]).upper() if words else ""


@register.simple_tag(takes_context=True)
def page_url(context, number: int, name: str = "page") -> str:
    """Address of another page of the same list, all other parameters kept."""
    query = context["request"].GET.copy()
    query[name] = number
    return f"?{query.urlencode()}"


@dataclass(frozen=True)
class Column:
    name: str
    text: str
    is_number: bool
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Row:
    pk: object
    cells: list[tuple[str, str, SafeString]]
    """(class, heading, content)"""


@dataclass(frozen=True)
class Table:
    """A change list as its page shows it: figures to the right, the first column is the link."""

    columns: list[Column]
    rows: list[Row]
    has_checkboxes: bool


def _is_number(cl: ChangeList, name: str) -> bool:
    try:
        found = cl.lookup_opts.get_field(name)
    except FieldDoesNotExist:
        method = getattr(cl.model_admin, name, None) or getattr(cl.model, name, None)
        return getattr(method, "is_number", False)
    numeric = isinstance(found, models.IntegerField | models.DecimalField | models.FloatField)
    return numeric and not found.choices


def _columns(cl: ChangeList) -> Iterator[Column]:
    for name, header in zip(cl.list_display, result_headers(cl), strict=True):
        if name == "action_checkbox":
            continue
        is_sorted = header.get("sorted")
        yield Column(
            name=str(name),
            text=header["text"],
            is_number=_is_number(cl, name),
            sort_url=header["url_primary"] if header["sortable"] else "",
            sorted=("aup" if header["ascending"] else "adown") if is_sorted else "",
        )


def _shown(value, empty: str) -> SafeString | str | None:
    """The forms the portal gives to values that every list has; None for all others."""
    if value is None or value == "":
        return empty
    if isinstance(value, bool):
        return badge("Ya", "ok") if value else badge("Tidak", "idle")
    if isinstance(value, date):
        time = f" {timezone.localtime(value):%H.%M}" if isinstance(value, datetime) else ""
        return format_html('<span class="nowrap">{}</span>{}', tanggal_singkat(value), time)
    return None


def _cell(cl: ChangeList, result, name: str) -> SafeString | str:
    empty = cl.model_admin.get_empty_value_display()
    try:
        found, attr, value = lookup_field(name, result, cl.model_admin)
    except ObjectDoesNotExist:
        return empty
    empty = getattr(attr, "empty_value_display", empty)
    if found is None or found.auto_created:
        return _shown(value, empty) or display_for_value(value, empty)
    if isinstance(found.remote_field, models.ManyToOneRel):
        return _shown(getattr(result, found.name), empty) or str(getattr(result, found.name))
    if found.choices:
        return display_for_field(value, found, empty)
    return _shown(value, empty) or display_for_field(value, found, empty)


def _row(cl: ChangeList, columns: list[Column], result) -> Row:
    links = cl.list_display_links
    cells = []
    for position, column in enumerate(columns):
        content = _cell(cl, result, column.name)
        if links is not None and (column.name in links if links else position == 0):
            url = add_preserved_filters(
                {"preserved_filters": cl.preserved_filters, "opts": cl.opts},
                cl.url_for_result(result),
            )
            content = format_html('<a class="rowlink" href="{}">{}</a>', url, content)
        css = f"field-{column.name}" + (" num" if column.is_number else "")
        cells.append((css, column.text, format_html("{}", content)))
    return Row(result.pk, cells)


@register.simple_tag
def list_table(cl: ChangeList) -> Table:
    columns = list(_columns(cl))
    return Table(
        columns=columns,
        rows=[_row(cl, columns, result) for result in cl.result_list],
        has_checkboxes="action_checkbox" in cl.list_display,
    )


@dataclass(frozen=True)
class ListState:
    """What narrows a list just now, and the way through its pages."""

    active: list[str]
    clear_url: str
    hidden: list[tuple[str, str]]
    has_fields: bool
    first: int
    last: int
    previous_url: str
    next_url: str


def _chosen(cl: ChangeList, spec) -> str:
    for position, choice in enumerate(spec.choices(cl)):
        if position and choice.get("selected") and choice.get("display"):
            return f"{spec.title}: {choice['display']}"
    return spec.title if spec.used_parameters else ""


@register.simple_tag
def list_state(cl: ChangeList) -> ListState:
    active = [f"pencarian “{cl.query}”"] if cl.query else []
    active += [chosen for spec in cl.filter_specs if (chosen := _chosen(cl, spec))]
    with_fields = [spec for spec in cl.filter_specs if spec.template != "admin/filter.html"]
    own = {name for spec in with_fields for name in spec.expected_parameters()}
    per_page, page = cl.list_per_page, cl.page_num
    shown = len(cl.result_list)
    capped = getattr(cl.paginator, "count_is_capped", False)
    has_next = page < cl.paginator.num_pages or (capped and shown == per_page)
    return ListState(
        active=active,
        clear_url="?",
        hidden=[
            (name, value)
            for name, value in cl.params.items()
            if name not in {SEARCH_VAR, PAGE_VAR, *own}
        ],
        has_fields=bool(with_fields),
        first=(page - 1) * per_page + 1,
        last=(page - 1) * per_page + shown,
        previous_url=cl.get_query_string({PAGE_VAR: page - 1}) if page > 1 else "",
        next_url=cl.get_query_string({PAGE_VAR: page + 1}) if has_next else "",
    )


# Scripts and styles that the admin would load for things these pages do by themselves: calendars,
# pop-up windows, adding and choosing rows, the format of a file. Select2 stays in forms, for fields
# that search while one types.
REPLACED = ("admin/js/", "admin/css/", "unfold/", "import_export/")
SELECT2 = ("jquery", "select2", "autocomplete")


def _wanted(paths, with_select2: bool) -> list[str]:
    return [
        path if path.startswith(("/", "http")) else static(path)
        for path in map(str, paths)
        if not path.startswith(REPLACED) or (with_select2 and any(part in path for part in SELECT2))
    ]


def _searches(media) -> bool:
    return any("select2" in str(path) for path in media._js)


@register.simple_tag
def media_scripts(media, in_form: bool = False) -> list[str]:
    return _wanted(media._js, in_form and _searches(media))


@register.simple_tag
def media_styles(media, in_form: bool = False) -> list[str]:
    paths = [path for paths in media._css.values() for path in paths]
    return _wanted(paths, in_form and _searches(media))
