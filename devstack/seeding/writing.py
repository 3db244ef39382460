"""The demo world as rows: one COPY per table."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TypeAlias

import psycopg
from psycopg.types.range import Range

from devstack.seeding.copying import copy_rows
from devstack.seeding.filters import said_of
from devstack.seeding.money.state import Life
from devstack.seeding.pricing import Priced, Pricer
from devstack.seeding.world import Instructor, Lesson, Student, World
from instainstru_core.domains.addresses import policy as addresses
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors import policy as instructors
from instainstru_core.domains.instructors.types import LessonFormat

Rows: TypeAlias = Iterator[tuple[object, ...]]
Person: TypeAlias = Instructor | Student

USER_COLUMNS = (
    "id", "email",
    "email_proven_at", "password_hash", "first_name", "last_name", "phone", "zip_code", "timezone",
    "status", "created_at", "last_login_at",
)  # fmt: skip
INSTRUCTOR_COLUMNS = (
    "id", "slug", "bio", "years_experience", "timezone", "buffer_minutes",
    "travel_buffer_minutes", "overnight_protection", "is_live", "first_live_at", "is_founding",
    "founding_granted_at", "created_at", "updated_at",
)  # fmt: skip
PLACE_COLUMNS = (
    "id", "instructor_id", "kind", "label", "address_line", "latitude", "longitude",
    "approximate_latitude", "approximate_longitude", "area_key", "position",
)  # fmt: skip
ADDRESS_COLUMNS = (
    "id", "user_id", "label", "line1", "city", "state", "postal_code", "country", "latitude",
    "longitude", "region_id", "is_default", "created_at", "updated_at",
)  # fmt: skip
BOOKING_COLUMNS = (
    "id", "chain_id", "student_id", "instructor_id", "offering_id", "service_id", "service_name",
    "format", "status", "payment_status", "starts_at", "ends_at", "starts_local",
    "lesson_timezone", "lesson_day", "duration_minutes", "place", "latitude", "longitude",
    "area_key", "hourly_rate_cents", "lesson_price_cents", "student_fee_cents",
    "instructor_fee_cents", "total_cents", "payout_cents", "instructor_fee_rate",
    "instructor_tier", "pricing_version", "credit_cents", "card_cents", "created_at",
    "confirmed_at", "completed_at",
    "cancelled_at", "cancelled_by", "cancellation_reason",
)  # fmt: skip
ZONE = "America/New_York"
FREE = frozenset({BookingStatus.CANCELLED, BookingStatus.PAYMENT_FAILED})
"""Whoever is in one of these states occupies no time."""
ZIP = {
    "Manhattan": "10025", "Brooklyn": "11215", "Queens": "11375", "Bronx": "10471",
    "Staten Island": "10301",
}  # fmt: skip


def write_people(
    connection: psycopg.Connection, people: Iterable[Person], role: str, password_hash: str
) -> None:
    """Users and their roles."""
    everyone = list(people)
    copy_rows(
        connection, "users", USER_COLUMNS, (_user(one, role, password_hash) for one in everyone)
    )
    copy_rows(
        connection,
        "role_grants",
        ("user_id", "role", "granted_at"),
        ((one.id, role, one.created_at) for one in everyone),
    )


def _user(person: Person, role: str, password_hash: str) -> tuple[object, ...]:
    invited_at = person.created_at if role == "instructor" else None
    return (
        person.id,
        person.email,
        invited_at,  # proven by the code that was sent there
        password_hash,
        person.first_name,
        person.last_name,
        person.phone,
        ZIP[person.home.borough],
        ZONE,
        "active",
        person.created_at,
        None,
    )


def write_instructors(
    connection: psycopg.Connection, world: World, people: list[Instructor], secret: bytes
) -> None:
    """Profiles with all that hangs on them."""
    copy_rows(connection, "instructors", INSTRUCTOR_COLUMNS, map(_profile, people))
    copy_rows(
        connection,
        "lifecycle_events",
        ("id", "instructor_id", "milestone", "occurred_at"),
        (
            (world.id_at(at), one.id, milestone.value, at)
            for one in people
            for milestone, at in one.milestones
        ),
    )
    _write_offerings(connection, people)
    copy_rows(
        connection,
        "service_areas",
        ("instructor_id", "area_key"),
        ((one.id, area.key) for one in people for area in one.areas),
    )
    copy_rows(
        connection,
        "teaching_places",
        PLACE_COLUMNS,
        (_place(world, one, secret) for one in people if one.place),
    )
    copy_rows(
        connection,
        "founding_slots",
        ("number", "instructor_id", "claimed_at"),
        ((one.founding_slot, one.id, one.created_at) for one in people if one.founding_slot),
    )


def _write_offerings(connection: psycopg.Connection, people: list[Instructor]) -> None:
    copy_rows(
        connection,
        "offerings",
        (
            "id",
            "instructor_id",
            "service_id",
            "description",
            "durations",
            "age_groups",
            "skill_levels",
            "filters",
            "is_active",
            "created_at",
        ),
        (
            (
                offer.id,
                one.id,
                offer.service.id,
                None,
                list(offer.durations),
                list(offer.service.age_groups),
                *said_of(offer.id, offer.service),
                True,
                one.created_at,
            )
            for one in people
            for offer in one.offerings
        ),
    )
    copy_rows(
        connection,
        "offering_prices",
        ("offering_id", "format", "hourly_rate_cents"),
        (
            (offer.id, lesson_format.value, cents)
            for one in people
            for offer in one.offerings
            for lesson_format, cents in offer.rates.items()
        ),
    )


def _profile(person: Instructor) -> tuple[object, ...]:
    founding = person.founding_slot is not None
    name = f"{person.first_name} {person.last_name[:1]}."
    return (
        person.id,
        instructors.slug(name, person.id),
        person.bio,
        person.years,
        ZONE,
        instructors.BUFFER_MINUTES,
        instructors.TRAVEL_BUFFER_MINUTES,
        not person.never_sleeps,
        person.is_live,
        person.live_since,
        founding,
        person.created_at if founding else None,
        person.created_at,
        person.created_at,
    )


def _place(world: World, person: Instructor, secret: bytes) -> tuple[object, ...]:
    spot = person.place
    assert spot is not None
    near = addresses.approximate_point(
        latitude=spot.latitude,
        longitude=spot.longitude,
        identity=f"{person.id}:{instructors.same_address(person.address)}",
        secret=secret,
    )
    return (
        world.id_at(person.created_at),
        person.id,
        "teaching",
        "Studio",
        person.address,
        spot.latitude,
        spot.longitude,
        near.latitude,
        near.longitude,
        person.home.key,
        0,
    )


def write_addresses(connection: psycopg.Connection, world: World) -> None:
    """A home address for most students."""
    copy_rows(
        connection,
        "addresses",
        ADDRESS_COLUMNS,
        (
            (
                world.id_at(one.created_at),
                one.id,
                "home",
                one.address,
                "New York",
                "NY",
                ZIP[one.home.borough],
                "US",
                one.point.latitude,
                one.point.longitude,
                one.point.region_id,
                True,
                one.created_at,
                one.created_at,
            )
            for one in world.students
            if one.phone is not None
        ),
    )


def priced(pricer: Pricer, world: World) -> dict[str, Priced]:
    """What each lesson cost on the day it was booked."""
    return {lesson.id: pricer.quote(lesson) for lesson in world.lessons}


def write_lessons(
    connection: psycopg.Connection,
    world: World,
    pricer: Pricer,
    prices: Mapping[str, Priced],
    lives: Mapping[str, Life],
) -> None:
    """Bookings with the price of their day, and the time that coming lessons occupy."""
    copy_rows(
        connection,
        "bookings",
        BOOKING_COLUMNS,
        (_booking(prices[one.id], lives[one.id], one) for one in world.lessons),
    )
    since = world.now - timedelta(days=2)
    copy_rows(
        connection,
        "occupied_times",
        ("id", "instructor_id", "student_id", "span", "travels", "chain_id", "reference"),
        (
            (
                world.id_at(one.created_at),
                one.instructor.id,
                one.student.id,
                Range(one.starts_at, one.ends_at, "[)"),
                instructors.instructor_travels(one.format),
                one.id,
                f"booking:{one.id}",
            )
            for one in world.lessons
            if one.status not in FREE and one.ends_at > since
        ),
    )
    copy_rows(
        connection,
        "instructor_tiers",
        ("instructor_id", "tier", "evaluated_at"),
        pricer.standing(world.instructors),
    )


def _booking(price: Priced, life: Life, lesson: Lesson) -> tuple[object, ...]:
    line, latitude, longitude, area = _where(lesson)
    completed = lesson.status is BookingStatus.COMPLETED
    return (
        lesson.id,
        lesson.id,
        lesson.student.id,
        lesson.instructor.id,
        lesson.offering.id,
        lesson.offering.service.id,
        lesson.offering.service.name,
        lesson.format.value,
        lesson.status.value,
        life.payment_status.value,
        lesson.starts_at,
        lesson.ends_at,
        lesson.starts_local,
        ZONE,
        lesson.starts_local.date(),
        lesson.minutes,
        line,
        latitude,
        longitude,
        area,
        *price,
        life.row.credit_cents,
        life.row.card_cents,
        lesson.created_at,
        lesson.created_at,
        lesson.ends_at if completed else None,
        lesson.cancelled_at,
        lesson.cancelled_by,
        lesson.reason,
    )


def _where(lesson: Lesson) -> tuple[str | None, float | None, float | None, str | None]:
    student, person = lesson.student, lesson.instructor
    if lesson.format is LessonFormat.ONLINE:
        return None, None, None, None
    if lesson.format is LessonFormat.INSTRUCTOR_LOCATION and person.place is not None:
        spot = person.place
        return person.address, spot.latitude, spot.longitude, person.home.key
    return student.address, student.point.latitude, student.point.longitude, student.home.key
