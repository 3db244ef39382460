"""When on a day, by the clock: "5-7pm", "at 5", "between 5 and 7", "no later than 8"."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.types.parsed import Slot, TimeWindow, TimeWish

HOUR = 60
NOON = 12 * HOUR
DAY = 24 * HOUR
LAST_BARE_PM = 6
"""Up to this hour, one without am or pm is taken for the afternoon; from 7 on for the morning."""
NOON_HOUR = 12
LAST_HOUR = 24
MINUTE_DIGITS = 2

WINDOWS = {
    TimeWindow.MORNING: (6 * HOUR, NOON),
    TimeWindow.AFTERNOON: (NOON, 17 * HOUR),
    TimeWindow.EVENING: (17 * HOUR, 21 * HOUR),
}


class Sureness(IntEnum):
    """Which of several times said counts for a bound: one named outright, an hour, a window."""

    BOUND = 0
    HOUR = 1
    WINDOW = 2


class Clock(NamedTuple):
    """An hour as typed: the half of the day may be left open."""

    hour: int
    minute: int = 0
    half: str | None = None

    def minutes(self, *, evening: bool = False, morning: bool = False) -> int:
        """The minute of the day."""
        if self.half is not None:
            late = NOON if self.half == "pm" else 0
            return self.hour % NOON_HOUR * HOUR + self.minute + late
        bare = self.hour % LAST_HOUR * HOUR + self.minute
        if self.hour >= NOON_HOUR or self.hour == 0 or morning:
            return bare
        return bare + NOON if evening or self.hour <= LAST_BARE_PM else bare


class Kind(IntEnum):
    """What is said about an hour."""

    AFTER = 0
    BEFORE = 1
    AT = 2
    AROUND = 3
    BETWEEN = 4
    EITHER = 5
    """At one of both, or in between: "6 or 7pm"."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What was said with the clock; the half of the day may follow from other words."""

    kind: Kind
    first: Clock
    last: Clock | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the day by name, such as "after school"; either end may be open."""

    after: int | None
    before: int | None
    window: TimeWindow | None = None
    sureness: Sureness = Sureness.BOUND
    excluded: bool = False


# fmt: off
_LEADS: dict[tuple[str, ...], Kind] = {
    ("after",): Kind.AFTER, ("from",): Kind.AFTER, ("starting", "at"): Kind.AFTER,
    ("starting",): Kind.AFTER, ("later", "than"): Kind.AFTER, ("past",): Kind.AFTER,
    ("not", "before"): Kind.AFTER, ("no", "earlier", "than"): Kind.AFTER, ("since",): Kind.AFTER,
    ("anytime", "after"): Kind.AFTER, ("any", "time", "after"): Kind.AFTER,
    ("starting", "from"): Kind.AFTER, ("starting", "after"): Kind.AFTER,
    ("before",): Kind.BEFORE, ("until",): Kind.BEFORE, ("till",): Kind.BEFORE,
    ("til",): Kind.BEFORE, ("by",): Kind.BEFORE, ("no", "later", "than"): Kind.BEFORE,
    ("not", "after"): Kind.BEFORE, ("earlier", "than"): Kind.BEFORE, ("up", "to"): Kind.BEFORE,
    ("anytime", "before"): Kind.BEFORE, ("any", "time", "before"): Kind.BEFORE,
    ("not", "later", "than"): Kind.BEFORE, ("done", "by"): Kind.BEFORE,
    ("ending", "by"): Kind.BEFORE,
    ("at",): Kind.AT, ("around",): Kind.AROUND, ("about",): Kind.AROUND, ("circa",): Kind.AROUND,
    ("at", "about"): Kind.AROUND, ("at", "around"): Kind.AROUND, ("approx",): Kind.AROUND,
    ("or", "so", "at"): Kind.AROUND,
}
_LATER = {
    ("or", "later"), ("onwards",), ("onward",), ("and", "later"), ("on",), ("or", "after"),
    ("and", "after"), ("and", "on"), ("and", "onwards"), ("and", "up"),
}
_EARLIER = {("or", "earlier"), ("or", "before"), ("and", "earlier"), ("at", "the", "latest")}
_JOINS = frozenset({"to", "til", "till", "until"})
_HALVES = {"am": "am", "pm": "pm", "a": "am", "p": "pm"}
_NO_HOURS = frozenset({
    "block", "blocks", "day", "days", "grade", "hour", "hours", "hr", "hrs", "kids", "lesson",
    "lessons", "mile", "miles", "min", "mins", "minute", "minutes", "month", "months", "people",
    "session", "sessions", "students", "times", "week", "weeks", "year", "years", "yo", "yr",
    "yrs", "y", "st", "nd", "rd", "th", "dollars", "bucks", "old", "stars", "classes", "x", "h",
    "d", "k", "children", "adults", "players", "star", "mi", "km", "percent",
})
_SPELLED = {
    "noon": Clock(12, 0, "pm"), "midday": Clock(12, 0, "pm"), "midnight": Clock(12, 0, "am"),
}
_QUARTER = {"past": 15, "after": 15, "to": -15, "of": -15, "till": -15, "before": -15}
_FRACTIONS = {"half": {"past": 30}, "quarter": _QUARTER}
# fmt: on


def _lead(line: Line, at: int) -> tuple[int, Kind] | None:
    for size in (3, 2, 1):
        kind = _LEADS.get(line.run(at, size))
        if kind is not None:
            return at + size, kind
    return None


def clock(line: Line, at: int) -> tuple[int, Clock, bool] | None:
    """An hour here: the position after it, and whether a colon or am or pm makes it certain."""
    if at >= len(line.tokens):
        return None
    token = line.tokens[at]
    if token.word in _SPELLED or token.word in _FRACTIONS:
        return _spelled(line, at)
    if token.dollars or (token.glued and not token.gap):
        return None
    if token.clock is None and token.whole is None:
        return _decimal(line, at)
    hour, minute = token.clock or (token.whole or 0, 0)
    if hour > LAST_HOUR or minute >= HOUR:
        return None
    return _with_half(line, at + 1, hour, minute, certain=token.clock is not None)


def _spelled(line: Line, at: int) -> tuple[int, Clock, bool] | None:
    """ "noon", "half past five", "quarter to six"."""
    if line.word(at) in _SPELLED:
        return at + 1, _SPELLED[line.word(at)], True
    minute = _FRACTIONS[line.word(at)].get(line.word(at + 1))
    hour = None if minute is None else clock(line, at + 2)
    if minute is None or hour is None or hour[1].minute:
        return None
    end, (whole, _, half), _ = hour
    if minute < 0:  # of an hour that has not come yet
        half = {"am": "pm", "pm": "am"}.get(half or "") if whole == NOON_HOUR else half
        whole = (whole - 2) % NOON_HOUR + 1
    return end, Clock(whole, minute % HOUR, half), True


def _with_half(
    line: Line, end: int, hour: int, minute: int, *, certain: bool
) -> tuple[int, Clock, bool] | None:
    """The hour with am or pm behind it, if that is there."""
    after = line.word(end)
    if after == "oclock":
        end, after, certain = end + 1, line.word(end + 1), True
    if after in {"am", "pm"} or (after in {"a", "p"} and line.tokens[end].glued):
        found = Clock(hour, minute, _HALVES[after])
        return (end + 1, found, True) if 1 <= hour <= NOON_HOUR else None
    if certain:
        return end, Clock(hour, minute), True
    if not 1 <= hour <= NOON_HOUR or after in _NO_HOURS or line.gap(end) in {"/", "%", "+"}:
        return None
    return end, Clock(hour, minute), False


def _decimal(line: Line, at: int) -> tuple[int, Clock, bool] | None:
    """ "5.30pm": a point where others write a colon."""
    word = line.word(at)
    hour, _, minute = word.partition(".")
    if len(minute) != MINUTE_DIGITS or not hour.isdigit() or not minute.isdigit():
        return None
    fits = 1 <= int(hour) <= NOON_HOUR and int(minute) < HOUR
    if not fits or line.word(at + 1) not in {"am", "pm"}:
        return None
    return at + 2, Clock(int(hour), int(minute), line.word(at + 1)), True


def led(line: Line, at: int) -> Span | None:
    """An hour with a word before it: "after 5", "between 5 and 7", "at noon"."""
    if line.word(at) in {"between", "from", "btw"}:
        found = between(line, at + 1, at)
        if found is not None:
            return found
    lead = _lead(line, at)
    if lead is None:
        return None
    inner, kind = lead
    if kind is Kind.AT and (found := between(line, inner, at)) is not None:
        return found
    hour = clock(line, inner)
    if hour is None:
        return None
    end, first, certain = hour
    if kind is Kind.AT:
        end, kind = _tail(line, end, kind)
    if kind is Kind.AFTER and line.word(end) in {"on", "onwards", "onward"}:
        end += 1
    return Span(at, end, Slot.TIME, Hours(kind, first), Weight.FIXED if certain else Weight.PLAIN)


def _tail(line: Line, end: int, kind: Kind) -> tuple[int, Kind]:
    """ "or later", "onwards", "ish" behind an hour."""
    if line.gap(end) == "+":
        return end, Kind.AFTER
    for size in (3, 2, 1):
        words = line.run(end, size)
        if words in _LATER and not (words == ("on",) and end + 1 < len(line.words)):
            return end + size, Kind.AFTER
        if words in _EARLIER:
            return end + size, Kind.BEFORE
    if line.word(end) == "ish":
        return end + 1, Kind.AROUND
    return end, kind


def bare(line: Line, at: int) -> Span | None:
    """An hour by itself: "9am", "3:30", "5-7pm". A figure alone is none."""
    found = between(line, at, at)
    if found is not None:
        return found
    hour = clock(line, at)
    if hour is None or not hour[2]:
        return None
    end, kind = _tail(line, hour[0], Kind.AT)
    return Span(at, end, Slot.TIME, Hours(kind, hour[1]), Weight.FIXED)


def between(line: Line, at: int, start: int) -> Span | None:
    """Two hours: "5-7pm", "5 to 7", "3:30pm - 5". Led by a word, "5 and 7" is one, too."""
    one = clock(line, at)
    if one is None:
        return None
    second, first, certain = one
    gap = line.gap(second)
    either = line.word(second) == "or"
    joins = line.word(second) in _JOINS or (line.word(second) == "and" and start != at)
    if (joins or either) and not gap:
        second += 1
    elif gap != "-":
        return None
    other = clock(line, second)
    if other is None:
        return None
    end, last, also = other
    if not certain and not also and start == at and (gap == "-" and _is_date(line, at, second)):
        return None
    sure = certain or also
    if either and not sure and start == at:
        return None
    kind = Kind.EITHER if either else Kind.BETWEEN
    weight = Weight.FIXED if sure else Weight.GUESS if start == at else Weight.PLAIN
    return Span(start, end, Slot.TIME, Hours(kind, first, last), weight)


def _is_date(line: Line, at: int, second: int) -> bool:
    """Whether the two figures belong to more figures: "2026-12-5"."""
    return line.gap(second + 1) == "-" or line.gap(at) in {"-", "/"}


def settled(
    hours: Sequence[Hours], stretches: Sequence[Stretch], minutes: int | None
) -> TimeWish | None:
    """One time of all that was said: named bounds first, then hours, then parts of the day."""
    named = [part.window for part in stretches if part.window is not None and not part.excluded]
    evening = any(window is not TimeWindow.MORNING for window in named)
    morning = TimeWindow.MORNING in named and not evening
    parts = [_bounds(said, minutes, evening=evening, morning=morning) for said in hours]
    parts += [(part.sureness, part.after, part.before) for part in _merged(stretches)]
    after: int | None = None
    before: int | None = None
    for sureness in Sureness:
        these = [part for part in parts if part[0] is sureness]
        if after is None:
            after = min((part[1] for part in these if part[1] is not None), default=None)
        if before is None:
            before = max((part[2] for part in these if part[2] is not None), default=None)
    if after is not None and before is not None and before <= after:
        before = None
    if after is None and before is None:
        return None
    window = named[0] if len(set(named)) == 1 else None
    return TimeWish(after=after, before=before, window=window)


def _merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The windows, those that are not wished turned into the time beside them."""
    kept: list[Stretch] = []
    for part in stretches:
        if not part.excluded:
            kept.append(part)
        elif part.window is TimeWindow.MORNING:
            kept.append(Stretch(NOON, None))
        elif part.window is TimeWindow.EVENING:
            kept.append(Stretch(None, WINDOWS[TimeWindow.EVENING][0]))
    return kept


