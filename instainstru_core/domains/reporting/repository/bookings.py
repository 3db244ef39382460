"""Queries over lessons, their people and their places in the catalogue."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    Select,
    Subquery,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.reporting.types import AsWhom, Days
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.time import Span

COUNTED = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED)
"""The lessons whose price is turnover."""

FALLEN_THROUGH = (BookingStatus.CANCELLED, BookingStatus.PAYMENT_FAILED)

Student = aliased(User)
Teacher = aliased(User)


FIRST, END = bindparam("first", type_=Date), bindparam("end", type_=Date)


class StatusCount(NamedTuple):
    """Lessons of one status in the later (`is_now`) or the earlier of two windows."""

    is_now: bool
    status: BookingStatus
    lessons: int
    price_cents: int
    fee_cents: int


class Presence(NamedTuple):
    """How many people had a lesson, how many of them their first, and where records begin."""

    students: int
    new: int
    records_since: date | None


class CategoryCount(NamedTuple):
    """A category's standing lessons."""

    name: str
    lessons: int
    price_cents: int


class Summary(NamedTuple):
    """What happened in a window, and beside it how many lessons of which status before it."""

    counts: list[StatusCount]
    presence: Presence
    top_categories: list[CategoryCount]


class Line(NamedTuple):
    """A booking with what a list shows of its people and its category."""

    booking: Booking
    student_first: str
    student_last: str
    teacher_first: str
    teacher_last: str
    category: str


class SideCount(NamedTuple):
    """One person's bookings of one status on one side."""

    as_student: bool
    status: BookingStatus
    lessons: int
    price_cents: int


class PersonCount(NamedTuple):
    """One person's bookings on one side."""

    user_id: str
    bookings: int
    upcoming: int
    completed: int
    cancelled: int


def is_counted() -> ColumnElement[bool]:
    return Booking.status.in_(COUNTED)


def summary(session: Session, before: Days, now: Days, *, most: int) -> Summary:
    """The lessons of two windows that touch, and of the later one the people and categories."""
    asked = {"before": before.first, "first": now.first, "end": now.end, "most": most}
    ((counts, students, new, since, categories),) = _SUMMARY.alone(session, asked)
    return Summary(
        counts=[_status_count(*count) for count in counts or ()],
        presence=Presence(students, new, since),
        top_categories=[CategoryCount._make(count) for count in categories or ()],
    )


def _status_count(is_now: bool, status: str, *figures: int) -> StatusCount:
    return StatusCount(is_now, BookingStatus(status), *figures)


# The summary is one journey of plain columns: each further one, and the ORM, would cost more than
# what the database does for it.


def _summary() -> Select[*tuple[Any, ...]]:
    within = _within()
    present = _present(within)
    had_one = (
        select(Booking.id)
        .where(
            Booking.student_id == present.c.student_id,
            Booking.lesson_day < FIRST,
            Booking.status.not_in(_each(FALLEN_THROUGH)),
        )
        .exists()
    )
    people = select(func.count().label("all"), func.count().filter(~had_one).label("new"))
    found = people.select_from(present).subquery("people")
    return select(
        _rows(_by_status(within)),
        found.c.all,
        found.c.new,
        select(func.min(Booking.lesson_day)).scalar_subquery(),
        _rows(_top_categories(within)),
    )


def _within() -> CTE:
    """The lessons of both windows, read once for all that is counted of them."""
    before = bindparam("before", type_=Date)
    return (
        select(
            (Booking.lesson_day >= FIRST).label("is_later"),
            Booking.status,
            Booking.student_id,
            Booking.service_id,
            Booking.lesson_price_cents.label("price_cents"),
            (Booking.student_fee_cents + Booking.instructor_fee_cents).label("fee_cents"),
        )
        .where(Booking.lesson_day >= before, Booking.lesson_day < END)
        .cte("within")
    )


def _rows(query: Subquery) -> ScalarSelect[Any]:
    """All rows of a query as one value: a list of lists, or null for none."""
    return select(func.json_agg(func.json_build_array(*query.c))).scalar_subquery()


def _each(statuses: Sequence[BookingStatus]) -> list[ColumnElement[BookingStatus]]:
    """Values of their own: a list as one value would be taken apart anew at each call."""
    return [literal(status, Booking.status.type) for status in statuses]


def _by_status(within: CTE) -> Subquery:
    lesson = within.c
    return (
        select(
            lesson.is_later,
            lesson.status,
            func.count().label("lessons"),
            func.sum(lesson.price_cents).label("price_cents"),
            func.sum(lesson.fee_cents).label("fee_cents"),
        )
        .group_by(lesson.is_later, lesson.status)
        .subquery("counts")
    )


