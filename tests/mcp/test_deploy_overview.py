"""Which code runs where, asked of a real API, a real MCP server and a real broker."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from api.server import create_app
from instainstru_core.adapters.broker import RedisBroker
from instainstru_core.domains.observability.flows import deploys
from instainstru_core.domains.observability.types import Timetable
from instainstru_core.runtime import Runtime
from tests.brokers import own_broker
from tests.databases import ServerUrls
from tests.factories.observability import heartbeat
from tests.mcp import world as worlds
from tests.mcp.world import MORNING, Copilot
from tests.processes import free_port
from tests.serving import serving

THIS = {"release": "7", "git_sha": "abc"}


@dataclass
class Fleet:
    """All processes of an installation; a test changes what it is about."""

    broker: RedisBroker
    ask: Callable[..., dict[str, Any]]


@pytest.fixture
def fleet(asked: Runtime, servers: ServerUrls) -> Iterator[Fleet]:
    with ExitStack() as kept:
        broker = RedisBroker(kept.enter_context(own_broker(servers.redis_url)))
        kept.callback(broker.close)
        broker.beat(heartbeat("w1", **THIS))
        broker.announce(Timetable(MORNING, MORNING, "America/New_York", (), **THIS))

        def served(**changes: object) -> dict[str, Any]:
            settings = asked.settings.model_copy(update=THIS | changes)
            runtime = replace(asked, settings=settings, broker=broker)
            api = kept.enter_context(serving(create_app(runtime)))
            mcp = kept.enter_context(worlds.serving(runtime))
            known = settings.model_copy(update={"api_url": api, "mcp_url": mcp} | changes)
            url = kept.enter_context(worlds.serving(replace(runtime, settings=known)))
            return Copilot(url).ask("deploy_overview")

        yield Fleet(broker, served)


def states(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["component"], one["state"]) for one in answer["data"]["processes"]]


class TestDeployOverview:
    def test_tells_what_each_process_runs_and_since_when(self, fleet: Fleet) -> None:
        answer = fleet.ask()
        assert states(answer) == [("api", "up"), ("mcp", "up"), ("worker", "up"), ("beat", "up")]
        assert {(one["release"], one["git_sha"]) for one in answer["data"]["processes"]} == {
            ("7", "abc")
        }
        assert {one["started_at"] for one in answer["data"]["processes"]} == {
            "2026-06-15T14:00:00Z"
        }
        assert (answer["data"]["drift"], answer["warnings"]) == (False, [])
        assert answer["source"] == "processes"

    def test_sees_that_versions_drift(self, fleet: Fleet) -> None:
        """Fact 9.1: the other copilot never saw the MCP server's own version."""
        fleet.broker.beat(heartbeat("w2", release="7", git_sha="older"))
        answer = fleet.ask()
        assert (answer["data"]["drift"], answer["warnings"]) == (True, [deploys.DIFFERENT])

    def test_does_not_take_a_refusal_for_a_process_that_is_up(self, fleet: Fleet) -> None:
        refusing = Starlette(routes=[Route("/healthz", lambda _: Response(status_code=401))])
        with serving(refusing) as url:
            answer = fleet.ask(mcp_url=url)
        mcp = answer["data"]["processes"][1]
        assert (mcp["state"], mcp["release"], mcp["note"]) == (
            "unknown",
            None,
            "It answers with status 401.",
        )
        assert (answer["data"]["drift"], answer["warnings"]) == (None, [deploys.UNTOLD])

    def test_does_not_take_another_program_for_ours(self, fleet: Fleet) -> None:
        other = Starlette(routes=[Route("/healthz", lambda _: Response("fine"))])
        with serving(other) as url:
            answer = fleet.ask(mcp_url=url)
        assert answer["data"]["processes"][1]["note"] == "What answers there is no process of ours."

    def test_calls_unknown_what_does_not_answer(self, fleet: Fleet) -> None:
        answer = fleet.ask(api_url=f"http://127.0.0.1:{free_port()}")
        assert states(answer)[0] == ("api", "unknown")
        assert answer["data"]["drift"] is None

    def test_calls_workers_and_beat_unknown_that_were_never_seen(self, fleet: Fleet) -> None:
        fleet.broker.sign_off("w1")
        answer = fleet.ask()
        assert states(answer)[2:] == [("worker", "unknown"), ("beat", "up")]
        assert answer["data"]["drift"] is None
        assert answer["next_actions"][0]["tool"] == "instainstru_celery_worker_status"

    def test_says_that_without_commits_nothing_is_proven(self, fleet: Fleet) -> None:
        answer = fleet.ask(git_sha=None)
        assert answer["data"]["drift"] is None
        assert answer["warnings"] == [deploys.UNTOLD, deploys.NO_COMMIT]
