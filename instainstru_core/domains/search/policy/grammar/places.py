"""Where: "in park slope", "ues", "near Barclays Center", "11215", "near me", "hipster area"."""

from dataclasses import dataclass

from instainstru_core.domains.regions.policy import AVENUES
from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.phrases import PHRASES, phrase
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.policy.grammar.words import Name
from instainstru_core.domains.search.types.parsed import PlaceMention, Slot

ZIP_DIGITS = 5
MAX_UNKNOWN_WORDS = 4
MAX_DESCRIBING_WORDS = 3
MANY_STREETS = 220

# fmt: off
_LEADS: dict[tuple[str, ...], bool] = {
    ("in",): True, ("near",): True, ("around",): True, ("close", "to"): True, ("next", "to"): True,
    ("across", "from"): True, ("inside",): False, ("at",): False, ("by",): False, ("on",): False,
    ("from",): False, ("to",): False, ("within",): False, ("off",): False, ("outside",): True,
    ("anywhere", "in"): True, ("somewhere", "in"): True, ("somewhere", "near"): True,
    ("right", "by"): False, ("based", "in"): True, ("located", "in"): True, ("live", "in"): True,
    ("living", "in"): True, ("outside", "of"): True, ("just", "off"): False,
    ("not", "far", "from"): True, ("anywhere", "near"): True, ("around", "the"): True,
    ("en",): False,
    ("not", "too", "far", "from"): True, ("closest", "to"): True, ("nearest", "to"): True,
    ("available", "in"): True, ("im", "in"): True, ("am", "in"): True, ("are", "in"): True,
}
"""What leads to a place, and whether an unknown name may follow."""
_TAILS = frozenset({"area", "areas", "neighborhood", "neighborhoods", "neighbourhood", "district",
                    "section", "vicinity"})
_NO_DESCRIPTION = frozenset({"my", "the", "this", "your", "our", "in", "any", "same", "near", "a",
                             "that", "subject"})
_NOT_PLACES_AFTER = frozenset({
    "interested", "specialize", "specializes", "specializing", "fluent", "proficient", "major",
    "certified", "trained", "background", "degree", "experience", "improve", "interest", "believe",
    "skills", "confidence", "experienced", "expert",
})
_STREETS = frozenset({"street", "st", "ave", "avenue", "av", "road", "rd", "blvd", "boulevard"})
_ENDINGS = frozenset({"st", "nd", "rd", "th"})
_SIDES = frozenset({"east", "west"})
# fmt: on


@dataclass(frozen=True, slots=True)
class Spot:
    """Words that name a place: from `first` up to `end` among all words."""

    first: int
    end: int
    how: PlaceMention
    is_known: bool = True
    is_whole: bool = False
    """Whether it is the city, a borough or somewhere else altogether."""


def led(line: Line, at: int) -> Span | None:
    """A place with a word before it: a known name, or words that mean nothing else."""
    for size in (4, 3, 2, 1):
        lead = line.run(at, size)
        if lead not in _LEADS:
            continue
        inner = at + size
        bare_at = line.skip(inner, _ARTICLES)
        first, found = inner, _known(line, inner)
        if found is None:
            first, found = bare_at, _known(line, bare_at)
        if found is not None:
            end, name = found
            how = PlaceMention.LANDMARK if name.is_landmark else PlaceMention.PREPOSITION
            spot = Spot(first, end, how, is_whole=name.is_whole)
            return Span(at, _tail(line, end), Slot.PLACE, spot, Weight.PLAIN)
        # "in-laws" are nowhere
        nowhere = line.word(bare_at) in lexicon.NO_PLACES or line.gap(inner) == "-"
        if _LEADS[lead] and not nowhere and line.word(at - 1) not in _NOT_PLACES_AFTER:
            return _unknown(line, at, bare_at)
    return None


_ARTICLES = frozenset({"the", "a", "an"})


def _known(line: Line, at: int) -> tuple[int, Name] | None:
    """A name of the map and the borough behind it: "astoria, queens"; or a numbered street."""
    size = len(line.words)
    if at >= size:
        return None
    found = line.vocabulary.place_at(line.names, at, size)
    if found is None:
        street = _street(line, at)
        return None if street is None else (street, Name())
    end, name = found
    while end < size and not name.is_whole:
        further = line.vocabulary.place_at(line.names, end, size)
        if further is None or not further[1].is_whole:
            break
        end = further[0]
    return end, name


def _tail(line: Line, end: int) -> int:
    """The position after "area", "neighborhood" and the like."""
    return end + 1 if line.word(end) in _TAILS else end


def _unknown(line: Line, at: int, first: int) -> Span | None:
    """Words after "in" or "near" that mean nothing else: a place that is not on the map."""
    end = first
    while end < len(line.words) and end - first < MAX_UNKNOWN_WORDS and is_open(line, end):
        if end > first and line.tokens[end].breaks:
            break
        end += 1
    if end == first:
        return None
    spot = Spot(first, end, PlaceMention.PREPOSITION, is_known=False)
    return Span(at, _tail(line, end), Slot.PLACE, spot, Weight.GUESS)


