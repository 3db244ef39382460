"""The copilot's server, asked over HTTP as any AI client asks it."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import httpx
import typer

from cli import issuer, session
from devstack import environment
from devstack.clients import Connection
from devstack.places import Places
from instainstru_core.kernel.errors import Refusal, Unauthenticated, Unavailable

PREFIX = "instainstru_"
READ = "mcp:read"
REFUSING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
Answer = TypeVar("Answer")

Url = Annotated[str | None, typer.Option("--url", help="The server, such as https://host.")]
Token = Annotated[
    str | None,
    typer.Option("--token", help="The bearer token; by default a fresh one of the demo's client."),
]
Scope = Annotated[
    str, typer.Option("--scope", help="What a fresh token may be used for, such as mcp:read.")
]


class McpUnreachable(Unavailable):
    code = "mcp.unreachable"


class TokenMissing(Unauthenticated):
    code = "mcp.token_missing"


class TokenRefused(Unauthenticated):
    code = "mcp.token_refused"


def connection(url: str | None, token: str | None, scope: str = READ) -> Connection:
    """Where the server is, with the token that was given or a fresh one."""
    settings = session.settings()
    if token is None:
        endpoint = (settings.oauth_issuer or settings.api_url).rstrip("/") + issuer.PATH
        known = environment.demo_client(Places())
        if known is None:
            raise TokenMissing("Give a token with --token, or run `make demo` first.")
        token = str(issuer.obtain(endpoint, *known, scope=scope)["access_token"])
    return Connection((url or settings.mcp_url).rstrip("/"), token)


def full_name(tool: str) -> str:
    """The name of a tool; the prefix that all have may be left out."""
    is_whole = tool.startswith(PREFIX) or tool in {"search_tools", "call_tool"}
    return tool if is_whole else PREFIX + tool


def ask(to: Connection, question: Callable[[Any], Awaitable[Answer]]) -> Answer:
    """The answer of a real MCP client. Raises what the terminal can explain."""
    from fastmcp import Client  # noqa: PLC0415 - slow to import, and only needed here
    from fastmcp.client.transports import StreamableHttpTransport  # noqa: PLC0415

    async def talk() -> Answer:
        async with Client(StreamableHttpTransport(to.endpoint, auth=to.token)) as client:
            return await question(client)

    try:
        return asyncio.run(talk())
    except (Refusal, typer.Exit):
        raise
    except Exception as failure:  # the client's own errors have no common root
        raise _explained(failure, to) from failure


def _explained(failure: Exception, to: Connection) -> Refusal:
    """What went wrong. The client keeps the status of an answer to itself, so ask for it once."""
    try:
        answer = httpx.post(to.endpoint, headers={"Authorization": f"Bearer {to.token}"}, json={})
    except (httpx.HTTPError, httpx.InvalidURL):
        answer = None
    if answer is not None and answer.status_code in REFUSING:
        return TokenRefused(
            f"{to.endpoint} does not accept this token. `instainstru token` asks for another.",
            status=answer.status_code,
        )
    return McpUnreachable(
        f"No MCP server answers at {to.endpoint}: {failure or type(failure).__name__}. Start it"
        " with `make demo` or `instainstru serve mcp`, or name another with --url."
    )
