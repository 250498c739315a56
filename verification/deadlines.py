"""When an answer is due, and what that means today."""

from datetime import date

from regions.working_days import working_days_after
from verification.models import AnswerTerm

__all__ = ["SOON_DAYS", "answer_due", "time_left", "working_days_after"]

SOON_DAYS = 3


def answer_due(about: str, source: str, received_on: date) -> date:
    """By when an `AnswerTerm.About` that came from `source` is to be answered."""
    term = AnswerTerm.objects.get(about=about, source=source)
    return working_days_after(received_on, term.working_days)


def time_left(due: date, today: date) -> tuple[str, str]:
    """The days left in words, and their tone.

    >>> time_left(date(2021, 11, 25), date(2021, 11, 23))
    ('2 hari lagi', 'warn')
    >>> time_left(date(2021, 11, 20), date(2021, 11, 23))
    ('lewat 3 hari', 'bad')
    """
    days = (due - today).days
    if days < 0:
        return f"lewat {-days} hari", "bad"
    if days == 0:
        return "hari ini", "warn"
    return f"{days} hari lagi", "warn" if days <= SOON_DAYS else "idle"
