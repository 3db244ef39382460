"""`/v1/transfers` and their reversals: money to connected accounts and back."""

from devstack.stripe_simulator import books, connect_shapes, shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post
from devstack.stripe_simulator.errors import StripeRefusal, invalid, missing
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import Json, listing
from devstack.stripe_simulator.world import World

_CREATE = (
    "amount",
    "currency",
    "description",
    "destination",
    "metadata",
    "source_transaction",
    "transfer_group",
)
_SHOWN_REVERSALS = 10
LOW_BALANCE = (
    "Insufficient funds in Stripe account. In test mode, you can add funds to your available"
    " balance (bypassing your pending balance) by creating a charge with 4000 0000 0000 0077 as"
    " the card number. You can use the the /v1/balance endpoint to view your Stripe balance (for"
    " more details, see stripe.com/docs/api#balance)."
)


def create(call: Call) -> Json:
    """Send money to a connected account."""
    world, params = call.world, call.params
    amount = params.required_amount("amount")
    currency = params.required("currency").lower()
    destination = params.required("destination")
    if currency != "usd":
        raise invalid(f"Invalid currency: {currency}. This account pays in usd.", "currency")
    _require_receives(world, destination)
    source_id = params.text("source_transaction")
    group = params.text("transfer_group")
    if source_id is not None:
        source = _source(world, source_id, amount)
        group = _group(source, group)
    elif amount > world.space().balance:
        raise StripeRefusal(LOW_BALANCE, code="balance_insufficient")
    transfer = send(world, amount, destination, source_id)
    transfer.update(
        description=params.text("description"),
        metadata=merged({}, params.strings("metadata")),
        transfer_group=group,
    )
    world.emit("transfer.created", transfer)
    return transfer


def send(world: World, amount: int, destination: str, source_id: str | None) -> Json:
    """Write a transfer down on both sides."""
    transfer = connect_shapes.transfer(world.mint.new("tr"), world.now, amount, destination)
    payment = shapes.charge(world.mint.new("py"), world.now, amount)
    out = books.post(world, "transfer", -amount, source=transfer["id"])
    received = books.post(world, "payment", amount, source=payment["id"], account=destination)
    payment.update(
        amount_captured=amount,
        balance_transaction=received["id"],
        captured=True,
        paid=True,
        source_transfer=transfer["id"],
    )
    world.space(destination).of("charge").add(payment)
    transfer.update(
        balance_transaction=out["id"],
        destination_payment=payment["id"],
        source_transaction=source_id,
    )
    if source_id is not None:
        world.sourced.setdefault(source_id, []).append(str(transfer["id"]))
    return world.of("transfer").add(transfer)


def retrieve(call: Call) -> Json:
    """One transfer."""
    return _find(call)


def update(call: Call) -> Json:
    """Other metadata."""
    transfer = _find(call)
    if "description" in call.params:
        transfer["description"] = call.params.text("description")
    transfer["metadata"] = merged(transfer["metadata"], call.params.strings("metadata"))
    call.world.emit("transfer.updated", transfer)
    return transfer


def reverse(call: Call) -> Json:
    """Take money back from a connected account."""
    world, params, transfer = call.world, call.params, _find(call)
    asked = params.amount("amount")
    left = int(transfer["amount"]) - int(transfer["amount_reversed"])
    if left == 0:
        raise StripeRefusal(f"The transfer {transfer['id']} is already fully reversed.")
    if asked is not None and asked > left:
        raise StripeRefusal(
            f"Reversal amount ({asked}) is greater than the unreversed amount ({left}) on the"
            " transfer.",
            param="amount",
        )
    if world.faults.strikes("account_balance_low", "POST", call.path) is not None:
        raise StripeRefusal(
            "Insufficient funds in the connected account to reverse this transfer.",
            code="balance_insufficient",
        )
    reversal = take_back(world, transfer, asked or left)
    reversal["metadata"] = merged({}, params.strings("metadata"))
    world.emit("transfer.reversed", transfer)
    return reversal


def in_dashboard(world: World, identifier: str, amount: int | None) -> Json:
    """Somebody takes a transfer back by hand, or a part of it, without metadata."""
    transfer = world.of("transfer").get(identifier, param="transfer")
    left = int(transfer["amount"]) - int(transfer["amount_reversed"])
    if left == 0 or (amount or 0) > left:
        raise StripeRefusal(f"The transfer {transfer['id']} has only {left} left to reverse.")
    reversal = take_back(world, transfer, amount or left)
    world.emit("transfer.reversed", transfer)
    return reversal


