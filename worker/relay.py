"""From the outbox to the broker: one task for each fact and each reaction to it.

A fact is claimed with a lease, handed out, then settled. Whoever dies in between is replaced when
the lease runs out, so a task may be handed out twice; the reaction's receipt, written in the same
transaction as its effects, makes it happen once. A task that the broker lost, or that failed to the
end, leaves no receipt: its fact is relayed again, later each time.
"""

from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import Counter

from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel import events, outbox
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.log import logger
from instainstru_core.wiring import Reaction
from worker.jobs import Desk, Job

RELAYED = Counter("instainstru_outbox_relayed_total", "Facts relayed to their reactions.")
LEASE = timedelta(seconds=30)
BATCH = 100
BATCHES = 20
PATIENCE = timedelta(minutes=15)
"""Longer than all attempts of a reaction take. After it a receipt is missed."""

MOST_TIMES = 5
"""So often a fact is relayed: again after a quarter of an hour, then after 1, 4 and 16 hours."""

_log = logger(__name__)


class UnknownReaction(LookupError):
    """No reaction has this name: the task was handed out by newer or older code."""


def relay(desk: Desk) -> None:
    """Hand out what waits, a batch at a time."""
    for _ in range(BATCHES):
        if not _relay_batch(desk):
            return


def react(desk: Desk, event_id: str, name: str) -> None:
    """Let one reaction see one fact, unless it already has."""
    with desk.begin() as uow:
        fact = outbox.find(uow.session, event_id)
        if fact is None:
            _log.warning("fact_forgotten", event_id=event_id, reaction=name)
            return
        reaction = dict(desk.reactions.get(fact.name, ())).get(name)
        if reaction is None:
            raise UnknownReaction(name)
        if outbox.receive(uow.session, event_id, name, now=uow.now):
            reaction(uow, events.decode(fact.name, fact.payload))


def relay_again(desk: Desk) -> None:
    """Have facts wait again that a reaction has not seen although it was told to."""
    with desk.begin() as uow:
        found = outbox.recall(
            uow.session, now=uow.now, patience=PATIENCE, most=MOST_TIMES, limit=BATCH * BATCHES
        )
    if found:
        _log.warning("facts_unseen", count=len(found), first=found[0])


RELAY = Job("outbox.relay", relay, seconds=20, retries=0, is_quiet=True)
RELAY_AGAIN = Job("outbox.relay_again", relay_again, queue=Queue.MAINTENANCE, seconds=60)
REACT = Job("outbox.react", react, seconds=60, retries=8, first_wait_seconds=1)


def _relay_batch(desk: Desk) -> bool:
    """Hand out one batch; says whether more may wait."""
    with desk.begin() as uow:
        rows = outbox.claim(uow.session, now=uow.now, lease=LEASE, limit=BATCH)
        facts = [(row.id, row.name) for row in rows]
    settled: dict[str, list[str]] = {}
    for event_id, name in facts:
        if not events.is_known(name):
            _log.warning("fact_unknown", event_id=event_id, event_name=name)
            continue  # newer code wrote it and will relay it when the lease runs out
        settled[event_id] = [reaction for reaction, _ in desk.reactions.get(name, ())]
        for reaction in settled[event_id]:
            desk.hand_out(REACT, (event_id, reaction))
    if settled:
        with desk.begin() as uow:
            outbox.settle(uow.session, settled, now=uow.now)
        RELAYED.inc(len(settled))
    return len(facts) == BATCH


def by_name(
    reactions: Mapping[type[Event], tuple[Reaction, ...]],
) -> Mapping[str, tuple[tuple[str, Reaction], ...]]:
    """The reactions as messages name them: an event's name, then where the reaction is written."""
    return {
        kind.__name__: tuple(
            (f"{reaction.__module__}.{getattr(reaction, '__qualname__', '')}", reaction)
            for reaction in found
        )
        for kind, found in reactions.items()
    }
