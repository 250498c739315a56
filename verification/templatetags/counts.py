"""How a number and the list it counts are written."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from spreadsheets.words import thousands

register = template.Library()

NONE = mark_safe('<span class="zero">0</span>')


@register.simple_tag
def count(number: int, url: str) -> SafeString:
    """The number as a link to its list; a muted 0 where the list is empty."""
    if not number:
        return NONE
    return format_html('<a href="{}">{}</a>', url, thousands(number))
