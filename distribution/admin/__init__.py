from distribution.admin import agents, cards, findings, overlap, payments, reference

__all__ = ["agents", "cards", "findings", "overlap", "payments", "reference"]
