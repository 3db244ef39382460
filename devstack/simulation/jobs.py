"""The worker: what its jobs find, done by the functions that their tasks call, on virtual time.

A job runs when something is due for it, at its own pace, and not while the worker is down. A task
is done in the place where it is handed out; a crash ends the whole run, like a killed worker.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import psycopg

from devstack.simulation.stage import Stage
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.types import DueKind
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Refusal
from instainstru_core.wiring import REACTIONS
from worker import relay
from worker.jobs import Desk, Job
from worker.schedule import ENTRIES
from worker.tasks import bookings, credits, disputes, notifications, payments

BY_KIND: Mapping[str, Job] = {
    DueKind.CHECKOUT: bookings.EXPIRE_CHECKOUTS,
    DueKind.HOLD: bookings.PLACE_HOLDS,
    DueKind.HOLD_EXPIRY: bookings.PLACE_HOLDS,
    DueKind.HOLD_RETRY: bookings.RETRY_HOLDS,
    DueKind.CAPTURE: bookings.CAPTURE,
    DueKind.CAPTURE_RETRY: bookings.RETRY_CAPTURES,
    DueKind.NO_SHOW: bookings.RESOLVE_NO_SHOWS,
    DueKind.MONEY: bookings.MOVE_MONEY,
    "command": bookings.FIND_COMMANDS,
    "dispute": disputes.ASK_DISPUTES,
}
NIGHTLY = (
    bookings.EVALUATE_TIERS,
    credits.EXPIRE,
    bookings.SEND_TIPS,
    disputes.FIND_DISPUTES,
)
WITH_PROVIDER = (payments.AUDIT_SCHEDULES, payments.RECONCILE)
NIGHT_HOURS = 13.1
"""From the beginning of a seed until 3 in the morning, in New York."""
ROUNDS = 3
PACES: Mapping[str, timedelta] = {
    disputes.ASK_DISPUTES.name: timedelta(hours=1),
    **{entry.job.name: entry.due for entry in ENTRIES if isinstance(entry.due, timedelta)},
}
MINUTE = timedelta(minutes=1)
NEXT = """
    SELECT due_kind, min(due_at) FROM lesson_money WHERE due_at IS NOT NULL GROUP BY due_kind
    UNION ALL
    SELECT 'command', min(due_at) FROM payment_commands WHERE state IN ('requested', 'sent')
    UNION ALL
    SELECT 'dispute', min(ask_at) FROM chargebacks WHERE ask_at IS NOT NULL
    UNION ALL
    SELECT 'webhook', min(due_at) FROM webhook_events
    WHERE state IN ('received', 'processing', 'failed')
    """


class Worker:
    """Runs what is due."""

    def __init__(
        self, stage: Stage, eyes: psycopg.Connection, *, webhooks: Callable[[Desk], None]
    ) -> None:
        self._stage = stage
        self._eyes = eyes
        self._webhooks = Job("webhooks.process", webhooks)
        self._desk = Desk(
            runtime=stage.runtime,
            actor=SYSTEM,
            reactions=relay.by_name(REACTIONS),
            hand_out=self._hand_out,
        )
        self._ran_at: dict[str, datetime] = {}
        self._down_until = stage.clock.now
        self._due: list[tuple[datetime, Job]] = []
        self._seen: list[tuple[str, datetime]] = []
        self._seen_at = -1

    def look(self) -> datetime | None:
        """See what is due next, and when the worker gets to it."""
        found: dict[str, tuple[datetime, Job]] = {}
        for what, due_at in self._waiting():
            job = self._webhooks if what == "webhook" else BY_KIND[what]
            at = max(due_at, self._free_at(job))
            if job.name not in found or at < found[job.name][0]:
                found[job.name] = (at, job)
        self._due = sorted(found.values(), key=lambda pair: (pair[0], pair[1].name))
        return self._due[0][0] if self._due else None

    def run_next(self) -> None:
        """Run the job that is due first."""
        at, job = self._due.pop(0)
        self._stage.clock.reach(at)
        self.run(job)

    def run(self, job: Job) -> None:
        """One run of a job. A crash ends it; what was due still is."""
        self._ran_at[job.name] = self._stage.clock.now
        self._stage.attempt(f"job {job.name}", lambda: job.work(self._desk))

    def go_down(self, hours: float) -> None:
        """Nothing is done for so long."""
        until = self._stage.clock.now + timedelta(hours=hours)
        self._stage.trace.note("worker is down until", until.isoformat())
        self._stage.trace.count("worker down")
        self._down_until = max(self._down_until, until)

    def come_back(self) -> None:
        self._down_until = self._stage.clock.now

    def write_letters(self) -> None:
        """Hand on what was announced, then send what is due, a few rounds."""
        for job in (relay.RELAY, *(notifications.SEND_DUE,) * ROUNDS):
            self.run(job)

    def night(self, *, provider: bool = True) -> None:
        """The nightly jobs, those that ask the provider perhaps left out."""
        for job in (*NIGHTLY, *(WITH_PROVIDER if provider else ())):
            self.run(job)

    def _waiting(self) -> list[tuple[str, datetime]]:
        """What waits for each kind of work, read again only after somebody changed something."""
        changes = self._stage.mischief.changes.count
        if changes != self._seen_at:
            rows = self._eyes.execute(NEXT, prepare=True).fetchall()
            self._seen = [(what, due_at) for what, due_at in rows if due_at is not None]
            self._seen_at = changes
        return self._seen

    def _free_at(self, job: Job) -> datetime:
        ran_at = self._ran_at.get(job.name)
        if ran_at is None:
            return self._down_until
        return max(self._down_until, ran_at + PACES.get(job.name, MINUTE))

    def _hand_out(self, job: Job, given: tuple[str, ...]) -> None:
        if job is bookings.DRIVE:
            for chain_id in given:
                self._one(f"drive {chain_id}", partial(self._drive, chain_id))
        elif job is bookings.RESUME:
            for reference in given:
                self._one(f"resume {reference}", partial(self._resume, reference))
        else:
            job.work(self._desk, *given)

    def driving(self, chain_id: str) -> Callable[[], None]:
        """A worker that gets to this lesson now."""
        return partial(self._one, f"drive {chain_id}", partial(self._drive, chain_id))

    def resuming(self, reference: str) -> Callable[[], None]:
        """A worker that goes on with what a crash left, now."""
        return partial(self._one, f"resume {reference}", partial(self._resume, reference))

    def _drive(self, chain_id: str) -> bool:
        return flows.drive_quietly(self._desk.runtime.cashier, actor=SYSTEM, chain_id=chain_id)

    def _resume(self, reference: str) -> bool:
        return flows.resume(self._desk.runtime.cashier, actor=SYSTEM, reference=reference)

    def _one(self, name: str, act: Callable[[], bool]) -> None:
        """One piece of a task. No refusal is expected here: jobs bear what they meet."""
        stage = self._stage
        try:
            done = act()
        except Refusal as refusal:
            stage.trace.note(name, "REFUSED", refusal.code)
            stage.failures.append(f"{name} was refused: {refusal.code} {refusal}")
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is what is looked for
            stage.broke(name, failure)
        else:
            stage.trace.note(name, "done" if done else "busy")
