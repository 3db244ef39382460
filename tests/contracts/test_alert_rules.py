"""Each alert rule on series that can be worked out by hand: it fires, and it stays quiet."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from devstack import monitoring, programs
from devstack.places import Places
from instainstru_core.domains.observability import repository
from tests.contracts.test_monitoring_files import RULES, alerts
from tests.patience import PATIENCE_SECONDS

LASTING = "x40"
EVERY = "2m"
"""How often the rules are looked at. No rule needs every minute, which takes twice the time."""
REQUESTS = "instainstru_http_requests_total"
HTTP = "instainstru_http_request_duration_seconds_bucket"
OPERATIONS = "instainstru_service_operations_total"
OPERATION = "instainstru_service_operation_duration_seconds_bucket"
CALLS = "instainstru_mcp_tool_calls_total"
CALL = "instainstru_mcp_tool_duration_seconds_bucket"
TASKS = "instainstru_worker_tasks_total"
STRIPE = "instainstru_stripe_calls_total"
STRIPE_CALL = "instainstru_stripe_call_duration_seconds_bucket"
SHARE = "instainstru_search_zero_result_share_24h"
SEARCHES = "instainstru_searches_24h"
COVERAGE = "instainstru_search_embeddings_coverage"
CIRCUIT = "instainstru_search_model_circuit_open"
MEMORY = 'process_resident_memory_bytes{job="instainstru",role="worker"}'


@dataclass(frozen=True, slots=True)
class Case:
    """Values of each series, one a minute, for forty minutes, and what the alert says of them.

    `quiet` is near to firing. `judged_by` names the metric of the dictionary whose threshold the
    rule has, and which of the two.
    """

    fires: dict[str, str]
    quiet: dict[str, str]
    summary: str
    judged_by: tuple[str, str] | None
    labels: dict[str, str] = field(default_factory=dict[str, str])


def counted(name: str, **each_minute: int) -> dict[str, str]:
    """Counters that grow by so much a minute. `__` stands between a label's name and value."""
    return {
        f"{name}{{{','.join(_label(part) for part in key.split('___'))}}}": f"0+{step}{LASTING}"
        for key, step in each_minute.items()
    }


def _label(part: str) -> str:
    label, _, value = part.partition("__")
    return f'{label}="{value.replace("_dot_", ".")}"'


def buckets(name: str, labels: str = "", /, **each_minute: int) -> dict[str, str]:
    """Buckets of a histogram: `le_2_5=90` stands for the bucket up to 2.5."""
    return {
        f'{name}{{{labels}le="{_edge(key)}"}}': f"0+{step}{LASTING}"
        for key, step in each_minute.items()
    }


def _edge(key: str) -> str:
    edge = key.removeprefix("le_").replace("_", ".")
    return "+Inf" if edge == "inf" else edge


def level(name: str, value: float, labels: str = "") -> dict[str, str]:
    return {f"instainstru_{name}{labels}": f"{value:g}{LASTING}"}


