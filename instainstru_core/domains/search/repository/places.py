"""Statements over taught names of places, and over what searches say of those that nobody knew."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, bindparam, delete, distinct, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.instructors.models import Instructor, ServiceArea, TeachingPlace
from instainstru_core.domains.search.models import (
    PlaceAlias,
    PlaceVersion,
    SearchClick,
    SearchQuery,
    UnresolvedPlace,
)
from instainstru_core.domains.search.policy.recording import PersonKind
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.learning import (
    AliasStatus,
    Click,
    Evidence,
    Sighting,
    UnresolvedStatus,
)
from instainstru_core.domains.search.types.recording import Device

MOST_OF_A_NAME = 2_000
"""How many searches of one name are looked at; more say nothing more."""

MEANT = tuple(action for action in ClickAction if action is not ClickAction.HOVER)
VERSION = select(PlaceVersion.token)
ACTIVE = (
    select(PlaceAlias.name, PlaceAlias.area_keys, PlaceAlias.is_ambiguous)
    .where(PlaceAlias.status == AliasStatus.ACTIVE)
    .order_by(PlaceAlias.name)
)


class Taught(NamedTuple):
    """A name in use."""

    name: str
    area_keys: tuple[str, ...]
    is_ambiguous: bool


class Asked(NamedTuple):
    """A name that nobody knew, how often it was searched for, first and last."""

    name: str
    searches: int
    first_at: datetime
    last_at: datetime


def version(session: Session) -> str | None:
    """The token of the state of all names."""
    return session.scalar(VERSION)


def active(session: Session) -> tuple[Taught, ...]:
    """All names in use, in their order."""
    return tuple(Taught(row[0], tuple(row[1]), row[2]) for row in session.execute(ACTIVE))


def alias(session: Session, alias_id: str) -> PlaceAlias | None:
    """An alias, held until the transaction ends."""
    query = select(PlaceAlias).where(PlaceAlias.id == alias_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def alias_called(session: Session, name: str) -> PlaceAlias | None:
    """The alias of this name, whatever its status, held until the transaction ends."""
    query = select(PlaceAlias).where(PlaceAlias.name == name).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def aliases(status: AliasStatus | None, after: str | None) -> Select[PlaceAlias]:
    """Aliases, the newest first."""
    query = select(PlaceAlias).order_by(PlaceAlias.id.desc())
    if status is not None:
        query = query.where(PlaceAlias.status == status)
    return query if after is None else query.where(PlaceAlias.id < after)


def add_alias(session: Session, **values: Any) -> bool:  # noqa: ANN401 - of a row
    """Write an alias unless its name has one; whether it was written."""
    statement = insert(PlaceAlias).values(**values).on_conflict_do_nothing(index_elements=["name"])
    return session.scalar(statement.returning(PlaceAlias.id)) is not None


def unresolved(status: UnresolvedStatus | None) -> Select[UnresolvedPlace]:
    """Words that nobody knew, those of most people first."""
    query = select(UnresolvedPlace).order_by(
        UnresolvedPlace.people.desc(), UnresolvedPlace.searches.desc(), UnresolvedPlace.name
    )
    return query if status is None else query.where(UnresolvedPlace.status == status)


def unresolved_called(session: Session, name: str) -> UnresolvedPlace | None:
    """These words, held until the transaction ends."""
    query = select(UnresolvedPlace).where(UnresolvedPlace.name == name).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def note_unresolved(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what is known of these words by now, in one statement. A decision that somebody made
    stays.
    """
    if not rows:
        return
    statement = insert(UnresolvedPlace).values(list(rows))
    given = statement.excluded
    kept = {"name", "first_at", "decided_at", "decided_by"}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={name: given[name] for name in rows[0] if name not in kept},
            where=UnresolvedPlace.status != UnresolvedStatus.DISMISSED,
        ).execution_options(synchronize_session=False)
    )


def forget_unresolved(session: Session, *, before: datetime) -> None:
    """Forget words that nobody searched for since then and that nobody decided about."""
    session.execute(
        delete(UnresolvedPlace)
        .where(UnresolvedPlace.last_at < before, UnresolvedPlace.decided_at.is_(None))
        .execution_options(synchronize_session=False)
    )


def settle_unresolved(
    session: Session, name: str, status: UnresolvedStatus, *, now: datetime, by: str | None
) -> None:
    """Note that somebody decided about these words, if they are on record."""
    session.execute(
        update(UnresolvedPlace)
        .where(UnresolvedPlace.name == name)
        .values(status=status, decided_at=now, decided_by=by)
        .execution_options(synchronize_session=False)
    )


