"""The page "Ringkasan verifikasi": one round in numbers, for a regency or all that one may see."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regions.models import Region
from verification.figures.summary import Summary
from verification.models import Round, RoundRegion


def summary(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not user.has_perm("verification.view_round"):
        raise PermissionDenied
    rounds = list(Round.objects.visible_to(user).exclude(status=Round.Status.DISIAPKAN))
    context = {**admin.site.each_context(request), "title": "Ringkasan verifikasi"}
    if not rounds:
        return render(request, "verification/summary_empty.html", context)
    wanted = request.GET.get("putaran", "")
    round = next((one for one in rounds if str(one.pk) == wanted), rounds[0])
    taking_part = RoundRegion.objects.visible_to(user).filter(round=round)
    regencies = list(Region.objects.filter(pk__in=taking_part.values("region_id")))
    regency = next((one for one in regencies if one.code == request.GET.get("wilayah")), None)
    if len(regencies) == 1:
        regency = regencies[0]
    context |= {
        "round": round,
        "rounds": rounds,
        "regencies": regencies,
        "regency": regency,
        "is_one_regency": len(regencies) == 1,
        "summary": Summary(user, round, regency),
    }
    return render(request, "verification/summary.html", context)
