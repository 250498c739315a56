"""Working days: Monday to Friday, public holidays aside."""

from collections.abc import Collection
from datetime import date, timedelta

from regions.models import Holiday


def days_after(start: date, days: int, holidays: Collection[date]) -> date:
    """The day that many working days after `start`; `start` itself does not count. Pure.

    >>> days_after(date(2021, 11, 26), 1, ()), days_after(date(2021, 11, 27), 5, ())
    (datetime.date(2021, 11, 29), datetime.date(2021, 12, 3))
    >>> days_after(date(2021, 12, 24), 1, {date(2021, 12, 27)})
    datetime.date(2021, 12, 28)
    """
    day = start
    while days:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return day


def working_days_after(start: date, days: int) -> date:
    """The day that many working days after `start`, by the holidays that the administrator keeps.

    A year whose movable holidays nobody has entered gives a day too early, never too late.
    """
    return days_after(start, days, set(Holiday.objects.after(start)))