def asked_for(
    session: Session, *, since: datetime, after: str | None, limit: int
) -> Sequence[Asked]:
    """Names that nobody knew, by name; searches of programs are left out."""
    query = (
        select(
            SearchQuery.unresolved_place,
            func.count(),
            func.min(SearchQuery.at),
            func.max(SearchQuery.at),
        )
        .where(*_counted(since))
        .group_by(SearchQuery.unresolved_place)
        .order_by(SearchQuery.unresolved_place)
        .limit(limit)
    )
    if after is not None:
        query = query.where(SearchQuery.unresolved_place > after)
    return [Asked(row[0] or "", *row[1:]) for row in session.execute(query)]


def evidence(
    session: Session, names: Collection[str], *, since: datetime, names_a_day: int, searches: int
) -> dict[str, Evidence]:
    """Who searched for each of these names, and whom they took up then. Whoever searched for more
    unknown places on a day, or more often for them, than a person would is left out.
    """
    busy = _busy(names, since=since, names_a_day=names_a_day, searches=searches)
    rank = func.row_number().over(
        partition_by=SearchQuery.unresolved_place, order_by=SearchQuery.at.desc()
    )
    seen = (
        select(
            SearchQuery.id,
            SearchQuery.unresolved_place,
            SearchQuery.person,
            SearchQuery.address_hash,
            SearchQuery.user_id.is_not(None).label("is_user"),
            rank.label("rank"),
        )
        .where(
            *_counted(since),
            SearchQuery.unresolved_place.in_(bindparam("names", expanding=True)),
            func.left(SearchQuery.person, 1).in_([PersonKind.USER.value, PersonKind.GUEST.value]),
            SearchQuery.person.not_in(busy),
        )
        .cte("seen")
    )
    query = (
        select(
            seen.c.unresolved_place,
            seen.c.person,
            seen.c.address_hash,
            seen.c.is_user,
            SearchClick.instructor_id,
        )
        .outerjoin(
            SearchClick,
            (SearchClick.search_id == seen.c.id)
            & SearchClick.action.in_(MEANT)
            & ((SearchClick.person == seen.c.person) | (SearchClick.guest == seen.c.person)),
        )
        .where(seen.c.rank <= MOST_OF_A_NAME)
        .distinct()
    )
    sightings: dict[str, set[Sighting]] = {name: set() for name in names}
    clicks: dict[str, set[Click]] = {name: set() for name in names}
    for row in session.execute(query, {"names": sorted(names)}):
        name, person = str(row[0]), str(row[1])
        sightings[name].add(Sighting(person, row[2], is_user=row[3]))
        taken = cast("str | None", row[4])  # nobody may have been taken up
        if taken is not None:
            clicks[name].add(Click(person, taken))
    return {
        name: Evidence(
            tuple(sorted(sightings[name], key=lambda one: (one.person, one.address or ""))),
            tuple(sorted(clicks[name], key=lambda one: (one.person, one.instructor_id))),
        )
        for name in names
    }


def areas_of(session: Session, instructor_ids: Collection[str]) -> dict[str, list[str]]:
    """Where each of these instructors travels to or teaches."""
    travels = select(ServiceArea.instructor_id, ServiceArea.area_key)
    hosts = select(TeachingPlace.instructor_id, TeachingPlace.area_key).where(
        TeachingPlace.area_key.is_not(None)
    )
    both = travels.union(hosts).subquery()
    query = (
        select(both.c.instructor_id, both.c.area_key)
        .where(both.c.instructor_id.in_(sorted(instructor_ids)))
        .order_by(both.c.instructor_id, both.c.area_key)
    )
    found: dict[str, list[str]] = {}
    for instructor_id, key in session.execute(query):
        found.setdefault(instructor_id, []).append(key)
    return found


def served(session: Session) -> Mapping[str, float]:
    """The share of all live instructors who travel to each area."""
    live = select(func.count()).where(Instructor.is_live).scalar_subquery()
    query = (
        select(ServiceArea.area_key, func.count(distinct(ServiceArea.instructor_id)), live)
        .join(Instructor, Instructor.id == ServiceArea.instructor_id)
        .where(Instructor.is_live)
        .group_by(ServiceArea.area_key)
    )
    return {key: count / all_of_them for key, count, all_of_them in session.execute(query)}


def _counted(since: datetime) -> tuple[Any, ...]:
    return (
        SearchQuery.unresolved_place.is_not(None),
        SearchQuery.at >= since,
        SearchQuery.device != Device.PROGRAM,
    )


def _busy(
    names: Collection[str], *, since: datetime, names_a_day: int, searches: int
) -> Select[str | None]:
    """Those who searched for these names and do so too much to be a person."""
    day = func.date_trunc("day", SearchQuery.at)
    suspects = select(SearchQuery.person).where(
        *_counted(since),
        SearchQuery.unresolved_place.in_(sorted(names)),
        SearchQuery.person.is_not(None),
    )
    return (
        select(SearchQuery.person)
        .where(*_counted(since), SearchQuery.person.in_(suspects))
        .group_by(SearchQuery.person, day)
        .having(
            (func.count(distinct(SearchQuery.unresolved_place)) > names_a_day)
            | (func.count() > searches)
        )
    )
