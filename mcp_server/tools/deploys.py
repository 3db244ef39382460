"""Which code runs where."""

from instainstru_core.domains.observability.flows import deploys
from instainstru_core.domains.observability.schemas.deploys import DeployOverview, ProcessState
from mcp_server.envelope import Answer, NextAction, Source, answer, suggest
from mcp_server.tool import Call, reads

API_PAGE = "/api/v1/health"
MCP_PAGE = "/healthz"


@reads("Deploy overview", direct=False)
def deploy_overview(call: Call) -> Answer[DeployOverview]:
    """Version, commit and start time of API, MCP server, workers and beat, and version drift."""
    settings = call.runtime.settings
    report = deploys.deploy_overview(
        call.runtime.health_pages,
        call.runtime.broker,
        actor=call.actor,
        addresses={"api": settings.api_url + API_PAGE, "mcp": settings.mcp_url + MCP_PAGE},
    )
    next_actions: list[NextAction] = []
    if any(
        one.component in {"worker", "beat"} and one.state is not ProcessState.UP
        for one in report.data.processes
    ):
        next_actions.append(suggest("celery_worker_status", "See the workers and the schedule."))
    return answer(
        report, as_of=call.runtime.clock(), source=Source.PROCESSES, next_actions=next_actions
    )
