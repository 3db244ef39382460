"""The private servers from the terminal, in a checkout of their own."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devstack import privileges, programs
from devstack.places import Places
from tests.databases import ROOT
from tests.devstack.conftest import checkout, nothing_runs

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        programs.prometheus(Places()) is None, reason="the servers here are given, not private"
    ),
]


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of the program; its servers are not those of the tests."""

    places: Places

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli.app", *arguments],
            cwd=self.places.root,
            env={"PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Checkout]:
    places = checkout(tmp_path / "copy")
    for package in ("cli", "devstack", "instainstru_core", "migrations"):
        shutil.copytree(ROOT / package, places.root / package)  # compiled as it is here
    made = Checkout(places)
    yield made
    made("stack", "down")
    assert nothing_runs(places)
    privileges.remove_data(places)


def test_goes_up_stays_up_and_comes_down(copy: Checkout) -> None:
    up = copy("stack", "up", "--json")
    assert up.returncode == 0, up.stderr
    found = json.loads(copy("stack", "status", "--json").stdout)
    assert (found["up"], found["kept"], found["holders"]) == (True, True, 0)
    assert {one["name"]: one["state"] for one in found["processes"]} == dict.fromkeys(
        (
            "redis",
            "postgres",
            "alertmanager",
            "prometheus",
            "stripe",
            "resend",
            "checkr",
            "sentry",
        ),
        "running",
    )
    assert "running" in copy("stack", "status").stdout
    assert json.loads(copy("db", "status", "--json").stdout)["tier"] == "STG"
    assert set(json.loads(copy("stack", "logs", "--json").stdout)) >= {"postgres", "redis"}
    assert "ready to accept" in copy("stack", "logs", "postgres").stdout
    assert json.loads(copy("stack", "down", "--json").stdout) == {"was_up": True}
    assert json.loads(copy("stack", "down", "--json").stdout) == {"was_up": False}
    asked = copy("users", "find", "maya", "--json")
    assert asked.returncode == 3
    assert json.loads(asked.stderr)["code"] == "database.unreachable"


def test_throws_data_away_only_when_somebody_agrees(copy: Checkout) -> None:
    data = copy.places.state / "redis"
    data.mkdir()
    refused = copy("stack", "reset", "--json")
    assert (refused.returncode, json.loads(refused.stderr)["code"]) == (1, "cli.declined")
    assert data.exists()
    done = copy("stack", "reset", "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"reset": True})
    assert not data.exists()


def test_a_log_that_is_not_there_is_not_found(copy: Checkout) -> None:
    refused = copy("stack", "logs", "mongo", "--json")
    assert (refused.returncode, json.loads(refused.stderr)["code"]) == (1, "stack.no_log")


def test_a_missing_program_is_unavailable_with_advice(copy: Checkout) -> None:
    copy.places.opt.unlink()
    refused = copy("stack", "up", "--json")
    assert refused.returncode == 3
    problem = json.loads(refused.stderr)
    assert problem["code"] == "stack.trouble"
    assert problem["facts"]["advice"].startswith("Run `make setup`")  # what follows is the server's
