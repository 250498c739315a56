"""What must be done now: findings for the province, tasks for all others, each with its list."""

from dashboards.work.district import work_of
from dashboards.work.findings import Finding, findings
from dashboards.work.tasks import (
    NO_DUE_DATE,
    Due,
    Task,
    Waiting,
    due,
    gathered,
    register,
)

__all__ = [
    "NO_DUE_DATE",
    "Due",
    "Finding",
    "Task",
    "Waiting",
    "due",
    "findings",
    "gathered",
    "register",
    "work_of",
]
