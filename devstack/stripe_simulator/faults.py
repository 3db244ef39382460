"""Trouble on demand: what goes wrong, for which calls or events, how often."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal, TypeVar

from devstack.stripe_simulator.mint import Mint

_T = TypeVar("_T")
CallTrouble = Literal[
    "timeout_before",
    "timeout_after",
    "error_before",
    "error_after",
    "rate_limit",
    "slow",
    "account_balance_low",
]
EventTrouble = Literal["drop_webhook", "duplicate_webhook", "delay_webhook", "reorder_webhooks"]
Trouble = CallTrouble | EventTrouble
CALL_TROUBLES: tuple[CallTrouble, ...] = (
    "timeout_before",
    "timeout_after",
    "error_before",
    "error_after",
    "rate_limit",
    "slow",
    "account_balance_low",
)
EVENT_TROUBLES: tuple[EventTrouble, ...] = (
    "drop_webhook",
    "duplicate_webhook",
    "delay_webhook",
    "reorder_webhooks",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble. Patterns are like file names: `/v1/refunds`, `*/capture`, `charge.*`."""

    trouble: Trouble
    method: str = "*"
    path: str = "*"
    event: str = "*"
    times: int | None = 1  # how often at most; None for ever
    probability: float = 1.0
    seconds: float = 0.0  # of slowness or delay


class Faults:
    """The faults in force; a fault that has struck as often as it may is gone."""

    def __init__(self, seed: str = "") -> None:
        self._mint = Mint(f"faults/{seed}")
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

    def strikes(self, trouble: CallTrouble, method: str, path: str) -> Fault | None:
        """The fault of this kind that hits this call, used up by one."""
        return self._strike(
            trouble,
            lambda fault: (
                fnmatchcase(method.upper(), fault.method.upper()) and fnmatchcase(path, fault.path)
            ),
        )

    def strikes_event(self, trouble: EventTrouble, kind: str) -> Fault | None:
        """The fault of this kind that hits the webhook of this event, used up by one."""
        return self._strike(trouble, lambda fault: fnmatchcase(kind, fault.event))

    def shuffled(self, things: list[_T]) -> list[_T]:
        """The same things in another order, the same in every run."""
        keyed = [(self._mint.chance("order"), position) for position in range(len(things))]
        return [things[position] for _, position in sorted(keyed)]

    def _strike(self, trouble: Trouble, fits: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for position, fault in enumerate(self._active):
                if fault.trouble != trouble or not fits(fault):
                    continue
                if fault.probability < 1 and self._mint.chance(trouble) >= fault.probability:
                    continue
                self._use_up(position)
                return fault
        return None

    def _use_up(self, position: int) -> None:
        fault = self._active[position]
        if fault.times is not None:
            left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
            self._active[position : position + 1] = left
