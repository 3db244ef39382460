"""Nobody calls as often as they like, and nobody is turned away because Redis is."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest
from pydantic import BaseModel

from instainstru_core.adapters.limiter import LocalLimiter, RedisLimiter
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.ports import Limiter
from instainstru_core.runtime import Runtime
from mcp_server.envelope import Answer, answer
from mcp_server.limits import PER_MINUTE
from mcp_server.tool import Call, previews, reads
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token
from tests.processes import free_port


class Empty(BaseModel):
    """Nothing."""


@reads("Look")
def look(call: Call) -> Answer[Empty]:
    """Look."""
    return answer(Report(data=Empty()), as_of=call.runtime.clock())


@previews("Change", direct=True)
def change(call: Call) -> Answer[Empty]:
    """Change."""
    return answer(Report(data=Empty()), as_of=call.runtime.clock())


@pytest.fixture(scope="module")
def strict(asked: Runtime) -> Iterator[str]:
    limits = {"read": 3, "write": 2, "refused": 2}
    settings = asked.settings.model_copy(update={"mcp_limits": limits})
    with worlds.serving(replace(asked, settings=settings), [look, change]) as url:
        yield url


def somebody(url: str) -> Copilot:
    name = f"client-{new_id()}"
    claims: dict[str, Any] = {"sub": name, "client_id": name, "scope": "mcp:read mcp:write"}
    return Copilot(url, token(worlds.signing_key(), **claims))


class TestRefusals:
    def test_are_limited_and_no_more_written_down_then(self, strict: str, asked: Runtime) -> None:
        ada = somebody(strict)
        codes = [ada.refused("no_such_tool")["code"] for _ in range(3)]
        assert codes == ["tool.not_found", "tool.not_found", "tool.too_many_calls"]
        with asked.begin(SYSTEM) as uow:
            wanted = AuditFilters(action="mcp.unknown")
            written = audit.search(uow, wanted, limit=20).items
        mine = jwt.decode(ada.token, options={"verify_signature": False})["client_id"]
        assert sum(one.actor_id == mine for one in written) == 2


class TestLimits:
    def test_are_each_callers_own_and_each_kinds(self, strict: str) -> None:
        ada, bob = somebody(strict), somebody(strict)
        for _ in range(2):
            ada.ask("change")
        error = ada.refused("change")
        assert (error["code"], error["retryable"]) == ("tool.too_many_calls", True)
        waits = error["retry_after"]  # 30 seconds, less those that the calls took
        assert error["facts"] == {"retry_after": waits, "remaining": 0, "per_minute": 2}
        assert 15 <= waits <= 30
        ada.ask("look")
        bob.ask("change")

    def test_of_reading_are_taken_in_portions(self, strict: str) -> None:
        ada = somebody(strict)
        answers = ada.calls([("look", dict[str, Any]())] * 5)
        assert [one.is_error for one in answers] == [False, False, False, True, True]

    def test_are_for_what_does_harm_the_lowest(self) -> None:
        assert PER_MINUTE["read"] > PER_MINUTE["write"] > PER_MINUTE["money"] > PER_MINUTE["comms"]


def limiters(redis_url: str) -> list[Limiter]:
    gone = RedisLimiter(f"redis://127.0.0.1:{free_port()}/0")
    return [LocalLimiter(), RedisLimiter(redis_url), gone]


class TestABucket:
    @pytest.mark.parametrize("which", [0, 1, 2], ids=["local", "redis", "redis away"])
    def test_holds_a_minute_and_says_when_it_has_one_again(
        self, asked: Runtime, which: int
    ) -> None:
        limiter = limiters(asked.settings.redis_url.get_secret_value())[which]
        name = new_id()
        taken = [limiter.take(name, most=6) for _ in range(7)]
        assert [one.is_allowed for one in taken] == [True] * 6 + [False]
        assert [one.left for one in taken] == [5, 4, 3, 2, 1, 0, 0]
        assert 5 <= taken[-1].retry_after <= 11  # 10 seconds, less those that the calls took
        assert limiter.take(new_id(), most=6).is_allowed

    @pytest.mark.parametrize("which", [0, 1, 2], ids=["local", "redis", "redis away"])
    def test_may_hold_an_hour(self, asked: Runtime, which: int) -> None:
        limiter = limiters(asked.settings.redis_url.get_secret_value())[which]
        name = new_id()
        taken = [limiter.take(name, most=6, minutes=60) for _ in range(7)]
        assert [one.is_allowed for one in taken] == [True] * 6 + [False]
        assert 590 <= taken[-1].retry_after <= 601  # 10 minutes, less what the calls took

    def test_is_one_for_all_processes(self, asked: Runtime) -> None:
        url, name = asked.settings.redis_url.get_secret_value(), new_id()
        one, other = RedisLimiter(url), RedisLimiter(url)
        assert one.take(name, most=2).is_allowed
        assert other.take(name, most=2).is_allowed
        assert not one.take(name, most=2).is_allowed
        one.close()
        other.close()
