"""Builds and runs the MCP server: stateless streamable HTTP with JSON answers at `/mcp`."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
import uvicorn
from fastmcp import FastMCP
from fastmcp.tools import Tool as GuestTool
from mcp.server.request_state import RequestStateSecurity
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Lifespan

from instainstru_core import runtime as composition
from instainstru_core.domains.observability.service import metrics
from instainstru_core.kernel import memory
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from mcp_server import auth, prompts, registry, resources
from mcp_server.calls import Calls
from mcp_server.door import Door
from mcp_server.instructions import INSTRUCTIONS
from mcp_server.listing import Listing
from mcp_server.searching import Catalogue, call_tool, search_tool
from mcp_server.serving import Gate, Proxy, ServedTool
from mcp_server.tool import Tool

NAME = "InstaInstru admin"
GRACE_SECONDS = 20
KEEP_ALIVE_SECONDS = 65
CACHE_SECONDS = 300
WELL_KNOWN = "/.well-known/oauth-protected-resource"


def create_server(
    runtime: Runtime, tools: Sequence[Tool] | None = None, guests: Sequence[GuestTool] = ()
) -> FastMCP[None]:
    """The protocol server with all declared tools, or with these.

    Guests are tools of a test of the protocol, which pass by our gate.
    """
    declared = registry.declared() if tools is None else tuple(tools)
    calls = Calls(runtime)
    served: list[ServedTool | Proxy] = [ServedTool.of(tool, calls) for tool in declared]
    shelf: list[Tool] = []
    if not all(tool.direct for tool in declared):
        shelf = [search_tool(Catalogue(declared, _is_metric(runtime))), call_tool()]
        served += [ServedTool.of(shelf[0], calls), Proxy.to(shelf[1], declared, calls)]
    ours = (*declared, *shelf)
    server: FastMCP[None] = FastMCP(
        NAME,
        INSTRUCTIONS,
        version=runtime.settings.release,
        auth=auth.provider(runtime.settings, runtime.clock),
        middleware=[Gate(ours, served, calls, frozenset(guest.name for guest in guests))],
        tools=[*served, *guests],
        mask_error_details=True,
        dereference_schemas=False,
        cache_ttl=CACHE_SECONDS,
        cache_scope="private",
        request_state_security=_sealing(runtime.settings),
    )
    resources.add_to(server, ours)
    prompts.add_to(server)
    _answer_schemas_at_once(server, ours)
    if not guests:
        _keep_listings(server)
    return server


def create_app(
    runtime: Runtime,
    tools: Sequence[Tool] | None = None,
    guests: Sequence[GuestTool] = (),
    furnish: Callable[[FastMCP[None]], None] | None = None,
) -> Starlette:
    """The ASGI application. Nothing is connected until first used.

    `guests` and `furnish` bring what a test of the protocol needs beside what is ours.
    """
    settings = runtime.settings
    server = create_server(runtime, tools, guests)
    if furnish is not None:
        furnish(server)
    app = server.http_app(
        path=auth.PATH,
        json_response=True,
        stateless_http=True,
        host_origin_protection=True,
        allowed_hosts=[auth.host_of(settings)],
        allowed_origins=settings.web_origins,
    )
    _also_at_the_root(app)
    app.add_middleware(Door, runtime=runtime)
    app.router.lifespan_context = _lifespan(app.router.lifespan_context, runtime)
    return app


def run(runtime: Runtime, *, host: str = "127.0.0.1", port: int) -> None:
    """Serve until told to stop; then finish what was begun."""
    memory.share()
    composition.configure_logging(runtime.settings, "mcp")
    _log_like_the_rest()
    composition.watch_errors(runtime.settings, "mcp")
    composition.check_database(runtime)
    config = uvicorn.Config(
        create_app(runtime),
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
    try:
        _Frozen(config).run()
    finally:
        runtime.close()


class _Frozen(uvicorn.Server):
    """Once started, what exists stays: the collector need not look at it again and again."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        memory.settle()
        self._keeping = asyncio.create_task(memory.keep_small())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._keeping.cancel()
        await super().shutdown(sockets)


def _is_metric(runtime: Runtime) -> Callable[[str], bool]:
    """Whether a question is one that the dictionary of metrics answers."""
    return lambda question: metrics.meant(question, now=runtime.clock())[1] is not None


def _sealing(settings: Settings) -> RequestStateSecurity | None:
    """What seals the state of a question, the same in all processes; the first key seals."""
    keys = [key.get_secret_value() for key in settings.mcp_state_keys]
    return RequestStateSecurity(keys=keys) if keys else None


def _answer_schemas_at_once(server: FastMCP[None], tools: Sequence[Tool]) -> None:
    """Spare each call of the newest protocol a listing of all tools, which fastmcp 4.1 makes."""
    schemas = {tool.name: tool.parameters for tool in tools}
    inner: Any = getattr(server, "_mcp_server", None)
    if hasattr(inner, "get_tool_input_schema"):
        inner.get_tool_input_schema = schemas.get


def _keep_listings(server: FastMCP[None]) -> None:
    """Shape the list of the tools once for all who may use the same, not for each of them."""
    inner: Any = getattr(server, "_mcp_server", None)
    if hasattr(inner, "middleware"):
        inner.middleware.append(Listing())


def _also_at_the_root(app: Starlette) -> None:
    """Serve the discovery document at the path without the resource's own path too."""
    for route in list(app.router.routes):
        if isinstance(route, Route) and route.path == WELL_KNOWN + auth.PATH:
            app.router.routes.append(Route(WELL_KNOWN, route.endpoint, methods=["GET", "OPTIONS"]))


def _lifespan(inner: Lifespan[Any], runtime: Runtime) -> Lifespan[Any]:
    """The protocol's own life, with as many threads as connections."""

    @asynccontextmanager
    async def live(app: Starlette) -> AsyncGenerator[Any]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = runtime.settings.pool_size
        async with inner(app) as state:
            yield state

    return live


def _log_like_the_rest() -> None:
    """The framework brings handlers of its own; ours redact and write one line per event."""
    for name in ("fastmcp", "mcp"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
        library.setLevel(logging.WARNING)
