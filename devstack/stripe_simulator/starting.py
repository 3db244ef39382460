"""What is there before the first call."""

from devstack.stripe_simulator import books
from devstack.stripe_simulator.world import World


def start(world: World, balance: int) -> None:
    """The platform's money of before, as a top-up."""
    if balance:
        books.post(world, "topup", balance, source=None, description="STARTING BALANCE")
