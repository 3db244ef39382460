"""What is shown is made exactly so, once, by whoever was shown it: over HTTP, with real commits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Annotated, Any

import httpx
import pytest
from fastmcp import Client
from fastmcp.client.client import CallToolResult
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StreamableHttpTransport
from pydantic import BaseModel, Field

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from mcp_server.confirming import (
    ConfirmToken,
    Made,
    OneUnit,
    Order,
    Proposed,
    Shown,
    Steps,
    execute,
    propose,
    stamp,
)
from mcp_server.envelope import Answer
from mcp_server.tool import Call, Tool, previews, writes
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token
from tests.patience import PATIENCE_SECONDS

Number = Annotated[int, Field(ge=1, le=99)]


class Wish(BaseModel):
    """How much to give."""

    number: int
    reason: str = "goodwill"


class Gift(BaseModel):
    """What was given, under which key."""

    number: int
    key: str


@dataclass
class Stage:
    """What the tools of this test find, and what became of it."""

    state: int = 0
    given: list[str] = field(default_factory=list[str])
    fails: bool = False
    waits: Event | None = None
    arrived: Event = field(default_factory=Event)


STAGE = Stage()


def shown(wish: Wish) -> Shown[Wish]:
    return Shown(wish, summary=f"Give {wish.number}.", state=stamp(STAGE.state))


def give(uow: Uow, wish: Wish, key: str) -> Gift:
    audit.record(uow, "test.give", subject_id=key)
    if STAGE.fails:
        raise Conflict("It cannot be given.")
    return Gift(number=wish.number, key=key)


def send(call: Call, wish: Wish, order: Order) -> Gift:
    STAGE.arrived.set()
    if STAGE.waits is not None:
        STAGE.waits.wait(PATIENCE_SECONDS)
    with call.begin() as uow:
        return give(uow, wish, order.key)


GIVE = OneUnit("give_execute", Wish, Gift, lambda _uow, wish: shown(wish), give)
SEND = Steps("send_execute", Wish, Gift, lambda _call, wish: shown(wish), send)


@previews("Preview a gift")
def give_preview(call: Call, number: Number) -> Answer[Proposed[Wish]]:
    """Show a gift."""
    return propose(call, GIVE, Wish(number=number))


@writes("Give", destructive=True, idempotent=True)
def give_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[Gift]]:
    """Give as previewed."""
    return execute(call, GIVE, confirm_token)


@previews("Preview a parcel")
def send_preview(call: Call, number: Number) -> Answer[Proposed[Wish]]:
    """Show a parcel."""
    return propose(call, SEND, Wish(number=number))


@writes("Send", destructive=True, idempotent=True)
def send_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[Gift]]:
    """Send as previewed."""
    return execute(call, SEND, confirm_token)


TOOLS: list[Tool] = [give_preview, give_execute, send_preview, send_execute]
kinds = pytest.mark.parametrize("kind", ["give", "send"])


@pytest.fixture(autouse=True)
def stage() -> Iterator[Stage]:
    STAGE.__init__()  # type: ignore[misc]
    yield STAGE
    if STAGE.waits is not None:
        STAGE.waits.set()


@pytest.fixture(scope="module")
def server(asked: Runtime) -> Iterator[str]:
    with worlds.serving(asked, TOOLS) as url:
        yield url


def writer(server: str, client_id: str = "ops", **changes: Any) -> Copilot:
    claims: dict[str, Any] = {
        "sub": client_id,
        "client_id": client_id,
        "scope": "mcp:read mcp:write",
    }
    return Copilot(server, token(worlds.signing_key(), **claims), **changes)


def entries(runtime: Runtime, action: str, subject_id: str) -> list[AuditEntryView]:
    with runtime.begin(SYSTEM) as uow:
        filters = AuditFilters(action=action, subject_id=subject_id)
        return audit.search(uow, filters, limit=50).items


def previewed(copilot: Copilot, kind: str, number: int = 7) -> str:
    found = copilot.ask(f"{kind}_preview", number=number)
    return str(found["data"]["confirm_token"])


@kinds
class TestAConfirmedChange:
    def test_is_shown_with_a_token_that_its_next_action_carries(
        self, server: str, kind: str
    ) -> None:
        found = writer(server).ask(f"{kind}_preview", number=7)
        data = found["data"]
        assert data["summary"] == "Give 7."
        assert data["preview"] == {"number": 7, "reason": "goodwill"}
        assert data["expires_in_seconds"] == 600
        (action,) = found["next_actions"]
        assert action["tool"] == f"instainstru_{kind}_execute"
        assert action["arguments"] == {"confirm_token": data["confirm_token"]}

    def test_is_made_once_and_then_answered_again(
        self, server: str, asked: Runtime, kind: str
    ) -> None:
        ops = writer(server)
        key = previewed(ops, kind)
        first = ops.ask(f"{kind}_execute", confirm_token=key)
        again = ops.ask(f"{kind}_execute", confirm_token=f" {key.lower()} ")
        assert first["data"] == {"replayed": False, "result": {"number": 7, "key": key}}
        assert again["data"] == {"replayed": True, "result": {"number": 7, "key": key}}
        assert (first["warnings"], len(again["warnings"])) == ([], 1)
        assert len(entries(asked, "test.give", key)) == 1

    def test_is_made_once_by_many_at_once(self, server: str, asked: Runtime, kind: str) -> None:
        key = previewed(writer(server), kind)

        def confirm(ops: Copilot) -> CallToolResult:
            return ops.call(f"{kind}_execute", {"confirm_token": key})

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(confirm, [writer(server)] * 6))
        made = [one.structured_content for one in answers if not one.is_error]
        assert [one["data"]["replayed"] for one in made if one].count(False) == 1
        assert all(
            "confirmation.in_progress" in str(one.content) for one in answers if one.is_error
        )
        assert len(entries(asked, "test.give", key)) == 1

    def test_is_not_made_where_the_state_is_another(
        self, server: str, asked: Runtime, kind: str
    ) -> None:
        ops = writer(server)
        key = previewed(ops, kind)
        STAGE.state += 1
        error = ops.refused(f"{kind}_execute", confirm_token=key)
        assert (error["code"], error["retryable"]) == ("confirmation.state_changed", False)
        assert entries(asked, "test.give", key) == []
        STAGE.state -= 1
        assert ops.ask(f"{kind}_execute", confirm_token=key)["data"]["replayed"] is False

    def test_that_failed_can_be_made_later(self, server: str, kind: str) -> None:
        ops = writer(server)
        key = previewed(ops, kind)
        STAGE.fails = True
        for _ in range(2):
            assert ops.refused(f"{kind}_execute", confirm_token=key)["code"] == "conflict"
        STAGE.fails = False
        assert ops.ask(f"{kind}_execute", confirm_token=key)["data"]["replayed"] is False

    def test_is_for_whoever_was_shown_it(self, server: str, kind: str) -> None:
        key = previewed(writer(server), kind)
        error = writer(server, "another").refused(f"{kind}_execute", confirm_token=key)
        assert error["code"] == "confirmation.foreign"

    def test_is_made_by_its_own_tool(self, server: str, kind: str) -> None:
        ops = writer(server)
        other = {"give": "send", "send": "give"}[kind]
        error = ops.refused(f"{other}_execute", confirm_token=previewed(ops, kind))
        assert error["code"] == "confirmation.other_action"
        assert error["facts"] == {"action": f"{kind}_execute"}

    def test_is_made_in_the_older_protocol_too(self, server: str, kind: str) -> None:
        ops = writer(server, mode="legacy")
        key = previewed(ops, kind)
        assert ops.ask(f"{kind}_execute", confirm_token=key)["data"]["replayed"] is False

    def test_is_written_down_with_its_reason(self, server: str, asked: Runtime, kind: str) -> None:
        ops = writer(server)
        key = previewed(ops, kind)
        ops.ask(f"{kind}_execute", confirm_token=key)
        (entry,) = entries(asked, "confirmations.execute", key)
        assert (entry.actor_kind, entry.actor_id, entry.door) == ("service", "ops", "mcp")
        assert entry.details == {
            "operator": worlds.OPERATOR,
            "action": f"{kind}_execute",
            "attempt": 1,
            "reason": "goodwill",
        }


class TestAToken:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ("7KQ4W9ZT2MXB5RHCV8NA", "confirmation.unknown"),
            ("x", "confirmation.unknown"),
            ("", "tool.bad_arguments"),
            ("7KQ4W9ZT2MXB5RHCV8N'", "tool.bad_arguments"),
        ],
    )
    def test_that_nobody_was_given_confirms_nothing(
        self, server: str, given: str, code: str
    ) -> None:
        assert writer(server).refused("give_execute", confirm_token=given)["code"] == code

    def test_of_a_change_under_way_says_when_to_come_back(self, server: str) -> None:
        ops = writer(server)
        key = previewed(ops, "send")
        STAGE.waits = Event()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(ops.ask, "send_execute", confirm_token=key)
            assert STAGE.arrived.wait(PATIENCE_SECONDS)
            error = ops.refused("send_execute", confirm_token=key)
            STAGE.waits.set()
            assert running.result(PATIENCE_SECONDS)["data"]["replayed"] is False
        assert (error["code"], error["retryable"]) == ("confirmation.in_progress", True)
        assert error["facts"] == {"retry_after": 5}


@dataclass
class Person:
    """Somebody at a client that can ask them; `says` is what they answer."""

    url: str
    says: ElicitResult[Any] | None
    asked: list[str] = field(default_factory=list[str])

    def execute(self, key: str) -> Any:
        async def answering(message: str, *_: Any) -> Any:
            self.asked.append(message)
            return self.says

        async def calling() -> Any:
            transport = StreamableHttpTransport(f"{self.url}/mcp", auth=writer(self.url).token)
            async with Client(
                transport,
                mode="2026-07-28",
                elicitation_handler=answering,
                timeout=PATIENCE_SECONDS,
            ) as client:
                return await client.call_tool(
                    "instainstru_give_execute", {"confirm_token": key}, raise_on_error=False
                )

        return worlds.run(calling())


YES = ElicitResult[Any](action="accept", content={"confirm": True})
NO = ElicitResult[Any](action="accept", content={"confirm": False})


class TestAPersonAtTheClient:
    def test_is_asked_before_it_is_done(self, server: str, asked: Runtime) -> None:
        key = previewed(writer(server), "give")
        person = Person(server, YES)
        answer = person.execute(key)
        assert not answer.is_error, answer.content
        assert answer.structured_content["data"]["replayed"] is False
        assert person.asked == ["Give 7. This can be confirmed for 600 seconds."]
        assert len(entries(asked, "test.give", key)) == 1

    def test_is_not_asked_about_what_is_done(self, server: str) -> None:
        key = previewed(writer(server), "give")
        person = Person(server, YES)
        person.execute(key)
        assert person.execute(key).structured_content["data"]["replayed"] is True
        assert len(person.asked) == 1

    @pytest.mark.parametrize("said", [NO, ElicitResult[Any](action="decline")])
    def test_who_says_no_ends_it(
        self, server: str, asked: Runtime, said: ElicitResult[Any]
    ) -> None:
        key = previewed(writer(server), "give")
        answer = Person(server, said).execute(key)
        assert answer.is_error
        assert "confirmation.declined" in answer.content[0].text
        error = writer(server).refused("give_execute", confirm_token=key)
        assert error["code"] == "confirmation.declined"
        assert entries(asked, "test.give", key) == []

    def test_who_says_nothing_leaves_it_open(self, server: str) -> None:
        key = previewed(writer(server), "give")
        answer = Person(server, ElicitResult[Any](action="cancel")).execute(key)
        assert "confirmation.unanswered" in answer.content[0].text
        assert writer(server).ask("give_execute", confirm_token=key)["data"]["replayed"] is False

    def test_is_not_asked_about_what_is_not_theirs(self, server: str) -> None:
        key = previewed(writer(server, "another"), "give")
        person = Person(server, YES)
        assert "confirmation.foreign" in person.execute(key).content[0].text
        assert person.asked == []


MODERN = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": "instainstru_give_execute",
}


def called(url: str, key: str, **answers: Any) -> dict[str, Any]:
    """One call of the newest protocol by a client that can ask people."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    }
    params = {
        "name": "instainstru_give_execute",
        "arguments": {"confirm_token": key},
        "_meta": meta,
        **answers,
    }
    sent = httpx.post(
        f"{url}/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
        headers={**MODERN, "Authorization": f"Bearer {writer(url).token}"},
    )
    found: dict[str, Any] = sent.json()
    return found