CASES = {
    "ProcessDown": Case(
        {'up{job="instainstru",role="api"}': "0x40"},
        {'up{job="instainstru",role="api"}': "1x40", 'up{job="other"}': "0x40"},
        "api does not answer its scrapes",
        None,
        {"job": "instainstru", "role": "api"},
    ),
    "SourceUnreadable": Case(
        level("exporter_database_up", 1) | level("exporter_broker_up", 0),
        level("exporter_database_up", 1) | level("exporter_broker_up", 1),
        "The exporter cannot read the database or the broker, so its figures are missing",
        None,
    ),
    "ProcessMemoryHigh": Case(
        {MEMORY: "629145600x40"},
        {MEMORY: "499999999x40"},
        "worker uses 600MiB of memory",
        ("process_memory", "critical"),
        {"job": "instainstru", "role": "worker"},
    ),
    "HttpErrors": Case(
        {
            f'{REQUESTS}{{endpoint="/a",status_code="200"}}': "0+97x40",
            f'{REQUESTS}{{endpoint="/a",status_code="500"}}': "0+3x40",
        },
        {
            f'{REQUESTS}{{endpoint="/a",status_code="200"}}': "0+99x40",
            f'{REQUESTS}{{endpoint="/a",status_code="500"}}': "0+1x40",
            f'{REQUESTS}{{endpoint="/api/v1/health",status_code="500"}}': "0+99x40",
        },
        "3% of the API's requests fail on our side",
        ("http_error_rate", "critical"),
    ),
    "HttpSlow": Case(
        buckets(HTTP, 'endpoint="/a",', le_0_5=80, le_1=100, le_inf=100),
        buckets(HTTP, 'endpoint="/a",', le_0_5=90, le_1=100, le_inf=100),
        "One of twenty API requests takes 875ms or longer",
        ("http_latency", "critical"),
    ),
    "OperationsBreak": Case(
        counted(OPERATIONS, service__bookings___status__failed=1, service__bookings=49),
        counted(OPERATIONS, service__bookings___status__refused=50, service__bookings=1),
        "2% of the operations of bookings break",
        ("operation_failure_rate", "critical"),
        {"service": "bookings"},
    ),
    "DatabaseSlow": Case(
        counted("instainstru_db_slow_queries_total", verb__select=10),
        counted("instainstru_db_slow_queries_total", verb__select=6),
        "150 SQL statements of the last 15 minutes were slow",
        ("slow_queries", "critical"),
    ),
    "ToolsFail": Case(
        counted(CALLS, tool__find___status__failed=1, tool__find___status__success=9),
        counted(CALLS, tool__find___status__failed=1, tool__find___status__success=20),
        "10% of the calls of find fail",
        ("tool_failure_rate", "critical"),
        {"tool": "find"},
    ),
    "ToolsSlow": Case(
        buckets(CALL, le_2_5=90, le_5=100, le_inf=100),
        buckets(CALL, le_2_5=95, le_5=100, le_inf=100),
        "One of twenty tool calls takes 3.75s or longer",
        ("tool_latency", "critical"),
    ),
    "CallsUnaudited": Case(
        {"instainstru_mcp_audit_failures_total": "0x25 1x15"},
        {"instainstru_mcp_audit_failures_total": "1x40"},
        "Tool calls could not be written to the audit trail",
        ("unaudited_tool_calls", "warning"),
    ),
    "NoWorker": Case(
        level("workers", 0, '{state="online"}'),
        level("workers", 1, '{state="online"}'),
        "No worker is online: tasks wait, and nothing is relayed",
        None,
        {"state": "online"},
    ),
    "WorkerLost": Case(
        level("workers", 2, '{state="lost"}'),
        level("workers", 0, '{state="lost"}'),
        "2 workers gave no sign of life and did not end in order",
        ("workers_lost", "warning"),
        {"state": "lost"},
    ),
    "ScheduleSilent": Case(
        level("schedule_age_seconds", 300),
        level("schedule_age_seconds", 299),
        "The schedule has not reached a worker for 5m 0s",
        ("schedule_age", "critical"),
    ),
    "QueueLong": Case(
        level("queue_waiting", 200, '{queue="default"}'),
        level("queue_waiting", 199, '{queue="default"}'),
        "200 tasks wait in the queue default",
        ("queue_depth_by_queue", "critical"),
        {"queue": "default"},
    ),
    "TasksFail": Case(
        counted(
            TASKS,
            task__bookings_dot_capture___state__failed=1,
            task__bookings_dot_capture___state__succeeded=9,
        ),
        counted(
            TASKS,
            task__bookings_dot_capture___state__failed=1,
            task__bookings_dot_capture___state__succeeded=20,
        ),
        "10% of the attempts of bookings.capture fail",
        ("task_failure_rate", "critical"),
        {"task": "bookings.capture"},
    ),
    "OutboxStuck": Case(
        level("outbox_oldest_age_seconds", 301),
        level("outbox_oldest_age_seconds", 299),
        "The oldest fact has waited 5m 1s for its reactions",
        ("outbox_age", "critical"),
    ),
    "MessagesStuck": Case(
        level("deliveries_oldest_age_seconds", 3600),
        level("deliveries_oldest_age_seconds", 3599),
        "The oldest message has waited 1h 0m 0s for its carrier",
        ("message_age", "critical"),
    ),
    "LessonMoneyLate": Case(
        level("lessons_overdue_oldest_age_seconds", 7200),
        level("lessons_overdue_oldest_age_seconds", 7199),
        "The money of a lesson is late by 2h 0m 0s",
        ("lessons_overdue_age", "critical"),
    ),
    "ReviewsWait": Case(
        level("lessons_in_review_oldest_age_seconds", 259200),
        level("lessons_in_review_oldest_age_seconds", 259199),
        "A lesson has waited 3d 0h 0m 0s for people to look at it",
        ("lessons_in_review_age", "critical"),
    ),
    "PaymentCommandsStuck": Case(
        level("payment_commands_stuck", 1),
        level("payment_commands_stuck", 0),
        "1 calls to the payment provider are finished by nobody",
        ("payment_commands_stuck", "warning"),
    ),
    "DisputesUnasked": Case(
        level("disputes_unasked", 2),
        level("disputes_unasked", 0),
        "2 disputes are asked about by nobody",
        ("disputes_unasked", "warning"),
    ),
    "LessonsEscalated": Case(
        level("lessons_escalated_24h", 1),
        level("lessons_escalated_24h", 0),
        "The platform paid 1 lessons of the last 24 hours for their students",
        ("lessons_escalated", "warning"),
    ),
    "PaymentJobsLate": Case(
        level("payment_jobs_late", 1),
        level("payment_jobs_late", 0),
        "1 jobs on payments succeeded too long ago",
        ("payment_jobs_late", "warning"),
    ),
    "BooksDiffer": Case(
        level("books_differences", 3),
        level("books_differences", 0),
        "Our books differ from the payment provider's in 3 places",
        ("books_differences", "warning"),
    ),
    "BooksNotCompared": Case(
        level("books_age_seconds", 194400),
        level("books_age_seconds", 194399),
        "The books were compared 2d 6h 0m 0s ago",
        ("books_age", "critical"),
    ),
    "WebhooksStuck": Case(
        level("webhooks_oldest_age_seconds", 3600),
        level("webhooks_oldest_age_seconds", 3599),
        "The oldest webhook has waited 1h 0m 0s",
        ("webhooks_age", "critical"),
    ),
    "WebhooksDead": Case(
        level("webhooks_dead", 1),
        level("webhooks_dead", 0),
        "1 webhooks were given up",
        ("webhooks_dead", "warning"),
    ),
    "StripeUncertain": Case(
        counted(STRIPE, outcome__uncertain=2, outcome__ok=8),
        counted(STRIPE, outcome__uncertain=1, outcome__refused=10),
        "Of 20% of the calls to Stripe nobody knows how they ended",
        ("stripe_uncertain_rate", "critical"),
    ),
    "StripeSlow": Case(
        buckets(STRIPE_CALL, le_5=80, le_10=100, le_inf=100),
        buckets(STRIPE_CALL, le_5=90, le_10=100, le_inf=100),
        "One of twenty calls to Stripe takes 8.75s or longer",
        ("stripe_latency", "critical"),
    ),
    "SearchFindsNothing": Case(
        {SHARE: "0.25x40", SEARCHES: "20x40"},
        {SHARE: "0.25x40", SEARCHES: "19x40"},
        "25% of the searches of 24 hours found nothing",
        ("zero_result_rate", "critical"),
    ),
    "SearchSlow": Case(
        buckets(OPERATION, 'service="search",operation="run",', le_0_5=80, le_2_5=100, le_inf=100),
        buckets(OPERATION, 'service="search",operation="run",', le_0_5=95, le_2_5=100, le_inf=100),
        "One of twenty runs of search.run takes 2s or longer",
        ("search_latency", "critical"),
        {"operation": "run"},
    ),
    "SearchVectorsMissing": Case(
        {COVERAGE + '{kind="area"}': "0.94x40", COVERAGE + '{kind="service"}': "1x40"},
        {COVERAGE + '{kind="area"}': "0.951x40", COVERAGE + '{kind="service"}': "1x40"},
        "6% of what has a vector of kind area has no fresh one",
        ("embeddings_missing", "warning"),
        {"kind": "area"},
    ),
    "SearchModelNotAsked": Case(
        {CIRCUIT + '{purpose="reading"}': "1x40", CIRCUIT + '{purpose="embedding"}': "0x40"},
        {CIRCUIT + '{purpose="reading"}': "0x40", CIRCUIT + '{purpose="embedding"}': "0x40"},
        "The model failed so often of late that search does not ask it for reading",
        ("search_model_circuit", "critical"),
        {"purpose": "reading"},
    ),
}


