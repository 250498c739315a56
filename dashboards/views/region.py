"""The figures of the start pages for one region."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404

from dashboards import figures, links
from dashboards.choices import chosen
from dashboards.overview import overview
from dashboards.starts import WITHOUT_FIGURES
from dashboards.views.page import page
from dashboards.views.parts import parts
from regions.models import Region


@login_required
def region(request, code: str):
    """Figures, map and ranking of one region of the user's scope."""
    user = request.user
    if user.role in WITHOUT_FIGURES:
        raise PermissionDenied
    if not user.scope.contains(code):
        wanted = Region.objects.filter(pk=code).first()
        if wanted is None:
            raise Http404
        return page(
            request,
            "dashboards/nothing.html",
            status=403,
            title="Di luar wilayah tugas",
            reason="outside",
            wanted=wanted,
            own=user.home_region,
        )
    round = figures.current_round(user)
    try:
        view = overview(user, code, chosen(user, request.GET), round, with_trend=True)
    except Region.DoesNotExist:
        raise Http404 from None
    return page(
        request,
        "dashboards/region.html",
        title=view.area.region.full_name,
        crumbs=[
            (region.full_name, links.region(region) + view.chosen.query().rstrip("?"))
            for region in view.area.ancestors
            if user.scope.contains(region.code)
        ],
        sheet=round and len(code) in (5, 8) and links.sheet(user, code, round),
        **parts(view),
    )
