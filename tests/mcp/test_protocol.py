"""Both eras of the protocol, and the doors around it."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from pydantic import SecretStr

from instainstru_core.runtime import Runtime
from mcp_server import lean
from mcp_server.registry import declared
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, World

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-11-25",
    "Authorization": f"Bearer {worlds.STATIC}",
}


class TestEras:
    @pytest.mark.parametrize(
        ("mode", "revision"),
        [("legacy", "2025-11-25"), ("2026-07-28", "2026-07-28"), ("auto", "2026-07-28")],
    )
    def test_both_answer_alike(self, url: str, mode: str, revision: str) -> None:
        copilot = Copilot(url, mode=mode)
        assert copilot.protocol() == revision
        assert [tool.name for tool in copilot.tools()] == worlds.listed("mcp:read")
        assert copilot.ask("bookings_summary", window="today")["data"]["gmv_cents"] == 36_000
        assert copilot.refused("bookings_summary", window="soon")["code"] == (
            "reporting.window_unclear"
        )

    def test_show_each_tool_with_what_a_client_needs(self, copilot: Copilot) -> None:
        reading = [tool for tool in declared() if tool.direct and tool.reads]
        for listed, tool in zip(copilot.tools()[:-2], reading, strict=True):
            assert (listed.name, listed.title) == (tool.name, tool.title)
            assert listed.description == tool.description
            assert listed.input_schema == lean.listed_arguments(tool.parameters, reads=True)
            assert listed.output_schema == lean.listed(tool.output_schema)
            assert listed.annotations is not None
            assert listed.annotations.read_only_hint is True
            assert listed.annotations.destructive_hint is False
            assert listed.annotations.idempotent_hint is True


class TestTogether:
    def test_more_questions_than_threads_are_all_answered(self, url: str) -> None:
        async def asking() -> list[int]:
            transport = StreamableHttpTransport(f"{url}/mcp", auth=worlds.STATIC)
            async with Client(transport) as client:
                answers = await asyncio.gather(
                    *(client.call_tool("instainstru_bookings_summary") for _ in range(24))
                )
            return [answer.structured_content["data"]["gmv_cents"] for answer in answers]

        assert worlds.run(asking()) == [36_000] * 24


class TestTransport:
    def test_answers_in_json_without_a_session(self, url: str) -> None:
        answer = httpx.post(f"{url}/mcp", json=LIST, headers=HEADERS)
        assert answer.headers["content-type"] == "application/json"
        assert "mcp-session-id" not in answer.headers
        names = [tool["name"] for tool in answer.json()["result"]["tools"]]
        assert names == worlds.listed("mcp:read")

    def test_refuses_other_hosts_and_origins(self, url: str) -> None:
        evil = httpx.post(f"{url}/mcp", json=LIST, headers={**HEADERS, "Host": "evil.test"})
        assert evil.status_code == 421
        evil = httpx.post(
            f"{url}/mcp", json=LIST, headers={**HEADERS, "Origin": "http://evil.test"}
        )
        assert evil.status_code == 403

    @pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
    def test_refuses_other_methods(self, url: str, method: str) -> None:
        assert httpx.request(method, f"{url}/mcp", headers=HEADERS).status_code == 405

    def test_refuses_large_bodies_before_reading_them(self, url: str, asked: Runtime) -> None:
        body = b" " * (asked.settings.max_body_bytes + 1)
        answer = httpx.post(f"{url}/mcp", content=body, headers=HEADERS)
        assert answer.status_code == 413
        answer = httpx.post(f"{url}/mcp", content=iter([body]), headers=HEADERS)
        assert answer.status_code == 413

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 9_000])
    def test_refuses_what_is_no_message(self, url: str, body: bytes) -> None:
        answer = httpx.post(
            f"{url}/mcp", content=body, headers={**HEADERS, "Content-Type": "application/json"}
        )
        assert answer.status_code == 400
        assert "Traceback" not in answer.text

    def test_gives_each_request_an_id(self, url: str) -> None:
        mine = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
        answer = httpx.post(f"{url}/mcp", json=LIST, headers={**HEADERS, "X-Request-ID": mine})
        assert answer.headers["x-request-id"] == mine
        answer = httpx.post(f"{url}/mcp", json=LIST, headers={**HEADERS, "X-Request-ID": "x y"})
        assert len(answer.headers["x-request-id"]) == 26


class TestForOperators:
    def test_is_alive_and_ready(self, url: str) -> None:
        assert httpx.get(f"{url}/healthz").json() == {
            "status": "ok",
            "release": "dev",
            "git_sha": None,
            "started_at": "2026-06-15T14:00:00+00:00",
            "uptime_seconds": 0,
        }
        assert httpx.get(f"{url}/readyz").json() == {"status": "ready"}
        assert httpx.post(f"{url}/healthz").status_code == 405

    def test_is_not_ready_without_redis(self, asked: Runtime) -> None:
        lost = asked.settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:9/0")})
        with worlds.serving(_with(asked, lost)) as url:
            answer = httpx.get(f"{url}/readyz")
        assert answer.status_code == 503
        assert answer.json()["status"] == "waiting"

    def test_counts_what_the_tools_do(self, url: str, copilot: Copilot, world: World) -> None:
        before = self.calls(url)
        copilot.ask("bookings_summary")
        copilot.refused("bookings_summary", window="soon")
        copilot.refused("there_is_no_such_tool")
        after = self.calls(url)
        assert {name: after[name] - before.get(name, 0) for name in after} == {
            **dict.fromkeys(before, 0.0),
            ("instainstru_bookings_summary", "success"): 1,
            ("instainstru_bookings_summary", "refused"): 1,
            ("instainstru_unknown", "refused"): 1,
        }

    @staticmethod
    def calls(url: str) -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for line in httpx.get(f"{url}/metrics").text.splitlines():
            if line.startswith("instainstru_mcp_tool_calls_total{"):
                labels, _, value = line.partition("} ")
                _, status, _, tool, _ = labels.split('"')
                found[tool, status] = float(value)
        return found

    @pytest.mark.parametrize("headers", [{"X-Forwarded-For": "8.8.8.8"}, {"Via": "1.1 proxy"}])
    def test_hides_its_figures_from_the_world(self, url: str, headers: dict[str, str]) -> None:
        assert httpx.get(f"{url}/metrics", headers=headers).status_code == 404

    def test_shows_its_figures_only_for_a_token_where_there_is_one(self, asked: Runtime) -> None:
        strict = asked.settings.model_copy(update={"metrics_token": SecretStr("let-me-in")})
        with worlds.serving(_with(asked, strict)) as url:
            assert httpx.get(f"{url}/metrics").status_code == 404
            known = {"Authorization": "Bearer let-me-in"}
            assert httpx.get(f"{url}/metrics", headers=known).status_code == 200


def _with(runtime: Runtime, settings: Any) -> Runtime:
    return replace(runtime, settings=settings)
