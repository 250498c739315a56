"""The queue of matching: one person of the register beside the candidates of the civil registry."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format

from accounts.actions import log_reveal
from regions.models import Region
from verification.actions import bulk as bulk_actions
from verification.actions import matching as actions
from verification.comparing import Bar, Waterfall, marked, waterfall
from verification.figures import matching as figures
from verification.models import MatchCandidate, MatchDecision, MatchResult

SHOWN_CANDIDATES = 2
NEXT_SHOWN = 3
SAMPLE = 10
FIELDS = (
    ("nik", "NIK"),
    ("name", "Nama"),
    ("birth_place", "Tempat lahir"),
    ("birth_date", "Tanggal lahir"),
    ("sex", "Jenis kelamin"),
    ("mother_name", "Nama ibu kandung"),
    ("kk_number", "Nomor KK"),
    ("village", "Desa/kelurahan"),
)
LABELS = dict(FIELDS)
NUMBERS = {"nik", "kk_number"}
SEXES = {"L": "Laki-laki", "P": "Perempuan"}
VERDICT_LOOKS = {
    MatchDecision.Verdict.TERIMA: ("ok", "ok"),
    MatchDecision.Verdict.TOLAK: ("bad", "x"),
    MatchDecision.Verdict.LEWATI: ("idle", "minus"),
}


def queue_of(user, *, batch: str = "", rule: str = "") -> QuerySet[MatchResult]:
    """What waits for this user, best candidates first, what the user has skipped last."""
    skipped = MatchDecision.objects.filter(
        result=OuterRef("pk"), by=user, undone_at=None, verdict=MatchDecision.Verdict.LEWATI
    )
    results = (
        MatchResult.objects.visible_to(user)
        .waiting_for(user)
        .annotate(
            is_skipped=Exists(skipped),
            best=Max("candidates__probability"),
            candidate_count=Count("candidates"),
        )
    )
    if batch.isdecimal():
        results = results.filter(batch=int(batch))
    if rule:
        results = results.filter(rule=rule)
    return results.order_by("is_skipped", "-best", "pk")


@dataclass
class Line:
    """One field: as registered, as each candidate has it, with what differs marked."""

    field: str
    label: str
    registered: list[tuple[str, bool]]
    candidates: list[list[tuple[str, bool]]]
    is_number: bool
    bar: Bar | None = None
    through: float | None = None  # where the chart passes a field that is not weighed


def _row_of(weight: list) -> int:
    """The chart goes down the rows of the table."""
    return list(LABELS).index(weight[0])


def _spaced(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _shown(field: str, value, places: dict[str, str]) -> str:
    if value in ("", None):
        return ""
    if field == "birth_date":
        return date_format(value, "j F Y")
    if field == "sex":
        return SEXES.get(value, value)
    if field == "village":
        return places.get(value, value)
    return _spaced(value) if field in NUMBERS else value


def _registered(result: MatchResult) -> dict[str, object]:
    person = result.person
    return {
        "nik": person.nik,
        "name": person.name,
        "birth_place": person.birth_place,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "mother_name": person.mother_name,
        "kk_number": person.household.kk_number,
        "village": person.village_id,
    }


def _civil(candidate: MatchCandidate) -> dict[str, object]:
    record = candidate.record
    if record is None:
        return {}
    return {name: getattr(record, name) for name, _ in FIELDS if name != "village"} | {
        "village": record.village_code
    }


def lines_of(result: MatchResult, candidates: list[MatchCandidate], chart: Waterfall | None):
    """The comparison field by field; the bar is of the chosen candidate."""
    held, civil = _registered(result), [_civil(candidate) for candidate in candidates]
    codes = {values.get("village") for values in (held, *civil)} - {"", None}
    places = dict(Region.objects.filter(pk__in=codes).values_list("pk", "name"))
    bars = {bar.field: bar for bar in chart.bars} if chart else {}
    reached = None
    for field, label in FIELDS:
        bar = bars.get(field)
        own = _shown(field, held[field], places)
        others = [_shown(field, values.get(field), places) for values in civil]
        whole = field in ("village", "sex")
        yield Line(
            field,
            label,
            _pieces(own, others[0] if others else "", whole),
            [_pieces(other, own, whole) for other in others],
            field in NUMBERS,
            bar,
            reached,
        )
        reached = bar.after if bar else reached


def _pieces(text: str, other: str, whole: bool) -> list[tuple[str, bool]]:
    if whole and text and other:
        return [(text, text != other)]
    return marked(text, other)


def _short(field: str, value) -> str:
    if field in NUMBERS:
        return f"…{value[-4:]}" if value else ""
    return _shown(field, value, {})


def _changes(result: MatchResult, candidate: MatchCandidate) -> list[tuple[str, str, str, bool]]:
    """What accepting would change: label, old, new, whether it is a number."""
    if candidate.record is None:
        return []
    held = _registered(result)
    return [
        (LABELS[name], _short(name, held[name]), _short(name, value), name in NUMBERS)
        for name, value in actions.corrections(result, candidate).items()
    ]


def _meaning(candidate: MatchCandidate | None) -> str:
    """What accepting says of a person whom Dukcapil tells dead or moved; empty for the others."""
    record = candidate and candidate.record
    if not record or record.response not in MatchResult.MEANING:
        return ""
    outcome, consequence = MatchResult.MEANING[record.response]
    return f"{outcome.label} menurut Dukcapil. Usulan: {consequence.label.lower()}."


def _require(user) -> None:
    if not user.has_perm("verification.decide_matchresult"):
        raise PermissionDenied


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The narrowing of the queue that every address on the page carries on."""
    source = request.POST if request.method == "POST" else request.GET
    wanted = {name: source.get(name, "")[:40] for name in ("permintaan", "aturan")}
    return {name: value.replace("\0", "") for name, value in wanted.items() if value}


