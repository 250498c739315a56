"""Addresses of the lists that stand behind the figures, filtered to exactly what was counted."""

from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from accounts.pages import address_of
from distribution.models import AgentFinding, OverlapFinding, PayoutPeriod
from regions.models import Region
from uploads.models import Upload
from verification.models import Case, DuplicateGroup, Round, VillageMeeting

PLACE_PARAMETER = {5: "kabupaten", 8: "kecamatan", 13: "desa"}


def _door(user, model: str, door: str, *args, permission: str = "view") -> str | None:
    """A page of the portal; None where there is none or this user may not open it: the figure is
    then shown without a link."""
    app, name = model.split(".")
    if not admin.site.is_registered(apps.get_model(model)):
        return None
    if not user.has_perm(f"{app}.{permission}_{name}"):
        return None
    page = f"admin:{app}_{name}_{door}"
    return reverse(page, args=args) if args else address_of(page)


def _list(user, model: str, code: str, **filters) -> str | None:
    address = _door(user, model, "changelist")
    # The filters of a place depend on the wider one, so each level is named.
    places = {
        parameter: code[:length]
        for length, parameter in PLACE_PARAMETER.items()
        if len(code) >= length
    }
    return address and f"{address}?{urlencode({**places, **filters}, safe=',')}"


def kpm(user, code: str, **filters) -> str | None:
    return _list(user, "beneficiaries.household", code, kpm="ya", **_register(filters, "__exact"))


def lacking(user, code: str, what: str, **filters) -> str | None:
    """Families whose data lack something (`beneficiaries.figures.HOUSEHOLD_LACKS`)."""
    filters = _register({"aktif": "ya", "kurang": what, **filters}, "__exact")
    return _list(user, "beneficiaries.household", code, **filters)


def households(user, code: str, **filters) -> str | None:
    filters = _register({"aktif": "ya", **filters}, "__exact")
    return _list(user, "beneficiaries.household", code, **filters)


def persons(user, code: str, **filters) -> str | None:
    return _list(user, "beneficiaries.person", code, aktif="ya", **_register(filters))


def _register(filters: dict, suffix: str = "") -> dict:
    """`register`, if one is named, as the parameter that a list knows."""
    chosen = filters.pop("register", "")
    return {**filters, **({f"register{suffix}": chosen} if chosen else {})}


def invalid_nik(user, code: str, **filters) -> str | None:
    filters = _register(filters)
    return _list(user, "beneficiaries.person", code, aktif="ya", nik="tidak", **filters)


def matched(user, code: str, **filters) -> str | None:
    filters = _register(filters)
    return _list(user, "beneficiaries.person", code, aktif="ya", padan="ya", **filters)


def unmatched(user, code: str, **filters) -> str | None:
    filters = _register(filters)
    return _list(user, "beneficiaries.person", code, aktif="ya", padan="tidak", **filters)


def period_payments(
    user, code: str, period: int, *, bank: str = "", register: str = "", **filters
) -> str | None:
    """The payments of a period; `dana`, `belanja`, `sampai` and `status__in` narrow them."""
    if bank:
        filters["bank__code__exact"] = bank
    filters = _register({**filters, "register": register})
    return _list(user, "distribution.payment", code, period__id__exact=period, **filters)


def selling_agents(user, code: str) -> str | None:
    return _list(user, "distribution.agent", code, kontrak="jalan")


def villages_without_agent(user, regency: str) -> str | None:
    """Of a regency; of the province the page that leads to them."""
    if not user.has_perm("distribution.view_agent"):
        return None
    chosen = {"kabupaten": regency, "saring": "tanpa"} if len(regency) == 5 else {}
    address = reverse("distribution:reach")
    return f"{address}?{urlencode(chosen)}" if chosen else address


def match_results(user, code: str, **filters) -> str | None:
    return _list(user, "verification.matchresult", code, **filters)


def match_batches(user, code: str, **filters) -> str | None:
    return _list(user, "verification.matchbatch", code, **filters)


def match_batch(user, number: int) -> str | None:
    return _door(user, "verification.matchbatch", "change", number)


def doubles(user) -> str | None:
    return _list(
        user, "verification.duplicategroup", "", status__exact=DuplicateGroup.Status.TERBUKA
    )


