"""What the tools are called for, how that ends, and what it costs."""

from prometheus_client import Counter, Histogram

UNKNOWN = "unknown"

CALLS = Counter(
    "instainstru_mcp_tool_calls_total",
    "Calls of a tool by how they ended: success, refused, failed.",
    ["tool", "status"],
)
SECONDS = Histogram(
    "instainstru_mcp_tool_duration_seconds",
    "Time of one call of a tool, from its arguments to its answer.",
    ["tool"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
RESULT_BYTES = Histogram(
    "instainstru_mcp_tool_result_bytes",
    "Size of the answers of a tool.",
    ["tool"],
    buckets=(500, 1_000, 2_500, 5_000, 10_000, 20_000, 40_000, 80_000),
)
CALLERS = Counter(
    "instainstru_mcp_caller_calls_total",
    "Calls by who called and how they ended; beyond 50 callers, the rest are `others`.",
    ["caller", "status"],
)
CALLER_BYTES = Counter(
    "instainstru_mcp_caller_bytes_total", "Bytes answered, by who called.", ["caller"]
)
CALLER_SECONDS = Counter(
    "instainstru_mcp_caller_seconds_total", "Time that calls took, by who called.", ["caller"]
)
UNAUDITED = Counter(
    "instainstru_mcp_audit_failures_total", "Calls that could not be written to the audit trail."
)


MOST_CALLERS = 50
OTHERS = "others"
_callers: set[str] = set()


def observe(tool: str, status: str, seconds: float, size: int, caller: str) -> None:
    """Count one call."""
    known = _known(caller)
    CALLERS.labels(known, status).inc()
    CALLER_SECONDS.labels(known).inc(seconds)
    CALLER_BYTES.labels(known).inc(size)
    CALLS.labels(tool, status).inc()
    SECONDS.labels(tool).observe(seconds)
    if size:
        RESULT_BYTES.labels(tool).observe(size)


def _known(caller: str) -> str:
    """The caller as a label: whoever comes after the first so many is one of the others."""
    if caller not in _callers and len(_callers) >= MOST_CALLERS:
        return OTHERS
    _callers.add(caller)
    return caller
