"""`instainstru mcp`: the copilot's tools, asked over HTTP as any AI client asks them."""

import json
from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from cli import copilot, output, session
from cli.copilot import PREFIX, READ, Scope, Token, TokenMissing, Url
from cli.output import AsJson
from devstack import clients, environment
from devstack.clients import Connection
from devstack.places import Places
from instainstru_core.kernel.errors import Invalid

LONGEST_LINE = 100

app = typer.Typer(add_completion=False, no_args_is_help=True)


class BadArgument(Invalid):
    code = "mcp.bad_argument"


class McpRefused(Invalid):
    code = "mcp.refused"


class For(StrEnum):
    """AI clients we know how to configure."""

    CLAUDE = "claude"
    CHATGPT = "chatgpt"
    VSCODE = "vscode"
    CURSOR = "cursor"


@app.command()
def tools(
    *, url: Url = None, token: Token = None, scope: Scope = READ, as_json: AsJson = False
) -> None:
    """List the tools that the token may use."""
    to = copilot.connection(url, token, scope)
    found = copilot.ask(to, lambda client: client.list_tools())
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
    arg: Annotated[
        list[str] | None, typer.Option("--arg", help="An argument: key=text or key:=JSON.")
    ] = None,
    args: Annotated[str, typer.Option(help="All arguments as one JSON object.")] = "{}",
    url: Url = None,
    token: Token = None,
    scope: Scope = READ,
    as_json: AsJson = False,
) -> None:
    """Call a tool and print its answer."""
    full = copilot.full_name(name)
    arguments = _arguments(args, [*(given or []), *(arg or [])])
    done = copilot.ask(
        copilot.connection(url, token, scope),
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
    login: Annotated[
        bool, typer.Option("--login", help="Without a token: the client signs you in.")
    ] = False,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Print what connects an AI client to the server."""
    known = None if login else token or environment.demo_token(Places())
    if known is None and not login:
        raise TokenMissing("Give a token with --token, or run `make demo` first.")
    to = Connection((url or session.settings().mcp_url).rstrip("/"), known)
    match client:
        case For.CLAUDE:
            words = clients.claude_command(to)
        case For.CHATGPT:
            words = clients.chatgpt(to)
        case For.VSCODE:
            words = clients.vscode(to)
        case For.CURSOR:
            words = clients.cursor(to)
    found = {"client": client, "endpoint": to.endpoint, "configuration": words}
    output.show(found, lambda: [words], as_json=as_json)


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
