"""Dashboards: which there are, and what their panels ask."""

from instainstru_core.domains.observability.ports import Monitoring
from instainstru_core.domains.observability.schemas.dashboards import (
    DashboardsView,
    DashboardView,
    ListDashboards,
    OpenDashboard,
    PanelsView,
    PanelView,
)
from instainstru_core.domains.observability.types import DashboardName
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.log import redacted
from instainstru_core.kernel.measure import operation

LONGEST_QUERY = 1_000
LONGEST_TITLE = 120
NO_DASHBOARDS = "There is no dashboard at all."


@operation("observability.dashboards_list")
def dashboards_list(
    monitoring: Monitoring, *, actor: Actor, command: ListDashboards
) -> Report[DashboardsView]:
    """The dashboards whose title or tags hold all these words."""
    require(actor, Permission.OPERATIONS_READ)
    known = monitoring.dashboards()
    words = (command.words or "").casefold().split()
    found = [one for one in known if all(word in _text(one) for word in words)]
    view = DashboardsView(
        dashboards=[
            DashboardView(
                uid=one.uid,
                title=redacted(one.title)[:LONGEST_TITLE],
                folder=one.folder,
                url=one.url,
                tags=list(one.tags),
            )
            for one in found[: command.limit]
        ]
    )
    return Report(data=view, total=len(found), warnings=[] if known else [NO_DASHBOARDS])


@operation("observability.dashboard_panels")
def dashboard_panels(
    monitoring: Monitoring, *, actor: Actor, command: OpenDashboard
) -> Report[PanelsView]:
    """The panels of this dashboard, those inside rows among them."""
    require(actor, Permission.OPERATIONS_READ)
    found = monitoring.dashboard(command.uid)
    view = PanelsView(
        uid=found.uid,
        title=redacted(found.title)[:LONGEST_TITLE],
        panels=[
            PanelView(
                id=panel.id,
                title=redacted(panel.title)[:LONGEST_TITLE],
                kind=panel.kind,
                datasource=panel.datasource,
                queries=[query[:LONGEST_QUERY] for query in panel.queries],
            )
            for panel in found.panels[: command.limit]
        ],
    )
    return Report(data=view, total=len(found.panels))


def _text(dashboard: DashboardName) -> str:
    return " ".join([dashboard.title, dashboard.folder or "", *dashboard.tags]).casefold()
