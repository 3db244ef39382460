"""What the provider answers, in its wire format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devstack.loopback import Unanswered


class SimulatedTimeout(Unanswered):
    """No answer is given, whatever has happened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over HTTP."""

    status: int
    content: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def body(self) -> bytes:
        return json.dumps(self.content).encode()


def refused(status: int, error: str | list[str]) -> Answer:
    """An error as the provider writes them."""
    return Answer(status, {"error": error})


WRONG_KEY = refused(401, "Bad authentication error")
NOT_FOUND = refused(404, "Resource not found")
NO_METHOD = refused(405, "Method not allowed")
OTHER_PAYLOAD = refused(409, "Idempotency key was already used with different request parameters")
TOO_OFTEN = refused(429, "Too many requests")
BROKEN = refused(500, "Internal server error")
