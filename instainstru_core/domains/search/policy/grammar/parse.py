"""Reading a text: what is taught, where, when, for how much and for whom.

Words become tokens, misspelled ones are made right, every rule marks the spans that it can read,
those that go together are chosen, and what is left over is what was not understood.
"""

from collections.abc import Iterator
from datetime import date

from instainstru_core.domains.search.policy.grammar import (
    again,
    dates,
    exclusions,
    holidays,
    hours,
    lengths,
    money,
    people,
    phrases,
    places,
    reckoned,
    topics,
    weekdays,
)
from instainstru_core.domains.search.policy.grammar.spans import Line, Rule, Span, chosen, joined
from instainstru_core.domains.search.policy.grammar.telling import told
from instainstru_core.domains.search.policy.grammar.tokens import Token, tokenized
from instainstru_core.domains.search.policy.grammar.words import Words, stem
from instainstru_core.domains.search.types.parsed import Parsed

_RULES = joined(
    money.RULES,
    hours.RULES,
    lengths.RULES,
    weekdays.RULES,
    dates.RULES,
    reckoned.RULES,
    holidays.RULES,
    people.RULES,
    places.RULES,
    exclusions.RULES,
    phrases.RULES,
    again.RULES,
)
_FIGURES: tuple[Rule, ...] = (
    money.figure,
    hours.bare,
    lengths.figure,
    dates.figures,
    reckoned.from_day,
    people.aged,
    people.of_age_at,
    people.counted,
    places.zip_code,
    places.street,
)


def parse(text: str, words: Words, today: date) -> Parsed:
    """What a text says to someone who reads it on this New York day. Never raises."""
    tokens, corrected = _repaired(text, tokenized(text), words)
    if not tokens:
        return Parsed(text=text)
    folded = [token.word for token in tokens]
    line = Line(
        tokens=tokens,
        words=folded,
        stems=[stem(word) for word in folded],
        names=[words.long_forms.get(word, word) for word in folded],
        vocabulary=words,
        today=today,
        tail=text[tokens[-1].end :].strip(),
    )
    spans = chosen(_read(line))
    spans = chosen((*spans, *exclusions.also_excluded(line, spans)))
    return told(text, corrected, line, spans)


def _repaired(text: str, tokens: list[Token], words: Words) -> tuple[list[Token], str | None]:
    """The words made right, and the whole text with them where one was wrong."""
    pieces: list[str] = []
    end = 0
    for at, token in enumerate(tokens):
        right = words.spellings.repaired(token.word)
        if right is None:
            continue
        tokens[at] = token._replace(word=right)
        pieces += (text[end : token.start], right)
        end = token.end
    return tokens, "".join((*pieces, text[end:])) if pieces else None


def _read(line: Line) -> Iterator[Span]:
    """Every span that any rule can read."""
    for at, token in enumerate(line.tokens):
        rules = _RULES.get(token.word, ())
        if token.number is not None or token.clock is not None:
            rules = (*rules, *_FIGURES)
        for rule in rules:
            span = rule(line, at)
            if span is not None:
                yield span
        yield from topics.term(line, at)
        if line.names[at] in line.vocabulary.places:
            span = places.bare(line, at)
            if span is not None:
                yield span
