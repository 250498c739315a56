"""The page "Gizi dan harga": what the aid buys and what it costs, beside stunting and poverty."""

from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from distribution import nutrition
from distribution.models import AgentPrice, PayoutPeriod, RegionIndicator
from distribution.views.reconciliation.asked import Choice

BAR = 100


def _segments(basket: nutrition.Basket, groups: list[nutrition.Group]) -> list[dict]:
    """Pieces of one bar, one behind the other, in per cent of its width."""
    pieces, start = [], 0
    for number, group in enumerate(groups, start=1):
        share = basket.share(group.code)
        if share:
            pieces.append(
                {"number": number, "name": group.name, "start": f"{start}", "share": share}
            )
        start += share
    return pieces


def nutrition_page(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not user.has_perm("distribution.view_agentprice"):
        raise PermissionDenied
    counted = AgentPrice.objects.visible_to(user).order_by().values("period").distinct()
    periods = PayoutPeriod.objects.visible_to(user).filter(pk__in=counted)
    chosen = request.GET.get("periode", "")
    period = get_object_or_404(periods, pk=chosen) if chosen.isdecimal() else periods.first()
    context = {**admin.site.each_context(request), "title": "Gizi dan harga", "period": period}
    if period is None:
        return render(request, "distribution/nutrition.html", context)
    places, total = nutrition.baskets(user, period)
    region = request.GET.get("wilayah", "")
    place = next((basket for basket in places if basket.code == region), None)
    region = place.code if place else ""
    groups = nutrition.groups()
    goods = nutrition.prices(user, period, region)
    dear = nutrition.dear(user, period, region)
    address = reverse("distribution:nutrition")

    def url(**changes) -> str:
        values = {"periode": period.pk, "wilayah": region} | changes
        return f"{address}?{urlencode({key: value for key, value in values.items() if value})}"

    shown = place or total
    context |= {
        "periods": [Choice(str(p), url(periode=p.pk), p == period) for p in periods],
        "regions": [
            Choice("Semua kabupaten/kota", url(wilayah=""), not place),
            *(Choice(b.name, url(wilayah=b.code), b is place) for b in places),
        ],
        "place": place,
        "shown": shown,
        "groups": [
            {
                "number": number,
                "name": group.name,
                "amount": shown.amounts.get(group.code, 0),
                "share": shown.share(group.code),
            }
            for number, group in enumerate(groups, start=1)
        ],
        "rows": [
            {
                "basket": basket,
                "url": url(wilayah=basket.code),
                "segments": _segments(basket, groups),
                "shares": [basket.share(group.code) for group in groups],
                "stunting": basket.indicators.get(RegionIndicator.Kind.STUNTING),
                "poverty": basket.indicators.get(RegionIndicator.Kind.KEMISKINAN),
            }
            for basket in places
        ],
        "province": {
            "label": "Provinsi" if user.scope.is_province else "Provinsi (acuan)",
            "total": total.total if user.scope.is_province else None,
            "shares": [total.share(group.code) for group in groups],
            "stunting": total.indicators.get(RegionIndicator.Kind.STUNTING),
            "poverty": total.indicators.get(RegionIndicator.Kind.KEMISKINAN),
        },
        "prices": [_price_bar(price) for price in goods],
        "dear": dear,
        "dear_count": dear[0].of if dear else 0,
        "dear_percent": nutrition.DEAR_PERCENT,
        "can_view_agent": user.has_perm("distribution.view_agent"),
    }
    return render(request, "distribution/nutrition.html", context)


def _price_bar(price: nutrition.Price) -> dict:
    """Lowest to highest as a share of twice the median, so that medians stand under each other."""
    whole = 2 * price.median
    start = min(100, 100 * price.lowest / whole)
    end = min(100, 100 * price.highest / whole)
    return {
        "price": price,
        "start": round(start, 1),
        "width": round(max(end - start, 0.8), 1),
        "is_cut": price.highest > whole,
    }
