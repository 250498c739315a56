"""Lists and forms of verification; importing this package registers them."""

from verification.admin import (
    deadlines,
    duplicates,
    endorsement,
    matching,
    meetings,
    proposals,
    replacement,
    rounds,
)

__all__ = [
    "deadlines",
    "duplicates",
    "endorsement",
    "matching",
    "meetings",
    "proposals",
    "replacement",
    "rounds",
]
