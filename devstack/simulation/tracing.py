"""What happened, line by line. The same seed writes the same lines."""

import hashlib
from collections import Counter

from devstack.simulation.clock import VirtualClock


class Trace:
    """The record of one seed, and how often what happened."""

    def __init__(self, clock: VirtualClock) -> None:
        self.lines: list[str] = []
        self.counts: Counter[str] = Counter()
        self.depth = 0
        self._clock = clock

    def note(self, what: str, *about: object) -> None:
        """Write a line at the present virtual moment; deeper where something was interrupted."""
        at = self._clock.now.strftime("%m-%d %H:%M:%S.%f")[:-3]
        self.lines.append(f"{at} {'  ' * self.depth}{what} {' '.join(map(str, about))}".rstrip())

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def digest(self) -> str:
        """What two runs have in common if and only if they were the same."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
