"""What each message needs to know, and what is shown of deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime

from instainstru_core.domains.bookings.types import CancelledBy, DebtCause, ReportResult
from instainstru_core.domains.notifications.types import DeliveryState, Reader, Template
from instainstru_core.kernel.ids import ID_PATTERN


class Facts(BaseModel):
    """What one template needs. A model that lacks a fact cannot be made, so nor can a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: ClassVar[Template]

    @property
    def useful_until(self) -> datetime | None:
        """When there is no longer anything to do; None for news that stays news."""
        return None


class LessonFacts(Facts):
    """The lesson that a message is about, on its own wall clock."""

    service_name: str
    with_name: str = Field(description='The other side, as "First L.".')
    starts_local: NaiveDatetime
    timezone: str
    duration_minutes: int = Field(ge=1)


class BookingConfirmedFacts(LessonFacts):
    """A lesson is certain. The amount is what this reader pays or receives."""

    template = Template.BOOKING_CONFIRMED
    reader: Reader
    amount_cents: int = Field(ge=0)


class HoldFailedFacts(LessonFacts):
    """A card could not be held. Without `pay_by_at` there are thirty minutes from the attempt."""

    template = Template.HOLD_FAILED
    total_cents: int = Field(ge=0)
    reason: str
    pay_by_at: AwareDatetime | None

    @property
    def useful_until(self) -> datetime | None:
        return self.pay_by_at


class FinalWarningFacts(LessonFacts):
    """The lesson is about to be dropped."""

    template = Template.FINAL_WARNING
    total_cents: int = Field(ge=0)
    pay_by_at: AwareDatetime

    @property
    def useful_until(self) -> datetime | None:
        return self.pay_by_at


class DroppedStudentFacts(LessonFacts):
    """The lesson was not paid for in time: what its student is told."""

    template = Template.BOOKING_DROPPED_STUDENT
    was_confirmed: bool


class DroppedInstructorFacts(LessonFacts):
    """The same for the instructor, who counted on the lesson."""

    template = Template.BOOKING_DROPPED_INSTRUCTOR


class BookingCancelledFacts(LessonFacts):
    """A lesson was called off, and what this reader gets."""

    template = Template.BOOKING_CANCELLED
    reader: Reader
    cancelled_by: CancelledBy
    is_charged: bool | None = Field(
        description="Whether the student pays for it, wholly or in part; null while that is open."
    )
    credit_cents: int = Field(ge=0)
    refund_cents: int = Field(ge=0)
    payout_cents: int = Field(ge=0)


class BookingRescheduledFacts(LessonFacts):
    """A lesson was moved to `starts_local`."""

    template = Template.BOOKING_RESCHEDULED
    reader: Reader
    was_service_name: str
    was_starts_local: NaiveDatetime
    was_timezone: str


class CaptureFailedFacts(LessonFacts):
    """A lesson that took place, or was cancelled too late, could not be charged."""

    template = Template.CAPTURE_FAILED
    total_cents: int = Field(ge=0)


class AccountLockedFacts(LessonFacts):
    """The same, three days later."""

    template = Template.ACCOUNT_LOCKED
    total_cents: int = Field(ge=0)


class NoShowReportedFacts(LessonFacts):
    """Somebody is said not to have come; `reader` is who is told."""

    template = Template.NO_SHOW_REPORTED
    reader: Reader
    is_mutual: bool


class NoShowResolvedFacts(LessonFacts):
    """What became of a report that somebody did not come."""

    template = Template.NO_SHOW_RESOLVED
    reader: Reader
    result: ReportResult


class RefundedFacts(LessonFacts):
    """Money went back to the student's card."""

    template = Template.REFUNDED
    refund_cents: int = Field(ge=1)


class RefundSettledFacts(LessonFacts):
    """A refund could not go to the card: it became credit, or the bank had given it back."""

    template = Template.REFUND_SETTLED
    credit_cents: int = Field(ge=0)
    bank_cents: int = Field(ge=0)


