"""What waits at the agents of a region: findings of visits that nobody has closed."""

from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from distribution.bank_work import WorkLine, list_url
from distribution.models import AgentFinding

OPEN_DAYS = 7
PARAMETER = {5: "kabupaten", 8: "kecamatan", 13: "desa"}


def agent_work(user: User, code: str, *, open_days: int = OPEN_DAYS) -> list[WorkLine]:
    """Findings inside `code` that are open for `open_days` or past their term; none is no line."""
    if not user.has_perm("distribution.view_agentfinding"):
        return []
    today = timezone.localdate()
    waiting = AgentFinding.objects.visible_to(user).open_since(today - timedelta(days=open_days))
    inside = waiting.filter(Scope((code,)).condition(AgentFinding.PLACE))
    found = inside.aggregate(
        count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), first=Min("due_on")
    )
    if not found["count"]:
        return []
    places = {name: code[:length] for length, name in PARAMETER.items() if len(code) >= length}
    late = f"{found['late']} lewat tenggat." if found["late"] else "Belum ada yang lewat tenggat."
    return [
        WorkLine(
            title="Tindak lanjuti temuan agen",
            text=f"Terbuka {open_days} hari atau lebih; {late[:1].lower()}{late[1:]}",
            count=found["count"],
            unit="temuan",
            url=list_url("distribution_agentfinding", **places, tenggat="lama"),
            button="Lihat temuan",
            due=found["first"],
        )
    ]
