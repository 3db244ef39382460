"""The MCP door: the admin copilot."""
