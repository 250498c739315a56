"""Lists and forms of verification; importing this package registers them."""

from verification.admin import matching, rounds

__all__ = ["matching", "rounds"]
