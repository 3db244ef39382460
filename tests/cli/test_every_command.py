"""Every command of the tree once: told a wrong option, and with its database away.

Nothing of this needs a server: what is asked for is closed or does not exist.
"""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from tests.cli.test_shape import COMMANDS

AN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
AWAY = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
GIVEN = {
    "absent": "student",
    "day": "2026-12-07",
    "emails": "new@example.org",
    "first": "2026-12-07",
    "monday": "2026-12-07",
    "resolution": "dismissed",
    "to": "2026-12-14",
}
"""What arguments are given that are neither ids nor names; anything else is given an id."""

WITHOUT_DATABASE = {
    "stack up": "starts it",
    "stack down": "stops it",
    "stack status": "looks at processes",
    "stack logs": "reads files",
    "stack reset": "removes it",
    "token": "asks the issuer",
    "token decode": "reads what it is given",
    "mcp tools": "asks the MCP server",
    "mcp call": "asks the MCP server",
    "mcp config": "prints settings",
    "ask": "asks a model and the MCP server",
    "evals run": "scores what the release brings",
    "search evaluate": "scores what the release brings",
    "catalog filters": "reads what the release brings",
    "mail outbox": "asks the mail simulator",
    "simulate": "brings databases of its own",
}
ASKING = [
    name for name in COMMANDS if name not in WITHOUT_DATABASE and not name.startswith("serve ")
]


def needed(name: str) -> list[str]:
    """Values for everything that the command cannot do without; and agreement, where it asks."""
    command, given = COMMANDS[name], list[str]()
    for parameter in command.params:
        if "--yes" in parameter.opts:
            given.append("--yes")
        if parameter.required:
            option = [parameter.opts[0]] if parameter.param_type_name == "option" else []
            given += [*option, value(parameter)]
    return given


def value(parameter: Any) -> str:
    members: dict[str, Any] = getattr(parameter.type_descriptor.annotation, "__members__", {})
    choices = [str(member.value) for member in members.values()]
    return GIVEN.get(parameter.name) or next(iter(choices), AN_ID)


def test_the_exceptions_are_commands() -> None:
    assert WITHOUT_DATABASE.keys() <= COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_option_ends_with_2_and_says_so_on_stderr(name: str) -> None:
    done = CliRunner().invoke(app, [*name.split(), *needed(name), "--no-such-option"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "No such option: --no-such-option" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ASKING)
def test_without_a_database_it_ends_with_3_and_says_what_to_do(name: str) -> None:
    done = CliRunner().invoke(
        app, [*name.split(), *needed(name), "--json"], env={"DATABASE_URL": AWAY}
    )
    assert (done.exit_code, done.stdout) == (3, "")
    problem = json.loads(done.stderr)
    assert (problem["code"], problem["exit_code"]) == ("database.unreachable", 3)
    assert "instainstru stack up" in problem["detail"]
