"""A transport of the Stripe SDK that reaches a simulator without a socket."""

from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

import stripe
from requests.structures import CaseInsensitiveDict

from devstack.stripe_simulator.errors import SimulatedTimeout
from devstack.stripe_simulator.simulator import Simulator


class InProcessClient(stripe.HTTPClient):
    """Give it to `StripeClient(http_client=...)`. It retries as the SDK does, without waiting."""

    name = "simulator"

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self._simulator = simulator

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 - the SDK's own signature
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send one call and return the body, the status and the headers."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        try:
            answer = self._simulator.handle(method, path, headers or {}, post_data or "")
        except SimulatedTimeout as lost:
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                "Unexpected error communicating with Stripe.  If this problem persists, let us"
                f" know at support@stripe.com.\n\n(Network error: {lost})",
                should_retry=True,
            ) from lost
        return answer.body, answer.status, CaseInsensitiveDict[str](answer.headers)

    def request_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 - the SDK's own signature
        *,
        _usage: list[str] | None = None,
    ) -> NoReturn:
        """Files are not simulated."""
        raise NotImplementedError

    def close(self) -> None:
        """There is no connection to close."""

    def _sleep_time_seconds(self, num_retries: int) -> float:  # noqa: ARG002
        return 0.0