def _present(within: CTE) -> CTE:
    stands = within.c.status.not_in(_each(FALLEN_THROUGH))
    return select(within.c.student_id).where(within.c.is_later, stands).distinct().cte("present")


def _top_categories(within: CTE) -> Subquery:
    lesson = within.c
    by_service = (
        select(
            lesson.service_id,
            func.count().label("lessons"),
            func.sum(lesson.price_cents).label("price_cents"),
        )
        .where(lesson.is_later, lesson.status.in_(_each(COUNTED)))
        .group_by(lesson.service_id)
        .subquery("by_service")
    )
    turnover = func.sum(by_service.c.price_cents)
    return (
        select(
            Category.name,
            func.sum(by_service.c.lessons).label("lessons"),
            turnover.label("price_cents"),
        )
        .select_from(by_service)
        .join(Service, Service.id == by_service.c.service_id)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
        .group_by(Category.id)
        .order_by(turnover.desc(), Category.name)
        .limit(bindparam("most", type_=Integer))
        .subquery("top")
    )


_SUMMARY = Direct(_summary)


def lines() -> Select[Booking, str, str, str, str, str]:
    """Bookings with what a list shows of their people and their category."""
    return (
        select(
            Booking,
            Student.first_name,
            Student.last_name,
            Teacher.first_name,
            Teacher.last_name,
            Category.name,
        )
        .join(Student, Student.id == Booking.student_id)
        .join(Teacher, Teacher.id == Booking.instructor_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
    )


def made_within(span: Span, status: BookingStatus | None) -> list[ColumnElement[bool]]:
    made = [Booking.created_at >= span.start, Booking.created_at < span.end]
    return made if status is None else [*made, Booking.status == status]


def recent(
    session: Session,
    which: Sequence[ColumnElement[bool]],
    *,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Line]:
    """One more than `limit` bookings, the last made first."""
    query = lines().where(*which).order_by(Booking.created_at.desc(), Booking.id.desc())
    if after is not None:
        query = query.where(tuple_(Booking.created_at, Booking.id) < after)
    return [Line._make(row) for row in session.execute(query.limit(limit + 1))]


def number(session: Session, which: Sequence[ColumnElement[bool]]) -> int:
    return session.scalars(select(func.count()).select_from(Booking).where(*which)).one()


def of_person(user_id: str, side: AsWhom) -> ColumnElement[bool]:
    booked, taught = Booking.student_id == user_id, Booking.instructor_id == user_id
    if side is AsWhom.BOTH:
        return or_(booked, taught)
    return booked if side is AsWhom.STUDENT else taught


def history(
    session: Session, which: ColumnElement[bool], *, after: tuple[datetime, str] | None, limit: int
) -> list[Line]:
    """One more than `limit` bookings, the last lesson first."""
    query = lines().where(which).order_by(Booking.starts_at.desc(), Booking.id.desc())
    if after is not None:
        query = query.where(tuple_(Booking.starts_at, Booking.id) < after)
    return [Line._make(row) for row in session.execute(query.limit(limit + 1))]


def sides(session: Session, user_id: str) -> list[SideCount]:
    """One person's bookings by side and status."""
    as_student = Booking.student_id == user_id
    query = (
        select(as_student, Booking.status, func.count(), func.sum(Booking.lesson_price_cents))
        .where(of_person(user_id, AsWhom.BOTH))
        .group_by(as_student, Booking.status)
    )
    return [SideCount._make(row) for row in session.execute(query)]


def parties(session: Session, booking_id: str) -> tuple[str, str] | None:
    """The student and the instructor of a booking."""
    query = select(Booking.student_id, Booking.instructor_id).where(Booking.id == booking_id)
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])


def booked_by(session: Session, ids: Collection[str], now: datetime) -> dict[str, PersonCount]:
    """What these students booked."""
    return _figures(session, ids, now, whose=Booking.student_id)


def taught_by(session: Session, ids: Collection[str], now: datetime) -> dict[str, PersonCount]:
    """What these instructors taught."""
    return _figures(session, ids, now, whose=Booking.instructor_id)


def _figures(
    session: Session, ids: Collection[str], now: datetime, *, whose: InstrumentedAttribute[str]
) -> dict[str, PersonCount]:
    every = func.count()
    upcoming = every.filter(Booking.status == BookingStatus.CONFIRMED, Booking.starts_at > now)
    query = (
        select(
            whose,
            every,
            upcoming,
            every.filter(Booking.status == BookingStatus.COMPLETED),
            every.filter(Booking.status == BookingStatus.CANCELLED),
        )
        .where(whose.in_(ids))
        .group_by(whose)
    )
    return {row[0]: PersonCount._make(row) for row in session.execute(query)}
