"""The private servers as a whole: start what is missing, wait until each answers."""

import fcntl
import shutil
import time
from collections.abc import Callable, Container, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from devstack import (
    environment,
    monitoring,
    ports,
    postgres,
    privileges,
    redis_server,
    simulators,
    vendors,
)
from devstack.children import Child, tail
from devstack.lease import Lease
from devstack.places import Places
from devstack.trouble import StackTrouble

DATABASES = ("redis", "postgres")
MONITORS = ("alertmanager", "prometheus")
SIMULATORS = tuple(vendor.name for vendor in vendors.VENDORS)
ALL = DATABASES + MONITORS + SIMULATORS
READY_SECONDS = 180.0
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Server:
    """How one server is made, and how one sees that it works."""

    child: Callable[[], Child]
    ready: Callable[[], bool]


def _nothing() -> None:
    """Where there is nothing to do."""


def everything(places: Places) -> tuple[str, ...]:
    """All servers; no simulator of a service whose key is really set."""
    return DATABASES + MONITORS + environment.simulated(places)


def ensure(
    lease: Lease,
    names: Sequence[str] | None = None,
    *,
    meanwhile: Callable[[], object] = _nothing,
) -> None:
    """Have these servers up and answering, and their addresses known. Raises StackTrouble.

    Without names it is all of them. A simulator that starts has forgotten everything: it is told
    what the database knows. For the caller that is a wait of seconds, which `meanwhile` may use.
    """
    places = lease.places
    wanted = everything(places) if names is None else names
    with locked(places, "servers"):
        secrets = environment.complete(places)
        fresh = [name for name in wanted if name not in lease.running()]
        for name in fresh:
            lease.start(_server(places, secrets, name, fresh=True).child())
        for name in wanted:
            _await(lease, secrets, name)
        environment.update(places, addresses(places, secrets, lease.running()))
        remind = _reminder(places) if vendors.STRIPE.name in fresh else _nothing
        with ThreadPoolExecutor(1) as aside:
            told = aside.submit(remind)
            meanwhile()
            told.result()


def _reminder(places: Places) -> Callable[[], object]:
    """What tells the simulator. It is called where others import, so it imports nothing itself."""
    from devstack import provider  # noqa: PLC0415 - only here a database is talked to

    known = environment.for_processes(places)
    if not known.get("DATABASE_URL"):
        return _nothing
    return partial(provider.remind, known["DATABASE_URL"], known[vendors.STRIPE_URL])


def addresses(places: Places, secrets: dict[str, str], names: Container[str]) -> dict[str, str]:
    """The settings by which our programs find these servers."""
    found: dict[str, str] = {}
    for name, port in ports.remembered(places).items():
        match name:
            case _ if name not in names:
                pass
            case "postgres":
                found["DATABASE_URL"] = postgres.url(places, port)
            case "redis":
                word = secrets[environment.REDIS_PASSWORD]
                found["REDIS_URL"] = redis_server.url(port, word)
            case "prometheus" | "alertmanager":
                found[f"{name.upper()}_URL"] = monitoring.url(port)
            case vendors.STRIPE.name:
                found[vendors.STRIPE_URL] = monitoring.url(port)
            case vendors.RESEND.name:
                found[vendors.RESEND_URL] = monitoring.url(port)
            case vendors.CHECKR.name:
                found[vendors.CHECKR_URL] = monitoring.url(port)
            case vendors.SENTRY.name:
                url = found[vendors.SENTRY_URL] = monitoring.url(port)
                key = secrets[vendors.SENTRY_PUBLIC_KEY]
                found[vendors.SENTRY_DSN] = vendors.sentry_dsn(url, key)
            case _:
                pass
    return found


def reset(places: Places) -> None:
    """Throw away the data of the private servers. They must be down."""
    privileges.remove_data(places)
    for name in ("redis", "prometheus", "alertmanager"):
        shutil.rmtree(places.state / name, ignore_errors=True)


@contextmanager
def locked(places: Places, name: str) -> Generator[None]:
    """One at a time among the processes of this checkout."""
    places.prepare()
    with (places.run / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _server(places: Places, secrets: dict[str, str], name: str, *, fresh: bool = False) -> Server:
    """The server of this name on its remembered port, or on one that is free now."""

    def port(of: str) -> int:
        known = ports.remembered(places)
        if of in known and not (fresh and of == name):
            return known[of]
        return ports.choose(places, of)

    at = port(name)
    match name:
        case "postgres":
            word = secrets[environment.POSTGRES_PASSWORD]
            return Server(
                lambda: postgres.child(places, at, word), lambda: postgres.settle(at, places, word)
            )
        case "redis":
            word = secrets[environment.REDIS_PASSWORD]
            return Server(
                lambda: redis_server.child(places, at, word),
                lambda: redis_server.answers(at, word),
            )
        case "prometheus":
            return Server(
                lambda: monitoring.prometheus(places, at, port("alertmanager")),
                lambda: monitoring.answers(at),
            )
        case "alertmanager":
            return Server(
                lambda: monitoring.alertmanager(places, at), lambda: monitoring.answers(at)
            )
        case _ if name in simulators.CHILDREN:
            child = simulators.CHILDREN[name]
            return Server(lambda: child(places, at, secrets), lambda: simulators.answers(at))
        case _:
            raise StackTrouble(f"There is no server called {name}.", f"Choose from {ALL}.")


def _await(lease: Lease, secrets: dict[str, str], name: str) -> None:
    """Wait until it answers. One that lost its port to another program gets a new one."""
    places = lease.places
    for _attempt in range(ATTEMPTS):
        server = _server(places, secrets, name)
        if _answers_in_time(lease, name, server):
            return
        if name in lease.running() or ports.is_free(ports.remembered(places)[name]):
            break
        lease.start(_server(places, secrets, name, fresh=True).child())
    log = places.logs / f"{name}.log"
    raise StackTrouble(
        f"{name} did not start.",
        f"Its log is {log}. `make clean` and another try help when its data is broken.",
        tail=tail(log),
    )


def _answers_in_time(lease: Lease, name: str, server: Server) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        ready = server.ready()
        if name not in lease.running():
            return False
        if ready:
            return True
        time.sleep(0.02)
    return False
