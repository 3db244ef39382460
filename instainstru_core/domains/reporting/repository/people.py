"""Queries over instructors and the people behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.instructors.models import (
    Instructor,
    LifecycleEvent,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import InstructorStatus, Milestone
from instainstru_core.domains.onboarding.models import FoundingSlot
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.domains.regions.models import DisplayArea
from instainstru_core.domains.reporting.repository.bookings import FALLEN_THROUGH, is_counted
from instainstru_core.domains.reporting.repository.supply import has_status, is_shown, is_taught


class Listed(NamedTuple):
    """An instructor, the person, and where they stand."""

    instructor: Instructor
    person: User
    status: InstructorStatus


class Taught(NamedTuple):
    """Names of what someone teaches."""

    instructor_id: str
    services: list[str]
    categories: list[str]


class Standing(NamedTuple):
    """Where someone who teaches stands."""

    instructor_id: str
    status: InstructorStatus
    is_founding: bool


class Profile(NamedTuple):
    """An instructor and what one row each of other tables adds."""

    instructor: Instructor
    person: User
    status: InstructorStatus
    tier: Tier | None
    founding_number: int | None
    places: int


class OfferingLine(NamedTuple):
    """An offering with one of its prices, or with none."""

    offering: Offering
    service: str
    slug: str
    category: str
    price: OfferingPrice | None


class Teaching(NamedTuple):
    """What an instructor's lessons add up to."""

    completed: int
    upcoming: int
    cancelled_by_instructor: int
    cancelled_by_others: int
    no_shows: int
    students: int
    gmv_cents: int
    last_completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which instructors are wanted. What is None does not narrow."""

    status: InstructorStatus | None = None
    founding: bool | None = None
    service_id: str | None = None
    category: str | None = None
    area_keys: tuple[str, ...] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What must hold of an instructor."""
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(has_status(self.status))
        if self.founding is not None:
            found.append(Instructor.is_founding.is_(self.founding))
        if self.service_id is not None or self.category is not None:
            found.append(Instructor.id.in_(self._teaching()))
        if self.area_keys is not None:
            found.append(Instructor.id.in_(self._reaching(self.area_keys)))
        return found

    def _teaching(self) -> Select[str]:
        """One offering has to meet both: this service, in this category."""
        query = select(Offering.instructor_id).where(Offering.is_active)
        if self.service_id is not None:
            query = query.where(Offering.service_id == self.service_id)
        if self.category is None:
            return query
        return (
            query.join(Service, Service.id == Offering.service_id)
            .join(Subcategory, Subcategory.id == Service.subcategory_id)
            .join(Category, Category.id == Subcategory.category_id)
            .where(Category.slug == self.category)
        )

    @staticmethod
    def _reaching(keys: tuple[str, ...]) -> Select[str]:
        reached = union(
            select(ServiceArea.instructor_id).where(ServiceArea.area_key.in_(keys)),
            select(TeachingPlace.instructor_id).where(TeachingPlace.area_key.in_(keys)),
        ).subquery()
        return select(reached.c.instructor_id)


def status() -> ColumnElement[str]:
    """The same decision as `instructors.policy.status`, as a column."""
    return case(
        (is_shown(), literal(InstructorStatus.LIVE.value)),
        (Instructor.first_live_at.is_not(None), literal(InstructorStatus.PAUSED.value)),
        (is_taught(), literal(InstructorStatus.ONBOARDING.value)),
        else_=literal(InstructorStatus.REGISTERED.value),
    )


