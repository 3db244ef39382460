"""What `docs/copilot_points.md` names is there; what it says of every tool holds of each."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from devstack.places import ROOT
from instainstru_core import runtime as composition
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.settings import Settings
from mcp_server.envelope import Answer
from mcp_server.lenient import understood
from mcp_server.registry import declared
from mcp_server.tool import CONFIRM_TOKEN, Tool
from tests.contracts.named_points import points

POINTS = points(ROOT / "docs" / "copilot_points.md")
HARMLESS = {"instainstru_sentry_debug"}
"""Changes nothing but the list of errors, where it is asked for by its name."""
TOOLS = declared()

each_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)


class TestThePage:
    def test_has_all_points_each_with_a_test(self) -> None:
        assert POINTS.numbers == tuple(range(1, 41))
        assert all(POINTS.named)

    def test_names_tests_that_there_are(self) -> None:
        assert POINTS.missing == []


class TestEveryTool:
    @each_tool
    def test_answers_in_the_one_envelope(self, tool: Tool) -> None:
        assert set(tool.output_schema["properties"]) == set(Answer.model_fields)
        assert tool.output_schema["required"] == list(Answer.model_fields)
        for path, schema in fields(tool.output_schema):
            if path[-1].endswith("_cents"):
                assert "integer" in kinds(schema), path

    @each_tool
    def test_takes_whole_numbers_as_models_write_them(self, tool: Tool) -> None:
        for name, schema in tool.parameters.get("properties", {}).items():
            if "integer" not in kinds(schema):
                continue
            low, high = bounds(schema)
            assert understood({name: f"{low}.0"}, tool.parameters, clamps=tool.reads) == (
                {name: low},
                [],
            )
            for beyond, nearest in ((low - 1, low), (high + 1, high)):
                read, notes = understood({name: beyond}, tool.parameters, clamps=tool.reads)
                assert read == {name: nearest if tool.reads else beyond}
                assert len(notes) == tool.reads

    @each_tool
    def test_takes_time_in_one_grammar(self, tool: Tool) -> None:
        """A stretch of time is a `window` in words; no tool has hours, days or dates of its own."""
        given = tool.parameters.get("properties", {})
        others = {"start", "end", "since", "until", "hours", "days", "period", "since_hours"}
        assert others.isdisjoint(given)
        if "window" in given:
            assert "last 7 days" in given["window"]["examples"]

    @each_tool
    def test_is_shown_before_it_is_made(self, tool: Tool) -> None:
        """Whatever makes a change takes the token of a preview and nothing else."""
        if tool.reads or tool.name in HARMLESS:
            return
        if tool.confirms:
            assert set(tool.parameters["properties"]) == {CONFIRM_TOKEN}
            shown = next(
                name
                for name in (
                    tool.name.replace("_execute", "_preview"),
                    tool.name.replace("_send", "_preview"),
                    tool.name.removesuffix("_execute"),
                )
                if name != tool.name and any(one.name == name for one in TOOLS)
            )
            assert next(one for one in TOOLS if one.name == shown).scope == tool.scope
        else:
            assert tool.annotations.destructive_hint is False


def test_ends_a_statement_that_takes_too_long(settings: Settings) -> None:
    runtime = composition.build(settings.model_copy(update={"statement_timeout_ms": 100}))
    try:
        with pytest.raises((DBAPIError, Refusal)), runtime.begin(SYSTEM) as uow:
            uow.session.execute(text("SELECT pg_sleep(60)"))
    finally:
        runtime.close()


def kinds(schema: dict[str, Any]) -> set[str]:
    """The types that a value may have."""
    found: set[str] = set()
    for one in (schema, *schema.get("anyOf", [])):
        kind = one.get("type", [])
        found |= {kind} if isinstance(kind, str) else set(kind)
    return found


def bounds(schema: dict[str, Any]) -> tuple[int, int]:
    (found,) = [one for one in (schema, *schema.get("anyOf", [])) if "minimum" in one]
    return found["minimum"], found["maximum"]


def fields(schema: dict[str, Any]) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each field of a schema and of what it defines, by its path."""
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    shapes = {"": schema, **schema.get("$defs", {})}
    for shape, described in shapes.items():
        for name, one in described.get("properties", {}).items():
            found.append(((shape, name), one))
    return found
