from distribution.admin import reference

__all__ = ["reference"]
