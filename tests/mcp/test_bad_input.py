"""Whatever a client sends, it hears in plain words what to do, and nothing of our insides."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from mcp_server.registry import declared
from mcp_server.tool import Tool
from tests.mcp.world import Copilot, World

TOOLS = {tool.name: tool for tool in declared()}
INSIDES = ("Traceback", "psycopg", "sqlalchemy", "pydantic", "SELECT ", "/instainstru", "site-pac")
SQL = "'; DROP TABLE bookings; --"
STRANGE = (SQL, "%", "_", "\\", '"', "{{7*7}}", "../../etc/passwd", "😀" * 50, "é" * 80)
ODD: tuple[Any, ...] = (None, True, -1, 0, 10**30, 1.5, "x" * 100_000, "", " ", [], {}, [[1]])


REVISION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass(frozen=True, slots=True)
class Wire:
    """Calls of a client that looks at nothing it sends: what is said goes as it is."""

    client: httpx.Client

    def call(self, tool: str, given: dict[str, Any]) -> dict[str, Any]:
        params = {"name": tool, "arguments": given, "_meta": META}
        sent = self.client.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
            headers={"Mcp-Method": "tools/call", "Mcp-Name": tool},
        )
        assert sent.status_code == 200, sent.text
        found: dict[str, Any] = sent.json()["result"]
        return found


@pytest.fixture(scope="module")
def wire(url: str, staff: Copilot) -> Iterator[Wire]:
    """The same rights as `staff`."""
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": REVISION,
        "Authorization": f"Bearer {staff.token}",
    }
    with httpx.Client(base_url=url, headers=headers) as client:
        yield Wire(client)


def arguments(tool: Tool) -> dict[str, bool]:
    """The arguments, and whether each takes text; those that do not take one text for another."""
    properties: dict[str, Any] = tool.parameters["properties"]
    return {name: "string" in json.dumps(shape) for name, shape in properties.items()}


def required(tool: Tool) -> dict[str, Any]:
    """Arguments that are fine."""
    properties = tool.parameters["properties"]
    return {name: properties[name]["examples"][0] for name in tool.parameters.get("required", [])}


def refusal(answer: dict[str, Any], asked: object) -> dict[str, Any] | None:
    """The refusal, if there was one; it must say what to do and nothing of our insides."""
    text = answer["content"][0]["text"]
    assert not any(word in text for word in INSIDES), text
    assert len(text) < 41_000
    if not answer["isError"]:
        return None
    error: dict[str, Any] = json.loads(text)["error"]
    assert error["code"] != "internal", (asked, error)
    assert len(text) < 5_000
    assert len(error["request_id"]) == 26
    return error


class TestEachTool:
    @pytest.mark.parametrize("name", sorted(TOOLS))
    def test_takes_strange_arguments_for_what_they_are(self, wire: Wire, name: str) -> None:
        known = required(TOOLS[name])
        for argument, takes_text in arguments(TOOLS[name]).items():
            for value in (*ODD, *(STRANGE if takes_text else STRANGE[:1])):
                given = {**known, argument: value}
                error = refusal(wire.call(name, given), given)
                if error is not None and error["code"] == "tool.bad_arguments":
                    assert f"`{argument}" in error["message"]

    @pytest.mark.parametrize("name", sorted(TOOLS))
    def test_refuses_arguments_it_does_not_know(self, staff: Copilot, name: str) -> None:
        error = staff.refused(name, **required(TOOLS[name]), verbose=True)
        assert error["code"] == "tool.bad_arguments"
        assert error["message"] == (
            "These arguments cannot be used: `verbose`: There is no such argument."
        )
        assert error["facts"] == {"arguments": list(arguments(TOOLS[name])), "field": "verbose"}
        assert error["field"] == "verbose"
        assert error["retryable"] is False

    @pytest.mark.parametrize(
        "name", [name for name, tool in TOOLS.items() if "required" in tool.parameters]
    )
    def test_asks_for_what_it_needs(self, staff: Copilot, name: str) -> None:
        error = staff.refused(name)
        assert error["message"].endswith("This argument is required.")


class TestWords:
    @pytest.mark.parametrize(
        ("tool", "given", "code"),
        [
            ("bookings_summary", {"window": "2h"}, "reporting.window_not_whole_days"),
            ("bookings_summary", {"window": "now()"}, "reporting.window_unclear"),
            ("bookings_summary", {"window": "2026-02-30"}, "reporting.window_unclear"),
            ("bookings_summary", {"window": "9999"}, "reporting.window_unclear"),
            ("bookings_recent", {"cursor": "e30"}, "paging.bad_cursor"),
            ("bookings_recent", {"status": "confirming"}, "tool.bad_arguments"),
            ("bookings_recent", {"limit": "many"}, "tool.bad_arguments"),
            ("services_catalog", {"category": SQL}, "reporting.category_unknown"),
            ("instructors_list", {"service": "no-such-service"}, "catalog.service_not_found"),
            ("instructors_list", {"area": "Atlantis"}, "reporting.area_unknown"),
            ("users_lookup", {"identifier": "?!"}, "reporting.lookup_unusable"),
            ("service_lookup", {"query": "?!"}, "catalog.query_unusable"),
            ("metrics_describe", {"name": "no_such_metric"}, "metrics.unknown"),
        ],
    )
    def test_say_what_to_do(
        self, copilot: Copilot, tool: str, given: dict[str, Any], code: str
    ) -> None:
        error = copilot.refused(tool, **given)
        assert error["code"] == code
        assert error["message"].endswith(".")

    def test_name_what_is_allowed(self, copilot: Copilot) -> None:
        error = copilot.refused("instructors_list", category="musik")
        assert "music" in error["facts"]["allowed"]

    def test_point_to_the_tool_that_was_meant(self, copilot: Copilot) -> None:
        error = copilot.refused("booking_summary")
        assert error["code"] == "tool.not_found"
        assert error["facts"]["nearest"][0] == "instainstru_bookings_summary"

    def test_do_not_repeat_what_was_sent(self, copilot: Copilot) -> None:
        secret = "s3cret" * 40
        assert secret not in json.dumps(copilot.refused("users_lookup", identifier=secret))

    def test_coerce_numbers_that_were_written_as_text(self, copilot: Copilot) -> None:
        assert len(copilot.ask("bookings_recent", limit="2")["data"]["bookings"]) == 2

    @pytest.mark.stack
    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("sum(", "prometheus.query_invalid"),
            ("up}", "prometheus.query_invalid"),
            ("{__name__=~'.+'}", "prometheus.query_too_wide"),
        ],
    )
    def test_hold_off_queries_that_do_not_fit(
        self, copilot: Copilot, query: str, code: str
    ) -> None:
        assert copilot.refused("prometheus_query", query=query)["code"] == code


class TestUnknownIds:
    def test_are_answered_in_plain_words(self, copilot: Copilot) -> None:
        unknown = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
        assert copilot.ask("users_lookup", identifier=unknown)["data"]["found"] == 0
        history = copilot.ask("users_booking_history", user=unknown)
        assert (history["data"]["user_id"], history["data"]["candidates"]) == (None, [])
        detail = copilot.ask("instructors_detail", instructor=unknown)
        assert detail["data"] == {"instructor": None, "candidates": []}


class TestTheDatabase:
    def test_is_as_it_was(self, copilot: Copilot, asked: Runtime, world: World) -> None:
        copilot.ask("users_lookup", identifier=SQL)
        with asked.begin(SYSTEM) as uow:
            count = uow.session.execute(text("SELECT count(*) FROM bookings")).scalar_one()
            first = uow.session.execute(text("SELECT min(lesson_day) FROM bookings")).scalar_one()
        assert (count, first) == (6, date(2026, 6, 14))
