"""The written form of a figure of the map and its ranking: `{% load figures %}`."""

from django import template
from django.utils.formats import localize

from dashboards.maps import Measure
from sembako_portal.templatetags.portal import NO_VALUE, bobot, persen, ribuan

register = template.Library()


@register.filter
def figure(measure: Measure, value) -> str:
    return persen(value) if measure.is_percent else bare_figure(measure, value)


@register.filter
def bare_figure(measure: Measure, value) -> str:
    """Without the per cent sign, for the map."""
    if not measure.is_share:
        return ribuan(value)
    return NO_VALUE if value is None else localize(value)


@register.filter
def change(measure: Measure, value) -> str:
    """Points of a share or a number, with its sign."""
    if value is None:
        return NO_VALUE
    if not value:
        return "tetap"
    if measure.is_share:
        return bobot(value)
    return f"+{ribuan(value)}" if value > 0 else ribuan(value)
