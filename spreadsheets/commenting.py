"""Comments on the cells of a workbook: their texts, and the boxes in which they are drawn."""

import re
from collections.abc import Mapping

from spreadsheets.package import (
    Edit,
    Package,
    appended,
    column_number,
    elements,
    letters,
    prefix_of,
    row_number,
    text,
)

AUTHOR = "Portal Sembako"


def write_comments(
    package: Package, sheet: str, told: Mapping[tuple[int, int], str], drawing: str | None
) -> str:
    """Comments on cells; those of an earlier check go, those of the sender stay.

    A cell that its sender has commented gets no second comment. `drawing` is the part with the
    boxes of comments, where the sheet has one; gives the relation to a new one, or "".
    """
    part = package.related(sheet, "comments")
    if part is None:
        if not told:
            return ""
        package.add(sheet, "comments", "xl/portalComments{}.xml", _no_comments(package))
        part = package.related(sheet, "comments")
    xml = package.part(part)
    listed = elements(xml)
    authors = [one for one in listed if one.local == "author"]
    names = [xml[one.inner : one.close].strip() for one in authors]
    own = {str(index) for index, name in enumerate(names) if name == AUTHOR.encode()}
    comments = [one for one in listed if one.local == "comment"]
    gone = {one.attributes["ref"]: one for one in comments if one.attributes.get("authorId") in own}
    taken = {one.attributes["ref"] for one in comments} - gone.keys()
    edits: list[Edit] = [(one.start, one.end, b"") for one in gone.values()]
    prefix = prefix_of(listed[0].name)
    author = min(own) if own else str(len(authors))
    if not own:
        parent = next(one for one in listed if one.local == "authors")
        edits.append(appended(xml, parent, f"<{prefix}author>{AUTHOR}</{prefix}author>".encode()))
    new = {at: message for at, message in told.items() if f"{letters(at[1])}{at[0]}" not in taken}
    children = b"".join(
        f'<{prefix}comment ref="{letters(column)}{row}" authorId="{author}"><{prefix}text>'
        f'<{prefix}r><{prefix}t xml:space="preserve">'.encode()
        + text(message)
        + f"</{prefix}t></{prefix}r></{prefix}text></{prefix}comment>".encode()
        for (row, column), message in new.items()
    )
    edits.append(appended(xml, next(one for one in listed if one.local == "commentList"), children))
    package.change(part, edits)
    return _write_shapes(package, sheet, drawing, new, {_place_of(one) for one in gone})


def _place_of(reference: str) -> tuple[int, int]:
    return row_number(reference), column_number(reference)


def _no_comments(package: Package) -> bytes:
    return f'<comments xmlns="{package.namespace}"><authors/><commentList/></comments>'.encode()


_SHAPE = re.compile(rb"<v:shape\s.*?</v:shape>", re.DOTALL)
_SHAPE_ROW = re.compile(rb"<x:Row>\s*(\d+)")
_SHAPE_COLUMN = re.compile(rb"<x:Column>\s*(\d+)")
_SHAPE_ID = re.compile(rb"_x0000_s(\d+)")
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    b' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NOTE_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
    'margin-left:60pt;margin-top:2pt;width:210pt;height:84pt;z-index:1;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 1</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)


def _write_shapes(package: Package, sheet: str, part: str | None, places, gone) -> str:
    """The boxes of comments: a drawing in the old language that Excel still keeps them in."""
    relation = ""
    if part is None:
        if not places:
            return ""
        blocks = ",".join(str(1 + n) for n in range(1 + (len(places) + 1) // 1024))
        empty = _DRAWING.format(blocks=blocks).encode()
        relation = package.add(sheet, "vmlDrawing", "xl/drawings/portal{}.vml", empty)
        part = package.related(sheet, "vmlDrawing", relation)
    xml = _SHAPE.sub(lambda shape: b"" if _place_of_shape(shape[0]) in gone else shape[0],
                     package.part(part))  # fmt: skip
    highest = max((int(number) for number in _SHAPE_ID.findall(xml)), default=1024)
    shapes = [b"" if b'"_x0000_t202"' in xml else _SHAPE_TYPE]
    for number, (row, column) in enumerate(places, start=highest + 1):
        shapes.append(
            _NOTE_SHAPE.format(
                number=number, row=row - 1, column=column - 1, left=column, right=column + 3,
                top=max(row - 2, 0), bottom=max(row - 2, 0) + 5,
            ).encode()
        )  # fmt: skip
    end = xml.rindex(b"</xml>")
    package.new[part] = xml[:end] + b"".join(shapes) + xml[end:]
    return relation


def _place_of_shape(shape: bytes) -> tuple[int, int] | None:
    row, column = _SHAPE_ROW.search(shape), _SHAPE_COLUMN.search(shape)
    return (int(row[1]) + 1, int(column[1]) + 1) if row and column else None
