"""What the simulated model says, turn by turn, and how it refuses what the real API refuses."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias, cast

from devstack.llm_simulator import embeddings

Json: TypeAlias = dict[str, Any]

CREATED = 1_780_000_000
OK = 200
SECRET = "It is as it is; you typed: my secret."  # noqa: S105 - nobody's
"""What an error says: words that may not be shown to anybody."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What it says when it is asked: words, calls of tools, or an error of this status.

    A call is a name and its arguments; arguments that are a text are sent as they are. It takes
    `seconds`, may refuse, and may be cut off.
    """

    words: str | None = None
    calls: Sequence[tuple[str, Any]] = ()
    status: int = 200
    seconds: float = 0.0
    refusal: str | None = None
    is_cut_off: bool = False


@dataclass(slots=True)
class Script:
    """The turns that are left, and everything that was asked. `sleep` is how turns take long."""

    turns: list[Turn]
    key: str
    model: str = "simulated"
    embedding_model: str = "simulated-embedding"
    heard: list[Json] = field(default_factory=list[Json])
    embedded: list[Json] = field(default_factory=list[Json])
    embedding_turns: list[Turn] = field(default_factory=list[Turn])
    sleep: Callable[[float], object] = time.sleep
    _lock: Any = field(default_factory=Lock)

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Json]:
        """Status and content for one question."""
        asked, problem = self._read(headers, body, _problem, self.model)
        if problem is not None:
            return problem
        with self._lock:
            self.heard.append(asked)
            turn = self.turns.pop(0) if self.turns else Turn(words="I have nothing to say.")
            number = len(self.heard)
        self.sleep(turn.seconds)
        if turn.status != OK:
            return turn.status, _error(SECRET, "simulated")
        return OK, self._said(turn, number)

    def embed(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Json]:
        """Status and content for texts that are to become vectors."""
        asked, problem = self._read(headers, body, embeddings.problem, self.embedding_model)
        if problem is not None:
            return problem
        with self._lock:
            self.embedded.append(asked)
            turn = self.embedding_turns.pop(0) if self.embedding_turns else Turn()
        self.sleep(turn.seconds)
        if turn.status != OK:
            return turn.status, _error(SECRET, "simulated")
        return OK, embeddings.answer(asked)

    def _read(
        self,
        headers: Mapping[str, str],
        body: bytes,
        problem_of: Callable[[Json], str | None],
        model: str,
    ) -> tuple[Json, tuple[int, Json] | None]:
        """What is asked, or why it cannot be."""
        if headers.get("authorization") != f"Bearer {self.key}":
            return {}, (401, _error("Incorrect API key provided.", "invalid_api_key"))
        try:
            asked = cast("Json", json.loads(body))
            problem = problem_of(asked)
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            asked, problem = {}, repr(failure)
        if problem is not None:
            return asked, (400, _error(problem, "invalid_request_error"))
        if asked["model"] != model:
            missing = f"The model `{asked['model']}` does not exist."
            return asked, (404, _error(missing, "model_not_found"))
        return asked, None

    def _said(self, turn: Turn, number: int) -> Json:
        calls = [
            {
                "id": f"call_{number}_{place}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": given if isinstance(given, str) else json.dumps(given),
                },
            }
            for place, (name, given) in enumerate(turn.calls)
        ]
        message: Json = {"role": "assistant", "content": turn.words, "refusal": turn.refusal}
        if calls:
            message["tool_calls"] = calls
        reason = "tool_calls" if calls else "length" if turn.is_cut_off else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": CREATED,
            "model": self.model,
            "choices": [choice],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
        }


def _problem(asked: Json) -> str | None:
    """What the real API would not take: above all a call that was left without an answer."""
    messages = cast("list[Json]", asked["messages"])
    if not messages:
        return "messages must not be empty"
    waiting: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return "a tool message must follow the call that it answers"
            waiting.discard(message["tool_call_id"])
        elif waiting:
            return f"tool calls without an answer: {sorted(waiting)}"
        calls = cast("list[Json]", message.get("tool_calls") or [])
        waiting |= {call["id"] for call in calls}
    if waiting:
        return f"tool calls without an answer: {sorted(waiting)}"
    for tool in cast("list[Json]", asked.get("tools") or []):
        if tool["type"] != "function" or tool["function"]["parameters"]["type"] != "object":
            return "a tool is a function whose parameters are an object"
    form = cast("Json", asked.get("response_format") or {"type": "text"})
    return _schema_problem(form["json_schema"]) if form["type"] == "json_schema" else None


def _schema_problem(form: Json) -> str | None:
    """What the real API would not take of a strict schema."""
    if not form["name"] or not form["strict"]:
        return "response_format needs a name, and is strict here"
    pending = [form["schema"]]
    while pending:
        one = pending.pop()
        if one["type"] == "object":
            slots = cast("Json", one["properties"])
            if one["additionalProperties"] is not False or set(one["required"]) != set(slots):
                return "Invalid schema for response_format: every property must be required"
            pending += slots.values()
        elif one["type"] == "array":
            pending.append(one["items"])
    return None


def _error(message: str, code: str) -> Json:
    return {"error": {"message": message, "type": code, "param": None, "code": code}}
