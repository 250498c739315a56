from verification.models.duplicates import DuplicateGroup, DuplicateMember, Merge
from verification.models.matching import (
    Agreement,
    CivilRecord,
    MatchBatch,
    MatchCandidate,
    MatchDecision,
    MatchResult,
    NotSame,
)
from verification.models.rounds import Case, CaseQuerySet, Round, RoundRegion

__all__ = [
    "Agreement",
    "Case",
    "CaseQuerySet",
    "CivilRecord",
    "DuplicateGroup",
    "DuplicateMember",
    "MatchBatch",
    "MatchCandidate",
    "MatchDecision",
    "MatchResult",
    "Merge",
    "NotSame",
    "Round",
    "RoundRegion",
]
