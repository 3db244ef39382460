"""Booking vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias


class BookingStatus(StrEnum):
    """Where a booking is on its way."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    NO_SHOW = "NO_SHOW"


class PaymentStatus(StrEnum):
    """Where the money of a booking is. `none` is a checkout that has not been paid for."""

    NONE = "none"
    SCHEDULED = "scheduled"
    AUTHORIZED = "authorized"
    PAYMENT_METHOD_REQUIRED = "payment_method_required"
    LOCKED = "locked"
    SETTLED = "settled"
    MANUAL_REVIEW = "manual_review"


class DueKind(StrEnum):
    """What a lesson's money waits for; each kind is the work of one job."""

    CHECKOUT = "checkout"
    HOLD = "hold"
    HOLD_RETRY = "hold_retry"
    HOLD_EXPIRY = "hold_expiry"
    CAPTURE = "capture"
    CAPTURE_RETRY = "capture_retry"
    NO_SHOW = "no_show"
    MONEY = "money"


class Ending(StrEnum):
    """How a lesson ended, as far as money is concerned."""

    LESSON_TAKEN = "lesson_taken"
    STUDENT_CANCEL_EARLY = "student_cancel_early"
    STUDENT_CANCEL_MIDDLE = "student_cancel_middle"
    STUDENT_CANCEL_LATE = "student_cancel_late"
    STUDENT_CANCEL_UNPAID = "student_cancel_unpaid"
    INSTRUCTOR_CANCEL = "instructor_cancel"
    ADMIN_CANCEL_REFUND = "admin_cancel_refund"
    ADMIN_CANCEL_KEEP = "admin_cancel_keep"
    INSTRUCTOR_NO_SHOW = "instructor_no_show"
    STUDENT_NO_SHOW = "student_no_show"
    MUTUAL_NO_SHOW = "mutual_no_show"
    DISPUTE_UPHELD = "dispute_upheld"
    PAYMENT_FAILED = "payment_failed"
    CHARGED_BACK = "charged_back"


class Outcome(StrEnum):
    """How the money of a lesson was settled."""

    LESSON_COMPLETED_FULL_PAYOUT = "lesson_completed_full_payout"
    STUDENT_CANCEL_GT24_NO_CHARGE = "student_cancel_gt24_no_charge"
    STUDENT_CANCEL_12_24_FULL_CREDIT = "student_cancel_12_24_full_credit"
    STUDENT_CANCEL_LT12_SPLIT_50_50 = "student_cancel_lt12_split_50_50"
    LOCKED_CANCEL_GE12_FULL_CREDIT = "locked_cancel_ge12_full_credit"
    LOCKED_CANCEL_LT12_SPLIT_50_50 = "locked_cancel_lt12_split_50_50"
    INSTRUCTOR_CANCEL_FULL_REFUND = "instructor_cancel_full_refund"
    INSTRUCTOR_NO_SHOW_FULL_REFUND = "instructor_no_show_full_refund"
    MUTUAL_NO_SHOW_FULL_REFUND = "mutual_no_show_full_refund"
    STUDENT_NO_SHOW_FULL_PAYOUT = "student_no_show_full_payout"
    STUDENT_WINS_DISPUTE_FULL_REFUND = "student_wins_dispute_full_refund"
    DISPUTE_WON = "dispute_won"
    CAPTURE_FAILURE_INSTRUCTOR_PAID = "capture_failure_instructor_paid"
    CAPTURE_FAILURE_ESCALATED = "capture_failure_escalated"
    PAYMENT_FAILED_NO_CHARGE = "payment_failed_no_charge"
    ADMIN_REFUND = "admin_refund"
    ADMIN_NO_REFUND = "admin_no_refund"
    BEFORE_PAYMENTS = "before_payments"


class Absent(StrEnum):
    """Who did not come."""

    INSTRUCTOR = "instructor"
    STUDENT = "student"
    MUTUAL = "mutual"


class NoShowResolution(StrEnum):
    """What a report led to."""

    CONFIRMED_NO_DISPUTE = "confirmed_no_dispute"
    CONFIRMED_AFTER_REVIEW = "confirmed_after_review"
    DISPUTE_UPHELD = "dispute_upheld"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"


class ReportResult(StrEnum):
    """What a report means for its lesson, once it is resolved."""

    INSTRUCTOR_ABSENT = "instructor_absent"
    STUDENT_ABSENT = "student_absent"
    NOBODY_CAME = "nobody_came"
    TOOK_PLACE = "took_place"
    GOES_ON = "goes_on"


