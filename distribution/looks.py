"""How the states of the payout look: tone and icon beside the word."""

from beneficiaries.admin import badges
from beneficiaries.figures import Mark

ICONS = {"ok": "ok", "info": "clock", "warn": "warn", "bad": "bad", "idle": "minus"}


def state(tone: str, text: str) -> str:
    return badges([Mark(tone, ICONS[tone], text)])
