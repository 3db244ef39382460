"""When a card, a payer or a payee is good. Pure."""

from datetime import date


def is_expired(exp_month: int, exp_year: int, today: date) -> bool:
    """A card holds through the last day of its month."""
    return (exp_year, exp_month) < (today.year, today.month)


def is_payable(
    *, details_submitted: bool, payouts_enabled: bool, disabled_reason: str | None
) -> bool:
    """Whether an account can be paid: its owner has told everything, and nothing is disabled."""
    return details_submitted and payouts_enabled and disabled_reason is None