def _url(**parameters) -> str:
    query = urlencode({name: value for name, value in parameters.items() if value})
    return reverse("verification:queue") + (f"?{query}" if query else "")


def _list_url(narrow: dict[str, str]) -> str:
    """The list of exactly those who wait in this queue."""
    filters = {"putusan": "saya", "aturan": narrow.get("aturan")}
    filters["batch__id__exact"] = narrow.get("permintaan")
    query = urlencode({name: value for name, value in filters.items() if value})
    return f"{reverse('admin:verification_matchresult_changelist')}?{query}"


def queue(request: HttpRequest) -> HttpResponse:
    user = request.user
    _require(user)
    narrow = _chosen(request)
    waiting = queue_of(user, batch=narrow.get("permintaan", ""), rule=narrow.get("aturan", ""))
    ids = list(waiting.values_list("pk", flat=True)[:500])
    wanted = request.GET.get("orang", "")
    current_id = int(wanted) if wanted.isdecimal() and int(wanted) in ids else next(iter(ids), None)
    decided = MatchDecision.objects.filter(by=user, undone_at=None).select_related(
        "result__person", "candidate"
    )
    context = {
        **admin.site.each_context(request),
        "title": "Antrean pemadanan",
        "narrow": narrow,
        "remaining": waiting.count(),
        "last": [
            (one, VERDICT_LOOKS[one.verdict], one.candidate and one.candidate.score)
            for one in decided[:NEXT_SHOWN]
        ],
        "rules": [(rule, figures.RULE_TITLES.get(rule["rule"], "")) for rule in _rules(user)],
    }
    if current_id is None:
        return render(request, "verification/queue_empty.html", context)
    place = ids.index(current_id)
    result = get_object_or_404(
        MatchResult.objects.visible_to(user).select_related(
            "person__household", "person__village__parent", "batch__agreement", "batch__region"
        ),
        pk=current_id,
    )
    candidates = list(result.candidates.select_related("record")[:SHOWN_CANDIDATES])
    picked = _picked(request, candidates)
    ordered = [picked, *(one for one in candidates if one is not picked)] if picked else []
    chart = (
        waterfall(picked.weights["start"], sorted(picked.weights["fields"], key=_row_of))
        if picked and picked.weights
        else None
    )
    log_reveal(
        by=user, region=result.village, subject=f"Data Dukcapil untuk {result.person.name}"[:200]
    )
    follow = list(
        waiting.filter(pk__in=ids[place + 1 : place + 1 + NEXT_SHOWN]).select_related(
            "person", "village"
        )
    )
    verdicts = Counter(decided.values_list("verdict", flat=True).order_by())
    done = verdicts.total()
    context |= {
        "result": result,
        "candidates": [(one, candidates.index(one) + 1, one is picked) for one in ordered],
        "picked": picked,
        "chart": chart,
        "lines": list(lines_of(result, ordered, chart)),
        "changes": _changes(result, picked) if picked else [],
        "position": place + 1,
        "done": done,
        "verdicts": [
            (MatchDecision.Verdict(verdict).label.lower(), verdicts[verdict])
            for verdict in MatchDecision.Verdict
            if verdicts[verdict]
        ],
        "rule_title": figures.RULE_TITLES.get(result.rule, ""),
        "meaning": _meaning(picked),
        "all_url": _list_url(narrow),
        "percent": 100 * done / (done + len(ids)),
        "previous_url": _url(**narrow, orang=ids[place - 1]) if place else "",
        "next_url": _url(**narrow, orang=ids[place + 1]) if place + 1 < len(ids) else "",
        "follow": [(one, _url(**narrow, orang=one.pk)) for one in follow],
        "first_vote": result.decisions.filter(undone_at=None)
        .exclude(verdict=MatchDecision.Verdict.LEWATI)
        .select_related("by")
        .first(),
        "here": _url(**narrow, orang=current_id),
        "pick_urls": [
            (number, _url(**narrow, orang=current_id, kandidat=number))
            for number in range(1, len(candidates) + 1)
        ],
    }
    return render(request, "verification/queue.html", context)


