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
from verification.models.meetings import (
    MeetingAttendee,
    MeetingDecision,
    MeetingStep,
    VillageMeeting,
)
from verification.models.proposals import (
    Answerable,
    Criterion,
    Objection,
    Objector,
    Proposal,
    ProposalMember,
    Source,
)
from verification.models.replacement import Decided, PayeeChange, Replacement
from verification.models.rounds import Round, RoundRegion

__all__ = [
    "Agreement",
    "Answerable",
    "Attachment",
    "Case",
    "CaseMember",
    "CaseQuerySet",
    "CaseStep",
    "CivilRecord",
    "Criterion",
    "Decided",
    "DuplicateGroup",
    "DuplicateMember",
    "MatchBatch",
    "MatchCandidate",
    "MatchDecision",
    "MatchResult",
    "MeetingAttendee",
    "MeetingDecision",
    "MeetingStep",
    "Merge",
    "NotSame",
    "Objection",
    "Objector",
    "PayeeChange",
    "Proposal",
    "ProposalMember",
    "Replacement",
    "Round",
    "RoundRegion",
    "Source",
    "VillageMeeting",
]
