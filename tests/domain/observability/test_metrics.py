"""The metric dictionary: what it says, and what it answers."""

from datetime import timedelta

import pytest

from instainstru_core.domains.observability import flows, service
from instainstru_core.domains.observability.errors import (
    MetricUnknown,
    QueryTooWide,
    TimesUnclear,
)
from instainstru_core.domains.observability.schemas import AskMetric, MetricAnswer
from instainstru_core.domains.observability.types import AnswerState, Found, Verdict
from instainstru_core.domains.reporting.errors import WindowUnclear
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.observability import NOW, ScriptedPrometheus, vector


def ask(
    begin: Begin, prometheus: ScriptedPrometheus, question: str, window: str | None = None
) -> Report[MetricAnswer]:
    command = AskMetric(question=question, window=window)
    return flows.metrics_query(begin, prometheus, actor=SYSTEM, command=command)


class TestDescribe:
    def test_lists_all_metrics(self, uow: Uow) -> None:
        report = service.metrics_describe(uow)
        assert report.total == len(report.data.metrics)
        assert [one.name for one in report.data.metrics[:2]] == [
            "http_latency",
            "http_request_rate",
        ]
        assert report.data.examples
        assert report.data.definitions == [], "a list says little of each"

    @pytest.mark.parametrize("name", ["gmv", "GMV", "Gross merchandise value", " gmv "])
    def test_finds_one_by_what_people_say(self, uow: Uow, name: str) -> None:
        (found,) = service.metrics_describe(uow, name).data.definitions
        assert (found.name, found.read_model, found.owner) == ("gmv", "gmv", "marketplace")

    def test_finds_those_that_use_a_series(self, uow: Uow) -> None:
        report = service.metrics_describe(uow, "instainstru_outbox_waiting")
        assert [one.name for one in report.data.metrics] == ["outbox_waiting"]

    def test_names_the_nearest_when_there_is_none(self, uow: Uow) -> None:
        with pytest.raises(MetricUnknown) as refused:
            service.metrics_describe(uow, "queue deep")
        assert refused.value.facts["nearest"] is not None
        assert "queue_depth" in str(refused.value.facts["nearest"])

    def test_is_for_staff_only(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            service.metrics_describe(uow)


class TestAQuestionToPrometheus:
    def test_is_answered_with_all_that_is_needed_to_judge(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(0.5), vector(1200.0))
        report = ask(begin, prometheus, "p99 latency over the last 30 minutes")
        answer = report.data
        assert answer.state is AnswerState.ANSWERED
        assert answer.metric is not None
        assert answer.metric.name == "http_latency"
        assert (answer.value, answer.formatted) == (0.5, "500.0 ms")
        assert answer.verdict is Verdict.WARNING
        assert (answer.percentile, answer.sample_size) == (99, 1200.0)
        assert answer.promql is not None
        assert "histogram_quantile(0.99," in answer.promql
        assert "[1800s]" in answer.promql
        assert prometheus.asked[0] == (answer.promql, NOW)
        assert report.window is not None
        assert report.window.label == "last 30 minutes"

    def test_takes_the_window_of_the_command_first(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(2.0), vector(9.0))
        answer = ask(begin, prometheus, "operation rate of the last hour", "yesterday").data
        assert answer.promql == "sum(rate(instainstru_service_operations_total[86400s]))"
        assert prometheus.asked[0][1] == NOW.replace(hour=4)

    def test_tells_no_data_from_zero(self, begin: Begin) -> None:
        nothing = ask(begin, ScriptedPrometheus(Found(()), Found(())), "error rate")
        assert nothing.data.state is AnswerState.NO_DATA
        assert (nothing.data.value, nothing.data.formatted) == (None, "no data")
        assert nothing.data.verdict is Verdict.UNKNOWN
        assert nothing.warnings == [flows.NOTHING_KNOWN]
        zero = ask(begin, ScriptedPrometheus(vector(0.0), vector(8.0)), "error rate").data
        assert (zero.state, zero.value, zero.formatted) == (AnswerState.ANSWERED, 0.0, "0.00%")
        assert zero.verdict is Verdict.OK

    def test_takes_what_is_no_number_for_no_data(self, begin: Begin) -> None:
        answer = ask(begin, ScriptedPrometheus(vector(None), vector(0.0)), "p95 latency").data
        assert (answer.state, answer.value) == (AnswerState.NO_DATA, None)
        assert "NaN" not in answer.model_dump_json()

    def test_about_many_things_gets_a_table_and_never_a_sum(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(0.1, None, 0.9))
        answer = ask(begin, prometheus, "slowest endpoints").data
        assert [(row.labels["endpoint"], row.value) for row in answer.rows] == [
            ("c", 0.9),
            ("a", 0.1),
            ("b", None),
        ]
        assert (answer.value, answer.verdict) == (0.9, Verdict.CRITICAL)

    def test_about_now_has_no_window(self, begin: Begin) -> None:
        report = ask(begin, ScriptedPrometheus(vector(250.0)), "queue depth")
        assert report.window is None
        assert report.data.verdict is Verdict.CRITICAL

    @pytest.mark.parametrize("words", ["queue depth yesterday", "live instructors last month"])
    def test_about_the_past_of_a_state_is_told_that_it_gets_the_present(
        self, begin: Begin, words: str
    ) -> None:
        report = ask(begin, ScriptedPrometheus(vector(3.0)), words)
        assert (report.window, report.warnings) == (None, [flows.ONLY_NOW])
        today = ask(begin, ScriptedPrometheus(vector(3.0)), "queue depth today")
        assert today.warnings == []

    def test_about_the_future_is_refused(self, begin: Begin) -> None:
        with pytest.raises(TimesUnclear):
            ask(begin, ScriptedPrometheus(), "error rate", "tomorrow")

    def test_about_too_long_a_time_is_refused(self, begin: Begin) -> None:
        with pytest.raises(QueryTooWide):
            ask(begin, ScriptedPrometheus(), "error rate", "last 32 days")

    def test_with_a_window_that_is_none_is_refused(self, begin: Begin) -> None:
        with pytest.raises(WindowUnclear):
            ask(begin, ScriptedPrometheus(), "error rate", "5m])) or vector(1")

    def test_that_is_unclear_is_not_guessed(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus()
        answer = ask(begin, prometheus, "redis response time").data
        assert answer.state is AnswerState.UNCLEAR
        assert answer.value is None
        assert [one.name for one in answer.nearest][:2] == ["http_latency", "tool_latency"]
        assert len(answer.nearest) == 3
        assert answer.confidence == answer.nearest[0].confidence
        assert prometheus.asked == []

    def test_that_is_like_no_metric_is_told_so(self, begin: Begin) -> None:
        answer = ask(begin, ScriptedPrometheus(), "xyzzy").data
        assert (answer.state, answer.nearest) == (AnswerState.UNCLEAR, [])
        assert answer.formatted == (
            "It is unclear which metric is meant. None is near; metrics_describe lists all."
        )

    def test_is_for_staff_only(self, begin: Begin) -> None:
        with pytest.raises(PermissionMissing):
            flows.metrics_query(
                begin, ScriptedPrometheus(), actor=ANONYMOUS, command=AskMetric(question="gmv")
            )


class TestAQuestionToTheDatabase:
    def test_is_counted_where_reports_count(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            for results in (0, 0, 0, 5):
                uow.session.add(
                    SearchQuery(
                        at=uow.now - timedelta(hours=2),
                        text="oboe",
                        normalized_text="oboe",
                        result_count=results,
                        took_ms=5,
                    )
                )
        answer = ask(begin, ScriptedPrometheus(), "zero result rate today").data
        assert (answer.value, answer.formatted) == (0.75, "75.00%")
        assert (answer.sample_size, answer.read_model) == (4, "zero_result_rate")
        assert answer.verdict is Verdict.CRITICAL
        assert ask(begin, ScriptedPrometheus(), "searches today").data.value == 4

    def test_about_the_time_before_the_records_is_unknown(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            uow.session.add(
                SearchQuery(
                    at=uow.now, text="oboe", normalized_text="oboe", result_count=1, took_ms=5
                )
            )
        answer = ask(begin, ScriptedPrometheus(), "searches in 2020").data
        assert (answer.state, answer.value) == (AnswerState.NO_DATA, None)

    def test_has_no_data_where_there_is_no_whole(self, begin: Begin) -> None:
        answer = ask(begin, ScriptedPrometheus(), "zero result rate today").data
        assert (answer.state, answer.value) == (AnswerState.NO_DATA, None)

    @pytest.mark.parametrize(
        "metric", [one.name for one in service.metrics.dictionary().values() if one.read_model]
    )
    def test_is_answered_for_every_read_model(self, begin: Begin, metric: str) -> None:
        answer = ask(begin, ScriptedPrometheus(), metric).data
        assert answer.metric is not None
        assert answer.metric.name == metric
        assert answer.value in {None, 0}