class NoteVisibility(StrEnum):
    """Who may read a note besides staff."""

    INTERNAL = "internal"
    SHARED = "shared"
    SHARED_WITH_INSTRUCTOR = "shared_with_instructor"
    SHARED_WITH_STUDENT = "shared_with_student"


class NoteCategory(StrEnum):
    """What a note is about."""

    GENERAL = "general"
    CANCELLATION = "cancellation"
    DISPUTE = "dispute"
    PAYMENT = "payment"
    SUPPORT_INTERACTION = "support_interaction"
    FRAUD_FLAG = "fraud_flag"
    QUALITY_ISSUE = "quality_issue"


class RefundReason(StrEnum):
    """Why staff give money back."""

    INSTRUCTOR_NO_SHOW = "instructor_no_show"
    DISPUTE = "dispute"
    PLATFORM_ERROR = "platform_error"
    GOODWILL = "goodwill"
    DUPLICATE = "duplicate"
    SERVICE_ISSUE = "service_issue"
    OTHER = "other"


class RefundOrigin(StrEnum):
    """Who made a refund: staff here, staff in the provider's dashboard without us, or a call of
    ours that was taken for failed, so that it was made once more.
    """

    STAFF = "staff"
    PROVIDER_DASHBOARD = "provider_dashboard"
    GIVEN_UP_CALL = "given_up_call"


class DebtKind(StrEnum):
    """What a student owes for."""

    LESSON = "lesson"
    TOP_UP = "top_up"


class DebtCause(StrEnum):
    """Why a student owes something after a lost dispute: what the bank took back had paid for a
    lesson, for credit, or for what was owed before.
    """

    LESSON = "lesson"
    CREDIT = "credit"
    PAYMENT = "payment"


class TipState(StrEnum):
    """Where a tip is."""

    PENDING = "pending"
    CHARGED = "charged"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class CancelledBy(StrEnum):
    """On whose side a cancellation was made."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


class Party(StrEnum):
    """Who may move a booking on: its two sides, staff, and the system by itself."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"
    SYSTEM = "system"


class Side(StrEnum):
    """From which side someone reads a booking."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    STAFF = "staff"


OwnSide: TypeAlias = Literal[Side.STUDENT, Side.INSTRUCTOR]
"""A side that somebody takes in lessons of their own."""


class Notice(StrEnum):
    """How long before the start a change came; money follows it."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"


class StaffMove(StrEnum):
    """What staff may do with a booking."""

    CANCEL = "cancel"
    REFUND = "refund"
    SETTLE_REFUND = "settle_refund"
    COMPLETE = "complete"
    REPORT_ABSENCE = "report_absence"
    RESOLVE_REPORT = "resolve_report"
    RELEASE_REVIEW = "release_review"


class When(StrEnum):
    """Which bookings of a list, by their end."""

    UPCOMING = "upcoming"
    PAST = "past"
    ALL = "all"


class CancellationVerdict(StrEnum):
    """What becomes of a wish to cancel."""

    ALLOWED = "allowed"
    REPEATED = "repeated"
    CANCELLED_BEFORE = "cancelled_before"
    STARTED = "started"
    IMPOSSIBLE = "impossible"


class PaymentResult(StrEnum):
    """What became of a wish to pay."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    AUTHENTICATION_REQUIRED = "authentication_required"
    PENDING = "pending"


class RefundAction(StrEnum):
    """How money is given back: a hold is let go, a charge is refunded."""

    VOID = "void"
    REFUND = "refund"


class RefundWay(StrEnum):
    """What becomes of a refund that the provider refuses: credit, or the bank gave it back."""

    CREDIT = "credit"
    BANK = "bank"


class RefundState(StrEnum):
    """Whether the provider has confirmed it."""

    PENDING = "pending"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What messages about a booking may tell. Names are like "Zoe M."."""

    booking_id: str
    student_id: str
    instructor_id: str
    student_name: str
    instructor_name: str
    service_name: str
    starts_at: datetime
    starts_local: datetime
    timezone: str
    duration_minutes: int
    total_cents: int
    payout_cents: int
    status: BookingStatus
    cancelled_by: CancelledBy | None
    credit_back_cents: int
    refunded_cents: int
    owed_cents: int
    was_confirmed: bool
