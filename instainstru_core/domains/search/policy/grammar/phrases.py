"""What fixed phrases say, and the longest of them that begins at a word."""

from collections.abc import Iterator
from typing import NamedTuple

from instainstru_core.domains.search.policy.grammar import lexicon, people, sayings
from instainstru_core.domains.search.policy.grammar.hours import WINDOWS, Stretch, Sureness
from instainstru_core.domains.search.policy.grammar.money import intent
from instainstru_core.domains.search.policy.grammar.spans import Line, Rules, Span, Weight, joined
from instainstru_core.domains.search.types.parsed import (
    LessonType,
    PlaceMention,
    PriceIntent,
    Skill,
    Slot,
    TimeWindow,
    Urgency,
)


class Today(NamedTuple):
    """A part of the day that is today's: "this evening"."""

    stretch: Stretch


def _window(window: TimeWindow) -> Stretch:
    after, before = WINDOWS[window]
    return Stretch(after, before, window, Sureness.WINDOW)


def _part(after: int | None, before: int | None, window: TimeWindow | None = None) -> Stretch:
    return Stretch(after, before, window, Sureness.WINDOW)


_MORNING, _AFTERNOON, _EVENING = map(_window, TimeWindow)
_NO_MORNING = Stretch(None, None, TimeWindow.MORNING, excluded=True)
_NO_EVENING = Stretch(None, None, TimeWindow.EVENING, excluded=True)

_TIMES = (
    ("after school; afterschool; after school hours; after class", _part(15 * 60, None)),
    (
        "after work; after work hours; after the office; after business hours; after hours",
        _part(17 * 60 + 30, None),
    ),
    ("before work; before the office", _part(None, 9 * 60)),
    ("before school; before class", _part(None, 8 * 60)),
    (
        (
            "lunch; at lunch; lunchtime; at lunchtime; lunch time; lunch break; during lunch;"
            " lunch hour; over lunch; on my lunch break; during my lunch break; at lunch time"
        ),
        _part(12 * 60, 14 * 60),
    ),
    ("after lunch", _part(13 * 60, None)),
    ("before lunch", _part(None, 12 * 60)),
    ("after dinner", _part(19 * 60, None)),
    ("before dinner", _part(None, 18 * 60)),
    ("after breakfast", _part(9 * 60, None)),
    ("brunch; brunch time", _part(10 * 60, 14 * 60)),
    ("school hours; during school hours; during school", _part(9 * 60, 15 * 60)),
    (
        (
            "daytime; during the day; business hours; during business hours; work hours;"
            " in the daytime; during work hours"
        ),
        _part(9 * 60, 17 * 60),
    ),
    (
        "early morning; early mornings; first thing in the morning; early in the morning",
        _part(6 * 60, 9 * 60, TimeWindow.MORNING),
    ),
    ("late morning; late mornings", _part(10 * 60, 12 * 60, TimeWindow.MORNING)),
    ("early afternoon; early afternoons", _part(12 * 60, 15 * 60, TimeWindow.AFTERNOON)),
    ("late afternoon; late afternoons", _part(15 * 60, 18 * 60, TimeWindow.AFTERNOON)),
    ("early evening; early evenings", _part(17 * 60, 19 * 60, TimeWindow.EVENING)),
    ("late evening; late evenings", _part(19 * 60, 22 * 60, TimeWindow.EVENING)),
    ("late at night; late night", _part(20 * 60, 24 * 60, TimeWindow.EVENING)),
    ("morning; mornings; in the morning; in the mornings", _MORNING),
    ("afternoon; afternoons; in the afternoon; in the afternoons", _AFTERNOON),
    (
        (
            "evening; evenings; in the evening; in the evenings; night; nights; at night;"
            " nighttime; weeknight; weeknights; in the evenings after work; date night;"
            " for date night; for a date night"
        ),
        _EVENING,
    ),
    (
        (
            "no mornings; not in the morning; not mornings; not morning;"
            " not in the mornings; no morning; except mornings"
        ),
        _NO_MORNING,
    ),
    (
        (
            "no evenings; not in the evening; not evenings; not evening; no nights; not at night;"
            " no evening; except evenings"
        ),
        _NO_EVENING,
    ),
    ("this morning", Today(_MORNING)),
    ("this afternoon", Today(_AFTERNOON)),
    ("this evening", Today(_EVENING)),
    ("later today", Today(_part(None, None))),
)

