"""The row of a lesson's money as it is put together, and what the product's rules say of it."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, cast

from devstack.seeding.money.books import Charge, Transfer
from devstack.seeding.world import Lesson
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.policy.settlement import Price
from instainstru_core.domains.bookings.service import lesson as rules
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    DueKind,
    Ending,
    NoShowResolution,
    Outcome,
    Party,
    PaymentStatus,
)
from instainstru_core.kernel.money import Cents


@dataclass(slots=True)
class MoneyRow:
    """`lesson_money`: a field for each of its columns."""

    chain_id: str
    booking_id: str
    student_id: str
    instructor_id: str
    card_cents: int
    payment_method_id: str | None = None
    credit_cents: int = 0
    checkout_expires_at: datetime | None = None
    hold_due_at: datetime | None = None
    hold_failures: int = 0
    hold_first_failed_at: datetime | None = None
    hold_last_failed_at: datetime | None = None
    hold_failure: str | None = None
    warned_at: datetime | None = None
    charge_id: str | None = None
    stale_charge_id: str | None = None
    authorized_at: datetime | None = None
    capture_before: datetime | None = None
    captured_at: datetime | None = None
    captured_cents: int = 0
    capture_failures: int = 0
    capture_first_failed_at: datetime | None = None
    capture_last_failed_at: datetime | None = None
    capture_failure: str | None = None
    escalated_at: datetime | None = None
    locked_at: datetime | None = None
    late_move_used: bool = False
    moves: int = 0
    moving_to_id: str | None = None
    moving_takes_all: bool = False
    moving_until: datetime | None = None
    ending: Ending | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    settled_at: datetime | None = None
    owed_cents: int = 0
    paid_cents: int = 0
    transfer_failures: int = 0
    transfer_last_failed_at: datetime | None = None
    refund_due_cents: int = 0
    refunded_cents: int = 0
    refund_settled_cents: int = 0
    credit_back_cents: int = 0
    charged_back_cents: int = 0
    is_disputed: bool = False
    debt_cents: int = 0
    is_blocked: bool = False
    review_reason: str | None = None
    review_since: datetime | None = None
    due_at: datetime | None = None
    due_kind: DueKind | None = None


COLUMNS = tuple(one.name for one in fields(MoneyRow))


@dataclass(slots=True)
class Report:
    """A no-show report."""

    absent: Absent
    reported_by: Party
    reporter_id: str | None
    reported_at: datetime
    reason: str | None = None
    disputed_by: str | None = None
    disputed_at: datetime | None = None
    dispute_reason: str | None = None
    resolution: NoShowResolution | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The parts of a price."""

    lesson: int
    student_fee: int
    instructor_fee: int
    total: int
    payout: int

    @property
    def price(self) -> Price:
        return Price(Cents(self.lesson), Cents(self.student_fee), Cents(self.instructor_fee))


@dataclass(slots=True)
class _Booking:
    """What the rules ask of a booking."""

    status: BookingStatus
    starts_at: datetime
    ends_at: datetime


@dataclass(slots=True)
class Life:
    """One lesson and all that happened to its money."""

    lesson: Lesson
    quote: Quote
    row: MoneyRow
    charge: Charge | None = None
    report: Report | None = None
    milestone: int = 0
    confirmed_at: datetime | None = None
    payment_status: PaymentStatus = PaymentStatus.NONE
    transfers: list[Transfer] = field(default_factory=list[Transfer])

    @property
    def reference(self) -> str:
        return rules.PREFIX + self.row.chain_id

    @property
    def is_plain(self) -> bool:
        """Taken, paid for by card alone, and nothing else hangs on it."""
        row = self.row
        return (
            row.outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
            and not (row.credit_cents or self.milestone or row.refunded_cents)
            and row.paid_cents == row.owed_cents
        )

    def rest(self, now: datetime) -> None:
        """Say what is next and when, and the word for where the money is, as the product does."""
        lesson = self.lesson
        booking = _Booking(lesson.status, lesson.starts_at, lesson.ends_at)
        known = rules.Lesson(cast("Any", self.row), cast("Any", booking), cast("Any", self.report))
        decision = agenda.decide(rules.case_of(known), now)
        self.row.due_at = now if decision.step else decision.due_at
        self.row.due_kind = DueKind.MONEY if decision.step else decision.due_kind
        self.payment_status = rules.payment_status(known)
