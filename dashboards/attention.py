"""What the province should look at, from every subject: findings with their list.

The limits are agreed for the start and easy to find here; nothing is refused because of them.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags

from dashboards import links, tiles, work
from dashboards.figures import share
from dashboards.overview import Overview, percent
from dashboards.work import Finding
from distribution import chain
from distribution.models import PayoutPeriod
from spreadsheets.words import thousands
from uploads.models import Upload

FAILED_SHARE = 2
FAILED_MUCH = 5
# Days since the credit, with the share of the credited from which they are told.
UNSPENT = ((90, 5), (60, 10), (30, 15))
FELL_POINTS = 0.5
OF_A_KIND = 3


def findings(view: Overview, uploads: list[Upload]) -> list[Finding]:
    """Urgent ones first; within that rounds, uploads, data, payout, what other apps add.

    `uploads`: those on their way in the region of the view, as `figures.open_uploads` gives them.
    """
    kinds = (_failed(view), _unspent(view), _fell(view))
    found = [
        *work.findings(view.user, view.area, view.round, uploads, register=view.chosen.register),
        *(finding for kind in kinds for finding in _largest(kind)),
        *(finding for added in view.added for finding in added.findings),
    ]
    return sorted(found, key=lambda finding: not finding.urgent)


def _largest(kind: Iterator[Finding]) -> list[Finding]:
    return sorted(kind, key=lambda finding: (not finding.urgent, -finding.count))[:OF_A_KIND]


def _failed(view: Overview) -> Iterator[Finding]:
    if view.period is None:
        return
    for place in view.area.places:
        payout = view.now[place.code].payout
        part = share(payout.failed, payout.payments)
        if part is None or part < FAILED_SHARE:
            continue
        count = thousands(payout.failed)
        yield Finding(
            kind="told",
            urgent=part >= FAILED_MUCH,
            region=place.region,
            count=payout.failed,
            url=view.payments_url(place.code, status__in=",".join(sorted(chain.FAILED))),
            title=f"{count} pembayaran gagal",
            text=f"{view.period.name}: {tiles.rupiah(payout.failed_amount)} belum sampai ke KPM.",
            button=f"Lihat {count} KPM",
        )


def _unspent(view: Overview) -> Iterator[Finding]:
    """Of the chosen period and the one before it, each place with its longest wait."""
    for period in filter(None, (view.chosen.before, view.period)):
        counted_on = view.payments.counted_at.get(period.pk)
        if counted_on is None:
            continue
        today = timezone.localdate(counted_on)
        for place in view.area.places:
            payout = view.payments.counts[period.pk].get(place.code)
            for days, limit in UNSPENT if payout else ():
                number = getattr(payout, f"unspent_{days}")
                part = share(number, payout.credited)
                if part is not None and part >= limit:
                    yield _not_spent(view, place, period, number, part, days, today)
                    break


def _not_spent(view, place, period: PayoutPeriod, number, part, days, today) -> Finding:
    until = today - timedelta(days=days)
    return Finding(
        kind="told",
        urgent=days == UNSPENT[0][0],
        region=place.region,
        count=number,
        url=view.payments_url(place.code, period, belanja="belum", sampai=until.isoformat()),
        title=f"{thousands(number)} KPM belum bertransaksi",
        text=f"{period.name}: {percent(part)} dari KPM tersalur, sudah {days} hari atau lebih.",
        button=f"Lihat {thousands(number)} KPM",
    )


def _fell(view: Overview) -> Iterator[Finding]:
    for place in view.area.places:
        now = place.counts
        before = view.before[place.code].counts.matched_share
        if before is None or now.matched_share is None:
            continue
        lost = before - now.matched_share
        if lost >= FELL_POINTS:
            count = thousands(now.unmatched)
            yield Finding(
                kind="told",
                urgent=False,
                region=place.region,
                count=now.unmatched,
                url=links.unmatched(view.user, place.code, register=view.chosen.register),
                title=f"padan turun {tiles.points(lost)}",
                text=f"{count} orang belum padan, {percent(now.matched_share)} padan.",
                button=f"Lihat {count} orang",
            )


def title_of(finding: Finding) -> str:
    """As a line of plain text, for e-mails and documents."""
    text = render_to_string("dashboards/_finding_title.html", {"finding": finding})
    return " ".join(strip_tags(text).split())
