"""From a BNBA sheet to the register: who is meant, what changes, writing it, taking it back.

All in set-based SQL on the temporary tables of uploads/staging.py; a sheet of 100,000 rows costs
the same few statements as one of ten.
"""

from beneficiaries.intake.comparing import compare, gather
from beneficiaries.intake.writing import apply, lock, revert
from uploads.kinds import SheetKind
from uploads.models import Upload


def admit(upload: Upload, identity: dict[str, str]) -> None:
    """A BNBA carries no identity; whose it is its rows say, and `compare` looks at them."""


def follow(upload: Upload) -> None:
    """Nothing follows the status of a BNBA."""


DTKS_BNBA = SheetKind(
    key="dtks_bnba",
    title="BNBA DTKS (SIKS)",
    layout_path="beneficiaries.sheets:DTKS_BNBA",
    subject=("name", "nik", "village"),
    admit=admit,
    gather=gather,
    lock=lock,
    compare=compare,
    apply=apply,
    revert=revert,
    follow=follow,
)
