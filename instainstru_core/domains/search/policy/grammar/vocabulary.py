"""How the words of a grammar are made of a catalog and a map."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, TypeVar

from rapidfuzz.distance import OSA

from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.regions.types import Place, PlaceKind
from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.holidays import WORDS as HOLIDAY_WORDS
from instainstru_core.domains.search.policy.grammar.phrases import WORDS as PHRASE_WORDS
from instainstru_core.domains.search.policy.grammar.repair import is_slip, spellings
from instainstru_core.domains.search.policy.grammar.tokens import Token, tokenized
from instainstru_core.domains.search.policy.grammar.words import Name, Named, Tails, Words, stem

T = TypeVar("T")


@lru_cache(maxsize=8_192)
def _tokens(text: str) -> tuple[Token, ...]:
    """The words of a name. Groups come once for each of their services."""
    return tuple(tokenized(text))


class Places(Protocol):
    """The names of places, folded, and the short forms of words in them; see `Gazetteer`."""

    @property
    def places(self) -> Mapping[str, Place]: ...

    @property
    def long_forms(self) -> Mapping[str, str]: ...

    @property
    def whole(self) -> frozenset[str]: ...

    @property
    def official(self) -> frozenset[str]: ...

    @property
    def weak(self) -> frozenset[str]: ...

    @property
    def elsewhere(self) -> frozenset[str]: ...

    @property
    def far(self) -> frozenset[str]: ...


def words_of(entries: Iterable[Entry], places: Places) -> Words:
    """The words of a catalog and of a map."""
    catalog = tuple(entries)
    names = _names(places)
    misspelled = _misspelled(catalog)
    made = Words(
        terms=_by_first_word(_terms(catalog).items()),
        places=_by_first_word(
            (_as_written(name, places.long_forms), kind) for name, kind in names.items()
        ),
        long_forms=places.long_forms,
        spellings=spellings(
            names=(token.word for entry in catalog for token in _tokens(entry.name)),
            terms=_telling(catalog),
            places=_telling_places(places),
            right=frozenset(_all_words(catalog))
            | PHRASE_WORDS
            | HOLIDAY_WORDS
            | {"rebook", "usual", "previous", "former"}
            | {word for name in names for word in name.split()},
            misspelled=misspelled,
        ),
    )
    _tokens.cache_clear()
    return made


def _as_written(name: str, long_forms: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a name as those of texts are read: also the "s" of "east 80s" may be south."""
    return tuple(long_forms.get(token.word, token.word) for token in _tokens(name))


def _by_first_word(phrases: Iterable[tuple[tuple[str, ...], T]]) -> dict[str, Tails[T]]:
    found: dict[str, list[tuple[tuple[str, ...], T]]] = {}
    for words, meaning in phrases:
        if words:
            found.setdefault(words[0], []).append((words[1:], meaning))
    return {
        first: tuple(sorted(tails, key=lambda tail: -len(tail[0])))
        for first, tails in found.items()
    }


def _names(places: Places) -> dict[str, Name]:
    """All names that stand in letters, with those elsewhere."""
    known = {
        name: Name(
            is_weak=name in places.weak or name in lexicon.DOUBTFUL_PLACES,
            is_landmark=place.kind is PlaceKind.LANDMARK,
            is_whole=name in places.whole,
        )
        for name, place in places.places.items()
        if name and not name.isdigit()
    }
    elsewhere = dict.fromkeys(places.elsewhere, Name(is_whole=True))
    far = dict.fromkeys(places.far, Name(is_whole=True, is_far=True))
    return {**far, **elsewhere, **known}


@dataclass(slots=True)
class _Draft:
    """What a phrase names, while the catalog is read."""

    text: str
    services: set[str] = field(default_factory=set[str])
    own: set[str] = field(default_factory=set[str])
    """The services that have just this name; they alone are meant where groups have it, too."""
    direct: set[str] = field(default_factory=set[str])
    """The services that are called so themselves, not by their groups."""
    categories: set[str] = field(default_factory=set[str])
    is_name: bool = False
    is_weak: bool = True


def _terms(catalog: Sequence[Entry]) -> dict[tuple[str, ...], Named]:
    """All phrases that name something taught. What also has a shorter name goes by that."""
    drafts: dict[tuple[str, ...], _Draft] = {}
    for entry in catalog:
        _read(entry, drafts)
    _add_verbs(drafts)
    sets: dict[frozenset[str], frozenset[str]] = {}

    def shared(ids: set[str]) -> frozenset[str]:
        """Many phrases name the same: one set for all of them."""
        made = frozenset(ids)
        return sets.setdefault(made, made)

    return {
        words: Named(
            draft.text,
            shared(draft.own or draft.services),
            shared(draft.categories),
            draft.is_weak or draft.text in lexicon.WEAK_TERMS,
            next(
                (lexicon.WHO_OF_TERMS[word] for word in words if word in lexicon.WHO_OF_TERMS), None
            ),
        )
        for words, draft in drafts.items()
        if not _is_told_without(words, draft, drafts)
    }


