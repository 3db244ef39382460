"""What HTTP costs, by method and route template, and the page a scraper reads."""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Scope

LABELS = ["method", "endpoint", "status_code"]
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
UNMATCHED = "unmatched"

REQUESTS = Counter("instainstru_http_requests_total", "HTTP requests answered.", LABELS)
SECONDS = Histogram(
    "instainstru_http_request_duration_seconds",
    "Time from the first byte of a request to the last of its response.",
    LABELS,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
IN_PROGRESS = Gauge(
    "instainstru_http_requests_in_progress",
    "HTTP requests being answered.",
    ["method", "endpoint"],
    multiprocess_mode="livesum",
)


def template_of(scope: Scope) -> str:
    """The route's template, never the path: ids must not become labels."""
    return getattr(scope.get("route"), "path", UNMATCHED)


def observe(method: str, template: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    count, time = _series(method if method in METHODS else "OTHER", template, status)
    count.inc()
    time.observe(seconds)


@lru_cache(maxsize=10_000)
def _series(method: str, template: str, status: int) -> tuple[Counter, Histogram]:
    labels = method, template, str(status)
    return REQUESTS.labels(*labels), SECONDS.labels(*labels)
