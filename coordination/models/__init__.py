from coordination.models.complaints import Complaint, ComplaintStep, ComplaintTerm
from coordination.models.meetings import (
    Agency,
    AgendaItem,
    Attendance,
    Briefing,
    Decision,
    FollowUp,
    FollowUpStep,
    Meeting,
    Minutes,
)
from coordination.models.outputs import PublicRelease, ReportFile

__all__ = [
    "Agency",
    "AgendaItem",
    "Attendance",
    "Briefing",
    "Complaint",
    "ComplaintStep",
    "ComplaintTerm",
    "Decision",
    "FollowUp",
    "FollowUpStep",
    "Meeting",
    "Minutes",
    "PublicRelease",
    "ReportFile",
]
