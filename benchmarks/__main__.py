"""`make bench`: servers and peers in one go, ratios with medians, docs/performance.md."""

import argparse
import json
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import (
    calendars,
    cases,
    checkouts,
    copilot,
    jobs,
    paying,
    quoting,
    results,
    searches,
    searching,
    world,
)
from benchmarks.cases import Effort
from benchmarks.checkouts import Shape, Sides
from benchmarks.client import Call, Client
from benchmarks.results import Result
from benchmarks.servers import Server, compile_all, serving
from benchmarks.world import CLIENT, World

FULL = Effort(rounds=7, block=30, lessons=10_000)
QUICK = Effort(rounds=3, block=10, lessons=1_500)
API_LIMIT_MB, WORKER_LIMIT_MB, MCP_LIMIT_MB = 180, 180, 260


@dataclass(frozen=True, slots=True)
class Servers:
    """Everything that runs while things are measured."""

    api: Server
    mcp: Server
    worker: Server
    bare_api: Server
    tuned_api: Server
    bare_checkout: Server
    lean_checkout: Server
    bare_mcp: Server


@contextmanager
def started(known: World, checkout: Shape) -> Generator[Servers]:
    """Ours as `instainstru serve` starts them, and their peers."""

    def role(name: str, ready: str) -> tuple[tuple[str, ...], str]:
        return ("cli.app", "serve", name), ready

    shape = ("--before", *checkout.before, "--after", *checkout.after)
    wanted = {
        "api": role("api", "/api/v1/health"),
        "mcp": role("mcp", "/healthz"),
        "worker": role("worker", "/healthz"),
        "bare_api": (("benchmarks.peers.bare_api",), "/"),
        "tuned_api": (("benchmarks.peers.bare_api", "--tuned"), "/"),
        "bare_checkout": (("benchmarks.peers.bare_checkout", *shape), "/"),
        "lean_checkout": (("benchmarks.peers.bare_checkout", "--lean", *shape), "/"),
        "bare_mcp": (("benchmarks.peers.bare_mcp",), "/.well-known/oauth-protected-resource/mcp"),
    }
    with _all(known, wanted) as running:
        yield Servers(**running)


@contextmanager
def _all(
    known: World, wanted: dict[str, tuple[tuple[str, ...], str]]
) -> Generator[dict[str, Server]]:
    if not wanted:
        yield {}
        return
    (name, (argv, ready)), *rest = wanted.items()
    log = known.folder / f"{name}.log"
    with (
        serving(argv, known.environment, ready=ready, log=log) as server,
        _all(known, dict(rest)) as others,
    ):
        yield {name: server, **others}


def token_for(api: Server) -> str:
    """A JWT by client credentials."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT[0],
        "client_secret": CLIENT[1],
        "scope": "mcp:read",
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    call = Call("POST", "/oauth2/token", urlencode(form).encode(), kind)
    return str(json.loads(Client(api.port).send(call))["access_token"])


def measured(known: World, effort: Effort, *, is_whole: bool) -> list[Result]:
    """Everything, in the order of the page; else what the servers do alone, without the jobs."""
    desk = checkouts.opened(known)
    shape = checkouts.shape(desk)
    with started(known, shape) as running:
        sides = Sides(running.api, running.bare_checkout, running.lean_checkout)
        found = cases.api_results(known, running.api, running.bare_api, running.tuned_api, effort)
        found += checkouts.results(desk, shape, sides, effort.rounds)
        token = token_for(running.api)
        found += copilot.results(known, running.mcp, running.bare_mcp, token, effort)
        found += cases.memory_results(
            (
                ("the API", running.api, API_LIMIT_MB),
                ("the worker", running.worker, WORKER_LIMIT_MB),
                ("the MCP server", running.mcp, MCP_LIMIT_MB),
            )
        )
    if not is_whole:
        return found
    found += [
        *calendars.results(),
        quoting.quote_result(effort.rounds),
        *jobs.job_results(known, effort.lessons),
    ]
    found.append(cases.seed_result(known))
    return found


def searched(*, is_quick: bool, writes: bool, sizes: tuple[int, ...] = searching.SIZES) -> int:
    """Measure the search, print, write its part of the page."""
    found = searches.measured(searching.QUICK if is_quick else searching.Effort(), sizes)
    results.show(found)
    if writes:
        searches.write(found)
    return 0 if all(one.kept for one in found) else 1


def main() -> int:
    """Measure all, print, write the page. Returns 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: does it run at all?")
    parser.add_argument("--servers", action="store_true", help="leave out jobs and quotes")
    parser.add_argument("--search", action="store_true", help="only the search, on large cities")
    parser.add_argument(
        "--city",
        type=int,
        action="append",
        choices=searching.SIZES,
        help="with --search: only a city of so many instructors; not written",
    )
    parser.add_argument("--no-write", action="store_true", help="leave docs/performance.md alone")
    given = parser.parse_args()
    compile_all()
    if given.search:
        sizes = tuple(given.city or searching.SIZES)
        writes = not given.no_write and sizes == searching.SIZES
        return searched(is_quick=given.quick, writes=writes, sizes=sizes)
    effort = QUICK if given.quick else FULL
    with (
        tempfile.TemporaryDirectory() as folder,
        world.built(Path(folder)) as seeded,
        paying.simulated(seeded) as known,
    ):
        print("The world is seeded. Measuring ...", flush=True)
        found = measured(known, effort, is_whole=not given.servers)
    results.show(found)
    if not (given.no_write or given.servers):
        results.write(found)
        print(f"Written to {results.PAGE.relative_to(Path.cwd())}.")
    return 0 if all(one.kept for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
