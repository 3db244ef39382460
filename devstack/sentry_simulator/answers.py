"""What Sentry answers, in its wire format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from devstack.loopback import Unanswered


class SimulatedTimeout(Unanswered):
    """No answer is given."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over HTTP."""

    status: int
    content: object
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def body(self) -> bytes:
        return json.dumps(self.content).encode()


def detail(status: int, words: str, **headers: str) -> Answer:
    """A refusal with Sentry's one field."""
    return Answer(
        status,
        {"detail": words},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


NO_TOKEN = detail(401, "Authentication credentials were not provided.")
WRONG_TOKEN = detail(401, "Invalid token")
NOTHING = detail(404, "The requested resource does not exist")
NO_PATH = detail(404, "Not Found")
NO_KEY = detail(403, "missing authorization information: bad sentry DSN public key")
NO_PROJECT = detail(404, "project not found")
BROKEN = detail(500, "Internal Error")


def bad_query(words: str) -> Answer:
    """A search that Sentry cannot read."""
    return detail(400, f"Error parsing search query: {words}")


def too_often(retry_after: int) -> Answer:
    """The answer to whoever asks more often than allowed."""
    return detail(
        429,
        "You are attempting to use this endpoint too frequently.",
        retry_after=str(retry_after),
    )
