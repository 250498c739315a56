"""The charts of a briefing, drawn in its slides and in its document: both can be edited there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from lxml import etree
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.chart.xmlwriter import ChartXmlWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.oxml import parse_xml
from pptx.util import Pt

from coordination.documents.words import tenths_of_million

ACCENT = RGBColor(0x0F, 0x70, 0x68)
LIGHT = RGBColor(0xE3, 0xE9, 0xEB)
MUTED = RGBColor(0xB5, 0xC4, 0xC9)
STRONG = RGBColor(0x0B, 0x3B, 0x52)
_DRAWN = "http://schemas.openxmlformats.org/drawingml/2006/chart"


@dataclass(frozen=True)
class Drawing:
    """A chart with its title; `dress` sets colours, axes and labels, with text of that size."""

    title: str
    kind: XL_CHART_TYPE
    data: CategoryChartData
    dress: Callable[[Chart, Pt], None]


def of_briefing(snapshot: dict) -> list[Drawing]:
    """Shares by place, the worst first; money by month; what was verified from day to day."""
    found = [
        _ranking(row, f"{row['title']} menurut {snapshot['places'].lower()}")
        for row in snapshot["indicators"]
        if row["is_share"] and any(place["number"] is not None for place in row["places"])
    ]
    payout = snapshot.get("payout")
    if payout and payout["months"]:
        found.append(_money(payout["months"]))
    if snapshot["trend"]:
        found.append(_trend(snapshot["trend"]))
    return found


def _axes(chart: Chart, size: Pt) -> None:
    chart.has_title = False
    chart.font.name, chart.font.size = "Arial", size
    chart.value_axis.minimum_scale = 0
    chart.value_axis.major_gridlines.format.line.color.rgb = LIGHT
    chart.value_axis.format.line.fill.background()
    chart.category_axis.format.line.color.rgb = MUTED


def _fill(series, colour: RGBColor) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = colour


def _ranking(row: dict, title: str) -> Drawing:
    places = [place for place in row["places"] if place["number"] is not None]
    places.sort(key=lambda place: (place["number"] * (row["better"] or -1), place["name"]))
    data = CategoryChartData(number_format='0.0"%"')
    # Bars are drawn from below: the worst comes last and stands on top.
    data.categories = [place["name"] for place in reversed(places)]
    data.add_series(row["title"], [place["number"] for place in reversed(places)])

    def dress(chart: Chart, size: Pt) -> None:
        _axes(chart, size)
        chart.has_legend = False
        # Every bar carries its figure: the axis would say it twice.
        chart.value_axis.has_major_gridlines = False
        chart.value_axis.visible = False
        plot = chart.plots[0]
        plot.gap_width = 40
        plot.has_data_labels = True
        plot.data_labels.font.size = size
        plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        _fill(plot.series[0], ACCENT)

    return Drawing(title, XL_CHART_TYPE.BAR_CLUSTERED, data, dress)


def _months(month: dict) -> str:
    first, last = (date.fromisoformat(month[name]) for name in ("first", "last"))
    if first == last:
        return date_format(first, "M Y")
    return f"{date_format(first, 'M')}–{date_format(last, 'M Y')}"


def _money(months: list[dict]) -> Drawing:
    data = CategoryChartData(number_format="#,##0")
    data.categories = [_months(month) for month in months]
    for name, title in (
        ("planned", "Rencana"),
        ("credited_amount", "Dana masuk"),
        ("spent_amount", "Dibelanjakan"),
    ):
        data.add_series(title, [tenths_of_million(month[name]) / 10 for month in months])

    def dress(chart: Chart, size: Pt) -> None:
        _axes(chart, size)
        chart.has_legend = True
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
        chart.plots[0].gap_width = 60
        for series, colour in zip(chart.plots[0].series, (MUTED, ACCENT, STRONG), strict=True):
            _fill(series, colour)

    return Drawing(
        "Rencana, dana masuk, dan belanja menurut periode (juta rupiah)",
        XL_CHART_TYPE.COLUMN_CLUSTERED,
        data,
        dress,
    )


def _trend(days: list[list]) -> Drawing:
    data = CategoryChartData(number_format="#,##0")
    data.categories = [date_format(date.fromisoformat(day), "j M") for day, _ in days]
    data.add_series("KPM terverifikasi", [count for _, count in days])

    def dress(chart: Chart, size: Pt) -> None:
        _axes(chart, size)
        chart.has_legend = False
        chart.plots[0].series[0].format.line.color.rgb = ACCENT
        chart.plots[0].series[0].smooth = False
        # One label a week: a label for each day would run into the next.
        spacing = etree.Element(f"{{{_DRAWN}}}tickLblSkip", val="7")
        chart.category_axis._element.find(f"{{{_DRAWN}}}noMultiLvlLbl").addprevious(spacing)

    return Drawing("KPM terverifikasi dari hari ke hari", XL_CHART_TYPE.LINE, data, dress)


_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_to_word(document, drawing: Drawing, number: int, *, width: Cm, height: Cm) -> None:
    """Draw it in a paragraph of its own; `number` is counted through the document from one.

    python-docx draws no charts: the part is the one that python-pptx writes, with its workbook.
    """
    package = document.part.package
    space = parse_xml(ChartXmlWriter(drawing.kind, drawing.data).xml.encode())
    drawing.dress(Chart(space, None), Pt(9))
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART, b"", package)
    numbers = Part(
        PackURI(f"/word/embeddings/angka{number}.xlsx"),
        _XLSX,
        CategoryWorkbookWriter(drawing.data).xlsx_blob,
        package,
    )
    source = etree.SubElement(space, f"{{{_DRAWN}}}externalData")
    source.set(qn("r:id"), chart.relate_to(numbers, RELATIONSHIP_TYPE.PACKAGE))
    etree.SubElement(source, f"{{{_DRAWN}}}autoUpdate").set("val", "0")
    chart._blob = etree.tostring(space, xml_declaration=True, encoding="UTF-8", standalone=True)
    relation = document.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
    run = document.add_paragraph().add_run()
    run._r.append(_frame(relation, number, drawing.title, width, height))


def _frame(relation: str, number: int, title: str, width: Cm, height: Cm):
    frame = OxmlElement("w:drawing")
    inline = OxmlElement("wp:inline")
    extent = OxmlElement("wp:extent")
    extent.set("cx", str(int(width)))
    extent.set("cy", str(int(height)))
    named = OxmlElement("wp:docPr")
    named.set("id", str(number))
    named.set("name", f"Grafik {number}")
    named.set("descr", title)
    graphic = OxmlElement("a:graphic")
    data = OxmlElement("a:graphicData")
    data.set("uri", _DRAWN)
    reference = etree.SubElement(data, f"{{{_DRAWN}}}chart", nsmap={"c": _DRAWN})
    reference.set(qn("r:id"), relation)
    graphic.append(data)
    for part in (extent, named, graphic):
        inline.append(part)
    frame.append(inline)
    return frame
