"""Tools that are not listed: found with `search_tools`, called through `call_tool`.

Both are tools like any other: arguments are read the same way,
only what the caller's scopes allow is found, and what is called goes through the gate once more,
under its own name, in the trail and in the metrics.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor
from mcp_server import auth
from mcp_server.arguments import PLAIN
from mcp_server.envelope import Answer, Source, answer
from mcp_server.ranking import Ranking
from mcp_server.tool import Call, Tool, previews, reads

SEARCH = "search_tools"
CALL = "call_tool"
MOST = 8

Query = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=PLAIN),
    Field(description="What you want to know or do.", examples=["refund a lesson"]),
]
Few = Annotated[int, Field(ge=1, le=MOST, examples=[3])]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=100, pattern=PLAIN),
    Field(examples=["instainstru_refund_preview"]),
]
Given = Annotated[
    dict[str, Any], Field(description="Its arguments.", examples=[{"reason": "goodwill"}])
]


class FoundTool(BaseModel):
    """A tool that may be what is wanted, and how it is called."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    description: str
    is_listed: bool
    is_destructive: bool
    arguments: dict[str, Any]


class FoundTools(BaseModel):
    """Tools, the likeliest first."""

    model_config = ConfigDict(frozen=True)

    tools: list[FoundTool]


class Catalogue:
    """All tools, ranked among those that the same scopes allow."""

    def __init__(
        self, tools: Sequence[Tool], is_metric: Callable[[str], bool] | None = None
    ) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.is_metric = is_metric
        self.rankings: dict[frozenset[str], Ranking] = {}

    def find(self, query: str, actor: Actor, limit: int) -> list[Tool]:
        """The tools for this question that the actor may call."""
        known = frozenset(scope.value for scope in Scope if auth.allows(actor, scope))
        ranking = self.rankings.get(known)
        if ranking is None:
            allowed = [tool for tool in self.tools.values() if tool.scope in known]
            ranking = self.rankings[known] = Ranking(allowed, self.is_metric)
        return [self.tools[name] for name in ranking.found(query)[:limit]]


def search_tool(catalogue: Catalogue) -> Tool:
    """The tool that finds tools."""

    @reads("Find a tool")
    def search_tools(call: Call, query: Query, limit: Few = 3) -> Answer[FoundTools]:
        """Find tools by what they are for, also those that are not listed."""
        found = catalogue.find(query, call.actor, limit)
        data = FoundTools(tools=[_told(tool) for tool in found])
        words = "No tool matches. Say it in other words, such as those of the listed tools."
        return answer(
            Report(data=data, warnings=[] if found else [words]),
            as_of=call.runtime.clock(),
            source=Source.TOOLS,
        )

    return replace(search_tools, name=SEARCH, topic="search")


def call_tool() -> Tool:
    """The tool that calls another. It only reads its arguments; the server makes the call."""

    @previews("Call a tool that is not listed")
    def call_tool(call: Call, name: Name, arguments: Given | None = None) -> Answer[FoundTools]:
        """Call a tool that `search_tools` found and that is not listed."""
        raise NotImplementedError

    return replace(call_tool, name=CALL, topic="search", scope=Scope.MCP_READ)


def _told(tool: Tool) -> FoundTool:
    return FoundTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        is_listed=tool.direct,
        is_destructive=tool.annotations.destructive_hint is True,
        arguments=tool.parameters,
    )
