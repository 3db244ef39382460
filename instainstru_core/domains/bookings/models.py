"""Bookings. The quote's columns are written once: a trigger refuses to change them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy, PaymentStatus
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.db import Base, Id, NewId


class Booking(Base):
    """A lesson. Wall clock and zone are kept beside the UTC instants that every rule compares.

    `lesson_day` is the New York calendar day of the start, by which staff count.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("duration_minutes BETWEEN 30 AND 240", name="duration_range"),
        CheckConstraint("lesson_price_cents > 0", name="price_positive"),
        CheckConstraint(
            "total_cents = lesson_price_cents + student_fee_cents"
            " AND payout_cents = lesson_price_cents - instructor_fee_cents",
            name="quote_adds_up",
        ),
        CheckConstraint(
            "(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled_whole_or_not"
        ),
        CheckConstraint(
            "(status <> 'COMPLETED') OR (completed_at IS NOT NULL)", name="completed_has_instant"
        ),
        Index("ix_bookings_student", "student_id", "starts_at", "id"),
        Index("ix_bookings_instructor", "instructor_id", "starts_at", "id"),
        Index("ix_bookings_lesson_day", "lesson_day", "status"),
        Index("ix_bookings_created", "created_at", "id"),
    )

    id: Mapped[NewId]
    chain_id: Mapped[Id]
    student_id: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id"))
    offering_id: Mapped[Id] = mapped_column(ForeignKey("offerings.id"))
    service_id: Mapped[Id] = mapped_column(ForeignKey("services.id"), index=True)
    service_name: Mapped[str]
    format: Mapped[LessonFormat]
    status: Mapped[BookingStatus]
    payment_status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.NONE)

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    lesson_timezone: Mapped[str]
    lesson_day: Mapped[date]
    duration_minutes: Mapped[int]

    place: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    area_key: Mapped[str | None] = mapped_column(ForeignKey("display_areas.key"))
    student_note: Mapped[str | None]

    hourly_rate_cents: Mapped[int]
    lesson_price_cents: Mapped[int]
    student_fee_cents: Mapped[int]
    instructor_fee_cents: Mapped[int]
    total_cents: Mapped[int]
    payout_cents: Mapped[int]
    instructor_fee_rate: Mapped[Decimal]
    instructor_tier: Mapped[Tier]
    pricing_version: Mapped[str]

    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[CancelledBy | None]
    cancellation_reason: Mapped[str | None]
