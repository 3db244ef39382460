"""Confirmation vocabulary. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ConfirmationState(StrEnum):
    """How far a proposed change has come."""

    OPEN = "open"
    EXECUTING = "executing"
    DONE = "done"
    DECLINED = "declined"


class Verdict(StrEnum):
    """What becomes of somebody who comes with a confirmation."""

    READY = "ready"
    BUSY = "busy"
    REPLAY = "replay"
    USED = "used"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Taken:
    """A confirmation in the hands of whoever executes it.

    `attempt` counts the executions that were begun. With a `result` it was done before.
    """

    id: str
    action: str
    payload: dict[str, Any]
    state_version: str
    attempt: int
    result: dict[str, Any] | None = None
