"""The words that a grammar knows: what the catalog teaches, how places are called, time words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.repair import Spellings, is_slip, spellings
from instainstru_core.domains.search.policy.grammar.tokens import tokenized

MAX_NAME_WORDS = 6
MIN_PLURAL = 4


class Places(Protocol):
    """The names of places, folded, and the short forms of words in them."""

    @property
    def places(self) -> Mapping[str, object]: ...

    @property
    def long_forms(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Named:
    """A word or words of the catalog: `text` as the catalog has it, and what they name.

    `is_weak` words mean something else as often, such as "word" and "house". `audience` is whom
    the words are for, such as "kids coding".
    """

    text: str
    services: frozenset[str]
    categories: frozenset[str]
    is_weak: bool = False
    audience: str | None = None


T = TypeVar("T")
Tails = tuple[tuple[tuple[str, ...], T], ...]
"""What may follow a first word, the longest first, and what the whole means."""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the grammar knows beside its own rules. Built once, shared by all texts."""

    terms: Mapping[str, Tails[Named]]
    places: Mapping[str, Tails[None]]
    long_forms: Mapping[str, str]
    spellings: Spellings

    def term_at(self, stems: Sequence[str], at: int, end: int) -> tuple[int, Named] | None:
        """The longest term that begins here: the position after it, and what it names."""
        for tail, named in self.terms.get(stems[at], ()):
            after = at + 1 + len(tail)
            if after <= end and all(map(str.__eq__, tail, stems[at + 1 : after])):
                return after, named
        return None

    def place_at(self, names: Sequence[str], at: int, end: int) -> int | None:
        """The position after the longest name of a place that begins here."""
        for tail, _ in self.places.get(names[at], ()):
            after = at + 1 + len(tail)
            if after <= end and all(map(str.__eq__, tail, names[at + 1 : after])):
                return after
        return None


def stem(word: str) -> str:
    """The word without the sign of the plural: "drums" and "drum" are the same."""
    if len(word) >= MIN_PLURAL and word[-1] == "s" and word[-2] not in "su":
        return word[:-1]
    return word


def words_of(entries: Iterable[Entry], places: Places) -> Words:
    """The words of a catalog and of a map."""
    catalog = tuple(entries)
    terms = _terms(catalog)
    names = tuple(places.places)
    return Words(
        terms=_by_first_word(terms.items()),
        places=_by_first_word((tuple(name.split()), None) for name in names if name),
        long_forms=places.long_forms,
        spellings=spellings(
            terms=_plain_words(catalog),
            misspelled=_misspelled(catalog),
            places=(word for name in names for word in name.split()),
        ),
    )


def _by_first_word(phrases: Iterable[tuple[tuple[str, ...], T]]) -> dict[str, Tails[T]]:
    found: dict[str, list[tuple[tuple[str, ...], T]]] = {}
    for words, meaning in phrases:
        if words:
            found.setdefault(words[0], []).append((words[1:], meaning))
    return {
        first: tuple(sorted(tails, key=lambda tail: -len(tail[0])))
        for first, tails in found.items()
    }


def _terms(catalog: Sequence[Entry]) -> dict[tuple[str, ...], Named]:
    """All phrases that name something taught. What also has a shorter name goes by that."""
    named: dict[tuple[str, ...], tuple[str, set[str], set[str], bool]] = {}
    for entry in catalog:
        for text, is_name in _called(entry):
            for words in _forms(text):
                known = named.setdefault(words, (_shown(text), set(), set(), False))
                known[1].add(entry.id)
                known[2].add(entry.category.slug)
                if is_name and not known[3]:
                    named[words] = (_shown(text), known[1], known[2], True)
    kept: dict[tuple[str, ...], Named] = {}
    for words, (text, services, categories, is_name) in named.items():
        audience = next(
            (lexicon.WHO_OF_TERMS[word] for word in words if word in lexicon.WHO_OF_TERMS), None
        )
        if any(rest in named and named[rest][1] >= services for rest in _without_audience(words)):
            continue
        is_weak = not is_name and text in lexicon.WEAK_TERMS
        kept[words] = Named(text, frozenset(services), frozenset(categories), is_weak, audience)
    return kept


def _called(entry: Entry) -> Iterator[tuple[str, bool]]:
    """All that a service and its groups are called, and whether that is a name."""
    yield entry.name, True
    yield from ((part, True) for part in _parts(entry.name))
    yield from ((synonym, False) for synonym in entry.synonyms)
    for group in (entry.subcategory, entry.category):
        yield group.name, True
        yield from ((part, True) for part in _parts(group.name))
        yield from ((synonym, False) for synonym in group.synonyms)


def _parts(name: str) -> Iterator[str]:
    """The sides of "Hindi/Urdu" and "Voice & Singing", and "ISR" of "ISR (Infant ...)"."""
    if " (" in name:
        outer, inner = name.rstrip(")").split(" (", 1)
        yield from (outer, inner)
        return
    parts = [part.strip() for part in name.replace("/", "&").split("&")]
    if len(parts) > 1:
        yield from (part for part in parts if part not in lexicon.NO_PARTS)


def _shown(text: str) -> str:
    return " ".join(token.word for token in tokenized(text))


def _forms(text: str) -> Iterator[tuple[str, ...]]:
    """The stems of a term, and those without "learn to" before and "lessons" after it."""
    words = [token.word for token in tokenized(text)]
    yield tuple(map(stem, words))
    start, end = 0, len(words)
    while start < end - 1 and words[start] in lexicon.LEARN_WORDS:
        start += 1
    while end > start + 1 and words[end - 1] in lexicon.LESSON_WORDS:
        end -= 1
    if (start, end) != (0, len(words)):
        yield tuple(map(stem, words[start:end]))


def _without_audience(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The phrase without those it is for: "kids yoga" and "yoga for kids" are "yoga"."""
    for size in (1, 2):
        if len(words) > size and " ".join(words[:size]) in lexicon.WHO_BEFORE:
            yield words[size:]
    if words[-2:-1] == ("for",) and words[-1] in lexicon.WHO_BEFORE:
        yield words[:-2]


def _plain_words(catalog: Sequence[Entry]) -> Iterator[str]:
    wrong = _misspelled(catalog)
    for entry in catalog:
        for text, _ in _called(entry):
            yield from (token.word for token in tokenized(text) if token.word not in wrong)


def _misspelled(catalog: Sequence[Entry]) -> frozenset[str]:
    """Synonyms that are a name with a letter left out, changed or moved: "paino", "gutar"."""
    return frozenset(
        synonym
        for entry in catalog
        for synonym in entry.synonyms
        if synonym.isalpha() and is_slip(synonym, entry.name.casefold())
    )
