"""What must hold of verification; the page "Kesehatan data" shows it."""

from verification.health import endorsement, matching, places, rounds

CHECKS = rounds.CHECKS + places.CHECKS + endorsement.CHECKS + matching.CHECKS
