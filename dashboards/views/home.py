"""Which start page a user gets."""

from django.contrib.auth.decorators import login_required

from dashboards.starts import STARTS, missing
from dashboards.views.district import district
from dashboards.views.page import page
from dashboards.views.province import province
from dashboards.views.roles import role_start


@login_required
def home(request):
    """What must I do now: by role, and by the widest region of the user."""
    user = request.user
    if reason := missing(user):
        return page(request, "dashboards/nothing.html", title="Beranda", reason=reason)
    if user.role in STARTS:
        return role_start(request)
    if user.scope.is_province:
        return province(request)
    return district(request)
