"""Views of one lesson's story."""

from datetime import datetime

from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus, StaffMove
from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.types import StoryPart


class Position(View):
    """Where a lesson's money is. Cents, from the ledger; `held` is on the card, not taken."""

    held_cents: int
    charged_cents: int
    refunded_cents: int
    charged_back_cents: int
    credit_used_cents: int
    credit_new_cents: int
    in_pot_cents: int
    instructor_owed_cents: int
    instructor_sent_cents: int
    platform_cents: int
    provider_fees_cents: int
    losses_cents: int


class StoryEvent(View):
    """Something that happened. `entries` are those of a money fact: debits are positive."""

    at: datetime
    part: StoryPart
    what: str
    by: str | None
    cents: int | None
    entries: dict[str, int] | None
    id: str | None


class BookingStory(View):
    """One lesson from the first booking to the last cent."""

    booking_id: str
    bookings: list[str]
    status: BookingStatus
    payment_status: PaymentStatus
    student_id: str
    student: str
    instructor_id: str
    instructor: str
    service: str
    starts_at: datetime
    total_cents: int
    money: Position
    where: str
    next: str
    next_at: datetime | None
    staff_may: list[StaffMove]
    timeline: list[StoryEvent]
