"""Which start page a user gets."""

from django.contrib.auth.decorators import login_required

from accounts.roles import Role
from dashboards.starts import STARTS
from dashboards.views.district import district
from dashboards.views.page import page
from dashboards.views.province import province
from dashboards.views.roles import role_start


@login_required
def home(request):
    """What must I do now: by role, and by the widest region of the user."""
    user = request.user
    if not user.scope.codes:
        return _nothing(request, "assignment")
    if user.role == Role.AGEN and not hasattr(user, "cashier"):
        return _nothing(request, "till")
    if user.role == Role.BANK and not user.bank_id:
        return _nothing(request, "bank")
    if user.role in STARTS:
        return role_start(request)
    if user.scope.is_province:
        return province(request)
    return district(request)


def _nothing(request, reason: str):
    return page(request, "dashboards/nothing.html", title="Beranda", reason=reason)
