"""Identifiers and chances that are the same in every run with the same seed."""

import hashlib
from collections import Counter

_LENGTH = 24
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Mint:
    """Makes `pi_...` and its like; each prefix counts on its own."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._made: Counter[str] = Counter()

    def new(self, prefix: str) -> str:
        """The next identifier with this prefix."""
        return f"{prefix}_{self.token(prefix)}"

    def token(self, purpose: str, length: int = _LENGTH) -> str:
        """The next word of letters and digits for this purpose."""
        number = self._next(purpose)
        letters: list[str] = []
        for _ in range(length):
            number, digit = divmod(number, len(_DIGITS))
            letters.append(_DIGITS[digit])
        return "".join(letters)

    def chance(self, purpose: str) -> float:
        """The next number from 0 up to, not including, 1."""
        return (self._next(purpose) >> 203) / (1 << 53)

    def _next(self, purpose: str) -> int:
        self._made[purpose] += 1
        text = f"{self._seed}/{purpose}/{self._made[purpose]}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
