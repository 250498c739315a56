from distribution.admin import agents, reference

__all__ = ["agents", "reference"]
