"""How far agents reach: by regency, and village by village with the way to the nearest."""

import re
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from beneficiaries.exports import as_file
from distribution import figures
from distribution.views import reach_map
from distribution.views.agents import page
from distribution.views.reach_map import Place
from distribution.views.tables import Heading, in_order
from regions.codes import PROVINCE_CODE
from regions.models import Region

FAR = 10
PER_PAGE = 50
REGENCIES = (
    Heading("name", "Kabupaten/kota", is_number=False),
    Heading("agents", "Agen", on_phone=False),
    Heading("families", "KPM", on_phone=False),
    Heading("families_per_agent", "KPM per agen", on_phone=False),
    Heading("villages", "Desa", on_phone=False),
    Heading("without_agent", "Tanpa agen"),
    Heading("families_without", "KPM di situ"),
)
VILLAGES = (
    Heading("name", "Desa/kelurahan", is_number=False),
    Heading("district", "Kecamatan", is_number=False, on_phone=False),
    Heading("families", "KPM"),
    Heading("agents", "Agen"),
    Heading("nearest", "Agen terdekat", is_number=False, on_phone=False),
    Heading("km", "Jarak"),
)


def regencies_of(user) -> list[Region]:
    """The regencies of the user's scope, that of a kecamatan too."""
    if user.scope.is_province:
        return list(Region.objects.regencies())
    return list(Region.objects.filter(pk__in=user.scope.regencies))


@dataclass(frozen=True)
class Asked:
    """What the address asks for, within the user's scope."""

    regencies: dict[str, Region]
    regency: str
    district: str
    kind: str
    order: str

    @property
    def values(self) -> dict[str, str]:
        values = {"kabupaten": self.regency, "kecamatan": self.district, "saring": self.kind}
        return {key: value for key, value in values.items() if value}

    def url(self, name: str = "distribution:reach", **changes: str) -> str:
        values = {**self.values, "urut": self.order, **changes}
        query = urlencode({key: value for key, value in values.items() if value})
        return f"{reverse(name)}?{query}"


def _asked(request: HttpRequest) -> Asked:
    user, values = request.user, request.GET
    if not user.has_perm("distribution.view_agentvillage") or not user.scope.codes:
        raise PermissionDenied
    regencies = {region.code: region for region in regencies_of(user)}
    chosen = values.get("kabupaten", "")
    if chosen and chosen not in regencies:
        raise Http404
    if not chosen and len(regencies) == 1:
        chosen = next(iter(regencies))
    district = re.sub(r"[^0-9.]", "", values.get("kecamatan", ""))[:8]
    return Asked(
        regencies,
        regency=chosen,
        district=district if district[:5] == chosen else "",
        kind=values.get("saring", ""),
        order=values.get("urut", ""),
    )


def reach(request: HttpRequest) -> HttpResponse:
    """Regencies of the scope; with `kabupaten`, or with only one, its villages."""
    asked = _asked(request)
    return _villages(request, asked) if asked.regency else _regencies(request, asked)


def _regencies(request: HttpRequest, asked: Asked) -> HttpResponse:
    rows, columns = _ordered_regencies(asked)
    names = ("families", "agents", "villages", "without_agent", "families_without")
    return page(
        request,
        "distribution/reach.html",
        title="Jangkauan agen",
        rows=rows,
        columns=columns,
        total={name: sum(getattr(row, name) for row in rows) for name in names},
        map=reach_map.draw(
            PROVINCE_CODE,
            {
                row.code: Place(
                    row.name, row.villages, row.without_agent, asked.url(kabupaten=row.code)
                )
                for row in rows
            },
        ),
        export_url=asked.url("distribution:reach_export"),
    )


def _ordered_regencies(asked: Asked) -> tuple[list[figures.RegencyReach], list[Heading]]:
    rows = figures.reach_by_regency(list(asked.regencies), timezone.localdate())
    return in_order(
        rows, REGENCIES, order=asked.order, url=reverse("distribution:reach"), asked=asked.values
    )


