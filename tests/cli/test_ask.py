"""`instainstru ask`: a model that speaks over HTTP, tools that are really called."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
import structlog
from pydantic import BaseModel, Field

from cli import asking
from cli.commands import ask as command
from cli.llm import Llm, LlmNotConfigured
from devstack.llm_simulator.script import Script, Turn
from devstack.llm_simulator.server import LlmServer
from instainstru_core import runtime as composition
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel import log
from instainstru_core.kernel.settings import Settings
from mcp_server.envelope import Answer, answer
from mcp_server.tool import Call, reads, writes
from tests.cli.conftest import Ran, Terminal
from tests.conftest import SetClock, settings_for
from tests.databases import ServerUrls, clone
from tests.mcp import world as worlds
from tests.mcp.world import STATIC
from tests.processes import free_port

KEY = "sk-of-this-test"
Number = Annotated[int, Field(ge=0, le=99, examples=[1])]


class Doubled(BaseModel):
    """A number."""

    value: int


done: list[int] = []


@reads("Double a number")
def double(call: Call, number: Number) -> Answer[Doubled]:
    """Twice the number."""
    return answer(Report(data=Doubled(value=number * 2)), as_of=call.runtime.clock())


@writes("Keep a number", destructive=True)
def keep(call: Call, number: Number) -> Answer[Doubled]:
    """Keep the number."""
    done.append(number)
    return answer(Report(data=Doubled(value=number)), as_of=call.runtime.clock())


@dataclass(frozen=True, slots=True)
class Office:
    """A terminal beside a copilot."""

    url: str
    terminal: Terminal
    tokens: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def asked(
        self, turns: Sequence[Turn], *options: str, question: str = "What is twice 21?", **more: str
    ) -> Iterator[tuple[Ran, Script]]:
        """How the question ended, and what the model heard."""
        script = Script(list(turns), key=KEY)
        with LlmServer(script) as server:
            known = {
                "OPENAI_BASE_URL": server.url,
                "OPENAI_API_KEY": KEY,
                "OPENAI_MODEL": "simulated",
                **more,
            }
            given = ["--url", self.url, "--token", STATIC]
            yield self.terminal("ask", question, *given, *options, **known), script


@pytest.fixture(scope="module")
def office(servers: ServerUrls) -> Iterator[Office]:
    before = structlog.get_config()
    log.configure(style="console", level="ERROR", lasting=False)
    with clone(servers) as database_url:
        plain = settings_for(database_url, servers)
        tokens = {
            digest: {**holder, "scopes": ["mcp:read", "mcp:write"]}
            for digest, holder in worlds.static_tokens().items()
        }
        settings = type(plain)(
            **plain.model_dump()
            | {
                "DATABASE_URL": database_url,
                "REDIS_URL": servers.redis_url,
                "oauth_issuer": worlds.ISSUER,
                "mcp_static_tokens": tokens,
            }
        )
        runtime = composition.build(settings, SetClock())
        with worlds.serving(runtime, [double, keep]) as url:
            yield Office(url, Terminal(plain))
        runtime.close()
    structlog.configure(**before)


CALL = Turn(calls=[("instainstru_double", {"number": 21})])


class TestTheAnswer:
    def test_comes_from_tools_that_are_really_called(self, office: Office) -> None:
        with office.asked([CALL, Turn(words="It is 42.")]) as (ran, script):
            assert (ran.code, ran.out) == (0, "It is 42.\n")
            assert "> double(number=21)" in ran.err
            first, second = script.heard
        assert [tool["function"]["name"] for tool in first["tools"]] == [
            "instainstru_double",
            "instainstru_keep",
        ]
        system, question = first["messages"]
        assert "Answers about InstaInstru" in system["content"]
        assert question == {"role": "user", "content": "What is twice 21?"}
        told = json.loads(second["messages"][-1]["content"])
        assert told["data"] == {"value": 42}

    def test_is_json_with_every_call_for_programs(self, office: Office) -> None:
        with office.asked([CALL, Turn(words="42")], "--json") as (ran, _):
            found = ran.json
        assert (found["answer"], found["model"], found["tokens"]) == ("42", "simulated", 220)
        assert found["cut_short"] is None
        (call,) = found["calls"]
        assert (call["tool"], call["arguments"]) == ("instainstru_double", {"number": 21})
        assert (call["is_error"], call["answer"]["data"]) == (False, {"value": 42})
        assert ran.err == ""

    def test_can_rest_on_several_calls_at_once(self, office: Office) -> None:
        calls = [("instainstru_double", {"number": number}) for number in (1, 2)]
        with office.asked([Turn(calls=calls), Turn(words="2 and 4")], "--json") as (ran, _):
            assert [one["answer"]["data"]["value"] for one in ran.json["calls"]] == [2, 4]

    @pytest.mark.parametrize(
        ("name", "given", "code"),
        [
            ("instainstru_double", {"number": "many"}, "tool.bad_arguments"),
            ("instainstru_treble", {}, "tool.not_found"),
            ("instainstru_double", "{number: 21", "ask.not_called"),
            ("instainstru_double", "[21]", "ask.not_called"),
        ],
    )
    def test_may_follow_a_refusal_that_the_model_hears(
        self, office: Office, name: str, given: Any, code: str
    ) -> None:
        turns = [Turn(calls=[(name, given)]), CALL, Turn(words="42")]
        with office.asked(turns, "--json") as (ran, script):
            assert ran.json["calls"][0]["is_error"] is True
            told = json.loads(script.heard[1]["messages"][-1]["content"])
        assert told["error"]["code"] == code
        assert ran.json["answer"] == "42"


class TestBounds:
    def test_end_it_after_so_many_steps_with_what_is_known(self, office: Office) -> None:
        with office.asked([CALL, CALL, Turn(words="So far 42.")], "--steps", "2", "--json") as (
            ran,
            script,
        ):
            assert (ran.json["answer"], ran.json["cut_short"]) == ("So far 42.", "steps")
            last = script.heard[-1]
        assert "tools" not in last
        assert last["messages"][-1] == {"role": "user", "content": asking.LAST_WORDS}

    def test_end_it_when_it_has_taken_too_long_or_read_too_much(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(asking, "MOST_BYTES", 100)
        with office.asked([CALL, Turn(words="42")]) as (ran, _):
            assert "The limit of bytes ended it early" in ran.out

    def test_leave_out_calls_that_are_too_many_at_once(self, office: Office) -> None:
        calls = [("instainstru_double", {"number": 1})] * (asking.MOST_CALLS_AT_ONCE + 1)
        with office.asked([Turn(calls=calls), Turn(words="2")], "--json") as (ran, _):
            errors = [one["is_error"] for one in ran.json["calls"]]
        assert errors == [False] * asking.MOST_CALLS_AT_ONCE + [True]

    def test_without_any_words_there_is_no_answer(self, office: Office) -> None:
        with office.asked([CALL, CALL], "--steps", "1", "--json") as (ran, _):
            assert (ran.code, ran.problem["code"]) == (3, "ask.no_answer")


class TestChanges:
    def test_are_not_made_where_nobody_can_agree(self, office: Office) -> None:
        wish = Turn(calls=[("instainstru_keep", {"number": 7})])
        with office.asked([wish, Turn(words="Not done.")], "--json") as (ran, script):
            told = json.loads(script.heard[1]["messages"][-1]["content"])
        assert told["error"]["code"] == "ask.not_called"
        assert (ran.json["calls"][0]["is_error"], done) == (True, [])

    @pytest.mark.parametrize("agreed", [True, False])
    def test_are_made_only_when_the_person_agrees_to_that_very_call(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, *, agreed: bool
    ) -> None:
        seen: list[Any] = []

        def agrees(tool: str, arguments: Any) -> bool:
            seen.append((tool, dict(arguments)))
            return agreed

        monkeypatch.setattr(command, "_agrees", agrees)
        done.clear()
        wish = Turn(calls=[("instainstru_keep", {"number": 7})])
        with office.asked([wish, Turn(words="As you wish.")]) as (ran, _):
            assert ran.code == 0
        assert seen == [("instainstru_keep", {"number": 7})]
        assert done == ([7] if agreed else [])
        done.clear()


class TestWithoutAModel:
    @pytest.mark.parametrize(
        ("known", "missing"),
        [
            ({}, ["OPENAI_MODEL", "OPENAI_API_KEY"]),
            ({"OPENAI_MODEL": "some"}, ["OPENAI_API_KEY"]),
            ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, ["OPENAI_MODEL"]),
        ],
    )
    def test_it_says_what_is_missing(
        self, office: Office, known: dict[str, str], missing: list[str]
    ) -> None:
        nothing = {"OPENAI_MODEL": "", "OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
        ran = office.terminal("ask", "Anything?", "--token", "x", "--json", **(nothing | known))
        assert (ran.code, ran.problem["code"]) == (3, "llm.not_configured")
        for word in missing:
            assert word in ran.problem["detail"]

    def test_a_model_of_ones_own_needs_no_key(self) -> None:
        known: dict[str, Any] = {
            "OPENAI_MODEL": "llama",
            "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        }
        assert Llm(Settings(**known)).name == "llama"
        with pytest.raises(LlmNotConfigured):
            Llm(Settings(**(known | {"OPENAI_MODEL": None})))

    @pytest.mark.parametrize(
        ("more", "turns", "code"),
        [
            ({"OPENAI_API_KEY": "wrong"}, [], "llm.key_refused"),
            ({"OPENAI_MODEL": "other"}, [], "llm.refused"),
            ({}, [Turn(status=429)] * 3, "llm.too_often"),
            ({}, [Turn(status=500)] * 3, "llm.unreachable"),
            ({}, [Turn(status=422)], "llm.refused"),
        ],
    )
    def test_it_says_why_the_model_does_not_answer(
        self, office: Office, more: dict[str, str], turns: list[Turn], code: str
    ) -> None:
        with office.asked(turns, "--json", **more) as (ran, _):
            assert ran.problem["code"] == code

    def test_it_says_when_there_is_none_at_the_address(self, office: Office) -> None:
        away = {"OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
        with office.asked([], "--json", **away) as (ran, _):
            assert (ran.code, ran.problem["code"]) == (3, "llm.unreachable")

    def test_trouble_that_passes_is_not_noticed(self, office: Office) -> None:
        with office.asked([Turn(status=500), Turn(words="42")]) as (ran, _):
            assert ran.out == "42\n"
