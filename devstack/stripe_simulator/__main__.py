"""Run the simulator until it is told to stop: `python -m devstack.stripe_simulator`."""

import argparse
import json
import os
import signal
from collections.abc import Sequence
from threading import Event

from devstack.stripe_simulator.sending import Endpoint
from devstack.stripe_simulator.server import SimulatorServer
from devstack.stripe_simulator.world import Secrets

_PORT = 12111


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="stripe-simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument(
        "--api-key",
        default=os.environ.get("STRIPE_SECRET_KEY"),
        help="the only key that is let in; STRIPE_SECRET_KEY, or any sk_test_ by default",
    )
    parser.add_argument("--webhook-url", help="where events of the platform go")
    parser.add_argument(
        "--webhook-secret",
        default=_known_secret(),
        help="the first of INSTAINSTRU_STRIPE_WEBHOOK_SECRETS by default",
    )
    parser.add_argument("--connect-webhook-url", help="where events of accounts go, if elsewhere")
    parser.add_argument("--connect-webhook-secret", help="the platform's, unless given")
    parser.add_argument("--seed", default="stripe")
    parser.add_argument("--starting-balance", type=int, default=0, help="in cents")
    given = parser.parse_args(argv)
    addresses = {
        "platform": given.webhook_url,
        "connect": given.connect_webhook_url or given.webhook_url,
    }
    server = SimulatorServer(
        host=given.host,
        port=given.port,
        api_key=given.api_key,
        endpoints=tuple(
            Endpoint(url, "platform" if target == "platform" else "connect")
            for target, url in addresses.items()
            if url
        ),
        secrets=Secrets(given.webhook_secret, given.connect_webhook_secret or given.webhook_secret),
        seed=given.seed,
        starting_balance=given.starting_balance,
    )
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _, __: stopped.set())
    with server:
        print(f"Stripe simulator at {server.url}", flush=True)
        stopped.wait()
    os._exit(0)  # to give back the memory of a large past, object by object, takes seconds


def _known_secret() -> str:
    found: list[str] = json.loads(os.environ.get("INSTAINSTRU_STRIPE_WEBHOOK_SECRETS", "[]"))
    return next(iter(found), Secrets().platform)


if __name__ == "__main__":
    main()
