"""Trouble on demand: what goes wrong with the next questions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Literal, get_args

Trouble = Literal["timeout", "error", "rate_limit", "forbidden", "nonsense", "deaf"]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble. `deaf` is for envelopes, all others are for the API."""

    trouble: Trouble
    times: int | None = 1  # how often at most; None for ever
    retry_after: int = 1  # what a rate limit says, in seconds

    @staticmethod
    def of(wish: Mapping[str, Any]) -> "Fault":
        """The fault that a tester asks for. Raises ValueError, TypeError or KeyError."""
        if wish["trouble"] not in TROUBLES:
            raise ValueError(f"There is no trouble called {wish['trouble']}.")
        return Fault(**wish)


class Faults:
    """The faults in force; a fault that has struck as often as it may is gone."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Put a fault in force, after those before it."""
        with self._lock:
            self._active.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._active.clear()

    def active(self) -> list[Fault]:
        """The faults in force, first come first."""
        return list(self._active)

    def strikes(self, *, envelope: bool) -> Fault | None:
        """The fault that hits this question or this envelope, used up by one."""
        with self._lock:
            for place, fault in enumerate(self._active):
                if (fault.trouble == "deaf") is not envelope:
                    continue
                if fault.times is not None:
                    left = fault.times - 1
                    self._active[place : place + 1] = [replace(fault, times=left)] if left else []
                return fault
        return None
