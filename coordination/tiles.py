"""What coordination adds to the start page of the province."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    Func,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.scope import Scope
from coordination.models import Complaint, FollowUp
from dashboards.figures import REGENCY_LENGTH, Area
from dashboards.tiles import Added, Button, Tile, change
from dashboards.work import Finding
from regions.models import Region
from spreadsheets.words import thousands

MONTHS = 6  # that the line of the tile looks back


def _url(model: str, code: str) -> str:
    place = {"kabupaten": code[:5]} if len(code) >= 5 else {}
    query = urlencode({"keadaan": "lewat", **place})
    return f"{reverse(f'admin:coordination_{model}_changelist')}?{query}"


@dataclass(frozen=True)
class Late:
    """What may be late: its list, and the words of its finding."""

    model: type[FollowUp] | type[Complaint]
    permission: str
    noun: str
    text: str


LATE = {
    "followup": Late(
        FollowUp,
        "coordination.view_followup",
        "tindak lanjut",
        "Keputusan Rakor yang belum selesai.",
    ),
    "complaint": Late(
        Complaint,
        "coordination.handle_complaint",
        "pengaduan",
        "Belum dijawab sesudah tenggatnya.",
    ),
}


def overdue(user, area: Area) -> Added:
    """Follow-ups past their date as a tile; for each kabupaten and kota of the area a finding of
    its follow-ups and one of its complaints that are late. One query.

    Nothing for who may not see them, and below a regency, which they are agreed for.
    """
    code = area.region.code
    buttons = _buttons(user)
    kinds = {kind: late for kind, late in LATE.items() if user.has_perm(late.permission)}
    if not kinds or len(code) > REGENCY_LENGTH:
        return Added(buttons=buttons)
    days = _firsts(timezone.localdate())
    first, *others = (_counted(user, code, kind, days) for kind in kinds)
    rows = list(first.union(*others, all=True))
    regions = [area.region, *(place.region for place in area.places)]
    regencies = {region.code: region for region in regions if len(region.code) == REGENCY_LENGTH}
    findings = [
        _finding(regencies[row["regency_code"]], row["kind"], row["overdue"])
        for row in sorted(rows, key=lambda row: (row["regency_code"], [*LATE].index(row["kind"])))
        if row["overdue"] and row["regency_code"] in regencies
    ]
    return Added(_tile(code, rows, days) if "followup" in kinds else None, findings, buttons)


def _firsts(today: date) -> list[date]:
    """The first days of the last months before today, the oldest first."""
    number = today.year * 12 + today.month - 1 - (today.day == 1)
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MONTHS + 1, number + 1)]


def _buttons(user) -> list[Button]:
    offered = (
        (
            "coordination.make_report",
            Button("Unduh ringkasan", "download", reverse("coordination:report", args=["6t"])),
        ),
        (
            "coordination.add_meeting",
            Button(
                "Susun bahan Rakor", "doc", reverse("admin:coordination_meeting_add"), is_main=True
            ),
        ),
    )
    return [button for permission, button in offered if user.has_perm(permission)]


def _late_on(day: date) -> Func:
    """Of a follow-up: past its due date when that day began, by the date that held then."""
    return Func("pk", Value(day), function="coordination_late_on", output_field=BooleanField())


def _counted(user, code: str, kind: str, days: list[date]) -> QuerySet:
    """By regency: open and overdue; of follow-ups also how many were overdue on each of the days,
    and since when there are any."""
    model = LATE[kind].model
    rows = model.objects.visible_to(user).filter(Scope((code,)).condition(model.PLACE))
    if kind == "followup":
        is_open = ~Q(status=FollowUp.Status.SELESAI)
        late = {f"late_{n}": Count("pk", filter=_late_on(day)) for n, day in enumerate(days)}
        since = Min("created_on")
    else:
        rows, is_open = rows.open(), Q()
        late = {f"late_{n}": Value(0, IntegerField()) for n in range(MONTHS)}
        since = Cast(Value(None), DateField())
    return (
        rows.order_by()
        .values("regency_code", kind=Value(kind))
        .annotate(
            open=Count("pk", filter=is_open),
            overdue=Count("pk", filter=is_open & Q(due_on__lt=timezone.localdate())),
            since=since,
            **late,
        )
    )


def _tile(code: str, rows: list[dict], days: list[date]) -> Tile:
    told = [row for row in rows if row["kind"] == "followup"]
    overdue = sum(row["overdue"] for row in told)
    since = min((row["since"] for row in told), default=None)
    line = [
        sum(row[f"late_{n}"] for row in told)
        for n, day in enumerate(days)
        if since is not None and since < day
    ]
    return Tile(
        "Tindak lanjut lewat tenggat",
        thousands(overdue),
        f"dari {thousands(sum(row['open'] for row in told))} yang masih terbuka",
        _url("followup", code),
        change=change(
            overdue,
            line[-1],
            thousands,
            better=-1,
            rest=f"sejak {date_format(days[-1], 'j F')}",
        )
        if line
        else None,
        missing="Belum ada tindak lanjut sebelum bulan ini.",
        line=[*line, overdue] if line else (),
    )


def _finding(region: Region, kind: str, count: int) -> Finding:
    late = LATE[kind]
    return Finding(
        kind="told",
        urgent=False,
        region=region,
        count=count,
        url=_url(kind, region.code),
        title=f"{count} {late.noun} lewat tenggat",
        text=late.text,
        button=f"Lihat {count} {late.noun}",
    )
