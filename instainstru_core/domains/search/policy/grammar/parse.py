"""Reading a text: what is taught, where, when, for how much and for whom."""

from datetime import date

from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.tokens import tokenized
from instainstru_core.domains.search.policy.grammar.words import Words, stem
from instainstru_core.domains.search.types.parsed import (
    Mark,
    Parsed,
    Phrase,
    PlaceMention,
    PlacePhrase,
    Slot,
)


def parse(text: str, words: Words, today: date) -> Parsed:  # noqa: ARG001
    """What a text says to someone who reads it on this New York day. Never raises."""
    tokens = tokenized(text)
    folded = [token.word for token in tokens]
    stems = [stem(word) for word in folded]
    names = [words.long_forms.get(word, word) for word in folded]
    services: list[Phrase] = []
    place: PlacePhrase | None = None
    marks: list[Mark] = []
    rest: list[str] = []
    at = 0
    while at < len(tokens):
        start = tokens[at].start
        if (found := words.term_at(stems, at, len(tokens))) is not None:
            at, named = found
            end = tokens[at - 1].end
            services.append(Phrase(named.text, start, end))
            marks.append(Mark(start, end, Slot.SERVICE))
        elif place is None and (after := words.place_at(names, at, len(tokens))) is not None:
            end = tokens[after - 1].end
            place = PlacePhrase(" ".join(folded[at:after]), PlaceMention.BARE, start, end)
            marks.append(Mark(start, end, Slot.PLACE))
            at = after
        else:
            if folded[at] not in lexicon.LESSON_WORDS:
                rest.append(folded[at])
            at += 1
    return Parsed(
        text=text, services=tuple(services), place=place, marks=tuple(marks), rest=" ".join(rest)
    )
