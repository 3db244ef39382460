"""Bookings. The quote and, once confirmed, the plan of credit and card are written once."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    CancelledBy,
    DueKind,
    Ending,
    NoShowResolution,
    NoteCategory,
    NoteVisibility,
    Outcome,
    Party,
    PaymentStatus,
    RefundOrigin,
    RefundReason,
    RefundWay,
    TipState,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.db import Base, BigInt, Id, NewId


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
        CheckConstraint(
            "credit_cents BETWEEN 0 AND lesson_price_cents"
            " AND card_cents = total_cents - credit_cents",
            name="plan_adds_up",
        ),
        Index("ix_bookings_chain", "chain_id", "id"),
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
    instructor_note: Mapped[str | None]

    hourly_rate_cents: Mapped[int]
    lesson_price_cents: Mapped[int]
    student_fee_cents: Mapped[int]
    instructor_fee_cents: Mapped[int]
    total_cents: Mapped[int]
    payout_cents: Mapped[int]
    instructor_fee_rate: Mapped[Decimal]
    instructor_tier: Mapped[Tier]
    pricing_version: Mapped[str]
    credit_cents: Mapped[int | None]
    card_cents: Mapped[int | None]

    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[CancelledBy | None]
    cancellation_reason: Mapped[str | None]
    moved_from_id: Mapped[Id | None] = mapped_column(ForeignKey("bookings.id"))
    moved_to_id: Mapped[Id | None] = mapped_column(ForeignKey("bookings.id"))


class LessonMoney(Base):
    """Where the money of one lesson is and what is to happen to it next.

    A lesson that is moved stays the same lesson: its bookings share a chain, and the money belongs
    to the chain (`booking_id` is the one that counts now). Facts are columns of their own; what to
    do next follows from them (`policy.agenda`), at `due_at` at the latest.
    """

    __tablename__ = "lesson_money"
    __table_args__ = (
        CheckConstraint(
            "credit_cents >= 0 AND card_cents >= 0 AND captured_cents >= 0"
            " AND refunded_cents >= 0 AND refund_due_cents >= 0 AND owed_cents >= 0",
            name="no_less_than_nothing",
        ),
        CheckConstraint("refund_settled_cents >= 0", name="settled_refunds"),
        CheckConstraint("(ending IS NULL) = (ended_at IS NULL)", name="ended_whole_or_not"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled_whole_or_not"),
        Index(
            "ix_lesson_money_due",
            "due_kind",
            "due_at",
            "chain_id",
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_lesson_money_debt", "student_id", postgresql_where=text("debt_cents > 0")),
        Index(
            "ix_lesson_money_review",
            "review_since",
            postgresql_where=text("review_since IS NOT NULL"),
        ),
    )

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"), unique=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id"))
    fence: Mapped[BigInt] = mapped_column(default=0, server_default="0")

    payment_method_id: Mapped[Id | None] = mapped_column(ForeignKey("payment_methods.id"))
    credit_cents: Mapped[int] = mapped_column(default=0)
    card_cents: Mapped[int]

    checkout_expires_at: Mapped[datetime | None]
    hold_due_at: Mapped[datetime | None]
    hold_failures: Mapped[int] = mapped_column(default=0)
    hold_first_failed_at: Mapped[datetime | None]
    hold_last_failed_at: Mapped[datetime | None]
    hold_failure: Mapped[str | None]
    warned_at: Mapped[datetime | None]

    charge_id: Mapped[Id | None] = mapped_column(ForeignKey("charges.id"))
    stale_charge_id: Mapped[Id | None] = mapped_column(ForeignKey("charges.id"))
    authorized_at: Mapped[datetime | None]
    capture_before: Mapped[datetime | None]
    captured_at: Mapped[datetime | None]
    captured_cents: Mapped[int] = mapped_column(default=0)
    capture_failures: Mapped[int] = mapped_column(default=0)
    capture_first_failed_at: Mapped[datetime | None]
    capture_last_failed_at: Mapped[datetime | None]
    capture_failure: Mapped[str | None]
    escalated_at: Mapped[datetime | None]

    locked_at: Mapped[datetime | None]
    late_move_used: Mapped[bool] = mapped_column(default=False)
    moves: Mapped[int] = mapped_column(default=0)
    moving_to_id: Mapped[Id | None] = mapped_column(ForeignKey("bookings.id"))
    moving_takes_all: Mapped[bool] = mapped_column(default=False)
    moving_until: Mapped[datetime | None]

    ending: Mapped[Ending | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    settled_at: Mapped[datetime | None]
    owed_cents: Mapped[int] = mapped_column(default=0)
    paid_cents: Mapped[int] = mapped_column(default=0)
    transfer_failures: Mapped[int] = mapped_column(default=0)
    transfer_last_failed_at: Mapped[datetime | None]
    refund_due_cents: Mapped[int] = mapped_column(default=0)
    refunded_cents: Mapped[int] = mapped_column(default=0)
    refund_settled_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    credit_back_cents: Mapped[int] = mapped_column(default=0)
    charged_back_cents: Mapped[int] = mapped_column(default=0)
    is_disputed: Mapped[bool] = mapped_column(default=False)

    debt_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    is_blocked: Mapped[bool] = mapped_column(default=False)
    review_reason: Mapped[str | None]
    review_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_kind: Mapped[DueKind | None]


class NoShowReport(Base):
    """Somebody says that somebody did not come. One for each booking."""

    __tablename__ = "no_show_reports"
    __table_args__ = (
        CheckConstraint(
            "(resolution IS NULL) = (resolved_at IS NULL)", name="resolved_whole_or_not"
        ),
    )

    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    absent: Mapped[Absent]
    reported_by: Mapped[Party]
    reporter_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None]
    reported_at: Mapped[datetime]
    status_before: Mapped[BookingStatus]
    disputed_by: Mapped[str | None]
    disputed_at: Mapped[datetime | None]
    dispute_reason: Mapped[str | None]
    resolution: Mapped[NoShowResolution | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]


class BookingNote(Base):
    """What staff write about a booking, and who may read it."""

    __tablename__ = "booking_notes"
    __table_args__ = (Index("ix_booking_notes_booking", "booking_id", "id"),)

    id: Mapped[NewId]
    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"))
    author_id: Mapped[str | None]
    visibility: Mapped[NoteVisibility]
    category: Mapped[NoteCategory]
    words: Mapped[str]
    created_at: Mapped[datetime]


class AdminRefund(Base):
    """A refund that staff ordered, or made in the provider's dashboard, or that a call of ours made
    once too often.

    Together those of a lesson give back at most its charge.
    """

    __tablename__ = "admin_refunds"
    __table_args__ = (
        CheckConstraint("cents > 0", name="something"),
        Index("ix_admin_refunds_chain", "chain_id", "id"),
    )

    id: Mapped[NewId]
    chain_id: Mapped[Id] = mapped_column(ForeignKey("lesson_money.chain_id"))
    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"))
    cents: Mapped[int]
    reason: Mapped[RefundReason]
    note: Mapped[str | None]
    origin: Mapped[RefundOrigin] = mapped_column(
        default=RefundOrigin.STAFF, server_default=RefundOrigin.STAFF
    )
    ordered_by: Mapped[str | None]
    ordered_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class RefundSettlement(Base):
    """What became of a refund that the provider refused, as staff decided.

    Of its cents some became credit; for the rest the bank had given the money back already.
    """

    __tablename__ = "refund_settlements"
    __table_args__ = (
        CheckConstraint(
            "credit_cents >= 0 AND bank_cents >= 0 AND credit_cents + bank_cents > 0",
            name="something",
        ),
        Index("ix_refund_settlements_chain", "chain_id", "id"),
    )

    id: Mapped[NewId]
    chain_id: Mapped[Id] = mapped_column(ForeignKey("lesson_money.chain_id"))
    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"))
    way: Mapped[RefundWay]
    credit_cents: Mapped[int]
    bank_cents: Mapped[int]
    reason: Mapped[str]
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime]


class Tip(Base):
    """Thanks on top of a completed lesson, all of it for the instructor."""

    __tablename__ = "tips"
    __table_args__ = (CheckConstraint("cents > 0", name="something"),)

    id: Mapped[NewId]
    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"), index=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id"))
    payment_method_id: Mapped[Id] = mapped_column(ForeignKey("payment_methods.id"))
    cents: Mapped[int]
    state: Mapped[TipState]
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    charged_at: Mapped[datetime | None]
    transferred_at: Mapped[datetime | None]
