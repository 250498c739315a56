"""The rows of an upload as the review page shows them: which, and what of each."""

from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from regions.models import Region
from uploads import kinds
from uploads.actions import CHOOSABLE
from uploads.figures import Causes, sums
from uploads.models import Upload, UploadIssue, UploadRow
from uploads.wording import Look, Texts, is_identity, verdict_look, without_numbers

PER_PAGE = 25
Verdict = UploadRow.Verdict
Decision = UploadIssue.Decision
Level = UploadIssue.Level
TO_DECIDE = (Verdict.PERLU_DIPERIKSA, Verdict.BERMASALAH, Verdict.BERUBAH, Verdict.BARU)
CODES_OF_PLACES = {"village", "service_villages"}
PLACE_NAMES = {"province", "regency", "district", "village_name"}
TO_SEE = (Verdict.BERUBAH, Verdict.BARU, Verdict.SAMA, Verdict.PERLU_DIPERIKSA)


@dataclass(frozen=True)
class Choice:
    """What of the rows is shown: parsed from the address, unknown words ignored."""

    verdict: str = ""
    code: str = ""
    outcome: str = ""
    district: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def of(cls, query, upload: Upload) -> "Choice":
        verdict = query.get("putusan", "")
        code = query.get("temuan", "")
        outcome = query.get("hasil", "")
        q = query.get("q", "").strip()[:100]
        page = query.get("hal", "1")
        if verdict not in Verdict.values and verdict != "semua":
            verdict = ""
        if outcome not in UploadRow.Outcome.values:
            outcome = ""
        if not (verdict or code or outcome or q):
            verdict = first_of_interest(upload)
        return cls(
            verdict="" if verdict == "semua" else verdict,
            code=code[:40],
            outcome=outcome,
            district=query.get("kecamatan", "")[:8],
            q=q,
            page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
        )

    def url(self, **changes) -> str:
        """The query of this choice with something else in it; a new choice begins at page 1."""
        chosen = {
            "putusan": self.verdict or "semua",
            "temuan": self.code,
            "hasil": self.outcome,
            "kecamatan": self.district,
            "q": self.q,
            "hal": "",
        } | changes
        return "?" + urlencode({name: value for name, value in chosen.items() if value})

    @property
    def is_narrow(self) -> bool:
        return bool(self.district or self.q)

    @property
    def here(self) -> str:
        return self.url(hal=self.page if self.page > 1 else "")

    @property
    def without_narrowing(self) -> str:
        return self.url(kecamatan="", q="")


def first_of_interest(upload: Upload) -> str:
    """The verdict that the page opens with: what must be decided, for a reviewer what changes."""
    counts = {part.verdict: part.count for part in sums(upload).parts}
    for verdict in TO_DECIDE if upload.is_editable else TO_SEE:
        if counts.get(verdict):
            return verdict
    return Verdict.SAMA if counts.get(Verdict.SAMA) else ""


def rows_of(upload: Upload, choice: Choice, texts: Texts) -> QuerySet[UploadRow]:
    rows = upload.rows.order_by("sheet", "row_number")
    if choice.verdict:
        rows = rows.filter(verdict=choice.verdict)
    if choice.outcome:
        rows = rows.filter(outcome=choice.outcome)
    if choice.code:
        found = UploadIssue.objects.filter(
            upload=upload,
            code=choice.code,
            sheet=OuterRef("sheet"),
            row_number=OuterRef("row_number"),
        )
        rows = rows.filter(Exists(found))
    if choice.district and "village" in texts.position:
        village = texts.position["village"]
        rows = rows.filter(**{f"values__{village}__startswith": f"{choice.district}."})
    elif choice.district and "district" in texts.position:
        name = Region.objects.filter(pk=choice.district).values_list("name", flat=True).first()
        rows = rows.filter(**{f"values__{texts.position['district']}__iexact": name or ""})
    if choice.q.isdecimal() and len(choice.q) < 8:
        rows = rows.filter(row_number=int(choice.q))
    elif choice.q:
        name = kinds.get(upload.kind).subject[0]
        rows = rows.filter(**{f"values__{texts.position[name]}__icontains": choice.q})
    return rows


