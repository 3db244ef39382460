"""Dashboards, and what their panels ask."""

import re
from typing import Annotated

from pydantic import Field

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability.schemas.dashboards import (
    DashboardsView,
    ListDashboards,
    OpenDashboard,
    PanelsView,
)
from instainstru_core.domains.observability.types import MonitoringKind
from mcp_server.arguments import PLAIN, Limit
from mcp_server.envelope import Answer, NextAction, Source, answer, suggest
from mcp_server.tool import Call, reads

USUAL_INTERVAL = "5m"
INTERVALS = re.compile(r"\$(?:__(?:rate_)?interval|\{__(?:rate_)?interval\})\b")

Words = Annotated[
    str | None,
    Field(
        max_length=80,
        pattern=PLAIN,
        description="Only those with these words in their title, folder or tags.",
        examples=["money"],
    ),
]
Uid = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="The `uid` of a dashboard.",
        examples=["instainstru-money"],
    ),
]


@reads("Dashboards", open_world=True)
def dashboards_list(call: Call, query: Words = None, limit: Limit = 50) -> Answer[DashboardsView]:
    """Which dashboards there are, by title, folder and tags."""
    report = observability.dashboards_list(
        call.runtime.monitoring,
        actor=call.actor,
        command=ListDashboards(words=query, limit=limit),
    )
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=_source(call),
        shown=len(report.data.dashboards),
        next_actions=[
            suggest("dashboard_panels", f"See what {one.title} shows.", dashboard_uid=one.uid)
            for one in report.data.dashboards[:3]
        ],
    )


@reads("Dashboard panels", open_world=True)
def dashboard_panels(call: Call, dashboard_uid: Uid, limit: Limit = 50) -> Answer[PanelsView]:
    """What the panels of a dashboard show, with the PromQL behind each."""
    report = observability.dashboard_panels(
        call.runtime.monitoring,
        actor=call.actor,
        command=OpenDashboard(uid=dashboard_uid, limit=limit),
    )
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=_source(call),
        shown=len(report.data.panels),
        next_actions=_asked(report.data) if _is_measured(call) else [],
    )


def _source(call: Call) -> Source:
    is_grafana = call.runtime.monitoring.kind is MonitoringKind.GRAFANA
    return Source.GRAFANA if is_grafana else Source.DASHBOARD_FILES


def _is_measured(call: Call) -> bool:
    settings = call.runtime.settings
    return settings.grafana_url is not None or settings.prometheus_url is not None


def _asked(found: PanelsView) -> list[NextAction]:
    """The first query that can be asked as it is: without variables that only Grafana fills."""
    for panel in found.panels:
        for query in panel.queries:
            ready = INTERVALS.sub(USUAL_INTERVAL, query)
            if "$" not in ready:
                words = f"See the last hour of {panel.title or 'this panel'}."
                return [suggest("prometheus_query_range", words, query=ready, window="1h")]
    return []
