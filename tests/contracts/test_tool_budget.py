"""What a listing of the tools costs a model, in tokens of four bytes."""

import json
from pathlib import Path
from typing import Any

import pytest

from instainstru_core import runtime as composition
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.settings import Settings
from mcp_server.calls import Calls
from mcp_server.registry import declared
from mcp_server.searching import Catalogue, call_tool, search_tool
from mcp_server.serving import Proxy, ServedTool
from mcp_server.tool import Tool
from tests.contracts.documents import UPDATING

BASELINE = Path(__file__).parent / "tool_tokens.json"
GROWTH = 1.05
WITHOUT_OUTPUT, WITH_OUTPUT, EACH = 12_000, 18_000, 500

direct = [tool for tool in declared() if tool.direct]
each_direct = pytest.mark.parametrize("tool", direct, ids=lambda tool: tool.name)


def listed(tool: ServedTool | Proxy) -> dict[str, Any]:
    return tool.to_mcp_tool().model_dump(mode="json", by_alias=True, exclude_none=True)


def tokens(shown: object) -> float:
    return len(json.dumps(shown, separators=(",", ":"), ensure_ascii=False).encode()) / 4


def without_output(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "outputSchema"}


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Calls(composition.build(Settings()))


@pytest.fixture(scope="module")
def shown(calls: Calls) -> list[dict[str, Any]]:
    """The list as a client with every scope gets it."""
    finder = search_tool(Catalogue(()))
    return [
        *(listed(ServedTool.of(tool, calls)) for tool in (*direct, finder)),
        listed(Proxy.to(call_tool(), (), calls)),
    ]


class TestTheList:
    def test_costs_little(self, shown: list[dict[str, Any]]) -> None:
        assert sum(tokens(without_output(one)) for one in shown) <= WITHOUT_OUTPUT
        assert sum(tokens(one) for one in shown) <= WITH_OUTPUT

    def test_grows_only_on_purpose(self, shown: list[dict[str, Any]]) -> None:
        """More than five percent over what was agreed to fails: look, then `make contracts`."""
        current = {
            "with_output": round(sum(tokens(one) for one in shown)),
            "without_output": round(sum(tokens(without_output(one)) for one in shown)),
        }
        if UPDATING:
            BASELINE.write_text(json.dumps(current, indent=1, sort_keys=True) + "\n")
        agreed: dict[str, int] = json.loads(BASELINE.read_text())
        for name, cost in current.items():
            assert cost <= agreed[name] * GROWTH, name

    @each_direct
    def test_has_no_costly_tool(self, calls: Calls, tool: Tool) -> None:
        assert tokens(without_output(listed(ServedTool.of(tool, calls)))) <= EACH

    def test_has_every_tool_that_confirms_or_destroys(self) -> None:
        """Clients ask people about what they see: such a tool is called under its own name."""
        hidden = [tool for tool in declared() if not tool.direct]
        assert [
            tool.name
            for tool in hidden
            if tool.confirms or tool.annotations.destructive_hint is not False
        ] == []

    def test_says_of_each_tool_what_it_is(self, shown: list[dict[str, Any]]) -> None:
        for one in shown:
            assert one["title"], one["name"]
            assert len(one["_meta"]["fastmcp"]["tags"]) == 1, one["name"]
            assert set(one["annotations"]) == {
                "readOnlyHint",
                "destructiveHint",
                "idempotentHint",
                "openWorldHint",
            }

    def test_needs_reading_for_what_reads_and_more_for_what_does_not(self) -> None:
        for tool in declared():
            assert (tool.scope is Scope.MCP_READ) is tool.reads, tool.name
