"""Our own processes on the private stack: API, MCP server, worker, beat and exporter.

Each is started through the supervisor under the demo's lease, so that it ends with the demo.
"""

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from devstack import environment, monitoring, ports, simulators, vendors
from devstack.children import Child, tail
from devstack.lease import Lease
from devstack.places import ROOT, Places, private_folder
from devstack.trouble import StackTrouble
from instainstru_core.adapters.broker import RedisBroker

READY_SECONDS = 240.0
STOP_SECONDS = 12.0
ATTEMPTS = 3
TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
JWKS_PATH = "/oauth2/jwks"
FORKS = "worker"  # the one role of several processes


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process. `path` answers 200 once it works; who has none shows it in Redis."""

    name: str
    path: str | None
    scraped: bool = True


ROLES = (
    Role("api", "/api/v1/health"),
    Role("mcp", "/healthz"),
    Role("worker", None),
    Role("beat", None, scraped=False),
    Role("exporter", "/metrics"),
)


def choose_ports(places: Places) -> dict[str, int]:
    """A free port for each role; settings and scrape targets follow it."""
    chosen = {role.name: ports.choose(places, role.name) for role in ROLES}
    api = monitoring.url(chosen["api"])
    environment.follow(
        places,
        {
            "INSTAINSTRU_API_URL": api,
            "INSTAINSTRU_MCP_URL": monitoring.url(chosen["mcp"]),
            "INSTAINSTRU_OAUTH_ISSUER": api,
            "INSTAINSTRU_OAUTH_JWKS_URL": api + JWKS_PATH,
        },
    )
    monitoring.scrape(places, {role.name: chosen[role.name] for role in ROLES if role.scraped})
    return chosen


def start(lease: Lease) -> None:
    """Start every role and wait until all of them work. Raises StackTrouble."""
    on_free_ports(lease, lambda chosen: _start(lease, chosen))


def on_free_ports(lease: Lease, start_all: Callable[[Mapping[str, int]], None]) -> None:
    """Start the roles on ports that are free; whoever took one meanwhile keeps it, and all of
    them start again on others, for they know each other's addresses. Raises StackTrouble.
    """
    for left in reversed(range(ATTEMPTS)):
        chosen = choose_ports(lease.places)
        try:
            start_all(chosen)
        except StackTrouble:
            if not left or not _lost_a_port(lease, chosen):
                raise
            stop(lease)
        else:
            return


def _lost_a_port(lease: Lease, chosen: Mapping[str, int]) -> bool:
    """Whether a role ended whose port somebody else has."""
    ended = {role.name for role in ROLES if role.scraped} - set(lease.running())
    return any(not ports.is_free(chosen[name]) for name in ended)


def _start(lease: Lease, chosen: Mapping[str, int]) -> None:
    places = lease.places
    known = environment.for_processes(places)
    simulators.listen(environment.simulated(places), known)
    broker = RedisBroker(known["REDIS_URL"])
    since = broker.crew().at
    signs = {"worker": lambda: _worker_lives(broker, since), "beat": lambda: _ticks(broker, since)}
    for role in ROLES:
        lease.start(_child(places, role.name, chosen[role.name], known))
    deadline = time.monotonic() + READY_SECONDS
    for role in ROLES:
        works = signs.get(role.name) or partial(_answers, role, chosen[role.name])
        _await(lease, role, works, deadline)
    broker.close()


def stop(lease: Lease) -> None:
    """Stop every role and wait for the end of all."""
    lease.stop(*(role.name for role in ROLES))


def _child(places: Places, role: str, port: int, known: Mapping[str, str]) -> Child:
    own = {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), **vendors.watched(role, known)}
    if role == FORKS:
        own[environment.SHARED_METRICS] = str(_fresh_metrics(places, role))
    return Child(
        name=role,
        argv=(sys.executable, "-m", "cli.app", "serve", role, "--port", str(port)),
        environment={**known, **own},
        rank=2,
        leased=True,
        grace=STOP_SECONDS,
        cwd=str(ROOT),
    )


def _fresh_metrics(places: Places, role: str) -> Path:
    """An empty folder in which several processes add up their figures."""
    folder = places.metrics / role
    shutil.rmtree(folder, ignore_errors=True)  # figures of dead processes would be counted
    private_folder(places.metrics)
    return private_folder(folder)


def _answers(role: Role, port: int) -> bool:
    """Whether a role that serves a page serves it."""
    return role.path is not None and monitoring.answers(port, role.path)


def _worker_lives(broker: RedisBroker, since: datetime) -> bool:
    """Whether a worker has said since then that it takes tasks."""
    return any(heartbeat.seen_at > since for heartbeat in broker.crew().heartbeats)


def _ticks(broker: RedisBroker, since: datetime) -> bool:
    """Whether something that beat handed out since then has reached a worker."""
    seen = broker.crew().schedule_seen_at
    return seen is not None and seen > since


def _await(lease: Lease, role: Role, works: Callable[[], bool], deadline: float) -> None:
    while not works():
        if role.name not in lease.running() or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    else:
        if role.name in lease.running():
            return
    log = lease.places.logs / f"{role.name}.log"
    raise StackTrouble(
        f"The {role.name} process did not start.",
        f"The lines above are the end of {log}. Try `make clean` when the data is in the way.",
        tail=tail(log),
    )
