"""What happens at Stripe by itself when its time has come."""

from devstack.stripe_simulator import charging, payouts
from devstack.stripe_simulator.world import World


def happen(world: World, identifier: str, account: str | None) -> None:
    """A hold that nobody captured ends, or a payout arrives."""
    thing = world.space(account).find(identifier)
    if thing is None:
        return
    if thing["object"] == "payout":
        payouts.arrive(world, thing, account)
        return
    until = charging.expires_at(world, thing)
    if until is not None and until <= world.now:
        charging.cancel(world, thing, "automatic")
