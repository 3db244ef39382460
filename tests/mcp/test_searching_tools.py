"""Tools that are not listed are found and called, as far as the caller's scopes allow."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from mcp_server.envelope import Answer, answer
from mcp_server.tool import Call, previews, reads, writes
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token

Count = Annotated[int, Field(ge=1, le=9, examples=[3])]


class Said(BaseModel):
    """What was said."""

    text: str


def said(call: Call, text: str) -> Answer[Said]:
    return answer(Report(data=Said(text=text)), as_of=call.runtime.clock())


@reads("Weather")
def weather(call: Call) -> Answer[Said]:
    """Tell the weather in the harbor."""
    return said(call, "fair")


@reads("Tides", direct=False)
def tides(call: Call, count: Count = 1) -> Answer[Said]:
    """Tell when the next tides in the harbor are."""
    return said(call, f"{count} tides")


@previews("Preview mooring", scope=Scope.MCP_MONEY)
def mooring_preview(call: Call) -> Answer[Said]:
    """Show what mooring a boat in the harbor costs."""
    return said(call, "a dollar")


@writes("Sink", destructive=True)
def sink(call: Call) -> Answer[Said]:
    """Sink a boat in the harbor."""
    return said(call, "sunk")


@pytest.fixture(scope="module")
def harbor(asked: Runtime) -> Iterator[str]:
    with worlds.serving(asked, [weather, tides, mooring_preview, sink]) as url:
        yield url


def sailor(url: str, scope: str = "mcp:read", **changes: Any) -> Copilot:
    return Copilot(url, token(worlds.signing_key(), scope=scope), **changes)


def ops_token(scope: str) -> str:
    return token(worlds.signing_key(), sub="ops", client_id="ops", scope=scope)


def found(copilot: Copilot, query: str) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = copilot.ask("search_tools", query=query)["data"]["tools"]
    return tools


def latest(runtime: Runtime, action: str) -> AuditEntryView:
    with runtime.begin(SYSTEM) as uow:
        return audit.search(uow, AuditFilters(action=action), limit=1).items[0]


class TestTheList:
    def test_has_what_is_direct_and_how_to_find_the_rest(self, harbor: str) -> None:
        assert [tool.name for tool in sailor(harbor).tools()] == [
            "instainstru_weather",
            "search_tools",
            "call_tool",
        ]

    def test_has_no_way_to_the_rest_where_there_is_none(self, asked: Runtime) -> None:
        with worlds.serving(asked, [weather]) as url:
            assert [tool.name for tool in sailor(url).tools()] == ["instainstru_weather"]

    def test_has_what_more_scopes_allow(self, harbor: str) -> None:
        names = [tool.name for tool in sailor(harbor, "mcp:read mcp:write").tools()]
        assert names[:2] == ["instainstru_weather", "instainstru_sink"]


class TestSearching:
    def test_finds_what_is_not_listed(self, harbor: str) -> None:
        first = found(sailor(harbor), "when are the tides?")[0]
        assert (first["name"], first["is_listed"], first["is_destructive"]) == (
            "instainstru_tides",
            False,
            False,
        )
        assert first["arguments"]["properties"]["count"]["maximum"] == 9

    @pytest.mark.parametrize("query", ["tide", "tidal tides", "TIDES!"])
    def test_finds_words_in_another_form(self, harbor: str, query: str) -> None:
        assert found(sailor(harbor), query)[0]["name"] == "instainstru_tides"

    def test_finds_only_what_scopes_allow(self, harbor: str) -> None:
        names = {one["name"] for one in found(sailor(harbor), "boat harbor mooring sink")}
        assert names == {"instainstru_weather", "instainstru_tides"}
        assert found(sailor(harbor, "mcp:read mcp:money"), "mooring") == []
        ops = Copilot(harbor, ops_token("mcp:read mcp:money"))
        assert {one["name"] for one in found(ops, "mooring")} == {"instainstru_mooring_preview"}

    def test_says_when_nothing_matches(self, harbor: str) -> None:
        answered = sailor(harbor).call("search_tools", {"query": "qqqqq"}).structured_content
        assert answered is not None
        assert answered["data"]["tools"] == []
        assert answered["warnings"] == [
            "No tool matches. Say it in other words, such as those of the listed tools."
        ]

    def test_is_written_down(self, harbor: str, asked: Runtime) -> None:
        found(sailor(harbor), "tides")
        assert latest(asked, "mcp.search_tools").details["arguments"] == {"query": "5 characters"}


class TestCalling:
    @pytest.mark.parametrize("name", ["instainstru_tides", "tides"])
    @pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
    def test_makes_the_call(self, harbor: str, name: str, mode: str) -> None:
        arguments = {"name": name, "arguments": {"count": 2}}
        answered = sailor(harbor, mode=mode).call("call_tool", arguments)
        assert answered.structured_content is not None
        assert answered.structured_content["data"] == {"text": "2 tides"}

    def test_is_written_down_as_the_tool_that_was_called(self, harbor: str, asked: Runtime) -> None:
        sailor(harbor).call("call_tool", {"name": "instainstru_tides", "arguments": {"count": 5}})
        assert latest(asked, "mcp.tides").details["arguments"] == {"count": 5}
        with asked.begin(SYSTEM) as uow:
            filters = AuditFilters(action="mcp.call_tool", outcome=Outcome.SUCCESS)
            assert audit.search(uow, filters, limit=1).items == []

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"name": "instainstru_tides", "arguments": {"count": 0.5}}, "tool.bad_arguments"),
            ({"name": "instainstru_mooring_preview"}, "access.scope_missing"),
            ({"name": "instainstru_sink"}, "tool.call_directly"),
            ({"name": "call_tool", "arguments": {"name": "x"}}, "tool.call_directly"),
            ({"name": "search_tools"}, "tool.call_directly"),
            ({"name": "instainstru_unknown"}, "tool.not_found"),
            ({}, "tool.bad_arguments"),
            ({"name": "instainstru_tides", "arguments": [1]}, "tool.bad_arguments"),
        ],
    )
    def test_refuses_what_the_tool_itself_would(
        self, harbor: str, arguments: dict[str, Any], code: str
    ) -> None:
        assert sailor(harbor).refused("call_tool", **arguments)["code"] == code
