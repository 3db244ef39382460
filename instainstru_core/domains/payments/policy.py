"""When a card, a payer or a payee is good; what is news of a payout; when to ask again. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from instainstru_core.domains.payments.types import DisputeState, IdentityStatus, PayoutStatus

USUAL_WINDOW = timedelta(days=29)
"""With today, thirty days."""

LONGEST_WINDOW = timedelta(days=366)

ASK_AFTER = timedelta(days=1)
"""How long a dispute is waited for before the provider is asked how it stands."""

GIVEN_BACK_WITHIN = timedelta(days=30)
"""How long the money of a dispute that was won is waited for. Then the books tell."""

LOOK_AGAIN = timedelta(days=3)
"""What a look for disputes reads again: a charge may be written after its dispute was opened."""

PAYOUTS_LOOKED_BACK = timedelta(days=14)
"""How far back an account's payouts are read each night: longer than a bank may send one back."""

IDENTITY_PATIENCE = {
    IdentityStatus.PROCESSING: timedelta(hours=1),
    IdentityStatus.REQUIRES_INPUT: timedelta(days=1),
}
"""After how long without word the provider is asked about a check of identity that is not over."""

PAYOUT_INTERVAL = "weekly"
PAYOUT_ANCHOR = "tuesday"


class PayoutNews(StrEnum):
    """What an instructor is told of a payout."""

    SENT = "sent"
    FAILED = "failed"


def is_expired(exp_month: int, exp_year: int, today: date) -> bool:
    """A card holds through the last day of its month."""
    return (exp_year, exp_month) < (today.year, today.month)


def is_payable(
    *, details_submitted: bool, payouts_enabled: bool, disabled_reason: str | None
) -> bool:
    """Whether an account can be paid: its owner has told everything, and nothing is disabled."""
    return details_submitted and payouts_enabled and disabled_reason is None


def pays_out_on_our_day(interval: str | None, anchor: str | None) -> bool:
    """Whether an account pays out every Tuesday."""
    return (interval, anchor) == (PAYOUT_INTERVAL, PAYOUT_ANCHOR)


def payout_news(before: PayoutStatus | None, now: PayoutStatus) -> PayoutNews | None:
    """What is to be told when a payout changes. Nothing is told twice.

    A bank may send back what has arrived, so a payout that was paid may fail; never the reverse.
    """
    if now is PayoutStatus.PAID and before not in {PayoutStatus.PAID, PayoutStatus.FAILED}:
        return PayoutNews.SENT
    if now is PayoutStatus.FAILED and before is not PayoutStatus.FAILED:
        return PayoutNews.FAILED
    return None


def window(first: date | None, last: date | None, *, today: date) -> tuple[date, date]:
    """The days that are asked about; thirty up to today, unless said otherwise."""
    if last is not None:
        return first or last - USUAL_WINDOW, last
    if first is not None:
        return first, max(first, min(today, first + LONGEST_WINDOW))
    return today - USUAL_WINDOW, today


def ask_about_dispute_at(
    state: DisputeState,
    *,
    heard_at: datetime,
    evidence_due_at: datetime | None,
    closed_at: datetime | None,
    withdrawn_cents: int,
) -> datetime | None:
    """When to ask how a dispute stands, should nobody send word; None where all was heard.

    While it is open: a day after the last word, or when the time for evidence is over, where that
    comes first. One that was won is over once the bank has given the money back.
    """
    if state is DisputeState.OPEN:
        asked_at = heard_at + ASK_AFTER
        if evidence_due_at is not None and heard_at < evidence_due_at < asked_at:
            return evidence_due_at
        return asked_at
    if state is DisputeState.LOST or withdrawn_cents <= 0 or closed_at is None:
        return None
    return heard_at + ASK_AFTER if heard_at < closed_at + GIVEN_BACK_WITHIN else None
