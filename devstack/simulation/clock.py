"""Virtual time, and identifiers that are the same in each run of a seed."""

from datetime import UTC, datetime, timedelta
from random import Random

from instainstru_core.kernel.ids import id_of

BEGINNING = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
"""A Monday, 10:00 in New York."""


class VirtualClock:
    """Time that stands still until somebody moves it, and never goes back."""

    def __init__(self, now: datetime = BEGINNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def reach(self, instant: datetime) -> None:
        """Let it be this late, at the least."""
        self.now = max(self.now, instant)

    def pass_by(self, while_: timedelta) -> None:
        """Let so much time pass."""
        self.now += while_


class SeededIds:
    """Makes identifiers of the virtual moment, each greater than the one before."""

    def __init__(self, clock: VirtualClock, dice: Random) -> None:
        self._clock = clock
        self._dice = dice
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        rest = (self._count << 40) | self._dice.getrandbits(40)
        return id_of(int(self._clock.now.timestamp() * 1000), rest)
