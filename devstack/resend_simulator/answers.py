"""What the carrier answers, in its wire format."""

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


def refused(status: int, name: str, message: str, **headers: str) -> Answer:
    """A documented error."""
    return Answer(
        status,
        {"statusCode": status, "name": name, "message": message},
        {key.replace("_", "-"): value for key, value in headers.items()},
    )


NO_KEY = refused(401, "missing_api_key", "Missing API key in the authorization header.")
WRONG_KEY = refused(403, "invalid_api_key", "API key is invalid.")
NO_PATH = refused(404, "not_found", "The requested endpoint does not exist.")
NO_MAIL = refused(404, "not_found", "Email not found")
NO_METHOD = refused(405, "method_not_allowed", "Method is not allowed for the requested path.")
BAD_KEY = refused(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
OTHER_PAYLOAD = refused(
    409,
    "invalid_idempotent_request",
    "Same idempotency key used with a different request payload.",
)
IN_PROGRESS = refused(
    409,
    "concurrent_idempotent_requests",
    "Same idempotency key used while original request is still in progress.",
)
BROKEN = refused(500, "application_error", "An unexpected error occurred.")
OUT_OF_QUOTA = refused(429, "daily_quota_exceeded", "You have reached your daily email quota.")


def too_often(retry_after: int) -> Answer:
    """The answer to whoever asks more often than allowed."""
    return refused(
        429,
        "rate_limit_exceeded",
        "Too many requests. Please limit the number of requests per second.",
        retry_after=str(retry_after),
        ratelimit_limit="2",
        ratelimit_remaining="0",
        ratelimit_reset=str(retry_after),
    )


def bad_field(message: str) -> Answer:
    """A field is there and wrong."""
    return refused(422, "validation_error", message)


def lacking(name: str) -> Answer:
    """A field is not there."""
    return refused(422, "missing_required_field", f"Missing `{name}` field.")
