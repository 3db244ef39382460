"""Each call leaves a row: who, what, how it ended and how long it took; never what was typed."""

import json
import threading
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import SYSTEM, ActorKind, Door
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from mcp_server.envelope import Answer, answer
from mcp_server.tool import Call, reads
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token
from tests.patience import PATIENCE_SECONDS

CALL_SLOW = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "instainstru_slow", "arguments": {}},
}
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
    "MCP-Protocol-Version": "2025-11-25",
    "Authorization": f"Bearer {token(worlds.signing_key())}",
}

Latest = Callable[[str], AuditEntryView]


@pytest.fixture
def latest(asked: Runtime) -> Latest:
    def find(action: str) -> AuditEntryView:
        with asked.begin(SYSTEM) as uow:
            return audit.search(uow, AuditFilters(action=action), limit=1).items[0]

    return find


class Lines(BaseModel):
    """Some lines."""

    lines: list[str]


class TestAuditTrail:
    def test_names_the_program_and_the_tool(self, copilot: Copilot, latest: Latest) -> None:
        copilot.ask("users_lookup", identifier="jonas@example.org", limit=3)
        entry = latest("mcp.users_lookup")
        assert (entry.actor_kind, entry.actor_id) == (ActorKind.SERVICE, "desk-copilot")
        assert (entry.door, entry.outcome, entry.code) == (Door.MCP, "success", None)
        assert entry.request_id is not None
        assert entry.duration_ms is not None

    def test_keeps_no_text_that_was_typed(self, copilot: Copilot, latest: Latest) -> None:
        answer = copilot.call("users_lookup", {"identifier": "jonas@example.org", "limit": 3})
        entry = latest("mcp.users_lookup")
        assert entry.details == {
            "arguments": {"identifier": "17 characters", "limit": 3},
            "result_bytes": len(answer.content[0].text.encode()),
        }
        assert entry.arguments_hash == (
            sha256(b'{"identifier":"jonas@example.org","limit":3}').hexdigest()
        )

    def test_has_the_client_of_a_jwt(self, url: str, latest: Latest) -> None:
        Copilot(url, token(worlds.signing_key(), client_id="ops-client")).ask("services_catalog")
        assert latest("mcp.services_catalog").actor_id == "ops-client"

    @pytest.mark.parametrize(
        ("tool", "given", "code"),
        [
            ("bookings_summary", {"window": "soon"}, "reporting.window_unclear"),
            ("bookings_summary", {"windows": 1}, "tool.bad_arguments"),
            ("unknown", {"x" * 900: "y"}, "tool.not_found"),
        ],
    )
    def test_has_refusals_too(
        self, latest: Latest, copilot: Copilot, *, tool: str, given: dict[str, Any], code: str
    ) -> None:
        error = copilot.refused(tool, **given)
        entry = latest(f"mcp.{tool}")
        assert (entry.outcome, entry.code) == ("refused", code)
        assert entry.request_id == error["request_id"]
        assert all(len(name) <= 40 for name in entry.details["arguments"])

    @pytest.mark.parametrize(
        ("arguments", "shown"),
        [
            ('{"window": "2h", "\\u0000": 1}', {"window": "2 characters", "?": 1}),
            ('{"window": NaN}', {"window": "no number"}),
            ('{"window": 1e999}', {"window": "no number"}),
            ('{"window": 1' + "0" * 400 + "}", {"window": "a huge number"}),
        ],
        ids=["nul", "nan", "infinity", "huge"],
    )
    def test_has_calls_that_a_database_could_not_keep(
        self, url: str, latest: Latest, *, arguments: str, shown: dict[str, Any]
    ) -> None:
        request_id = new_id()
        httpx.post(
            f"{url}/mcp",
            content='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":'
            f'"instainstru_bookings_summary","arguments":{arguments}}}}}',
            headers={
                "Accept": "application/json, text/event-stream",
                "Authorization": f"Bearer {worlds.STATIC}",
                "Content-Type": "application/json",
                "MCP-Protocol-Version": "2025-11-25",
                "X-Request-Id": request_id,
            },
        )
        entry = latest("mcp.bookings_summary")
        assert entry.request_id == request_id
        assert entry.details["arguments"] == shown

    def test_does_not_keep_the_name_of_a_tool_that_does_not_exist(
        self, copilot: Copilot, latest: Latest
    ) -> None:
        error = copilot.refused("drop_everything")
        assert latest("mcp.unknown").request_id == error["request_id"]

    def test_has_a_call_whose_client_hung_up(self, asked: Runtime, latest: Latest) -> None:
        begun, gate = threading.Event(), threading.Event()

        @reads("Slow")
        def slow(call: Call) -> Answer[Lines]:
            """Wait."""
            begun.set()
            assert gate.wait(PATIENCE_SECONDS)
            return answer(Report(data=Lines(lines=[])), as_of=call.runtime.clock())

        with worlds.serving(asked, [slow]) as url:
            with closing(HTTPConnection(url.removeprefix("http://"))) as client:
                client.request("POST", "/mcp", json.dumps(CALL_SLOW), HEADERS)
                assert begun.wait(PATIENCE_SECONDS)
            gate.set()
        # The server has ended, and with it every call that was begun.
        entry = latest("mcp.slow")
        assert (entry.actor_id, entry.outcome) == ("copilot", "success")

    def test_has_one_row_for_a_call_in_either_era(self, url: str, asked: Runtime) -> None:
        for mode in ("legacy", "2026-07-28"):
            before = rows(asked)
            Copilot(url, mode=mode).ask("search_top_queries", window="last 7 days")
            assert rows(asked) - before == 1


def rows(runtime: Runtime) -> int:
    with runtime.begin(SYSTEM) as uow:
        filters = AuditFilters(action="mcp.search_top_queries")
        return len(audit.search(uow, filters, limit=100).items)
