"""Dashboards: which there are, and what their panels ask."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.observability.schemas.base import Command, View

DashboardUid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class ListDashboards(Command):
    """Which dashboards to list: those whose title or tags hold these words."""

    words: str | None = Field(default=None, max_length=80)
    limit: int = Field(default=50, ge=1, le=100)


class OpenDashboard(Command):
    """Which dashboard to look into."""

    uid: DashboardUid
    limit: int = Field(default=50, ge=1, le=100)


class DashboardView(View):
    """A dashboard in a list. Without Grafana there is no address to open it at."""

    uid: str
    title: str
    folder: str | None
    url: str | None
    tags: list[str]


class DashboardsView(View):
    """The dashboards there are."""

    dashboards: list[DashboardView]


class PanelView(View):
    """A panel; `queries` are PromQL, with Grafana's variables as they stand."""

    id: int
    title: str
    kind: str
    datasource: str | None
    queries: list[str]


class PanelsView(View):
    """The panels of a dashboard, in their order."""

    uid: str
    title: str
    panels: list[PanelView]
