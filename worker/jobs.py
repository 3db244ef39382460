"""What a task is here: a name, its work, and how patient the system is with it."""

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal, Unavailable
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from instainstru_core.wiring import Reaction

HARD_GRACE_SECONDS = 10
LONGEST_WAIT_SECONDS = 600.0

HandOut: TypeAlias = Callable[["Job", tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the work of one attempt may use."""

    runtime: Runtime
    actor: Actor
    reactions: Mapping[str, tuple[tuple[str, Reaction], ...]]
    hand_out: HandOut

    def begin(self) -> AbstractContextManager[Uow]:
        """One unit of work, as the system itself."""
        return self.runtime.begin(self.actor)


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of task. Its work must bear being done twice: a lost worker's tasks come back.

    A quiet one comes every few seconds: only its failures are written down. One that was handed out
    and that nobody took within `keep_seconds` is dropped; None keeps it.
    """

    name: str
    work: Callable[..., None]
    queue: Queue = Queue.DEFAULT
    seconds: int = 60
    retries: int = 3
    first_wait_seconds: float = 5.0
    is_quiet: bool = False
    keep_seconds: int | None = None

    @property
    def hard_seconds(self) -> int:
        return self.seconds + HARD_GRACE_SECONDS

    def is_worth_retrying(self, failure: Exception) -> bool:
        """Whether another attempt may end otherwise: a refusal stays one, unless it passes."""
        return isinstance(failure, Unavailable) or not isinstance(failure, Refusal)

    def wait_seconds(self, retries: int) -> float:
        """How long to wait before the next attempt: twice as long each time, never in step."""
        longest = min(LONGEST_WAIT_SECONDS, self.first_wait_seconds * 2.0**retries)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


PagedStep: TypeAlias = Callable[[Uow, str], str | None]


def in_pages(step: PagedStep) -> Callable[[Desk], None]:
    """Work that goes on from page to page, each in a unit of work of its own."""

    def work(desk: Desk) -> None:
        after: str | None = ""
        while after is not None:
            with desk.begin() as uow:
                after = step(uow, after)

    return work


def until_done(step: Callable[[Uow], int], *, batch: int) -> Callable[[Desk], None]:
    """Work that repeats a batch, each in a unit of work of its own, until one is not full."""

    def work(desk: Desk) -> None:
        count = batch
        while count >= batch:
            with desk.begin() as uow:
                count = step(uow)

    return work
