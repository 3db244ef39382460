"""Views of how the copilot is used."""

from instainstru_core.domains.reporting.schemas.base import View


class ToolUse(View):
    """How one tool was used."""

    tool: str
    calls: int
    refused: int
    failed: int
    median_ms: int | None
    slowest_5_percent_ms: int | None
    bytes: int


class CallerUse(View):
    """How one person or program used the copilot."""

    caller_id: str
    kind: str
    name: str | None
    calls: int
    refused: int
    failed: int
    bytes: int


class CopilotUsage(View):
    """What was called, and by whom, the most often first."""

    calls: int
    refused: int
    failed: int
    tools: list[ToolUse]
    callers: list[CallerUse]
