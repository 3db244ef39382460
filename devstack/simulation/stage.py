"""One seed's world at work: the real system on virtual time, and what is to happen when."""

import heapq
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from devstack.simulation.clock import VirtualClock
from devstack.simulation.mischief import Crash, Mischief
from devstack.simulation.tracing import Trace
from devstack.simulation.world import People
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.kernel.errors import Refusal
from instainstru_core.runtime import Runtime

Happening = Callable[[], None]
AGAIN = 0.8
"""How likely somebody who got no answer tries again."""
SOON = timedelta(minutes=4)
"""What is due within this time may come in between two steps of something else."""


@dataclass(order=True, slots=True)
class Planned:
    """Something that is to happen."""

    at: datetime
    number: int
    name: str = field(compare=False)
    act: Happening = field(compare=False)
    repeats: bool = field(compare=False, default=False)


@dataclass(slots=True)
class Stage:
    """Everything that the parts of a simulation share."""

    seed: int
    runtime: Runtime
    stripe: Simulator
    people: People
    clock: VirtualClock
    dice: Random
    trace: Trace
    mischief: Mischief
    ends_at: datetime
    failures: list[str] = field(default_factory=list[str])
    _planned: list[Planned] = field(default_factory=list[Planned])
    _count: int = 0

    def plan(self, at: datetime, name: str, act: Happening, *, repeats: bool = False) -> None:
        """Have this happen then; what people do is repeated when it ends in a crash."""
        self._count += 1
        heapq.heappush(self._planned, Planned(at, self._count, name, act, repeats))

    def chance(self, of: float) -> bool:
        """Whether something of this likelihood happens."""
        return self.dice.random() < of

    def after(self, name: str, act: Happening, **delay: float) -> None:
        """Have this happen in so much time, by somebody who repeats it."""
        self.plan(self.clock.now + timedelta(**delay), name, act, repeats=True)

    @property
    def next_at(self) -> datetime | None:
        return self._planned[0].at if self._planned else None

    def happen(self) -> None:
        """Let the next thing happen."""
        planned = heapq.heappop(self._planned)
        self.clock.reach(planned.at)
        self.attempt(planned.name, planned.act, repeats=planned.repeats)

    def meanwhile(self) -> None:
        """Whatever is due about now comes in between."""
        if self._planned and self._planned[0].at <= self.clock.now + SOON:
            self.happen()

    def attempt(self, name: str, act: Happening, *, repeats: bool = False) -> bool:
        """Do this and note how it ends: done, refused, crashed, or broken, which must not be."""
        self.trace.count(name)
        try:
            act()
        except Crash:
            self.trace.note(name, "crashed")
            if repeats and self.mischief.dice.random() < AGAIN:
                self.after(name, act, seconds=self.mischief.dice.randint(1, 900))
            return False
        except Refusal as refusal:
            self.trace.count(f"{name} refused")
            self.trace.note(name, "refused", refusal.code)
            if repeats and "retry_after" in refusal.facts and self.mischief.dice.random() < AGAIN:
                self.after(name, act, seconds=self.mischief.dice.randint(5, 900))
            return False
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is what is looked for
            self.broke(name, failure)
            return False
        self.trace.note(name, "done")
        return True

    def broke(self, name: str, failure: Exception) -> None:
        """Something that must never happen: an error that is not a refusal."""
        self.trace.note(name, "BROKE", repr(failure))
        where = "".join(traceback.format_tb(failure.__traceback__)[-4:])
        self.failures.append(f"{name} broke: {failure!r}\n{where}")
