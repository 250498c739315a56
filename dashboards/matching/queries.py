"""The rows behind the figures, within the scope of a user: four queries for a page.

What rules have decided comes from the counts; what persons decide, some per cent of the register,
is counted while somebody waits, over indexes of its own.
"""

from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractDay, JSONObject, Left
from django.utils import timezone

from accounts.scope import Scope
from dashboards.figures import CHILD_LENGTH
from dashboards.matching.history import WEEKS
from dashboards.models import MatchDay, MatchFigures
from regions.models import Region
from uploads.models import Upload
from verification.matching_intake import ANSWERS
from verification.models import DuplicateGroup, MatchBatch, MatchDecision, MatchResult

State = MatchResult.State
Verdict = MatchDecision.Verdict


def standing(user, code: str, inside: Scope) -> dict:
    """In one query: what is open, the last batch and the days of the last weeks."""
    batches = MatchBatch.objects.visible_to(user)
    here = batches.filter(region__code__startswith=code)
    above = [code[:length] for length in (2, 5, 8) if length < len(code)]
    last = batches.filter(
        Q(region__code__startswith=code) | Q(region__in=above),
        status=MatchBatch.Status.SELESAI,
        finished_at__isnull=False,
    ).order_by("-finished_at")
    uploads = Upload.objects.visible_to(user).filter(region__code__startswith=code).to_review()
    follow_ups = (
        results(user, inside)
        .to_follow_up()
        .order_by()
        .values("consequence")
        .annotate(told=JSONObject(consequence="consequence", n=Count("pk")))
        .values("told")
    )
    today = timezone.localdate()
    days = (
        MatchDay.objects.visible_to(user)
        .filter(regency__code__startswith=code)
        .filter(day__gt=today - timedelta(weeks=WEEKS), day__lt=today)
        .order_by()
        .values("day")
        .annotate(
            told=JSONObject(
                day="day",
                persons=Sum("persons"),
                matched=Sum("matched"),
                regencies=Count("pk"),
            )
        )
        .order_by("day")
        .values("told")
    )
    told = JSONObject(
        number="pk",
        finished_at="finished_at",
        region="region__name",
        before="matched_before",
        after="matched_after",
    )
    return (
        Region.objects.filter(pk=code)
        .values(
            last=Subquery(last.values(told=told)[:1]),
            days=ArraySubquery(days),
            asked=_number(here.waiting()),
            failed=_number(here.filter(status=MatchBatch.Status.GAGAL)),
            follow_ups=ArraySubquery(follow_ups),
            doubles=_number(DuplicateGroup.objects.visible_to(user).open()),
            **{kind: _number(uploads.filter(kind=kind)) for kind in ANSWERS},
        )
        .get()
    )


def by_rule(user, code: str, last: dict | None) -> QuerySet:
    of_last = Q(batch=last and last["number"])
    return (
        MatchFigures.objects.visible_to(user)
        .filter(district__code__startswith=code[:8])
        .order_by()
        .values("outcome", "rule")
        .annotate(
            n=Sum("latest"),
            in_last=Coalesce(Sum("people", filter=of_last), 0),
            nik_in_last=Coalesce(Sum("nik_changed", filter=of_last), 0),
        )
    )


def by_hand(user, code: str, inside: Scope, last: dict | None) -> QuerySet:
    """By state, outcome and rule, by the places below, and by days until the decision."""
    votes = MatchDecision.objects.filter(result=OuterRef("pk"), undone_at=None)
    taken = ExpressionWrapper(F("decided_at") - F("matched_at"), output_field=DurationField())
    of_last = Q(batch=last and last["number"])
    return (
        results(user, inside)
        .filter(state__in=[State.ANTRE, State.DITERIMA, State.DITOLAK])
        .order_by()
        .values(
            "state",
            "outcome",
            "rule",
            place=Left("village_id", CHILD_LENGTH[len(code)]),
            days=ExtractDay(taken),
        )
        .annotate(
            once=Case(
                When(state=State.ANTRE, then=Exists(votes.exclude(verdict=Verdict.LEWATI))),
                default=False,
                output_field=BooleanField(),
            ),
            n=Count("pk"),
            latest=Count("pk", filter=Q(is_latest=True)),
            in_last=Count("pk", filter=of_last),
            nik_in_last=Count("pk", filter=of_last & Q(nik_changed=True)),
        )
    )


def results(user, inside: Scope) -> QuerySet[MatchResult]:
    return MatchResult.objects.visible_to(user).filter(inside.condition(MatchResult.PLACE))


def _number(queryset: QuerySet) -> Coalesce:
    """The count of a queryset as a part of one query."""
    counted = queryset.order_by().annotate(one=Cast(1, IntegerField())).values("one")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)
