"""Our tools as the framework serves them, and the gate that every listing and call passes."""

import difflib
from collections.abc import Sequence
from functools import partial
from typing import Any

import anyio.to_thread
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import Tool as FrameworkTool
from fastmcp.tools import ToolResult
from mcp.types import CallToolRequestParams, ListToolsRequest
from pydantic import PrivateAttr

from instainstru_core.kernel.errors import Refusal
from mcp_server import auth
from mcp_server.calls import Calls
from mcp_server.errors import NoSuchTool, ScopeMissing
from mcp_server.tool import PREFIX, Tool

NEAREST = 3
SHOWN_NAME = 80


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
            parameters=tool.parameters,
            output_schema=tool.output_schema,
            annotations=tool.annotations,
        )
        served._tool = tool
        served._calls = calls
        return served

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Make the call as whoever sent the request."""
        return await anyio.to_thread.run_sync(
            self._calls.make, self._tool, arguments, auth.caller()
        )


class Gate(Middleware):
    """Shows and lets through only what the caller's scopes allow."""

    def __init__(self, tools: Sequence[Tool], calls: Calls) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.order = {name: place for place, name in enumerate(self.tools)}
        self.calls = calls

    async def on_list_tools(
        self,
        context: MiddlewareContext[ListToolsRequest],
        call_next: CallNext[ListToolsRequest, Sequence[FrameworkTool]],
    ) -> Sequence[FrameworkTool]:
        """The tools the caller may use, always in the same order."""
        scopes = auth.caller().scopes
        listed = await call_next(context)
        allowed = [tool for tool in listed if self.tools[tool.name].scope in scopes]
        return sorted(allowed, key=lambda tool: self.order[tool.name])

    async def on_call_tool(
        self,
        context: MiddlewareContext[CallToolRequestParams],
        call_next: CallNext[CallToolRequestParams, ToolResult],
    ) -> ToolResult:
        """Refuse what does not exist or is not allowed. Refusals are recorded like answers."""
        name = context.message.name
        found, actor = self.tools.get(name), auth.caller()
        if found is not None and found.scope in actor.scopes:
            return await call_next(context)
        refusal = self._unknown(name) if found is None else self._too_much(found)
        refuse = partial(self.calls.refuse, None if found is None else name)
        arguments = context.message.arguments or {}
        raise await anyio.to_thread.run_sync(refuse, arguments, actor, refusal)

    def _unknown(self, name: str) -> Refusal:
        known = [tool.removeprefix(PREFIX) for tool in self.tools]
        wanted = name[:SHOWN_NAME].removeprefix(PREFIX)
        nearest = [PREFIX + found for found in difflib.get_close_matches(wanted, known, NEAREST)]
        return NoSuchTool("There is no such tool. List the tools to see all.", nearest=nearest)

    @staticmethod
    def _too_much(found: Tool) -> Refusal:
        return ScopeMissing(
            f"This tool needs the scope {found.scope}. Ask for a token that has it.",
            scope=found.scope.value,
        )
