"""Complaints and follow-ups on the start page of whoever must see to them."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from accounts.roles import OUTSIDE
from accounts.scope import Scope
from coordination.models import Complaint, FollowUp
from dashboards.work import Waiting


def _list(model: str, code: str, **filters) -> str:
    places = {
        name: code[:length]
        for name, length in (("kabupaten", 5), ("kecamatan", 8))
        if len(code) >= length
    }
    return f"{reverse(f'admin:coordination_{model}_changelist')}?{urlencode(places | filters)}"


def lines(user, code: str, round) -> Iterator[Waiting]:
    """What is open inside `code`; what others are to do there is seen to as well."""
    if user.has_perm("coordination.report_followup"):
        rows = FollowUp.objects.visible_to(user).open()
        if user.role not in OUTSIDE:
            rows = rows.filter(Scope((code,)).condition(FollowUp.PLACE))
        yield Waiting(
            rows=rows,
            unit="tindak lanjut",
            title="Laporkan tindak lanjut Rakor",
            text="Keputusan Rakor yang belum selesai.",
            button="Lihat tindak lanjut",
            url=_list("followup", "" if user.role in OUTSIDE else code[:5], keadaan="terbuka"),
            due_field="due_on",
        )
    may_answer = user.has_perm("coordination.handle_complaint")
    if may_answer or user.has_perm("coordination.add_complaint"):
        rows = Complaint.objects.visible_to(user).open()
        yield Waiting(
            rows=rows.filter(Scope((code,)).condition(Complaint.PLACE)),
            unit="pengaduan",
            title="Jawab pengaduan warga" if may_answer else "Bantu jawab pengaduan warga",
            text="Belum dijawab.",
            button="Lihat pengaduan",
            url=_list("complaint", code, keadaan="terbuka"),
            due_field="due_on",
        )