@dataclass
class Page:
    """A page of rows; `total` is None where counting would cost more than showing."""

    rows: list["RowShown"]
    first: int
    total: int | None
    has_next: bool
    number: int

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page_of(upload: Upload, choice: Choice, causes: Causes, texts: Texts) -> Page:
    start = (choice.page - 1) * PER_PAGE
    rows = list(rows_of(upload, choice, texts)[start : start + PER_PAGE + 1])
    total = None
    if not choice.is_narrow and not choice.outcome:
        if choice.code and not choice.verdict:
            cause = causes.get(choice.code)
            if cause and cause.level != Level.INFO and not cause.decided:
                total = cause.rows
        elif not choice.code:
            counts = {part.verdict: part.count for part in sums(upload).parts}
            total = counts.get(choice.verdict, upload.rows_total)
    if total is None and len(rows) <= PER_PAGE and (rows or choice.page == 1):
        total = start + len(rows)
    shown = show(upload, rows[:PER_PAGE], texts, code=choice.code)
    return Page(shown, start + 1, total, len(rows) > PER_PAGE, choice.page)


@dataclass
class Note:
    text: str
    level: str
    code: str
    decision: str
    suggestion: str = ""
    before: str = ""
    """What was written, where the portal has repaired it and the cell shows something else."""
    is_repeated: bool = False
    """The same has been said of a cell above: one exchange touches several cells."""


@dataclass
class Cell:
    """One field of a row: what is registered or was written, what it becomes, and why."""

    field: str
    label: str
    old: str = ""
    new: str = ""
    flagged: bool = False
    notes: list[Note] = field(default_factory=list)
    repair: Note | None = None
    """What the portal has put in order, when `old` and `new` show that."""

    @property
    def old_is_number(self) -> bool:
        return is_identity(self.old)

    @property
    def new_is_number(self) -> bool:
        return is_identity(self.new)

    @property
    def asks(self) -> bool:
        """Something about it was found that its reader should decide or has decided."""
        return any(note.level != Level.INFO for note in self.notes)

    @property
    def is_plain(self) -> bool:
        """A first value of which there is nothing to say."""
        return bool(self.new) and not self.old and not self.notes


@dataclass
class RowShown:
    row: UploadRow
    name: str
    number: str
    place: str
    look: Look
    cells: list[Cell]
    suggested_codes: list[str]
    keepable_codes: list[str]
    decided_codes: list[str]
    chooses: bool

    @property
    def name_is_number(self) -> bool:
        return is_identity(self.name)

    @property
    def number_has_digits(self) -> bool:
        """Words in the place of a number, such as a name exchanged with it, need no mask."""
        return any(map(str.isdigit, self.number))

    @property
    def lines(self) -> list[list[Cell]]:
        """The cells as lines: each its own, but first values of which nothing is said together."""
        plain = [cell for cell in self.cells if cell.is_plain]
        asking = [[cell] for cell in self.cells if cell.asks]
        others = [[cell] for cell in self.cells if not cell.asks and not cell.is_plain]
        return [*asking, *([plain] if plain else []), *others]

    @property
    def is_open(self) -> bool:
        return self.row.verdict in (Verdict.PERLU_DIPERIKSA, Verdict.BERMASALAH)


def show(upload: Upload, rows: list[UploadRow], texts: Texts, *, code: str = "") -> list[RowShown]:
    """The rows with their issues and changes, in four queries however many rows these are.

    With `code` the row's buttons decide that cause only.
    """
    by_row: dict[tuple[str, int], list[UploadIssue]] = defaultdict(list)
    if rows:
        for issue in upload.issues.filter(
            sheet__in={row.sheet for row in rows}, row_number__in=[row.row_number for row in rows]
        ).order_by("row_number", "id"):
            by_row[issue.sheet, issue.row_number].append(issue)
    texts.learn(_texts_in(rows, by_row))
    return [_row_shown(upload, row, by_row[row.sheet, row.row_number], texts, code) for row in rows]


def _texts_in(rows, by_row):
    for row in rows:
        yield from row.values
        for pair in (row.changes or {}).values():
            yield from (str(value or "") for value in pair)
    for issues in by_row.values():
        for issue in issues:
            yield issue.suggestion
            yield issue.before


def _row_shown(upload, row, issues, texts: Texts, code: str) -> RowShown:
    values = dict(zip(texts.layout.fields, row.values, strict=True))
    kind = kinds.get(upload.kind)
    name, number, place = (values.get(name, "") for name in kind.subject)
    shown = _told_anyway(kind, values) if kind.is_preview else []
    open_issues = [issue for issue in issues if issue.decision == Decision.OPEN]
    asked = [issue for issue in open_issues if not code or issue.code == code]
    decided = [issue for issue in issues if issue.decision and (not code or issue.code == code)]
    return RowShown(
        row=row,
        name=name,
        number=number,
        place=texts.shown("", place),
        look=verdict_look(upload, row.verdict or Verdict.SAMA),
        cells=_cells(row, issues, values, texts, shown=shown),
        suggested_codes=_codes(issue for issue in asked if issue.suggestion),
        keepable_codes=_codes(
            issue for issue in asked if issue.level == Level.WARNING or issue.code in CHOOSABLE
        ),
        decided_codes=_codes(decided),
        chooses=any(issue.code in CHOOSABLE for issue in asked),
    )


