"""Sends webhooks to whoever listens, and tries again when nobody answers well."""

import heapq
import time
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from threading import Event, Lock, Thread
from typing import Literal

import httpx

from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.values import Json
from devstack.stripe_simulator.world import Delivery, Target

RETRY_AFTER_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_PAUSE_SECONDS = 0.05
_ANSWER_WITHIN_SECONDS = 10.0
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that wants events of the platform, of connected accounts, or of both."""

    url: str
    target: Target | Literal["both"] = "both"


@dataclass(frozen=True, slots=True)
class _Attempt:
    delivery: Delivery
    endpoint: Endpoint
    number: int = 0


class Sender:
    """One thread that empties the simulator's outbox; events leave in order."""

    def __init__(
        self,
        simulator: Simulator,
        endpoints: tuple[Endpoint, ...],
        *,
        retry_after_seconds: tuple[float, ...] = RETRY_AFTER_SECONDS,
    ) -> None:
        self._simulator = simulator
        self._endpoints = endpoints
        self._retry_after = retry_after_seconds
        self._log: deque[Json] = deque(maxlen=_REMEMBERED)
        self._lock = Lock()
        self._waiting: list[tuple[float, int, _Attempt]] = []
        self._count = 0
        self._stop = Event()
        self._thread = Thread(target=self._run, name="stripe-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more."""
        self._stop.set()
        self._thread.join()

    def send_to(self, endpoints: tuple[Endpoint, ...]) -> None:
        """Whoever listens from now on."""
        self._endpoints = endpoints

    def deliveries(self) -> list[Json]:
        """Every attempt so far, the latest last."""
        with self._lock:
            return list(self._log)

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            for delivery in self._simulator.take_webhooks():
                self._enqueue(delivery)
            self._send_due()
        if "_client" in vars(self):
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when there is somebody to tell: it reads all certificates of the system."""
        return httpx.Client(timeout=_ANSWER_WITHIN_SECONDS, trust_env=False)

    def _enqueue(self, delivery: Delivery) -> None:
        for endpoint in self._endpoints:
            if endpoint.target in {"both", delivery.target}:
                self._later(_Attempt(delivery, endpoint), 0.0)

    def _later(self, attempt: _Attempt, seconds: float) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (time.monotonic() + seconds, self._count, attempt))

    def _send_due(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic() and not self._stop.is_set():
            attempt = heapq.heappop(self._waiting)[2]
            status = _post(self._client, attempt)
            accepted = status is not None and httpx.codes.is_success(status)
            self._record(attempt, status)
            if not accepted and attempt.number < len(self._retry_after):
                again = _Attempt(attempt.delivery, attempt.endpoint, attempt.number + 1)
                self._later(again, self._retry_after[attempt.number])

    def _record(self, attempt: _Attempt, status: int | None) -> None:
        event = attempt.delivery.event
        with self._lock:
            self._log.append(
                {
                    "account": event.get("account"),
                    "attempt": attempt.number + 1,
                    "event": event["id"],
                    "status": status,
                    "type": event["type"],
                    "url": attempt.endpoint.url,
                }
            )


def _post(client: httpx.Client, attempt: _Attempt) -> int | None:
    """The status of the answer, if there is one. Signed as of now, whatever the clock shows."""
    headers = attempt.delivery.headers(int(time.time()))
    try:
        answer = client.post(
            attempt.endpoint.url, content=attempt.delivery.body.encode(), headers=headers
        )
    except httpx.HTTPError:
        return None
    return answer.status_code
