"""Figures of matching with the civil registry in one region."""

from collections import Counter
from dataclasses import dataclass

from accounts.scope import Scope
from dashboards import figures
from dashboards.figures import Area
from dashboards.matching import parts, queries
from dashboards.matching.history import History, history_of
from dashboards.matching.parts import Cause, LastBatch, Officer, Pace, Work
from verification.models import MatchResult


@dataclass(frozen=True)
class Summary:
    area: Area
    history: History | None
    causes: list[Cause]
    answered: int
    queue: int
    follow_ups: int
    pace: Pace
    paces: dict[str, Pace]
    work: list[Work]
    officers: list[Officer]
    last: LastBatch | None


def summary(user, code: str) -> Summary:
    """Of the region `code`, within the user's scope. Raises Region.DoesNotExist."""
    area = figures.area(user, code, None)
    inside = Scope((code,))
    standing = queries.standing(user, code, inside)
    last = standing["last"]
    by_rule = list(queries.by_rule(user, code, last))
    by_hand = list(queries.by_hand(user, code, inside, last))
    paces = parts.paces(by_hand)
    causes = parts.causes(user, code, by_rule, by_hand)
    return Summary(
        area=area,
        history=history_of(standing["days"], area),
        causes=causes,
        answered=sum(cause.count for cause in causes if not cause.rule),
        queue=sum(row["n"] for row in by_hand if row["state"] == MatchResult.State.ANTRE),
        follow_ups=sum(told["n"] for told in standing["follow_ups"]),
        pace=Pace(sum((pace.days for pace in paces.values()), Counter())),
        paces=paces,
        work=parts.work_waiting(user, code, by_hand, standing),
        officers=parts.officers(user, code, inside),
        last=last and parts.last_batch(user, code, last, by_rule, by_hand),
    )
