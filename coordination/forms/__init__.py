"""Fields of Rakor, follow-ups and complaints, and their words; rules are in the actions."""
