from verification.models.cases import Attachment, Case, CaseMember, CaseQuerySet, CaseStep
from verification.models.duplicates import DuplicateGroup, DuplicateMember, Merge
from verification.models.endorsement import (
    Decree,
    DecreeItem,
    Endorsement,
    EndorsementItem,
    EndorsementStep,
    SecondLook,
)
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
from verification.models.summary import CaseCount

__all__ = [
    "Agreement",
    "Attachment",
    "Case",
    "CaseCount",
    "CaseMember",
    "CaseQuerySet",
    "CaseStep",
    "CivilRecord",
    "Decree",
    "DecreeItem",
    "DuplicateGroup",
    "DuplicateMember",
    "Endorsement",
    "EndorsementItem",
    "EndorsementStep",
    "MatchBatch",
    "MatchCandidate",
    "MatchDecision",
    "MatchResult",
    "Merge",
    "NotSame",
    "Round",
    "RoundRegion",
    "SecondLook",
]
