"""`make demo`: from nothing to a copilot that answers about a living marketplace.

Everything it starts ends with it, however it ends: the supervisor watches its lease.
"""

import argparse
import hashlib
import importlib
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from devstack import clients, environment, interrupts, monitoring, processes, stack, vendors
from devstack.lease import Death, Lease
from devstack.places import Places
from devstack.touring.addresses import Addresses
from devstack.trouble import StackTrouble

INSTRUCTORS = 300
STEPS = 6
SCRAPES = 2
SCRAPE_SECONDS = 180.0
SEEDED = "DEVSTACK_SEEDED"
REFERENCE = "DEVSTACK_REFERENCE"


@dataclass(slots=True)
class Show:
    """The steps of one demo, numbered and timed for the person who watches."""

    places: Places = field(default_factory=Places)
    begun: int = 0
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def step(self, doing: str) -> Generator[None]:
        self.begun += 1
        label = f"[{self.begun}/{STEPS}] {doing}"
        print(f"{label} ...", flush=True)
        started = time.perf_counter()
        yield
        print(f"{label} {time.perf_counter() - started:.1f} s", flush=True)


def run(*, once: bool) -> int:
    """The whole demo. Returns the exit code."""
    show = Show()
    interrupts.heed()
    try:
        with Lease.take(show.places) as lease:
            try:
                answered = _raise_the_curtain(show, lease)
                _introduce(show)
                if not once:
                    _stay(lease)
            except KeyboardInterrupt:
                answered = not once
            finally:
                interrupts.ignore()
                print("\nStopping what the demo started ...", flush=True)
                processes.stop(lease)
    except StackTrouble as trouble:
        _explain(trouble)
        return 1
    except KeyboardInterrupt:  # before anything was started
        answered = not once
    print(f"Stopped. Nothing of it is left running ({_since(show)}).", flush=True)
    return 0 if answered else 1


def _raise_the_curtain(show: Show, lease: Lease) -> bool:
    """All steps up to the tour. Returns whether every answer of the tour was right."""
    if "api" in lease.running():
        raise StackTrouble(
            "A demo is already running in this checkout.",
            "Use that one, or stop it with Ctrl-C or `instainstru stack down`.",
        )
    given = environment.given_servers()
    if given is None:
        _require_private()
    else:
        _require(*given)
        _require_agreement(show, given[0])
    with show.step("private servers"):
        processes.choose_ports(show.places)
        servers = stack.everything(show.places)
        wanted = [name for name in servers if not given or name not in stack.DATABASES]
        stack.ensure(lease, wanted, meanwhile=_load)
    database_url = given[0] if given else environment.read(show.places)["DATABASE_URL"]
    environment.apply(show.places)
    with show.step("database tables"):
        _migrate(database_url)
    with show.step("marketplace of New York"):
        _seed(show, database_url)
    with show.step("API, MCP server, worker, beat, exporter"):
        processes.start(lease)
    with show.step("first figures in Prometheus"):
        importlib.import_module("devstack.tour")  # its client takes a second, and nobody is waiting
        _await_scrapes()
    with show.step("copilot tour"):
        answered = _tour(database_url)
    if (death := lease.death(0)) is not None:
        _notice(death)
        answered = False
    return answered


def _require_private() -> None:
    """Refuse one server of somebody's beside private ones: half of the work would be done there."""
    for name, other in (("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")):
        if os.environ.get(name):
            raise StackTrouble(
                f"{name} is set and {other} is not.",
                f"Set both to use servers of yours, or unset {name} to use private ones.",
            )


