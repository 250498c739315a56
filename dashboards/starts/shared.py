"""Parts that several start pages have."""

from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from dashboards import figures, links
from dashboards.starts.page import Action, Card, Row
from dashboards.work import Task, Waiting, gathered
from dashboards.work import tasks as work
from dashboards.work import uploads as sheets
from spreadsheets.words import thousands
from uploads.models import Upload
from uploads.wording import status_look

LAST = 5
UPLOAD = Action(
    "Unggah berkas", "upload", "admin:uploads_upload_add", "uploads.add_upload", is_primary=True
)


def list_page(model: str, **filters) -> str:
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def change_page(model: str, number: int) -> str:
    return reverse(f"admin:{model}_change", args=[number])


def day(value: date) -> str:
    return date_format(value, "j F Y")


def moment(value: datetime) -> str:
    return date_format(timezone.localtime(value), "j M Y H.i")


def with_registered(user, lines: Iterable[Task | Waiting]) -> list[Task]:
    """These lines and those of the apps above, counted together."""
    lines = list(lines)
    for source in work.registered:
        lines += source(user, min(user.scope.codes, key=len), None)
    return gathered(lines)


def own_uploads(user) -> list[Task]:
    return list(sheets.tasks(user, figures.open_uploads(user), None))


def last_uploads(user) -> Card:
    uploads = Upload.objects.visible_to(user).select_related("region").order_by("-sent_at", "-id")
    return Card(
        title="Unggahan terakhir",
        rows=[
            Row(
                label=str(upload),
                note=f"{day(timezone.localdate(upload.sent_at))},"
                f" {thousands(upload.rows_total)} baris",
                url=links.upload(user, upload),
                look=status_look(upload, upload.status),
            )
            for upload in uploads[:LAST]
        ],
        empty="Berkas yang Anda kirim akan tampak di sini dengan statusnya.",
        more=links.uploads(user),
    )
