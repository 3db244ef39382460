"""When a message is tried again, and words that depend on what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from instainstru_core.domains.notifications.types import DeliveryState

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""After each failed attempt. Carriers know a key for 24 hours: all of it fits inside."""

DECLINED = "Your bank did not approve it."
REASONS: Mapping[str, str] = {
    "authentication_required": "Your bank wants you to confirm the payment yourself.",
    "card_declined": "Your bank declined the card.",
    "expired_card": "The card has expired.",
    "insufficient_funds": "The card does not have enough funds.",
    "no_card": "There is no card in your account that we could use.",
}


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


def key_of_copy(key: str, number: int) -> str:
    """The key under which a message that was sent is sent once more."""
    return f"{key}#{number}"


def reason_in_words(code: str) -> str:
    """Why a payment did not go through, for the person who pays. Unknown codes say little."""
    return REASONS.get(code.rsplit(".", 1)[-1], DECLINED)
