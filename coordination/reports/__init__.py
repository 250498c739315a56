"""The reports of the portal, each declared once: who may make it, its filters, columns and rows."""

from coordination.reports.coordination import COMPLAINTS, FOLLOW_UPS
from coordination.reports.declared import Report, Wanted
from coordination.reports.payout import AGENTS, FINDINGS, PAYOUT, REACH, RECONCILIATION
from coordination.reports.register import BNBA, RECAP
from coordination.reports.six_right import SIX_RIGHT
from coordination.reports.verification import MATCHING, PROGRESS

__all__ = ["ALL", "BNBA", "Report", "Wanted", "get", "offered_to"]

ALL = (
    BNBA,
    RECAP,
    PROGRESS,
    MATCHING,
    SIX_RIGHT,
    PAYOUT,
    RECONCILIATION,
    FINDINGS,
    AGENTS,
    REACH,
    COMPLAINTS,
    FOLLOW_UPS,
)


def offered_to(user) -> list[Report]:
    return [report for report in ALL if user.has_perm(report.permission)]


def get(code: str) -> Report | None:
    return next((report for report in ALL if report.code == code), None)
