"""What is not wished: "not jazz", "but no opera", "except sundays", "not mondays or after 8pm"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from instainstru_core.domains.search.policy.grammar import days, hours, lexicon, places, weekdays
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.policy.grammar.words import Named
from instainstru_core.domains.search.types.parsed import Slot

MAX_EXCLUDED_WORDS = 3


@dataclass(frozen=True, slots=True)
class Unwished:
    """Words behind "not": from `first` on. Without a term they are nobody's."""

    first: int
    named: Named | None
    is_place: bool = False


def excluded(line: Line, at: int) -> Span | None:
    """What is not wished: "not jazz", "but no opera", "except sundays", "no zoom"."""
    for size in (3, 2, 1):
        if line.run(at, size) not in lexicon.EXCLUDES:
            continue
        first = line.skip(at + size, _BETWEEN)
        if first >= len(line.words):
            return None
        if line.word(at) == "outside":  # but not "outside in chelsea"
            return _unwished_place(line, at, line.skip(at + size, _ARTICLES))
        return _unwished(line, at, first)
    return None


_ARTICLES = frozenset({"a", "an", "the"})
_BETWEEN = frozenset({"a", "an", "any", "the", "in", "on", "including", "really", "into", "for"})


def _unwished(line: Line, at: int, first: int) -> Span | None:
    found = line.vocabulary.term_at(line.stems, first, len(line.words))
    if found is not None:
        return Span(at, found[0], Slot.EXCLUSION, Unwished(first, found[1]), Weight.FIXED)
    numbers, end = _unwished_days(line, first)
    if numbers:
        value = days.Days(weekdays=numbers, reach=days.Reach.EXCEPT)
        return Span(at, end, Slot.DATE, value, Weight.FIXED)
    place = _unwished_place(line, at, first)
    if place is not None:
        return place
    end = first
    while end - first < MAX_EXCLUDED_WORDS and places.is_open(line, end):
        if end > first and line.tokens[end].breaks:
            break
        end += 1
    if end == first:
        return None
    return Span(at, end, Slot.EXCLUSION, Unwished(first, None), Weight.NAMED)


def _unwished_place(line: Line, at: int, first: int) -> Span | None:
    if line.vocabulary.place_at(line.names, first, len(line.words)) is None:
        return None
    place = places.bare(line, first)
    if place is None:
        return None
    unwished = Unwished(first, None, is_place=True)
    return Span(at, place.end, Slot.EXCLUSION, unwished, Weight.FIXED)


def _unwished_days(line: Line, at: int) -> tuple[frozenset[int], int]:
    """The weekdays that a list names, "mondays, tuesdays or fridays", and the position after it."""
    found, end = frozenset[int](), at
    while True:
        number = weekdays.number_of(line.word(at))
        named = frozenset({number}) if number is not None else _GROUPS.get(line.word(at))
        if named is None:
            return found, end
        found, end = found | named, at + 1
        if line.word(end) in _LISTED:
            at = end + 1
        elif line.gap(end) == "/" or (line.gap(end) == "," and line.word(end + 1) in _LISTED):
            at = end
        else:
            return found, end


_LISTED = frozenset({"and", "or", "nor"})
_GROUPS = {"weekends": days.WEEKEND, "weekend": days.WEEKEND, "weekdays": days.WORKDAYS}


def also_excluded(line: Line, spans: Sequence[Span]) -> Iterator[Span]:
    """What follows with "or": "no ballet or jazz", "not mondays or after 8pm"."""
    for span in spans:
        if isinstance(span.value, days.Days) and span.value.reach is days.Reach.EXCEPT:
            yield from _also_at(line, span.end)
        if span.slot is not Slot.EXCLUSION:
            continue
        if isinstance(span.value, Unwished) and span.value.is_place:
            yield from _also_places(line, span.end)
            continue
        end = span.end
        while line.word(end) in {"or", "nor"} or line.gap(end) == "/":
            first = end + (line.word(end) in {"or", "nor"})
            found = line.vocabulary.term_at(line.stems, first, len(line.words))
            if found is None:
                break
            end = found[0]
            yield Span(first, end, Slot.EXCLUSION, Unwished(first, found[1]), Weight.FIXED)


def _also_places(line: Line, end: int) -> Iterator[Span]:
    """The places of "anywhere but brooklyn or queens" after the first."""
    while line.word(end) in _LISTED or line.gap(end) == "/":
        first = line.skip(end, _LISTED | _BETWEEN)
        found = _unwished_place(line, end, first)
        if found is None:
            return
        yield found
        end = found.end


def _also_at(line: Line, at: int) -> Iterator[Span]:
    """The hours that are not wished either: what is not after is before."""
    kind = _BEYOND.get(line.word(at + 1)) if line.word(at) in _LISTED else None
    hour = hours.clock(line, at + 2) if kind is not None else None
    if kind is not None and hour is not None:
        yield Span(at, hour[0], Slot.TIME, hours.Hours(kind, hour[1]), Weight.FIXED)


_BEYOND = {"after": hours.Kind.BEFORE, "before": hours.Kind.AFTER}


RULES = ruled(({lead[0] for lead in lexicon.EXCLUDES}, excluded))
