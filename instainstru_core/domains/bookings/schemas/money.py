"""The money of lessons: commands in, views out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.bookings.schemas.lessons import BookingDetailView
from instainstru_core.domains.bookings.schemas.words import NO_NUL, RowId, Words
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    DebtKind,
    NoShowResolution,
    PaymentResult,
    RefundAction,
    RefundReason,
    RefundState,
    RefundWay,
    TipState,
)
from instainstru_core.kernel.money import CURRENCY


class CheckoutBooking(BaseModel):
    """How a lesson is to be paid for."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"credit_cents": 2000}]},
    )

    payment_method_id: RowId | None = Field(
        default=None, description="A saved card; left out, the default one."
    )
    credit_cents: int = Field(
        default=0,
        ge=0,
        le=10_000_000,
        description="How much credit to use, at most the lesson's price. The booking fee is always"
        " paid by card.",
    )


class ReportAbsence(BaseModel):
    """Who did not come."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"absent": "instructor", "reason": "Nobody came."}]},
    )

    absent: Absent
    reason: Words | None = None


class DisputeReport(BaseModel):
    """Why a report is wrong."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "I rang at four and waited for half an hour."}]},
    )

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500, pattern=NO_NUL)
    ]


class ResolveReport(BaseModel):
    """What staff decide about a report."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"resolution": "confirmed_after_review"}]},
    )

    resolution: Literal[
        NoShowResolution.CONFIRMED_AFTER_REVIEW,
        NoShowResolution.DISPUTE_UPHELD,
        NoShowResolution.DISMISSED,
        NoShowResolution.CANCELLED,
    ] = Field(
        description="confirmed_after_review: the report stands. dispute_upheld: the objection"
        " does, and the instructor is paid. dismissed: as if nothing had been said. cancelled:"
        " nobody is to blame, nothing is charged."
    )


class OrderRefund(BaseModel):
    """How much staff give back to the card, and why."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"cents": 4000, "reason": "service_issue"}]},
    )

    cents: int | None = Field(
        default=None, ge=1, le=10_000_000, description="Left out, all that is left of the charge."
    )
    reason: RefundReason
    note: Words | None = None
    confirm: str | None = Field(
        default=None,
        max_length=100,
        description="The `confirm` of the preview; the refund is refused if anything changed.",
    )


class RefundPreview(BaseModel):
    """What a refund would do now. Nothing is done until it is ordered with `confirm`."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    currency: str = CURRENCY
    action: RefundAction = Field(
        description="void: the hold is let go. refund: money goes back to the card."
    )
    charged_cents: int
    refunded_before_cents: int
    refund_cents: int = Field(description="What would go back to the card.")
    instructor_cents: int = Field(description="What would be taken back from the instructor.")
    platform_cents: int = Field(description="What the platform would bear; it may be negative.")
    credit_back_cents: int = Field(description="Credit used for the lesson that would come back.")
    credit_revoked_cents: int = Field(description="Credit issued for it that would be revoked.")
    confirm: str


class SettleRefund(BaseModel):
    """What is to become of a refund that the provider refuses, and why."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"way": "credit", "reason": "The bank closed the charge for refunds."}]
        },
    )

    way: RefundWay = Field(
        description="credit: the student gets it as credit. bank: the bank gave it back already."
    )
    reason: Words
    confirm: str | None = Field(
        default=None,
        max_length=100,
        description="The `confirm` of the preview; it is refused if anything changed.",
    )


class RefundSettlementPreview(BaseModel):
    """What settling a refused refund would do now. Nothing is done until it is confirmed."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    way: RefundWay
    currency: str = CURRENCY
    charged_cents: int
    charged_back_cents: int = Field(description="What banks took back of the charge.")
    refunded_before_cents: int
    outstanding_cents: int = Field(description="What was to go back to the card and could not.")
    credit_cents: int = Field(description="What of it would become credit of the student.")
    bank_cents: int = Field(description="What of it the bank gave back already.")
    confirm: str


class RefundSettlementView(BaseModel):
    """What became of a refund that the provider refused."""

    model_config = ConfigDict(frozen=True)

    id: str
    booking_id: str
    way: RefundWay
    credit_cents: int
    bank_cents: int
    settled_at: datetime


class CancelPreview(BaseModel):
    """What cancelling as staff would do now. Nothing is done until `confirm` is confirmed."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    status: BookingStatus
    starts_at: datetime
    student_name: str
    instructor_name: str
    service_name: str
    currency: str = CURRENCY
    charged_cents: int = Field(description="What the card pays in the end, refunds not deducted.")
    refund_cents: int = Field(description="What of it would go back to the card.")
    hold_released_cents: int = Field(description="What is held on the card and would be let go.")
    credit_back_cents: int = Field(description="Credit that would come back.")
    instructor_cents: int = Field(description="What the instructor would be paid.")
    confirm: str


class RefundOrderView(BaseModel):
    """A refund that was ordered."""

    model_config = ConfigDict(frozen=True)

    id: str | None = Field(description="Null where a hold was let go.")
    booking_id: str
    action: RefundAction
    refund_cents: int
    instructor_cents: int
    credit_back_cents: int
    credit_revoked_cents: int
    state: RefundState = Field(description="`pending` while the provider has not confirmed it.")


class GiveTip(BaseModel):
    """Thanks for a lesson."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"cents": 1000}]}
    )

    cents: int = Field(ge=100, le=50_000)
    payment_method_id: RowId | None = None


class TipView(BaseModel):
    """A tip. All of it goes to the instructor."""

    model_config = ConfigDict(frozen=True)

    id: str
    booking_id: str
    cents: int
    state: TipState
    failure: str | None = Field(description="Why the card was refused, as a stable code.")
    created_at: datetime


class DebtView(BaseModel):
    """What is owed for a lesson, or for credit that was bought."""

    model_config = ConfigDict(frozen=True)

    kind: DebtKind
    booking_id: str | None = Field(description="The lesson, where it is owed for one.")
    top_up_id: str | None = Field(description="The bought credit, where it is owed for that.")
    cents: int
    currency: str = CURRENCY


class DebtsView(BaseModel):
    """All that somebody owes, as it was answered to a key."""

    model_config = ConfigDict(frozen=True)

    debts: list[DebtView]


class HealthView(BaseModel):
    """How the work on lessons' money keeps up."""

    model_config = ConfigDict(frozen=True)

    as_of: datetime
    overdue: dict[str, int] = Field(description="Lessons past their instant, by kind of work.")
    oldest_overdue_at: datetime | None
    in_review: int
    oldest_review_since: datetime | None
    stuck_commands: int
    unasked_disputes: int = Field(
        description="Disputes whose events did not come and that nobody asked the provider about."
    )
    waiting_tips: int = Field(
        description="Tips charged more than 24 hours ago that have not reached their instructor."
    )
    is_healthy: bool


class RetryPayment(BaseModel):
    """With which card to try again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payment_method_id: RowId | None = Field(
        default=None, description="A saved card; left out, the default one."
    )


class CheckoutView(BaseModel):
    """What became of a payment."""

    model_config = ConfigDict(frozen=True)

    result: PaymentResult = Field(
        description="confirmed: all is well. declined: choose another card and try again."
        " authentication_required: confirm in the browser with `client_secret`, then ask again."
        " pending: the provider has not answered; ask again, nothing is charged twice."
    )
    failure: str | None = Field(
        default=None, description="Why the card was refused, as a stable code."
    )
    client_secret: str | None = None
    booking: BookingDetailView
