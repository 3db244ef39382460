"""What happens to money when a payer contests a charge."""

from devstack.stripe_simulator import books, connect_shapes
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.values import DAY, Json
from devstack.stripe_simulator.world import World

ANSWER_WITHIN = 7 * DAY


def open_dispute(
    world: World, charge: Json, reason: str = "fraudulent", amount: int | None = None
) -> Json:
    """The bank takes the money back, and Stripe a fee. A charge may be contested part by part."""
    earlier = _contested(world, charge)
    left = int(charge["amount_captured"]) - earlier
    if not charge["captured"] or left <= 0 or (earlier and not 0 < (amount or 0) <= left):
        raise StripeRefusal(f"Charge {charge['id']} cannot be disputed.", param="charge")
    dispute = connect_shapes.dispute(world.mint.new("dp"), world.now, charge, reason)
    if amount is not None:
        dispute["amount"] = amount
    dispute["evidence_details"]["due_by"] = world.now + ANSWER_WITHIN
    charge["disputed"] = True
    world.of("dispute").add(dispute)
    world.emit("charge.dispute.created", dispute)
    withdrawal = books.post(
        world,
        "adjustment",
        -int(dispute["amount"]),
        source=dispute["id"],
        fee=books.DISPUTE_FEE,
        fee_description="Dispute fee",
        category="dispute",
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    dispute["balance_transactions"].append(withdrawal)
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _contested(world: World, charge: Json) -> int:
    """What of a charge banks look into, or have kept. It may be contested again once it was won."""
    return sum(
        int(one["amount"])
        for one in world.of("dispute")
        if one["charge"] == charge["id"] and one["status"] != "won"
    )


def decide(world: World, dispute: Json, *, won: bool) -> Json:
    """The bank's last word; whoever wins gets the amount back, but not the fee."""
    if dispute["status"] in {"won", "lost"}:
        raise StripeRefusal("This dispute is already closed.", code="dispute_already_closed")
    dispute["status"] = "won" if won else "lost"
    if won:
        returned = books.post(
            world,
            "adjustment",
            int(dispute["amount"]),
            source=dispute["id"],
            category="dispute_reversal",
            description=f"Chargeback reversal for {dispute['charge']}",
        )
        dispute["balance_transactions"].append(returned)
    world.emit("charge.dispute.closed", dispute)
    if won:
        world.emit("charge.dispute.funds_reinstated", dispute)
    return dispute
