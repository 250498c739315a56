"""The figures of the start pages for one region."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404

from dashboards import figures, links, maps, work
from dashboards.starts import WITHOUT_FIGURES
from dashboards.views.page import page
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
        area = figures.area(user, code, round)
    except Region.DoesNotExist:
        raise Http404 from None
    return page(
        request,
        "dashboards/region.html",
        title=area.region.full_name,
        area=area,
        round=round,
        due=round and work.due(round.due_on),
        crumbs=[
            (region.full_name, links.region(region))
            for region in area.ancestors
            if user.scope.contains(region.code)
        ],
        card=maps.card(area, request.GET.get("angka", ""), has_round=round is not None),
        sheet=round and len(code) in (5, 8) and links.sheet(user, code, round),
        links={
            "kpm": links.kpm(user, code),
            "persons": links.persons(user, code),
            "invalid_nik": links.invalid_nik(user, code),
            "verified": round and links.verified(user, code, round),
            "sent": round and links.sent(user, code, round),
            "to_do": round and links.cases_to_do(user, code, round),
        },
    )
