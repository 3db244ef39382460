"""Statements that write down searches, what was shown, what was done, and whose address it was."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    REAL,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    String,
    Text,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.search.models import (
    SearchCandidate,
    SearchClick,
    SearchQuery,
    SearchSalt,
)
from instainstru_core.domains.search.policy.recording import PersonKind
from instainstru_core.domains.search.types.interactions import ClickAction

Row = Mapping[str, Any]
CATCHING_UP = timedelta(days=60)
"""How long the daily job may have been away and still finds all that it has to remove, without
reading all that there ever was.
"""

SEARCH_COLUMNS: dict[str, TypeEngine[Any]] = {
    "id": String(),
    "at": DateTime(timezone=True),
    "user_id": String(),
    "person": String(),
    "address_hash": String(),
    "device": String(),
    "source": String(),
    "text": Text(),
    "normalized_text": Text(),
    "wish_text": Text(),
    "slots": JSONB(),
    "service_id": String(),
    "service_ids": ARRAY(String()),
    "area_key": Text(),
    "area_keys": ARRAY(Text()),
    "unresolved_place": Text(),
    "result_count": Integer(),
    "strict_count": Integer(),
    "relaxed": ARRAY(Text()),
    "took_ms": Integer(),
    "stages": JSONB(),
    "cache_hit": Boolean(),
    "shown_as": String(),
    "level": Text(),
    "skipped": ARRAY(Text()),
}
CANDIDATE_COLUMNS: dict[str, TypeEngine[Any]] = {
    "search_id": String(),
    "position": Integer(),
    "instructor_id": String(),
    "service_id": String(),
    "score": REAL(),
    "found_by": String(),
    "signals": JSONB(),
    "relaxed": ARRAY(Text()),
}


class Searched(NamedTuple):
    """What a click has to fit: whose search it was and how much it found, if it is written yet;
    whether the instructor can be seen, and how much is on record of this search already.
    """

    is_written: bool
    user_id: str | None
    person: str | None
    result_count: int | None
    is_bookable: bool
    clicks: int


def _rows(name: str, columns: Mapping[str, TypeEngine[Any]]) -> Any:  # noqa: ANN401 - of SQLAlchemy
    given = func.jsonb_to_recordset(bindparam(name, type_=JSONB()))
    typed = (column(field, kind) for field, kind in columns.items())
    return given.table_valued(*typed, name=name).render_derived(name=name, with_types=True)


def _note_statement() -> Any:  # noqa: ANN401 - as above
    searches, shown = _rows("searches", SEARCH_COLUMNS), _rows("shown", CANDIDATE_COLUMNS)
    written = (
        insert(SearchQuery)
        .from_select([*SEARCH_COLUMNS], select(*(searches.c[name] for name in SEARCH_COLUMNS)))
        .on_conflict_do_nothing(index_elements=[SearchQuery.id])
        .returning(SearchQuery.id)
        .cte("written")
    )
    kept = (
        insert(SearchCandidate)
        .from_select(
            [*CANDIDATE_COLUMNS],
            select(*(shown.c[name] for name in CANDIDATE_COLUMNS)).where(
                shown.c.search_id.in_(select(written.c.id))
            ),
        )
        .on_conflict_do_nothing()
        .cte("kept")
    )
    return select(written.c.id).add_cte(kept)


NOTE = _note_statement()


def note(session: Session, searches: Sequence[Row], shown: Sequence[Row]) -> frozenset[str]:
    """Write searches and what they showed, in one statement; the ids of those that are new."""
    given = {"searches": list(searches), "shown": list(shown)}
    return frozenset(session.scalars(NOTE, given))


def salt(session: Session, day: date, fresh: bytes) -> bytes:
    """What addresses are hashed with on this day: what another process chose, or this."""
    session.execute(insert(SearchSalt).values(day=day, salt=fresh).on_conflict_do_nothing())
    found = session.scalar(select(SearchSalt.salt).where(SearchSalt.day == day))
    return fresh if found is None else found


def searched(session: Session, search_id: str, instructor_id: str) -> Searched:
    """What a click of this search on this instructor has to fit."""
    bookable = exists().where(Instructor.id == instructor_id, *_can_be_seen())
    clicks = select(func.count()).where(SearchClick.search_id == search_id).scalar_subquery()
    one = select(literal(1).label("one")).subquery()
    query = (
        select(
            SearchQuery.id.is_not(None),
            SearchQuery.user_id,
            SearchQuery.person,
            SearchQuery.result_count,
            bookable,
            clicks,
        )
        .select_from(one)
        .join(SearchQuery, SearchQuery.id == search_id, isouter=True)
    )
    return Searched._make(session.execute(query).one())


def bookable(session: Session, ids: Collection[str]) -> frozenset[str]:
    """Those of these who can be seen."""
    query = select(Instructor.id).where(Instructor.id.in_(sorted(ids)), *_can_be_seen())
    return frozenset(session.scalars(query))


def _can_be_seen() -> tuple[ColumnElement[bool], ...]:
    return (
        User.id == Instructor.id,
        Instructor.is_live.is_(True),
        User.status == AccountStatus.ACTIVE,
    )


def click(
    session: Session, search_id: str, instructor_id: str, action: ClickAction
) -> SearchClick | None:
    """The click that says so, if it is on record."""
    return session.scalars(
        select(SearchClick).where(
            SearchClick.search_id == search_id,
            SearchClick.instructor_id == instructor_id,
            SearchClick.action == action,
        )
    ).one_or_none()


def add_click(session: Session, values: Row) -> bool:
    """Write a click; False where the same is on record already."""
    written = session.scalars(
        insert(SearchClick).values(**values).on_conflict_do_nothing().returning(SearchClick.id)
    )
    return written.one_or_none() is not None


def add_clicks(session: Session, rows: Sequence[Row]) -> None:
    """Write these clicks, without those that are on record already."""
    if rows:
        session.execute(insert(SearchClick).values(list(rows)).on_conflict_do_nothing())


def belongs() -> ColumnElement[bool]:
    """Whether a click is of whoever made its search. For statements that join the two."""
    return or_(
        SearchQuery.person.is_(None),
        SearchQuery.person.startswith(PersonKind.ADDRESS.value),
        SearchQuery.person == SearchClick.person,
        SearchQuery.person == SearchClick.guest,
    )


def drop_stray_clicks(session: Session, *, before: datetime, limit: int) -> int:
    """Remove clicks from before then that have no search, or somebody else's. What is much older
    was looked at long ago.
    """
    owned = exists().where(SearchQuery.id == SearchClick.search_id, belongs())
    strays = (
        select(SearchClick.id)
        .where(SearchClick.at < before, SearchClick.at >= before - CATCHING_UP, not_(owned))
        .limit(limit)
    )
    gone = delete(SearchClick).where(SearchClick.id.in_(strays)).returning(SearchClick.id)
    return len(session.scalars(gone).all())


def drop_candidates(session: Session, *, before: datetime, limit: int) -> int:
    """Remove what was shown by searches from before then."""
    old = (
        select(SearchCandidate.search_id, SearchCandidate.position)
        .join(SearchQuery, SearchQuery.id == SearchCandidate.search_id)
        .where(SearchQuery.at < before, SearchQuery.at >= before - CATCHING_UP)
        .limit(limit)
    )
    key = tuple_(SearchCandidate.search_id, SearchCandidate.position)
    gone = delete(SearchCandidate).where(key.in_(old)).returning(SearchCandidate.position)
    return len(session.scalars(gone).all())


def drop_searches(session: Session, *, before: datetime, limit: int) -> int:
    """Remove searches from before then, with what they showed and what was done with it."""
    old = select(SearchQuery.id).where(SearchQuery.at < before).order_by(SearchQuery.at)
    ids = session.scalars(old.limit(limit)).all()
    if ids:
        session.execute(delete(SearchClick).where(SearchClick.search_id.in_(ids)))
        session.execute(delete(SearchQuery).where(SearchQuery.id.in_(ids)))
    return len(ids)


def drop_salts(session: Session, *, before: date) -> int:
    """Remove what addresses were hashed with on days before this one."""
    gone = delete(SearchSalt).where(SearchSalt.day < before).returning(SearchSalt.day)
    return len(session.scalars(gone).all())
