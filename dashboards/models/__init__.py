from dashboards.models.matching import MatchDay, MatchFigures
from dashboards.models.nightly import HealthResult, NightlyJob
from dashboards.models.payouts import PayoutFigures, RegencyPayout
from dashboards.models.register import (
    ProvinceFigures,
    RegencyMonth,
    RegisterFigures,
    VillageFigures,
    VillageMonth,
)
from dashboards.models.rounds import ProvinceRound, RoundDay, RoundFigures

__all__ = [
    "HealthResult",
    "MatchDay",
    "MatchFigures",
    "NightlyJob",
    "PayoutFigures",
    "ProvinceFigures",
    "ProvinceRound",
    "RegencyMonth",
    "RegencyPayout",
    "RegisterFigures",
    "RoundDay",
    "RoundFigures",
    "VillageFigures",
    "VillageMonth",
]
