"""What the pages of the province and of a region have in common."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.formats import date_format

from dashboards import charts, links, maps, quality, tiles, work
from dashboards.overview import Overview
from verification.figures.findings import findings_url
from verification.models import CaseCount


@dataclass(frozen=True)
class Line:
    """A number with its list and what it means."""

    count: int
    what: str
    url: str | None
    note: str = ""


@dataclass(frozen=True)
class QualityPart:
    label: str
    share: Decimal | None
    weight: int
    missing: int
    unit: str
    url: str | None


def parts(view: Overview) -> dict:
    """The context of the templates that both pages include."""
    user, code, round = view.user, view.code, view.round
    due = round and work.due(round.due_on)
    only = {"register": view.chosen.register}
    card = maps.card(
        view.area,
        view.chosen.figure,
        maps.Shown(view.now, view.total, view.before, view.total_before),
        offered=_offered(view),
        query=view.chosen.query,
        lists_of=partial(_lists, view),
    )
    return {
        "view": view,
        "area": view.area,
        "round": round,
        "due": due,
        "chosen": view.chosen,
        "tiles": view.tiles,
        "chart": _chart(view),
        "has_long_period": any(month.first != month.last for month in view.chart),
        "card": card,
        "since": view.since_period if card and card.measure in maps.PAYOUT else view.since_month,
        "trend": view.trend,
        "needed": view.trend and view.trend.needed_per_day(due.days),
        "quality": quality.score(view.total.counts),
        "quality_parts": _quality(view),
        "rightness": _rightness(view) if round else [],
        "place_lines": _agents(view),
        "links": {
            "kpm": links.kpm(user, code, **only),
            "invalid_nik": links.invalid_nik(user, code, **only),
            "verified": round and links.verified(user, code, round, **only),
            "sent": round and links.sent(user, code, round, **only),
            "to_do": round and links.cases_to_do(user, code, round, **only),
        },
    }


def _offered(view: Overview) -> tuple[maps.Measure, ...]:
    """Without the figures that nothing is known of."""
    return tuple(
        measure
        for measure in maps.MEASURES
        if (measure is not maps.VERIFIED or view.round)
        and (measure not in maps.PAYOUT or view.period)
    )


def _lists(view: Overview, measure: maps.Measure, code: str) -> maps.Lists:
    user, round = view.user, view.round
    only = {"register": view.chosen.register}
    if measure is maps.VERIFIED:
        return maps.Lists(
            links.cases_of_round(user, code, round, **only),
            links.verified(user, code, round, **only),
        )
    if measure is maps.MATCHED:
        return maps.Lists(links.persons(user, code, **only), links.matched(user, code, **only))
    if measure is maps.CREDITED:
        return maps.Lists(view.payments_url(code), view.payments_url(code, dana="masuk"))
    if measure is maps.UNSPENT:
        credited = view.payments_url(code, dana="masuk")
        return maps.Lists(credited, view.payments_url(code, belanja="belum"))
    if measure is maps.KPM:
        return maps.Lists(links.households(user, code, **only), links.kpm(user, code, **only))
    return maps.Lists(links.persons(user, code, **only))


def _chart(view: Overview) -> charts.Stacked | None:
    months = [month for month in view.chart if month.counts.credited_amount]
    if not months:
        return None
    return charts.stacked(
        [
            charts.Stack(
                label=date_format(month.first, "M"),
                until="" if month.first == month.last else f"–{date_format(month.last, 'M')}",
                title=_title(month),
                whole=month.counts.credited_amount,
                part=month.counts.spent_amount,
                planned=month.counts.planned,
                note="" if month.counts.spent_share is None else f"{month.counts.spent_share:.0f}%",
                url=month.period and view.payments_url(period=month.period, dana="masuk"),
            )
            for month in months
        ]
    )


def _title(month) -> str:
    last = date_format(month.last, "F Y")
    if month.first == month.last:
        return last
    form = "F" if month.first.year == month.last.year else "F Y"
    return f"{date_format(month.first, form)}–{last}"


def _quality(view: Overview) -> list[QualityPart]:
    user, code, counts = view.user, view.code, view.total.counts
    only = {"register": view.chosen.register}
    urls = {
        "nik": links.invalid_nik(user, code, **only),
        "padan": links.unmatched(user, code, **only),
        **{what: links.lacking(user, code, what, **only) for what in ("kk", "alamat", "periksa")},
    }
    return [
        QualityPart(
            label=part.label,
            share=value,
            weight=part.weight,
            missing=getattr(counts, part.whole) - getattr(counts, part.of),
            unit="orang" if part.whole == "persons" else "keluarga",
            url=urls.get(part.key),
        )
        for part, value in quality.shares(counts)
    ]


def _rightness(view: Overview) -> list[Line]:
    counts = view.places_total
    Finding = CaseCount.Finding
    may_see = view.user.has_perm("verification.view_case")

    def url(finding):
        return findings_url(view.round, view.code, finding) if may_see else None

    return [
        Line(
            counts.receiving_not_eligible,
            "tidak layak tetapi masih menerima",
            url(Finding.INKLUSI),
            "Kesalahan inklusi: diakhiri dengan penetapan.",
        ),
        Line(
            counts.eligible_not_receiving,
            "layak tetapi belum menerima",
            url(Finding.EKSKLUSI),
            "Kesalahan eksklusi: menunggu tempat atau penetapan.",
        ),
        Line(
            counts.stopped,
            "layak tetap, tetapi kepesertaannya berakhir",
            url(Finding.TERHENTI),
        ),
    ]


def _agents(view: Overview) -> list[Line]:
    user, code, total = view.user, view.code, view.places_total
    if not user.has_perm("distribution.view_agent"):
        return []
    return [
        Line(total.agents, "agen aktif", links.selling_agents(user, code)),
        Line(
            total.without_agent,
            "desa/kelurahan tanpa agen",
            links.villages_without_agent(user, code) if len(code) <= 5 else None,
            f"{tiles.thousands(total.families_beyond)} KPM tinggal di sana.",
        ),
        Line(
            total.open_findings,
            "temuan kunjungan agen terbuka",
            links.open_agent_findings(user, code) if len(code) <= 8 else None,
        ),
    ]