def matching(code: str) -> str:
    """The figures of matching in a region."""
    return reverse("dashboards:matching_of", args=[code])


def cases(user, code: str, round: Round, *statuses: Case.Status, **filters) -> str | None:
    status = {"status__exact" if len(statuses) == 1 else "status__in": ",".join(statuses)}
    filters = _register(filters)
    return _list(user, "verification.case", code, round__id__exact=round.pk, **status, **filters)


def cases_of_round(user, code: str, round: Round, **filters) -> str | None:
    """All that count in a round: those that ended with it do not."""
    counted = (status for status in Case.Status if status != Case.Status.BERAKHIR)
    return cases(user, code, round, *counted, **filters)


def verified(user, code: str, round: Round, **filters) -> str | None:
    return cases(user, code, round, Case.Status.DISETUJUI, **filters)


def sent(user, code: str, round: Round, **filters) -> str | None:
    return cases(user, code, round, Case.Status.DIAJUKAN, Case.Status.DIKUNJUNGI, **filters)


def cases_to_do(user, code: str, round: Round, **filters) -> str | None:
    return cases(user, code, round, Case.Status.BELUM, Case.Status.DIKEMBALIKAN, **filters)


def uploads(user) -> str | None:
    return _list(user, "uploads.upload", "")


def uploads_to_repair(user, code: str) -> str | None:
    return _list(user, "uploads.upload", code, status="perlu-diperbaiki")


def uploads_to_review(user, code: str) -> str | None:
    """What waits for this user's decision, or for anybody's when it is not the user's to take."""
    may_review = user.has_perm("uploads.review_upload")
    status = "menunggu-saya" if may_review else Upload.Status.DIAJUKAN
    return _list(user, "uploads.upload", code, status=status)


def uploads_of(user, code: str, kind: str, status: str) -> str | None:
    return _list(user, "uploads.upload", code, jenis=kind, status=status)


def upload(user, upload: Upload) -> str | None:
    return _door(user, "uploads.upload", "change", upload.pk)


def new_upload(user) -> str | None:
    return _door(user, "uploads.upload", "add", permission="add")


def round_page(user, round: Round) -> str | None:
    return _door(user, "verification.round", "change", round.pk)


def sheet(user, code: str, round: Round) -> str | None:
    """Where the pre-filled sheet of a region is downloaded."""
    if not user.has_perm("verification.download_sheet"):
        return None
    return reverse("verification:sheet", args=[round.pk, code])


def region(region: Region | str) -> str:
    return reverse("dashboards:region", args=[getattr(region, "code", region)])


def for_me(user, model, code: str) -> str | None:
    """What others have entered and this user decides."""
    return _list(user, model._meta.label_lower, code, menunggu="saya")


def cases_for_me(user, code: str, round: Round) -> str | None:
    return _list(user, "verification.case", code, round__id__exact=round.pk, menunggu="saya")


def open_minutes(user, code: str, round: Round) -> str | None:
    return _list(
        user,
        "verification.villagemeeting",
        code,
        round__id__exact=round.pk,
        status__exact=VillageMeeting.Status.DISUSUN,
    )


def cards_to_hand_over(user, code: str) -> str | None:
    return _list(user, "beneficiaries.card", code, serah="belum")


def open_agent_findings(user, code: str) -> str | None:
    status = AgentFinding.Status
    open_ones = f"{status.TERBUKA},{status.DITINDAKLANJUTI}"
    return _list(user, "distribution.agentfinding", code, status__in=open_ones)


def open_findings(user, code: str) -> str | None:
    """Of the reconciliation, of all periods."""
    return _list(user, "distribution.reconciliationfinding", code, keadaan="terbuka")


def open_overlaps(user, code: str) -> str | None:
    return _list(
        user, "distribution.overlapfinding", code, status__exact=OverlapFinding.Status.TERBUKA
    )


def payments(user, code: str, period: PayoutPeriod, **filters) -> str | None:
    return _list(user, "distribution.payment", code, period__id__exact=period.pk, **filters)


def waiting_list(user) -> str | None:
    if not user.has_perm("verification.view_replacement"):
        return None
    return reverse("verification:waiting")
