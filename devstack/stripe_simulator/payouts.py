"""`/v1/payouts`: money from an account's balance to its bank."""

from devstack.stripe_simulator import books, connect_shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.errors import StripeRefusal, invalid
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import DAY, MINUTE, Json
from devstack.stripe_simulator.world import World

_CREATE = ("amount", "currency", "description", "destination", "metadata", "method")
_ARRIVES_AFTER = {"instant": 30 * MINUTE, "standard": 2 * DAY}
_FAILURES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this transfer.",
    "no_account": "The bank account details on file are probably incorrect.",
}
_UNDECIDED = {"pending", "in_transit"}


def create(call: Call) -> Json:
    """Pay out an amount, at once or as usual."""
    world, params = call.world, call.params
    amount = params.required_amount("amount")
    currency = params.required("currency").lower()
    method = params.choice("method", ("standard", "instant")) or "standard"
    if currency != "usd":
        raise invalid(f"Invalid currency: {currency}. This account pays in usd.", "currency")
    payout = pay_out(world, call.account, amount, method=method)
    payout.update(
        description=params.text("description"), metadata=merged({}, params.strings("metadata"))
    )
    world.emit("payout.created", payout, account=call.account)
    return payout


def pay_out(world: World, account: str | None, amount: int, *, method: str = "standard") -> Json:
    """Write a payout down; it arrives later."""
    destination = _destination(world, account)
    if amount > world.space(account).balance:
        raise StripeRefusal(
            "You have insufficient funds in your Stripe account. One likely reason you have"
            " insufficient funds is that your funds are automatically being paid out; try"
            " enabling manual payouts by going to https://dashboard.stripe.com/account/payouts.",
            code="balance_insufficient",
        )
    payout = connect_shapes.payout(world.mint.new("po"), world.now, amount, destination)
    moved = books.post(world, "payout", -amount, source=payout["id"], account=account)
    arrival = world.now + _ARRIVES_AFTER[method]
    payout.update(arrival_date=arrival, balance_transaction=moved["id"], method=method)
    world.schedule(arrival, payout["id"], account)
    return world.space(account).of("payout").add(payout)


def pay_out_everything(world: World, account: str) -> Json:
    """What Stripe does by itself on an account's payout day."""
    payout = pay_out(world, account, world.space(account).balance)
    payout.update(automatic=True, description="STRIPE PAYOUT")
    world.emit("payout.created", payout, account=account)
    return payout


def arrive(world: World, payout: Json, account: str | None) -> Json:
    """The bank has the money."""
    if payout["status"] in _UNDECIDED:
        payout.update(status="paid", arrival_date=world.now)
        world.emit("payout.paid", payout, account=account)
    return payout


def fail(world: World, payout: Json, account: str | None, code: str = "account_closed") -> Json:
    """The bank sent the money back."""
    if payout["status"] == "failed":
        return payout
    returned = books.post(
        world, "payout_failure", int(payout["amount"]), source=payout["id"], account=account
    )
    payout.update(
        failure_balance_transaction=returned["id"],
        failure_code=code,
        failure_message=_FAILURES.get(code, code),
        status="failed",
    )
    world.emit("payout.failed", payout, account=account)
    return payout


def cancel(call: Call) -> Json:
    """Stop a payout that has not left."""
    payout = call.of("payout").get(call.id, param="payout")
    if payout["status"] != "pending" or payout["method"] == "instant":
        raise StripeRefusal("Payouts can only be canceled while they are pending.")
    books.post(
        call.world,
        "payout_cancel",
        int(payout["amount"]),
        source=payout["id"],
        account=call.account,
    )
    payout["status"] = "canceled"
    call.world.emit("payout.canceled", payout, account=call.account)
    return payout


def _destination(world: World, account: str | None) -> str:
    if account is None:
        return "ba_platform"
    owner = world.of("account").get(account)
    banks = owner["external_accounts"]["data"]
    if not owner["payouts_enabled"] or not banks:
        raise StripeRefusal(
            "Cannot create payouts: this account has payouts disabled.",
            code="payouts_not_allowed",
        )
    return str(banks[0]["id"])


ROUTES = (
    post("payouts", create, *_CREATE),
    get("payouts", pages("payout", "status", "destination"), *PAGE, "status", "destination"),
    get("payouts/*", retrieve("payout", param="payout")),
    post("payouts/*/cancel", cancel),
)
