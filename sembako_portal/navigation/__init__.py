from sembako_portal.navigation.entries import ENTRIES, Entry
from sembako_portal.navigation.frame import (
    Item,
    context,
    frame,
    here,
    navigation,
    place_of,
    short_place_of,
)
from sembako_portal.navigation.waiting import Count

__all__ = [
    "ENTRIES",
    "Count",
    "Entry",
    "Item",
    "context",
    "frame",
    "here",
    "navigation",
    "place_of",
    "short_place_of",
]
