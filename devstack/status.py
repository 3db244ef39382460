"""What the private stack of a checkout looks like now."""

from dataclasses import dataclass

from devstack import environment, ports, postgres, stack, vendors
from devstack.lease import Lease
from devstack.places import Places

ADDRESS = {
    "postgres": "DATABASE_URL",
    "redis": "REDIS_URL",
    "prometheus": "PROMETHEUS_URL",
    "alertmanager": "ALERTMANAGER_URL",
    "api": "INSTAINSTRU_API_URL",
    "mcp": "INSTAINSTRU_MCP_URL",
    "stripe": vendors.STRIPE_URL,
    "resend": vendors.RESEND_URL,
    "sentry": vendors.SENTRY_URL,
    "checkr": vendors.CHECKR_URL,
}


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One server or process. `state` is running, stopped or crashed."""

    name: str
    state: str
    pid: int | None
    address: str | None
    log: str


@dataclass(frozen=True, slots=True)
class StackStatus:
    """The whole stack. `kept` tells whether it stays up by itself, `holders` who else needs it."""

    up: bool
    kept: bool
    holders: int
    database_url_for_other_programs: str | None
    processes: list[ProcessStatus]


def of(places: Places) -> StackStatus:
    """Look, without starting anything."""
    lease = Lease.join(places)
    if lease is None:
        return _status(places, {}, set(), kept=False, holders=0)
    found = lease.list()
    pids = {one["name"]: int(one["process"]["pid"]) for one in found["running"]}
    crashed = {one["name"] for one in found["dead"]}
    status = _status(places, pids, crashed, kept=found["kept"], holders=found["leases"] - 1)
    lease.close()
    return status


def _status(
    places: Places, pids: dict[str, int], crashed: set[str], *, kept: bool, holders: int
) -> StackStatus:
    known = environment.read(places)
    port = ports.remembered(places)
    usual = stack.everything(places)
    names = [*usual, *sorted((pids.keys() | crashed) - set(usual))]
    processes = [
        ProcessStatus(
            name=name,
            state="running" if name in pids else "crashed" if name in crashed else "stopped",
            pid=pids.get(name),
            address=known.get(ADDRESS.get(name, "")) if name in pids else None,
            log=str(places.logs / f"{name}.log"),
        )
        for name in names
    ]
    other = None
    if "postgres" in pids:
        other = postgres.tcp_url(port["postgres"], known[environment.POSTGRES_PASSWORD])
    return StackStatus(bool(pids), kept, holders, other, processes)
