"""Named queries over reviews and their totals."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.reviews.models import Review, ReviewServiceTotal, ReviewTotal
from instainstru_core.domains.reviews.types import Totals

STAR_COLUMNS = ("one_star", "two_stars", "three_stars", "four_stars", "five_stars")

Student = aliased(User, name="student")
Teacher = aliased(User, name="teacher")


class Lesson(NamedTuple):
    """What a review needs to know of its lesson."""

    booking_id: str
    student_id: str
    instructor_id: str
    service_id: str
    service_name: str
    status: BookingStatus
    completed_at: datetime | None


class Named(NamedTuple):
    """A review with first and last names of its two sides."""

    row: Review
    student: tuple[str, str]
    instructor: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ServiceTotals:
    """What the published reviews of one service of an instructor come to."""

    service_id: str
    service_name: str
    count: int
    star_sum: int


def lesson(session: Session, booking_id: str) -> Lesson | None:
    """A lesson, which nobody changes until the transaction ends."""
    query = (
        select(
            Booking.id,
            Booking.student_id,
            Booking.instructor_id,
            Booking.service_id,
            Booking.service_name,
            Booking.status,
            Booking.completed_at,
        )
        .where(Booking.id == booking_id)
        .with_for_update(read=True, of=Booking)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else Lesson._make(found)


def of_booking(session: Session, booking_id: str, *, lock: bool = False) -> Review | None:
    """The review of a lesson; locked, it is held until the transaction ends."""
    query = select(Review).where(Review.booking_id == booking_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def locked(session: Session, review_id: str) -> Review | None:
    """A review, read afresh and held until the transaction ends."""
    query = select(Review).where(Review.id == review_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def named(session: Session, review_id: str) -> Named | None:
    """A review with the names of its two sides."""
    row = session.execute(_named().where(Review.id == review_id)).one_or_none()
    return None if row is None else _of(row)


def page(
    session: Session,
    *which: ColumnElement[bool],
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Named]:
    """The newest reviews that this describes, before one of them. One more than asked for."""
    query = _named().where(*which).order_by(Review.written_at.desc(), Review.id.desc())
    if before is not None:
        query = query.where(tuple_(Review.written_at, Review.id) < before)
    return [_of(row) for row in session.execute(query.limit(limit + 1))]


def add(session: Session, values: Mapping[str, Any]) -> Review | None:
    """Write a review; None where its lesson has one already."""
    statement = insert(Review).values(**values).on_conflict_do_nothing().returning(Review)
    return session.scalars(statement).one_or_none()


def count_in(session: Session, review: Review, at: datetime) -> None:
    """Let a review count, first for its instructor, then for its service: the order of all locks
    on totals.
    """
    one: dict[str, Any] = {"count": 1, "star_sum": review.stars, "updated_at": at}
    spread = {name: int(place == review.stars) for place, name in enumerate(STAR_COLUMNS, 1)}
    ids = {"instructor_id": review.instructor_id}
    _add_up(session, ReviewTotal, ids, one | spread)
    _add_up(session, ReviewServiceTotal, ids | {"service_id": review.service_id}, one)


def count_out(session: Session, review: Review, at: datetime) -> None:
    """Let a review count no more."""
    _shift(session, review, {review.stars: -1}, at)


def recount(session: Session, review: Review, was: int, at: datetime) -> None:
    """Let a review count with the stars it has now."""
    if was != review.stars:
        _shift(session, review, {was: -1, review.stars: 1}, at)


def totals(session: Session, ids: Collection[str]) -> dict[str, Totals]:
    """What these instructors' reviews come to; those without any are left out."""
    query = select(ReviewTotal).where(ReviewTotal.instructor_id.in_(sorted(set(ids))))
    return {row.instructor_id: _totals(row) for row in session.scalars(query)} if ids else {}


def by_service(session: Session, instructor_id: str) -> list[ServiceTotals]:
    """What an instructor's reviews come to for each service that has some, most first."""
    query = (
        select(
            ReviewServiceTotal.service_id,
            Service.name,
            ReviewServiceTotal.count,
            ReviewServiceTotal.star_sum,
        )
        .join(Service, Service.id == ReviewServiceTotal.service_id)
        .where(ReviewServiceTotal.instructor_id == instructor_id, ReviewServiceTotal.count > 0)
        .order_by(ReviewServiceTotal.count.desc(), Service.name, Service.id)
    )
    return [ServiceTotals(*row) for row in session.execute(query)]


def overall(session: Session) -> tuple[int, int]:
    """How many published reviews there are, and how many stars they give together."""
    found = session.execute(
        select(
            func.coalesce(func.sum(ReviewTotal.count), 0),
            func.coalesce(func.sum(ReviewTotal.star_sum), 0),
        )
    ).one()
    return int(found[0]), int(found[1])


def _named() -> Select[*tuple[Any, ...]]:
    return (
        select(Review, Student.first_name, Student.last_name, Teacher.first_name, Teacher.last_name)
        .join(Student, Student.id == Review.student_id)
        .join(Teacher, Teacher.id == Review.instructor_id)
    )


def _of(row: Any) -> Named:  # noqa: ANN401 - a row of `_named`
    review, first, last, teacher_first, teacher_last = row
    return Named(review, (first, last), (teacher_first, teacher_last))


def _totals(row: ReviewTotal) -> Totals:
    return Totals(
        count=row.count,
        star_sum=row.star_sum,
        stars=(row.one_star, row.two_stars, row.three_stars, row.four_stars, row.five_stars),
        updated_at=row.updated_at,
    )


def _add_up(
    session: Session,
    table: type[ReviewTotal] | type[ReviewServiceTotal],
    ids: Mapping[str, str],
    more: Mapping[str, Any],
) -> None:
    """Add to a row of totals, in the database, so that no addition is lost."""
    statement = insert(table).values(**ids, **more)
    added = {
        name: table.__table__.c[name] + statement.excluded[name]
        for name in more
        if name != "updated_at"
    }
    latest = func.greatest(table.updated_at, statement.excluded.updated_at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(ids), set_=added | {"updated_at": latest}
        ).execution_options(synchronize_session=False)
    )


def _shift(session: Session, review: Review, stars: Mapping[int, int], at: datetime) -> None:
    """Change what a review that counts adds: by how many reviews for each number of stars."""
    more = {
        "count": sum(stars.values()),
        "star_sum": sum(place * number for place, number in stars.items()),
    }
    spread = {STAR_COLUMNS[place - 1]: number for place, number in stars.items()}
    for table, added, which in (
        (ReviewTotal, more | spread, ()),
        (ReviewServiceTotal, more, (ReviewServiceTotal.service_id == review.service_id,)),
    ):
        columns = table.__table__.c
        session.execute(
            update(table)
            .where(columns.instructor_id == review.instructor_id, *which)
            .values(
                {name: columns[name] + number for name, number in added.items()}
                | {"updated_at": func.greatest(columns.updated_at, at)}
            )
            .execution_options(synchronize_session=False)
        )
