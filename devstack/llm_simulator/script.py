"""What the simulated model says, turn by turn, and how it refuses what the real API refuses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

CREATED = 1_780_000_000


@dataclass(frozen=True, slots=True)
class Turn:
    """What it says when it is asked: words, calls of tools, or an error of this status.

    A call is a name and its arguments; arguments that are a text are sent as they are.
    """

    words: str | None = None
    calls: Sequence[tuple[str, Any]] = ()
    status: int = 200


@dataclass(slots=True)
class Script:
    """The turns that are left, and everything that was asked."""

    turns: list[Turn]
    key: str
    model: str = "simulated"
    heard: list[Json] = field(default_factory=list[Json])
    _lock: Any = field(default_factory=Lock)

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Json]:
        """Status and content for one question."""
        if headers.get("authorization") != f"Bearer {self.key}":
            return 401, _error("Incorrect API key provided.", "invalid_api_key")
        try:
            asked = cast("Json", json.loads(body))
            problem = _problem(asked)
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            asked, problem = {}, repr(failure)
        if problem is not None:
            return 400, _error(problem, "invalid_request_error")
        if asked["model"] != self.model:
            return 404, _error(f"The model `{asked['model']}` does not exist.", "model_not_found")
        with self._lock:
            self.heard.append(asked)
            turn = self.turns.pop(0) if self.turns else Turn(words="I have nothing to say.")
            number = len(self.heard)
        if turn.status != 200:  # noqa: PLR2004 - OK
            return turn.status, _error("It is as it is.", "simulated")
        return 200, self._said(turn, number)

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
        message: Json = {"role": "assistant", "content": turn.words, "refusal": None}
        if calls:
            message["tool_calls"] = calls
        reason = "tool_calls" if calls else "stop"
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
    return None


def _error(message: str, code: str) -> Json:
    return {"error": {"message": message, "type": code, "param": None, "code": code}}