def _require(database_url: str, redis_url: str) -> None:
    """Refuse early when the servers that the environment names do not answer, or are not for this:
    nothing has been changed in them by then.
    """
    import psycopg  # noqa: PLC0415
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    from instainstru_core.adapters.broker import RedisBroker  # noqa: PLC0415
    from instainstru_core.kernel import safety  # noqa: PLC0415
    from instainstru_core.kernel.errors import Unavailable  # noqa: PLC0415

    advice = "Start it and check the address, or unset {} to use private servers."
    try:
        plain = make_url(database_url).set(drivername="postgresql")
        address = plain.render_as_string(hide_password=False)
        with psycopg.connect(address, connect_timeout=5) as connection:
            known = connection.execute("SELECT to_regclass('environment_marker')").fetchone()
            marked = (
                connection.execute("SELECT tier FROM environment_marker").fetchone()
                if known != (None,)
                else None
            )
    except (psycopg.OperationalError, ArgumentError) as failure:
        raise StackTrouble(
            "The server of DATABASE_URL does not answer.", advice.format("DATABASE_URL")
        ) from failure
    if marked not in {None, (safety.Tier.STG.value,)}:
        raise StackTrouble(
            f"The database of DATABASE_URL says that it is {marked[0] if marked else 'nothing'}.",
            "The demo fills what is STG or new: name another database, or unset DATABASE_URL to use"
            " private servers.",
        )
    try:
        RedisBroker(redis_url).crew()
    except Unavailable as failure:
        raise StackTrouble(
            "The server of REDIS_URL does not answer.", advice.format("REDIS_URL")
        ) from failure


def _require_agreement(show: Show, database_url: str) -> None:
    """Ask before people and lessons are replaced in a database of somebody's."""
    if os.environ.get("INSTAINSTRU_SEED") != "yes" and not _is_seeded(show, database_url):
        raise StackTrouble(
            "DATABASE_URL names a server of yours, and seeding replaces the people and lessons"
            " in that database.",
            "Set INSTAINSTRU_SEED=yes if that is what you want, or unset DATABASE_URL.",
        )


def _load() -> None:
    """Import what the next steps need, which takes as long as they do."""
    for name in ("instainstru_core.runtime", "devstack.seed"):
        importlib.import_module(name)


def _migrate(database_url: str) -> None:
    """Bring the tables up to date and mark the database as one that keeps its data."""
    from instainstru_core import runtime as composition  # noqa: PLC0415
    from instainstru_core.kernel import safety, settings  # noqa: PLC0415

    composition.migrate(database_url)
    runtime = composition.build(settings.load())
    with runtime.engine.begin() as connection:
        safety.mark(connection, safety.Tier.STG)
    runtime.close()


def _is_seeded(show: Show, database_url: str) -> bool:
    """Whether the database holds this very world already."""
    from devstack import seed  # noqa: PLC0415

    mark = _mark(show)
    is_ours = mark is not None and environment.read(show.places).get(SEEDED) == mark
    return is_ours and seed.is_seeded(database_url, INSTRUCTORS)


def _mark(show: Show) -> str | None:
    """What tells a world of these secrets from one of others; None where there are none yet."""
    known = environment.for_processes(show.places)
    names = (environment.CLIENT_ID, environment.CLIENT_SECRET, "INSTAINSTRU_LOCATION_SECRET")
    said = [known.get(name) for name in names]
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest() if all(said) else None


def _seed(show: Show, database_url: str) -> None:
    """Fill the database, unless it holds this very world already."""
    from devstack import seed  # noqa: PLC0415
    from instainstru_core.kernel.safety import Tier  # noqa: PLC0415

    digest = seed.reference_digest()
    if _is_seeded(show, database_url):
        if environment.read(show.places).get(REFERENCE) != digest:
            seed.load_reference_data(database_url)  # what an update of the checkout brought
            environment.update(show.places, {REFERENCE: digest})
        print("    it is there already", flush=True)
        return
    report = seed.run(
        database_url,
        instructors=INSTRUCTORS,
        progress=lambda doing, share: print(f"    {share:4.0%} {doing}", flush=True),
        client=(os.environ[environment.CLIENT_ID], os.environ[environment.CLIENT_SECRET]),
        location_secret=os.environ["INSTAINSTRU_LOCATION_SECRET"],
        tier=Tier.STG,
        agreed=True,
        simulator_url=environment.for_processes(show.places).get(vendors.STRIPE_URL),
    )
    environment.update(show.places, {SEEDED: _mark(show) or "", REFERENCE: digest})
    print(
        f"    {report.instructors:,} instructors, {report.students:,} students,"
        f" {report.bookings:,} bookings, {report.searches:,} searches",
        flush=True,
    )


