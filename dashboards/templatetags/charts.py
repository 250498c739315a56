"""The charts of the portal: `{% load charts %}{% sparkline values label="..." %}`."""

from django import template

from dashboards import charts

register = template.Library()


@register.inclusion_tag("charts/sparkline.html")
def sparkline(values, label):
    """A small line without axis, beside the figure it belongs to."""
    points = charts.sparkline(list(values))
    size = {"width": charts.SPARK_WIDTH, "height": charts.SPARK_HEIGHT}
    path = " ".join(f"{x},{y}" for x, y in points)
    return {"path": path, "last": points[-1], "label": label, **size}


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


@register.inclusion_tag("charts/stacked.html")
def stacked(chart, label, whole, part, rest):
    """Columns of a whole and its part with the table behind them; the words name the three."""
    return {"chart": chart, "label": label, "whole": whole, "part": part, "rest": rest}
