"""Who reacts to what: to our own facts, and to what the payment provider tells us."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from instainstru_core.domains.access.events import RoleRevoked
from instainstru_core.domains.availability.events import (
    AvailabilityDaysChanged,
    AvailabilityWeekSaved,
)
from instainstru_core.domains.background_checks.ports import CheckProvider
from instainstru_core.domains.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingCreated,
    BookingDropped,
    BookingRescheduled,
    CaptureFailed,
    DebtOpened,
    HoldFailed,
    HoldWarned,
    InstructorPaid,
    LessonRefunded,
    NoShowReported,
    NoShowResolved,
    PayerLocked,
    PayerRestricted,
    RefundSettled,
)
from instainstru_core.domains.bookings.flows import (
    Cashier,
    on_charge_event,
    on_dispute_event,
    on_intent_event,
    on_refund_event,
    on_transfer_event,
)
from instainstru_core.domains.instructors.events import (
    InstructorChanged,
    InstructorPaused,
    InstructorWentLive,
)
from instainstru_core.domains.notifications import reactions as notifications
from instainstru_core.domains.onboarding import reactions as onboarding
from instainstru_core.domains.onboarding.events import InviteResent, InvitesIssued
from instainstru_core.domains.onboarding.flows import on_check
from instainstru_core.domains.payments.events import PayeeBlocked, PayoutFailed
from instainstru_core.domains.payments.flows.webhooks import (
    on_account,
    on_card,
    on_identity,
    on_payout,
    on_setup,
)
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.domains.reviews import reactions as reviews
from instainstru_core.domains.reviews.events import ReviewChanged, ReviewHidden, ReviewPublished
from instainstru_core.domains.search.ports import Answers
from instainstru_core.domains.search.reactions import Overtaking
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.uow import Begin, Uow

Reaction: TypeAlias = Callable[[Uow, Any], None]
WebhookHandler: TypeAlias = Callable[[Cashier, Actor, ClaimedEvent], None]

REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    BookingCancelled: (notifications.on_booking_cancelled,),
    BookingConfirmed: (notifications.on_booking_confirmed,),
    BookingDropped: (notifications.on_booking_dropped,),
    BookingRescheduled: (notifications.on_booking_rescheduled,),
    CaptureFailed: (notifications.on_capture_failed,),
    DebtOpened: (notifications.on_debt_opened,),
    HoldFailed: (notifications.on_hold_failed,),
    HoldWarned: (notifications.on_hold_warned,),
    InviteResent: (notifications.on_invite_resent,),
    InvitesIssued: (notifications.on_invites_issued,),
    InstructorPaid: (notifications.on_instructor_paid,),
    LessonRefunded: (notifications.on_lesson_refunded,),
    RefundSettled: (notifications.on_refund_settled,),
    NoShowReported: (notifications.on_no_show_reported, reviews.on_no_show_reported),
    NoShowResolved: (notifications.on_no_show_resolved, reviews.on_no_show_resolved),
    PayeeBlocked: (notifications.on_payee_blocked,),
    PayerLocked: (notifications.on_payer_locked,),
    PayerRestricted: (notifications.on_payer_restricted,),
    PayoutFailed: (notifications.on_payout_failed,),
    RoleRevoked: (onboarding.on_role_revoked,),
    ReviewPublished: (notifications.on_review_published,),
}


def reactions(
    answers: Answers, others: Mapping[type[Event], tuple[Reaction, ...]] = REACTIONS
) -> Mapping[type[Event], tuple[Reaction, ...]]:
    """These reactions, and what facts make untrue of the answers of searches that are stored."""
    search = Overtaking(answers)
    added: dict[type[Event], Reaction] = {
        AvailabilityDaysChanged: search.on_time,
        AvailabilityWeekSaved: search.on_time,
        BookingCancelled: search.on_booking,
        BookingCreated: search.on_booking,
        BookingDropped: search.on_lesson,
        BookingRescheduled: search.on_lesson,
        InstructorChanged: search.on_instructor,
        InstructorPaused: search.on_instructor,
        InstructorWentLive: search.on_instructor,
        ReviewChanged: search.on_instructor,
        ReviewHidden: search.on_instructor,
        ReviewPublished: search.on_instructor,
    }
    return {
        **others,
        **{kind: (*others.get(kind, ()), reaction) for kind, reaction in added.items()},
    }


PeopleHandler: TypeAlias = Callable[[Begin, PaymentGateway, Actor, ClaimedEvent], None]


def _of_people(handler: PeopleHandler) -> WebhookHandler:
    """A handler of what is not a lesson's money, and needs no more than to ask."""

    def handle(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
        handler(cashier.begin, cashier.gateway, actor, event)

    return handle


WEBHOOK_HANDLERS: Mapping[str, WebhookHandler] = {
    "account.updated": _of_people(on_account),
    "capability.updated": _of_people(on_account),
    "charge.captured": on_charge_event,
    "charge.dispute.closed": on_dispute_event,
    "charge.dispute.created": on_dispute_event,
    "charge.dispute.funds_reinstated": on_dispute_event,
    "charge.dispute.funds_withdrawn": on_dispute_event,
    "charge.dispute.updated": on_dispute_event,
    "charge.expired": on_charge_event,
    "charge.refunded": on_charge_event,
    "identity.verification_session.canceled": _of_people(on_identity),
    "identity.verification_session.created": _of_people(on_identity),
    "identity.verification_session.processing": _of_people(on_identity),
    "identity.verification_session.requires_input": _of_people(on_identity),
    "identity.verification_session.verified": _of_people(on_identity),
    "payment_intent.amount_capturable_updated": on_intent_event,
    "payment_intent.canceled": on_intent_event,
    "payment_intent.payment_failed": on_intent_event,
    "payment_intent.requires_action": on_intent_event,
    "payment_intent.succeeded": on_intent_event,
    "payment_method.automatically_updated": _of_people(on_card),
    "payment_method.detached": _of_people(on_card),
    "payment_method.updated": _of_people(on_card),
    "payout.canceled": _of_people(on_payout),
    "payout.created": _of_people(on_payout),
    "payout.failed": _of_people(on_payout),
    "payout.paid": _of_people(on_payout),
    "payout.updated": _of_people(on_payout),
    "refund.created": on_refund_event,
    "refund.failed": on_refund_event,
    "refund.updated": on_refund_event,
    "setup_intent.succeeded": _of_people(on_setup),
    "transfer.reversed": on_transfer_event,
}
"""What is done about each kind of event; those of other kinds are stored and left alone. Handlers
ask the provider how things stand, so they bear repeated, late and disordered events.
"""

CHECK_EVENTS = (
    "invitation.completed",
    "invitation.created",
    "invitation.deleted",
    "invitation.expired",
    "report.canceled",
    "report.completed",
    "report.created",
    "report.disputed",
    "report.engaged",
    "report.post_adverse_action",
    "report.pre_adverse_action",
    "report.resumed",
    "report.suspended",
    "report.updated",
    "report.upgraded",
)


def check_handlers(provider: CheckProvider) -> Mapping[str, WebhookHandler]:
    """What is done about the events of background checks: the provider is asked how they stand."""

    def handle(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
        on_check(cashier.begin, provider, actor, event)

    return dict.fromkeys(CHECK_EVENTS, handle)
