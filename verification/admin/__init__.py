"""Lists and forms of verification; importing this package registers them."""

from verification.admin import duplicates, matching, meetings, proposals, replacement, rounds

__all__ = ["duplicates", "matching", "meetings", "proposals", "replacement", "rounds"]
