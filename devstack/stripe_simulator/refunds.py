"""`/v1/refunds`."""

from devstack.stripe_simulator import books, shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.errors import StripeRefusal, invalid, missing
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import Json
from devstack.stripe_simulator.world import World

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> Json:
    """Give money back for a captured charge."""
    world, params = call.world, call.params
    reason = params.choice("reason", _REASONS)
    asked = params.amount("amount")
    charge = _charge(call)
    left = _left(charge)
    _require_refundable(charge, asked, left)
    refund = give_back(world, charge, asked or left, reason)
    refund["metadata"] = merged({}, params.strings("metadata"))
    world.emit("charge.refunded", charge)
    world.emit("refund.created", refund)
    return refund


def give_back(world: World, charge: Json, amount: int, reason: str | None) -> Json:
    """Write a refund down and move its money."""
    refund = shapes.refund(world.mint.new("re"), world.now, amount)
    moved = books.post(
        world,
        "refund",
        -amount,
        source=refund["id"],
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
    )
    for name in ("currency", "customer", "payment_intent", "payment_method"):
        refund[name] = charge[name]
    refund.update(
        balance_transaction=moved["id"],
        charge=charge["id"],
        destination_details={
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
            | {"type": "refund"},
            "type": "card",
        },
        reason=reason,
    )
    refunded = int(charge["amount_refunded"]) + amount
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])
    return world.of("refund").add(refund)


def in_dashboard(world: World, charge: Json, amount: int | None, reason: str | None) -> Json:
    """Somebody gives money back by hand, without metadata. Raises what the API would."""
    left = _left(charge)
    if not charge["captured"]:
        raise StripeRefusal(f"Charge {charge['id']} has not been captured.")
    _require_refundable(charge, amount, left)
    refund = give_back(world, charge, amount or left, reason)
    world.emit("charge.refunded", charge)
    world.emit("refund.created", refund)
    return refund


def fail(world: World, refund: Json) -> Json:
    """The card's bank does not take it: the money is the platform's again."""
    if refund["status"] in {"failed", "canceled"}:
        raise StripeRefusal(f"Refund {refund['id']} has failed already.")
    amount = int(refund["amount"])
    moved = books.post(
        world,
        "refund_failure",
        amount,
        source=refund["id"],
        description=f"REFUND FAILURE FOR CHARGE ({refund['charge']})",
    )
    refund.update(
        status="failed",
        failure_reason="expired_or_canceled_card",
        failure_balance_transaction=moved["id"],
    )
    charge = world.of("charge").get(refund["charge"])
    charge.update(amount_refunded=int(charge["amount_refunded"]) - amount, refunded=False)
    for kind in ("refund.failed", "charge.refund.updated", "refund.updated"):
        world.emit(kind, refund)
    return refund


def update(call: Call) -> Json:
    """Other metadata."""
    refund = call.of("refund").get(call.id)
    refund["metadata"] = merged(refund["metadata"], call.params.strings("metadata"))
    call.world.emit("refund.updated", refund)
    return refund


def _charge(call: Call) -> Json:
    params, world = call.params, call.world
    intent_id, charge_id = params.text("payment_intent"), params.text("charge")
    if intent_id is None and charge_id is None:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or"
            " charge.",
            "charge",
            "parameter_missing",
        )
    if intent_id is not None:
        intent = world.of("payment_intent").get(intent_id, param="payment_intent", in_path=False)
        charge_id = charge_id or intent["latest_charge"]
    charge = world.of("charge").find(str(charge_id)) if charge_id is not None else None
    if charge is None and intent_id is None:
        raise missing("charge", str(charge_id), param="charge")
    if charge is None or not charge["captured"]:
        owner = intent_id or (charge["payment_intent"] if charge is not None else None)
        raise StripeRefusal(
            f"This PaymentIntent ({owner}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    return charge


def _left(charge: Json) -> int:
    return int(charge["amount"]) - int(charge["amount_refunded"])


def _require_refundable(charge: Json, asked: int | None, left: int) -> None:
    if charge["disputed"]:
        raise StripeRefusal(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left == 0:
        raise StripeRefusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if asked is not None and asked > left:
        raise StripeRefusal(
            f"Refund amount ({_dollars(asked)}) is greater than unrefunded amount on charge"
            f" ({_dollars(left)})",
            param="amount",
        )


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"


ROUTES = (
    post("refunds", create, "amount", "charge", "metadata", "payment_intent", "reason"),
    get(
        "refunds",
        pages("refund", "charge", "payment_intent"),
        *PAGE,
        "charge",
        "payment_intent",
    ),
    get("refunds/*", retrieve("refund")),
    post("refunds/*", update, "metadata"),
)
