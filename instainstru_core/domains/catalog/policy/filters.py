"""What offerings can be told apart by: reading a wish, judging an offering, hearing it in a text.

Pure. A wish names keys, and for each the values of which one is enough; all keys have to fit.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from instainstru_core.domains.catalog.policy.words import fold
from instainstru_core.domains.catalog.types import FilterDefinition

MAX_FILTER_KEYS = 10
MAX_FILTER_VALUES = 20
MAX_FILTER_VALUE = 200
MAX_FILTERS = 2_000


class BadFilters(ValueError):
    """A wish that cannot be read. The text says what is wrong and what is allowed."""


def parse_filters(
    text: str, definitions: Sequence[FilterDefinition]
) -> Mapping[str, frozenset[str]]:
    """The wish in `key:value,value|key:value`, by key; no text is no wish.

    `definitions` are those that may be asked for. Raises BadFilters for more than 10 keys, 20
    values of a key, 200 characters of a value or 2,000 in all, and for what is not defined.
    """
    if len(text) > MAX_FILTERS:
        raise BadFilters(f"Filters have at most {MAX_FILTERS} characters.")
    allowed = {one.key: one for one in definitions}
    wanted: dict[str, set[str]] = {}
    for part in text.split("|") if text.strip() else ():
        key, colon, listed = part.partition(":")
        key, values = key.strip().casefold(), [value.strip() for value in listed.split(",")]
        if not colon or not key or not all(values):
            raise BadFilters(
                "Filters look like 'goal:hobby,performance|style:classical': each key once, a"
                " colon, then its values with commas between them."
            )
        if any(len(value) > MAX_FILTER_VALUE for value in values):
            raise BadFilters(f"A filter's value has at most {MAX_FILTER_VALUE} characters.")
        wanted.setdefault(key, set()).update(value.casefold() for value in values)
    if len(wanted) > MAX_FILTER_KEYS:
        raise BadFilters(f"Ask for at most {MAX_FILTER_KEYS} filters at once.")
    if any(len(values) > MAX_FILTER_VALUES for values in wanted.values()):
        raise BadFilters(f"Name at most {MAX_FILTER_VALUES} values for a filter.")
    wrong = misfits(wanted, list(allowed.values()))
    if wrong:
        raise BadFilters(f"There is no filter {', '.join(wrong)}. {describe(definitions)}")
    return {key: frozenset(values) for key, values in wanted.items()}


def misfits(
    named: Mapping[str, Collection[str]], definitions: Sequence[FilterDefinition]
) -> list[str]:
    """The keys, and the values as `key:value`, that these definitions do not have."""
    allowed = {one.key: one.values for one in definitions}
    return [
        wrong
        for key, values in sorted(named.items())
        for wrong in (
            [f"{key}:{value}" for value in sorted(values) if value not in allowed[key]]
            if key in allowed
            else [key]
        )
    ]


def describe(definitions: Sequence[FilterDefinition]) -> str:
    """The keys and values that are allowed, for refusals."""
    if not definitions:
        return "No filters apply here."
    listed = "; ".join(f"{one.key}: {', '.join(one.values)}" for one in definitions)
    return f"Choose from {listed}."


def fits(wanted: Mapping[str, Collection[str]], offered: Mapping[str, Collection[str]]) -> bool:
    """Whether an offering has one of the wanted values for each key. What it says nothing of, it
    does not have.
    """
    return all(
        any(value in offered.get(key, ()) for value in values) for key, values in wanted.items()
    )


def inferred_filters(
    text: str, definitions: Sequence[FilterDefinition], *, taken: Collection[str] = ()
) -> Mapping[str, frozenset[str]]:
    """The filters that a text speaks of, for a client to offer; never to narrow by itself.

    Whole words only, longer phrases before shorter ones, each word once. A phrase that could mean
    several options is left alone, and so are the keys in `taken`.
    """
    words = fold(text).split()
    free = [True] * len(words)
    found: dict[str, set[str]] = {}
    meanings, said = _meanings(tuple(definitions)), frozenset(words)
    for phrase in meanings:
        if not said.issuperset(phrase):
            continue
        for start in _places(words, free, phrase):
            free[start : start + len(phrase)] = [False] * len(phrase)
            if len(meanings[phrase]) == 1:
                ((key, value),) = meanings[phrase]
                if key not in taken:
                    found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


@lru_cache(maxsize=128)
def _meanings(
    definitions: tuple[FilterDefinition, ...],
) -> Mapping[tuple[str, ...], set[tuple[str, str]]]:
    """The options that each phrase may mean, the longest phrase first."""
    meanings: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for definition in definitions:
        for option in definition.options:
            own = (option.value.replace("_", " "), option.label) if option.heard else ()
            for phrase in (*own, *option.words):
                words = tuple(fold(phrase.replace("-", " ")).split())
                meanings.setdefault(words, set()).add((definition.key, option.value))
    longest = sorted(meanings, key=lambda phrase: (-len(phrase), phrase))
    return {phrase: meanings[phrase] for phrase in longest}


def _places(words: Sequence[str], free: Sequence[bool], phrase: tuple[str, ...]) -> Iterator[int]:
    """Where the phrase stands in words that are still free, from left to right."""
    size, start = len(phrase), 0
    while start + size <= len(words):
        if tuple(words[start : start + size]) == phrase and all(free[start : start + size]):
            yield start
            start += size
        else:
            start += 1
