"""`/v1/balance` and `/v1/balance_transactions`."""

from devstack.stripe_simulator.call import PAGE, Call, get, pages, retrieve
from devstack.stripe_simulator.values import Json

_FILTERS = ("currency", "source", "type")


def balance(call: Call) -> Json:
    """What the caller has; everything is available at once."""
    amount = call.space.balance
    mine: Json = {
        "object": "balance",
        "available": [_part(amount)],
        "livemode": False,
        "pending": [_part(0)],
    }
    if call.account is None:
        mine["connect_reserved"] = [{"amount": 0, "currency": "usd"}]
    mine["instant_available"] = [_part(max(0, amount))]
    return mine


def _part(amount: int) -> Json:
    return {"amount": amount, "currency": "usd", "source_types": {"card": amount}}


ROUTES = (
    get("balance", balance),
    get("balance_transactions", pages("balance_transaction", *_FILTERS), *PAGE, *_FILTERS),
    get("balance_transactions/*", retrieve("balance_transaction")),
)
