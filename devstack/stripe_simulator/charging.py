"""Charges: authorized, captured, released, expired or declined."""

from devstack.stripe_simulator import books, confirming, disputing, payment_methods, shapes
from devstack.stripe_simulator.cards import AUTHENTICATION, Decline
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.values import Json, snapshot
from devstack.stripe_simulator.world import World

_OUTCOME = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def pay(world: World, intent: Json, method: Json, *, absent: bool, return_url: str | None) -> None:
    """Confirm an intent with a method: charge it, have the payer asked, or decline."""
    card = payment_methods.card_of(world, method)
    known = method["id"] in world.authenticated
    asks = card.challenge == "always" or (card.challenge == "on_setup" and not known)
    if asks and absent:
        raise decline(world, intent, method, AUTHENTICATION)
    if asks:
        intent["next_action"] = confirming.challenge(return_url)
        intent["status"] = "requires_action"
        world.emit("payment_intent.requires_action", intent)
        return
    if card.decline is not None:
        raise decline(world, intent, method, card.decline)
    authorize(world, intent, method, absent=absent, authenticated=False)


def authorize(
    world: World, intent: Json, method: Json, *, absent: bool, authenticated: bool
) -> None:
    """Make the charge: held for a capture, or paid at once."""
    charge = _charge(world, intent, method, authenticated=authenticated)
    charge.update(paid=True, outcome=dict(_OUTCOME))
    intent.update(latest_charge=charge["id"], next_action=None, last_payment_error=None)
    customer = intent["customer"]
    if intent["setup_future_usage"] is not None and customer is not None:
        payment_methods.give(world, method, customer)
        world.authenticated.add(str(method["id"]))
    elif method["customer"] is None:
        world.used_once.add(str(method["id"]))
    if intent["capture_method"] == "manual":
        _hold(world, intent, charge, method, absent=absent)
        world.emit("charge.succeeded", charge)
        world.emit("payment_intent.amount_capturable_updated", intent)
        return
    _settle(world, intent, charge, int(intent["amount"]))
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    _contest(world, charge)


def capture(world: World, intent: Json, amount: int) -> None:
    """Take what was held, or a part of it; the rest is released."""
    charge = world.of("charge").get(intent["latest_charge"])
    _settle(world, intent, charge, amount)
    charge["amount_refunded"] = int(charge["amount"]) - amount
    world.emit("charge.captured", charge)
    world.emit("payment_intent.succeeded", intent)
    _contest(world, charge)


def cancel(world: World, intent: Json, reason: str | None) -> None:
    """End an intent that was not paid, and release what it holds."""
    held = intent["status"] == "requires_capture"
    if held:
        charge = world.of("charge").get(intent["latest_charge"])
        charge.update(amount_refunded=charge["amount"], refunded=True)
        world.emit("charge.expired" if reason == "automatic" else "charge.refunded", charge)
    intent.update(
        amount_capturable=0,
        canceled_at=world.now,
        cancellation_reason=reason,
        next_action=None,
        status="canceled",
    )
    world.emit("payment_intent.canceled", intent)


def expires_at(world: World, intent: Json) -> int | None:
    """Until when a hold can be captured."""
    if intent["status"] != "requires_capture":
        return None
    charge = world.of("charge").get(intent["latest_charge"])
    return int(charge["payment_method_details"]["card"]["capture_before"])


def decline(world: World, intent: Json, method: Json, why: Decline) -> StripeRefusal:
    """Write down a failed charge; the answer for the caller."""
    charge = _charge(world, intent, method, authenticated=False)
    charge.update(
        failure_code=why.code,
        failure_message=why.message,
        outcome={
            **_OUTCOME,
            "network_status": "declined_by_network",
            "reason": why.decline_code,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
        status="failed",
    )
    error = confirming.failure(why.code, why.message, method, why.decline_code)
    error["charge"] = charge["id"]
    intent.update(
        last_payment_error=error,
        latest_charge=charge["id"],
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    if method["customer"] is None:
        world.used_once.add(str(method["id"]))
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)
    return payment_methods.declined(
        why, method, {"charge": charge["id"], "payment_intent": snapshot(intent)}
    )


def _charge(world: World, intent: Json, method: Json, *, authenticated: bool) -> Json:
    amount = int(intent["amount"])
    charge = shapes.charge(world.mint.new("ch"), world.now, amount)
    for name in ("currency", "customer", "description", "receipt_email", "transfer_group"):
        charge[name] = intent[name]
    charge.update(
        billing_details=snapshot(method["billing_details"]),
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=shapes.card_details(method, amount, authenticated=authenticated),
        receipt_url=f"https://pay.stripe.com/receipts/{charge['id']}",
    )
    return world.of("charge").add(charge)


def _hold(world: World, intent: Json, charge: Json, method: Json, *, absent: bool) -> None:
    until = world.now + payment_methods.card_of(world, method).hold(absent=absent)
    charge["payment_method_details"]["card"]["capture_before"] = until
    intent.update(amount_capturable=intent["amount"], status="requires_capture")
    world.schedule(until, intent["id"])


def _settle(world: World, intent: Json, charge: Json, amount: int) -> None:
    paid = books.post(
        world,
        "charge",
        amount,
        source=charge["id"],
        fee=books.card_fee(amount),
        description=charge["description"],
    )
    charge.update(amount_captured=amount, balance_transaction=paid["id"], captured=True)
    intent.update(amount_capturable=0, amount_received=amount, status="succeeded")


def _contest(world: World, charge: Json) -> None:
    """Some cards dispute whatever they pay."""
    card = world.cards.get(str(charge["payment_method"]))
    if card is not None and card.dispute is not None:
        disputing.open_dispute(world, charge, card.dispute)
