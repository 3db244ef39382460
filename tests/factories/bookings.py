"""Bookings, written straight into the tables, and the students who make them."""

from datetime import datetime, timedelta
from typing import Any

from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.schemas import BookLesson
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancelledBy,
    DueKind,
    Ending,
    Outcome,
    PaymentStatus,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing import policy as pricing
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import Actor, Permission
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.time import local_day, to_local
from instainstru_core.kernel.uow import Uow
from tests.factories import availability
from tests.factories.instructors import INSIDE, LiveInstructor, live_instructor, person

STUDENT_PERMISSIONS = frozenset(
    {
        Permission.ACCOUNT_MANAGE_OWN,
        Permission.ADDRESSES_MANAGE_OWN,
        Permission.BOOKINGS_VIEW_OWN,
        Permission.BOOKINGS_CREATE,
        Permission.BOOKINGS_CANCEL_OWN,
        Permission.REVIEWS_WRITE_OWN,
    }
)
OCCUPYING = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
PAYMENT = {
    BookingStatus.PENDING: PaymentStatus.NONE,
    BookingStatus.CONFIRMED: PaymentStatus.SCHEDULED,
}
SETTLED = {
    BookingStatus.CANCELLED: (Ending.STUDENT_CANCEL_UNPAID, Outcome.BEFORE_PAYMENTS),
    BookingStatus.PAYMENT_FAILED: (Ending.PAYMENT_FAILED, Outcome.PAYMENT_FAILED_NO_CHARGE),
}
AT_HOME: dict[str, Any] = {
    "format": LessonFormat.STUDENT_LOCATION,
    "place": "9 Fillmore Street",
    "latitude": INSIDE[0],
    "longitude": INSIDE[1],
}
"""What `lesson` changes for a lesson at a student's, inside the area of the factory."""


def student_actor(user_id: str) -> Actor:
    """The student, signed in."""
    return Actor(id=user_id, permissions=STUDENT_PERMISSIONS)


def student(uow: Uow, *, first_name: str = "Jonas", last_name: str = "Lind") -> Actor:
    """A person who may book, signed in."""
    return student_actor(person(uow, first_name=first_name, last_name=last_name))


def lesson(teacher: LiveInstructor, **changes: Any) -> BookLesson:
    """A wish for an hour online on the Thursday after the tests' Monday, 16:00 on the wall."""
    wanted: dict[str, Any] = {
        "offering_id": teacher.offering_id,
        "format": LessonFormat.ONLINE,
        "starts_local": "2026-06-18T16:00:00",
        "duration_minutes": 60,
    }
    return BookLesson(**(wanted | changes))


def booking(
    uow: Uow,
    *,
    teacher: LiveInstructor | None = None,
    student_id: str | None = None,
    starts_at: datetime | None = None,
    minutes: int = 60,
    status: BookingStatus = BookingStatus.CONFIRMED,
    hourly_rate_cents: int = 12_000,
    tier: Tier = Tier.ENTRY,
    money: dict[str, Any] | None = None,
    **changes: Any,
) -> Booking:
    """A booking online, a day from now, with the money that fits its status.

    `changes` are columns of the booking, `money` those of its money.
    """
    teacher = teacher or live_instructor(uow)
    starts_at = starts_at or uow.now + timedelta(days=1)
    created_at = changes.get("created_at", min(uow.now, starts_at) - timedelta(days=3))
    row = Booking(
        **{
            **_identity(teacher, student_id or person(uow, first_name="Jonas", last_name="Lind")),
            **_time(starts_at, minutes, teacher.timezone),
            **_price(hourly_rate_cents, minutes, tier, created_at),
            **_progress(status, starts_at + timedelta(minutes=minutes), created_at),
            **changes,
        }
    )
    uow.session.add(row)
    uow.session.flush()
    if row.chain_id == row.id:
        uow.session.add(LessonMoney(**(_money(row) | (money or {}))))
        uow.session.flush()
    if row.status in OCCUPYING:
        availability.occupied(
            uow,
            row.instructor_id,
            row.starts_at,
            row.ends_at,
            student_id=row.student_id,
            chain_id=row.chain_id,
            reference=f"booking:{row.id}",
        )
    return row


