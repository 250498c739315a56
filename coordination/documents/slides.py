"""Bahan rakor as slides: tables, and charts that can be edited in the program that shows them."""

import io
from datetime import date, datetime

from django.utils.formats import date_format
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.util import Cm, Pt

from coordination.documents.packing import packed

ACCENT = RGBColor(0x0F, 0x70, 0x68)
WIDTH, HEIGHT = Cm(33.87), Cm(19.05)
LEFT, TOP, INNER, TALL = Cm(1.6), Cm(3.4), Cm(30.6), Cm(14.2)
ROWS_PER_SLIDE = 8


def _slide(presentation, title: str):
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.left, slide.shapes.title.top = LEFT, Cm(0.9)
    slide.shapes.title.width, slide.shapes.title.height = INNER, Cm(2)
    frame = slide.shapes.title.text_frame
    frame.text = title
    frame.paragraphs[0].font.size, frame.paragraphs[0].font.bold = Pt(28), True
    frame.paragraphs[0].font.color.rgb = ACCENT
    return slide


def _texts(slide, lines: list[str], *, size: int = 18) -> None:
    frame = slide.shapes.add_textbox(LEFT, TOP, INNER, TALL).text_frame
    frame.word_wrap = True
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if not index else frame.add_paragraph()
        paragraph.text, paragraph.font.size = line, Pt(size)
        paragraph.space_after = Pt(6)


def _table(slide, headings, rows, widths) -> None:
    shape = slide.shapes.add_table(len(rows) + 1, len(headings), LEFT, TOP, INNER, Cm(1))
    for index, width in enumerate(widths):
        shape.table.columns[index].width = int(INNER * width)
    for row, values in enumerate([headings, *rows]):
        for column, text in enumerate(values):
            cell = shape.table.cell(row, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(14)
            if not row:
                cell.fill.solid()
                cell.fill.fore_color.rgb = ACCENT


def _ranking(slide, row: dict) -> None:
    """Places from the worst to the best, the worst on top."""
    places = [place for place in row["places"] if place["number"] is not None]
    places.sort(key=lambda place: (place["number"] * (row["better"] or -1), place["name"]))
    data = CategoryChartData(number_format='0.0"%"' if row["is_share"] else "#,##0")
    data.categories = [place["name"] for place in reversed(places)]
    data.add_series(row["title"], [place["number"] for place in reversed(places)])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, LEFT, TOP, INNER, TALL, data).chart
    chart.has_legend = chart.has_title = False
    chart.value_axis.minimum_scale = 0
    chart.value_axis.has_major_gridlines = False
    chart.category_axis.tick_labels.font.size = chart.value_axis.tick_labels.font.size = Pt(12)
    plot = chart.plots[0]
    plot.gap_width = 40
    plot.has_data_labels = True
    plot.data_labels.font.size = Pt(12)
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = ACCENT


def _trend(slide, days: list[list]) -> None:
    data = CategoryChartData(number_format="#,##0")
    data.categories = [date_format(date.fromisoformat(day), "j M") for day, _ in days]
    data.add_series("KPM terverifikasi", [count for _, count in days])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE, LEFT, TOP, INNER, TALL, data).chart
    chart.has_legend = chart.has_title = False
    chart.value_axis.minimum_scale = 0
    chart.category_axis.tick_labels.font.size = chart.value_axis.tick_labels.font.size = Pt(12)
    chart.plots[0].series[0].format.line.color.rgb = ACCENT
    chart.plots[0].series[0].smooth = False


def briefing(snapshot: dict, as_of: datetime) -> bytes:
    """The briefing of one region, from its snapshot alone."""
    meeting, region = snapshot["meeting"], snapshot["region"]
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = WIDTH, HEIGHT
    presentation.core_properties.author = "Portal Sembako"
    presentation.core_properties.title = f"Bahan {meeting['title']}"
    starts = date.fromisoformat(meeting["starts_at"][:10])
    _texts(
        _slide(presentation, meeting["title"]),
        [
            region["name"],
            f"{date_format(starts, 'j F Y')}, {meeting['place']}",
            f"Pimpinan rapat: {meeting['chair']}",
            f"Angka per {date_format(as_of, 'j F Y')} pukul {as_of:%H.%M} WIB",
        ],
        size=20,
    )
    agenda = [f"{number}. {title}" for number, title in enumerate(meeting["agenda"], start=1)]
    _texts(_slide(presentation, "Acara"), agenda, size=20)
    _table(
        _slide(presentation, "Angka utama"),
        ("Angka", "Nilai", "Provinsi", "Arti"),
        [
            (
                row["title"],
                row["total"]["text"],
                row["province"]["text"] if row["province"] else "",
                row["meaning"],
            )
            for row in snapshot["indicators"]
        ],
        (0.26, 0.12, 0.12, 0.5),
    )
    lines = snapshot["follow_ups"]
    for first in range(0, len(lines), ROWS_PER_SLIDE):
        _table(
            _slide(presentation, "Tindak lanjut rapat yang lalu"),
            ("Tindak lanjut", "Instansi", "Tenggat", "Keadaan", "Dahulu → sekarang"),
            [
                (
                    line["text"],
                    f"{line['agency']}, {line['region']}",
                    date_format(date.fromisoformat(line["due_on"]), "j M Y"),
                    line["state_label"],
                    f"{line['then']} → {line['now']}" if line["indicator"] else "–",
                )
                for line in lines[first : first + ROWS_PER_SLIDE]
            ],
            (0.38, 0.22, 0.12, 0.13, 0.15),
        )
    for row in snapshot["indicators"]:
        if row["is_share"] and any(place["number"] is not None for place in row["places"]):
            title = f"{row['title']} menurut {snapshot['places'].lower()}"
            _ranking(_slide(presentation, title), row)
    if snapshot["trend"]:
        _trend(_slide(presentation, "KPM terverifikasi dari hari ke hari"), snapshot["trend"])
    if snapshot["findings"]:
        _texts(_slide(presentation, "Perlu perhatian"), snapshot["findings"])
    out = io.BytesIO()
    presentation.save(out)
    return packed(out.getvalue(), as_of)
