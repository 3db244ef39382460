"""The packaged catalog as search reads it, with slugs for ids."""

from functools import cache

from instainstru_core.domains.catalog import repository
from instainstru_core.domains.catalog.types import Entry, Group
from instainstru_core.domains.search.policy.meaning.lexicon import Lexicon
from instainstru_core.domains.search.policy.meaning.lookup import Lookup


@cache
def entries() -> tuple[Entry, ...]:
    """All services, in the order of the tree."""
    return tuple(
        Entry(
            id=service.slug,
            slug=service.slug,
            name=service.name,
            description=service.description,
            synonyms=tuple(service.synonyms),
            age_groups=tuple(service.ages),
            subcategory=Group(group.slug, group.slug, group.name, tuple(group.synonyms)),
            category=Group(top.slug, top.slug, top.name, tuple(top.synonyms)),
        )
        for top in repository.packaged().categories
        for group in top.subcategories
        for service in group.services
    )


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
