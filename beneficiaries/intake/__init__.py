"""From a BNBA sheet to the register: who is meant, what changes, writing it, taking it back.

All in set-based SQL on the temporary tables of uploads/staging.py; a sheet of 100,000 rows costs
the same few statements as one of ten.
"""

from accounts.roles import Role
from beneficiaries.intake.comparing import compare, gather
from beneficiaries.intake.writing import apply, lock, revert
from uploads.kinds import SheetKind

DTKS_BNBA = SheetKind(
    key="dtks_bnba",
    title="BNBA DTKS (SIKS)",
    layout_path="beneficiaries.sheets:DTKS_BNBA",
    subject=("name", "nik", "village"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    gather=gather,
    lock=lock,
    compare=compare,
    apply=apply,
    revert=revert,
)
