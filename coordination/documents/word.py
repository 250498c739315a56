"""Word documents: the briefing, the minutes, a table that is signed."""

import io
from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from coordination.documents import charts
from coordination.documents.packing import packed
from coordination.documents.words import PAYOUT_HEADINGS, figure_words, payout_rows

COLUMNS_PER_TABLE = 6
LANDSCAPE = 25.7  # cm between the margins
LONGEST = 28  # letters of a text in one line of a table
MARGINS = 4  # letters that would stand in the margins of a cell
BOLD = 1.4  # as wide as other letters
MANY_COLUMNS = 10
KEPT_TOGETHER = 3  # rows that follow the title of a table on its page
Cell = str | int | float | None


def _day(text: str, form: str = "j F Y") -> str:
    return date_format(date.fromisoformat(text[:10]), form)


def _new(title: str):
    document = Document()
    document.core_properties.author = "Portal Sembako"
    document.core_properties.title = title
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Title"].font.size = Pt(18)
    for name in ("Normal", "Title", "Heading 1"):
        fonts = document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()
        fonts.set(qn("w:ascii"), "Arial")
        fonts.set(qn("w:hAnsi"), "Arial")
    return document


def _saved(document, moment: datetime) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return packed(out.getvalue(), moment)


def _mark(row, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _table(
    document,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    numbers: Container[int] = (),
    *,
    size: int = 9,
    widths: Sequence[float] = (),
    has_total: bool = False,
) -> None:
    """A table whose head is repeated on every page and whose rows are never cut in two; columns in
    `numbers` stand to the right.

    `widths` in centimetres; without them all columns are equal. `has_total`: the last row sums up.
    """
    table = document.add_table(rows=1, cols=len(headings), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _mark(table.rows[0], "w:tblHeader")
    for index, heading in enumerate(headings):
        _write(table.rows[0].cells[index], heading, size, bold=True, right=index in numbers)
    for row in rows:
        cells = table.add_row().cells
        for index, value in enumerate(row):
            _write(cells[index], "" if value is None else str(value), size, right=index in numbers)
    for row in table.rows:
        _mark(row, "w:cantSplit")
    for row in table.rows[:KEPT_TOGETHER]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    for cell in table.rows[-1].cells if has_total else ():
        for run in cell.paragraphs[0].runs:
            run.bold = True
    table.autofit = not widths
    for column, width in zip(table.columns, widths, strict=False):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    document.add_paragraph()


def _fitted(headings: Sequence[str], rows: Iterable[Sequence[Cell]], whole: float) -> list[float]:
    """Widths of columns by their longest text, a long one broken into lines; a heading needs room
    for its longest word, and every cell for its margins.

    >>> _fitted(["Wilayah", "KPM"], [["Kabupaten Kapuas", 9], ["Kota Palangka Raya", 1200]], 30)
    [22.0, 8.0]
    """
    lengths = [MARGINS + round(BOLD * max(map(len, heading.split()))) for heading in headings]
    for row in rows:
        for n, value in enumerate(row):
            lengths[n] = max(lengths[n], MARGINS + min(len(str(value or "")), LONGEST))
    return [round(whole * length / sum(lengths), 1) for length in lengths]


def _write(cell, text: str, size: int, *, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _signature(document, day: date, *office: str, left: float = 9) -> None:
    """One paragraph, so that no page ends within it; `left`: centimetres from the margin."""
    dots = "." * 40
    place = f"{dots[:20]}, {date_format(day, 'j F Y')}"
    paragraph = document.add_paragraph("\n".join((place, *office, "", "", "", f"( {dots} )")))
    paragraph.paragraph_format.left_indent = Cm(left)
    paragraph.paragraph_format.keep_together = True


FOLLOW_UP_HEADINGS = (
    "Tindak lanjut", "Instansi", "Wilayah", "Tenggat", "Keadaan", "Angka dahulu → sekarang",
)  # fmt: skip


def _follow_ups(document, lines: Iterable[dict]) -> None:
    rows = [
        (
            line["text"],
            line["agency"],
            line["region"],
            _day(line["due_on"], "j M Y"),
            line["state_label"],
            f"{line['indicator']}: {figure_words(line)}" if line["indicator"] else "",
        )
        for line in lines
    ]
    _table(document, FOLLOW_UP_HEADINGS, rows, widths=(4.6, 2.2, 2.4, 2.3, 2.0, 3.5))


def briefing(snapshot: dict, as_of: datetime) -> bytes:
    """Bahan rakor of one region, from its snapshot alone."""
    meeting, region = snapshot["meeting"], snapshot["region"]
    document = _new(f"Bahan {meeting['title']}")
    document.add_heading(f"Bahan {meeting['title']}", 0)
    document.add_paragraph(
        f"{region['name']}. Rapat {_day(meeting['starts_at'])} di {meeting['place']},"
        f" dipimpin {meeting['chair']}."
    )
    document.add_paragraph(f"Angka per {date_format(as_of, 'j F Y')} pukul {as_of:%H.%M} WIB.")
    document.add_heading("Acara", 1)
    for number, title in enumerate(meeting["agenda"], start=1):
        document.add_paragraph(f"{number}. {title}")
    document.add_heading("Angka utama", 1)
    if snapshot["round"]:
        document.add_paragraph(
            f"{snapshot['round']['name']}, tenggat {_day(snapshot['round']['due_on'])}."
        )
    has_province = any(row["province"] for row in snapshot["indicators"])
    _table(
        document,
        ["Angka", "Nilai", "Dari", *(["Provinsi"] if has_province else []), "Arti"],
        [
            (
                row["title"],
                row["total"]["text"],
                f"{_count(row['total']['part'])} dari {_count(row['total']['whole'])} {row['noun']}"
                if row["total"]["whole"] is not None
                else row["noun"],
                *([row["province"]["text"] if row["province"] else ""] if has_province else []),
                row["meaning"],
            )
            for row in snapshot["indicators"]
        ],
        numbers=(1, *([3] if has_province else [])),
        widths=(3.9, 1.7, 3.9, 1.7, 5.8) if has_province else (4.2, 1.8, 4.4, 6.6),
    )
    document.add_heading("Tindak lanjut rapat yang lalu", 1)
    if snapshot["follow_ups"]:
        _follow_ups(document, snapshot["follow_ups"])
    else:
        document.add_paragraph("Tidak ada tindak lanjut yang terbuka.")
    if snapshot["findings"]:
        document.add_heading("Perlu perhatian", 1)
        for sentence in snapshot["findings"]:
            document.add_paragraph(sentence, style="List Bullet")
    if payout := snapshot.get("payout"):
        document.add_heading(f"Penyaluran {payout['period']}", 1)
        _table(
            document,
            [snapshot["places"], *PAYOUT_HEADINGS],
            payout_rows(payout, region["name"]),
            numbers=range(1, len(PAYOUT_HEADINGS) + 1),
            size=8,
            widths=(3.4, *[1.7] * len(PAYOUT_HEADINGS)),
        )
    for first in range(0, len(snapshot["indicators"]), COLUMNS_PER_TABLE):
        part = snapshot["indicators"][first : first + COLUMNS_PER_TABLE]
        if any(row["places"] for row in part):
            if not first:
                document.add_heading(f"Menurut {snapshot['places'].lower()}", 1)
            _table(
                document,
                [snapshot["places"], *(row["title"] for row in part)],
                _by_place(part),
                numbers=range(1, len(part) + 1),
            )
    drawings = charts.of_briefing(snapshot)
    if drawings:
        document.add_heading("Grafik", 1)
    for number, drawing in enumerate(drawings, start=1):
        paragraph = document.add_paragraph()
        paragraph.add_run(drawing.title).bold = True
        paragraph.paragraph_format.keep_with_next = True
        charts.add_to_word(document, drawing, number, width=Cm(17), height=Cm(9.5))
    return _saved(document, as_of)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}".replace(",", ".")


def _by_place(indicators: list[dict]) -> list[tuple]:
    values: dict[str, dict[str, str]] = {}
    names = {}
    for row in indicators:
        for place in row["places"]:
            names[place["code"]] = place["name"]
            values.setdefault(place["code"], {})[row["code"]] = place["text"]
    codes = [row["code"] for row in indicators]
    return [
        (names[place], *(values[place].get(code, "–") for code in codes))
        for place in sorted(values)
    ]


def minutes(snapshot: dict, moment: datetime, version: int | None) -> bytes:
    """Notulen of a meeting: who came, what was decided, what follows. Signed by hand.

    Of a finalised version it is the same file each time; without one it is a draft and says so.
    """
    title = f"Notulen {snapshot['title']}"
    document = _new(title)
    document.add_heading(title, 0)
    stand = f"{date_format(moment, 'j F Y')} pukul {moment:%H.%M} WIB"
    document.add_paragraph(
        f"Versi {version}, ditetapkan {stand}."
        if version
        else f"KONSEP per {stand}. Notulen ini belum ditetapkan; isi dan angkanya masih berubah."
    )
    starts_at = datetime.fromisoformat(snapshot["starts_at"])
    _table(
        document,
        ["Hal", "Keterangan"],
        [
            ("Waktu", date_format(starts_at, "l, j F Y, H.i") + " WIB"),
            ("Tempat", snapshot["place"]),
            ("Pimpinan rapat", snapshot["chair"]),
            ("Wilayah", snapshot["region"]),
        ],
        widths=(4, 13),
    )
    document.add_heading("Acara", 1)
    for item in snapshot["agenda"]:
        document.add_paragraph(item)
    document.add_heading("Kehadiran", 1)
    words = {True: "hadir", False: "tidak hadir", None: "belum dicatat"}
    _table(
        document,
        ["Instansi", "Kehadiran", "Orang"],
        [(agency, words[attended], people) for agency, attended, people in snapshot["attendances"]],
        numbers=(2,),
        widths=(11, 4, 2),
    )
    if snapshot["summary"]:
        document.add_heading("Jalannya rapat", 1)
        for paragraph in snapshot["summary"].splitlines():
            document.add_paragraph(paragraph)
    if snapshot["earlier"]:
        document.add_heading("Tindak lanjut rapat yang lalu", 1)
        _follow_ups(document, snapshot["earlier"])
    document.add_heading("Keputusan", 1)
    for decision in snapshot["decisions"] or ["Tidak ada keputusan yang dicatat."]:
        document.add_paragraph(decision)
    document.add_heading("Tindak lanjut", 1)
    if snapshot["follow_ups"]:
        _follow_ups(document, snapshot["follow_ups"])
    else:
        document.add_paragraph("Tidak ada tindak lanjut yang dicatat.")
    _signature(document, moment.date(), "Pimpinan rapat", snapshot["chair"])
    return _saved(document, moment)


def signed_table(
    *,
    title: str,
    note: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    numbers: Sequence[int],
    has_total: bool = False,
    definitions: Iterable[tuple[str, str]] = (),
    office: str,
    now: datetime,
) -> bytes:
    """A recap for signature."""
    document = _new(title)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(title, 0)
    document.add_paragraph(note)
    rows = [list(row) for row in rows]
    widths = _fitted(headings, rows, LANDSCAPE)
    size = 7 if len(headings) > MANY_COLUMNS else 9
    _table(
        document,
        headings,
        rows,
        numbers=numbers,
        size=size,
        widths=widths,
        has_total=has_total,
    )
    for term, meaning in definitions:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{term}: ").bold = True
        paragraph.add_run(meaning)
    _signature(document, now.date(), office, left=LANDSCAPE - 8)
    return _saved(document, now)
