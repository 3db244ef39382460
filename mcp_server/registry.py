"""All tools there are: those that the modules of `mcp_server.tools` declare."""

import importlib
import pkgutil
from functools import cache

from mcp_server import tools
from mcp_server.tool import Tool


@cache
def declared() -> tuple[Tool, ...]:
    """Every tool, in the order of the topics and of their place in them."""
    found: list[Tool] = []
    for module in pkgutil.iter_modules(tools.__path__):
        members = vars(importlib.import_module(f"{tools.__name__}.{module.name}"))
        found += [member for member in members.values() if isinstance(member, Tool)]
    return tuple(found)
