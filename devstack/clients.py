"""Ready configurations with which AI clients reach the MCP server."""

import json
from dataclasses import dataclass

SERVER = "instainstru"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the MCP server is and the token that opens it."""

    mcp_url: str
    token: str

    @property
    def endpoint(self) -> str:
        return f"{self.mcp_url}/mcp"

    @property
    def header(self) -> str:
        return f"Authorization: Bearer {self.token}"


def claude_command(to: Connection) -> str:
    """The command that adds the server to Claude Code."""
    return f'claude mcp add --transport http {SERVER} {to.endpoint} --header "{to.header}"'


def vscode(to: Connection) -> str:
    """The content of `.vscode/mcp.json`."""
    server = {
        "type": "http",
        "url": to.endpoint,
        "headers": {"Authorization": f"Bearer {to.token}"},
    }
    return json.dumps({"servers": {SERVER: server}}, indent=2)


def cursor(to: Connection) -> str:
    """The content of `.cursor/mcp.json`."""
    server = {"url": to.endpoint, "headers": {"Authorization": f"Bearer {to.token}"}}
    return json.dumps({"mcpServers": {SERVER: server}}, indent=2)


def chatgpt(to: Connection) -> str:
    """What to enter in ChatGPT, which only reaches public addresses."""
    return (
        "Settings > Connectors > Create (developer mode). ChatGPT reaches public HTTPS addresses"
        f" only: forward one to {to.endpoint}, set INSTAINSTRU_MCP_URL to it, and sign in by OAuth."
    )
