"""Servers for a test run: those that are up, or private ones started for it and stopped after."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from devstack import environment, ports, postgres, redis_server, stack
from devstack.lease import Lease
from devstack.places import Places

TEST_REDIS = 1  # the demo uses database 0


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """Where the servers are. The first may create databases; the last are set if they are up."""

    admin_database_url: str
    redis_url: str
    prometheus_url: str | None = None
    alertmanager_url: str | None = None


@contextmanager
def ensure_monitors() -> Generator[str]:
    """Hold Prometheus alone while the block runs, for tests on databases that exist already."""
    places = Places()
    with Lease.take(places) as lease:
        stack.ensure(lease, stack.MONITORS)
        yield environment.read(places)["PROMETHEUS_URL"]


@contextmanager
def ensure_servers(*, monitors: bool = False) -> Generator[ServerUrls]:
    """Hold the servers while the block runs. Any number of processes may do so at once."""
    places = Places()
    names: Sequence[str] = stack.DATABASES + (stack.MONITORS if monitors else ())
    with Lease.take(places) as lease:
        stack.ensure(lease, names)
        port = ports.remembered(places)
        known = environment.read(places)
        up = lease.running()
        yield ServerUrls(
            admin_database_url=postgres.url(places, port["postgres"], "postgres"),
            redis_url=redis_server.url(
                port["redis"], known[environment.REDIS_PASSWORD], TEST_REDIS
            ),
            prometheus_url=known["PROMETHEUS_URL"] if "prometheus" in up else None,
            alertmanager_url=known["ALERTMANAGER_URL"] if "alertmanager" in up else None,
        )
