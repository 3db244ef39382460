"""Journeys of a lesson's money: write, call, write."""

from instainstru_core.domains.bookings.flows.disputes import (
    disputes_to_ask,
    find_disputes,
    note_found,
)
from instainstru_core.domains.bookings.flows.driving import Cashier, drive, drive_quietly
from instainstru_core.domains.bookings.flows.extras import (
    pay_debt,
    pay_top_up_debt,
    resume,
    tip,
)
from instainstru_core.domains.bookings.flows.lessons import (
    cancel,
    checkout,
    complete,
    dispute_report,
    report_absence,
    reschedule,
    resolve_report,
    retry_payment,
)
from instainstru_core.domains.bookings.flows.reconciling import reconcile
from instainstru_core.domains.bookings.flows.refunding import refund, settle_refund
from instainstru_core.domains.bookings.flows.vendor import (
    on_charge_event,
    on_dispute,
    on_dispute_event,
    on_intent,
    on_intent_event,
    on_refund,
    on_refund_event,
    on_transfer,
    on_transfer_event,
)

__all__ = [
    "Cashier",
    "cancel",
    "checkout",
    "complete",
    "dispute_report",
    "disputes_to_ask",
    "drive",
    "drive_quietly",
    "find_disputes",
    "note_found",
    "on_charge_event",
    "on_dispute",
    "on_dispute_event",
    "on_intent",
    "on_intent_event",
    "on_refund",
    "on_refund_event",
    "on_transfer",
    "on_transfer_event",
    "pay_debt",
    "pay_top_up_debt",
    "reconcile",
    "refund",
    "report_absence",
    "reschedule",
    "resolve_report",
    "resume",
    "retry_payment",
    "settle_refund",
    "tip",
]
