from distribution.admin import agents, cards, reference

__all__ = ["agents", "cards", "reference"]