def _bounds(
    said: Hours, minutes: int | None, *, evening: bool, morning: bool
) -> tuple[Sureness, int | None, int | None]:
    first = said.first.minutes(evening=evening, morning=morning)
    match said.kind:
        case Kind.AFTER:
            return Sureness.BOUND, first, None
        case Kind.BEFORE:
            return Sureness.BOUND, None, first or DAY
        case Kind.AT:
            return Sureness.HOUR, first, min(first + max(minutes or HOUR, HOUR), DAY)
        case Kind.AROUND:
            return Sureness.HOUR, max(first - HOUR, 0), min(first + HOUR, DAY)
        case Kind.BETWEEN:
            return (Sureness.BOUND, *_ends(said, evening=evening, morning=morning))
        case Kind.EITHER:
            start, end = _ends(said, evening=evening, morning=morning)
            return Sureness.HOUR, start, min(end + max(minutes or HOUR, HOUR), DAY)


def _ends(said: Hours, *, evening: bool, morning: bool) -> tuple[int, int]:
    """Both ends of a range; a half of the day that is told once holds for both where it can."""
    first, last = said.first, said.last or said.first
    if last.half is not None and first.half is None and first.hour <= NOON_HOUR:
        same = first._replace(half=last.half)
        if same.minutes() >= last.minutes() and last.half == "pm":
            same = first._replace(half="am")
        first = same
    start = first.minutes(evening=evening, morning=morning)
    end = last.minutes(evening=evening, morning=morning) or DAY
    if end <= start and last.half is None and end + NOON > start:
        end += NOON
    if end <= start:
        return start, DAY
    return start, min(end, DAY)


RULES = ruled(
    ({phrase[0] for phrase in _LEADS} | {"between", "from", "btw"}, led),
    ({*_SPELLED, *_FRACTIONS}, bare),
)
