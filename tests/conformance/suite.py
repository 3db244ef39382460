"""Installs the pinned suite with the Node it needs, and runs the scenarios of one revision."""

import json
import re
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
FOLDER = re.compile(r"server-(?P<scenario>.+?)-\d{4}-\d\d-\d\dT[\d-]+Z")
"""What the suite calls the folder of one scenario: its name, and when it ran, in UTC."""


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


def scenario_of(folder: str) -> str:
    """The scenario whose results are in a folder of this name."""
    named = FOLDER.fullmatch(folder)
    if named is None:
        raise ValueError(f"the suite names its folders another way now: {folder}")
    return named["scenario"]


def _statuses(results: Path) -> Iterator[tuple[str, set[str]]]:
    """Each scenario that ran, with the different statuses of its checks."""
    for checks in results.rglob("checks.json"):
        told = {check["status"] for check in json.loads(checks.read_text())}
        yield scenario_of(checks.parent.name), told
