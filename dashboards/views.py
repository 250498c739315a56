"""The start page of each role, and the same figures for one region."""

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.roles import Role
from dashboards import figures, links, maps, work
from dashboards.figures import Comparison
from regions.models import Region
from uploads.models import Upload
from uploads.wording import Look, status_look

SHOWN_FINDINGS = 6
LAST_UPLOADS = 5

# What those without a page of their own yet will find here.
LATER = {
    Role.DUKCAPIL: (
        "permintaan pemadanan data kependudukan dari Dinas Sosial, untuk diunduh dan dijawab"
    ),
    Role.BANK: "daftar bayar dan daftar agen bank Anda, untuk dikirim dan dicocokkan",
    Role.AGEN: "kasir Anda, setelah Administrator menghubungkan akun ini dengan agen",
}


def _page(request, template: str, status: int = 200, **context):
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


@login_required
def home(request):
    """What must I do now: by role, and by the widest region of the user."""
    user = request.user
    if not user.scope.codes:
        return _page(request, "dashboards/nothing.html", title="Beranda", reason="assignment")
    if user.role == Role.AGEN and hasattr(user, "cashier"):
        return redirect("distribution:till")
    if user.role in LATER:
        return _page(
            request,
            "dashboards/nothing.html",
            title="Beranda",
            reason="role",
            work=LATER[user.role],
        )
    if user.scope.is_province:
        return _province(request)
    return _district(request)


def _province(request):
    user = request.user
    code = min(user.scope.codes, key=len)
    round = figures.current_round(user)
    due = round and work.due(round.due_on)
    area = figures.area(user, code, round)
    trend = round and figures.trend(user, code, round, area.total.cases)
    uploads = figures.open_uploads(user)
    found = work.findings(user, area, round, uploads)
    may_review = user.has_perm("uploads.review_upload")
    sent = [upload for upload in uploads if upload.status == Upload.Status.DIAJUKAN]
    to_repair = [upload for upload in uploads if upload.to_repair]
    return _page(
        request,
        "dashboards/province.html",
        title="Beranda provinsi",
        area=area,
        round=round,
        due=due,
        trend=trend,
        needed=trend and trend.needed_per_day(due.days),
        may_review=may_review,
        sent=len(sent),
        waiting=sum(upload.for_me for upload in uploads) if may_review else len(sent),
        to_repair=len(to_repair),
        to_repair_regencies=len({upload.regency_code for upload in to_repair}),
        findings=found if request.GET.get("temuan") == "semua" else found[:SHOWN_FINDINGS],
        findings_total=len(found),
        card=maps.card(area, request.GET.get("angka", ""), has_round=round is not None),
        links={
            "kpm": links.kpm(user, code),
            "persons": links.persons(user, code),
            "invalid_nik": links.invalid_nik(user, code),
            "verified": round and links.verified(user, code, round),
            "to_review": links.uploads_to_review(user),
            "to_repair": links.uploads_to_repair(user),
        },
    )


def _district(request):
    user = request.user
    codes = user.scope.codes
    code = request.GET.get("wilayah")
    code = code if code in codes else codes[0]
    round = figures.current_round(user)
    area = figures.area(user, code, round)
    sees_uploads = user.has_perm("uploads.view_upload")
    uploads = figures.open_uploads(user, latest=LAST_UPLOADS) if sees_uploads else []
    return _page(
        request,
        "dashboards/district.html",
        title=f"Beranda {area.region.full_name}",
        area=area,
        round=round,
        due=round and work.due(round.due_on),
        today=timezone.localdate(),
        tasks=work.tasks(user, area, round, uploads),
        may_submit=user.has_perm("uploads.submit_upload"),
        choices=_own_regions(area.region, codes),
        progress=_progress(user, area, round),
        noun=maps.HEADINGS.get(len(code), "").lower(),
        heading=maps.HEADINGS.get(len(code), ""),
        comparisons=_comparisons(user, area, round),
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
        },
    )


@dataclass(frozen=True)
class Shown:
    upload: Upload
    url: str | None
    look: Look


@dataclass(frozen=True)
class Progress:
    place: figures.Place
    url: str


def _progress(user, area, round) -> list[Progress]:
    """Places of the round, those with the most left to do first."""
    if not round:
        return []
    places = [place for place in area.places if place.counts.cases]
    places.sort(key=lambda place: (-place.counts.to_do, place.counts.approved, place.code))
    return [Progress(place, links.region(place.region)) for place in places]


def _own_regions(current: Region, codes: tuple[str, ...]) -> list[maps.Choice]:
    """A switch for those who work in more than one region."""
    if len(codes) == 1:
        return []
    return [
        maps.Choice(region.name, f"?wilayah={region.code}", region.code == current.code)
        for region in Region.objects.filter(pk__in=codes)
    ]


def _comparisons(user, area, round) -> list[Comparison]:
    code = area.region.code
    province = figures.province_counts(code[:2], round)
    offered = [
        (
            "Terverifikasi",
            area.total.verified_share,
            province.verified_share,
            1,
            round and links.verified(user, code, round),
        ),
        (
            "NIK tidak sah",
            area.total.invalid_share,
            province.invalid_share,
            -1,
            links.invalid_nik(user, code),
        ),
    ]
    return [
        Comparison(label, own, other, (own - other) * sign > 0 if own != other else None, url)
        for label, own, other, sign, url in offered
        if own is not None and other is not None
    ]


@login_required
def region(request, code: str):
    """Figures, map and ranking of one region of the user's scope."""
    user = request.user
    if user.role in LATER:
        raise PermissionDenied
    if not user.scope.contains(code):
        wanted = Region.objects.filter(pk=code).first()
        if wanted is None:
            raise Http404
        return _page(
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
    return _page(
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
