"""What becomes of a call whatever its body does."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Event
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import SYSTEM, Actor, ActorKind
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from mcp_server.calls import BUDGET_BYTES, Calls
from mcp_server.envelope import Answer, answer
from mcp_server.tool import Call, previews, reads
from mcp_server.tools.bookings import bookings_summary
from tests.mcp import world as worlds
from tests.mcp.world import Copilot
from tests.patience import PATIENCE_SECONDS

PROGRAM = Actor(id="desk-copilot", kind=ActorKind.SERVICE)

LINE = "x" * 1_000


class Lines(BaseModel):
    """Some lines."""

    lines: list[str]


@reads("Many lines")
def many_lines(call: Call, limit: Annotated[int, Field(ge=1, le=100)] = 100) -> Answer[Lines]:
    """As many lines as asked for."""
    return answer(Report(data=Lines(lines=[LINE] * limit), total=100), as_of=call.runtime.clock())


@reads("Few lines")
def few_lines(call: Call, limit: Annotated[int, Field(ge=1, le=100)] = 10) -> Answer[Lines]:
    """As many short lines as asked for."""
    return answer(Report(data=Lines(lines=["x"] * limit)), as_of=call.runtime.clock())


@previews("Give", scope=Scope.MCP_READ)
def give(call: Call, cents: Annotated[int, Field(ge=1, le=100)]) -> Answer[Lines]:
    """Give so many cents."""
    return answer(Report(data=Lines(lines=[str(cents)])), as_of=call.runtime.clock())


@reads("One long line")
def long_line(call: Call) -> Answer[Lines]:
    """One line that is too long."""
    return answer(Report(data=Lines(lines=[LINE * 50])), as_of=call.runtime.clock())


@reads("Broken")
def broken(call: Call) -> Answer[Lines]:
    """Fail as only a bug does."""
    msg = f"the password of {call.runtime.settings.database_url} is hunter2"
    raise RuntimeError(msg)


@reads("Away")
def away(call: Call) -> Answer[Lines]:
    """Refuse for now."""
    raise Unavailable("It is away. Try again.", retry_after=3)


LET_GO = Event()


@reads("Slow elsewhere", open_world=True)
def slow_elsewhere(call: Call) -> Answer[Lines]:
    """Wait for somebody outside."""
    assert LET_GO.wait(PATIENCE_SECONDS)
    return answer(Report(data=Lines(lines=[])), as_of=call.runtime.clock())


@pytest.fixture(scope="module")
def odd(asked: Runtime) -> object:
    """A server of tools with extreme bodies."""
    with worlds.serving(
        asked, [many_lines, few_lines, give, long_line, broken, away, slow_elsewhere]
    ) as url:
        yield Copilot(url)


class TestACall:
    def test_cuts_an_answer_to_what_a_model_can_read(self, odd: Copilot) -> None:
        found = odd.ask("many_lines")
        assert len(found["data"]["lines"]) == 25
        assert (found["truncated"], found["total"]) == (True, 100)
        assert found["warnings"] == [
            "Only 25 of the 100 asked for are shown, so that the answer stays readable."
        ]

    def test_leaves_an_answer_that_fits(self, odd: Copilot) -> None:
        found = odd.ask("many_lines", limit=30)
        assert (len(found["data"]["lines"]), found["warnings"]) == (30, [])

    def test_refuses_what_cannot_be_cut(self, odd: Copilot) -> None:
        error = odd.refused("long_line")
        assert error["code"] == "tool.answer_too_large"
        assert str(BUDGET_BYTES) in error["message"]

    def test_is_answered_however_many_wait_for_somebody_outside(self, odd: Copilot) -> None:
        with ThreadPoolExecutor(12) as pool:
            waiting = [pool.submit(odd.ask, "slow_elsewhere") for _ in range(12)]
            try:
                wait(waiting, timeout=1)
                assert odd.ask("few_lines")["data"]["lines"] == ["x"] * 10
                assert not any(one.done() for one in waiting)
            finally:
                LET_GO.set()
            assert [one.result()["data"]["lines"] for one in waiting] == [[]] * 12

    def test_says_nothing_of_a_bug_but_the_request(self, odd: Copilot) -> None:
        error = odd.refused("broken")
        assert error == {
            "code": "internal",
            "message": "Something went wrong on our side. Try again; if it stays, report the"
            " request_id.",
            "retryable": True,
            "facts": {},
            "request_id": error["request_id"],
        }

    def test_says_when_to_come_back(self, odd: Copilot) -> None:
        error = odd.refused("away")
        assert (error["retryable"], error["retry_after"]) == (True, 3)

    def test_says_which_argument_may_be_what(self, copilot: Copilot) -> None:
        error = copilot.refused("instructors_coverage", group_by="planet")
        assert (error["code"], error["field"]) == ("tool.bad_arguments", "group_by")
        assert error["allowed"] == ["category", "service", "area", "borough"]

    def test_says_what_to_do_next(self, copilot: Copilot) -> None:
        error = copilot.refused("what_is_this")
        assert (error["hint"], error["next_tool"]) == (
            "Find the tool by what it is for.",
            "search_tools",
        )

    @pytest.mark.parametrize(
        ("limit", "shown", "note"),
        [
            ("20.0", 20, None),
            (20.0, 20, None),
            ("2", 2, None),
            (1_000, 100, "`limit` may be 1 to 100: 100 was taken instead."),
            (-5, 1, "`limit` may be 1 to 100: 1 was taken instead."),
            ("0", 1, "`limit` may be 1 to 100: 1 was taken instead."),
            (10**30, 100, "`limit` may be 1 to 100: 100 was taken instead."),
        ],
        ids=["text", "point", "digit", "high", "negative", "zero", "huge"],
    )
    def test_takes_numbers_as_models_write_them(
        self, odd: Copilot, limit: object, shown: int, note: str | None
    ) -> None:
        found = odd.ask("few_lines", limit=limit)
        assert found["data"]["lines"] == ["x"] * shown
        assert found["warnings"] == ([] if note is None else [note])

    @pytest.mark.parametrize("limit", [0.5, "1.5", "many", True, None, [3]])
    def test_takes_nothing_else_for_a_number(self, odd: Copilot, limit: object) -> None:
        error = odd.refused("few_lines", limit=limit)
        assert (error["code"], error["field"]) == ("tool.bad_arguments", "limit")

    def test_can_be_a_summary(self, odd: Copilot) -> None:
        found = odd.ask("few_lines", limit=7, detail="summary")
        assert (len(found["data"]["lines"]), found["truncated"]) == (5, True)
        (words,) = found["warnings"]
        assert words.startswith("This is a summary: lists end after 5, texts after 200 characters.")
        whole = odd.ask("few_lines", limit=5, detail="summary")
        assert (len(whole["data"]["lines"]), whole["truncated"]) == (5, False)
        assert odd.ask("few_lines", limit=7, detail="full") == odd.ask("few_lines", limit=7)
        long = odd.ask("many_lines", limit=1, detail="summary")
        assert long["data"]["lines"] == ["x" * 200 + "…"]

    def test_has_two_ways_of_detail(self, odd: Copilot) -> None:
        error = odd.refused("few_lines", detail="some")
        assert (error["field"], error["allowed"]) == ("detail", ["full", "summary"])
        assert odd.refused("give", cents=1, detail="full")["code"] == "tool.bad_arguments"

    def test_changes_no_number_of_what_it_does(self, odd: Copilot) -> None:
        assert odd.refused("give", cents=101)["field"] == "cents"
        assert odd.ask("give", cents="100.0")["data"]["lines"] == ["100"]

    @pytest.mark.parametrize("actor", [SYSTEM, PROGRAM], ids=["ours", "a program"])
    def test_answers_even_when_the_trail_cannot_be_written(
        self, asked: Runtime, actor: Actor
    ) -> None:
        def lost(_actor: object) -> object:
            raise Unavailable("The database is away.")

        calls = Calls(replace(asked, begin=lost))  # type: ignore[arg-type]
        found = calls.make(many_lines, {"limit": 1}, actor)
        assert found.structured_content is not None
        assert found.structured_content["total"] == 100

    def test_is_written_apart_when_that_fails_where_it_read(
        self, asked: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[str] = []
        record = audit.record

        def lost_at_first(uow: Uow, action: str, **values: Any) -> str:
            written.append(action)
            if len(written) == 1:
                raise Unavailable("The trail is away.")
            return record(uow, action, **values)

        monkeypatch.setattr(audit, "record", lost_at_first)
        found = Calls(asked).make(bookings_summary, {"window": "today"}, SYSTEM)
        assert found.structured_content is not None
        assert written == ["mcp.bookings_summary"] * 2
