"""The words and names that a search is read with, kept in each process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.search.policy.grammar import Words, words_of
from instainstru_core.domains.search.policy.meaning.lexicon import Lexicon
from instainstru_core.domains.search.service import meaning, places
from instainstru_core.domains.search.service.keeping import Kept
from instainstru_core.kernel.uow import Uow


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the grammar knows, and the catalog by every name that a filter may give.

    `services`, `subcategories` and `categories` hold ids of services by id and slug.
    """

    words: Words
    entries: Mapping[str, Entry]
    services: Mapping[str, frozenset[str]]
    subcategories: Mapping[str, frozenset[str]]
    categories: Mapping[str, frozenset[str]]


_kept: Kept[Vocabulary] = Kept()


def vocabulary(uow: Uow) -> Vocabulary:
    """The words of the catalog and of the map as they are, at most ten seconds late."""
    return _kept.get(
        uow,
        "vocabulary",
        lambda: (catalog.version(uow), places.names_version(uow)),
        lambda: _made(meaning.lexicon(uow), places.gazetteer(uow)),
    )


def forget() -> None:
    """Forget what this process knows, so that it looks again."""
    _kept.forget()


@lru_cache(maxsize=1)
def _made(lexicon: Lexicon, names: Gazetteer) -> Vocabulary:
    """Two databases with the same catalog and map have one."""
    services: dict[str, set[str]] = {}
    subcategories: dict[str, set[str]] = {}
    categories: dict[str, set[str]] = {}
    for entry in lexicon.entries:
        for named, id_and_slug in (
            (services, (entry.id, entry.slug)),
            (subcategories, (entry.subcategory.id, entry.subcategory.slug)),
            (categories, (entry.category.id, entry.category.slug)),
        ):
            for name in id_and_slug:
                named.setdefault(name, set()).add(entry.id)
    return Vocabulary(
        words=words_of(lexicon.entries, names),
        entries={entry.id: entry for entry in lexicon.entries},
        services={name: frozenset(ids) for name, ids in services.items()},
        subcategories={name: frozenset(ids) for name, ids in subcategories.items()},
        categories={name: frozenset(ids) for name, ids in categories.items()},
    )
