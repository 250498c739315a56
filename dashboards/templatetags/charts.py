"""The charts of the portal: `{% load charts %}{% sparkline values label="..." %}`.

The start pages draw the same few figures until they are counted again: what was drawn is kept for
the next who looks, by the figures and words it was drawn from.
"""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dashboards import charts

register = template.Library()


DRAWINGS_KEPT = 500  # of a kind, in each worker


@register.simple_tag
def sparkline(values, label):
    """A small line without axis, beside the figure it belongs to."""
    return _sparkline(tuple(values), label)


@lru_cache(DRAWINGS_KEPT)
def _sparkline(values: tuple, label: str) -> SafeString:
    points = charts.sparkline(values)
    size = {"width": charts.SPARK_WIDTH, "height": charts.SPARK_HEIGHT}
    path = " ".join(f"{x},{y}" for x, y in points)
    drawn = {"path": path, "last": points[-1], "label": label, **size}
    return render_to_string("charts/sparkline.html", drawn)


@register.inclusion_tag("charts/columns.html")
def columns(rows, label, heading):
    """Columns of (label, count); `heading` names the labels in the table behind the chart."""
    marks = charts.columns(list(rows))
    return {
        "marks": marks,
        "width": round(100 / max(len(marks), 1), 2),
        "label": label,
        "heading": heading,
    }


@register.inclusion_tag("charts/line.html")
def line(rows, label, heading):
    """A line of (label, count), with the same table behind it as columns have."""
    return {"marks": charts.line(list(rows)), "label": label, "heading": heading}


@register.inclusion_tag("charts/ranking.html")
def ranking(rows, label, heading):
    """Bars of (label, count, address) in a table: the figure stands beside its bar."""
    return {"bars": charts.ranking(list(rows)), "label": label, "heading": heading}


@register.simple_tag
def stacked(chart, label, whole, part, rest):
    """Columns of a whole and its part with the table behind them; the words name the three."""
    return _stacked(chart, label, whole, part, rest)


@lru_cache(DRAWINGS_KEPT)
def _stacked(chart: charts.Stacked, label: str, whole: str, part: str, rest: str) -> SafeString:
    words = {"label": label, "whole": whole, "part": part, "rest": rest}
    return render_to_string("charts/stacked.html", {"chart": chart, **words})
