"""Driving a lesson's money on: decide in one transaction, call outside, take in in the next.

At most one caller is at a lesson's money: a mutex keeps others away early, the row of the lesson
and its one open command keep them away for certain, also when the mutex's service is gone.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from instainstru_core.domains.bookings import service
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.flows import commands
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.domains.payments.types import Command, Recorded
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.clock import Clock
from instainstru_core.kernel.ports import InProgress, Mutex
from instainstru_core.kernel.uow import Begin, Uow

MUTEX_SECONDS = 120.0
"""Longer than the longest chain of calls for one lesson; a dead holder is waited for no longer."""

MOST_CALLS = 12


@dataclass(frozen=True, slots=True)
class Cashier:
    """All that moving money needs: transactions, the provider, the mutex, the time."""

    begin: Begin
    gateway: PaymentGateway
    mutex: Mutex
    clock: Clock


Told = TypeVar("Told")
Start: TypeAlias = Callable[[Uow, int | None], Command | None]
Tell: TypeAlias = Callable[[Uow, Recorded | None], Told]


def drive(cashier: Cashier, *, actor: Actor, chain_id: str, at_once: bool = False) -> None:
    """Do everything that is due for one lesson's money."""

    def start(uow: Uow, fence: int | None) -> Command | None:
        return service.advance(uow, chain_id, fence=fence, at_once=at_once)

    run(cashier, actor=actor, chain_id=chain_id, start=start)


def drive_quietly(cashier: Cashier, *, actor: Actor, chain_id: str) -> bool:
    """The same for a job: False where somebody else is at it right now."""
    try:
        drive(cashier, actor=actor, chain_id=chain_id)
    except (CommandOpen, InProgress):
        return False
    return True


def run(cashier: Cashier, *, actor: Actor, chain_id: str, start: Start) -> Recorded | None:
    """Begin with `start`, then call and take in until nothing is left. Tells of the first call."""
    return run_to(cashier, actor=actor, chain_id=chain_id, start=start, tell=_first)


def run_to(
    cashier: Cashier, *, actor: Actor, chain_id: str, start: Start, tell: Tell[Told]
) -> Told:
    """The same, and what to `tell` of it is found out in the last of the transactions."""
    with holding(cashier, chain_id) as fence:
        with cashier.begin(actor) as uow:
            command = start(uow, fence)
            if command is None:
                return tell(uow, None)
        first: Recorded | None = None
        for _ in range(MOST_CALLS):
            outcome = commands.call(cashier.gateway, command, now=cashier.clock())
            with cashier.begin(actor) as uow:
                progress = service.absorb(uow, command, outcome)
                first = first or progress.recorded
                if progress.command is None:
                    return tell(uow, first)
                command = progress.command
    with cashier.begin(actor) as uow:
        return tell(uow, first)


@contextmanager
def holding(cashier: Cashier, chain_id: str) -> Generator[int | None]:
    """Keep others from this lesson's money meanwhile."""
    with cashier.mutex.hold(f"booking:{chain_id}", seconds=MUTEX_SECONDS) as fence:
        yield fence


def _first(_: Uow, recorded: Recorded | None) -> Recorded | None:
    return recorded
