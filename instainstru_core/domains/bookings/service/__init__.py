"""What can be done with a booking and its money, one transaction at a time."""

from instainstru_core.domains.bookings.service.absences import (
    dispute_report,
    report_absence,
    resolve_report,
)
from instainstru_core.domains.bookings.service.advancing import Progress, absorb, advance
from instainstru_core.domains.bookings.service.cancel import cancel, preview_cancel
from instainstru_core.domains.bookings.service.chargebacks import (
    note_chargeback,
    note_other_chargeback,
)
from instainstru_core.domains.bookings.service.checkout import checkout, retry_payment
from instainstru_core.domains.bookings.service.completing import complete
from instainstru_core.domains.bookings.service.create import create, quote
from instainstru_core.domains.bookings.service.debts import (
    absorb_debt,
    advance_debt,
    debts,
    debts_of,
    pay_debt,
    pay_top_up_debt,
)
from instainstru_core.domains.bookings.service.due import (
    due_lessons,
    health,
    release_review,
    unsent_tips,
)
from instainstru_core.domains.bookings.service.notes import edit, notes, write_note
from instainstru_core.domains.bookings.service.outlook import outlooks
from instainstru_core.domains.bookings.service.outside import note_intent, stopped_holds
from instainstru_core.domains.bookings.service.outside_refunds import (
    note_other_refunds,
    note_refunds,
)
from instainstru_core.domains.bookings.service.outside_reversals import (
    note_reversals,
    note_tip_reversals,
)
from instainstru_core.domains.bookings.service.reading import (
    detail,
    explain_money,
    listing,
    message_facts,
    money_reference,
    resumable,
)
from instainstru_core.domains.bookings.service.refund_settling import (
    preview_refund_settlement,
    settle_refund,
)
from instainstru_core.domains.bookings.service.refunds import order_refund, preview_refund
from instainstru_core.domains.bookings.service.reschedule import reschedule
from instainstru_core.domains.bookings.service.tiers import evaluate_tiers
from instainstru_core.domains.bookings.service.tips import absorb_tip, advance_tip, give_tip, tip

__all__ = [
    "Progress",
    "absorb",
    "absorb_debt",
    "absorb_tip",
    "advance",
    "advance_debt",
    "advance_tip",
    "cancel",
    "checkout",
    "complete",
    "create",
    "debts",
    "debts_of",
    "detail",
    "dispute_report",
    "due_lessons",
    "edit",
    "evaluate_tiers",
    "explain_money",
    "give_tip",
    "health",
    "listing",
    "message_facts",
    "money_reference",
    "note_chargeback",
    "note_intent",
    "note_other_chargeback",
    "note_other_refunds",
    "note_refunds",
    "note_reversals",
    "note_tip_reversals",
    "notes",
    "order_refund",
    "outlooks",
    "pay_debt",
    "pay_top_up_debt",
    "preview_cancel",
    "preview_refund",
    "preview_refund_settlement",
    "quote",
    "release_review",
    "report_absence",
    "reschedule",
    "resolve_report",
    "resumable",
    "retry_payment",
    "settle_refund",
    "stopped_holds",
    "tip",
    "unsent_tips",
    "write_note",
]
