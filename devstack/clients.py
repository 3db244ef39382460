"""Ready configurations with which AI clients reach the MCP server."""

import json
from dataclasses import dataclass

SERVER = "instainstru"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the MCP server is and the token that opens it; without one, the client signs in."""

    mcp_url: str
    token: str | None

    @property
    def endpoint(self) -> str:
        return f"{self.mcp_url}/mcp"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def claude_command(to: Connection) -> str:
    """The command that adds the server to Claude Code."""
    given = "".join(f' --header "{name}: {value}"' for name, value in to.headers.items())
    return f"claude mcp add --transport http {SERVER} {to.endpoint}{given}"


def vscode(to: Connection) -> str:
    """The content of `.vscode/mcp.json`."""
    return json.dumps({"servers": {SERVER: {"type": "http", **_server(to)}}}, indent=2)


def cursor(to: Connection) -> str:
    """The content of `.cursor/mcp.json`."""
    return json.dumps({"mcpServers": {SERVER: _server(to)}}, indent=2)


def chatgpt(to: Connection) -> str:
    """What to enter in ChatGPT, which only reaches public addresses."""
    return (
        f"Settings > Connectors > Create (developer mode): {to.endpoint}, with sign-in by OAuth."
        " ChatGPT reaches public HTTPS addresses only: forward one to the MCP server and one to the"
        " API, and start both with INSTAINSTRU_MCP_URL and INSTAINSTRU_OAUTH_ISSUER set to them."
    )


def _server(to: Connection) -> dict[str, object]:
    return {"url": to.endpoint, **({"headers": to.headers} if to.headers else {})}
