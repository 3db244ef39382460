"""The dictionary tells the truth: each series is exported, each label exists, each query parses."""

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from sqlalchemy import Engine

from devstack.places import ROOT
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.prometheus import HttpPrometheus
from instainstru_core.domains.observability import repository, service
from instainstru_core.domains.observability.errors import QueryInvalid
from instainstru_core.domains.observability.policy import templates
from instainstru_core.domains.observability.schemas import AskMetric, MetricDefinition
from instainstru_core.domains.observability.service.figures import FIGURES, FOUNDING_SLOTS_LEFT
from instainstru_core.domains.observability.types import Better, Crew, MetricType
from instainstru_core.domains.reporting.policy import windows
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock, begin_on, runtime_of
from tests.databases import ServerUrls
from tests.factories.observability import NOW, ScriptedBroker, heartbeat
from worker.exporter import Standing

MEASURING = (
    "instainstru_core.domains.notifications.flows",
    "instainstru_core.domains.search.flows.recording",
    "api.metrics",
    "instainstru_core.adapters.model_calls",
    "instainstru_core.adapters.mutex",
    "instainstru_core.adapters.stripe.caller",
    "mcp_server.metrics",
    "worker.attempts",
    "worker.batches",
    "worker.relay",
)
METRICS = {metric.name: metric for metric in repository.dictionary()}
BY_PROMQL = sorted(name for name, metric in METRICS.items() if metric.promql)
SERIES = re.compile(r"\b(?:instainstru_\w+|process_\w+|up)\b")
RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
DASHBOARDS = RUNBOOKS.parents[1] / "monitoring" / "dashboards"
MATCHER = re.compile(r"\b(\w+)(?:=~|!~|!=|=)\"")
SCRAPED = {"job", "role", "instance"}
OF_SCRAPES = dict[str, set[str]].fromkeys(
    (
        "up",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
        "process_open_fds",
    ),
    set(),
)
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def queries(metric: MetricDefinition) -> list[str]:
    filters = {"method": "GET"} if templates.FILTERED in (metric.promql or "") else None
    return [
        templates.query(text, window_seconds=300, quantile=0.95, filters=filters)
        for text in (metric.promql, metric.samples)
        if text
    ]


def family(series: str) -> str:
    return re.sub(r"_(?:bucket|sum|count|total)$", "", series)


@pytest.fixture(scope="module")
def exported(settings: Settings, engine: Engine) -> Mapping[str, set[str]]:
    """The labels of every series that some process of ours exports, by the name of the series."""
    clock = SetClock()
    with engine.connect() as connection, connection.begin():
        begin = begin_on(connection, clock)
        return series_of(runtime_of(settings, engine, begin, clock, Simulator(clock)))


def series_of(runtime: Runtime) -> dict[str, set[str]]:
    found = dict(OF_SCRAPES)
    for module in MEASURING:
        importlib.import_module(module)
    for collector in set(REGISTRY._names_to_collectors.values()):
        if isinstance(collector, MetricWrapperBase):
            for suffix in SUFFIXES[collector._type]:
                found[collector._name + suffix] = set(collector._labelnames)
    broker = ScriptedBroker(Crew(NOW, (heartbeat(),), NOW))
    for family in Standing(replace(runtime, broker=broker)).collect():
        for sample in family.samples:
            found[sample.name] = set(sample.labels)
    return found


