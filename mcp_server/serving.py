"""Our tools as the framework serves them, and the gate that every listing and call passes."""

import difflib
from collections.abc import Sequence
from functools import partial
from typing import Any

import anyio.to_thread
from fastmcp.exceptions import FastMCPError, ToolError
from fastmcp.server.dependencies import get_context
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import Tool as FrameworkTool
from fastmcp.tools import ToolResult
from fastmcp.tools.base import InputRequiredToolResult
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolRequestParams, ListToolsRequest
from pydantic import PrivateAttr

from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from mcp_server import asking, auth, errors
from mcp_server.asking import Reply
from mcp_server.calls import QUIETLY, Calls
from mcp_server.errors import (
    CallDirectly,
    NoSuchTool,
    OperatorMissing,
    QuestionUnknown,
    ScopeMissing,
    Unanswered,
)
from mcp_server.lean import listed, listed_arguments
from mcp_server.searching import CALL, SEARCH
from mcp_server.tool import CONFIRM_TOKEN, PREFIX, Tool

NEAREST = 3
SHOWN_NAME = 80

_log = logger(__name__)


class ServedTool(FrameworkTool):
    """One of our tools: its schemas for the framework, its work on a worker thread."""

    _tool: Tool = PrivateAttr()
    _calls: Calls = PrivateAttr()

    @classmethod
    def of(cls, tool: Tool, calls: Calls) -> "ServedTool":
        served = cls(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            parameters=listed_arguments(tool.parameters, reads=tool.reads),
            output_schema=listed(tool.output_schema),
            annotations=tool.annotations.model_copy(update={"title": None}),
            tags={tool.topic},
        )
        served._tool = tool
        served._calls = calls
        return served

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Make the call as whoever sent the request, once the person there has agreed."""
        return await self.answered(arguments, auth.caller())

    async def answered(self, arguments: dict[str, Any], actor: Actor) -> ToolResult:
        """Make the call as this actor, once the person at the client has agreed."""
        if self._tool.confirms and self._calls.runtime.settings.mcp_state_keys:
            asked = await self._asked(arguments, actor)
            if asked is not None:
                return asked
        outside = self._tool.annotations.open_world_hint is True
        limiter = self._calls.readers(outside=outside) if self._tool.reads else None
        make = self._calls.make
        return await anyio.to_thread.run_sync(make, self._tool, arguments, actor, limiter=limiter)

    async def _asked(self, arguments: dict[str, Any], actor: Actor) -> ToolResult | None:
        """The question to the person at the client; None when the call is to be made now."""
        standing = asking.this_round(str(arguments.get(CONFIRM_TOKEN, "")).strip().upper())
        if standing.reply is Reply.YES:
            return None
        if standing.reply is Reply.NOT_ASKED:
            if not standing.can_ask:
                return None
            shown = await anyio.to_thread.run_sync(self._calls.shown, self._tool, arguments, actor)
            return None if shown is None else InputRequiredToolResult(asking.question(shown))
        if standing.reply is Reply.NO:
            await anyio.to_thread.run_sync(self._calls.decline, self._tool, arguments, actor)
        refuse = partial(self._calls.refuse, self._tool.name, arguments, actor)
        raise await anyio.to_thread.run_sync(refuse, _unanswered(standing.reply))


class Proxy(FrameworkTool):
    """Makes a call of another tool, which passes the gate under its own name."""

    _tool: Tool = PrivateAttr()
    _tools: dict[str, Tool] = PrivateAttr()
    _calls: Calls = PrivateAttr()

    @classmethod
    def to(cls, tool: Tool, tools: Sequence[Tool], calls: Calls) -> "Proxy":
        served = cls(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            parameters=listed_arguments(tool.parameters, reads=False),
            annotations=tool.annotations.model_copy(update={"title": None}),
            tags={tool.topic},
        )
        served._tool = tool
        served._tools = {one.name: one for one in tools}
        served._calls = calls
        return served

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Make the call as whoever sent the request."""
        return await self.answered(arguments, auth.caller())

    async def answered(self, arguments: dict[str, Any], actor: Actor) -> ToolResult:
        """Call it. What destroys something is called as itself, so that a client can tell."""
        try:
            given = self._tool.read(arguments)
            name = str(given["name"])
            if PREFIX + name in self._tools:
                name = PREFIX + name
            self._refuse_unless_proxied(name)
        except Refusal as refusal:
            refuse = partial(self._calls.refuse, CALL, arguments, actor, refusal)
            raise await anyio.to_thread.run_sync(refuse) from None
        return await get_context().fastmcp.call_tool(name, given["arguments"] or {})

    def _refuse_unless_proxied(self, name: str) -> None:
        found = self._tools.get(name)
        is_destructive = found is not None and found.annotations.destructive_hint is True
        if is_destructive or name in {SEARCH, CALL}:
            raise CallDirectly("Call this tool itself, under its own name.", tool=name[:SHOWN_NAME])


