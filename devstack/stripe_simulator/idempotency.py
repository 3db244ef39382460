"""Answers by key: remembered for a day, per account, for the same call only."""

from collections import OrderedDict
from dataclasses import dataclass

from devstack.stripe_simulator.errors import key_reused
from devstack.stripe_simulator.values import DAY, Json

Slot = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first answer to a key."""

    at: int
    path: str
    params: Json
    status: int
    body: str


class Memory:
    """What was answered to which key."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Slot, Remembered] = OrderedDict()

    def recall(self, slot: Slot, path: str, params: Json, now: int) -> Remembered | None:
        """The answer to give again, or a refusal when the call is another one."""
        self._forget(now)
        known = self._answers.get(slot)
        if known is None:
            return None
        if known.path != path or known.params != params:
            raise key_reused(slot[1], same_path=known.path == path, first_path=known.path)
        return known

    def keep(self, slot: Slot, answer: Remembered) -> None:
        """Remember an answer."""
        self._answers[slot] = answer

    def _forget(self, now: int) -> None:
        """Drop what is older than a day."""
        while self._answers:
            slot, oldest = next(iter(self._answers.items()))
            if oldest.at + DAY > now:
                return
            del self._answers[slot]
