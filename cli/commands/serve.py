"""`instainstru serve`: one process in the foreground, until it is told to stop."""

import importlib
import socket
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer

from devstack import environment, simulators, vendors
from instainstru_core.kernel.errors import Conflict

app = typer.Typer(add_completion=False, no_args_is_help=True)
Host = Annotated[str, typer.Option("--host", help="The address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65_535, help="The port to listen on.")]
LOOPBACK = "127.0.0.1"


class PortTaken(Conflict):
    code = "serve.port_taken"


@app.command()
def api(*, host: Host = LOOPBACK, port: Port = 8000) -> None:
    """The HTTP API."""
    _require_free(host, port)
    with _explained():
        _module("api.server").run(_settings(), host=host, port=port)


@app.command()
def mcp(*, host: Host = LOOPBACK, port: Port = 8001) -> None:
    """The MCP server of the admin copilot."""
    _require_free(host, port)
    with _explained():
        runtime = _module("instainstru_core.runtime").build(_settings())
        _module("mcp_server.server").run(runtime, host=host, port=port)


@app.command()
def worker(*, host: Host = LOOPBACK, port: Port = 8002) -> None:
    """The Celery worker; the port serves its metrics and its health."""
    _require_free(host, port)
    with environment.shared_metrics(), _explained():  # first: before the library is imported
        _module("worker.app").run_worker(_settings(), host=host, port=port)


@app.command()
def beat(
    *,
    host: Annotated[str, typer.Option(hidden=True)] = LOOPBACK,
    port: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """The clock that starts scheduled tasks. There must be one of it; it listens nowhere."""
    del host, port
    _module("worker.app").run_beat(_settings())


@app.command()
def exporter(*, host: Host = LOOPBACK, port: Port = 8003) -> None:
    """The metrics that are read from the database. One of it is enough."""
    _require_free(host, port)
    with _explained():
        _module("worker.exporter").run(_settings(), host=host, port=port)


@app.command("stripe-simulator")
def stripe_simulator(
    *,
    host: Host = LOOPBACK,
    port: Port = 12111,
    webhook_url: Annotated[
        str, typer.Option("--webhook-url", help="Where its events go: an API's webhook address.")
    ] = simulators.webhook_address({}),
) -> None:
    """What answers as Stripe does. It is told what the database knows at Stripe."""
    _require_free(host, port)
    database_url = _settings().database_url.get_secret_value()
    simulators.serve_stripe(host, port, webhook_url=webhook_url, database_url=database_url)


@app.command("resend-simulator")
def resend_simulator(*, host: Host = LOOPBACK, port: Port = 12112) -> None:
    """What answers as Resend does; it shows every mail at `/_sim/outbox`."""
    _require_free(host, port)
    simulators.serve_resend(host, port)


@app.command("checkr-simulator")
def checkr_simulator(
    *,
    host: Host = LOOPBACK,
    port: Port = 12114,
    webhook_url: Annotated[
        str, typer.Option("--webhook-url", help="Where its events go: an API's webhook address.")
    ] = simulators.webhook_address({}, vendors.CHECKR_PATH),
) -> None:
    """What answers as Checkr does; levers below `/_sim/` let its reports come back."""
    _require_free(host, port)
    simulators.serve_checkr(host, port, webhook_url=webhook_url)


@app.command("sentry-simulator")
def sentry_simulator(
    *,
    host: Host = LOOPBACK,
    port: Port = 12113,
    public_key: Annotated[
        str, typer.Option("--public-key", help="The public key in the DSN of those who send.")
    ] = "0123456789abcdef0123456789abcdef",
) -> None:
    """What answers as Sentry does; it shows what it was told of at `/_sim/issues`."""
    _require_free(host, port)
    simulators.serve_sentry(host, port, public_key=public_key)


def _module(name: str) -> Any:  # noqa: ANN401 - a module: only the process that runs it imports it
    return importlib.import_module(name)


def _explained() -> AbstractContextManager[None]:
    """Say what to do about a database that cannot be served from."""
    explained: AbstractContextManager[None] = _module("cli.session").explained()
    return explained


def _settings() -> Any:  # noqa: ANN401
    return _module("cli.session").settings()


def _require_free(host: str, port: int) -> None:
    """Refuse early, with advice, where the server would only die."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise PortTaken(
                f"Cannot listen on {host}:{port}: {problem.strerror}. Stop what uses it, or"
                " choose another with --port.",
                port=port,
            ) from problem
