"""The start pages of the roles beside Dinas Sosial: their work, and what stands beside it."""

from django.urls import reverse
from django.utils import timezone

from dashboards.starts import STARTS
from dashboards.views.page import page


def role_start(request):
    user = request.user
    start = STARTS[user.role]
    return page(
        request,
        "dashboards/role.html",
        title="Beranda",
        today=timezone.localdate(),
        tasks=start.tasks(user),
        nothing=start.nothing,
        cards=start.cards(user),
        actions=[
            (action, reverse(action.view))
            for action in start.actions
            if user.has_perm(action.permission)
        ],
    )
