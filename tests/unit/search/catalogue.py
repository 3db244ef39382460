"""What the words of the packaged catalog mean; ids are slugs."""

from functools import cache

from instainstru_core.domains.search.policy.meaning.lexicon import Lexicon
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from tests.unit.search.knowledge import entries


@cache
def lookup() -> Lookup:
    """What its words mean."""
    return Lookup(Lexicon(entries()))


def of_category(slug: str) -> set[str]:
    """The services of a category."""
    return {entry.slug for entry in entries() if entry.category.slug == slug}


def of_subcategory(slug: str) -> set[str]:
    """The services of a subcategory."""
    return {entry.slug for entry in entries() if entry.subcategory.slug == slug}
