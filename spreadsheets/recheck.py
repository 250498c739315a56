"""One row checked again after somebody has typed into it."""

from collections.abc import Mapping

from spreadsheets.layout import CheckContext, Cleaned, Issue, Layout, RowView, as_written


def check_values(
    layout: Layout,
    values: Mapping[str, str],
    context: CheckContext,
    *,
    sheet: str = "",
    number: int = 0,
) -> tuple[list[str], list[Issue]]:
    """The row's canonical texts in the order of the layout's fields, and its issues."""
    view = RowView(
        {name: n for n, name in enumerate(layout.fields)},
        {column.field: n for n, column in enumerate(layout.columns)},
        sheet,
    )
    view.by_hand = True
    view.number = number
    view.raws = [values.get(column.field, "") for column in layout.columns]
    for column, raw in zip(layout.columns, view.raws, strict=True):
        cleaned = column.clean(raw)
        if isinstance(cleaned, Cleaned):
            view.issues.append(
                Issue(
                    number,
                    column.field,
                    cleaned.code,
                    cleaned.level,
                    cleaned.message,
                    as_written(raw),
                    cleaned.suggestion,
                    sheet,
                )
            )
            cleaned = cleaned.value
        view.values.append(cleaned)
    view.values += [""] * len(layout.derived)
    for rule in layout.row_rules:
        rule(view, context)
    view.settle()
    return view.values, view.issues