class PayoutSentFacts(LessonFacts):
    """The instructor was paid for a lesson."""

    template = Template.PAYOUT_SENT
    payout_cents: int = Field(ge=1)


class ReviewPublishedFacts(LessonFacts):
    """A student reviewed a lesson. Their words are read where they can be answered."""

    template = Template.REVIEW_PUBLISHED
    stars: int = Field(ge=1, le=5)


class DebtOpenedFacts(Facts):
    """A bank took a payment back, and so much of it is owed."""

    template = Template.DEBT_OPENED
    because: DebtCause
    owed_cents: int = Field(ge=1)


class AccountRestrictedFacts(Facts):
    """A student may book nothing because of a dispute, and there is nothing to pay."""

    template = Template.ACCOUNT_RESTRICTED
    is_lost: bool


class PayoutFailedFacts(Facts):
    """A bank did not take what was paid out to it."""

    template = Template.PAYOUT_FAILED
    failed_cents: int = Field(ge=1)
    failure_code: str | None


class PayeeBlockedFacts(Facts):
    """The provider pays nothing to the account of an instructor any more."""

    template = Template.PAYEE_BLOCKED
    blocked_reason: str | None


class InstructorInviteFacts(Facts):
    """Somebody may sign up to teach. The code is put in when it is sent, and not kept here."""

    template = Template.INSTRUCTOR_INVITE
    grants_founding: bool
    expires_at: AwareDatetime
    note: str | None
    claim_page: str

    @property
    def useful_until(self) -> datetime | None:
        return self.expires_at


class AddressProofFacts(Facts):
    """Somebody wants into their account. The code is put in when it is sent, and not kept here."""

    template = Template.ADDRESS_PROOF
    expires_at: AwareDatetime
    page: str

    @property
    def useful_until(self) -> datetime | None:
        return self.expires_at


KINDS: tuple[type[Facts], ...] = (
    BookingConfirmedFacts,
    HoldFailedFacts,
    FinalWarningFacts,
    DroppedStudentFacts,
    DroppedInstructorFacts,
    BookingCancelledFacts,
    BookingRescheduledFacts,
    CaptureFailedFacts,
    AccountLockedFacts,
    NoShowReportedFacts,
    RefundedFacts,
    RefundSettledFacts,
    PayoutSentFacts,
    ReviewPublishedFacts,
    InstructorInviteFacts,
    AddressProofFacts,
    DebtOpenedFacts,
    NoShowResolvedFacts,
    AccountRestrictedFacts,
    PayoutFailedFacts,
    PayeeBlockedFacts,
)
FACTS: Mapping[Template, type[Facts]] = {kind.template: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one message to one person."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A message that this caller, and nobody else for now, is to send."""

    id: str
    key: str
    template: Template
    user_id: str | None
    facts: dict[str, Any] = field(repr=False)
    attempt: int
    invite_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """How one round of sending went."""

    claimed: int = 0
    sent: int = 0
    retried: int = 0
    failed: int = 0
    put_back: int = 0


class DeliveryFilters(BaseModel):
    """Which deliveries are wanted. What is not given does not narrow the search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: DeliveryState | None = None
    template: Template | None = None
    user_id: str | None = Field(default=None, pattern=ID_PATTERN)


class DeliveryView(BaseModel):
    """One message to one person."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    key: str
    template: Template
    user_id: str | None = Field(description="Null for somebody invited who has no account yet.")
    reference: str | None = Field(description="What it is about, such as `booking:<id>`.")
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime = Field(description="When it is tried next, where it still waits.")
    sent_at: datetime | None
    vendor_id: str | None = Field(description="The carrier's id of the mail.")
    error: str | None = Field(description="The code of what stood in the way last.")


class DeliveryDetailView(DeliveryView):
    """The same with its words, as they are or would be sent now."""

    facts: dict[str, Any]
    to_name: str = Field(description='Whom it is for, as "First L."; an invited address masked.')
    subject: str
    text: str
    html: str
