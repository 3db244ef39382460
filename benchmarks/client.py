"""A client that costs almost nothing: one kept-alive connection, no parsing while time runs."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field


class UnexpectedAnswer(Exception):
    """A request of a measurement was not answered as it should be."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    expect: int = 200


class Client:
    """A kept-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, call: Call) -> bytes:
        """The body of the answer. Raises UnexpectedAnswer on any other status."""
        self._connection.request(call.method, call.path, call.body, dict(call.headers))
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != call.expect:
            raise UnexpectedAnswer(f"{call.method} {call.path}: {answer.status} {body[:300]!r}")
        return body

    def timed(self, call: Call) -> float:
        """Seconds until the whole answer is here."""
        started = time.perf_counter()
        self.send(call)
        return time.perf_counter() - started

    def close(self) -> None:
        self._connection.close()
