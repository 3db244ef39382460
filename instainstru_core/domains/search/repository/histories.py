"""Statements over what somebody searched for, a row for each text."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.search.models import SearchClick, SearchHistory, SearchQuery
from instainstru_core.domains.search.repository.recording import CATCHING_UP
from instainstru_core.domains.search.types.recording import SearchSource
from instainstru_core.kernel.ids import new_id

Row = Mapping[str, Any]


def owned(user_id: str | None, guest: str | None) -> ColumnElement[bool]:
    """The rows of a user, or of a guest."""
    if user_id is not None:
        return SearchHistory.user_id == user_id
    return SearchHistory.guest == guest


def _note_statement(owner: InstrumentedAttribute[str | None]) -> Any:  # noqa: ANN401 - of SQLAlchemy
    """One more search for each text. One that was deleted, or taken along, begins anew."""
    given = insert(SearchHistory)
    new = given.excluded
    gone = or_(SearchHistory.deleted_at.is_not(None), SearchHistory.converted_at.is_not(None))
    is_later = new.last_at >= SearchHistory.last_at
    return given.on_conflict_do_update(
        index_elements=[owner, SearchHistory.normalized_text],
        index_where=owner.is_not(None),
        set_={
            "text": case((is_later, new.text), else_=SearchHistory.text),
            "source": case((is_later, new.source), else_=SearchHistory.source),
            "result_count": case((is_later, new.result_count), else_=SearchHistory.result_count),
            "times": case((gone, new.times), else_=SearchHistory.times + new.times),
            "first_at": case(
                (gone, new.first_at), else_=func.least(SearchHistory.first_at, new.first_at)
            ),
            "last_at": func.greatest(SearchHistory.last_at, new.last_at),
            "deleted_at": None,
            "converted_to": None,
            "converted_at": None,
        },
    )


NOTE_USERS = _note_statement(SearchHistory.user_id)
NOTE_GUESTS = _note_statement(SearchHistory.guest)


def note(session: Session, rows: Sequence[Row]) -> None:
    """Add these searches to the histories of their owners: a statement for users, one for guests.

    No owner and text may come twice.
    """
    for statement, owner in ((NOTE_USERS, "user_id"), (NOTE_GUESTS, "guest")):
        chosen = [row for row in rows if row[owner] is not None]
        if chosen:
            session.execute(statement, chosen)


def recent(user_id: str | None, guest: str | None) -> Select[SearchHistory]:
    """What somebody searched for, the latest first, without what they deleted."""
    return (
        select(SearchHistory)
        .where(owned(user_id, guest), SearchHistory.deleted_at.is_(None))
        .order_by(SearchHistory.last_at.desc(), SearchHistory.id.desc())
    )


def before(at: datetime, row_id: str) -> ColumnElement[bool]:
    """The rows that come after this one in that order."""
    return or_(
        SearchHistory.last_at < at,
        and_(SearchHistory.last_at == at, SearchHistory.id < row_id),
    )


def typed() -> ColumnElement[bool]:
    """What somebody put in words, not a category that they opened."""
    return SearchHistory.source != SearchSource.CATEGORY


def forget(
    session: Session, user_id: str | None, guest: str | None, *, now: datetime, row_id: str | None
) -> int:
    """Mark one row of this owner as deleted, or all. How many were not deleted before."""
    marked = (
        update(SearchHistory)
        .where(owned(user_id, guest), SearchHistory.deleted_at.is_(None))
        .values(deleted_at=now)
        .returning(SearchHistory.id)
    )
    if row_id is not None:
        marked = marked.where(SearchHistory.id == row_id)
    return len(session.scalars(marked).all())


def guest_rows(session: Session, guest: str) -> Sequence[SearchHistory]:
    """What a guest searched for and nobody took along yet, deleted rows too; locked."""
    query = (
        select(SearchHistory)
        .where(SearchHistory.guest == guest, SearchHistory.converted_at.is_(None))
        .order_by(SearchHistory.normalized_text)
        .with_for_update()
    )
    return session.scalars(query).all()


def copy(session: Session, rows: Sequence[SearchHistory], user_id: str) -> int:
    """Write these rows as a user's, with their counts and times, where the user has no such text.
    How many were.
    """
    fields = (
        "text",
        "normalized_text",
        "source",
        "result_count",
        "times",
        "first_at",
        "last_at",
        "deleted_at",
    )
    values = [
        {"id": new_id(), "user_id": user_id} | {name: getattr(row, name) for name in fields}
        for row in rows
    ]
    if not values:
        return 0
    written = insert(SearchHistory).values(values).on_conflict_do_nothing()
    return len(session.scalars(written.returning(SearchHistory.id)).all())


def convert(session: Session, guest: str, user_id: str, *, now: datetime) -> None:
    """Say of all rows of a guest who took them along, and when."""
    session.execute(
        update(SearchHistory)
        .where(SearchHistory.guest == guest, SearchHistory.converted_at.is_(None))
        .values(converted_to=user_id, converted_at=now)
    )


def drop(
    session: Session,
    *,
    deleted_before: datetime,
    converted_before: datetime,
    guests_before: datetime,
    limit: int,
) -> int:
    """Remove rows whose time is over. How many were."""
    over = or_(
        SearchHistory.deleted_at < deleted_before,
        SearchHistory.converted_at < converted_before,
        and_(
            SearchHistory.guest.is_not(None),
            SearchHistory.converted_at.is_(None),
            SearchHistory.last_at < guests_before,
        ),
    )
    old = select(SearchHistory.id).where(over).limit(limit)
    gone = delete(SearchHistory).where(SearchHistory.id.in_(old)).returning(SearchHistory.id)
    return len(session.scalars(gone).all())


def trim(session: Session, *, keep: int, now: datetime, limit: int) -> int:
    """Mark what is more than so many rows of one owner as deleted, the oldest first."""
    owner = func.coalesce(SearchHistory.user_id, SearchHistory.guest)
    rank = func.row_number().over(
        partition_by=owner, order_by=(SearchHistory.last_at.desc(), SearchHistory.id.desc())
    )
    many = (
        select(owner)
        .where(SearchHistory.deleted_at.is_(None))
        .group_by(owner)
        .having(func.count() > keep)
    )
    ranked = (
        select(SearchHistory.id, rank.label("rank"))
        .where(SearchHistory.deleted_at.is_(None), owner.in_(many))
        .subquery()
    )
    surplus = select(ranked.c.id).where(ranked.c.rank > keep).limit(limit)
    marked = (
        update(SearchHistory)
        .where(SearchHistory.id.in_(surplus))
        .values(deleted_at=now)
        .returning(SearchHistory.id)
    )
    return len(session.scalars(marked).all())


def forget_person(session: Session, user_id: str) -> int:
    """Remove a user's history whole, and guests' rows that they took along. How many rows."""
    gone = (
        delete(SearchHistory)
        .where(or_(SearchHistory.user_id == user_id, SearchHistory.converted_to == user_id))
        .returning(SearchHistory.id)
    )
    return len(session.scalars(gone).all())


def held(session: Session, *, user_id: str, person: str | None) -> tuple[int, int]:
    """How many texts and how many searches are on record of a user."""
    own = or_(SearchHistory.user_id == user_id, SearchHistory.converted_to == user_id)
    made = _made_by(user_id, person)
    texts = select(func.count()).select_from(SearchHistory).where(own).scalar_subquery()
    searches = select(func.count()).select_from(SearchQuery).where(made).scalar_subquery()
    row = session.execute(select(texts, searches)).one()
    return row[0], row[1]


def deactivated(session: Session, *, limit: int) -> list[str]:
    """Users whose accounts are closed and of whom searches or texts are on record."""
    known = (
        exists().where(SearchQuery.user_id == User.id),
        exists().where(SearchHistory.user_id == User.id),
    )
    query = (
        select(User.id)
        .where(User.status == AccountStatus.DEACTIVATED, or_(*known))
        .order_by(User.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def _made_by(user_id: str, person: str | None) -> ColumnElement[bool]:
    made = SearchQuery.user_id == user_id
    return made if person is None else or_(made, SearchQuery.person == person)


def unlink(session: Session, *, user_id: str, person: str | None) -> int:
    """Take from a user's searches and clicks who made them. How many searches."""
    made = _made_by(user_id, person)
    if person is not None:
        session.execute(
            update(SearchClick).where(SearchClick.person == person).values(person=None, guest=None)
        )
    freed = (
        update(SearchQuery)
        .where(made)
        .values(user_id=None, person=None, address_hash=None)
        .returning(SearchQuery.id)
    )
    return len(session.scalars(freed).all())


def unlink_old(session: Session, *, before: datetime, limit: int) -> int:
    """Take from searches from before then who made them. How many searches."""
    known = or_(
        SearchQuery.user_id.is_not(None),
        SearchQuery.person.is_not(None),
        SearchQuery.address_hash.is_not(None),
    )
    span = SearchQuery.at < before, SearchQuery.at >= before - CATCHING_UP
    old = select(SearchQuery.id).where(*span, known).limit(limit)
    freed = (
        update(SearchQuery)
        .where(SearchQuery.id.in_(old))
        .values(user_id=None, person=None, address_hash=None)
        .returning(SearchQuery.id)
    )
    return len(session.scalars(freed).all())
