"""The start page of the province."""

from dashboards import attention, figures, links
from dashboards.choices import chosen
from dashboards.overview import overview
from dashboards.views.page import page
from dashboards.views.parts import parts
from uploads.models import Upload

SHOWN_FINDINGS = 6


def province(request):
    """Of the province, or of one kabupaten/kota that is chosen in the filter."""
    user = request.user
    home = min(user.scope.codes, key=len)
    asked = request.GET.get("wilayah", "")
    regencies = figures.regions_below(home)
    code = asked if any(region.code == asked for region in regencies) else home
    round = figures.current_round(user)
    filters = chosen(user, request.GET, region=code if code != home else "")
    view = overview(user, code, filters, round)
    uploads = [one for one in figures.open_uploads(user) if one.region_id.startswith(code)]
    found = attention.findings(view, uploads)
    shows_all = request.GET.get("temuan") == "semua"
    sent = [upload for upload in uploads if upload.status == Upload.Status.DIAJUKAN]
    may_review = user.has_perm("uploads.review_upload")
    return page(
        request,
        "dashboards/province.html",
        title="Beranda provinsi",
        regencies=regencies,
        buttons=[button for added in view.added for button in added.buttons],
        may_review=may_review,
        sent=len(sent),
        waiting=sum(upload.for_me for upload in uploads) if may_review else len(sent),
        to_repair=sum(upload.to_repair for upload in uploads),
        uploads_links={
            "to_review": links.uploads_to_review(user, code),
            "to_repair": links.uploads_to_repair(user, code),
        },
        findings=found if shows_all else found[:SHOWN_FINDINGS],
        findings_total=len(found),
        **parts(view),
    )