def _street(line: Line, at: int) -> int | None:
    """The position after "86th street", "w 4th st", "west 72nd"."""
    first = at
    if line.names[at] in _SIDES:
        at += 1
    if line.number(at) is None or not line.tokens[at].is_digits or line.tokens[at].dollars:
        return None
    is_ordinal = line.word(at + 1) in _ENDINGS and line.tokens[at + 1].glued
    end = at + 1 + is_ordinal
    if is_ordinal and first == at:
        inner = _joint(line, end + (line.word(end) in _STREETS))
        corner_end = _avenue(line, inner, line.number(at) or 0)
        if corner_end is not None:
            return corner_end
    if line.word(end) in _STREETS and not (line.word(end) == "st" and line.tokens[end].glued):
        return end + 1
    return end if is_ordinal and at > first else None


def _joint(line: Line, at: int) -> int:
    """The position after "and" or "at", where these or a sign join two streets."""
    if line.word(at) in {"and", "at"}:
        return at + 1
    return at if line.gap(at) in {"&", "/", "+", "@"} else len(line.words)


def _avenue(line: Line, at: int, street: int) -> int | None:
    """The position after an avenue that crosses this street: "lexington ave", "west end"."""
    for size in (2, 1):
        named = AVENUES.get(" ".join(line.run(at, size)))
        if named is not None and street >= named[1]:
            return at + size + (line.word(at + size) in _STREETS)
    return None


def corner(line: Line, at: int) -> Span | None:
    """An avenue and a street: "lex and 86th", "broadway & 96th st"."""
    second = _avenue(line, at, MANY_STREETS)
    inner = len(line.words) if second is None else _joint(line, second)
    number = line.number(inner)
    if number is None or line.word(inner + 1) not in _ENDINGS or _avenue(line, at, number) is None:
        return None
    end = inner + 2 + (line.word(inner + 2) in _STREETS)
    return Span(at, end, Slot.PLACE, Spot(at, end, PlaceMention.BARE), Weight.FIXED)


def is_open(line: Line, at: int) -> bool:
    """Whether a word means nothing in particular, so that it may be a name."""
    word = line.word(at)
    if not word or word in lexicon.FILLERS or word in lexicon.LESSON_WORDS:
        return False
    if line.tokens[at].number is not None or line.tokens[at].clock is not None:
        return False
    if word in lexicon.CONNECTORS or word in lexicon.CALENDAR_WORDS:
        return False
    if line.vocabulary.term_at(line.stems, at, len(line.words)) is not None:
        return False
    return word not in PHRASES or phrase(line, at) is None


def bare(line: Line, at: int) -> Span | None:
    """A known name without a word that leads to it."""
    found = _known(line, at)
    if found is None:
        return None
    end, name = found
    if name.is_far:
        return None
    weight = Weight.PLAIN if end - at > 1 else Weight.NAMED
    if name.is_weak:
        weight = Weight.GUESS
    how = PlaceMention.LANDMARK if name.is_landmark else PlaceMention.BARE
    spot = Spot(at, end, how, is_whole=name.is_whole)
    return Span(at, _tail(line, end), Slot.PLACE, spot, weight)


def described(line: Line, at: int) -> Span | None:
    """What a place is like, without its name: "artsy neighborhood", "quiet residential area"."""
    first = at
    while first > 0 and at - first < MAX_DESCRIBING_WORDS:
        word = line.word(first - 1)
        if (
            not (is_open(line, first - 1) or word in lexicon.DESCRIBING)
            or line.tokens[first].breaks
        ):
            break
        if line.vocabulary.term_at(line.stems, first - 1, at) is not None:
            break
        first -= 1
    if first == at or line.word(first - 1) == "my" or line.word(first) in _NO_DESCRIPTION:
        return None
    start = first - 1 if line.word(first - 1) in {"in", "near", "a", "an"} else first
    spot = Spot(first, at + 1, PlaceMention.BARE, is_known=False)
    return Span(start, at + 1, Slot.PLACE, spot, Weight.PLAIN)


def suggestive(line: Line, at: int) -> Span | None:
    """Words that must be a place by one of them, though nobody knows it: "upper est side"."""
    first = at
    while first > 0 and at - first < MAX_DESCRIBING_WORDS and is_open(line, first - 1):
        first -= 1
        if line.tokens[first].breaks:
            break
    if first == at:
        return None
    spot = Spot(first, at + 1, PlaceMention.BARE, is_known=False)
    return Span(first, at + 1, Slot.PLACE, spot, Weight.GUESS)


def zip_code(line: Line, at: int) -> Span | None:
    """Five figures: "11215", "in 10025", "zip code 10001"."""
    token = line.tokens[at]
    if len(token.word) != ZIP_DIGITS or not token.word.isdigit() or token.dollars or token.glued:
        return None
    start = at
    while line.word(start - 1) in {"in", "near", "around", "zip", "code", "zipcode", "the", "at"}:
        start -= 1
    end = at + 1
    if line.gap(end) == "-" and len(line.word(end)) == ZIP_DIGITS - 1 and line.number(end):
        end += 1
    return Span(start, end, Slot.PLACE, Spot(at, at + 1, PlaceMention.ZIP), Weight.FIXED)


def street(line: Line, at: int) -> Span | None:
    """A street by its number: "86th street"."""
    end = _street(line, at)
    if end is None:
        return None
    start = at - 1 if line.names[at - 1] in _SIDES and at else at
    return Span(start, end, Slot.PLACE, Spot(start, end, PlaceMention.BARE), Weight.PLAIN)


RULES = ruled(
    ({lead[0] for lead in _LEADS}, led),
    (_TAILS, described),
    ({name.split()[0] for name in AVENUES}, corner),
    (("side", "heights", "village"), suggestive),
)