def page(session: Session, filters: Filters, *, after: str | None, limit: int) -> list[Listed]:
    """One more than `limit` instructors, the newest first."""
    query = (
        select(Instructor, User, status())
        .join(User, User.id == Instructor.id)
        .where(*filters.conditions())
        .order_by(Instructor.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(Instructor.id < after)
    return [
        Listed(teacher, person, InstructorStatus(found))
        for teacher, person, found in session.execute(query)
    ]


def number(session: Session, filters: Filters) -> int:
    query = select(func.count()).select_from(Instructor).where(*filters.conditions())
    return session.scalars(query).one()


def teach(session: Session, ids: Collection[str]) -> dict[str, Taught]:
    """What these instructors teach now."""
    query = (
        select(
            Offering.instructor_id,
            func.array_agg(Service.name.distinct()),
            func.array_agg(Category.name.distinct()),
        )
        .join(Service, Service.id == Offering.service_id)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
        .where(Offering.instructor_id.in_(ids), Offering.is_active)
        .group_by(Offering.instructor_id)
    )
    return {row[0]: Taught._make(row) for row in session.execute(query)}


def completed(session: Session, ids: Collection[str]) -> dict[str, int]:
    """Completed lessons, by instructor."""
    query = (
        select(Booking.instructor_id, func.count())
        .where(Booking.instructor_id.in_(ids), Booking.status == BookingStatus.COMPLETED)
        .group_by(Booking.instructor_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def standing(session: Session, ids: Collection[str]) -> dict[str, Standing]:
    """Those of these people who teach."""
    query = select(Instructor.id, status(), Instructor.is_founding).where(Instructor.id.in_(ids))
    return {
        user_id: Standing(user_id, InstructorStatus(found), founding)
        for user_id, found, founding in session.execute(query)
    }


def profile(session: Session, instructor_id: str) -> Profile:
    """An instructor who is known to exist."""
    places = (
        select(func.count())
        .select_from(TeachingPlace)
        .where(TeachingPlace.instructor_id == Instructor.id)
    )
    query = (
        select(
            Instructor,
            User,
            status(),
            InstructorTier.tier,
            FoundingSlot.number,
            places.correlate(Instructor).scalar_subquery(),
        )
        .join(User, User.id == Instructor.id)
        .join(InstructorTier, InstructorTier.instructor_id == Instructor.id, isouter=True)
        .join(FoundingSlot, FoundingSlot.instructor_id == Instructor.id, isouter=True)
        .where(Instructor.id == instructor_id)
    )
    teacher, person, found, tier, slot, number_of_places = session.execute(query).one()
    return Profile(teacher, person, InstructorStatus(found), tier, slot, number_of_places)


def milestones(session: Session, instructor_id: str) -> list[tuple[Milestone, datetime]]:
    """When each milestone was last reached, in order."""
    last = func.max(LifecycleEvent.occurred_at)
    query = (
        select(LifecycleEvent.milestone, last)
        .where(LifecycleEvent.instructor_id == instructor_id)
        .group_by(LifecycleEvent.milestone)
        .order_by(last, LifecycleEvent.milestone)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def offerings(session: Session, instructor_id: str) -> list[OfferingLine]:
    """Each offering, once for each of its prices, the active ones first."""
    query = (
        select(Offering, Service.name, Service.slug, Category.name, OfferingPrice)
        .join(Service, Service.id == Offering.service_id)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
        .join(OfferingPrice, OfferingPrice.offering_id == Offering.id, isouter=True)
        .where(Offering.instructor_id == instructor_id)
        .order_by(Offering.is_active.desc(), Service.name, Offering.id, OfferingPrice.format)
    )
    return [OfferingLine._make(row) for row in session.execute(query)]


def area_names(session: Session, instructor_id: str) -> list[str]:
    """The neighborhoods an instructor travels to."""
    query = (
        select(DisplayArea.name)
        .join(ServiceArea, ServiceArea.area_key == DisplayArea.key)
        .where(ServiceArea.instructor_id == instructor_id)
        .order_by(DisplayArea.position, DisplayArea.name)
    )
    return list(session.scalars(query))


def teaching(session: Session, instructor_id: str, now: datetime) -> Teaching:
    """All lessons of an instructor in figures."""
    every = func.count()
    cancelled = Booking.status == BookingStatus.CANCELLED
    done = Booking.status == BookingStatus.COMPLETED
    own = Booking.cancelled_by == CancelledBy.INSTRUCTOR
    prices = func.sum(Booking.lesson_price_cents).filter(is_counted())
    query = select(
        every.filter(done),
        every.filter(Booking.status == BookingStatus.CONFIRMED, Booking.starts_at > now),
        every.filter(cancelled, own),
        every.filter(cancelled, own.is_not(True)),
        every.filter(Booking.status == BookingStatus.NO_SHOW),
        func.count(Booking.student_id.distinct()).filter(Booking.status.not_in(FALLEN_THROUGH)),
        func.coalesce(prices, 0),
        func.max(Booking.completed_at),
    ).where(Booking.instructor_id == instructor_id)
    return Teaching._make(session.execute(query).one())
