"""What must hold of verification; the page "Kesehatan data" shows it."""

from verification.health import cases, matching

CHECKS = matching.CHECKS + cases.CHECKS