def _await_scrapes() -> None:
    """Wait until Prometheus has seen every process twice, so that rates have an answer."""
    wanted = sum(role.scraped for role in processes.ROLES)
    query = f'count(count_over_time(up{{job="instainstru"}}[5m]) >= {SCRAPES} and up == 1)'
    deadline = time.monotonic() + SCRAPE_SECONDS
    while time.monotonic() < deadline:
        if monitoring.value_of(os.environ["PROMETHEUS_URL"], query) >= wanted:
            return
        time.sleep(0.2)
    raise StackTrouble(
        "Prometheus does not see all processes.",
        f"Open {os.environ['PROMETHEUS_URL']}/targets: it says which process does not answer.",
    )


def _tour(database_url: str) -> bool:
    from devstack import tour  # noqa: PLC0415

    return tour.run(
        tour.TourSettings(
            mcp_url=os.environ["INSTAINSTRU_MCP_URL"] + "/mcp",
            token_url=os.environ["INSTAINSTRU_API_URL"] + processes.TOKEN_PATH,
            client_id=os.environ[environment.CLIENT_ID],
            client_secret=os.environ[environment.CLIENT_SECRET],
            database_url=database_url,
            story=_story(),
        )
    )


def _story() -> Addresses | None:
    """Where the story of the tour takes place: with the simulator, which knows everybody."""
    stripe = os.environ.get(vendors.STRIPE_URL)
    if stripe is None:
        return None
    return Addresses(
        api=os.environ["INSTAINSTRU_API_URL"],
        stripe=stripe,
        resend=os.environ.get(vendors.RESEND_URL),
        stripe_key=os.environ[vendors.STRIPE_KEY],
    )


def _introduce(show: Show) -> None:
    """Say where everything is and how to connect a client to it."""
    known = os.environ
    to = clients.Connection(known["INSTAINSTRU_MCP_URL"], known[environment.DEMO_TOKEN])
    token_url = known["INSTAINSTRU_API_URL"] + processes.TOKEN_PATH
    print(
        f"""
The marketplace is open ({_since(show)} in all).

  API           {known["INSTAINSTRU_API_URL"]}/api/v1/docs
  MCP server    {to.endpoint}
  Prometheus    {known["PROMETHEUS_URL"]}
  Alertmanager  {known["ALERTMANAGER_URL"]}
  Stripe        {_simulated(vendors.STRIPE_URL, "/_sim/state")}
  Mail          {_simulated(vendors.RESEND_URL, "/_sim/outbox")}
  Checks        {_simulated(vendors.CHECKR_URL, "/_sim/invitations")}
  Sentry        {_simulated(vendors.SENTRY_URL, "/_sim/issues")}
  Logs          {show.places.logs}

  A token that may read (development only): {to.token}
  A fresh JWT instead:
    curl -s {token_url} -d grant_type=client_credentials -d scope=mcp:read \\
      -d client_id={known[environment.CLIENT_ID]} \\
      -d client_secret={known[environment.CLIENT_SECRET]}

Connect a client:
  Claude Code   {clients.claude_command(to)}
  ChatGPT       {clients.chatgpt(to)}
  VS Code, as .vscode/mcp.json:
{_indented(clients.vscode(to))}
""",
        flush=True,
    )


def _simulated(name: str, path: str) -> str:
    url = os.environ.get(name)
    return f"a simulator: {url}{path}" if url else "the service itself: its key is set"


def _stay(lease: Lease) -> None:
    print("It keeps running until Ctrl-C.", flush=True)
    while True:
        death = lease.death(1.0)
        if death is not None:
            _notice(death)


def _notice(death: Death) -> None:
    """Tell that a process died, what it said last, and what to do."""
    print(f"\n!! {death.name} ended unexpectedly (code {death.code}). Its last lines:", flush=True)
    print("\n".join(f"   {line}" for line in death.tail))
    print(
        f"   The whole log: {death.log}\n   What to do: Ctrl-C, then `make demo` again.", flush=True
    )


def _explain(trouble: StackTrouble) -> None:
    print("\n".join(f"   {line}" for line in trouble.tail), file=sys.stderr)
    print(f"\nThe demo stopped: {trouble}\nWhat to do: {trouble.advice}", file=sys.stderr)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _since(show: Show) -> str:
    return f"{time.perf_counter() - show.started:.1f} s"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="The marketplace and its copilot, on this machine."
    )
    parser.add_argument("--once", action="store_true", help="end after the tour")
    sys.exit(run(once=parser.parse_args().once))
