"""`instainstru token`: tokens for programs that use the copilot's tools."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import jwt
import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.issuer import PATH, obtain
from cli.output import AsJson, Yes
from devstack import environment
from devstack.places import Places
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.schemas import ClientView
from instainstru_core.kernel.errors import Invalid

STDIN = "-"
INSTANTS = ("iat", "nbf", "exp")

app = typer.Typer(add_completion=False, invoke_without_command=True)


class ClientUnknown(Invalid):
    code = "token.client_unknown"


class Unreadable(Invalid):
    code = "token.unreadable"


@app.callback()
def request(
    context: typer.Context,
    *,
    scope: Annotated[str, typer.Option(help="What it may be used for.")] = "mcp:read",
    client_id: Annotated[
        str | None, typer.Option(help="The program's id; the demo's when left out.")
    ] = None,
    client_secret: Annotated[
        str | None, typer.Option(help="Its secret; asked for when left out.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The token endpoint.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the token endpoint for a JWT by OAuth 2 client credentials, and print it."""
    if context.invoked_subcommand is not None:
        return
    settings = session.settings()
    found = obtain(
        url or (settings.oauth_issuer or settings.api_url).rstrip("/") + PATH,
        *_credentials(client_id, client_secret),
        scope=scope,
    )
    output.show(found, lambda: [found["access_token"]], as_json=as_json)


@app.command()
def decode(
    token: Annotated[
        str, typer.Argument(help="A JWT; - reads it from the standard input.")
    ] = STDIN,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a JWT says. It is not verified: anybody can write one."""
    given = typer.get_text_stream("stdin").read() if token == STDIN else token
    try:
        whole = jwt.decode_complete(given.strip(), options={"verify_signature": False})
    except jwt.PyJWTError as failure:
        raise Unreadable("This is not a JWT. Paste the whole token.") from failure
    found = {"header": whole["header"], "claims": whole["payload"]}
    pairs = [
        *found["header"].items(),
        *((name, _shown(name, value)) for name, value in found["claims"].items()),
    ]
    output.show(found, lambda: [output.facts(pairs)], as_json=as_json)


@app.command()
def clients(*, as_json: AsJson = False) -> None:
    """List the programs that may ask for tokens, the oldest first."""
    with session.work() as uow:
        found = access.clients(uow)
    output.show(found, lambda: [_clients(found)], as_json=as_json)


@app.command()
def disable(
    client_id: Annotated[str, typer.Argument(help="The program's id; `token clients` lists them.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give a program no more tokens. Those it has open nothing five seconds later."""
    agree(f"Disable the program {client_id}?", yes=yes)
    with session.work() as uow:
        found = access.disable_client(uow, client_id)
    output.show(found, lambda: [_clients([found])], as_json=as_json)


def _clients(found: Sequence[ClientView]) -> Table:
    return output.table(
        "client",
        "name",
        "scopes",
        "since",
        "last used",
        "ends",
        "disabled",
        rows=(
            (
                one.client_id,
                one.name,
                output.listed(one.scopes),
                output.moment(one.created_at),
                output.moment(one.last_used_at),
                output.moment(one.expires_at),
                output.moment(one.disabled_at),
            )
            for one in found
        ),
    )


def _credentials(client_id: str | None, secret: str | None) -> tuple[str, str]:
    """The program's proof: as given, asked for, or the demo's."""
    if client_id is not None:
        return client_id, secret or typer.prompt("Client secret", hide_input=True)
    known = environment.demo_client(Places())
    if known is None:
        raise ClientUnknown("Name the program with --client-id, or run `make demo` first.")
    return known


def _shown(name: str, value: object) -> object:
    if name in INSTANTS and isinstance(value, int):
        return f"{value} ({datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC)"
    return value
