"""The copilot tour: a real MCP client asks real questions, and SQL checks every answer."""

import asyncio
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import psycopg
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from sqlalchemy.engine import make_url

from devstack.touring import business, market, money, running
from devstack.touring.addresses import Addresses
from devstack.touring.stop import Reply, Stop, differences
from devstack.touring.story import Story
from devstack.trouble import StackTrouble
from instainstru_core.kernel.clock import utc_now

PREFIX = "instainstru_"
SCOPE = "mcp:read"
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class TourSettings:
    """Where the servers are, and the service client that the tour signs in as."""

    mcp_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    database_url: str = field(repr=False)
    story: Addresses | None = None
    """Where a lesson is lived through; nowhere when Stripe itself is used, which knows nobody."""


def run(settings: TourSettings) -> bool:
    """Ask every question and tell the answers. False when any of them is wrong."""
    return asyncio.run(_tour(settings))


async def _tour(settings: TourSettings) -> bool:
    token = _token(settings)
    transport = StreamableHttpTransport(settings.mcp_url, auth=token)
    wrong = 0
    plain = make_url(settings.database_url).set(drivername="postgresql")
    with psycopg.connect(
        plain.render_as_string(hide_password=False), autocommit=True, options="-c timezone=UTC"
    ) as connection:
        story = None if settings.story is None else Story(settings.story, connection)
        if story is not None:
            _begin(story)
        stops = all_stops(connection, utc_now())
        async with Client(transport, timeout=TIMEOUT_SECONDS) as client:
            for number, stop in enumerate(stops, start=1):
                problems = await _visit(client, connection, number, stop)
                wrong += bool(problems)
        if story is not None:
            wrong += not _end(story)
    verdict = f"{wrong} of them wrong" if wrong else "all of them checked and right"
    print(f"\n    {len(stops)} questions answered, {verdict}.", flush=True)
    return not wrong


def all_stops(connection: psycopg.Connection, now: datetime) -> list[Stop]:
    """Every question of this moment."""
    return [
        *business.stops(connection, now),
        *market.stops(connection, now),
        *money.stops(now),
        *running.stops(now),
    ]


def _begin(story: Story) -> None:
    print("\n     A student books a lesson, pays for it and cancels too late:", flush=True)
    try:
        story.live()
    except (LookupError, httpx.HTTPError) as failure:
        story.problems.append(f"the story broke off: {failure}")


def _end(story: Story) -> bool:
    """Who was told of the lesson; whether all of the story is as it should be."""
    print("\n     Who was told of the cancelled lesson?", flush=True)
    if not story.problems:
        story.read_mail()
    for problem in story.problems:
        print(f"     WRONG  {problem}", flush=True)
    if not story.problems:
        print("     checked: charge, credit, payout, fee, ledger and letters, to the cent")
    return not story.problems


async def _visit(
    client: Client[Any], connection: psycopg.Connection, number: int, stop: Stop
) -> list[str]:
    """Ask one question, tell the answer, and return what is wrong with it."""
    print(f"\n {number:2}. {stop.question}")
    problems: list[str] = []
    for _ in range(stop.tries):
        problems = await _ask(client, connection, stop)
        if not problems:
            break
    for problem in problems:
        print(f"     WRONG  {problem}", flush=True)
    return problems


async def _ask(client: Client[Any], connection: psycopg.Connection, stop: Stop) -> list[str]:
    started = time.perf_counter()
    answer = await client.call_tool(PREFIX + stop.tool, dict(stop.arguments), raise_on_error=False)
    took_ms = (time.perf_counter() - started) * 1000
    print(f"     {PREFIX}{stop.tool}({_spelled(stop.arguments)})  {took_ms:.0f} ms")
    reply = answer.structured_content
    if answer.is_error or reply is None:
        return [f"the tool refused: {_text(answer.content)}"]
    return check(connection, stop, reply)


def check(connection: psycopg.Connection, stop: Stop, reply: Reply) -> list[str]:
    """Tell the answer and compare it with the truth."""
    try:
        claimed = stop.claims(reply)
        print(f"     {stop.tell(reply)}")
    except (KeyError, IndexError, TypeError, ValueError) as surprise:
        return [f"the answer has another form than expected ({surprise!r})"]
    problems = differences(claimed, stop.truth(connection))
    if not problems:
        figures = "1 figure" if len(claimed) == 1 else f"{len(claimed)} figures"
        print(f"     checked: {figures} equal to {stop.source}", flush=True)
    return problems


def _token(settings: TourSettings) -> str:
    """A JWT for the service client, by OAuth 2 client credentials. Raises StackTrouble."""
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "scope": SCOPE,
    }
    request = urllib.request.Request(  # noqa: S310 - the address is our own server's
        settings.token_url, data=urllib.parse.urlencode(form).encode()
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            token: str = json.load(answer)["access_token"]
    except (urllib.error.URLError, KeyError, ValueError) as problem:
        raise StackTrouble(
            f"The tour got no token ({problem}).",
            "Look into the log of the API; run `make clean` if the demo's secrets were changed.",
        ) from problem
    return token


def _spelled(arguments: Mapping[str, str | int]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in arguments.items())


def _text(content: list[Any]) -> str:
    return " ".join(str(getattr(block, "text", block)) for block in content)
