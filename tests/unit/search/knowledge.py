"""The packaged catalog and map as the grammar sees them, without a database."""

from functools import cache

from instainstru_core.domains.catalog import repository as catalog
from instainstru_core.domains.catalog.types import Entry, Group
from instainstru_core.domains.regions import repository as regions
from instainstru_core.domains.regions import service as region_service
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.policy import gazetteer as gazetteer_of
from instainstru_core.domains.regions.types import Named
from instainstru_core.domains.search.policy.grammar import Words, words_of


@cache
def entries() -> tuple[Entry, ...]:
    """All services of the packaged catalog; their ids are their slugs."""
    return tuple(
        Entry(
            entry.slug,
            entry.slug,
            entry.name,
            entry.description,
            tuple(entry.synonyms),
            tuple(entry.ages),
            Group(group.slug, group.slug, group.name, tuple(group.synonyms)),
            Group(top.slug, top.slug, top.name, tuple(top.synonyms)),
        )
        for top in catalog.packaged().categories
        for group in top.subcategories
        for entry in group.services
    )


@cache
def gazetteer() -> Gazetteer:
    """All names of the packaged map."""
    return gazetteer_of(
        [
            Named(area.key, area.name, borough.name, tuple(area.aliases))
            for borough in regions.packaged().boroughs
            for area in borough.areas
        ],
        region_service.vocabulary(),
    )


@cache
def words() -> Words:
    """What the grammar knows."""
    return words_of(entries(), gazetteer())
