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
