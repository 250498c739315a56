"""When an answer is due, counted in working days. Pure.

Monday to Friday count; public holidays are not known to the portal, so a due date may lie a day or
two earlier than the law asks, never later.
"""

from datetime import date, timedelta

# Perpres 76/2013 asks for an answer within 14 working days, SP4N-LAPOR for a first one within 5.
# Agreed for the start and easy to find here; nothing is refused because of them.
ANSWER_DAYS = {"MUSDES": 14, "MANDIRI": 14, "SP4N": 5}
OBJECTION_DAYS = {"MUSDES": 10, "MANDIRI": 10, "SP4N": 5}
SOON_DAYS = 3


def working_days_after(start: date, days: int) -> date:
    """The day that many working days after `start`; `start` itself does not count.

    >>> working_days_after(date(2021, 11, 26), 1), working_days_after(date(2021, 11, 27), 5)
    (datetime.date(2021, 11, 29), datetime.date(2021, 12, 3))
    """
    weeks, rest = divmod(days, 5)
    day = start - timedelta(days=max(0, start.weekday() - 4))
    day += timedelta(weeks=weeks)
    for _ in range(rest):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    return day


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
