"""Access vocabulary. Pure."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is on the marketplace. A person may hold several."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token of the copilot may be used for."""

    MCP_READ = "mcp:read"
    MCP_WRITE = "mcp:write"
    MCP_MONEY = "mcp:money"
    MCP_COMMS = "mcp:comms"
