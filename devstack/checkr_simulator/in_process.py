"""The provider behind an HTTP client, without a socket: for tests in one process."""

import httpx

from devstack.checkr_simulator.answers import SimulatedTimeout
from devstack.checkr_simulator.simulator import Simulator


def transport(simulator: Simulator) -> httpx.BaseTransport:
    """What a client sends, this simulator answers."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.raw_path.decode("ascii")
        try:
            found = simulator.handle(request.method, target, headers, request.read())
        except SimulatedTimeout as failure:
            raise httpx.ReadTimeout("No answer came in time.", request=request) from failure
        return httpx.Response(found.status, content=found.body)

    return httpx.MockTransport(answer)
