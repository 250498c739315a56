from distribution.admin import agents, cards, overlap, reference

__all__ = ["agents", "cards", "overlap", "reference"]
