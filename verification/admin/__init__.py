"""Lists and forms of verification; importing this package registers them."""

from verification.admin import (
    duplicates,
    endorsement,
    matching,
    meetings,
    proposals,
    replacement,
    rounds,
)

__all__ = [
    "duplicates",
    "endorsement",
    "matching",
    "meetings",
    "proposals",
    "replacement",
    "rounds",
]
