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
from distribution.models.overlap import OverlapFinding, ProgrammePair
from distribution.models.rates import BenefitRate, Budget

__all__ = [
    "CHECKLIST",
    "AccountOpening",
    "AccountOpeningMember",
    "Agent",
    "AgentFinding",
    "AgentVillage",
    "AgentVisit",
    "BarredGroup",
    "BarredPerson",
    "BenefitRate",
    "Budget",
    "CardEvent",
    "Commodity",
    "FoodGroup",
    "OverlapFinding",
    "ProgrammePair",
    "RegionIndicator",
]
