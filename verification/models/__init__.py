from verification.models.cases import Attachment, Case, CaseMember, CaseQuerySet, CaseStep
from verification.models.deadlines import AnswerTerm
from verification.models.decrees import Decree, DecreeItem
from verification.models.duplicates import DuplicateGroup, DuplicateMember, Merge
from verification.models.endorsement import (
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
    ProposalStep,
    Source,
)
from verification.models.replacement import Decided, PayeeChange, Replacement
from verification.models.rounds import Round, RoundRegion
from verification.models.summary import CaseCount

__all__ = [
    "Agreement",
    "AnswerTerm",
    "Answerable",
    "Attachment",
    "Case",
    "CaseCount",
    "CaseMember",
    "CaseQuerySet",
    "CaseStep",
    "CivilRecord",
    "Criterion",
    "Decided",
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
    "ProposalStep",
    "Replacement",
    "Round",
    "RoundRegion",
    "SecondLook",
    "Source",
    "VillageMeeting",
]
