"""How the copilot is used."""

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.reporting.repository import story, usage
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.usage import CallerUse, CopilotUsage, ToolUse
from instainstru_core.domains.reporting.service.common import not_over, window_of
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("reporting.copilot_usage")
def copilot_usage(uow: Uow, window: str, *, limit: int = 20) -> Report[CopilotUsage]:
    """Calls, refusals, failures, time and bytes by tool and by caller, from the audit trail."""
    require(uow.actor, Permission.AUDIT_READ)
    asked = window_of(uow, window)
    tools = usage.by_tool(uow.session, asked.span)
    callers = usage.by_actor(uow.session, asked.span)
    names = story.names(uow.session, [one.name for one in callers[:limit] if is_id(one.name)])
    data = CopilotUsage(
        calls=sum(one.calls for one in tools),
        refused=sum(one.refused for one in tools),
        failed=sum(one.failed for one in tools),
        tools=[
            ToolUse(
                tool=one.name,
                calls=one.calls,
                refused=one.refused,
                failed=one.failed,
                median_ms=one.median_ms,
                slowest_5_percent_ms=one.slow_ms,
                bytes=one.bytes,
            )
            for one in tools[:limit]
        ],
        callers=[
            CallerUse(
                caller_id=one.name,
                kind=one.kind,
                name=public_name(*names[one.name]) if one.name in names else None,
                calls=one.calls,
                refused=one.refused,
                failed=one.failed,
                bytes=one.bytes,
            )
            for one in callers[:limit]
        ],
    )
    return Report(
        data=data, window=WindowView.of(asked), total=len(tools), warnings=not_over(uow, asked)
    )