AGREED = {"confirm": {"action": "accept", "content": {"confirm": True}}}


class TestAnAnswer:
    def test_holds_at_another_process_with_the_same_key(self, asked: Runtime, server: str) -> None:
        key = previewed(writer(server), "give")
        question = called(server, key)["result"]
        assert question["resultType"] == "input_required"
        assert key not in question["requestState"]
        with worlds.serving(asked, TOOLS) as other:
            done = called(other, key, inputResponses=AGREED, requestState=question["requestState"])
        assert done["result"]["structuredContent"]["data"]["replayed"] is False

    def test_without_a_question_is_not_believed(self, server: str, asked: Runtime) -> None:
        key = previewed(writer(server), "give")
        answered = called(server, key, inputResponses=AGREED)["result"]
        assert "confirmation.question_unknown" in answered["content"][0]["text"]
        assert entries(asked, "test.give", key) == []

    def test_to_another_question_is_not_believed(self, server: str, asked: Runtime) -> None:
        ops = writer(server)
        first, second = previewed(ops, "give"), previewed(ops, "give")
        state = called(server, first)["result"]["requestState"]
        answered = called(server, second, inputResponses=AGREED, requestState=state)
        assert answered["error"]["code"] == -32602
        assert entries(asked, "test.give", second) == []
