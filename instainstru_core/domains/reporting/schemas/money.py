"""Views of money in figures and in lists."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.bookings.types import DueKind, PaymentStatus
from instainstru_core.domains.reporting.schemas.base import View


class MoneyFigures(View):
    """What happened to money in a window, by the instant of each fact in the ledger."""

    captured_cents: int = Field(description="Taken from cards for lessons, tips and credit.")
    captures: int
    refunded_cents: int = Field(description="Given back to cards.")
    refunds: int
    charged_back_cents: int = Field(description="Taken by banks, less what came back; with fees.")
    instructor_owed_cents: int = Field(description="Instructors' shares that became due, net.")
    transferred_cents: int = Field(description="Sent to instructors' accounts, less reversals.")
    transfers: int
    tips_cents: int
    platform_revenue_cents: int = Field(
        description="Fees and what students forfeit, less the platform's part of refunds."
    )
    credit_issued_cents: int = Field(description="Promotional and milestone credit, net.")
    credit_expired_cents: int
    stripe_fees_cents: int
    losses_cents: int = Field(description="Lost disputes and escalations, net of recoveries.")
    net_revenue_cents: int = Field(
        description="Revenue and expired credit, less fees, losses and credit issued."
    )


class PaymentStanding(View):
    """Lessons that stand at one word of payment now."""

    payment_status: PaymentStatus
    lessons: int
    card_cents: int = Field(description="What their cards are to pay.")


class PaymentsPipeline(MoneyFigures):
    """Money in a window, and how lessons that are not settled stand now."""

    standing: list[PaymentStanding]
    overdue: dict[DueKind, int] = Field(
        description="Lessons now more than 20 minutes past their instant, by kind of work."
    )
    in_review: int = Field(description="Lessons people have to look at now.")
    records_since: datetime | None = Field(
        description="The first money fact on record. Time before it is unknown, not zero."
    )


class PendingPayout(View):
    """What lies with the platform for one instructor."""

    instructor_id: str
    instructor: str = Field(description='Like "Maya O.".')
    pending_cents: int = Field(description="Owed in the ledger and not yet transferred.")
    lessons: int = Field(description="Lessons whose share has not been sent in full.")
    oldest_at: datetime | None
    is_connected: bool
    is_ready: bool = Field(description="Whether the account can be paid now.")


class PendingPayouts(View):
    """Whose money waits, the most first."""

    payouts: list[PendingPayout]
    total_pending_cents: int = Field(description="Of all instructors, not only the shown.")
    instructors: int
    expected_cents: int = Field(
        description="Payouts of lessons that are over and still in their 24 hours, beside that."
    )
    expected_lessons: int
