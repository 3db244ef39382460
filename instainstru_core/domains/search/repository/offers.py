"""All that is offered, for the index in memory, and the feed of what changes of it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Boolean, String, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.models.feed import SearchChange, SearchFeed
from instainstru_core.domains.search.types.matching import (
    AreaName,
    AreaShape,
    Offered,
    Offers,
    People,
    Spot,
    Teacher,
)
from instainstru_core.kernel import direct
from instainstru_core.kernel.direct import Direct

PRICED = (LessonFormat.STUDENT_LOCATION, LessonFormat.INSTRUCTOR_LOCATION, LessonFormat.ONLINE)
_FEED = text(
    """
    SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS oldest,
           pg_current_xact_id_if_assigned() IS NOT NULL AS is_writing,
           feed.version, feed.purged, changed.ids, changed.instructor_ids,
           current_setting('statement_timeout') AS usual,
           set_config(
               'statement_timeout', coalesce(:ms, current_setting('statement_timeout')), :is_local
           )
    FROM search_feed AS feed
    CROSS JOIN LATERAL (
        SELECT array_agg(id) AS ids, array_agg(instructor_id) AS instructor_ids
        FROM search_changes WHERE txid >= :since
    ) AS changed
    """
).bindparams(bindparam("ms", type_=String), bindparam("is_local", type_=Boolean))
FEED = Direct(lambda: _FEED)
UNLIMITED = text("SET LOCAL statement_timeout TO DEFAULT")
LIMITED = text("SELECT set_config('statement_timeout', :ms, true)")
TEACHERS = """
    SELECT i.id, i.is_founding,
           coalesce(length(i.bio), 0) >= 100 AS is_described,
           (greatest(i.updated_at, u.last_login_at) AT TIME ZONE 'America/New_York')::date,
           (i.created_at AT TIME ZONE 'America/New_York')::date,
           coalesce(r.star_sum, 0), coalesce(r.count, 0),
           (SELECT string_agg(area_key, ' ') FROM service_areas a WHERE a.instructor_id = i.id),
           (
               SELECT string_agg(
                   concat_ws(' ', approximate_latitude, approximate_longitude, area_key), ';'
                   ORDER BY kind DESC, position, id
               )
               FROM teaching_places p WHERE p.instructor_id = i.id
           )
    FROM instructors i
    JOIN users u ON u.id = i.id
    LEFT JOIN review_totals r ON r.instructor_id = i.id
    WHERE i.is_live AND u.status = 'active' AND {which}
    """
TEACHERS_BY_ID = text(TEACHERS.format(which="i.id = ANY(:ids)"))
TEACHERS_AFTER = text(TEACHERS.format(which="i.id > :after") + " ORDER BY i.id LIMIT :count")
OFFERED = """
    SELECT o.instructor_id, o.service_id, o.durations::text, o.age_groups::text,
           o.skill_levels::text, o.filters::text, coalesce(length(o.description), 0) >= 50,
           coalesce(max(hourly_rate_cents) FILTER (WHERE format = 'student_location'), 0),
           coalesce(max(hourly_rate_cents) FILTER (WHERE format = 'instructor_location'), 0),
           coalesce(max(hourly_rate_cents) FILTER (WHERE format = 'online'), 0)
    FROM offerings o
    JOIN services s ON s.id = o.service_id
    JOIN offering_prices p ON p.offering_id = o.id
    WHERE o.is_active AND s.is_active AND {which}
    GROUP BY o.id
    """
OFFERED_BY = text(OFFERED.format(which="o.instructor_id = ANY(:ids)"))
OFFERED_BETWEEN = text(
    OFFERED.format(which="o.instructor_id > :after AND o.instructor_id <= :last")
)
"""Arrays come as text: many say the same, which is then read once."""
NAMES = text("SELECT key, name, borough FROM display_areas ORDER BY borough, position, key")
SHAPES = text(
    """
    SELECT area_key, latitude, longitude,
           111195 * sqrt(ST_Area(boundary) * cos(radians(latitude)) / pi())
    FROM regions WHERE area_key IS NOT NULL ORDER BY area_key, code
    """
)


@dataclass(frozen=True, slots=True)
class News:
    """What a reader has to know: `oldest` is the oldest transaction that is not finished, and where
    to read on from next time; `changed` has an instructor for each row of the feed. Whoever
    `is_writing` also sees what they may yet undo.
    """

    oldest: int
    is_writing: bool
    version: int
    purged: int
    changed: Mapping[int, str]


def news(session: Session, since: int, *, limit_ms: int | None = None) -> News:
    """What changed since a reader looked, in one statement and so in one snapshot.

    All further statements of this transaction, or of plain reads, may take `limit_ms`, or as long
    as before.
    """
    is_alone = direct.reads_alone(session)
    given = None if limit_ms is None else str(limit_ms)
    ((oldest, is_writing, version, purged, ids, instructor_ids, usual, _),) = FEED.read(
        session, {"since": since, "ms": given, "is_local": not is_alone}
    )
    if is_alone and limit_ms is not None:
        direct.limited(session, limit_ms, usual=usual)
    changed: dict[int, str] = dict(zip(ids or (), instructor_ids or (), strict=True))
    return News(oldest, is_writing, version, purged, changed)


def limited(session: Session, limit_ms: int) -> None:
    """Let each further statement of this transaction take so long."""
    session.execute(LIMITED, {"ms": str(limit_ms)})


def unlimited(session: Session) -> None:
    """Let them take as long as any other statement."""
    session.execute(UNLIMITED)


def teachers(session: Session, ids: Collection[str]) -> list[Teacher]:
    """Those of these instructors who may be found."""
    rows = session.execute(TEACHERS_BY_ID, {"ids": sorted(ids)})
    return [_teacher(row) for row in rows]


def everybody(session: Session, count: int) -> Iterator[tuple[People, Offers]]:
    """All instructors who may be found, so many at a time by id, with all that is offered from the
    first of them to the last, by others as well.
    """
    after = ""
    while rows := session.execute(TEACHERS_AFTER, {"after": after, "count": count}).all():
        last: str = rows[-1][0]
        offered = session.execute(OFFERED_BETWEEN, {"after": after, "last": last}).all()
        yield _people(rows), _offers(offered)
        after = last


def offered(session: Session, ids: Collection[str]) -> list[Offered]:
    """What these instructors offer at a price, of services that are taught."""
    return [_offered(row) for row in session.execute(OFFERED_BY, {"ids": sorted(ids)})]


def shapes(session: Session) -> list[AreaShape]:
    """The polygons of all areas."""
    return [AreaShape(*row) for row in session.execute(SHAPES)]


def names(session: Session) -> list[AreaName]:
    """All areas, by borough in the order of the map."""
    return [AreaName(key, name, Borough(of)) for key, name, of in session.execute(NAMES)]


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Cut off the feed: delete its oldest finished rows, and note up to where. Says how many."""
    oldest = text("(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
    old = (
        select(SearchChange.id)
        .where(SearchChange.at < before, SearchChange.txid < oldest)
        .order_by(SearchChange.txid, SearchChange.id)
        .limit(limit)
    )
    gone = session.execute(
        delete(SearchChange)
        .where(SearchChange.id.in_(old))
        .returning(SearchChange.txid)
        .execution_options(synchronize_session=False)
    ).scalars()
    txids = list(gone)
    if txids:
        purged = func.greatest(SearchFeed.purged, bindparam("newest"))
        session.execute(update(SearchFeed).values(purged=purged), {"newest": max(txids)})
    return len(txids)


def _teacher(row: Sequence[Any]) -> Teacher:
    return Teacher(
        instructor_id=row[0],
        is_founding=row[1],
        is_described=row[2],
        active_on=row[3],
        joined_on=row[4],
        star_sum=row[5],
        review_count=row[6],
        area_keys=(row[7] or "").split(),
        spots=_spots(row[8]),
    )


def _people(rows: Sequence[Sequence[Any]]) -> People:
    ids, founding, described, active, joined, *stars, areas, spots = zip(*rows, strict=True)
    return People(
        ids=ids,
        is_founding=founding,
        is_described=described,
        active=[one and one.toordinal() for one in active],
        joined=[one.toordinal() for one in joined],
        star_sum=stars[0],
        reviews=stars[1],
        areas=[(one or "").split() for one in areas],
        spots=list(map(_spots, spots)),
    )


def _offers(rows: Sequence[Sequence[Any]]) -> Offers:
    if not rows:
        return Offers(*([] for _ in Offers._fields))
    who, services, durations, ages, skills, filters, *rest = zip(*rows, strict=True)
    return Offers(
        who,
        services,
        list(map(_lengths, durations)),
        list(map(_words, ages)),
        list(map(_words, skills)),
        list(map(_options, filters)),
        *rest,
    )


def _spots(told: str | None) -> list[Spot]:
    return [] if told is None else [_spot(one) for one in told.split(";")]


def _spot(told: str) -> Spot:
    latitude, longitude, *area_key = told.split(" ")
    return Spot(float(latitude), float(longitude), area_key[0] if area_key else None)


@lru_cache(maxsize=4_096)
def _filters(told: str) -> Mapping[str, Sequence[str]]:
    """The filters of an offering; many say the same."""
    found: dict[str, list[str]] = json.loads(told)
    return MappingProxyType(found)


@lru_cache(maxsize=4_096)
def _options(told: str) -> tuple[tuple[str, str], ...]:
    """The same as pairs of a key and a value."""
    return tuple((key, value) for key, values in _filters(told).items() for value in values)


@lru_cache(maxsize=4_096)
def _words(told: str) -> tuple[str, ...]:
    """The words of an array of plain ones."""
    return tuple(one for one in told[1:-1].split(",") if one)


@lru_cache(maxsize=4_096)
def _lengths(told: str) -> tuple[int, ...]:
    """The numbers of an array."""
    return tuple(map(int, _words(told)))


def _offered(row: Sequence[Any]) -> Offered:
    return Offered(
        instructor_id=row[0],
        service_id=row[1],
        durations=_lengths(row[2]),
        age_groups=_words(row[3]),
        skills=_words(row[4]),
        filters=_filters(row[5]),
        is_described=row[6],
        prices={kind: cents for kind, cents in zip(PRICED, row[7:], strict=True) if cents},
    )
