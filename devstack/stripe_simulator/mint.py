"""Identifiers and chances that are the same in every run with the same seed."""

import hashlib
from collections import Counter

_LENGTH = 24


class Mint:
    """Makes `pi_...` and its like; each prefix counts on its own."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._made: Counter[str] = Counter()
        self._given: dict[str, str] = {}
        self._about: Counter[str] = Counter()

    def give(self, prefix: str, identifier: str) -> None:
        """Have the next identifier with this prefix be this one."""
        self._given[prefix] = identifier

    def forget(self) -> None:
        """Forget how often something was about a source; nothing else is made twice."""
        self._about.clear()

    def new(self, prefix: str) -> str:
        """The next identifier with this prefix."""
        return self._given.pop(prefix, None) or f"{prefix}_{self.token(prefix)}"

    def about(self, prefix: str, source: str) -> str:
        """The next identifier that follows from what it is about, whatever the seed."""
        self._about[source] += 1
        return about(prefix, source, self._about[source])

    def token(self, purpose: str, length: int = _LENGTH) -> str:
        """The next word of letters and digits for this purpose."""
        return self._next(purpose).hex()[:length]

    def chance(self, purpose: str) -> float:
        """The next number from 0 up to, not including, 1."""
        return int.from_bytes(self._next(purpose)[:6], "big") / (1 << 48)

    def _next(self, purpose: str) -> bytes:
        self._made[purpose] += 1
        text = f"{self._seed}/{purpose}/{self._made[purpose]}"
        return hashlib.sha256(text.encode()).digest()


def about(prefix: str, source: str, number: int = 1) -> str:
    """The identifier of the so-manieth thing about this source."""
    digest = hashlib.sha256(f"{prefix}/{source}/{number}".encode())
    return f"{prefix}_{digest.hexdigest()[:_LENGTH]}"
