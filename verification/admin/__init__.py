"""Lists and forms of verification; importing this package registers them."""

from verification.admin import duplicates, matching, rounds

__all__ = ["duplicates", "matching", "rounds"]
