"""Installs the pinned suite with the Node it needs, and runs the scenarios of one revision."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / ".devstack" / "conformance"
LOCK = "package-lock.json"
TIMEOUT_SECONDS = 240


class SuiteAbsent(Exception):
    """The suite cannot be had on this machine."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended, by scenario that the revision requires, and the suite's own exit code.

    A scenario that warns and does not fail counts as passed with the suite, but not here.
    """

    code: int
    told: str
    passed: frozenset[str]
    warned: frozenset[str]
    failed: frozenset[str]


def install() -> Path:
    """The folder with the suite, made once per content of the lock. Raises SuiteAbsent."""
    done = INSTALLED / LOCK
    if done.exists() and done.read_bytes() == (HERE / LOCK).read_bytes():
        return INSTALLED
    if shutil.which("npm") is None:
        raise SuiteAbsent("npm is not on this machine: install Node to run the suite.")
    fresh = INSTALLED.with_name("conformance.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in ("package.json", LOCK):
        shutil.copy(HERE / name, fresh / name)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
    made = subprocess.run(
        command, cwd=fresh, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if made.returncode:
        raise SuiteAbsent(f"The suite could not be installed: {made.stderr[-500:]}")
    shutil.rmtree(INSTALLED, ignore_errors=True)
    fresh.rename(INSTALLED)
    return INSTALLED


def run(url: str, revision: str, results: Path) -> Verdict:
    """Run what the revision requires of a server against the one at this address."""
    found = install()
    package = found / "node_modules" / "@modelcontextprotocol" / "conformance"
    command = [
        str(found / "node_modules" / ".bin" / "node"),
        str(package / "dist" / "index.js"),
        "server",
        "--url",
        url,
        "--requirements",
        revision,
        "--expected-failures",
        str(HERE / f"expected_{revision}.yaml"),
        "-o",
        str(results),
    ]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    required = yaml.safe_load((package / "requirements" / f"{revision}.yaml").read_text())["server"]
    statuses = {name: told for name, told in _statuses(results) if name in required}
    failed = {name for name, told in statuses.items() if "FAILURE" in told}
    warned = {name for name, told in statuses.items() if "WARNING" in told} - failed
    return Verdict(
        ran.returncode,
        ran.stdout + ran.stderr,
        passed=frozenset(statuses.keys() - failed - warned),
        warned=frozenset(warned),
        failed=frozenset(failed),
    )


def _statuses(results: Path) -> Iterator[tuple[str, set[str]]]:
    """Each scenario that ran, with the different statuses of its checks."""
    for checks in results.rglob("checks.json"):
        name = checks.parent.name.removeprefix("server-").rsplit("-20", 1)[0]
        yield name, {check["status"] for check in json.loads(checks.read_text())}
