"""Views of what somebody paid, in words that can be read out."""

from datetime import datetime

from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.schemas.people import Candidate
from instainstru_core.domains.reporting.schemas.story import Position


class FailedAttempt(View):
    """Something that was asked of the provider and refused."""

    at: datetime
    what: str
    why: str
    cents: int | None


class RefundTold(View):
    """Money that went back or is on its way, and where it is."""

    cents: int
    at: datetime | None
    provider_id: str | None
    where: str


class PaymentTold(View):
    """What happened to the money of one lesson. Instants are null where nothing is to come."""

    booking_id: str
    status: BookingStatus
    payment_status: PaymentStatus
    outcome: Outcome | None
    service: str
    instructor: str
    starts_at: datetime
    total_cents: int
    card_cents: int
    credit_cents: int
    money: Position
    where: str
    why: str
    next: str
    hold_at: datetime | None
    charge_at: datetime | None
    failures: list[FailedAttempt]
    refunds: list[RefundTold]


class DoubleCharge(View):
    """Two charges that may be one too many. Certain where both are for the same lesson."""

    is_certain: bool
    cents: int
    first_at: datetime
    second_at: datetime
    charge_ids: list[str]
    references: list[str]


class PaymentsTold(View):
    """What one student paid, lesson by lesson, or who may be meant."""

    user_id: str | None
    name: str | None
    is_locked: bool
    is_restricted: bool
    debt_cents: int
    payments: list[PaymentTold]
    double_charges: list[DoubleCharge]
    candidates: list[Candidate]
