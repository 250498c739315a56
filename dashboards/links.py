"""Addresses of the lists that stand behind the figures, filtered to exactly what was counted."""

from urllib.parse import urlencode

from django.urls import reverse

from regions.models import Region
from uploads.models import Upload
from verification.models import Case, Round

PLACE_PARAMETER = {5: "kabupaten", 8: "kecamatan", 13: "desa"}


def _list(user, model: str, code: str, **filters) -> str | None:
    """None for who may not open the list: the figure is then shown without a link."""
    app, name = model.split(".")
    if not user.has_perm(f"{app}.view_{name}"):
        return None
    # The filters of a place depend on the wider one, so each level is named.
    places = {
        parameter: code[:length]
        for length, parameter in PLACE_PARAMETER.items()
        if len(code) >= length
    }
    address = reverse(f"admin:{app}_{name}_changelist")
    return f"{address}?{urlencode({**places, **filters}, safe=',')}"


def kpm(user, code: str) -> str | None:
    return _list(user, "beneficiaries.household", code, kpm="ya")


def persons(user, code: str) -> str | None:
    return _list(user, "beneficiaries.person", code, aktif="ya")


def invalid_nik(user, code: str) -> str | None:
    return _list(user, "beneficiaries.person", code, aktif="ya", nik="tidak")


def cases(user, code: str, round: Round, *statuses: Case.Status) -> str | None:
    status = {"status__in": ",".join(statuses)} if statuses else {}
    return _list(user, "verification.case", code, round__id__exact=round.pk, **status)


def cases_to_do(user, code: str, round: Round) -> str | None:
    return cases(user, code, round, Case.Status.BELUM, Case.Status.DIKEMBALIKAN)


def uploads(user, code: str = "", *statuses: Upload.Status) -> str | None:
    status = {"status__in": ",".join(statuses)} if statuses else {}
    return _list(user, "uploads.upload", code, **status)


def uploads_to_repair(user, code: str = "") -> str | None:
    return uploads(user, code, Upload.Status.PERLU_PERBAIKAN, Upload.Status.DIKEMBALIKAN)


def uploads_to_review(user) -> str | None:
    return uploads(user, "", Upload.Status.DIAJUKAN)


def upload(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def region(region: Region | str) -> str:
    return reverse("dashboards:region", args=[getattr(region, "code", region)])
