"""Each definition of the dictionary equals what is counted in known traffic, by a real Prometheus.

The traffic is written into the store of a Prometheus of its own; the questions go the whole way of
`metrics_query`. What is expected is counted in the list of what happened, without any PromQL.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devstack import monitoring, programs
from devstack.places import Places
from instainstru_core.adapters.prometheus import HttpPrometheus
from instainstru_core.domains.observability import flows, repository
from instainstru_core.domains.observability.schemas import AskMetric, MetricAnswer
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Begin
from tests.contracts.traffic import Traffic, known_traffic
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.processes import free_port

METRICS = {metric.name: metric for metric in repository.dictionary() if metric.promql}
SECONDS = 15 * 60
REQUESTS = "instainstru_http_requests"
REQUEST_SECONDS = "instainstru_http_request_duration_seconds"
OPERATIONS = "instainstru_service_operations"
OPERATION_SECONDS = "instainstru_service_operation_duration_seconds"
QUERY_SECONDS = "instainstru_db_query_duration_seconds"
CALLS = "instainstru_mcp_tool_calls"
TASKS = "instainstru_worker_tasks"
TASK_SECONDS = "instainstru_worker_task_duration_seconds"
STRIPE = "instainstru_stripe_calls"
IS_REAL = lambda labels: labels["endpoint"] not in {"/metrics", "/api/v1/health"}  # noqa: E731

Labels = dict[str, str]
Expected = Callable[[Traffic], float]
Table = Callable[[Traffic], dict[tuple[str, ...], float]]


def share(metric: str, part: Callable[[Labels], bool], whole: Callable[[Labels], bool]) -> Expected:
    return lambda seen: (
        seen.so_many(metric, lambda one: part(one) and whole(one)) / seen.so_many(metric, whole)
    )


def named(**wanted: str) -> Callable[[Labels], bool]:
    return lambda labels: all(labels.get(name) == value for name, value in wanted.items())


def operation(service: str, *operations: str) -> Callable[[Labels], bool]:
    return lambda one: one["service"] == service and one["operation"] in operations


def total(metric: str, wanted: Callable[[Labels], bool] = lambda _: True) -> Expected:
    return lambda seen: seen.so_many(metric, wanted)


def per_second(metric: str, wanted: Callable[[Labels], bool] = lambda _: True) -> Expected:
    return lambda seen: seen.so_many(metric, wanted) / SECONDS


def p95(metric: str, wanted: Callable[[Labels], bool] = lambda _: True) -> Expected:
    return lambda seen: seen.quantile(metric, 0.95, wanted)


def now(metric: str, **wanted: str) -> Expected:
    return lambda seen: sum(seen.standing(metric, named(**wanted)))


def mean(seen: Traffic) -> float:
    values = seen.values(REQUEST_SECONDS, IS_REAL)
    return sum(values) / len(values)


EVERY = lambda _: True  # noqa: E731
ATTEMPTS = operation("accounts", "start_session", "note_failed_sign_in")
VALUES: dict[str, Expected] = {
    "http_latency": p95(REQUEST_SECONDS, IS_REAL),
    "http_mean_latency": mean,
    "http_request_rate": per_second(REQUESTS, IS_REAL),
    "http_requests": total(REQUESTS, IS_REAL),
    "http_error_rate": share(REQUESTS, lambda one: one["status_code"] == "500", IS_REAL),
    "http_client_error_rate": share(REQUESTS, lambda one: one["status_code"] == "404", IS_REAL),
    "http_requests_in_progress": now("instainstru_http_requests_in_progress"),
    "operation_latency": p95(OPERATION_SECONDS),
    "operation_rate": per_second(OPERATIONS),
    "operation_failure_rate": share(OPERATIONS, named(status="failed"), EVERY),
    "operation_refusal_rate": share(OPERATIONS, named(status="refused"), EVERY),
    "sign_ins": total(OPERATIONS, operation("accounts", "start_session")),
    "sign_in_failures": total(OPERATIONS, operation("accounts", "note_failed_sign_in")),
    "sign_in_failure_rate": share(OPERATIONS, named(operation="note_failed_sign_in"), ATTEMPTS),
    "booking_refusal_rate": share(
        OPERATIONS, named(status="refused"), operation("bookings", "create")
    ),
    "search_latency": p95(OPERATION_SECONDS, named(service="search")),
    "search_cache_hit_rate": share("instainstru_search_cache", named(result="hit"), EVERY),
    "search_cache_unreachable": total("instainstru_search_cache", named(result="unreachable")),
    "search_degraded_rate": share("instainstru_search_answers", named(level="heavy"), EVERY),
    "search_model_latency": p95("instainstru_search_model_call_duration_seconds"),
    "embeddings_missing": lambda seen: (
        1 - min(seen.standing("instainstru_search_embeddings_coverage", EVERY))
    ),
    "search_refusals": total("instainstru_search_refusals"),
    "search_found_nobody": total("instainstru_search_zero_results"),
    "searches_unrecorded": total(
        "instainstru_search_records", lambda one: one["result"] != "written"
    ),
    "query_latency": p95(QUERY_SECONDS),
    "query_rate": per_second(QUERY_SECONDS),
    "slow_queries": total("instainstru_db_slow_queries"),
    "db_connections_in_use": now("instainstru_db_connections_in_use"),
    "db_pool_usage": lambda _: 6 / 8,
    "tool_calls": total(CALLS),
    "tool_latency": p95("instainstru_mcp_tool_duration_seconds"),
    "tool_failure_rate": share(CALLS, named(status="failed"), EVERY),
    "tool_refusal_rate": share(CALLS, named(status="refused"), EVERY),
    "tool_answer_size": p95("instainstru_mcp_tool_result_bytes"),
    "unaudited_tool_calls": total("instainstru_mcp_audit_failures"),
    "queue_depth": now("instainstru_queue_waiting"),
    "tasks_held": now("instainstru_tasks_unacked"),
    "workers_online": now("instainstru_workers", state="online"),
    "workers_lost": now("instainstru_workers", state="lost"),
    "schedule_age": now("instainstru_schedule_age_seconds"),
    "task_rate": per_second(TASKS),
    "task_latency": p95(TASK_SECONDS),
    "outbox_waiting": now("instainstru_outbox_waiting"),
    "outbox_age": now("instainstru_outbox_oldest_age_seconds"),
    "outbox_relayed": total("instainstru_outbox_relayed"),
    "messages_waiting": now("instainstru_deliveries_waiting"),
    "message_age": now("instainstru_deliveries_oldest_age_seconds"),
    "messages_sent": total("instainstru_deliveries", named(state="sent")),
    "messages_failed": total("instainstru_deliveries", named(state="failed")),
    "stripe_calls": total(STRIPE),
    "stripe_uncertain_rate": share(STRIPE, named(outcome="uncertain"), EVERY),
    "stripe_refusal_rate": share(STRIPE, named(outcome="refused"), EVERY),
    "stripe_latency": p95("instainstru_stripe_call_duration_seconds"),
    "card_refusal_rate": share(STRIPE, named(outcome="refused"), named(action="authorize")),
    "lessons_overdue": now("instainstru_lessons_overdue"),
    "lessons_overdue_age": now("instainstru_lessons_overdue_oldest_age_seconds"),
    "lessons_in_review": now("instainstru_lessons_in_review"),
    "lessons_in_review_age": now("instainstru_lessons_in_review_oldest_age_seconds"),
    "payment_commands_stuck": now("instainstru_payment_commands_stuck"),
    "disputes_unasked": now("instainstru_disputes_unasked"),
    "lessons_escalated": now("instainstru_lessons_escalated_24h"),
    "payment_jobs_late": now("instainstru_payment_jobs_late"),
    "webhooks_waiting": now("instainstru_webhooks_waiting"),
    "webhooks_age": now("instainstru_webhooks_oldest_age_seconds"),
    "webhooks_dead": now("instainstru_webhooks_dead"),
    "webhooks_received": total(OPERATIONS, operation("webhooks", "receive")),
    "webhook_failure_rate": share(
        OPERATIONS, named(operation="fail"), operation("webhooks", "fail", "finish")
    ),
    "books_differences": now("instainstru_books_differences"),
    "books_age": now("instainstru_books_age_seconds"),
    "instructor_payable": now("instainstru_ledger_cents", account="instructor_payable"),
    "tips_payable": now("instainstru_ledger_cents", account="tips_payable"),
    "credits_liability": now("instainstru_ledger_cents", account="credits_liability"),
    "student_debt": now("instainstru_ledger_cents", account="student_debt"),
    "task_items_failed": total("instainstru_worker_items", named(result="failed")),
    "mutex_unreachable": total("instainstru_mutex", named(result="unreachable")),
    "processes_down": lambda seen: seen.standing("up").count(0),
    "sources_unreadable": lambda _: 1,
}
TABLES: dict[str, Table] = {
    "requests_by_endpoint": lambda seen: {
        ("GET", "/api/v1/search"): seen.so_many(REQUESTS, named(endpoint="/api/v1/search"))
        / SECONDS,
        ("POST", "/api/v1/bookings"): seen.so_many(REQUESTS, named(method="POST")) / SECONDS,
    },
    "requests_by_status": lambda seen: {
        (code,): seen.so_many(
            REQUESTS, lambda one, code=code: one["status_code"] == code and IS_REAL(one)
        )
        for code in ("200", "201", "404", "500")
    },
    "slowest_endpoints": lambda seen: {
        ("GET", "/api/v1/search"): seen.quantile(
            REQUEST_SECONDS, 0.95, named(endpoint="/api/v1/search")
        ),
        ("POST", "/api/v1/bookings"): seen.quantile(REQUEST_SECONDS, 0.95, named(method="POST")),
    },
    "errors_by_endpoint": lambda seen: {
        ("POST", "/api/v1/bookings"): seen.so_many(REQUESTS, named(status_code="500")),
        ("GET", "/api/v1/search"): 0,
        ("GET", "/api/v1/health"): 0,
        ("GET", "/metrics"): 0,
    },
    "slowest_operations": lambda seen: {
        (service, verb): seen.quantile(OPERATION_SECONDS, 0.95, named(service=service))
        for service, verb in (
            ("bookings", "create"),
            ("search", "search"),
            ("accounts", "start_session"),
        )
    },
    "errors_by_type": lambda seen: {
        ("bookings", "create", code): seen.so_many("instainstru_errors", named(error_type=code))
        for code in ("bookings.slot_taken", "RuntimeError")
    },
    "search_stage_latency": lambda seen: {
        (stage,): seen.quantile(
            "instainstru_search_stage_duration_seconds", 0.95, named(stage=stage)
        )
        for stage in ("parse", "find")
    },
    "search_model_calls": lambda seen: {
        (purpose, result): seen.so_many(
            "instainstru_search_model_calls", named(purpose=purpose, result=result)
        )
        for purpose, result in (
            ("reading", "success"),
            ("embedding", "success"),
            ("reading", "timeout"),
        )
    },
    "search_model_circuit": lambda seen: {
        (purpose,): sum(
            seen.standing("instainstru_search_model_circuit_open", named(purpose=purpose))
        )
        for purpose in ("reading", "embedding")
    },
    "tool_calls_by_tool": lambda seen: {
        (tool,): seen.so_many(CALLS, named(tool=tool))
        for tool in ("instainstru_find", "instainstru_metrics_query")
    },
    "slowest_tools": lambda seen: {
        (tool,): seen.quantile("instainstru_mcp_tool_duration_seconds", 0.95, named(tool=tool))
        for tool in ("instainstru_find", "instainstru_metrics_query")
    },
    "copilot_calls_by_caller": lambda seen: {
        (caller,): seen.so_many("instainstru_mcp_caller_calls", named(caller=caller))
        for caller in ("desk", "others")
    },
    "copilot_bytes_by_caller": lambda seen: {
        (caller,): seen.so_many("instainstru_mcp_caller_bytes", named(caller=caller))
        for caller in ("desk", "others")
    },
    "copilot_seconds_by_caller": lambda seen: {
        (caller,): seen.so_many("instainstru_mcp_caller_seconds", named(caller=caller))
        for caller in ("desk", "others")
    },
    "copilot_limit_answers": lambda seen: {
        (result,): seen.so_many("instainstru_limiter", named(result=result))
        for result in ("allowed", "refused")
    },
    "queue_depth_by_queue": lambda _: {("default",): 7, ("maintenance",): 2},
    "slowest_tasks": lambda seen: {
        (task,): seen.quantile(TASK_SECONDS, 0.95, named(task=task))
        for task in ("outbox.relay", "bookings.drive")
    },
    "lessons_overdue_by_kind": lambda _: {("hold",): 2, ("capture",): 3},
    "task_items": lambda seen: {
        ("bookings.drive", result): seen.so_many("instainstru_worker_items", named(result=result))
        for result in ("done", "failed")
    },
    "mutex_attempts": lambda seen: {
        (result,): seen.so_many("instainstru_mutex", named(result=result))
        for result in ("held", "unreachable")
    },
    "process_memory": lambda _: {("api",): 150_000_000, ("worker",): 310_000_000},
    "process_cpu": lambda seen: {
        (role,): seen.so_many("process_cpu_seconds", named(role=role)) / SECONDS
        for role in ("api", "worker")
    },
    "process_uptime": lambda _: {("api",): 7_200, ("worker",): 600},
    "open_files": lambda _: {("api",): 40, ("worker",): 25},
}


@pytest.fixture(scope="module", params=[False, True], ids=["for long", "for the first time"])
def traffic(request: pytest.FixtureRequest) -> Traffic:
    return known_traffic(is_new=request.param)


@pytest.fixture(scope="module")
def prometheus(
    traffic: Traffic, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HttpPrometheus]:
    """A Prometheus of its own that has seen the traffic."""
    program = programs.prometheus(Places())
    assert program is not None
    folder = tmp_path_factory.mktemp("traffic")
    page = folder / "traffic.txt"
    page.write_text(traffic.page())
    subprocess.run(
        [
            program.path.with_name("promtool"),
            *("tsdb", "create-blocks-from", "openmetrics", str(page), str(folder / "data")),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    yield from _serving(program, folder)


def _serving(program: programs.Program, folder: Path) -> Iterator[HttpPrometheus]:
    configuration = folder / "prometheus.yml"
    configuration.write_text("global: {}\n")
    port = free_port()
    process = subprocess.Popen(
        [
            str(program.path),
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ],
        cwd=program.cwd,
    )
    client = HttpPrometheus(monitoring.url(port))
    try:
        wait_until(lambda: process.poll() is not None or monitoring.answers(port))
        assert process.poll() is None
        yield client
    finally:
        client.close()
        process.kill()
        process.wait()


def ask(begin: Begin, prometheus: HttpPrometheus, question: str) -> MetricAnswer:
    command = AskMetric(question=question, window="15m")
    return flows.metrics_query(
        begin, prometheus, actor=SYSTEM, command=command, founding_cap=100
    ).data


@pytest.mark.stack
class TestEachDefinition:
    def test_is_here(self) -> None:
        assert {name for name, one in METRICS.items() if not one.by} == set(VALUES)
        assert {name for name, one in METRICS.items() if one.by} == set(TABLES)

    @pytest.mark.parametrize("name", sorted(VALUES))
    def test_equals_what_happened(
        self, name: str, begin: Begin, prometheus: HttpPrometheus, traffic: Traffic
    ) -> None:
        answer = ask(begin, prometheus, name)
        assert answer.metric is not None
        assert answer.metric.name == name
        assert answer.value == pytest.approx(VALUES[name](traffic), rel=1e-6)

    @pytest.mark.parametrize("name", sorted(TABLES))
    def test_equals_what_happened_line_by_line(
        self, name: str, begin: Begin, prometheus: HttpPrometheus, traffic: Traffic
    ) -> None:
        answer = ask(begin, prometheus, name)
        by = METRICS[name].by
        found = {tuple(row.labels[label] for label in by): row.value for row in answer.rows}
        assert found == pytest.approx(TABLES[name](traffic), rel=1e-6)

    @pytest.mark.parametrize("percentile", [50, 90, 99])
    def test_has_other_percentiles(
        self, percentile: int, begin: Begin, prometheus: HttpPrometheus, traffic: Traffic
    ) -> None:
        answer = ask(begin, prometheus, f"p{percentile} latency")
        expected = traffic.quantile(REQUEST_SECONDS, percentile / 100, IS_REAL)
        assert answer.value == pytest.approx(expected, rel=1e-6)

    def test_can_be_narrowed_to_a_route(
        self, begin: Begin, prometheus: HttpPrometheus, traffic: Traffic
    ) -> None:
        wanted = named(method="POST", endpoint="/api/v1/bookings")
        for question, expected in (
            ("requests of POST /api/v1/bookings", traffic.so_many(REQUESTS, wanted)),
            ("error rate of POST /api/v1/bookings", 1 / 3),
            ("p95 latency of POST requests", traffic.quantile(REQUEST_SECONDS, 0.95, wanted)),
        ):
            answer = ask(begin, prometheus, question)
            assert answer.value == pytest.approx(expected, rel=1e-6), question

    def test_counts_its_samples(
        self, begin: Begin, prometheus: HttpPrometheus, traffic: Traffic
    ) -> None:
        expected = traffic.so_many(REQUESTS, IS_REAL)
        assert ask(begin, prometheus, "latency").sample_size == pytest.approx(expected)

    def test_before_there_was_anything_has_no_data(
        self, begin: Begin, prometheus: HttpPrometheus
    ) -> None:
        for name, metric in METRICS.items():
            if metric.default_window is None:
                continue
            command = AskMetric(question=name, window="2026-06-14")
            report = flows.metrics_query(
                begin, prometheus, actor=SYSTEM, command=command, founding_cap=100
            )
            assert (report.data.value, report.data.rows) == (None, []), name
            assert report.warnings[0].startswith("No data, which is not zero"), name
