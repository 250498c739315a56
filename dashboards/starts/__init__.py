"""Start pages of the roles that work beside Dinas Sosial, or look after the portal."""

from accounts.models import User
from accounts.roles import OUTSIDE, Role
from dashboards.starts import administrator, agent, auditor, bank, dukcapil
from dashboards.starts.page import Start

STARTS: dict[str, Start] = {
    Role.DUKCAPIL: dukcapil.START,
    Role.BANK: bank.START,
    Role.AGEN: agent.START,
    Role.AUDITOR: auditor.START,
    Role.ADMINISTRATOR: administrator.START,
}
# The figures of a region are the work of Dinas Sosial.
WITHOUT_FIGURES = OUTSIDE | {Role.AGEN}


def missing(user: User) -> str:
    """What an account still lacks to be of any use: assignment, till or bank; '' if nothing."""
    if not user.scope.codes:
        return "assignment"
    if user.role == Role.AGEN and not hasattr(user, "cashier"):
        return "till"
    return "bank" if user.role == Role.BANK and not user.bank_id else ""
