"""Plan against actual: what is set aside for each regency, and what became of it."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from beneficiaries.exports import as_file
from beneficiaries.models import Programme
from distribution import figures
from distribution.models import BenefitRate, Budget, RegionIndicator
from distribution.views.agents import page
from distribution.views.reach import regencies_of
from regions.models import Region


@dataclass(frozen=True)
class Asked:
    """One programme and year within the user's scope, and those there are besides."""

    programme: str
    year: int
    known: list[tuple[str, int]]
    regencies: list[Region]


def _asked(request: HttpRequest) -> Asked:
    """What the address asks for; without a choice the newest budget."""
    user = request.user
    if not user.has_perm("distribution.view_budget"):
        raise PermissionDenied
    known = list(
        Budget.objects.visible_to(user)
        .order_by("-year", "programme")
        .values_list("programme", "year")
        .distinct()
    )
    return Asked(*_chosen(request, known), known, regencies_of(user))


def _lines(user, asked: Asked) -> tuple[list[figures.BudgetLine], figures.BudgetLine]:
    """A line for each regency, and their sum."""
    lines = figures.budget_lines(user, asked.programme, asked.year, asked.regencies)
    names = ("amount", "quota", "families", "credited", "spent")
    sums = {name: sum(getattr(line, name) for line in lines) for name in names}
    return lines, figures.BudgetLine(None, **sums)


def plan(request: HttpRequest) -> HttpResponse:
    """Plan and actual of one programme and year, by regency."""
    user, asked = request.user, _asked(request)
    lines, total = _lines(user, asked)
    rates = BenefitRate.objects.filter(programme=asked.programme)
    query = urlencode({"program": asked.programme, "tahun": asked.year})
    return page(
        request,
        "distribution/plan.html",
        title="Anggaran dan realisasi",
        programme=Programme.objects.filter(pk=asked.programme).first(),
        year=asked.year,
        years=_years(asked.known, (asked.programme, asked.year)),
        lines=lines,
        total=total,
        has_plan=any(line.amount or line.quota for line in lines),
        rate=rates.on(timezone.localdate()).first(),
        indicators=_indicators(asked.regencies),
        may_edit=user.has_perm("distribution.change_budget") and user.scope.is_province,
        export_url=f"{reverse('distribution:plan_export')}?{query}",
    )


HEADINGS = [
    "KODE",
    "KABUPATEN/KOTA",
    "PAGU (RP)",
    "MASUK REKENING (RP)",
    "REALISASI (%)",
    "DIBELANJAKAN (RP)",
    "KUOTA KELUARGA",
    "PESERTA",
    "TERISI (%)",
]


def export(request: HttpRequest) -> HttpResponse:
    """The table of the page as a file, its sum in the last row; it names no person."""
    asked = _asked(request)
    lines, total = _lines(request.user, asked)
    rows = [
        [
            line.region.code if line.region else "",
            line.region.full_name if line.region else "JUMLAH",
            line.amount,
            line.credited,
            line.realised,
            line.spent,
            line.quota,
            line.families,
            line.filled,
        ]
        for line in (*lines, total)
    ]
    kind = "csv" if request.GET.get("jenis") == "csv" else "xlsx"
    name = f"anggaran-{asked.programme.lower()}-{asked.year}-{timezone.localdate():%Y-%m-%d}"
    return as_file(name, kind, HEADINGS, rows)


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