class TestEntries:
    @pytest.mark.parametrize("name", BY_PROMQL)
    def test_use_series_and_labels_that_are_exported(
        self, name: str, exported: Mapping[str, set[str]]
    ) -> None:
        metric = METRICS[name]
        for query in queries(metric):
            used = set(SERIES.findall(query))
            assert used
            assert used <= set(exported)
            labels = SCRAPED.union(*(exported[series] for series in used), {"le"})
            assert set(MATCHER.findall(query)) <= labels
            assert set(metric.by) <= labels
            assert set(metric.labels) <= labels

    @pytest.mark.parametrize("name", sorted(METRICS))
    def test_can_be_read_and_judged(self, name: str) -> None:
        metric = METRICS[name]
        if metric.read_model is not None:
            assert metric.read_model in {*FIGURES, FOUNDING_SLOTS_LEFT}
            assert metric.type is MetricType.FIGURE
        if metric.default_window is not None:
            windows.parse(metric.default_window, now=NOW)
        for limits in (metric.thresholds, metric.weekly_change):
            if limits is not None:
                mild, grave = limits.warning, limits.critical
                assert (mild < grave) if metric.better is Better.LOWER else (mild > grave)
        judged = metric.thresholds is not None or metric.weekly_change is not None
        assert judged == (metric.better is not Better.NEITHER)
        wants_window = any("$window" in text for text in (metric.promql, metric.samples) if text)
        assert not (wants_window and metric.default_window is None)
        assert ("$quantile" in (metric.promql or "")) == (metric.percentile is not None)

    def test_leave_no_series_of_ours_without_a_meaning(
        self, exported: Mapping[str, set[str]]
    ) -> None:
        told = {series for metric in METRICS.values() for series in metric.exported_as}
        for metric in METRICS.values():
            told.update(family(name) for query in queries(metric) for name in SERIES.findall(query))
        ours = {family(name) for name in exported if name.startswith("instainstru_")}
        assert sorted(ours - told) == []
        assert {family(name) for name in told} <= {family(name) for name in exported}

    def test_are_many_and_never_make_up_a_zero(self) -> None:
        assert len(METRICS) >= 70
        assert [name for name in METRICS if "vector(" in (METRICS[name].promql or "")] == []

    def test_count_the_first_event_of_a_series(self) -> None:
        """increase() and rate() alone do not, since a series begins with it."""
        lines = (ROOT / "metrics_dictionary.yaml").read_text("utf-8").splitlines()
        alone = re.compile(r"\b(?:i?rate|i?delta|increase|resets|changes)\(")
        told = [line for line in lines if not line.startswith("#")]
        assert [line for line in told if alone.search(line)] == []

    def test_say_what_to_do(self) -> None:
        pages = {path.stem for path in RUNBOOKS.glob("*.md")}
        assert {metric.runbook for metric in METRICS.values()} == pages

    def test_are_shown_on_dashboards_that_there_are(self) -> None:
        uids = {json.loads(path.read_text())["uid"] for path in DASHBOARDS.glob("*.json")}
        assert {metric.dashboard for metric in METRICS.values() if metric.dashboard} == uids

    def test_have_each_name_once_and_use_every_figure(self) -> None:
        assert len(METRICS) == len(repository.dictionary())
        assert {metric.read_model for metric in METRICS.values()} - {None} == {
            *FIGURES,
            FOUNDING_SLOTS_LEFT,
        }

    def test_answer_their_own_examples(self, runtime: Runtime) -> None:
        for question in service.metrics.EXAMPLES:
            with runtime.begin(SYSTEM) as uow:
                asked = service.understand(uow, AskMetric(question=question))
            assert asked.metric is not None, question


@pytest.fixture(scope="module")
def prometheus(servers: ServerUrls) -> Iterator[HttpPrometheus]:
    prometheus = HttpPrometheus(servers.prometheus_url)
    yield prometheus
    prometheus.close()


@pytest.mark.stack
class TestARealPrometheus:
    @pytest.mark.parametrize("name", BY_PROMQL)
    def test_reads_every_query(self, name: str, prometheus: HttpPrometheus) -> None:
        for query in queries(METRICS[name]):
            prometheus.instant(query, at=utc_now())

    def test_tells_where_a_mistake_is(self, prometheus: HttpPrometheus) -> None:
        with pytest.raises(QueryInvalid) as refused:
            prometheus.instant("sum(up))", at=utc_now())
        assert refused.value.facts["line"] == 1

    def test_gives_a_range(self, prometheus: HttpPrometheus) -> None:
        end = utc_now()
        start = end - timedelta(minutes=5)
        found = prometheus.range("vector(7)", start=start, end=end, step_seconds=60)
        assert [point.value for point in found.series[0].points] == [7.0] * 6

    def test_tells_no_data_and_no_number_from_zero(self, prometheus: HttpPrometheus) -> None:
        now = utc_now()
        assert prometheus.instant("instainstru_never_exported", at=now).series == ()
        for query, value in (("vector(0)", 0.0), ("vector(0) / vector(0)", None)):
            assert prometheus.instant(query, at=now).series[0].points[0].value == value
