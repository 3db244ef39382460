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


class ProgramEnd(StrEnum):
    """Why a program may no longer act for a person."""

    CODE_REUSED = "code_reused"
    REFRESH_REUSED = "refresh_reused"
    RIGHTS_LOST = "rights_lost"
    SIGNED_OUT = "signed_out"
