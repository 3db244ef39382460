"""Which tool a model chooses for a question, when one is configured. Nothing is called."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

from pydantic import BaseModel, ConfigDict

from cli.evals.questions import ToolQuestion
from cli.llm import Message, Reply
from mcp_server.tool import Tool

SYSTEM = """\
You are the admin copilot of InstaInstru, a marketplace for one-to-one lessons in New York City.
Call the one tool that answers the question best. Do not ask back."""


class Model(Protocol):
    """Whoever chooses."""

    def reply(self, messages: Sequence[Message], tools: Sequence[Message]) -> Reply: ...


class Choice(BaseModel):
    """What the model chose for one question."""

    model_config = ConfigDict(frozen=True)

    ask: str
    expected: list[str]
    found: str | None
    arguments: dict[str, Any]
    is_tool_right: bool
    is_call_right: bool


class Choices(BaseModel):
    """How often the tool was right, and how often the whole call."""

    model_config = ConfigDict(frozen=True)

    questions: int
    tool_right: float
    call_right: float
    wrong: list[Choice]


def choose(
    asked: Sequence[ToolQuestion],
    tools: Sequence[Tool],
    model: Model,
    *,
    seen: Callable[[Choice], None] = lambda _: None,
) -> Choices:
    """Ask the model each question once, with all tools at hand."""
    functions = [_as_function(tool) for tool in tools]
    choices: list[Choice] = []
    for one in asked:
        choices.append(_choice(one, model.reply(_messages(one.ask), functions)))
        seen(choices[-1])
    count = len(choices) or 1
    return Choices(
        questions=len(choices),
        tool_right=round(sum(one.is_tool_right for one in choices) / count, 3),
        call_right=round(sum(one.is_call_right for one in choices) / count, 3),
        wrong=[one for one in choices if not one.is_call_right],
    )


def _choice(asked: ToolQuestion, reply: Reply) -> Choice:
    wish = reply.wishes[0] if reply.wishes else None
    arguments = _read(wish.arguments) if wish else {}
    is_tool_right = wish is not None and wish.name in asked.tool
    is_told = all(_same(arguments.get(name), value) for name, value in asked.args.items())
    return Choice(
        ask=asked.ask,
        expected=asked.tool,
        found=wish.name if wish else None,
        arguments=arguments,
        is_tool_right=is_tool_right,
        is_call_right=is_tool_right and is_told,
    )


def _same(given: object, wanted: object) -> bool:
    """Texts may differ in case and spaces."""
    if isinstance(given, str) and isinstance(wanted, str):
        return " ".join(given.casefold().split()) == " ".join(wanted.casefold().split())
    return given == wanted


def _read(arguments: str) -> dict[str, Any]:
    try:
        found = json.loads(arguments)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _messages(question: str) -> list[Message]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]


def _as_function(tool: Tool) -> Message:
    told = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": told}
