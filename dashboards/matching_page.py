"""Ringkasan pemadanan: how far matching is, why persons are not padan, and whose turn it is."""

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render

from dashboards import figures, links, maps
from dashboards import matching as counted
from regions.models import Region


@dataclass(frozen=True)
class Row:
    """One place of the table. `bar` is in per cent of the width."""

    place: figures.Place
    url: str
    matched_url: str | None
    unmatched_url: str | None
    pace: counted.Pace | None

    @property
    def bar(self) -> float:
        return float(self.place.counts.matched_share or 0)


def _rows(user, summary: counted.Summary) -> list[Row]:
    """The lowest share first: that is where help is needed. Places without persons come last."""
    rows = [
        Row(
            place,
            links.matching(place.code) if len(place.code) < 13 else "",
            links.matched(user, place.code),
            links.unmatched(user, place.code),
            summary.paces.get(place.code),
        )
        for place in summary.area.places
    ]
    return sorted(rows, key=lambda row: (not row.place.counts.persons, row.bar, row.place.code))


@login_required
def matching(request, code: str = ""):
    user = request.user
    if not user.has_perm("verification.view_matchresult"):
        raise PermissionDenied("Peran Anda tidak melihat hasil pemadanan.")
    code = code or min(user.scope.codes, key=lambda own: (len(own), own), default="")
    if not code or not user.scope.contains(code):
        raise PermissionDenied("Wilayah ini di luar wilayah tugas Anda.")
    try:
        summary = counted.summary(user, code)
    except Region.DoesNotExist:
        raise Http404 from None
    if len(code) > 8:
        raise Http404
    return render(
        request,
        "dashboards/matching.html",
        {
            **admin.site.each_context(request),
            "title": "Ringkasan pemadanan",
            "summary": summary,
            "area": summary.area,
            "total": summary.area.total,
            "rows": _rows(user, summary),
            "heading": maps.HEADINGS[len(code)],
            "own": [
                maps.Choice(region.name, links.matching(region.code), region.code == code)
                for region in Region.objects.filter(pk__in=user.scope.codes)
            ]
            if len(user.scope.codes) > 1
            else [],
            "above": [
                (region.full_name, links.matching(region.code))
                for region in summary.area.ancestors
                if user.scope.contains(region.code)
            ],
            "links": {
                "matched": links.matched(user, code),
                "unmatched": links.unmatched(user, code),
                "queue": links.match_results(user, code, state__exact="ANTRE"),
                "follow_ups": links.match_results(user, code, tindak="terbuka"),
                "decided": links.match_results(user, code, state__in="DITERIMA,DITOLAK"),
            },
        },
    )
