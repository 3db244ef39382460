"""Questions to Prometheus and to the broker. No transaction is open while they are asked."""

from instainstru_core.domains.observability.flows.alerts import alerts_list
from instainstru_core.domains.observability.flows.background import (
    LOST_AFTER,
    NO_WORKERS,
    SCHEDULE_LATE_SECONDS,
    SCHEDULE_SILENT,
    queue_depth,
    worker_status,
)
from instainstru_core.domains.observability.flows.dashboards import (
    dashboard_panels,
    dashboards_list,
)
from instainstru_core.domains.observability.flows.metrics import (
    MAX_ROWS,
    NOT_COMPARED,
    NOT_EXPORTED,
    NOTHING_THEN,
    ONLY_NOW,
    metrics_query,
)
from instainstru_core.domains.observability.flows.queries import (
    NOTHING_KNOWN,
    VENDOR_WARNING,
    prometheus_query,
    prometheus_query_range,
)
from instainstru_core.domains.observability.flows.schedule import active_tasks, beat_schedule
from instainstru_core.domains.observability.flows.silences import (
    preview_silence,
    preview_unsilence,
    silence,
    silences_list,
    unsilence,
)

__all__ = [
    "LOST_AFTER",
    "MAX_ROWS",
    "NOTHING_KNOWN",
    "NOTHING_THEN",
    "NOT_COMPARED",
    "NOT_EXPORTED",
    "NO_WORKERS",
    "ONLY_NOW",
    "SCHEDULE_LATE_SECONDS",
    "SCHEDULE_SILENT",
    "VENDOR_WARNING",
    "active_tasks",
    "alerts_list",
    "beat_schedule",
    "dashboard_panels",
    "dashboards_list",
    "metrics_query",
    "preview_silence",
    "preview_unsilence",
    "prometheus_query",
    "prometheus_query_range",
    "queue_depth",
    "silence",
    "silences_list",
    "unsilence",
    "worker_status",
]
