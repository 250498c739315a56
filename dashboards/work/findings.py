"""What the province should look at: each finding with its reason and its list."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from django.utils import timezone

from dashboards import links
from dashboards.figures import Area
from dashboards.work import endorsement
from dashboards.work.tasks import NO_DUE_DATE, Due, due
from regions.models import Region
from uploads.models import Upload
from verification.models import Round

# When something deserves the coordinator's eye: days and points, agreed for the start and easy to
# find here. Nothing is refused because of them.
DUE_SOON = 14
DUE_NOW = 7
LOW_SHARE = 65
VERY_LOW_SHARE = 50
POINTS_BELOW = 15
IDLE_DAYS = 3
IDLE_TOO_LONG = 7
WAITING_DAYS = 2
WAITING_TOO_LONG = 5
NIK_POINTS_ABOVE = 3
OF_A_KIND = 4


@dataclass(frozen=True)
class Finding:
    """Something the province should look at. `kind` chooses the sentence in the template, unless
    `title`, `text` and `button` bring their own."""

    kind: str
    urgent: bool
    region: Region
    count: int
    url: str | None
    share: Decimal | None = None
    due: Due = NO_DUE_DATE
    since: date | None = None
    days: int = 0
    title: str = ""
    text: str = ""
    button: str = ""


def findings(
    user, area: Area, round: Round | None, uploads: list[Upload], *, register: str = ""
) -> list[Finding]:
    """Urgent ones first; within that rounds, uploads, data, the largest of each kind first.

    `register`: the only one whose families `area` counts, if it is one.
    """
    found = list(
        chain(
            _behind(user, area, round, register) if round else (),
            _left_alone(user, uploads),
            _waiting(user, uploads),
            _bad_nik(user, area, register),
            (Finding(kind="told", **told) for told in endorsement.findings(user, area.region)),
        )
    )
    return sorted(found, key=lambda finding: not finding.urgent)


def _behind(user, area: Area, round: Round, register: str) -> list[Finding]:
    until = due(round.due_on)
    average = area.total.verified_share
    late = []
    for place in area.places:
        verified = place.counts.verified_share
        if verified is None or not place.counts.to_do:
            continue
        low = until.days <= DUE_SOON and verified < LOW_SHARE
        if low or until.overdue or verified <= average - POINTS_BELOW:
            late.append(
                Finding(
                    kind="verification",
                    urgent=bool(until.overdue)
                    or (until.days <= DUE_NOW and verified < VERY_LOW_SHARE),
                    region=place.region,
                    count=place.counts.to_do,
                    share=place.counts.to_do_share,
                    due=until,
                    url=links.cases_to_do(user, place.code, round, register=register),
                )
            )
    return sorted(late, key=lambda finding: -finding.share)[:OF_A_KIND]


def _left_alone(user, uploads: list[Upload]) -> list[Finding]:
    returned = [upload for upload in uploads if upload.status == Upload.Status.DIKEMBALIKAN]
    return _old(
        user, returned, kind="returned", moment="reviewed_at", noticed=IDLE_DAYS, late=IDLE_TOO_LONG
    )


def _waiting(user, uploads: list[Upload]) -> list[Finding]:
    sent = [upload for upload in uploads if upload.status == Upload.Status.DIAJUKAN]
    return _old(
        user,
        sent,
        kind="waiting",
        moment="submitted_at",
        noticed=WAITING_DAYS,
        late=WAITING_TOO_LONG,
    )


def _old(
    user, uploads: list[Upload], *, kind: str, moment: str, noticed: int, late: int
) -> list[Finding]:
    today = timezone.localdate()
    found = []
    for upload in uploads:
        since = getattr(upload, moment)
        days = (today - timezone.localdate(since)).days if since else 0
        if days >= noticed:
            found.append(
                Finding(
                    kind=kind,
                    urgent=days >= late,
                    region=upload.region,
                    count=upload.rows_total,
                    since=timezone.localdate(since),
                    days=days,
                    url=links.upload(user, upload),
                )
            )
    return sorted(found, key=lambda finding: -finding.days)[:OF_A_KIND]


def _bad_nik(user, area: Area, register: str) -> list[Finding]:
    average = area.total.invalid_share
    high = [
        Finding(
            kind="nik",
            urgent=False,
            region=place.region,
            count=place.counts.invalid_nik,
            share=place.counts.invalid_share,
            url=links.invalid_nik(user, place.code, register=register),
        )
        for place in area.places
        if place.counts.persons and place.counts.invalid_share >= average + NIK_POINTS_ABOVE
    ]
    return sorted(high, key=lambda finding: -finding.share)[:OF_A_KIND]
