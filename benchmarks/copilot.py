"""The copilot's server against a bare one of the same framework behind the same authentication.

A call of a tool may take one and a half times the echo plus its own queries. Those are all that it
asks of Postgres (`_tool_queries` overhears the driver), replayed without any of our code; taking
connections, the limits in Redis and everything else is counted against the tool. Many clients at
once and the list of the tools are measured beside it; nothing is promised of their times.
"""

import json

from benchmarks import world as worlds
from benchmarks.cases import Effort
from benchmarks.client import Call, Client, UnexpectedAnswer
from benchmarks.compare import Measure, compare
from benchmarks.crowd import Crowd, together
from benchmarks.peers.bare_mcp import ECHO
from benchmarks.queries import Queries, recorded, replaying
from benchmarks.results import Result
from benchmarks.servers import Server
from benchmarks.world import World
from instainstru_core import runtime as composition
from instainstru_core.domains.access.policy import permissions_for_scopes
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import Actor, ActorKind
from mcp_server import registry
from mcp_server.calls import Calls

ECHOING = "bare FastMCP echo"
PROTOCOL = "2025-11-25"
SUMMARY = "instainstru_bookings_summary"
SUMMARY_WINDOW = "last 30 days"
CLIENTS = 20


def results(world: World, mcp: Server, bare: Server, token: str, effort: Effort) -> list[Result]:
    """A tool with real queries, alone and for many at once, and the list of all tools."""
    queries = _tool_queries(world)
    ours, peer = Client(mcp.port), Client(bare.port)
    asked = _tool_call(SUMMARY, {"window": SUMMARY_WINDOW}, token)
    echoed = _tool_call(ECHO, {"text": "hello"}, token)
    _check(ours.send(asked))
    _check(peer.send(echoed))
    return [
        _alone(world, queries, lambda: ours.timed(asked), lambda: peer.timed(echoed), effort),
        _crowded(queries, (mcp, bare), (asked, echoed), effort),
        *_listing(ours, peer, token, effort),
    ]


def _alone(world: World, queries: Queries, ours: Measure, peer: Measure, effort: Effort) -> Result:
    with replaying(world.database_url, queries) as replay:
        found = compare(
            ours,
            peer,
            rounds=effort.rounds,
            block=effort.block,
            allowed=replay,
        )
    low, high = found.spread
    detail = (
        f"{found.ours * 1000:.2f} ms, of which {found.allowed * 1000:.2f} ms are its"
        f" {queries.statements} queries, to {found.peer * 1000:.2f} ms;"
        f" rounds {low:.2f}-{high:.2f};"
        f" {found.ours / (found.peer + found.allowed):.2f} x echo and queries together"
    )
    what = "bookings_summary, less its queries"
    return Result(what, ECHOING, found.ratio, 1.5, "x", detail)


def _crowded(
    queries: Queries, servers: tuple[Server, Server], calls: tuple[Call, Call], effort: Effort
) -> Result:
    """By the pace of many clients: what one waits for, another uses."""
    mine, theirs = (Crowd(server.port, CLIENTS, Client.timed) for server in servers)
    found = together(
        (mine, theirs),
        (lambda: calls[0], lambda: calls[1]),
        rounds=effort.rounds,
        block=4 * CLIENTS,
    )
    low, high = found.spread
    detail = (
        f"{found.ours * 1000:.2f} ms to {found.peer * 1000:.2f} ms a call;"
        f" rounds {low:.2f}-{high:.2f}; with its {queries.statements} queries"
    )
    what = f"bookings_summary, {CLIENTS} clients at once"
    return Result(what, ECHOING, found.ratio, None, "x", detail)


def _listing(ours: Client, peer: Client, token: str, effort: Effort) -> list[Result]:
    """The list that each conversation begins with, against one of as many echoes."""
    asked = _request("tools/list", {}, token)
    found = compare(
        lambda: ours.timed(asked), lambda: peer.timed(asked), rounds=effort.rounds, block=10
    )
    low, high = found.spread
    listed, echoes = len(ours.send(asked)), len(peer.send(asked))
    times = (
        f"{found.ours * 1000:.2f} ms for {listed:,} bytes to {found.peer * 1000:.2f} ms for"
        f" {echoes:,} bytes; rounds {low:.2f}-{high:.2f}"
    )
    return [
        Result("list of tools", f"{ECHOING}es", found.ratio, None, "x", times),
        Result(
            "list of tools", "tokens, as bytes by 4", listed / 4, 18_000, "", f"{listed:,} bytes"
        ),
    ]


def _tool_call(name: str, arguments: dict[str, str], token: str) -> Call:
    return _request("tools/call", {"name": name, "arguments": arguments}, token)


def _request(method: str, params: dict[str, object], token: str) -> Call:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": PROTOCOL,
    }
    return worlds.post("/mcp", body, headers)


def _check(answer: bytes) -> None:
    result = json.loads(answer).get("result", {})
    if result.get("isError", True):
        raise UnexpectedAnswer(f"The tool did not answer: {answer[:300]!r}")


def _tool_queries(world: World) -> Queries:
    """What the tool and its audit entry ask of the database."""
    runtime = composition.build(world.settings)
    calls = Calls(runtime)
    tool = next(tool for tool in registry.declared() if tool.name == SUMMARY)
    actor = Actor(
        id="benchmark",
        kind=ActorKind.SERVICE,
        permissions=permissions_for_scopes([Scope.MCP_READ.value]),
    )
    found = recorded(runtime.engine, lambda: calls.make(tool, {"window": SUMMARY_WINDOW}, actor))
    runtime.close()
    return found
