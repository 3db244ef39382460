"""The simulators of the private stack: our own processes that answer as outside services do."""

import secrets
import sys
import time
from collections.abc import Callable, Container, Mapping
from threading import Thread

from devstack import monitoring, vendors
from devstack.children import Child
from devstack.places import ROOT, Places
from devstack.vendors import WEBHOOK_PATH

HEALTH = "/_sim/health"
HOME = "stg"
"""What Sentry calls the installation of a private stack: it has heard of it before."""

USUAL_API = "http://127.0.0.1:8000"
"""Where `instainstru serve api` listens, unless it is told otherwise."""


def stripe(places: Places, port: int, known: Mapping[str, str]) -> Child:
    """Stripe: posts its webhooks to the API of this checkout."""
    return _child(
        vendors.STRIPE.name,
        "devstack.stripe_simulator",
        ("--port", str(port), "--webhook-url", webhook_address(known), "--seed", _seed(places)),
        {name: known[name] for name in (vendors.STRIPE_KEY, vendors.STRIPE_WEBHOOKS)},
    )


def resend(places: Places, port: int, known: Mapping[str, str]) -> Child:
    """Resend: takes mails and shows them at `/_sim/outbox`."""
    return _child(
        vendors.RESEND.name,
        "devstack.resend_simulator",
        ("--port", str(port), "--name", places.mark),
        {vendors.RESEND_KEY: known[vendors.RESEND_KEY]},
    )


def sentry(places: Places, port: int, known: Mapping[str, str]) -> Child:
    """Sentry: takes the errors of all processes and shows them at `/_sim/issues`."""
    return _child(
        vendors.SENTRY.name,
        "devstack.sentry_simulator",
        ("--port", str(port), "--name", places.mark, "--environment", HOME),
        {name: known[name] for name in (vendors.SENTRY_TOKEN, vendors.SENTRY_PUBLIC_KEY)},
    )


def checkr(places: Places, port: int, known: Mapping[str, str]) -> Child:
    """Checkr: posts its webhooks to the API of this checkout."""
    to = webhook_address(known, vendors.CHECKR_PATH)
    return _child(
        vendors.CHECKR.name,
        "devstack.checkr_simulator",
        ("--port", str(port), "--webhook-url", to, "--name", places.mark),
        {vendors.CHECKR_KEY: known[vendors.CHECKR_KEY]},
    )


CHILDREN: Mapping[str, Callable[[Places, int, Mapping[str, str]], Child]] = {
    vendors.STRIPE.name: stripe,
    vendors.RESEND.name: resend,
    vendors.SENTRY.name: sentry,
    vendors.CHECKR.name: checkr,
}


def serve_stripe(host: str, port: int, *, webhook_url: str, database_url: str) -> None:
    """Be Stripe in this process until it is told to stop."""
    from devstack.stripe_simulator import __main__ as program  # noqa: PLC0415

    address = (database_url, monitoring.url(port))
    Thread(target=_remind, args=address, daemon=True).start()
    given = ["--host", host, "--port", str(port), "--webhook-url", webhook_url]
    program.main([*given, "--seed", secrets.token_hex(8)])


def serve_resend(host: str, port: int) -> None:
    """Be Resend in this process until it is told to stop."""
    from devstack.resend_simulator import __main__ as program  # noqa: PLC0415

    program.main(["--host", host, "--port", str(port)])


def serve_sentry(host: str, port: int, *, public_key: str) -> None:
    """Be Sentry in this process until it is told to stop."""
    from devstack.sentry_simulator import __main__ as program  # noqa: PLC0415

    given = ["--host", host, "--port", str(port), "--public-key", public_key]
    program.main([*given, "--environment", HOME])


def serve_checkr(host: str, port: int, *, webhook_url: str) -> None:
    """Be Checkr in this process until it is told to stop."""
    from devstack.checkr_simulator import __main__ as program  # noqa: PLC0415

    program.main(["--host", host, "--port", str(port), "--webhook-url", webhook_url])


def _remind(database_url: str, simulator_url: str) -> None:
    """Tell the simulator of this process what the database knows, once it listens."""
    from devstack import provider  # noqa: PLC0415 - only here a database is talked to

    while not provider.is_up(simulator_url):
        time.sleep(0.1)
    provider.remind(database_url, simulator_url)


def webhook_address(known: Mapping[str, str], path: str = WEBHOOK_PATH) -> str:
    """Where the API of this checkout takes events: Stripe's, unless another path is given."""
    return known.get("INSTAINSTRU_API_URL", USUAL_API) + path


def listen(names: Container[str], known: Mapping[str, str]) -> None:
    """Have those of these simulators that post events post them to this API.

    Raises StackTrouble.
    """
    from devstack import provider  # noqa: PLC0415 - it knows the database, which few need

    for vendor, path in ((vendors.STRIPE, WEBHOOK_PATH), (vendors.CHECKR, vendors.CHECKR_PATH)):
        if vendor.name in names:
            provider.listen(known[vendor.url], webhook_address(known, path), name=vendor.name)


def answers(port: int) -> bool:
    """Whether a simulator on this port works."""
    return monitoring.answers(port, HEALTH)


def _seed(places: Places) -> str:
    """Another one at each start: what is made now must not be called like what was made before."""
    return f"{places.mark}-{secrets.token_hex(8)}"


def _child(name: str, module: str, options: tuple[str, ...], settings: Mapping[str, str]) -> Child:
    return Child(
        name=name,
        argv=(sys.executable, "-m", module, *options),
        environment={
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            **settings,
        },
        grace=5,
        cwd=str(ROOT),
    )
