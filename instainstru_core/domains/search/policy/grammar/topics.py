"""What is to be learned and what is not: terms of the catalog, and words that nobody knows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.exclusions import Unwished
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight
from instainstru_core.domains.search.policy.grammar.words import Named
from instainstru_core.domains.search.policy.meaning.real_words import ABOUT_OTHERS, TRADES
from instainstru_core.domains.search.types.parsed import Phrase, Slot

LONG_TERM = 3
"""Of so many words, a term is as sure as a figure with its unit: "sixth grade test"."""
LANGUAGES = frozenset({"languages"})
MUSIC = frozenset({"music"})


@dataclass(frozen=True, slots=True)
class Topic:
    """A wish: the words from `start` up to `end`; without `named`, words nobody knows."""

    start: int
    end: int
    text: str
    named: Named | None = None


# --- rules ---------------------------------------------------------------------------------------


def term(line: Line, at: int) -> Iterator[Span]:
    """The terms of the catalog that begin here: the longest, and a shorter one for want of it."""
    found = line.vocabulary.term_at(line.stems, at, len(line.words))
    joined = line.vocabulary.joined_at(line.words, at)
    apart = found is None or found[0] == at + 1
    if joined is not None and apart and not joined.is_weak and not line.tokens[at + 1].parts:
        yield Span(at, at + 2, Slot.SERVICE, joined)
    while found is not None:
        end, named = found
        if not _is_trade(line, at, end, named) and not any(
            line.tokens[inner].parts for inner in range(at + 1, end)
        ):
            long = end - at >= LONG_TERM
            weight = Weight.GUESS if named.is_weak else Weight.FIXED if long else Weight.PLAIN
            yield Span(at, end, Slot.SERVICE, named, weight)
        found = line.vocabulary.term_at(line.stems, at, end - 1) if end > at + 1 else None


def _is_trade(line: Line, at: int, end: int, named: Named) -> bool:
    """Whether somebody is looked for who does it, "mechanic" is not the singular of mechanics; or
    something else by what follows, as in "piano tuning" and "french restaurant".
    """
    goes_on = line.word(end + 1) == "to"  # "spanish moving to madrid"
    if line.word(end) in ABOUT_OTHERS and not line.tokens[end].breaks and not goes_on:
        return True
    trades = TRADES.intersection(line.words[at:end])
    return bool(trades) and not trades.issubset(named.text.split())


# --- all that was said -------------------------------------------------------------------------


def wished(line: Line, spans: Sequence[Span]) -> list[Topic]:
    """The wishes in order: the sure ones; without any the doubtful; else words nobody knows."""
    named = [
        Topic(span.start, span.end, _text(line, span, span.value), span.value)
        for span in spans
        if span.slot is Slot.SERVICE and isinstance(span.value, Named)
    ]
    sure = [topic for topic in named if topic.named is not None and not topic.named.is_weak]
    if sure:
        sure += [topic for topic in named if _is_within(topic, sure)]
        sure += [topic for topic in _as_such(line, spans) if _stands_alone(line, spans, topic)]
        sure.sort(key=lambda topic: topic.start)
        return _without_manners(line, _narrowed(sure))
    unknown = list(_unknown(line, spans))
    if named:
        return _narrowed(_with_neighbors(named, unknown, line))
    if unknown:
        return unknown
    return _as_such(line, spans)[:1]


def _is_within(topic: Topic, sure: Sequence[Topic]) -> bool:
    """Whether a doubtful term is one of a group that is named: "scratch programming"."""
    named = topic.named
    return (
        named is not None
        and named.is_weak
        and any(other.named and named.services < other.named.services for other in sure)
    )


def _as_such(line: Line, spans: Sequence[Span]) -> list[Topic]:
    """Tutoring and coaching without a subject."""
    return [
        Topic(at, at + 1, lexicon.LESSONS_AS_SUCH[word])
        for at, word in enumerate(line.words)
        if word in lexicon.LESSONS_AS_SUCH and not _is_covered(spans, at)
    ]


def _stands_alone(line: Line, spans: Sequence[Span], topic: Topic) -> bool:
    """Whether tutoring is a wish beside others: "tutoring plus music lessons"."""
    joins = frozenset({"and", "or", "plus"})
    before, after = line.word(topic.start - 1), line.word(topic.end)
    if before in joins:
        return after not in {"in", "for"}
    return (
        after in joins
        and (topic.start == 0 or not is_content(line, spans, topic.start - 1))
        and (topic.start == 0 or not _is_covered(spans, topic.start - 1))
    )


def _text(line: Line, span: Span, named: Named) -> str:
    """The term as the catalog has it; a doubtful one as typed, unless lessons are spoken of: a
    babysitter is no babysitter training.
    """
    if named.is_weak and lexicon.LESSON_WORDS.isdisjoint(line.words):
        return line.written(span.start, span.end)
    return named.text


def _narrowed(topics: Sequence[Topic]) -> list[Topic]:
    """Without what is said twice, and without the group where one of it is named."""
    kept: list[Topic] = []
    for topic in topics:
        others = [other for other in topics if other is not topic and other.named and topic.named]
        if any(
            other.named.services < topic.named.services
            or (other.named.services == topic.named.services and other.start < topic.start)
            for other in others
            if other.named and topic.named
        ):
            continue
        kept.append(topic)
    return kept


def _without_manners(line: Line, topics: list[Topic]) -> list[Topic]:
    """Without languages that only say how: "french cooking", "piano lessons in spanish"."""
    if len(topics) == 1:
        return topics
    kept: list[Topic] = []
    for at, topic in enumerate(topics):
        others = [other for other in topics if other is not topic]
        named = frozenset[str]() if topic.named is None else topic.named.categories
        if named >= LANGUAGES and _is_spoken(line, topic, others):
            continue
        if named == LANGUAGES:
            if line.word(topic.start - 1) == "in" and topic.start > others[0].end:
                continue
            if line.word(topic.end) in lexicon.COOKED:
                continue
            if _is_manner_of(line, topic, topics[at + 1] if at + 1 < len(topics) else None):
                continue
        if topic.text in lexicon.DANCE_STYLES and _is_style_of(line, topic, topics, at):
            continue
        if at and topic.text in _PREPARING and topics[at - 1].end == topic.start:
            continue
        kept.append(topic)
    return kept


_PREPARING = frozenset({"test prep", "test preparation", "exam prep"})
"""What follows a service says how: "driving test prep"."""

BETWEEN = 2


def _is_manner_of(line: Line, topic: Topic, following: Topic | None) -> bool:
    """Whether a language says how something is done: "french cooking", "korean bbq cooking"."""
    if following is None or following.named is None:
        return False
    between = range(topic.end, following.start + 1)
    return (
        len(between) <= BETWEEN
        and not any(line.tokens[inner].breaks for inner in between)
        and lexicon.CONNECTORS.isdisjoint(line.words[topic.end : following.start])
        and lexicon.LESSON_WORDS.isdisjoint(line.words[topic.end : following.start])
        and bool(following.named.categories & lexicon.SUBJECTS_OF_LANGUAGES)
    )


def _is_style_of(line: Line, topic: Topic, topics: Sequence[Topic], at: int) -> bool:
    """Whether a dance says what music something is: "flamenco guitar"."""
    following = topics[at + 1] if at + 1 < len(topics) else None
    return (
        following is not None
        and following.named is not None
        and following.named.categories == MUSIC
        and following.start == topic.end
        and not line.tokens[following.start].breaks
    )


def _is_spoken(line: Line, topic: Topic, others: Sequence[Topic]) -> bool:
    """Whether it is what somebody speaks: "who speaks spanish", "russian speaking"."""
    taken = {at for other in others for at in range(other.start, other.end)}
    before = topic.start - 1 not in taken and not line.tokens[topic.start].breaks
    after = topic.end not in taken and not (
        topic.end < len(line.tokens) and line.tokens[topic.end].breaks
    )
    return (before and line.word(topic.start - 1) in _SPOKEN) or (
        after and line.word(topic.end) in _SPOKEN
    )


_SPOKEN = frozenset({
    "speaks", "speak", "speaking", "speaker", "speakers", "bilingual", "fluent",
})  # fmt: skip


def _with_neighbors(named: list[Topic], unknown: list[Topic], line: Line) -> list[Topic]:
    """A doubtful term with the unknown words beside it: "house cleaning" is no dance. Where nothing
    is said of lessons, also with those that only small words part from it: "fix the house".
    """
    kept: list[Topic] = []
    no_lessons = lexicon.LESSON_WORDS.isdisjoint(line.words)
    for topic in named:
        start, end = topic.start, topic.end
        parts = [topic]
        apart = no_lessons and " ".join(line.words[start:end]) in lexicon.WEAK_TERMS
        for other in unknown:
            if other.end == start or (apart and _is_parted_by_little(line, other.end, start)):
                start = other.start
                parts.insert(0, other)
            elif other.start == end or (apart and _is_parted_by_little(line, end, other.start)):
                end = other.end
                parts.append(other)
        kept.append(topic if len(parts) == 1 else Topic(start, end, _words(line, parts)))
    return kept


def _words(line: Line, parts: Iterable[Topic]) -> str:
    return " ".join(word for part in parts for word in line.words[part.start : part.end])


def _is_parted_by_little(line: Line, end: int, start: int) -> bool:
    """Whether nothing but words that say nothing stands between two."""
    between = line.words[end:start]
    return (
        bool(between)
        and lexicon.FILLERS.issuperset(between)
        and lexicon.CONNECTORS.isdisjoint(between)
        and not any(line.tokens[at].breaks for at in range(end, start + 1))
    )


def _unknown(line: Line, spans: Sequence[Span]) -> Iterator[Topic]:
    """Runs of words that nothing else claims."""
    start: int | None = None
    for at in range(len(line.words) + 1):
        is_part = at < len(line.words) and is_content(line, spans, at)
        if start is not None and line.word(at) == "of" and at + 1 < len(line.words):
            is_part = is_content(line, spans, at + 1) and not line.tokens[at].breaks
        if start is not None and (not is_part or line.tokens[at].breaks):
            yield Topic(start, at, " ".join(line.words[start:at]))
            start = None
        if is_part and start is None:
            start = at


def is_content(line: Line, spans: Sequence[Span], at: int) -> bool:
    """Whether a word says something that was not understood."""
    word = line.word(at)
    return not (
        _is_covered(spans, at)
        or word in lexicon.FILLERS
        or word in lexicon.LESSON_WORDS
        or len(word) == 1
        or line.tokens[at].number is not None
        or line.tokens[at].clock is not None
    )


def _is_covered(spans: Sequence[Span], at: int) -> bool:
    return any(span.start <= at < span.end for span in spans)


def phrase_of(line: Line, topic: Topic) -> Phrase:
    """The wish as words with their place in the text."""
    return Phrase(topic.text, line.tokens[topic.start].start, line.tokens[topic.end - 1].end)


def unwished(line: Line, spans: Sequence[Span], wishes: Sequence[Topic]) -> tuple[Phrase, ...]:
    """What is to be kept out. What would leave nothing of a wish is not: who wants guitar but not
    electric guitar still wants guitar.
    """
    return tuple(
        _phrase(line, span, span.value)
        for span in spans
        if isinstance(span.value, Unwished) and not _is_unheeded(span.value, wishes)
    )


def unheeded(line: Line, spans: Sequence[Span], wishes: Sequence[Topic]) -> tuple[Phrase, ...]:
    """What is not wished and cannot be kept out: places, and parts of what is wished."""
    return tuple(
        _phrase(line, span, span.value)
        for span in spans
        if isinstance(span.value, Unwished) and _is_unheeded(span.value, wishes)
    )


def _is_unheeded(unwished_: Unwished, wishes: Sequence[Topic]) -> bool:
    return unwished_.is_place or is_whole_wish(unwished_, wishes)


def _phrase(line: Line, span: Span, unwished_: Unwished) -> Phrase:
    first = unwished_.first
    text = unwished_.named.text if unwished_.named else " ".join(line.words[first : span.end])
    return Phrase(text, line.tokens[first].start, line.tokens[span.end - 1].end)


def meant(spans: Sequence[Span], wishes: Sequence[Topic]) -> Iterator[tuple[int, int]]:
    """Where the wishes stand, and other words for the same: "excel and powerpoint"."""
    services = [topic.named.services for topic in wishes if topic.named is not None]
    places = {(topic.start, topic.end) for topic in wishes}
    yield from places
    for span in spans:
        if span.slot is Slot.SERVICE and isinstance(span.value, Named):
            taken = any(start < span.end and span.start < end for start, end in places)
            prepares = span.value.text in _PREPARING and bool(services)
            if not taken and (prepares or any(span.value.services >= one for one in services)):
                yield span.start, span.end


def is_whole_wish(unwished_: Unwished, wishes: Sequence[Topic]) -> bool:
    """Whether to keep this out would leave nothing of a wish."""
    named = unwished_.named
    return named is not None and any(
        topic.named is not None and topic.named.services <= named.services for topic in wishes
    )


def implied(topics: Sequence[Topic]) -> str | None:
    """For whom the wishes themselves are: "kids coding"."""
    found = (topic.named.audience for topic in topics if topic.named is not None)
    return next((audience for audience in found if audience is not None), None)
