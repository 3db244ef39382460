"""How much time a request has left. One deadline is made per request and passed into every call."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of a clock that only goes forward; `clock` tells seconds."""

    ends: float
    clock: Callable[[], float] = time.perf_counter

    @classmethod
    def within(cls, seconds: float, clock: Callable[[], float] = time.perf_counter) -> Self:
        """A deadline so many seconds from now."""
        return cls(clock() + seconds, clock)

    @property
    def left(self) -> float:
        """The seconds that are left; never less than 0."""
        return max(self.ends - self.clock(), 0.0)

    def affords(self, seconds: float) -> bool:
        """Whether something that takes so long would be done in time."""
        return self.left >= seconds
