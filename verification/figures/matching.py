"""What matching with the civil registry has found, in numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from beneficiaries.figures import Mark
from verification.matching import candidates, rules
from verification.models import MatchBatch, MatchResult

Outcome = MatchResult.Outcome
State = MatchResult.State

OUTCOME_LOOKS = {
    Outcome.BELUM: ("idle", "clock"),
    Outcome.PADAN: ("ok", "ok"),
    Outcome.DATA_BERBEDA: ("warn", "warn"),
    Outcome.TIDAK_DITEMUKAN: ("bad", "bad"),
    Outcome.NIK_GANDA: ("bad", "swap"),
    Outcome.MENINGGAL: ("bad", "minus"),
    Outcome.PINDAH: ("warn", "undo"),
}
BATCH_LOOKS = {
    MatchBatch.Status.DIMINTA: ("info", "clock"),
    MatchBatch.Status.DIJAWAB: ("info", "spin"),
    MatchBatch.Status.SELESAI: ("ok", "ok"),
    MatchBatch.Status.GAGAL: ("bad", "bad"),
    MatchBatch.Status.DIBATALKAN: ("idle", "minus"),
}


RULE_TITLES = {code: rule.title for code, rule in (rules.BY_CODE | candidates.RULES).items()}


@dataclass(frozen=True)
class OutcomeCount:
    outcome: str
    label: str
    count: int
    share: float
    mark: Mark


@dataclass(frozen=True)
class BatchFigures:
    """How the persons of one batch came out; `queue` waits for a decision."""

    people: int
    queue: int
    automatic: int
    decided: int
    outcomes: list[OutcomeCount]

    @property
    def queue_share(self) -> float:
        return 100 * self.queue / self.people if self.people else 0


def of_results(results: QuerySet[MatchResult]) -> BatchFigures:
    """The figures of an already scoped set of results, in one query."""
    by_outcome: dict[str, int] = {}
    by_state: dict[str, int] = {}
    counted: Iterable = results.order_by().values_list("outcome", "state").annotate(n=Count("pk"))
    for outcome, state, count in counted:
        by_state[state] = by_state.get(state, 0) + count
        if state != State.ANTRE:
            by_outcome[outcome] = by_outcome.get(outcome, 0) + count
    people = sum(by_state.values())
    return BatchFigures(
        people=people,
        queue=by_state.get(State.ANTRE, 0),
        automatic=by_state.get(State.OTOMATIS, 0),
        decided=by_state.get(State.DITERIMA, 0) + by_state.get(State.DITOLAK, 0),
        outcomes=[
            OutcomeCount(
                outcome,
                Outcome(outcome).label,
                by_outcome[outcome],
                100 * by_outcome[outcome] / people,
                Mark(*OUTCOME_LOOKS[outcome], Outcome(outcome).label),
            )
            for outcome in Outcome.values
            if by_outcome.get(outcome)
        ],
    )
