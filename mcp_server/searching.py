"""Tools that are not listed: found with `search_tools`, called through `call_tool`.

The ranking is the framework's BM25. Both are tools like any other: arguments are read the same way,
only what the caller's scopes allow is found, and what is called goes through the gate once more,
under its own name, in the trail and in the metrics.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import anyio.from_thread
from fastmcp.server.transforms.search import BM25SearchTransform
from fastmcp.tools import Tool as FrameworkTool
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor
from mcp_server import auth
from mcp_server.arguments import PLAIN
from mcp_server.envelope import Answer, Source, answer
from mcp_server.tool import Call, Tool, previews, reads

SEARCH = "search_tools"
CALL = "call_tool"
MOST = 8
ENDING = re.compile(r"(?<=[a-z]{4})(ments?|ations?|ings?|ers?|ed|es|s|e)$")

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


class Ranking(BM25SearchTransform):
    """The framework's index over some tools. What it ranks never changes."""

    def __init__(self, tools: Sequence[FrameworkTool]) -> None:
        super().__init__(max_results=MOST)
        self.tools = [_with_stems(tool) for tool in tools]

    async def ranked(self, query: str) -> list[str]:
        """The names of those that match, the likeliest first."""
        asked = f"{query} {_stems(query)}"
        return [tool.name for tool in await self._search(self.tools, asked)]


class Catalogue:
    """All tools, ranked among those that the same scopes allow."""

    def __init__(self, tools: Sequence[Tool], served: Sequence[FrameworkTool]) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.served = list(served)
        self.rankings: dict[frozenset[str], Ranking] = {}

    def find(self, query: str, actor: Actor, limit: int) -> list[Tool]:
        """The tools for this question that the actor may call."""
        known = frozenset(scope.value for scope in Scope if auth.allows(actor, scope))
        ranking = self.rankings.get(known)
        if ranking is None:
            allowed = [one for one in self.served if self.tools[one.name].scope in known]
            ranking = self.rankings[known] = Ranking(allowed)
        names = anyio.from_thread.run(ranking.ranked, query)
        return [self.tools[name] for name in names[:limit]]


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


def _with_stems(tool: FrameworkTool) -> FrameworkTool:
    """The tool as it is indexed: its title as well, and its words in their shortest form."""
    words = f"{tool.title} {tool.description}"
    stems = _stems(f"{tool.name.replace('_', ' ')} {words}")
    return tool.model_copy(update={"description": f"{words} {stems}"})


def _stems(text: str) -> str:
    """The words of a text without their endings, where enough of them is left."""
    return " ".join(ENDING.sub("", word) for word in re.findall(r"[a-z]{4,}", text.lower()))


def _told(tool: Tool) -> FoundTool:
    return FoundTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        is_listed=tool.direct,
        is_destructive=tool.annotations.destructive_hint is True,
        arguments=tool.parameters,
    )