def _unanswered(reply: Reply) -> Refusal:
    if reply is Reply.FORGED:
        return QuestionUnknown(
            "This answers no question that was asked here. Call the tool again without answers."
        )
    return Unanswered(
        "The question was closed without an answer, so nothing was done. Call the tool again."
    )


class Gate(Middleware):
    """Shows and lets through only what the caller's scopes allow.

    Guests are names of tools that are not ours: only a test of the protocol brings any.
    """

    def __init__(
        self,
        tools: Sequence[Tool],
        served: Sequence[ServedTool | Proxy],
        calls: Calls,
        guests: frozenset[str] = frozenset(),
    ) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.served = {one.name: one for one in served}
        self.guests = guests
        self.order = {name: place for place, name in enumerate(self.tools)}
        self.calls = calls

    async def on_list_tools(
        self,
        context: MiddlewareContext[ListToolsRequest],
        call_next: CallNext[ListToolsRequest, Sequence[FrameworkTool]],
    ) -> Sequence[FrameworkTool]:
        """The tools the caller may use, always in the same order."""
        actor = auth.caller()
        found = await call_next(context)
        guests = [tool for tool in found if tool.name in self.guests]
        ours = [tool for tool in found if tool.name not in self.guests]
        allowed = [tool for tool in ours if self._is_shown(self.tools[tool.name], actor)]
        return [*sorted(allowed, key=lambda tool: self.order[tool.name]), *guests]

    async def on_call_tool(
        self,
        context: MiddlewareContext[CallToolRequestParams],
        call_next: CallNext[CallToolRequestParams, ToolResult],
    ) -> ToolResult:
        """Refuse what does not exist or is not allowed. Refusals are recorded like answers.

        What is ours is called here: the framework would look for it among all its providers, by
        rules of visibility that nobody has made.
        """
        name = context.message.name
        if name in self.guests:
            return await call_next(context)
        found, actor = self.tools.get(name), auth.caller()
        arguments = context.message.arguments or {}
        if found is not None and auth.allows(actor, found.scope):
            return await self._answered(name, arguments, actor)
        refusal = self._unknown(name) if found is None else _refusal_of(found, actor)
        refuse = partial(self.calls.refuse, None if found is None else name)
        raise await anyio.to_thread.run_sync(refuse, arguments, actor, refusal)

    async def _answered(self, name: str, arguments: dict[str, Any], actor: Actor) -> ToolResult:
        """The answer, or an error in words for the model: nothing of our insides leaves."""
        try:
            return await self.served[name].answered(arguments, actor)
        except (FastMCPError, MCPError):
            raise
        except Exception:  # noqa: BLE001 - a bug of ours must not tell of itself
            _log.exception("tool_failed", tool=name, caller=actor.id or "nobody")
            raise ToolError(errors.unexpected(actor.request_id), log_level=QUIETLY) from None

    def _is_shown(self, tool: Tool, actor: Actor) -> bool:
        """Listed and allowed; what finds and calls the rest, where there is any."""
        if tool.name in {SEARCH, CALL}:
            return any(
                not one.direct and auth.allows(actor, one.scope) for one in self.tools.values()
            )
        return tool.direct and auth.allows(actor, tool.scope)

    def _unknown(self, name: str) -> Refusal:
        known = [tool.removeprefix(PREFIX) for tool in self.tools]
        wanted = name[:SHOWN_NAME].removeprefix(PREFIX)
        nearest = [PREFIX + found for found in difflib.get_close_matches(wanted, known, NEAREST)]
        return NoSuchTool(f"There is no such tool. Find tools with {SEARCH}.", nearest=nearest)


def _refusal_of(tool: Tool, actor: Actor) -> Refusal:
    if tool.scope in actor.scopes:
        return OperatorMissing(
            "Money and messages need a person. Sign in as yourself, or have an operator named for"
            " this client (INSTAINSTRU_MCP_OPERATORS).",
            scope=tool.scope.value,
        )
    return ScopeMissing(
        f"This tool needs the scope {tool.scope}. Ask for a token that has it.",
        scope=tool.scope.value,
    )
