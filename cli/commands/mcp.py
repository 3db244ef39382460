"""`instainstru mcp`: the copilot's tools, asked over HTTP as any AI client asks them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, TypeVar, cast

import httpx
import typer

from cli import output, session
from cli.commands import token as tokens
from cli.output import AsJson
from devstack import clients, environment
from devstack.clients import Connection
from devstack.places import Places
from instainstru_core.kernel.errors import Invalid, Refusal, Unauthenticated, Unavailable

PREFIX = "instainstru_"
REFUSING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
LONGEST_LINE = 100
Answer = TypeVar("Answer")

app = typer.Typer(no_args_is_help=True)
Url = Annotated[str | None, typer.Option("--url", help="The server, such as https://host.")]
Token = Annotated[
    str | None,
    typer.Option("--token", help="The bearer token; by default a fresh one of the demo's client."),
]


class McpUnreachable(Unavailable):
    code = "mcp.unreachable"


class TokenMissing(Unauthenticated):
    code = "mcp.token_missing"


class TokenRefused(Unauthenticated):
    code = "mcp.token_refused"


class BadArgument(Invalid):
    code = "mcp.bad_argument"


class McpRefused(Invalid):
    code = "mcp.refused"


class For(StrEnum):
    """AI clients we know how to configure."""

    CLAUDE = "claude"
    CHATGPT = "chatgpt"
    VSCODE = "vscode"


@app.command()
def tools(*, url: Url = None, token: Token = None, as_json: AsJson = False) -> None:
    """List the tools that the token may use."""
    found = _ask(_connection(url, token), lambda client: client.list_tools())
    listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in found]
    rows = ((tool.name, _short(tool.description or tool.title or "")) for tool in found)
    output.show(listed, lambda: [output.table("tool", "what for", rows=rows)], as_json=as_json)


@app.command()
def call(
    name: Annotated[str, typer.Argument(help=f"The tool; {PREFIX} may be left out.")],
    given: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=TEXT|KEY:=JSON]...", help="Its arguments.")
    ] = None,
    *,
    args: Annotated[str, typer.Option(help="All arguments as one JSON object.")] = "{}",
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Call a tool and print its answer."""
    full = name if name.startswith(PREFIX) else PREFIX + name
    arguments = _arguments(args, given or [])
    done = _ask(
        _connection(url, token),
        lambda client: client.call_tool(full, arguments, raise_on_error=False),
    )
    text = "\n".join(getattr(part, "text", "") for part in done.content)
    answer = done.structured_content if done.structured_content is not None else text
    if done.is_error:
        raise McpRefused(text, tool=full)
    pretty = answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False)
    output.show(answer, lambda: [pretty], as_json=as_json)


@app.command()
def config(
    client: Annotated[For, typer.Argument(help="For which AI client.")],
    *,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Print what connects an AI client to the server."""
    known = token or environment.demo_token(Places())
    if known is None:
        raise TokenMissing("Give a token with --token, or run `make demo` first.")
    to = Connection((url or session.settings().mcp_url).rstrip("/"), known)
    match client:
        case For.CLAUDE:
            words = clients.claude_command(to)
        case For.CHATGPT:
            words = clients.chatgpt(to)
        case For.VSCODE:
            words = clients.vscode(to)
    found = {"client": client, "endpoint": to.endpoint, "configuration": words}
    output.show(found, lambda: [words], as_json=as_json)


def _connection(url: str | None, token: str | None) -> Connection:
    """Where the server is, with the token that was given or a fresh one."""
    settings = session.settings()
    if token is None:
        issuer = (settings.oauth_issuer or settings.api_url).rstrip("/")
        known = environment.demo_client(Places())
        if known is None:
            raise TokenMissing("Give a token with --token, or run `make demo` first.")
        token = str(tokens.obtain(issuer + tokens.PATH, *known, scope="mcp:read")["access_token"])
    return Connection((url or settings.mcp_url).rstrip("/"), token)


def _ask(to: Connection, question: Callable[[Any], Awaitable[Answer]]) -> Answer:
    """The answer of a real MCP client. Raises what the terminal can explain."""
    from fastmcp import Client  # noqa: PLC0415 - slow to import, and only needed here
    from fastmcp.client.transports import StreamableHttpTransport  # noqa: PLC0415

    async def talk() -> Answer:
        async with Client(StreamableHttpTransport(to.endpoint, auth=to.token)) as client:
            return await question(client)

    try:
        return asyncio.run(talk())
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


def _arguments(whole: str, given: list[str]) -> dict[str, Any]:
    """The arguments of the JSON object, then those given one by one."""
    found = _json(whole, "--args")
    if not isinstance(found, dict):
        raise BadArgument('--args takes a JSON object, such as {"window": "today"}.')
    arguments = cast("dict[str, Any]", found)
    for pair in given:
        key, separator, value = pair.partition("=")
        if not separator or not key.rstrip(":"):
            raise BadArgument(f"{pair!r} is neither key=text nor key:=JSON.")
        if key.endswith(":"):
            arguments[key[:-1]] = _json(value, pair)
        else:
            arguments[key] = value
    return arguments


def _json(text: str, where: str) -> Any:  # noqa: ANN401 - whatever JSON can say
    try:
        return json.loads(text)
    except ValueError as failure:
        raise BadArgument(f"{where} is not JSON: {failure}.") from failure


def _short(words: str) -> str:
    first = words.partition(". ")[0].strip()
    return first if len(first) <= LONGEST_LINE else first[: LONGEST_LINE - 1] + "…"
