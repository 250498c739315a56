"""Plan against actual: what is set aside for each regency, and what became of it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from beneficiaries.models import Programme
from distribution import figures
from distribution.models import BenefitRate, Budget, RegionIndicator
from distribution.views.agents import page, regencies_of


def plan(request: HttpRequest) -> HttpResponse:
    """One programme and year, by regency; without a choice the newest budget."""
    user = request.user
    if not user.has_perm("distribution.view_budget"):
        raise PermissionDenied
    known = list(
        Budget.objects.visible_to(user)
        .order_by("-year", "programme")
        .values_list("programme", "year")
        .distinct()
    )
    programme, year = _chosen(request, known)
    found = Programme.objects.filter(pk=programme).first()
    regencies = regencies_of(user)
    lines = figures.budget_lines(user, programme, year, regencies)
    names = ("amount", "quota", "families", "credited", "spent")
    total = figures.BudgetLine(
        None, **{name: sum(getattr(line, name) for line in lines) for name in names}
    )
    return page(
        request,
        "distribution/plan.html",
        title="Anggaran dan realisasi",
        programme=found,
        year=year,
        years=_years(known, (programme, year)),
        lines=lines,
        total=total,
        has_plan=any(line.amount or line.quota for line in lines),
        rate=BenefitRate.objects.filter(programme=programme).on(timezone.localdate()).first(),
        indicators=_indicators(regencies),
        may_edit=user.has_perm("distribution.change_budget") and user.scope.is_province,
    )


def _years(known: list[tuple[str, int]], chosen: tuple[str, int]) -> list[dict]:
    url = reverse("distribution:plan")
    return [
        {
            "label": str(year) if code == "SEMBAKO" else f"{code} {year}",
            "url": f"{url}?{urlencode({'program': code, 'tahun': year})}",
            "current": (code, year) == chosen,
        }
        for code, year in known
    ]


def _chosen(request, known: list[tuple[str, int]]) -> tuple[str, int]:
    programme, year = request.GET.get("program", ""), request.GET.get("tahun", "")
    if (programme, int(year) if year.isdecimal() else 0) in known:
        return programme, int(year)
    sembako = [pair for pair in known if pair[0] == "SEMBAKO"]
    return next(iter(sembako or known), ("SEMBAKO", timezone.localdate().year))


def _indicators(regencies) -> list[RegionIndicator]:
    """The newest figure of each kind of these regencies and of the province."""
    codes = {region.code for region in regencies}
    codes |= {code[:2] for code in codes}
    newest = (
        RegionIndicator.objects.filter(region__in=codes)
        .select_related("region")
        .order_by("region_id", "kind", "-year")
        .distinct("region_id", "kind")
    )
    return sorted(newest, key=lambda row: (row.kind, row.region_id))