def _show_repair(cell: Cell, before: str, after: str) -> None:
    """What was written and what the portal reads in it, where a reader can tell them apart."""
    if not before or before == after or (is_identity(before) and is_identity(after)):
        return
    if cell.old or cell.new:
        cell.notes[-1].before = "" if is_identity(before) or before == cell.old else before
    else:
        cell.old, cell.new, cell.repair = before, after, cell.notes[-1]


def _told_anyway(kind: kinds.SheetKind, values: dict[str, str]) -> list[str]:
    """Fields of a row that nothing is compared with: all but those that name it, and its codes."""
    told = {*kind.subject, *CODES_OF_PLACES}
    if values.get("village") and "village" in kind.subject:
        told |= PLACE_NAMES
    return [field for field, value in values.items() if value and field not in told]


def _codes(issues) -> list[str]:
    return list(dict.fromkeys(issue.code for issue in issues))


def _cells(row, issues, values, texts: Texts, *, shown: list[str]) -> list[Cell]:
    """Fields with a question first, then the others, both in the order of the layout's columns.

    `shown`: fields whose value is told in any case, since no change will tell it.
    """
    cells: dict[str, Cell] = {}
    order = sorted(issues, key=lambda issue: (issue.level == Level.INFO, not issue.suggestion))
    for issue in order:
        cell = cells.setdefault(
            issue.field, Cell(issue.field, texts.label(issue.field) if issue.field else "Baris")
        )
        suggestion = texts.shown(issue.field, issue.suggestion)
        # The comparison knows the row as it was read, not as it was written.
        before = texts.shown(issue.field, issue.before) if issue.from_register else issue.before
        cell.notes.append(
            Note(
                without_numbers(issue.message),
                issue.level,
                issue.code,
                issue.decision,
                "" if is_identity(suggestion) else suggestion,
            )
        )
        if issue.level == Level.INFO:
            _show_repair(cell, issue.before, texts.shown(issue.field, values.get(issue.field, "")))
        elif cell.old or cell.new:
            continue
        elif issue.suggestion:
            cell.old = before or texts.shown(issue.field, values.get(issue.field, ""))
            cell.new, cell.flagged = suggestion, True
        elif before:
            cell.old, cell.flagged = before, True
    for name, (old, new) in (row.changes or {}).items():
        if row.target_id is None and name not in cells:
            continue  # of a new entry everything is new
        cell = cells.setdefault(name, Cell(name, texts.label(name)))
        if not cell.flagged:
            if cell.repair:
                cell.repair.before = "" if is_identity(cell.old) else cell.old
                cell.repair = None
            cell.old = texts.shown(name, str(old or ""))
            cell.new = texts.shown(name, str(new or ""))
    for name in shown:
        if name not in cells:
            cells[name] = Cell(name, texts.label(name), new=texts.shown(name, values[name]))
    place = {name: number for number, name in enumerate(("", *texts.position))}
    ordered = sorted(
        cells.values(), key=lambda cell: (not cell.asks, place.get(cell.field, len(place)))
    )
    said = set()
    for note in (note for cell in ordered for note in cell.notes):
        note.is_repeated = (note.code, note.text) in said and not note.before
        said.add((note.code, note.text))
    return ordered


@dataclass(frozen=True)
class Sample:
    """A few rows of a cause with what accepting its suggestions makes of them."""

    rows: list[tuple[RowShown, list[Cell]]]
    total: int


SAMPLE_ROWS = 5


def sample(upload: Upload, code: str, texts: Texts) -> Sample:
    """Of the open suggestions of one cause the first rows, before and after."""
    issues = upload.issues.filter(code=code, decision=Decision.OPEN, row_number__gt=0).exclude(
        suggestion=""
    )
    places = issues.order_by("sheet", "row_number").values_list("sheet", "row_number").distinct()
    wanted = Q(pk__in=[])
    for sheet, number in places[:SAMPLE_ROWS]:
        wanted |= Q(sheet=sheet, row_number=number)
    rows = list(upload.rows.filter(wanted).order_by("sheet", "row_number"))
    shown = show(upload, rows, texts, code=code)
    return Sample(
        [
            (row, [cell for cell in row.cells if code in (note.code for note in cell.notes)])
            for row in shown
        ],
        places.count(),
    )