def _picked(request: HttpRequest, candidates: list[MatchCandidate]) -> MatchCandidate | None:
    number = request.GET.get("kandidat", "1")
    if number.isdecimal() and 0 < int(number) <= len(candidates):
        return candidates[int(number) - 1]
    return candidates[0] if candidates else None


def _rules(user) -> list[dict]:
    """Rules of which many may be accepted at once: those that one person may decide."""
    return list(
        MatchResult.objects.visible_to(user)
        .in_queue()
        .filter(decisions_needed=1)
        .order_by()
        .values("rule")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .order_by("-count")
    )


def decide(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """`key` is terima, tolak or lewati; whatever happens, the next person comes."""
    _require(request.user)
    narrow = _chosen(request)
    result = get_object_or_404(MatchResult.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return redirect(_url(**narrow, orang=pk))
    try:
        if key == "terima":
            candidate = get_object_or_404(result.candidates, pk=request.POST.get("kandidat") or 0)
            after = actions.accept(result, candidate=candidate, by=request.user)
            if after.state == MatchResult.State.ANTRE:
                messages.info(request, "Putusan Anda dicatat; petugas kedua masih harus memutus.")
        elif key == "tolak":
            actions.reject(result, by=request.user)
        else:
            actions.skip(result, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(_url(**narrow, orang=pk))
    return redirect(_url(**narrow))


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    _require(request.user)
    decision = get_object_or_404(MatchDecision.objects.visible_to(request.user), pk=pk)
    narrow = _chosen(request)
    if request.method == "POST":
        try:
            actions.undo(decision, by=request.user)
            messages.success(request, f"Putusan atas {decision.result.person} diurungkan.")
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
    return redirect(_url(**narrow, orang=decision.result_id))


def bulk(request: HttpRequest, rule: str) -> HttpResponse:
    """Many of one rule at once: a sample is shown first, then one decision for all of it."""
    user = request.user
    _require(user)
    results = queue_of(user, rule=rule).filter(decisions_needed=1)
    ids = list(results.values_list("pk", flat=True)[:1_000])
    if request.method == "POST":
        seen = [int(pk) for pk in request.POST.getlist("orang") if pk.isdecimal()]
        accepted = bulk_actions.accept_rule(rule=rule, result_ids=seen, by=user)
        left = len(seen) - accepted
        messages.success(
            request,
            f"{accepted} orang diterima."
            + (f" {left} tetap dalam antrean karena NIK-nya dipakai orang lain." if left else ""),
        )
        return redirect(_url())
    sample = results.select_related("person__household", "village__parent")[:SAMPLE]
    shown = []
    for result in sample.prefetch_related("candidates__record"):
        first = next(iter(result.candidates.all()), None)
        if first is not None:
            shown.append((result, first, _changes(result, first)))
    context = {
        **admin.site.each_context(request),
        "title": f"Terima semua: {rule}",
        "rule": rule,
        "rule_title": figures.RULE_TITLES.get(rule, ""),
        "ids": ids,
        "shown": shown,
    }
    return render(request, "verification/queue_bulk.html", context)
