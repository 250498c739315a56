"""Bahan rakor as slides: tables, and charts that can be edited in the program that shows them."""

import io
from datetime import date, datetime

from django.utils.formats import date_format
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Cm, Pt

from coordination.documents import charts
from coordination.documents.charts import ACCENT
from coordination.documents.packing import packed
from coordination.documents.words import PAYOUT_HEADINGS, figure_words, payout_rows

WIDTH, HEIGHT = Cm(33.87), Cm(19.05)
LEFT, TOP, INNER, TALL = Cm(1.6), Cm(3.4), Cm(30.6), Cm(14.2)
WHITE = RGBColor(0xFF, 0xFF, 0xFF)
ROWS_PER_SLIDE = 8
PLACES_PER_SLIDE = 14


def _slide(presentation, title: str):
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.left, slide.shapes.title.top = LEFT, Cm(0.9)
    slide.shapes.title.width, slide.shapes.title.height = INNER, Cm(2)
    frame = slide.shapes.title.text_frame
    frame.text = title
    frame.paragraphs[0].font.size, frame.paragraphs[0].font.bold = Pt(28), True
    frame.paragraphs[0].font.color.rgb = ACCENT
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    return slide


def _cover(presentation, title: str, lines: list[str]) -> None:
    slide = _slide(presentation, title)
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = ACCENT
    slide.shapes.title.top, slide.shapes.title.height = Cm(5), Cm(3)
    heading = slide.shapes.title.text_frame.paragraphs[0]
    heading.font.size, heading.font.color.rgb = Pt(40), WHITE
    _texts(slide, lines, size=20, top=Cm(8.5), colour=WHITE)


def _texts(slide, lines: list[str], *, size: int = 18, top=TOP, colour=None) -> None:
    frame = slide.shapes.add_textbox(LEFT, top, INNER, TALL).text_frame
    frame.word_wrap = True
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if not index else frame.add_paragraph()
        paragraph.text, paragraph.font.size = line, Pt(size)
        paragraph.space_after = Pt(6)
        if colour is not None:
            paragraph.font.color.rgb = colour


def _table(slide, headings, rows, widths, *, size: int = 14, numbers=()) -> None:
    shape = slide.shapes.add_table(len(rows) + 1, len(headings), LEFT, TOP, INNER, Cm(1))
    for index, width in enumerate(widths):
        shape.table.columns[index].width = int(INNER * width)
    for row, values in enumerate([headings, *rows]):
        for column, text in enumerate(values):
            cell = shape.table.cell(row, column)
            cell.text = text
            cell.margin_top = cell.margin_bottom = Cm(0.08)
            cell.text_frame.paragraphs[0].font.size = Pt(size)
            if column in numbers:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            if not row:
                cell.fill.solid()
                cell.fill.fore_color.rgb = ACCENT


def _chart(slide, drawing: charts.Drawing) -> None:
    frame = slide.shapes.add_chart(drawing.kind, LEFT, TOP, INNER, TALL, drawing.data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", drawing.title)
    drawing.dress(frame.chart, Pt(12))


PAYOUT_WIDTHS = (0.22, *[0.78 / 8] * 8)


def _payout(presentation, snapshot: dict) -> None:
    """What was paid in the newest period, by place; the sum stands on every slide."""
    payout = snapshot.get("payout")
    if not payout:
        return
    rows = payout_rows(payout, snapshot["region"]["name"])
    headings = (snapshot["places"], *PAYOUT_HEADINGS)
    *places, total = rows
    for first in range(0, max(1, len(places)), PLACES_PER_SLIDE):
        _table(
            _slide(presentation, f"Penyaluran {payout['period']}"),
            headings,
            [*places[first : first + PLACES_PER_SLIDE], total],
            PAYOUT_WIDTHS,
            size=12,
            numbers=range(1, len(headings)),
        )


def briefing(snapshot: dict, as_of: datetime) -> bytes:
    """The briefing of one region, from its snapshot alone."""
    meeting, region = snapshot["meeting"], snapshot["region"]
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = WIDTH, HEIGHT
    presentation.core_properties.author = "Portal Sembako"
    presentation.core_properties.title = f"Bahan {meeting['title']}"
    starts = date.fromisoformat(meeting["starts_at"][:10])
    _cover(
        presentation,
        meeting["title"],
        [
            region["name"],
            f"{date_format(starts, 'j F Y')}, {meeting['place']}",
            f"Pimpinan rapat: {meeting['chair']}",
            f"Angka per {date_format(as_of, 'j F Y')} pukul {as_of:%H.%M} WIB",
        ],
    )
    agenda = [f"{number}. {title}" for number, title in enumerate(meeting["agenda"], start=1)]
    _texts(_slide(presentation, "Acara"), agenda, size=20)
    rows = snapshot["indicators"]
    compared = any(row["province"] for row in rows)
    for first in range(0, len(rows), ROWS_PER_SLIDE):
        _table(
            _slide(presentation, "Angka utama"),
            ("Angka", "Nilai", *(["Provinsi"] if compared else []), "Arti"),
            [
                (
                    row["title"],
                    row["total"]["text"],
                    *([row["province"]["text"] if row["province"] else ""] if compared else []),
                    row["meaning"],
                )
                for row in rows[first : first + ROWS_PER_SLIDE]
            ],
            (0.26, 0.12, 0.12, 0.5) if compared else (0.28, 0.12, 0.6),
            numbers=(1, 2) if compared else (1,),
        )
    lines = snapshot["follow_ups"]
    for first in range(0, len(lines), ROWS_PER_SLIDE):
        _table(
            _slide(presentation, "Tindak lanjut rapat yang lalu"),
            ("Tindak lanjut", "Instansi", "Tenggat", "Keadaan", "Angka dahulu → sekarang"),
            [
                (
                    line["text"],
                    f"{line['agency']}, {line['region']}",
                    date_format(date.fromisoformat(line["due_on"]), "j M Y"),
                    line["state_label"],
                    f"{line['indicator']}: {figure_words(line)}" if line["indicator"] else "–",
                )
                for line in lines[first : first + ROWS_PER_SLIDE]
            ],
            (0.3, 0.19, 0.13, 0.13, 0.25),
        )
    _payout(presentation, snapshot)
    for drawing in charts.of_briefing(snapshot):
        _chart(_slide(presentation, drawing.title), drawing)
    if snapshot["findings"]:
        _texts(_slide(presentation, "Perlu perhatian"), snapshot["findings"])
    out = io.BytesIO()
    presentation.save(out)
    return packed(out.getvalue(), as_of)
