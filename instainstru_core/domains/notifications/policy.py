"""When a message is tried again, and words that depend on what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from instainstru_core.domains.bookings.policy import settlement
from instainstru_core.domains.bookings.policy.settlement import Price
from instainstru_core.domains.bookings.types import CancelledBy, Ending, Notice, Outcome
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.kernel.money import Cents

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""After each failed attempt. Carriers know a key for 24 hours: all of it fits inside."""

STRANGER = "there"
"""How somebody is greeted whose name is not known."""

DECLINED = "Your bank did not approve it."
REASONS: Mapping[str, str] = {
    "payments.authentication_required": "Your bank wants you to confirm the payment yourself.",
    "payments.card_declined": "Your bank declined the card.",
    "payments.card_expired": "The card has expired.",
    "payments.card_funds_insufficient": "The card does not have enough funds.",
    "payments.card_not_found": "There is no card in your account that we could use.",
}
BANK_SILENT = "The bank did not say why."
BANK_REASONS: Mapping[str, str] = {
    "account_closed": "The account there is closed.",
    "account_frozen": "The account there is frozen.",
    "bank_account_restricted": "The account there does not take this kind of payment.",
    "bank_ownership_changed": "The account there has another owner now.",
    "debit_not_authorized": "The account there does not take payments from us.",
    "incorrect_account_holder_name": "The name of the account there is another one.",
    "invalid_account_number": "The bank does not know this account number.",
    "invalid_currency": "The account there is kept in another currency.",
    "no_account": "The bank does not know this account.",
}
"""Why a bank sent a payout back, by the provider's code, for whoever was to get it."""

BLOCKED_UNKNOWN = "It did not tell us why."
BLOCKED: Mapping[str, str] = {
    "listed": "It checks who you are against lists that it has to keep to.",
    "requirements.past_due": "Something that it needs to know of you is missing.",
    "requirements.pending_verification": "It checks what you have told it of yourself.",
    "under_review": "It looks at your account.",
}
"""Why the provider pays nothing to an account, by its code, for the account's owner."""

ENDINGS: Mapping[Outcome, Ending] = {
    Outcome.STUDENT_CANCEL_GT24_NO_CHARGE: Ending.STUDENT_CANCEL_UNPAID,
    Outcome.STUDENT_CANCEL_12_24_FULL_CREDIT: Ending.STUDENT_CANCEL_MIDDLE,
    Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50: Ending.STUDENT_CANCEL_LATE,
    Outcome.LOCKED_CANCEL_GE12_FULL_CREDIT: Ending.STUDENT_CANCEL_MIDDLE,
    Outcome.LOCKED_CANCEL_LT12_SPLIT_50_50: Ending.STUDENT_CANCEL_LATE,
    Outcome.INSTRUCTOR_CANCEL_FULL_REFUND: Ending.INSTRUCTOR_CANCEL,
    Outcome.ADMIN_REFUND: Ending.ADMIN_CANCEL_REFUND,
    Outcome.ADMIN_NO_REFUND: Ending.ADMIN_CANCEL_KEEP,
    Outcome.BEFORE_PAYMENTS: Ending.STUDENT_CANCEL_UNPAID,
}
"""How a cancelled lesson ended, where its money is settled already."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message is after an attempt, and when it is due again."""

    state: DeliveryState
    due_at: datetime


def after_failure(
    attempt: int, *, now: datetime, is_final: bool, retry_after: timedelta = timedelta(0)
) -> Standing:
    """What becomes of a message whose attempt of this number, from 1, was in vain."""
    if is_final or attempt > len(WAITS):
        return Standing(DeliveryState.FAILED, now)
    return Standing(DeliveryState.QUEUED, now + max(WAITS[attempt - 1], retry_after))


@dataclass(frozen=True, slots=True)
class Share:
    """What a cancellation means for both sides. `is_charged` is None while that is open."""

    is_charged: bool | None
    credit_cents: int = 0
    refund_cents: int = 0
    payout_cents: int = 0


def shared_out(
    *,
    by: CancelledBy,
    notice: Notice,
    outcome: Outcome | None,
    price: Price,
    credit: Cents,
    captured: Cents,
    is_locked: bool,
) -> Share:
    """What each side gets by the rules of bookings, also before the money is settled.

    Whether a cancellation by the marketplace is charged is known only then.
    """
    ending = ENDINGS.get(outcome) if outcome is not None else None
    if ending is None and by is CancelledBy.ADMIN:
        return Share(is_charged=None)
    if ending is None and by is CancelledBy.INSTRUCTOR:
        ending = Ending.INSTRUCTOR_CANCEL
    ending = ending or settlement.student_cancellation(notice, is_locked=is_locked)
    is_charged = ending in settlement.KEEPS_CARD
    shares = settlement.settlement(
        ending,
        price,
        credit=credit,
        captured=max(captured, price.card(credit)) if is_charged else captured,
        is_locked=is_locked,
    )
    return Share(
        is_charged=is_charged,
        credit_cents=(shares.released + shares.issued).amount if is_charged else 0,
        refund_cents=shares.refunded.amount,
        payout_cents=shares.owed.amount,
    )


def key_of_copy(key: str, number: int) -> str:
    """The key under which a message that was sent is sent once more."""
    return f"{key}#{number}"


def reason_in_words(code: str) -> str:
    """Why a payment did not go through, for the person who pays. Unknown codes say little."""
    return REASONS.get(code, DECLINED)


def bank_in_words(code: str | None) -> str:
    """Why a payout came back. Unknown codes say that nobody knows."""
    return BANK_REASONS.get(code or "", BANK_SILENT)


def blocked_in_words(reason: str | None) -> str:
    """Why an account is not paid. What the provider rejects for good it does not explain."""
    return BLOCKED.get(reason or "", BLOCKED_UNKNOWN)
