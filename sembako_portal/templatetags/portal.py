"""Tags and filters that every template has at hand: icons, badges and the written forms of figures.

Written forms follow the mockups: 1.234.567; 93,4%; Rp200.000; 23 November 2021; pukul 14.05 WIB; a
true minus sign; an en dash for a value that is not there.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from beneficiaries.identity import mask

register = template.Library()

NO_VALUE = "–"
ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
BADGE_ICONS = {"ok": "ok", "info": "clock", "warn": "warn", "bad": "bad", "idle": "minus"}


@register.simple_tag(name="icon")
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


def _grouped(whole: str) -> str:
    return f"{int(whole):,}".replace(",", ".")


def _signed(value, text: str) -> str:
    return f"−{text}" if value < 0 else text


@register.filter
def ribuan(value) -> str:
    """A whole number with its thousands apart: 1.234.567."""
    if value is None or value == "":
        return NO_VALUE
    number = int(value)
    return _signed(number, _grouped(abs(number)))


@register.filter
def rupiah(value) -> str:
    """Whole rupiah: Rp200.000."""
    if value is None or value == "":
        return NO_VALUE
    number = int(value)
    return _signed(number, f"Rp{_grouped(abs(number))}")


@register.filter
def persen(value, digits: int = 1) -> str:
    """Per cent (0 to 100, not a fraction) with one digit behind the comma: 93,4%."""
    if value is None or value == "":
        return NO_VALUE
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)
    whole, _, rest = str(abs(number)).partition(".")
    return _signed(number, f"{_grouped(whole)}{',' if rest else ''}{rest}%")


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
def samar(number: str | None) -> SafeString | str:
    """An identity number as lists show it: `6203 •••••••••• 17`, read out in words."""
    if not number:
        return NO_VALUE
    masked = mask(number)
    first, last = masked[: masked.find("•")].strip(), masked[masked.rfind("•") + 1 :].strip()
    hidden = masked.strip("0123456789 ")
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