def _identity(teacher: LiveInstructor, student_id: str) -> dict[str, Any]:
    booking_id = new_id()
    return {
        "id": booking_id,
        "chain_id": booking_id,
        "student_id": student_id,
        "instructor_id": teacher.id,
        "offering_id": teacher.offering_id,
        "service_id": teacher.service_id,
        "service_name": teacher.service_name,
        "format": LessonFormat.ONLINE,
        "place": None,
        "latitude": None,
        "longitude": None,
        "area_key": None,
        "student_note": None,
    }


def _time(starts_at: datetime, minutes: int, timezone: str) -> dict[str, Any]:
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "starts_local": to_local(starts_at, timezone),
        "lesson_timezone": timezone,
        "lesson_day": local_day(starts_at),
        "duration_minutes": minutes,
    }


def _price(hourly_rate_cents: int, minutes: int, tier: Tier, at: datetime) -> dict[str, Any]:
    quote = pricing.quote(
        pricing.rules_at(at), hourly_rate=Cents(hourly_rate_cents), minutes=minutes, tier=tier
    )
    return {
        "hourly_rate_cents": hourly_rate_cents,
        "lesson_price_cents": quote.lesson_price.amount,
        "student_fee_cents": quote.student_fee.amount,
        "instructor_fee_cents": quote.instructor_fee.amount,
        "total_cents": quote.total.amount,
        "payout_cents": quote.payout.amount,
        "instructor_fee_rate": quote.instructor_fee_rate,
        "instructor_tier": tier,
        "pricing_version": quote.version,
    }


def _progress(status: BookingStatus, ends_at: datetime, created_at: datetime) -> dict[str, Any]:
    unpaid = status in {BookingStatus.PENDING, BookingStatus.PAYMENT_FAILED}
    cancelled = status is BookingStatus.CANCELLED
    return {
        "status": status,
        "payment_status": PAYMENT.get(status, PaymentStatus.SETTLED),
        "created_at": created_at,
        "confirmed_at": None if unpaid else created_at,
        "completed_at": ends_at if status is BookingStatus.COMPLETED else None,
        "cancelled_at": created_at + timedelta(hours=1) if cancelled else None,
        "cancelled_by": CancelledBy.STUDENT if cancelled else None,
        "cancellation_reason": "Plans changed." if cancelled else None,
    }


def _money(row: Booking) -> dict[str, Any]:
    """No card was ever asked: what is over was settled before there were payments."""
    whose: dict[str, Any] = {
        "chain_id": row.chain_id,
        "booking_id": row.id,
        "student_id": row.student_id,
        "instructor_id": row.instructor_id,
        "card_cents": row.total_cents,
    }
    plan: dict[str, Any]
    match row.status:
        case BookingStatus.PENDING:
            until = agenda.checkout_expiry(row.starts_at, row.created_at)
            plan = {
                "checkout_expires_at": until,
                "due_at": until,
                "due_kind": DueKind.CHECKOUT,
            }
        case BookingStatus.CONFIRMED:
            due_at = agenda.hold_due_at(row.starts_at)
            plan = {"hold_due_at": due_at, "due_at": due_at, "due_kind": DueKind.HOLD}
        case _:
            over_at = row.cancelled_at or row.completed_at or row.created_at
            ending, outcome = SETTLED.get(
                row.status, (Ending.LESSON_TAKEN, Outcome.BEFORE_PAYMENTS)
            )
            plan = {
                "ending": ending,
                "ended_at": over_at,
                "outcome": outcome,
                "settled_at": over_at,
            }
    return whose | plan
