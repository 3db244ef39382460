"""Monitoring without Grafana: Prometheus, Alertmanager, and the dashboards kept as files."""

from datetime import datetime
from functools import cached_property
from pathlib import Path

from instainstru_core.adapters.alertmanager import HttpAlertmanager
from instainstru_core.adapters.grafana import unknown_dashboard
from instainstru_core.adapters.grafana_panels import Model, panels
from instainstru_core.adapters.prometheus import HttpPrometheus
from instainstru_core.domains.observability.types import (
    Alert,
    Dashboard,
    DashboardName,
    Found,
    MonitoringKind,
    NewSilence,
    Rule,
    Silence,
)


class Servers:
    """The port on Prometheus and Alertmanager, each of which may be left out."""

    def __init__(
        self, prometheus_url: str | None, alertmanager_url: str | None, *, dashboards: Path
    ) -> None:
        self._prometheus = HttpPrometheus(prometheus_url)
        self._alertmanager = HttpAlertmanager(alertmanager_url)
        self._folder = dashboards

    @property
    def kind(self) -> MonitoringKind:
        return MonitoringKind.SERVERS

    def instant(self, query: str, *, at: datetime) -> Found:
        return self._prometheus.instant(query, at=at)

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found:
        return self._prometheus.range(query, start=start, end=end, step_seconds=step_seconds)

    def rules(self) -> tuple[Rule, ...]:
        return self._prometheus.rules()

    def alerts(self) -> tuple[Alert, ...]:
        return self._alertmanager.alerts()

    def silences(self) -> tuple[Silence, ...]:
        return self._alertmanager.silences()

    def silence(self, wish: NewSilence) -> str:
        return self._alertmanager.silence(wish)

    def unsilence(self, silence_id: str) -> None:
        self._alertmanager.unsilence(silence_id)

    def dashboards(self) -> tuple[DashboardName, ...]:
        """Those of the folder, by their title."""
        return tuple(
            DashboardName(model.uid, model.title, None, None, tuple(model.tags))
            for model in sorted(self._models.values(), key=lambda model: model.title)
        )

    def dashboard(self, uid: str) -> Dashboard:
        """One of them."""
        if (model := self._models.get(uid)) is None:
            raise unknown_dashboard()
        return Dashboard(model.uid, model.title, panels(model))

    def close(self) -> None:
        """Give back the connections."""
        self._prometheus.close()
        self._alertmanager.close()

    @cached_property
    def _models(self) -> dict[str, Model]:
        """Read once: the files come with the program."""
        found = (
            Model.model_validate_json(path.read_bytes())
            for path in sorted(self._folder.glob("*.json"))
        )
        return {model.uid: model for model in found}
