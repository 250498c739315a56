from verification.models.cases import Attachment, Case, CaseMember, CaseQuerySet, CaseStep
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
from verification.models.rounds import Round, RoundRegion

__all__ = [
    "Agreement",
    "Attachment",
    "Case",
    "CaseMember",
    "CaseQuerySet",
    "CaseStep",
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
