"""Requests taken apart, and answers put together."""

from dataclasses import dataclass
from http import HTTPStatus

from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.idempotency import Remembered, Slot
from devstack.stripe_simulator.values import Json, written


@dataclass(frozen=True, slots=True)
class Answer:
    """What went over the wire."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call, taken apart."""

    method: str
    path: str
    account: str | None
    key: str | None
    version: str
    params: Json
    request_id: str

    @property
    def slot(self) -> Slot | None:
        """Where its answer is remembered; only writes have keys."""
        return (self.account, self.key) if self.key and self.method == "POST" else None


def refused(refusal: StripeRefusal, request_id: str, version: str) -> Answer:
    """The answer that says no."""
    headers = {
        "Content-Type": "application/json",
        "Request-Id": request_id,
        "Stripe-Version": version,
    }
    return Answer(refusal.status, headers, written(refusal.body(request_id)))


def headers_of(request: Request, status: int) -> dict[str, str]:
    """The headers of an answer."""
    headers = {
        "Content-Type": "application/json",
        "Request-Id": request.request_id,
        "Stripe-Version": request.version,
    }
    if request.slot is not None:
        headers["Idempotency-Key"] = str(request.key)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            headers["Stripe-Should-Retry"] = "false"  # the same answer would come again
    return headers


def replayed(request: Request, known: Remembered) -> Answer:
    """The answer of before, once more."""
    headers = {**headers_of(request, known.status), "Idempotent-Replayed": "true"}
    return Answer(known.status, headers, known.body)
