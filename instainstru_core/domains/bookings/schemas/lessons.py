"""Lessons: commands in, views out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints

from instainstru_core.domains.bookings.schemas.words import NO_NUL, RowId, Words
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancelledBy,
    NoteCategory,
    NoteVisibility,
    Outcome,
    PaymentStatus,
    Side,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.types import Tier


class LessonMoneyView(BaseModel):
    """Where the money of a lesson is. Amounts of the other side's business are null."""

    model_config = ConfigDict(frozen=True)

    is_locked: bool = Field(description="Taken in full when the lesson was moved late.")
    late_move_used: bool
    moves: int = Field(description="How often the lesson was moved.")
    outcome: Outcome | None = Field(description="How the money was settled; null until it is.")
    settled_at: datetime | None
    checkout_expires_at: datetime | None = Field(description="Until when to check out.")
    hold_due_at: datetime | None = Field(description="When the card's part is held.")
    authorized_at: datetime | None
    credit_cents: int | None = Field(description="What credit pays.")
    card_cents: int | None = Field(description="What the card pays.")
    captured_cents: int | None
    refunded_cents: int | None
    credit_back_cents: int | None = Field(description="Credit given back or newly issued.")
    owed_cents: int | None = Field(description="What the instructor is owed.")
    paid_cents: int | None = Field(description="What was sent to the instructor's account.")


class BookLesson(BaseModel):
    """A wish for one lesson with one instructor."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "offering_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
                    "format": "online",
                    "starts_local": "2026-06-18T16:00:00",
                    "duration_minutes": 60,
                },
                {
                    "offering_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
                    "format": "student_location",
                    "starts_local": "2026-06-18T16:00:00",
                    "duration_minutes": 90,
                    "place": "350 5th Ave, New York, NY 10118",
                    "latitude": 40.7484,
                    "longitude": -73.9857,
                    "student_note": "Please ring at the second bell.",
                },
            ]
        },
    )

    offering_id: RowId = Field(description="The instructor's offering.")
    format: LessonFormat = Field(description="Where the lesson takes place.")
    starts_local: NaiveDatetime = Field(
        description="The start on the instructor's wall clock, on a quarter of an hour, without"
        " an offset. Where the clocks are set back and a time happens twice, its first occurrence."
    )
    duration_minutes: int = Field(ge=30, le=240, description="One of the offering's lengths.")
    place: Words | None = Field(
        default=None,
        description="The address, needed at the student's or a neutral place. Left out online"
        " and at the instructor's, whose address both sides see after booking.",
    )
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    teaching_place_id: RowId | None = Field(
        default=None,
        description="Which of the instructor's places, when there are two; else the first.",
    )
    student_note: Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)] | None = None


class RescheduleBooking(BaseModel):
    """Where a lesson is to be moved to. What is left out stays as it is."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"starts_local": "2026-06-19T17:00:00"}]},
    )

    starts_local: NaiveDatetime = Field(
        description="The new start on the instructor's wall clock, on a quarter of an hour."
    )
    offering_id: RowId | None = Field(
        default=None,
        description="Another offering of the same instructor; up to 24 hours before the start.",
    )
    duration_minutes: int | None = Field(
        default=None, ge=30, le=240, description="Another length; up to 24 hours before the start."
    )
    format: LessonFormat | None = Field(
        default=None, description="Another format; up to 24 hours before the start."
    )
    place: Words | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)


class WriteNote(BaseModel):
    """A note of staff."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "words": "Both sides were called; they agree.",
                    "visibility": "internal",
                    "category": "dispute",
                }
            ]
        },
    )

    words: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=NO_NUL)
    ]
    visibility: NoteVisibility = NoteVisibility.INTERNAL
    category: NoteCategory = NoteCategory.GENERAL


class NoteView(BaseModel):
    """A note of staff, for whoever may read it."""

    model_config = ConfigDict(frozen=True)

    id: str
    booking_id: str
    words: str
    visibility: NoteVisibility
    category: NoteCategory
    created_at: datetime


class EditBooking(BaseModel):
    """What the instructor may change: a note of their own, for both sides to read."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"instructor_note": "Bring the blue book."}]},
    )

    instructor_note: Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)] | None


class CancelBooking(BaseModel):
    """A wish to cancel."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "I am ill and cannot come."}]},
    )

    reason: Words = Field(description="Why, in words that both sides may read.")
    keep_payment: bool = Field(
        default=False,
        description="Staff only: charge the student and pay the instructor all the same.",
    )


class BookingView(BaseModel):
    """A booking in a list. Amounts of the other side's business are null."""

    model_config = ConfigDict(frozen=True)

    id: str
    status: BookingStatus
    payment_status: PaymentStatus
    seen_as: Side = Field(description="From which side you see it.")
    student_id: str
    student_name: str = Field(description='Like "Zoe M.".')
    instructor_id: str
    instructor_name: str = Field(description='Like "Zoe M.".')
    offering_id: str
    service_id: str
    service_name: str
    format: LessonFormat
    starts_at: datetime
    ends_at: datetime
    starts_local: datetime = Field(description="The start on the wall clock of `timezone`.")
    timezone: str
    duration_minutes: int
    lesson_price_cents: int
    student_fee_cents: int | None
    total_cents: int | None = Field(description="What the student pays; null for the instructor.")
    instructor_fee_cents: int | None
    payout_cents: int | None = Field(
        description="What the instructor is paid; null for the student."
    )
    created_at: datetime
    cancelled_at: datetime | None
    cancelled_by: CancelledBy | None


class BookingDetailView(BookingView):
    """A booking with everything the reader may know. The address is for its two sides only."""

    chain_id: str = Field(description="What a lesson and those it was moved to have in common.")
    hourly_rate_cents: int
    instructor_fee_rate: float | None
    instructor_tier: Tier | None
    pricing_version: str
    place: str | None
    latitude: float | None
    longitude: float | None
    area_key: str | None
    student_note: str | None
    instructor_note: str | None
    moved_from_id: str | None
    moved_to_id: str | None
    money: LessonMoneyView | None = Field(description="Null where no money was ever planned.")
    confirmed_at: datetime | None
    completed_at: datetime | None
    cancellation_reason: str | None


class TierSweep(BaseModel):
    """What one portion of the nightly evaluation did. `next_after` is null when it was the last."""

    model_config = ConfigDict(frozen=True)

    evaluated: int
    changed: int
    next_after: str | None
