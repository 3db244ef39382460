"""How long a lesson is: "90 min", "1.5 hours", "an hour and a half", "half hour", "1h30"."""

from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.types.parsed import Slot, Urgency

HOUR = 60
LONGEST = 8 * HOUR

# fmt: off
_MINUTE_WORDS = frozenset({"min", "mins", "minute", "minutes", "minuten", "minutos"})
_HOUR_WORDS = frozenset({"hour", "hours", "hr", "hrs", "h", "hora", "horas"})
_AWAY_AFTER = frozenset({"from", "away", "walk", "drive", "ago", "notice", "commute", "ride"})
_AWAY_BEFORE = frozenset({"in", "within", "every"})
_ARTICLES = frozenset({"a", "an", "the", "about", "like"})
# fmt: on


def figure(line: Line, at: int) -> Span | None:
    """A figure that leads: "90 min", "2 hours", "1 hr 30 min", "one and a half hours"."""
    number = line.tokens[at].number
    if number is None or line.tokens[at].dollars:
        return None
    end, minutes = at + 2, number
    if line.word(at + 1) in _HOUR_WORDS:
        end, more = _beyond_hours(line, end)
        minutes = number * HOUR + more
    elif line.says(at + 1, "and", "a", "half") and line.word(at + 4) in _HOUR_WORDS:
        end, minutes = at + 5, number * HOUR + HOUR / 2
    elif line.word(at + 1) not in _MINUTE_WORDS:
        return None
    return _span(line, at, end, round(minutes))


def _beyond_hours(line: Line, end: int) -> tuple[int, float]:
    """What follows whole hours: "30 min", "and a half", the "30" of "1h30"."""
    if line.says(end, "and", "a", "half"):
        return end + 3, HOUR / 2
    inner = end + (line.word(end) == "and")
    number = line.number(inner)
    if number is None or number >= HOUR:
        return end, 0
    if line.word(inner + 1) in _MINUTE_WORDS:
        return inner + 2, number
    return (end + 1, number) if inner == end and line.tokens[end].glued else (end, 0)


def spelled(line: Line, at: int) -> Span | None:
    """Without figures: "an hour", "half an hour", "hour and a half", "hour long"."""
    end = at + (line.word(at) in {"a", "an"})
    if line.word(end) == "half":
        end += 1
        end += line.word(end) in {"a", "an"}
        return _span(line, at, end + 1, HOUR // 2) if line.word(end) in _HOUR_WORDS else None
    if line.word(end) not in {"hour", "hr"}:
        return None
    if line.says(end + 1, "and", "a", "half"):
        return _span(line, at, end + 4, HOUR + HOUR // 2)
    if end == at and line.word(end + 1) != "long":
        return None
    return _span(line, at, end + 1, HOUR, Weight.PLAIN)


def from_now(line: Line, at: int) -> Span | None:
    """ "in an hour", "within 30 minutes": how soon, and no length."""
    inner = line.skip(at + 1, _ARTICLES)
    if line.word(inner) == "half":
        inner = line.skip(inner + 1, _ARTICLES)
    elif line.number(inner) is not None:
        inner += 1
    elif inner == at + 1:
        return None
    if line.word(inner) not in _MINUTE_WORDS | _HOUR_WORDS:
        return None
    following = line.word(inner + 1)
    if following in _AWAY_AFTER | {"of"} | lexicon.LESSON_WORDS:
        return None
    return Span(at, inner + 1, Slot.URGENCY, Urgency.HIGH, Weight.FIXED)


def _span(
    line: Line, at: int, end: int, minutes: int, weight: Weight = Weight.FIXED
) -> Span | None:
    """The span, unless it says how far off something is: "30 minutes from", "in an hour"."""
    end = line.skip(end, frozenset({"long"}))
    of_lessons = line.word(end) in lexicon.LESSON_WORDS
    away = line.word(end) in _AWAY_AFTER or (line.word(at - 1) in _AWAY_BEFORE and not of_lessons)
    if away or line.gap(at) == "/" or not 0 < minutes <= LONGEST:
        return None
    return Span(at, end, Slot.DURATION, minutes, weight)


RULES = ruled((("a", "an", "half", "hour"), spelled), (("in", "within"), from_now))
