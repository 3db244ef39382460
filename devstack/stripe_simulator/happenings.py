"""What happens at Stripe by itself when its time has come."""

from devstack.stripe_simulator import charging
from devstack.stripe_simulator.world import World


def happen(world: World, identifier: str, account: str | None) -> None:
    """A hold that nobody captured ends."""
    intent = world.space(account).of("payment_intent").find(identifier)
    until = charging.expires_at(world, intent) if intent is not None else None
    if intent is not None and until is not None and until <= world.now:
        charging.cancel(world, intent, "automatic")
