from distribution.models.agents import (
    CHECKLIST,
    Agent,
    AgentFinding,
    AgentVillage,
    AgentVisit,
    BarredGroup,
    BarredPerson,
)
from distribution.models.cards import AccountOpening, AccountOpeningMember, CardEvent
from distribution.models.commodities import Commodity, FoodGroup, RegionIndicator
from distribution.models.counted import PaymentSum
from distribution.models.overlap import OverlapFinding, ProgrammePair
from distribution.models.payments import Payment, PaymentReport, PaymentStatus
from distribution.models.periods import LeftOut, PaymentOrder, PayoutPeriod
from distribution.models.purchases import Cashier, Purchase, PurchaseLine
from distribution.models.rates import BenefitRate, Budget
from distribution.models.reconciliation import (
    AgentPrice,
    FindingStep,
    Reconciled,
    ReconciliationFinding,
)
from distribution.models.work import PeriodWork

__all__ = [
    "CHECKLIST",
    "AccountOpening",
    "AccountOpeningMember",
    "Agent",
    "AgentFinding",
    "AgentPrice",
    "AgentVillage",
    "AgentVisit",
    "BarredGroup",
    "BarredPerson",
    "BenefitRate",
    "Budget",
    "CardEvent",
    "Cashier",
    "Commodity",
    "FindingStep",
    "FoodGroup",
    "LeftOut",
    "OverlapFinding",
    "Payment",
    "PaymentOrder",
    "PaymentReport",
    "PaymentStatus",
    "PaymentSum",
    "PayoutPeriod",
    "PeriodWork",
    "ProgrammePair",
    "Purchase",
    "PurchaseLine",
    "Reconciled",
    "ReconciliationFinding",
    "RegionIndicator",
]
