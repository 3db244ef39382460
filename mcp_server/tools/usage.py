"""How this copilot is used."""

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.usage import CopilotUsage
from mcp_server.arguments import Limit, Window
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads


@reads("Use of the copilot", direct=False)
def copilot_usage(
    call: Call, window: Window = "last 7 days", limit: Limit = 20
) -> Answer[CopilotUsage]:
    """Calls, refusals, failures, time and bytes of this copilot's tools, by tool and by caller."""
    with call.begin() as uow:
        report = reporting.copilot_usage(uow, window, limit=limit)
        next_actions: list[NextAction] = []
        if report.data.refused or report.data.failed:
            next_actions.append(
                suggest(
                    "audit_search",
                    "See the calls that were refused.",
                    action="mcp.*",
                    outcome="refused",
                    window=window,
                )
            )
        shown = len(report.data.tools)
        return answer(report, as_of=uow.now, shown=shown, next_actions=next_actions)
