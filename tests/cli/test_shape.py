"""What holds for every command: help, JSON, completion, exit codes, a quick start."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.app import app
from cli.subjects import SUBJECTS
from tests.databases import ROOT


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its words."""
    for subject in SUBJECTS:
        command = get_command(importlib.import_module(f"cli.commands.{subject}").app)
        yield from _below(subject, command)


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None or command.invoke_without_command:
        yield name, command
    for verb, found in (inner or {}).items():
        yield from _below(f"{name} {verb}", found)


COMMANDS = dict(commands())
ANSWERING = [name for name in COMMANDS if not name.startswith("serve ")]


@pytest.mark.parametrize("name", ANSWERING)
def test_every_command_that_answers_answers_in_json(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert "--json" in options


UNASKED = {
    "checks settle": "tells the simulated provider, which stands in for a stranger",
    "db upgrade": "changes no data that is there",
    "payments resume": "does what is due anyway",
    "search aliases add": "is taken back by rejecting it",
    "search aliases approve": "is taken back by rejecting it",
    "search aliases learn": "does what the daily job does",
    "search aliases reject": "is taken back by approving it",
    "search embeddings rebuild": "makes again what it forgets",
    "stack down": "throws nothing away",
    "stack up": "throws nothing away",
    "webhooks replay": "asks the provider how things stand",
}
"""Commands that change something and do not ask first, and why they need not."""

LOOKING = (
    "active", "ask", "call", "check", "clients", "config", "decode", "evaluate", "explain",
    "failed", "filters", "find", "free", "funnel", "gaps", "health", "history", "list", "logs",
    "open", "outbox", "quality", "queues", "reconcile", "run", "schedule", "show", "standing",
    "stats", "status", "stuck", "token", "tools", "top", "tree", "trends", "trial-balance",
    "unresolved", "week", "workers", "zero-results",
)  # fmt: skip
"""The last words of commands that only look, or that are asked of somebody else."""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_can_hurt_asks_first(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    verb = name.rpartition(" ")[2]
    looks = verb in LOOKING and name != "payments standing"  # which clears as well
    harmless = looks or name.startswith(("serve ", "simulate"))
    assert ("--yes" in options) != (harmless or name in UNASKED)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_argument_says_what_it_is_for(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.help.rstrip().endswith(".")
    for parameter in command.params:
        assert parameter.hidden or parameter.help, parameter.name


def test_the_subjects_are_those_the_readme_promises() -> None:
    promised = [
        "stack",
        "db",
        "seed",
        "serve",
        "token",
        "mcp",
        "ask",
        "evals",
        "bookings",
        "availability",
        "search",
        "catalog",
        "instructors",
        "reviews",
        "users",
        "invites",
        "founding",
        "checks",
        "payments",
        "ledger",
        "mail",
        "tasks",
        "webhooks",
        "simulate",
    ]
    assert list(SUBJECTS) == promised
    assert CliRunner().invoke(app, []).exit_code == 2
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    assert all(words in shown.stdout for words in SUBJECTS.values())


def test_wrong_usage_ends_with_2() -> None:
    assert CliRunner().invoke(app, ["bookngs"]).exit_code == 2
    assert CliRunner().invoke(app, ["db", "status", "--nonsense"]).exit_code == 2
    assert CliRunner().invoke(app, ["serve", "api", "--port", "70000"]).exit_code == 2


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_version_is_the_projects() -> None:
    done = run("-m", "cli.app", "--version")
    assert (done.returncode, done.stdout) == (0, f"instainstru {version('instainstru')}\n")


def test_the_shell_completes_subjects_and_verbs() -> None:
    asked = {"_INSTAINSTRU_COMPLETE": "complete_bash", "COMP_CWORD": "2"}
    done = run("-m", "cli.app", COMP_WORDS="instainstru stack st", **asked)
    assert done.stdout.split() == ["status"]
    done = run("-m", "cli.app", **(asked | {"COMP_CWORD": "1"}), COMP_WORDS="instainstru se")
    assert done.stdout.split() == ["seed", "serve", "search"]


def test_a_subject_that_is_not_used_is_not_imported() -> None:
    program = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from cli.app import app\n"
        "done = CliRunner().invoke(app, ['serve', 'api', '--help'])\n"
        "assert done.exit_code == 0, done\n"
        "heavy = {'sqlalchemy', 'fastapi', 'fastmcp', 'celery', 'api', 'worker', 'mcp_server',"
        " 'prometheus_client'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    assert run("-c", program).stdout == "[]\n"
