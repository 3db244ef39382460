"""Serves the API: one process, one event loop, as many threads as database connections."""

import asyncio
import importlib
import signal
import socket
import sys
from types import FrameType

from api.app import create_app
from instainstru_core import runtime as composition
from instainstru_core.domains.search.flows import finding
from instainstru_core.kernel import lean, memory
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime

with lean.without("watchfiles"):  # this process looks at no files
    import uvicorn

GRACE_SECONDS = 20
KEEP_ALIVE_SECONDS = 65
SWITCH_SECONDS = 0.001
"""How long a thread may keep the others waiting, the event loop among them; usually it is 5 ms."""

_log = logger(__name__)


def run(settings: Settings, *, host: str, port: int) -> None:
    """Serve until told to stop; then finish what was begun.

    More than one process is more than one server behind a load balancer.
    """
    memory.share()
    composition.configure_logging(settings, "api")
    composition.watch_errors(settings, "api")
    runtime = composition.build(settings)
    composition.check_database(runtime)
    runtime.embedder.prepare()  # first: what reading it leaves is used by all that comes after
    app = create_app(runtime)
    with lean.without("cryptography"):  # 8 MB: access tokens here have a key of the server's own
        importlib.import_module("jwt")
    composition.prepare_vendors(runtime)
    server = _Settled(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    signal.signal(signal.SIGTERM, stop)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        _read_offers(runtime)
        server.run()
    finally:
        runtime.close()


def _read_offers(runtime: Runtime) -> None:
    """Have what every search needs at hand before anybody asks. A database that does not answer
    yet keeps nobody from being served: the first search reads it then.
    """
    try:
        finding.warm(runtime.finder)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the first search tells of it
        _log.warning("offers_not_read", code=type(failure).__name__)


class _Settled(uvicorn.Server):
    """Settles its memory once all is imported and built, before the first request."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        memory.settle()
        self._keeping = asyncio.create_task(memory.keep_small())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._keeping.cancel()
        await super().shutdown(sockets)


def stop(_signal: int, _frame: FrameType | None) -> None:
    """End in good order: uvicorn raises the signal once more when it has finished its work."""
    raise SystemExit(0)
