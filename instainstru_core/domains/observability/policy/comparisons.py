"""Which earlier windows a value is set beside, so that the two can be compared. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from instainstru_core.domains.reporting.policy import windows
from instainstru_core.domains.reporting.types import Days, Unit, Window
from instainstru_core.kernel.time import Span, midnight

DAY, WEEK = timedelta(days=1), timedelta(days=7)
AUTUMN = timedelta(hours=1)  # the day on which the clocks go back is so much longer
A_DAY, A_WEEK = "a day earlier", "a week earlier"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A window to compare with, and what it is called."""

    label: str
    window: Window


def moments(now: datetime) -> list[tuple[str, datetime]]:
    """When to look at a state that has no window."""
    return [(A_DAY, now - DAY), (A_WEEK, now - WEEK)]


def earlier(
    window: Window, *, now: datetime, named: Window | None = None, by_day: bool
) -> list[Earlier]:
    """The same window a day and a week earlier; never one that overlaps the window itself.

    A longer window is set beside the one before it. A window that is not over yet is compared with
    as much of the earlier one, unless what is counted belongs to whole days (`by_day`).
    """
    length = window.span.length
    steps = [(A_DAY, DAY), (A_WEEK, WEEK)]
    found = [
        Earlier(label, _moved(window, step)) for label, step in steps if length <= step + AUTUMN
    ]
    if length > DAY + AUTUMN and abs(length - WEEK) > AUTUMN:
        found.insert(0, Earlier("the window before", windows.previous(window)))
    if named is not None:
        found = [one for one in found if one.window.span != named.span]
        found.insert(0, Earlier(named.label, named))
    if by_day or window.span.end <= now:
        return found
    return [Earlier(one.label, _cut(one.window, now - window.span.start)) for one in found]


def past(window: Window, now: datetime) -> Span:
    """The part of a window that is over. It must have begun."""
    return Span(window.span.start, min(window.span.end, now))


def _moved(window: Window, by: timedelta) -> Window:
    if window.days is None:
        span = Span(window.span.start - by, window.span.end - by)
        return Window(window.label, span, window.timezone, Unit.INSTANTS, None)
    days = Days(window.days.first - by, window.days.end - by)
    span = Span(midnight(days.first, window.timezone), midnight(days.end, window.timezone))
    return Window(window.label, span, window.timezone, Unit.DAYS, days)


def _cut(window: Window, length: timedelta) -> Window:
    end = min(window.span.end, window.span.start + length)
    return Window(window.label, Span(window.span.start, end), window.timezone, Unit.INSTANTS, None)
