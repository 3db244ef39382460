"""Who reacts to what: to our own facts, and to what the payment provider tells us."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from instainstru_core.domains.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDropped,
    BookingRescheduled,
    CaptureFailed,
    HoldFailed,
    HoldWarned,
    InstructorPaid,
    LessonRefunded,
    NoShowReported,
    PayerLocked,
)
from instainstru_core.domains.notifications import reactions as notifications
from instainstru_core.domains.payments.flows.webhooks import (
    on_account,
    on_card,
    on_identity,
    on_payout,
    on_setup,
)
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.uow import Begin, Uow

Reaction: TypeAlias = Callable[[Uow, Any], None]
WebhookHandler: TypeAlias = Callable[[Begin, PaymentGateway, Actor, ClaimedEvent], None]

REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    BookingCancelled: (notifications.on_booking_cancelled,),
    BookingConfirmed: (notifications.on_booking_confirmed,),
    BookingDropped: (notifications.on_booking_dropped,),
    BookingRescheduled: (notifications.on_booking_rescheduled,),
    CaptureFailed: (notifications.on_capture_failed,),
    HoldFailed: (notifications.on_hold_failed,),
    HoldWarned: (notifications.on_hold_warned,),
    InstructorPaid: (notifications.on_instructor_paid,),
    LessonRefunded: (notifications.on_lesson_refunded,),
    NoShowReported: (notifications.on_no_show_reported,),
    PayerLocked: (notifications.on_payer_locked,),
}

WEBHOOK_HANDLERS: Mapping[str, WebhookHandler] = {
    "account.updated": on_account,
    "capability.updated": on_account,
    "identity.verification_session.canceled": on_identity,
    "identity.verification_session.created": on_identity,
    "identity.verification_session.processing": on_identity,
    "identity.verification_session.requires_input": on_identity,
    "identity.verification_session.verified": on_identity,
    "payment_method.automatically_updated": on_card,
    "payment_method.detached": on_card,
    "payment_method.updated": on_card,
    "payout.canceled": on_payout,
    "payout.created": on_payout,
    "payout.failed": on_payout,
    "payout.paid": on_payout,
    "payout.updated": on_payout,
    "setup_intent.succeeded": on_setup,
}
"""What is done about each kind of event; those of other kinds are stored and left alone. Handlers
ask the provider how things stand, so they bear repeated, late and disordered events.
"""
