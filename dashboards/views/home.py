"""Which start page a user gets."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect

from accounts.roles import Role
from dashboards.views.district import district
from dashboards.views.page import page
from dashboards.views.province import province
from dashboards.views.roles import LATER


@login_required
def home(request):
    """What must I do now: by role, and by the widest region of the user."""
    user = request.user
    if not user.scope.codes:
        return page(request, "dashboards/nothing.html", title="Beranda", reason="assignment")
    if user.role == Role.AGEN and hasattr(user, "cashier"):
        return redirect("distribution:till")
    if user.role in LATER:
        return page(
            request,
            "dashboards/nothing.html",
            title="Beranda",
            reason="role",
            work=LATER[user.role],
        )
    if user.scope.is_province:
        return province(request)
    return district(request)
