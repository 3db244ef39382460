"""Every movement of money is one balance transaction; a balance is what they add up to."""

from devstack.stripe_simulator.values import Json
from devstack.stripe_simulator.world import World

FEE_PER_MILLE, FEE_FIXED = 29, 30
DISPUTE_FEE = 1500
_CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "transfer_refund": "transfer_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
}


def card_fee(amount: int) -> int:
    """What Stripe keeps of a card payment: 2.9 % and 30 cents, halves rounded up."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED


def post(
    world: World,
    kind: str,
    amount: int,
    *,
    source: str | None,
    account: str | None = None,
    fee: int = 0,
    fee_description: str = "Stripe processing fees",
    category: str | None = None,
    description: str | None = None,
) -> Json:
    """Write down one movement and change the balance by its net.

    Its identifier follows from its source: whoever loads the same past finds the same books.
    """
    space = world.space(account)
    details: list[Json] = []
    if fee:
        details.append(
            {
                "amount": fee,
                "application": None,
                "currency": "usd",
                "description": fee_description,
                "type": "stripe_fee",
            }
        )
    net = amount - fee
    space.balance += net
    return space.of("balance_transaction").add(
        {
            "id": world.mint.new("txn") if source is None else world.mint.about("txn", source),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": world.now,
            "balance_type": "payments",
            "created": world.now,
            "currency": "usd",
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details,
            "net": net,
            "reporting_category": category or _CATEGORIES.get(kind, kind),
            "source": source,
            "status": "available",
            "type": kind,
        }
    )
