"""Start pages of the roles that work beside Dinas Sosial, or look after the portal."""

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
