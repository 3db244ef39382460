"""Known traffic for a real Prometheus: what happened is a list, and what is asked is counted in it.

Sixty minutes of samples, one each fifteen seconds, up to NOW. Nothing happened in the first twenty,
and every series begins at zero; or it all began within the window, and every series with its first
event, as it is where a process counts something for the first time. The shape of each series,
labels and buckets, is the exporting metric's own.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from tests.factories.observability import NOW

STEP = 15
STEPS = 240
QUIET, NEW = 80, 200
"""The last step before anything happened, for long or only of late."""
WINDOW_STEPS = 60
"""The last fifteen minutes, which is the window of all questions."""
MEASURING = (
    "instainstru_core.domains.notifications.flows",
    "instainstru_core.adapters.model_calls",
    "instainstru_core.adapters.search_cache",
    "instainstru_core.domains.search.flows.measuring",
    "instainstru_core.domains.search.flows.recording",
    "instainstru_core.kernel.measure",
    "api.metrics",
    "instainstru_core.adapters.mutex",
    "instainstru_core.adapters.stripe.caller",
    "mcp_server.metrics",
    "worker.attempts",
    "worker.batches",
    "worker.relay",
)

Wanted = Callable[[dict[str, str]], bool]


@dataclass(frozen=True)
class Happening:
    """Something that happens so often each step; a histogram observes this value each time."""

    metric: str
    labels: dict[str, str]
    each: int
    value: float | None = None


@dataclass
class Traffic:
    """All that happens and stands. New series have no samples before their first event."""

    is_new: bool = False
    happenings: list[Happening] = field(default_factory=list)
    gauges: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    def count(self, metric: str, each: int, **labels: str) -> None:
        self.happenings.append(Happening(metric, labels, each))

    def observe(self, metric: str, value: float, each: int = 1, **labels: str) -> None:
        self.happenings.append(Happening(metric, labels, each, value))

    def stand(self, metric: str, value: float, **labels: str) -> None:
        self.gauges.append((metric, labels, value))

    # What a reader of the list finds, without any PromQL.

    def so_many(self, metric: str, wanted: Wanted = lambda _: True) -> int:
        """How often it happened in the window."""
        return self._steps() * sum(one.each for one in self._of(metric, wanted))

    def values(self, metric: str, wanted: Wanted = lambda _: True) -> list[float]:
        """What was observed in one step; each step is the same."""
        return [one.value or 0.0 for one in self._of(metric, wanted) for _ in range(one.each)]

    def quantile(self, metric: str, share: float, wanted: Wanted = lambda _: True) -> float:
        """The value below which this share lies, as far as buckets can tell."""
        seen = self.values(metric, wanted)
        rank, lower, below = share * len(seen), 0.0, 0
        for bound in _metrics()[metric]._upper_bounds:  # type: ignore[attr-defined]
            upto = sum(value <= bound for value in seen)
            if upto >= rank:
                return (
                    lower
                    if bound == inf
                    else lower + (bound - lower) * (rank - below) / (upto - below)
                )
            lower, below = bound, upto
        raise AssertionError(metric)

    def standing(self, metric: str, wanted: Wanted = lambda _: True) -> list[float]:
        return [value for name, labels, value in self.gauges if name == metric and wanted(labels)]

    def _steps(self) -> int:
        """The steps of the window in which things happened."""
        return STEPS - NEW if self.is_new else WINDOW_STEPS

    def _of(self, metric: str, wanted: Wanted) -> list[Happening]:
        return [one for one in self.happenings if one.metric == metric and wanted(one.labels)]

    # What Prometheus is given.

    def page(self) -> str:
        """All of it as OpenMetrics with timestamps."""
        lines: list[str] = []
        for metric in dict.fromkeys(one.metric for one in self.happenings):
            kind = (
                "histogram" if self._of(metric, lambda _: True)[0].value is not None else "counter"
            )
            lines.append(f"# TYPE {metric} {kind}")
            for one in self._of(metric, lambda _: True):
                known = _metrics().get(metric)
                if known is not None:
                    assert set(one.labels) == set(known._labelnames), metric
                lines += _series_of(one, is_new=self.is_new)
        for metric in dict.fromkeys(name for name, _, _ in self.gauges):
            lines.append(f"# TYPE {metric} gauge")
            for name, labels, value in self.gauges:
                if name == metric:
                    lines += [f"{_written(name, labels)} {value} {at}" for at in _moments()]
        return "\n".join([*lines, "# EOF\n"])


def _moments() -> list[int]:
    end = int(NOW.timestamp())
    return [end - STEP * (STEPS - step) for step in range(STEPS + 1)]


def _written(name: str, labels: dict[str, str]) -> str:
    told = {"job": "instainstru", "instance": "test", "role": "api", **labels}
    return name + "{" + ",".join(f'{key}="{value}"' for key, value in told.items()) + "}"


def _series_of(one: Happening, *, is_new: bool) -> Iterator[str]:
    quiet = NEW if is_new else QUIET
    rising = [max(0, step - quiet) for step in range(STEPS + 1)]
    if is_new:
        rising = rising[quiet + 1 :]
    if one.value is None:
        yield from _line(f"{one.metric}_total", one.labels, [one.each * done for done in rising])
        return
    for bound in _metrics()[one.metric]._upper_bounds:  # type: ignore[attr-defined]
        each = one.each if one.value <= bound else 0
        limit = {"le": "+Inf" if bound == inf else str(bound)}
        yield from _line(f"{one.metric}_bucket", one.labels | limit, [each * k for k in rising])
    yield from _line(f"{one.metric}_sum", one.labels, [one.each * one.value * k for k in rising])
    yield from _line(f"{one.metric}_count", one.labels, [one.each * k for k in rising])


def _line(name: str, labels: dict[str, str], values: list[Any]) -> Iterator[str]:
    for at, value in zip(_moments()[-len(values) :], values, strict=True):
        yield f"{_written(name, labels)} {value} {at}"


def _metrics() -> dict[str, MetricWrapperBase]:
    if not _KNOWN:
        for module in MEASURING:
            importlib.import_module(module)
        for collector in set(REGISTRY._names_to_collectors.values()):
            if isinstance(collector, MetricWrapperBase):
                _KNOWN[collector._name] = collector
    return _KNOWN


_KNOWN: dict[str, MetricWrapperBase] = {}


def known_traffic(*, is_new: bool = False) -> Traffic:
    """A quarter of an hour like any other, or the first in which anything happened."""
    found = Traffic(is_new)
    _web(found)
    _core(found)
    _search(found)
    _copilot(found)
    _work(found)
    _money(found)
    _standing(found)
    return found


def _web(found: Traffic) -> None:
    for method, endpoint, status, each, seconds in (
        ("GET", "/api/v1/search", "200", 4, 0.03),
        ("POST", "/api/v1/bookings", "201", 2, 0.3),
        ("GET", "/api/v1/search", "404", 1, 0.007),
        ("POST", "/api/v1/bookings", "500", 1, 0.7),
        ("GET", "/api/v1/health", "200", 5, 0.001),
        ("GET", "/metrics", "200", 1, 4.0),
    ):
        labels = {"method": method, "endpoint": endpoint, "status_code": status}
        found.count("instainstru_http_requests", each, **labels)
        found.observe("instainstru_http_request_duration_seconds", seconds, each, **labels)
    for endpoint, value in (("/api/v1/search", 3), ("/api/v1/bookings", 2)):
        name = "instainstru_http_requests_in_progress"
        found.stand(name, value, method="GET", endpoint=endpoint)


def _core(found: Traffic) -> None:
    for service, operation, status, each in (
        ("search", "search", "success", 4),
        ("bookings", "create", "success", 2),
        ("bookings", "create", "refused", 1),
        ("bookings", "create", "failed", 1),
        ("accounts", "start_session", "success", 3),
        ("accounts", "note_failed_sign_in", "success", 1),
        ("webhooks", "receive", "success", 5),
        ("webhooks", "finish", "success", 4),
        ("webhooks", "fail", "success", 1),
    ):
        labels = {"service": service, "operation": operation}
        found.count("instainstru_service_operations", each, **labels, status=status)
    for service, operation, each, seconds in (
        ("search", "search", 4, 0.02),
        ("bookings", "create", 4, 0.3),
        ("accounts", "start_session", 3, 0.004),
    ):
        name = "instainstru_service_operation_duration_seconds"
        found.observe(name, seconds, each, service=service, operation=operation)
    for code, each in (("bookings.slot_taken", 2), ("RuntimeError", 1)):
        name = "instainstru_errors"
        found.count(name, each, service="bookings", operation="create", error_type=code)
    for verb, seconds, each in (("select", 0.002, 8), ("update", 0.2, 2)):
        found.observe("instainstru_db_query_duration_seconds", seconds, each, verb=verb)
    found.count("instainstru_db_slow_queries", 2, verb="update")
    for role, taken, most in (("api", 6, 8), ("worker", 1, 4)):
        found.stand("instainstru_db_connections_in_use", taken, role=role)
        found.stand("instainstru_db_pool_connections", most, role=role)


def _search(found: Traffic) -> None:
    for result, each in (("written", 4), ("dropped", 2), ("failed", 1)):
        found.count("instainstru_search_records", each, result=result)
    for result, each in (("hit", 3), ("miss", 4), ("unreachable", 1)):
        found.count("instainstru_search_cache", each, result=result)
    for level, each in (("none", 3), ("heavy", 1)):
        found.count("instainstru_search_answers", each, level=level)
    for stage, seconds, each in (("parse", 0.0004, 4), ("find", 0.02, 4)):
        found.observe("instainstru_search_stage_duration_seconds", seconds, each, stage=stage)
    found.count("instainstru_search_refusals", 2)
    found.count("instainstru_search_zero_results", 1)
    for purpose, result, each in (
        ("reading", "success", 3),
        ("embedding", "success", 2),
        ("reading", "timeout", 1),
    ):
        found.count("instainstru_search_model_calls", each, purpose=purpose, result=result)
    for purpose, is_open, each, seconds in (("reading", 1, 4, 0.15), ("embedding", 0, 2, 0.04)):
        name = "instainstru_search_model_call_duration_seconds"
        found.observe(name, seconds, each, purpose=purpose)
        found.stand("instainstru_search_model_circuit_open", is_open, purpose=purpose)


def _copilot(found: Traffic) -> None:
    for tool, status, each in (
        ("instainstru_find", "success", 3),
        ("instainstru_find", "refused", 1),
        ("instainstru_metrics_query", "failed", 1),
    ):
        found.count("instainstru_mcp_tool_calls", each, tool=tool, status=status)
    for tool, each, seconds, size in (
        ("instainstru_find", 4, 0.02, 900),
        ("instainstru_metrics_query", 1, 2.0, 30_000),
    ):
        found.observe("instainstru_mcp_tool_duration_seconds", seconds, each, tool=tool)
        found.observe("instainstru_mcp_tool_result_bytes", size, each, tool=tool)
    found.count("instainstru_mcp_audit_failures", 1)
    for caller, status, calls, size, seconds in (
        ("desk", "success", 3, 2_700, 1),
        ("desk", "refused", 1, 300, 1),
        ("others", "failed", 1, 100, 2),
    ):
        found.count("instainstru_mcp_caller_calls", calls, caller=caller, status=status)
        if status != "refused":
            found.count("instainstru_mcp_caller_bytes", size, caller=caller)
            found.count("instainstru_mcp_caller_seconds", seconds, caller=caller)
    for result, each in (("allowed", 5), ("refused", 2)):
        found.count("instainstru_limiter", each, result=result)


def _work(found: Traffic) -> None:
    for task, state, each in (
        ("outbox.relay", "succeeded", 7),
        ("bookings.drive", "succeeded", 2),
        ("bookings.drive", "failed", 1),
    ):
        found.count("instainstru_worker_tasks", each, task=task, state=state)
    for task, seconds, each in (("outbox.relay", 0.02, 7), ("bookings.drive", 40.0, 3)):
        found.observe("instainstru_worker_task_duration_seconds", seconds, each, task=task)
    for result, each in (("done", 4), ("failed", 2)):
        found.count("instainstru_worker_items", each, task="bookings.drive", result=result)
    for result, each in (("held", 6), ("unreachable", 1)):
        found.count("instainstru_mutex", each, result=result)
    found.count("instainstru_outbox_relayed", 9)
    for template, state, each in (
        ("booking_confirmed", "sent", 3),
        ("booking_cancelled", "sent", 1),
        ("booking_confirmed", "failed", 2),
    ):
        found.count("instainstru_deliveries", each, template=template, state=state)


def _money(found: Traffic) -> None:
    for action, outcome, each in (
        ("authorize", "ok", 3),
        ("authorize", "refused", 1),
        ("transfer", "ok", 4),
        ("transfer", "uncertain", 2),
    ):
        found.count("instainstru_stripe_calls", each, action=action, outcome=outcome)
    for action, seconds, each in (("authorize", 0.4, 4), ("transfer", 6.0, 6)):
        found.observe("instainstru_stripe_call_duration_seconds", seconds, each, action=action)
    for kind, value in (("hold", 2), ("capture", 3)):
        found.stand("instainstru_lessons_overdue", value, kind=kind)
    for account, value in (
        ("instructor_payable", 120_000),
        ("tips_payable", 700),
        ("credits_liability", 4_500),
        ("student_debt", 60_000),
    ):
        found.stand("instainstru_ledger_cents", value, account=account)


STANDING = {
    "instainstru_lessons_overdue_oldest_age_seconds": 3_000,
    "instainstru_lessons_in_review": 6,
    "instainstru_lessons_in_review_oldest_age_seconds": 90_000,
    "instainstru_payment_commands_stuck": 2,
    "instainstru_disputes_unasked": 3,
    "instainstru_lessons_escalated_24h": 4,
    "instainstru_payment_jobs_late": 5,
    "instainstru_webhooks_waiting": 11,
    "instainstru_webhooks_oldest_age_seconds": 45,
    "instainstru_webhooks_dead": 1,
    "instainstru_books_differences": 1,
    "instainstru_books_age_seconds": 40_000,
    "instainstru_outbox_waiting": 12,
    "instainstru_outbox_oldest_age_seconds": 33,
    "instainstru_deliveries_waiting": 5,
    "instainstru_deliveries_oldest_age_seconds": 61,
    "instainstru_tasks_unacked": 3,
    "instainstru_schedule_age_seconds": 4,
    "instainstru_exporter_database_up": 1,
    "instainstru_exporter_broker_up": 0,
}


def _standing(found: Traffic) -> None:
    for name, value in STANDING.items():
        found.stand(name, value, role="exporter")
    for queue, value in (("default", 7), ("maintenance", 2)):
        found.stand("instainstru_queue_waiting", value, queue=queue)
    for kind, share in (("service", 0.75), ("area", 1)):
        found.stand("instainstru_search_embeddings_coverage", share, kind=kind)
    for state, value in (("online", 2), ("lost", 1)):
        found.stand("instainstru_workers", value, state=state)
    for role, up, memory, files, age in (
        ("api", 1, 150_000_000, 40, 7_200),
        ("worker", 0, 310_000_000, 25, 600),
    ):
        found.stand("up", up, role=role)
        found.stand("process_resident_memory_bytes", memory, role=role)
        found.stand("process_open_fds", files, role=role)
        found.stand("process_start_time_seconds", NOW.timestamp() - age, role=role)
    found.count("process_cpu_seconds", 6, role="api")
    found.count("process_cpu_seconds", 3, role="worker")
