"""Figures of matching with the civil registry, each with the list that it counts."""

from dashboards.matching.counted import recount, refresh
from dashboards.matching.overview import Summary, summary
from dashboards.matching.parts import Pace

__all__ = ["Pace", "Summary", "recount", "refresh", "summary"]
