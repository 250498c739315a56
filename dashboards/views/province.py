"""The start page of the province."""

from dashboards import figures, links, maps, work
from dashboards.views.page import page
from uploads.models import Upload

SHOWN_FINDINGS = 6


def province(request):
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
    return page(
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
