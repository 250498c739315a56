"""The start page of a district, and of everybody who works inside one."""

from dataclasses import dataclass

from django.utils import timezone

from dashboards import comparisons, figures, links, maps, work
from dashboards.views.page import page
from regions.models import Region
from uploads.models import Upload
from uploads.wording import Look, status_look
from verification.figures import visits
from verification.models import Case

LAST_UPLOADS = 5
NOTHING = (
    "Unggahan untuk diperbaiki, KPM untuk diverifikasi, pengaduan, temuan, dan kartu yang belum"
    " diserahkan akan muncul di sini."
)


def district(request):
    user = request.user
    codes = user.scope.codes
    code = request.GET.get("wilayah")
    code = code if code in codes else codes[0]
    round = figures.current_round(user)
    area = figures.area(user, code, round)
    period, compared = comparisons.compare(user, area, round)
    sees_uploads = user.has_perm("uploads.view_upload")
    uploads = figures.open_uploads(user, latest=LAST_UPLOADS) if sees_uploads else []
    return page(
        request,
        "dashboards/district.html",
        title=f"Beranda {area.region.full_name}",
        area=area,
        round=round,
        due=round and work.due(round.due_on),
        today=timezone.localdate(),
        tasks=work.work_of(user, area, round, uploads),
        nothing=NOTHING,
        next_visit=_next_visit(user),
        choices=_own_regions(user, area.region),
        progress=_progress(user, area, round),
        noun=maps.HEADINGS.get(len(code), "").lower(),
        heading=maps.HEADINGS.get(len(code), ""),
        comparisons=compared,
        period=period,
        sees_uploads=sees_uploads,
        last_uploads=[
            Shown(upload, links.upload(user, upload), status_look(upload, upload.status))
            for upload in uploads[:LAST_UPLOADS]
        ],
        links={
            "round": round and links.round_page(user, round),
            "sheet": round and links.sheet(user, code, round),
            "upload": links.new_upload(user),
            "uploads": links.uploads(user),
            "region": links.region(code),
            "kpm": links.kpm(user, code),
            "cases": round and links.cases_of_round(user, code, round),
            "verified": round and links.verified(user, code, round),
            "sent": round and links.sent(user, code, round),
            "to_do": round and links.cases_to_do(user, code, round),
        },
    )


def _next_visit(user) -> Case | None:
    """Whom a field officer visits next, as the page of the visits says; None for the office."""
    if not user.has_perm("verification.visit_case") or user.has_perm("verification.check_case"):
        return None
    to_visit = visits.part_of(visits.cases_of(user), "belum")
    return visits.by_urgency(to_visit, user).select_related("household__payee", "village").first()


@dataclass(frozen=True)
class Shown:
    upload: Upload
    url: str | None
    look: Look


@dataclass(frozen=True)
class Progress:
    place: figures.Place
    url: str
    to_do_url: str | None
    cases_url: str | None


def _progress(user, area, round) -> list[Progress]:
    """Places of the round, those with the most left to do first."""
    if not round:
        return []
    places = [place for place in area.places if place.counts.cases]
    places.sort(key=lambda place: (-place.counts.to_do, place.counts.approved, place.code))
    return [
        Progress(
            place,
            links.region(place.region),
            links.cases_to_do(user, place.code, round),
            links.cases_of_round(user, place.code, round),
        )
        for place in places
    ]


def _own_regions(user, current: Region) -> list[maps.Choice]:
    """A switch for those who work in more than one region."""
    if len(user.regions) == 1:
        return []
    return [
        maps.Choice(region.name, f"?wilayah={region.code}", region.code == current.code)
        for region in user.regions
    ]
