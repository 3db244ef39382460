"""Grafana over HTTP: its data source, its rules, its alert manager and its dashboards.

What the server says of an error never leaves the adapters: it may quote anything.
"""

from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from instainstru_core.adapters.alertmanager import HttpAlertmanager
from instainstru_core.adapters.careful import (
    RETRY_AFTER_SECONDS,
    Away,
    Careful,
    Large,
    Reply,
    Slow,
)
from instainstru_core.adapters.grafana_panels import Model, panels
from instainstru_core.adapters.prometheus import HttpPrometheus
from instainstru_core.domains.observability.errors import (
    DashboardUnknown,
    GrafanaNotConfigured,
    GrafanaRefused,
    GrafanaUnreachable,
)
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
from instainstru_core.kernel.errors import Unavailable

KEEP_SECONDS = 60.0
MOST_DASHBOARDS = 1_000
NO_ACCESS = frozenset({401, 403})
NOT_FOUND = 404

Read = TypeVar("Read")


class Hit(BaseModel):
    """A dashboard that a search found, on the wire."""

    uid: str
    title: str
    url: str | None = None
    folder: str | None = Field(default=None, alias="folderTitle")
    tags: list[str] = []


class Opened(BaseModel):
    """A dashboard on the wire."""

    dashboard: Model


HITS = TypeAdapter(list[Hit])
OPENED = TypeAdapter(Opened)


class _Client(Careful):
    """Asks in Grafana's name: where our token is not accepted, every answer is a refusal."""

    def _sent(self, method: str, path: str, **content: object) -> Reply:
        reply = super()._sent(method, path, **content)
        if reply.status in NO_ACCESS:
            raise GrafanaRefused(
                "Grafana does not accept our token for this, so it is unknown. The service account"
                " of GRAFANA_TOKEN needs the right to read data sources, dashboards and alerts, and"
                " to write silences."
            )
        return reply


class Grafana:
    """All of monitoring through one server."""

    def __init__(self, url: str | None, token: str | None, *, datasource: str) -> None:
        self._url = url.rstrip("/") if url else None
        self._client = _Client(url, token=token) if url and token else None
        proxied = f"/api/datasources/proxy/uid/{quote(datasource, safe='')}/api/v1"
        self._prometheus = HttpPrometheus(
            None,
            client=self._client,
            api=proxied,
            rules="/api/prometheus/grafana/api/v1/rules",
        )
        self._alertmanager = HttpAlertmanager(
            None, client=self._client, api="/api/alertmanager/grafana/api/v2"
        )

    @property
    def kind(self) -> MonitoringKind:
        return MonitoringKind.GRAFANA

    def instant(self, query: str, *, at: datetime) -> Found:
        self._known()
        return self._prometheus.instant(query, at=at)

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found:
        self._known()
        return self._prometheus.range(query, start=start, end=end, step_seconds=step_seconds)

    def rules(self) -> tuple[Rule, ...]:
        self._known()
        return self._prometheus.rules()

    def alerts(self) -> tuple[Alert, ...]:
        self._known()
        return self._alertmanager.alerts()

    def silences(self) -> tuple[Silence, ...]:
        self._known()
        return self._alertmanager.silences()

    def silence(self, wish: NewSilence) -> str:
        self._known()
        return self._alertmanager.silence(wish)

    def unsilence(self, silence_id: str) -> None:
        self._known()
        self._alertmanager.unsilence(silence_id)

    def dashboards(self) -> tuple[DashboardName, ...]:
        """All dashboards there are, up to a thousand."""
        asked = {"type": "dash-db", "limit": str(MOST_DASHBOARDS)}
        hits = _read(HITS, self._get("/api/search", asked))
        return tuple(
            DashboardName(hit.uid, hit.title, hit.folder, self._address(hit.url), tuple(hit.tags))
            for hit in hits
        )

    def dashboard(self, uid: str) -> Dashboard:
        """One of them."""
        reply = self._get(f"/api/dashboards/uid/{quote(uid, safe='')}")
        if reply.status == NOT_FOUND:
            raise unknown_dashboard()
        model = _read(OPENED, reply).dashboard
        return Dashboard(model.uid, model.title, panels(model))

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _address(self, path: str | None) -> str | None:
        """Where people open it. Below a path of its own, Grafana tells that path as well."""
        if not self._url or not path:
            return None
        parts = urlsplit(self._url)
        base = "" if path.startswith(f"{parts.path}/") else parts.path
        return f"{parts.scheme}://{parts.netloc}{base}{path}"

    def _get(self, path: str, params: dict[str, str] | None = None) -> Reply:
        try:
            return self._known().read(path, params=params, keep_seconds=KEEP_SECONDS)
        except Away as failure:
            raise _unreachable(failure.retry_after) from failure
        except (Slow, Large) as failure:
            raise _unreachable(RETRY_AFTER_SECONDS) from failure

    def _known(self) -> Careful:
        if self._client is None:
            raise GrafanaNotConfigured(
                "GRAFANA_URL is set without GRAFANA_TOKEN. Set a service account's token, or leave"
                " both out to ask Prometheus and Alertmanager themselves."
            )
        return self._client


def unknown_dashboard() -> DashboardUnknown:
    """The refusal for a dashboard that is not there."""
    return DashboardUnknown(
        "There is no dashboard with this uid. Ask dashboards_list for those there are.",
        field="dashboard_uid",
    )


def _read(form: TypeAdapter[Read], reply: Reply) -> Read:
    if reply.status != 200:  # noqa: PLR2004 - OK
        raise _unreachable(reply.retry_after or RETRY_AFTER_SECONDS)
    try:
        return form.validate_json(reply.body)
    except ValidationError as failure:
        raise GrafanaUnreachable(
            "What answers at GRAFANA_URL is no Grafana. Check the address."
        ) from failure


def _unreachable(retry_after: int) -> Unavailable:
    return GrafanaUnreachable(
        "Grafana cannot be reached right now, so its dashboards are unknown."
        " Try again in a few seconds.",
        retry_after=retry_after,
    )
