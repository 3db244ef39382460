"""What Grafana answers, in its wire format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over HTTP."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def says(content: object, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(content).encode())


def refused(status: int, message: str, message_id: str) -> Answer:
    """A documented error."""
    content = {"message": message, "messageId": message_id, "statusCode": status, "traceID": ""}
    return says(content, status)


NO_TOKEN = refused(401, "Unauthorized", "auth.unauthorized")
WRONG_TOKEN = refused(401, "Invalid API key", "api-key.invalid")
NO_PATH = refused(404, "Not found", "")
NO_DASHBOARD = refused(404, "Dashboard not found", "dashboards.not-found")
NO_SOURCE = refused(404, "Data source not found", "datasources.notFound")
NO_SILENCE = refused(404, "silence not found", "alerting.silences.notFound")
NO_RIGHT = refused(
    403, "You'll need additional permissions to perform this action", "accesscontrol"
)
BAD_SILENCE = refused(400, "failed to create silence", "alerting.notifications.silences.badRequest")
AWAY = Answer(502, b"")
"""What its proxy answers where nobody is behind it."""


def too_often(retry_after: int) -> Answer:
    """The answer of Grafana Cloud to whoever asks more often than allowed."""
    content = {"message": "too many requests"}
    return Answer(429, json.dumps(content).encode(), {"Retry-After": str(retry_after)})