_TABLES: tuple[tuple[str, Slot | None, object], ...] = (
    (sayings.ONLINE, Slot.LESSON_TYPE, LessonType.ONLINE),
    (sayings.IN_PERSON, Slot.LESSON_TYPE, LessonType.IN_PERSON),
    (sayings.TRAVELS, Slot.LESSON_TYPE, LessonType.TRAVELS),
    (sayings.STUDIO, Slot.LESSON_TYPE, LessonType.STUDIO),
    (sayings.HIGH, Slot.URGENCY, Urgency.HIGH),
    (sayings.MEDIUM, Slot.URGENCY, Urgency.MEDIUM),
    (sayings.BEGINNER, Slot.SKILL, Skill.BEGINNER),
    (sayings.INTERMEDIATE, Slot.SKILL, Skill.INTERMEDIATE),
    (sayings.ADVANCED, Slot.SKILL, Skill.ADVANCED),
    (sayings.BUDGET, Slot.PRICE, intent(PriceIntent.BUDGET)),
    (sayings.STANDARD, Slot.PRICE, intent(PriceIntent.STANDARD)),
    (sayings.PREMIUM, Slot.PRICE, intent(PriceIntent.PREMIUM)),
    (sayings.NEAR_ME, Slot.PLACE, PlaceMention.NEAR_ME),
    (sayings.KIDS, Slot.AUDIENCE, people.KIDS),
    (sayings.CHILD, Slot.AUDIENCE, people.CHILD),
    (sayings.TODDLERS, Slot.AUDIENCE, people.TODDLERS),
    (sayings.TEENS, Slot.AUDIENCE, people.TEENS),
    (sayings.ADULTS, Slot.AUDIENCE, people.ADULTS),
    (sayings.NOTHING, None, None),
)


class Meaning(NamedTuple):
    """What a phrase says."""

    tail: tuple[str, ...]
    slot: Slot | None
    value: object


def _all() -> Iterator[tuple[str, Slot | None, object]]:
    timed = ((text, Slot.TIME, stretch) for text, stretch in _TIMES)
    for text, slot, value in (*_TABLES, *timed):
        for said in text.split(";"):
            yield " ".join(said.replace("-", " ").split()), slot, value


def _table() -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, list[Meaning]] = {}
    for phrase, slot, value in _all():
        first, *tail = phrase.split()
        found.setdefault(first, []).append(Meaning(tuple(tail), slot, value))
    return {
        first: tuple(sorted(meanings, key=lambda one: -len(one.tail)))
        for first, meanings in found.items()
    }


PHRASES = _table()
WORDS = frozenset(
    word for first, all_ in PHRASES.items() for one in all_ for word in (first, *one.tail)
)
"""Every word of a phrase: none of them is misspelled."""


def phrase(line: Line, at: int) -> Span | None:
    """The longest fixed phrase that begins here."""
    for tail, slot, value in PHRASES[line.words[at]]:
        end = at + 1 + len(tail)
        if tuple(line.words[at + 1 : end]) == tail and not _is_broken(line, at, end):
            if slot is Slot.LESSON_TYPE and _is_done_to_home(line, at):
                return Span(at, end, None, None, Weight.NAMED)
            weight = Weight.NAMED if slot is None else Weight.PLAIN
            return Span(at, end, slot, value, weight)
    return None


def _is_done_to_home(line: Line, at: int) -> bool:
    """Whether a home is what something is done to: "decorate my apartment"."""
    return line.word(at) in {"my", "our"} and line.word(at - 1) in lexicon.DONE_TO_HOMES


def _is_broken(line: Line, at: int, end: int) -> bool:
    return any(line.tokens[inner].breaks for inner in range(at + 1, end))


def video(line: Line, at: int) -> Span | None:
    """ "video" by itself is a way to meet, unless it is what is taught."""
    if line.word(at + 1) in _MADE_WITH_VIDEO:
        return None
    return Span(at, at + 1, Slot.LESSON_TYPE, LessonType.ONLINE, Weight.NAMED)


_MADE_WITH_VIDEO = frozenset({
    "art", "edit", "editing", "editor", "game", "games", "gaming", "making", "production",
    "producer", "marketing", "content", "creation", "journalism", "animation", "essay", "essays",
})  # fmt: skip

RULES: Rules = joined(dict.fromkeys(PHRASES, (phrase,)), {"video": (video,)})
