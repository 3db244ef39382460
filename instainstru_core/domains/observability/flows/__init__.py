"""Questions to Prometheus and to the broker. No transaction is open while they are asked."""

from instainstru_core.domains.observability.flows.background import (
    LOST_AFTER,
    NO_WORKERS,
    SCHEDULE_LATE_SECONDS,
    SCHEDULE_SILENT,
    queue_depth,
    worker_status,
)
from instainstru_core.domains.observability.flows.metrics import (
    MAX_ROWS,
    ONLY_NOW,
    metrics_query,
)
from instainstru_core.domains.observability.flows.queries import (
    NOT_NUMBERS,
    NOTHING_KNOWN,
    VENDOR_WARNING,
    prometheus_query,
)

__all__ = [
    "LOST_AFTER",
    "MAX_ROWS",
    "NOTHING_KNOWN",
    "NOT_NUMBERS",
    "NO_WORKERS",
    "ONLY_NOW",
    "SCHEDULE_LATE_SECONDS",
    "SCHEDULE_SILENT",
    "VENDOR_WARNING",
    "metrics_query",
    "prometheus_query",
    "queue_depth",
    "worker_status",
]
