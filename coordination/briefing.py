"""Bahan rakor: the figures of one region as they are now, written down so that they stay.

The snapshot is plain JSON with everything its files say, names and words included: a file made
next year of the same snapshot is the same file.
"""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from coordination import measures, payout_indicators
from coordination.models import Briefing, FollowUp, Meeting
from dashboards import figures, indicators, payouts
from dashboards.attention import findings, title_of
from dashboards.choices import chosen
from dashboards.overview import overview
from dashboards.places import PlaceCounts, place_counts

SHOWN_FINDINGS = 8
SHOWN_DAYS = 28
MONEY = ("planned", "credited_amount", "spent_amount")
PAYOUT_COUNTS = ("payments", "credited", "failed", "spent", "unspent", *MONEY)
AGENT_COUNTS = ("agents", "villages", "without_agent", "families_beyond")


def follow_ups_for(meeting: Meeting, user):
    """What the meeting opens with: follow-ups still open, and those ended since the last one."""
    previous = meeting.previous
    visible = FollowUp.objects.visible_to(user).filter(
        meeting__region=meeting.region_id, meeting__starts_at__lt=meeting.starts_at
    )
    since = timezone.localdate(previous.starts_at) if previous else None
    ended = visible.filter(finished_on__gte=since) if since else visible.none()
    found = (visible.open() | ended).select_related("agency", "region", "round", "period")
    return found.order_by("due_on", "id")


def _number(value: Decimal | int | None) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value


def _value(indicator, value: indicators.Value) -> dict:
    return {
        "number": _number(value.number),
        "text": indicator.text(value.number),
        "part": value.part,
        "whole": value.whole,
    }


def _indicators(user, area: figures.Area, round) -> list[dict]:
    province = (
        indicators.province_values(area.region.code[:2], round) if len(area.region.code) > 2 else {}
    )
    if province and (period := payouts.latest_period(user)):
        province |= payout_indicators.of_province(area.region.code[:2], period)
    found = []
    for indicator in indicators.all_indicators():
        values = indicator.values(user, area)
        total = values.get(area.region.code, indicators.NOTHING)
        places = [
            {"code": place.code, "name": place.region.name, **_value(indicator, values[place.code])}
            for place in area.places
            if place.code in values
        ]
        found.append(
            {
                "code": indicator.code,
                "title": indicator.title,
                "noun": indicator.noun,
                "meaning": indicator.meaning,
                "better": indicator.better,
                "is_share": indicator.is_share,
                "total": _value(indicator, total),
                "province": _value(indicator, province[indicator.code])
                if indicator.code in province
                else None,
                "places": places,
            }
        )
    return found


def follow_up_line(follow_up: FollowUp) -> dict:
    """One follow-up in words, as pages and documents show it."""
    figure = measures.figure_of(follow_up)
    return {
        "text": follow_up.text,
        "agency": follow_up.agency.short_name,
        "region": follow_up.region.name,
        "due_on": follow_up.due_on.isoformat(),
        "state": follow_up.state,
        "state_label": follow_up.state_label,
        "indicator": figure.indicator.title if figure else "",
        "then": figure.then if figure else "",
        "now": figure.now if figure else "",
        "of": figure.of if figure else "",
        "newest": figure.newest if figure else "",
    }


def _findings(user, area: figures.Area, round) -> list[str]:
    if len(area.region.code) > 2:
        return []
    view = overview(user, area.region.code, chosen(user, {}), round)
    found = findings(view, figures.open_uploads(user))[:SHOWN_FINDINGS]
    return [title_of(finding) for finding in found]


def _payout_row(counts: payouts.PayoutCounts, agents: PlaceCounts) -> dict:
    return {
        **{name: getattr(counts, name) for name in PAYOUT_COUNTS},
        **{name: getattr(agents, name) for name in AGENT_COUNTS},
    }


def _payout(user, area: figures.Area) -> dict | None:
    """Money, agents and villages without one, by place and by month; None before any period."""
    period = payouts.latest_period(user)
    if period is None:
        return None
    code = area.region.code
    counts = payout_indicators.counts_of_area(user, area, period)
    agents = place_counts(user, code, None, length=figures.CHILD_LENGTH[len(code)])
    nothing = PlaceCounts()
    return {
        "period": period.name,
        "total": _payout_row(counts[code], sum(agents.values(), nothing)),
        "places": [
            {
                "code": place.code,
                "name": place.region.name,
                **_payout_row(counts[place.code], agents.get(place.code, nothing)),
            }
            for place in area.places
        ],
        "months": [
            {
                "first": month.first.isoformat(),
                "last": month.last.isoformat(),
                **{name: getattr(month.counts, name) for name in MONEY},
            }
            for month in payouts.by_month(user, code)
        ],
    }


def snapshot_of(meeting: Meeting, region, user) -> dict:
    """All that a briefing of `region` says, counted now within the scope of `user`."""
    round = figures.current_round(user)
    area = figures.area(user, region.code, round)
    trend = round and figures.trend(user, region.code, round, area.total.cases)
    follow_ups = follow_ups_for(meeting, user)
    if len(region.code) > 2:
        follow_ups = follow_ups.filter(region=region)
    return {
        "meeting": {
            "title": meeting.title,
            "kind": meeting.kind,
            "starts_at": timezone.localtime(meeting.starts_at).isoformat(),
            "place": meeting.place,
            "chair": meeting.chair,
            "agenda": [item.title for item in meeting.agenda.all()],
        },
        "region": {"code": region.code, "name": region.full_name},
        "places": {2: "Kabupaten/kota", 5: "Kecamatan"}.get(len(region.code), "Desa/kelurahan"),
        "round": {"name": round.name, "due_on": round.due_on.isoformat()} if round else None,
        "indicators": _indicators(user, area, round),
        "payout": _payout(user, area),
        "trend": [[day.isoformat(), n] for day, n in trend.days[-SHOWN_DAYS:]] if trend else [],
        "findings": _findings(user, area, round),
        "follow_ups": [follow_up_line(follow_up) for follow_up in follow_ups],
    }


@transaction.atomic
def freeze(found: Briefing) -> None:
    """Count the figures of a waiting briefing and keep them, unless another worker has meanwhile:
    what is frozen stays."""
    Briefing.objects.filter(pk=found.pk, status=Briefing.Status.ANTRE).update(
        snapshot=snapshot_of(found.meeting, found.region, found.made_by),
        as_of=timezone.now(),
        status=Briefing.Status.SIAP,
    )