def _read(entry: Entry, drafts: dict[tuple[str, ...], _Draft]) -> None:
    """Add all that a service is called."""
    known = {_stems(text) for text, _ in _called(entry)}
    itself = {entry.name, *_parts(entry.name), *entry.synonyms}
    for text, is_name in _called(entry):
        whole, bare = _stems(text), _bare(text)
        if lexicon.LESSON_WORDS.issuperset(_shown(text).split()):
            continue
        is_learned = whole[0] in {"learn", "how"} and bare != whole
        if not is_learned and (bare == whole or bare not in known):
            _add(drafts, whole, entry, _shown(text), is_name=is_name)
            if text == entry.name:
                drafts[whole].own.add(entry.id)
            if text in itself:
                drafts[whole].direct.add(entry.id)
        if bare != whole and bare not in known:
            _add(drafts, bare, entry, _shown(text), is_name=False, is_weak=len(bare) == 1)
        brief = tuple(word for word in bare if word not in _ARTICLES)
        if len(brief) > 1 and brief != bare and brief not in known:
            _add(drafts, brief, entry, _shown(text), is_name=False)


_ARTICLES = frozenset({"a", "an", "the"})
"""What is left out in haste: "ride bike"."""


def _add_verbs(drafts: dict[tuple[str, ...], _Draft]) -> None:
    """Add what one does: "draw" is drawing, and "to act" is acting."""
    after_to = {f"to {verb}": noun for verb, noun in lexicon.VERBS_AFTER_TO.items()}
    for verb, noun in (lexicon.VERBS | after_to).items():
        draft, known = drafts.get(_stems(noun)), drafts.get(_stems(verb))
        if draft is not None and (known is None or known.is_weak):
            drafts[_stems(verb)] = draft


def _add(
    drafts: dict[tuple[str, ...], _Draft],
    words: tuple[str, ...],
    entry: Entry,
    text: str,
    *,
    is_name: bool,
    is_weak: bool = False,
) -> None:
    draft = drafts.setdefault(words, _Draft(text))
    if is_name and not draft.is_name:
        draft.text, draft.is_name = text, True
    draft.is_weak = draft.is_weak and is_weak
    draft.services.add(entry.id)
    draft.categories.add(entry.category.slug)


def _is_told_without(
    words: tuple[str, ...], draft: _Draft, drafts: Mapping[tuple[str, ...], _Draft]
) -> bool:
    """Whether the phrase says only for whom: "kids yoga" is "yoga"."""
    return not draft.is_name and any(
        rest in drafts and drafts[rest].direct >= draft.services
        for rest in _without_audience(words)
    )


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
    """A term as the texts of wishes have it: folded, with spaces where it has them."""
    spaced = (("" if token.glued else " ") + token.word for token in _tokens(text))
    return "".join(spaced).strip()


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(token.word) for token in _tokens(text))


def _bare(text: str) -> tuple[str, ...]:
    """The stems of a term without "learn to" before it and "lessons" after it."""
    words = [token.word for token in _tokens(text)]
    start, end = 0, len(words)
    while start < end - 1 and words[start] in lexicon.LEARN_WORDS:
        start += 1
    while end > start + 1 and words[end - 1] in lexicon.LESSON_WORDS:
        end -= 1
    return tuple(map(stem, words[start:end]))


def _without_audience(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The phrase without those it is for: "kids yoga" and "yoga for kids" are "yoga"."""
    for size in (1, 2):
        if len(words) > size and " ".join(words[:size]) in lexicon.WHO_BEFORE:
            yield words[size:]
    if words[-2:-1] == ("for",) and words[-1] in lexicon.WHO_BEFORE:
        yield words[:-2]


def _all_words(catalog: Sequence[Entry]) -> Iterator[str]:
    """Every word that anything is called by, and those that describe it."""
    for entry in catalog:
        yield from (token.word for token in _tokens(entry.description))
        for text, _ in _called(entry):
            yield from (token.word for token in _tokens(text))


def _telling(catalog: Sequence[Entry]) -> Iterator[str]:
    """The words that a slip may have been meant for: of names, and synonyms of one word. What
    stands only within longer synonyms is too often another word with a slip.
    """
    for entry in catalog:
        for text, is_name in _called(entry):
            words = [token.word for token in _tokens(text)]
            if is_name or len(words) == 1:
                yield from words


def _telling_places(places: Places) -> Iterator[str]:
    """Likewise of places: words of the map's own names, and other names of one word that are not
    themselves slips of those.
    """
    official = {word for name in places.official for word in name.split()}
    yield from sorted(official)
    same: dict[Place, list[str]] = {}
    for name in official & places.places.keys():
        same.setdefault(places.places[name], []).append(name)
    for name, place in places.places.items():
        if " " in name or name in official:
            continue
        if all(OSA.distance(name, known, score_cutoff=1) > 1 for known in same.get(place, ())):
            yield name


def _misspelled(catalog: Sequence[Entry]) -> dict[str, str]:
    """Synonyms that are a name with a letter left out, changed or moved: "paino", "gutar"."""
    return {
        synonym: entry.name.casefold()
        for entry in catalog
        for synonym in entry.synonyms
        if synonym.isalpha() and entry.name.isalpha() and is_slip(synonym, entry.name.casefold())
    }
