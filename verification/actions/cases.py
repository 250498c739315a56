"""Changes of a case: with rounds.py the only place where its status changes.

Nothing here is done silently: every change writes its `CaseStep`. What cannot be done raises
`ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from accounts.models import User
from beneficiaries.models import Household
from verification.models import Case, CaseQuerySet, Round


@dataclass(frozen=True)
class Finding:
    """What a visit has found of one member; `new_nik` is what stands on the document, or ""."""

    person_id: int
    outcome: str
    new_nik: str = ""


@dataclass(frozen=True)
class Visit:
    """What was found at the door. `reason` is an ExitReason where the family is not eligible.

    `location` is latitude, longitude and the accuracy in metres, where the phone has told it.
    """

    visited_on: date
    is_found: bool
    is_eligible: bool
    reason: str = ""
    note: str = ""
    members: tuple[Finding, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    location: tuple[float, float, float] | None = None


def add_case(round: Round, household: Household, *, origin: str, by: User, note: str = "") -> Case:
    """Bring a family into a running round; a case that has ended goes on as it was."""
    raise NotImplementedError


def assign(cases: CaseQuerySet, *, officer: User | None, by: User) -> int:
    """Give open cases to an officer whose scope holds them, or to nobody; tells how many."""
    raise NotImplementedError


def record_visit(case: Case, visit: Visit, *, key: UUID, version: int, by: User) -> Case:
    """Record what was found; with the same `key` again it is the same visit and changes nothing."""
    raise NotImplementedError


def check_case(case: Case, *, by: User, version: int | None = None) -> Case:
    """Approve a visit that another user has recorded; NIKs it corrects go into the register."""
    raise NotImplementedError


def check_cases(cases: CaseQuerySet, *, by: User) -> int:
    """Approve all visits of `cases` that others have recorded; tells how many."""
    raise NotImplementedError


def return_case(case: Case, *, reason: str, by: User, version: int | None = None) -> Case:
    """Send a visited or approved case back to its visitor, with the reason."""
    raise NotImplementedError


def end_case(case: Case, *, reason: str, by: User, note: str = "") -> Case:
    """End an open case without an outcome; `reason` is a Case.EndReason."""
    raise NotImplementedError


def record_step(cases: Iterable[Case], action: str, *, by: User, note: str = "") -> None:
    """Note something on the timelines of cases that changes none of them."""
    raise NotImplementedError