def take_back(world: World, transfer: Json, amount: int) -> Json:
    """Write a reversal down on both sides."""
    destination = str(transfer["destination"])
    space = world.space(destination)
    reversal = connect_shapes.reversal(
        world.mint.new("trr"), world.now, amount, str(transfer["id"])
    )
    returned = shapes.refund(world.mint.new("pyr"), world.now, amount)
    back = books.post(world, "transfer_refund", amount, source=reversal["id"])
    taken = books.post(world, "payment_refund", -amount, source=returned["id"], account=destination)
    payment = space.of("charge").get(transfer["destination_payment"])
    refunded = int(payment["amount_refunded"]) + amount
    payment.update(amount_refunded=refunded, refunded=refunded == payment["amount"])
    returned.update(
        balance_transaction=taken["id"],
        charge=payment["id"],
        source_transfer_reversal=reversal["id"],
    )
    space.of("refund").add(returned)
    reversal.update(balance_transaction=back["id"], destination_payment_refund=returned["id"])
    reversed_amount = int(transfer["amount_reversed"]) + amount
    transfer.update(amount_reversed=reversed_amount, reversed=reversed_amount == transfer["amount"])
    shown = transfer["reversals"]["data"]
    transfer["reversals"]["has_more"] = len(shown) >= _SHOWN_REVERSALS
    transfer["reversals"]["data"] = [reversal, *shown][:_SHOWN_REVERSALS]
    return world.of("transfer_reversal").add(reversal)


def list_reversals(call: Call) -> Json:
    """The reversals of one transfer."""
    transfer = _find(call)
    if not transfer["amount_reversed"]:
        return listing(call.path, [])
    return call.world.of("transfer_reversal").page(
        call.params, call.path, lambda reversal: reversal["transfer"] == transfer["id"]
    )


def retrieve_reversal(call: Call) -> Json:
    """One reversal of one transfer."""
    transfer = _find(call)
    reversal = call.world.of("transfer_reversal").get(call.ids[1])
    if reversal["transfer"] != transfer["id"]:
        raise missing("transfer_reversal", call.ids[1], param="id", in_path=True)
    return reversal


def _find(call: Call) -> Json:
    return call.of("transfer").get(call.id, param="transfer")


def _require_receives(world: World, destination: str) -> None:
    account = world.of("account").find(destination)
    if account is None:
        raise StripeRefusal(
            f"No such destination: '{destination}'", code="resource_missing", param="destination"
        )
    if account["capabilities"].get("transfers") != "active":
        raise StripeRefusal(
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )


def _source(world: World, source_id: str, amount: int) -> Json:
    source = world.of("charge").get(source_id, param="source_transaction", in_path=False)
    if not source["captured"]:
        raise StripeRefusal(
            f"The charge {source_id} has not been captured, so it cannot be used as a source.",
            param="source_transaction",
        )
    used = 0
    for identifier in world.sourced.get(source_id, ()):
        earlier = world.of("transfer").get(identifier)
        used += int(earlier["amount"]) - int(earlier["amount_reversed"])
    whole = int(source["amount_captured"])
    if amount + used > whole:
        already = (
            f" (There is already a transfer using this source, amounting to {_dollars(used)}.)"
            if used
            else ""
        )
        raise StripeRefusal(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {_dollars(whole)}.{already}",
            param="amount",
        )
    return source


def _group(source: Json, asked: str | None) -> str:
    """The group of a transfer is that of its source, which gets one now if it has none."""
    if source["transfer_group"] is None:
        source["transfer_group"] = asked or f"group_{source['id']}"
    return asked or str(source["transfer_group"])


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"


ROUTES = (
    post("transfers", create, *_CREATE),
    get(
        "transfers",
        pages("transfer", "destination", "transfer_group"),
        *PAGE,
        "destination",
        "transfer_group",
    ),
    get("transfers/*", retrieve),
    post("transfers/*", update, "description", "metadata"),
    post("transfers/*/reversals", reverse, "amount", "description", "metadata"),
    get("transfers/*/reversals", list_reversals, *PAGE),
    get("transfers/*/reversals/*", retrieve_reversal),
)