def _villages(request: HttpRequest, asked: Asked) -> HttpResponse:
    everywhere = _villages_of(request.user, asked.regency)
    inside = [row for row in everywhere if row.code.startswith(asked.district)]
    shown, columns = _ordered_villages(inside, asked)
    districts = {row.code[:8]: row.district for row in everywhere}
    return page(
        request,
        "distribution/reach_villages.html",
        title="Jangkauan agen",
        far=FAR,
        regency=asked.regencies[asked.regency],
        is_only=len(asked.regencies) == 1,
        districts=[
            {
                "label": name,
                "url": asked.url(kecamatan=code),
                "current": code == asked.district,
            }
            for code, name in (("", "Semua kecamatan"), *districts.items())
        ],
        chips=[
            {
                "label": label,
                "count": len(_of_kind(inside, kind)),
                "current": kind == asked.kind,
                "url": asked.url(saring=kind),
            }
            for kind, label in (
                ("", "Semua desa"),
                ("tanpa", "Tanpa agen"),
                ("jauh", f"Lebih dari {FAR} km"),
            )
        ],
        columns=columns,
        page_obj=Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        families=sum(row.families for row in shown),
        without=len(_of_kind(everywhere, "tanpa")),
        map=reach_map.draw(asked.regency, _by_district(everywhere, asked)),
        export_url=asked.url("distribution:reach_export"),
    )


def _villages_of(user, regency: str) -> list[figures.Reach]:
    """The villages of the regency that lie in the user's scope."""
    rows = figures.reach_of(regency, timezone.localdate())
    return [row for row in rows if user.scope.contains(row.code)]


def _of_kind(rows: list[figures.Reach], kind: str) -> list[figures.Reach]:
    if kind == "tanpa":
        return [row for row in rows if not row.agents]
    if kind == "jauh":
        return [row for row in rows if row.km and row.km > FAR]
    return rows


def _ordered_villages(
    rows: list[figures.Reach], asked: Asked
) -> tuple[list[figures.Reach], list[Heading]]:
    return in_order(
        _of_kind(rows, asked.kind),
        VILLAGES,
        order=asked.order,
        url=reverse("distribution:reach"),
        asked=asked.values,
    )


def _by_district(rows: list[figures.Reach], asked: Asked) -> dict[str, Place]:
    found: dict[str, list[figures.Reach]] = {}
    for row in rows:
        found.setdefault(row.code[:8], []).append(row)
    return {
        code: Place(
            villages[0].district,
            len(villages),
            len(_of_kind(villages, "tanpa")),
            asked.url(kecamatan=code),
        )
        for code, villages in found.items()
    }


def reach_export(request: HttpRequest) -> HttpResponse:
    """What the page shows as a file; regions and outlets are no personal data."""
    asked = _asked(request)
    if asked.regency:
        rows = _villages_of(request.user, asked.regency)
        shown, _ = _ordered_villages(
            [row for row in rows if row.code.startswith(asked.district)], asked
        )
        headings = ["KODE DESA", "KECAMATAN", "DESA/KELURAHAN", "KPM", "AGEN"]
        headings += ["AGEN TERDEKAT", "JARAK (KM)"]
        cells = [
            [row.code, row.district, row.name, row.families, row.agents, row.nearest, row.km]
            for row in shown
        ]
    else:
        shown, _ = _ordered_regencies(asked)
        headings = ["KODE", *(heading.label.upper() for heading in REGENCIES)]
        cells = [
            [row.code, *(getattr(row, heading.name) for heading in REGENCIES)] for row in shown
        ]
    kind = "csv" if request.GET.get("jenis") == "csv" else "xlsx"
    name = "-".join(filter(None, ["jangkauan-agen", asked.district or asked.regency]))
    return as_file(f"{name}-{timezone.localdate():%Y-%m-%d}", kind, headings, cells)
