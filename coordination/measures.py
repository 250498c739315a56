"""The figure that a follow-up is to move: measured now, and told as then and now.

Then and now are always of the same round or period. The newest one stands beside them under its own
name and is never compared with them.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from coordination.models import FollowUp
from dashboards import indicators
from dashboards.indicators import Indicator, Value
from distribution.models import PayoutPeriod
from verification.models import Round

FIELDS = ("value_now", "value_now_on", "value_newest", "newest_name")
WORDS = {Round: "putaran", PayoutPeriod: "periode"}


class Measuring:
    """Measures follow-ups as `user` sees the figures, each figure of an area once."""

    def __init__(self, user):
        self._user = user
        self._newest: dict[str, Round | PayoutPeriod | None] = {}
        self._values: dict[tuple, Value] = {}

    def newest(self, indicator: Indicator) -> Round | PayoutPeriod | None:
        if indicator.code not in self._newest:
            self._newest[indicator.code] = indicators.newest_of(self._user, indicator)
        return self._newest[indicator.code]

    def measure(self, follow_up: FollowUp) -> None:
        """Write down, unsaved, the figure of its own round or period, and of the newest one.

        Where its own was not written down there is no figure now: only the newest.
        """
        indicator = indicators.get(follow_up.indicator)
        if indicator is None:
            return
        own, newest = follow_up.measured_of, self.newest(indicator)
        follow_up.value_now_on = timezone.localdate()
        is_lost = indicator.of is not None and own is None
        follow_up.value_now = None if is_lost else self._number(follow_up, own)
        follow_up.value_newest, follow_up.newest_name = None, ""
        if newest != own and (number := self._number(follow_up, newest)) is not None:
            follow_up.value_newest, follow_up.newest_name = number, newest.name

    def measure_first(self, follow_up: FollowUp) -> None:
        """Bind the figure to the newest round or period, and write down its value then."""
        indicator = indicators.get(follow_up.indicator)
        newest = self.newest(indicator) if indicator else None
        follow_up.round = newest if isinstance(newest, Round) else None
        follow_up.period = newest if isinstance(newest, PayoutPeriod) else None
        self.measure(follow_up)
        follow_up.value_then = follow_up.value_now

    def _number(self, follow_up: FollowUp, of) -> Decimal | int | None:
        key = (follow_up.indicator, follow_up.region_id, of)
        if key not in self._values:
            self._values[key] = indicators.value_of(self._user, *key)
        return self._values[key].number


def named(kind: type, name: str) -> str:
    """Periode Januari 2026; Putaran I 2026, whose name says it already."""
    word = WORDS[kind]
    return name if name.lower().startswith(word) else f"{word.capitalize()} {name}"


@dataclass(frozen=True)
class Figure:
    """What a follow-up is to move, in words. `of` names the round or period of `then` and `now`,
    empty for a figure of the day; `newest` is the newest one with its name, where it is another."""

    indicator: Indicator
    then: str
    now: str
    of: str
    newest: str
    improved: bool | None
    is_comparable: bool


def figure_of(follow_up: FollowUp) -> Figure | None:
    """None without a figure that the portal knows."""
    indicator = indicators.get(follow_up.indicator)
    if indicator is None:
        return None
    own, kind = follow_up.measured_of, indicator.of
    is_lost = kind is not None and own is None and follow_up.value_then is not None
    of = f"{WORDS[kind]} tidak tercatat" if is_lost else own and named(kind, own.name)
    newest = ""
    if follow_up.newest_name:
        number = indicator.text(follow_up.value_newest)
        newest = f"{named(kind, follow_up.newest_name)}: {number}"
    then, now = follow_up.value_then, follow_up.value_now
    return Figure(
        indicator,
        indicator.text(then),
        indicator.text(now),
        of or "",
        newest,
        None if is_lost else indicator.has_improved(then, now),
        not is_lost and then is not None and now is not None,
    )
