"""The chosen spans put together: one value for each slot, the marks, and what is left over."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from instainstru_core.domains.search.policy.grammar import (
    days,
    hours,
    lexicon,
    money,
    people,
    topics,
)
from instainstru_core.domains.search.policy.grammar.days import Days
from instainstru_core.domains.search.policy.grammar.exclusions import Unwished
from instainstru_core.domains.search.policy.grammar.holidays import Recess
from instainstru_core.domains.search.policy.grammar.hours import WINDOWS, Hours, Stretch, Sureness
from instainstru_core.domains.search.policy.grammar.people import Who
from instainstru_core.domains.search.policy.grammar.phrases import Today
from instainstru_core.domains.search.policy.grammar.places import Spot
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight
from instainstru_core.domains.search.policy.grammar.topics import Topic
from instainstru_core.domains.search.types.parsed import (
    Again,
    LessonType,
    Mark,
    Parsed,
    Phrase,
    PlaceMention,
    PlacePhrase,
    Skill,
    Slot,
    TimeWindow,
    Urgency,
)

T = TypeVar("T")

MANY = 2
MANY_UNREAD_WORDS = 5
_TONIGHT = Stretch(*WINDOWS[TimeWindow.EVENING], TimeWindow.EVENING, Sureness.WINDOW)
_NIGHTS = frozenset({"tonight", "weeknights", "weeknight", "night", "nights"})
_IMPLIED = {"kids": people.KIDS, "toddler": people.TODDLERS, "adults": people.ADULTS}


def told(text: str, corrected: str | None, line: Line, chosen: Sequence[Span]) -> Parsed:
    """All slots of a text."""
    spans = _without_doubtful_places(chosen)
    wishes = topics.wished(line, spans)
    where = _where(line, spans)
    minutes = next(_lengths(spans), None)
    who = people.settled(_values(spans, Who)) or _IMPLIED.get(topics.implied(wishes) or "")
    marks = _marks(line, spans, wishes, where)
    unread = _unread(line, spans, marks)
    reasons = tuple(dict.fromkeys(_reasons(line, spans, wishes, unread)))
    found = [_place(line, span) for span in where]
    return Parsed(
        text=text,
        corrected=corrected,
        services=tuple(topics.phrase_of(line, topic) for topic in wishes),
        excluded=topics.unwished(line, spans, wishes),
        unheeded=topics.unheeded(line, spans, wishes),
        price=money.together(_values(spans, money.Said)),
        dates=days.settled(_said_days(spans, line), line.today),
        unknown_days=tuple(_phrase(line, one) for one in _values(spans, Recess)),
        time=hours.settled(_values(spans, Hours), list(_stretches(line, spans)), minutes),
        minutes=minutes,
        audience=who.audience if who else None,
        age_group=who.age_group if who else None,
        ages=who.ages if who else (),
        skill=next(iter(_values(spans, Skill)), None),
        urgency=min(_values(spans, Urgency), key=list(Urgency).index, default=None),
        lesson_type=_lesson_type(_values(spans, LessonType)),
        place=_together(found),
        again=min(_values(spans, Again), key=list(Again).index, default=None),
        marks=tuple(marks),
        rest=" ".join((*(line.words[at] for at in unread), *_beyond(text, line))),
        needs_model=bool(reasons),
        reasons=reasons,
    )


def _values(spans: Sequence[Span], kind: type[T]) -> list[T]:
    return [span.value for span in spans if isinstance(span.value, kind)]


def _lengths(spans: Sequence[Span]) -> Iterator[int]:
    for span in spans:
        if span.slot is Slot.DURATION and isinstance(span.value, int):
            yield span.value


def _said_days(spans: Sequence[Span], line: Line) -> list[Days]:
    said = _values(spans, Days)
    if _values(spans, Today):
        said.append(Days(line.today, line.today))
    return said


def _phrase(line: Line, said: Recess) -> Phrase:
    first, last = line.tokens[said.first], line.tokens[said.end - 1]
    return Phrase(line.written(said.first, said.end), first.start, last.end)


def _stretches(line: Line, spans: Sequence[Span]) -> Iterator[Stretch]:
    yield from _values(spans, Stretch)
    yield from (part.stretch for part in _values(spans, Today))
    if any(span.slot is Slot.DATE and line.word(span.end - 1) in _NIGHTS for span in spans):
        yield _TONIGHT


def _lesson_type(said: Sequence[LessonType]) -> LessonType | None:
    """Where the lesson is; online and in person together leave it open."""
    if LessonType.ONLINE in said and len(set(said)) > 1:
        return None
    specific = {kind for kind in said if kind is not LessonType.IN_PERSON}
    if len(specific) > 1:
        return LessonType.IN_PERSON
    return next(iter(specific or said), None)


# --- places --------------------------------------------------------------------------------------


def _without_doubtful_places(spans: Sequence[Span]) -> list[Span]:
    """Without names that are more often something else, unless a place is all they can be."""
    sure = any(isinstance(span.value, Spot) and not _is_doubtful(span) for span in spans)
    if not sure and any(span.slot is Slot.SERVICE for span in spans):
        return list(spans)
    return [span for span in spans if not _is_doubtful(span)]


def _is_doubtful(span: Span) -> bool:
    spot = span.value
    return isinstance(spot, Spot) and spot.is_known and span.weight is Weight.GUESS


def _where(line: Line, spans: Sequence[Span]) -> list[Span]:
    """The places: the known ones; without any an unknown one; "near me" where none is named."""
    spots = [(span, span.value) for span in spans if isinstance(span.value, Spot)]
    known = [(span, spot) for span, spot in spots if spot.is_known]
    if not known:
        near = [span for span in spans if isinstance(span.value, PlaceMention)]
        return [span for span, _ in spots[:1]] or near[:1]
    inner = any(not spot.is_whole for _, spot in known)
    kept = [
        span
        for at, (span, spot) in enumerate(known)
        if at == 0 or not spot.is_whole or _is_another(line, known[at - 1][0], span)
    ]
    first, spot = known[0]
    if inner and spot.is_whole and len(kept) > 1 and not _is_another(line, first, kept[1]):
        kept.remove(first)
    return kept


def _is_another(line: Line, one: Span, other: Span) -> bool:
    """Whether two places are joined as one or the other, and not one within the other."""
    between = line.words[one.end : other.start + 1]
    return "or" in between or "and" in between or line.gap(other.start) == "/"


def _together(found: Sequence[PlacePhrase]) -> PlacePhrase | None:
    """Several places as one: "chelsea or soho"."""
    if len(found) < MANY:
        return next(iter(found), None)
    first, last = found[0], found[-1]
    return PlacePhrase(" or ".join(one.text for one in found), first.how, first.start, last.end)


def _place(line: Line, span: Span) -> PlacePhrase:
    first, end, text, how = span.start, span.end, "", PlaceMention.NEAR_ME
    if isinstance(span.value, Spot):
        first, end, how = span.value.first, span.value.end, span.value.how
        text = line.written(first, end)
    return PlacePhrase(text, how, line.tokens[first].start, line.tokens[end - 1].end)


# --- what was read, and what was not -------------------------------------------------------------


def _marks(
    line: Line, spans: Sequence[Span], wishes: Sequence[Topic], where: Sequence[Span]
) -> list[Mark]:
    """What was understood as what, in order. A place that does not count is not marked."""
    found = [
        Mark(line.tokens[span.start].start, line.tokens[span.end - 1].end, span.slot)
        for span in spans
        if span.slot is not None
        and span.slot is not Slot.SERVICE
        and not (_is_unknown_place(span) and span not in where)
    ]
    found += [
        Mark(line.tokens[start].start, line.tokens[end - 1].end, Slot.SERVICE)
        for start, end in topics.meant(spans, wishes)
    ]
    return sorted(found, key=lambda mark: mark.start)


def _is_unknown_place(span: Span) -> bool:
    return isinstance(span.value, Spot) and not span.value.is_known


def _unread(line: Line, spans: Sequence[Span], marks: Sequence[Mark]) -> list[int]:
    """The words that are not marked and say something."""
    quiet = {at for span in spans if span.slot is None for at in range(span.start, span.end)}
    return [
        at
        for at, token in enumerate(line.tokens)
        if at not in quiet
        and not is_quiet(token.word)
        and not any(mark.start <= token.start < mark.end for mark in marks)
    ]


def is_quiet(word: str) -> bool:
    """Whether a word says nothing of what is sought."""
    return (
        word in lexicon.FILLERS
        or word in lexicon.LESSON_WORDS
        or (len(word) == 1 and not word.isdigit())
    )


def _beyond(text: str, line: Line) -> Iterator[str]:
    """What stands after the last word that is read."""
    left = text[line.tokens[-1].end :].strip()
    if any(char.isalnum() for char in left):
        yield left


def _reasons(
    line: Line, spans: Sequence[Span], wishes: Sequence[Topic], unread: Sequence[int]
) -> Iterator[str]:
    """Why the grammar is not certain."""
    covered = {at for span in spans for at in range(span.start, span.end)}
    loose = [word for at, word in enumerate(line.words) if at not in covered]
    if _is_either_or(line, wishes):
        yield "either_or"
    if not lexicon.CONDITIONS.isdisjoint(loose):
        yield "condition"
    if not lexicon.REFERENCES.isdisjoint(loose):
        yield "reference"
    unwished = [span.value for span in spans if isinstance(span.value, Unwished)]
    if any(one.is_place for one in unwished):
        yield "excluded_place"
    if any(topics.is_whole_wish(one, wishes) for one in unwished):
        yield "excluded_part"
    if not lexicon.NEGATIONS.isdisjoint(loose):
        yield "negation"
    unknown = sum(topic.end - topic.start for topic in wishes if topic.named is None)
    if len(unread) + unknown >= MANY_UNREAD_WORDS:
        yield "unread"


def _is_either_or(line: Line, wishes: Sequence[Topic]) -> bool:
    """Whether one of several wishes will do: "piano or guitar"."""
    for one, other in pairwise(wishes):
        if "or" in line.words[one.end : other.start]:
            return True
    return len(wishes) > 1 and "either" in line.words