FIRST_EVENTS = ("HttpErrors", "OperationsBreak", "ToolsFail", "TasksFail", "StripeUncertain")
"""Shares of what happened: a counter that appears with its first event counts that event, too."""


def told(name: str, case: Case) -> dict[str, Any]:
    rule = alerts()[name]
    annotations = {**rule["annotations"], "summary": case.summary}
    return {"exp_labels": case.labels | rule["labels"], "exp_annotations": annotations}


def pages() -> list[dict[str, Any]]:
    """Each case twice: what fires, and what stays quiet."""
    return [
        {
            "name": f"{name} {'fires' if expected else 'is quiet'}",
            "interval": "1m",
            "input_series": [
                {"series": series, "values": values} for series, values in given.items()
            ],
            "alert_rule_test": [{"eval_time": "30m", "alertname": name, "exp_alerts": expected}],
        }
        for name, given, expected in _said()
    ]


def _said() -> list[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    """What is told of each rule's series; of the first events, they begin with what they count."""
    found = [(name, case.fires, [told(name, case)]) for name, case in CASES.items()]
    found += [(name, case.quiet, list[dict[str, Any]]()) for name, case in CASES.items()]
    return found + [
        (
            name,
            {
                series: re.sub(r"^0\+(\d+)x40$", r"_x27 \1x13", values)
                for series, values in CASES[name].fires.items()
            },
            [told(name, CASES[name])],
        )
        for name in FIRST_EVENTS
    ]


class TestEachRule:
    def test_has_a_case(self) -> None:
        assert set(CASES) == set(alerts())

    @pytest.mark.parametrize("name", sorted(CASES))
    def test_has_the_threshold_of_the_dictionary(self, name: str) -> None:
        """More than none is one or more; what must be there has no threshold."""
        judged_by = CASES[name].judged_by
        sign, number = re.findall(r"(>=|>|==) ([\d.]+)", alerts()[name]["expr"])[0]
        if judged_by is None:
            assert (sign, number) == ("==", "0")
            return
        metric, grade = judged_by
        (found,) = [one for one in repository.dictionary() if one.name == metric]
        assert found.thresholds is not None
        reached = float(number) if sign == ">=" else 1.0
        assert (sign, number) == (">", "0") or sign == ">="
        assert reached == getattr(found.thresholds, grade)


@pytest.mark.stack
def test_prometheus_fires_where_it_should_and_is_quiet_elsewhere(tmp_path: Path) -> None:
    program = programs.prometheus(Places())
    if program is None:
        pytest.skip("there is no promtool here")
    page = tmp_path / "tests.json"
    rules = [str(path) for path in RULES]
    page.write_text(
        json.dumps({"rule_files": rules, "evaluation_interval": EVERY, "tests": pages()})
    )
    found = subprocess.run(
        [program.path.with_name("promtool"), "test", "rules", str(page)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.stack
def test_the_private_prometheus_can_read_its_configuration(tmp_path: Path) -> None:
    program = programs.prometheus(Places())
    if program is None:
        pytest.skip("there is no promtool here")
    state = tmp_path / ".devstack"
    (state / "opt").parent.mkdir()
    (state / "opt").symlink_to(Places().opt)
    places = Places(tmp_path)
    monitoring.prometheus(places, 1, 2)
    found = subprocess.run(
        [
            program.path.with_name("promtool"),
            "check",
            "config",
            str(places.state / "prometheus/prometheus.yaml"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"SUCCESS: {len(RULES)} rule files found" in found.stdout
