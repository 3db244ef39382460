"""Which stored answers a change overtakes, as the tags that they carry."""

from collections.abc import Collection

from instainstru_core.domains.search.policy import caching
from instainstru_core.domains.search.repository import offered as repository
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("search.overtaken")
def overtaken(uow: Uow, instructor_ids: Collection[str]) -> tuple[str, ...]:
    """The tags of answers in which these instructors are or may now be. One statement."""
    if not instructor_ids:
        return ()
    tags: dict[str, None] = {}
    for one in repository.standings(uow.session, instructor_ids):
        changed = caching.tags_of_change(
            one.instructor_id, services=one.service_ids, area_keys=one.area_keys
        )
        tags |= dict.fromkeys(changed)
    return tuple(tags)


@operation("search.overtaken_lately")
def overtaken_lately(uow: Uow, *, seconds: int) -> tuple[str, ...]:
    """The same of everybody whose offer, place or standing changed so lately, however it did."""
    return overtaken(uow, repository.changed(uow.session, seconds))


@operation("search.vocabulary_version")
def vocabulary_version(uow: Uow) -> str:
    """Another one after every change of the catalog and of the map."""
    return str(repository.version(uow.session))
