from distribution.admin import agents, cards, overlap, payments, reference

__all__ = ["agents", "cards", "overlap", "payments", "reference"]
