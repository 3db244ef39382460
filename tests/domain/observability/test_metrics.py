"""The metric dictionary: what it says, and what it answers."""

from datetime import UTC, datetime, timedelta

import pytest

from instainstru_core.domains.observability import flows, service
from instainstru_core.domains.observability.errors import (
    MetricUnknown,
    PrometheusUnreachable,
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


class Scripted(ScriptedPrometheus):
    """Has no data once its script is over; or breaks, if it is told to."""

    def __init__(self, *script: Found, breaks: bool = False) -> None:
        super().__init__(*script)
        self.breaks = breaks

    def instant(self, query: str, *, at: datetime) -> Found:
        if self.script:
            return super().instant(query, at=at)
        self.asked.append((query, at))
        if self.breaks:
            raise PrometheusUnreachable("Prometheus does not answer. Try again.")
        return Found(())


def ask(
    begin: Begin, prometheus: ScriptedPrometheus, question: str, window: str | None = None
) -> Report[MetricAnswer]:
    command = AskMetric(question=question, window=window)
    return flows.metrics_query(begin, prometheus, actor=SYSTEM, command=command, founding_cap=100)


class TestDescribe:
    def test_lists_all_metrics(self, uow: Uow) -> None:
        report = service.metrics_describe(uow)
        assert report.total == len(report.data.metrics)
        assert report.data.metrics[0].name == "http_latency"
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
        prometheus = Scripted(vector(0.5), vector(1200.0))
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
        prometheus = Scripted(vector(2.0), vector(9.0))
        answer = ask(begin, prometheus, "operation rate of the last hour", "yesterday").data
        assert answer.promql == (
            "sum((instainstru_service_operations_total unless instainstru_service_operations_total"
            " offset 86400s or increase(instainstru_service_operations_total[86400s]))) / 86400"
        )
        assert prometheus.asked[0][1] == NOW.replace(hour=4)

    def test_tells_no_data_from_zero(self, begin: Begin) -> None:
        nothing = ask(begin, Scripted(Found(()), Found(())), "error rate")
        assert nothing.data.state is AnswerState.NO_DATA
        assert (nothing.data.value, nothing.data.formatted) == (None, "no data")
        assert nothing.data.verdict is Verdict.UNKNOWN
        assert nothing.warnings == [flows.NOT_EXPORTED]
        gone = ask(
            begin, Scripted(Found(()), Found(()), Found(()), Found(()), vector(3.0)), "error rate"
        )
        assert gone.warnings == [flows.NOTHING_THEN]
        zero = ask(begin, Scripted(vector(0.0), vector(8.0)), "error rate").data
        assert (zero.state, zero.value, zero.formatted) == (AnswerState.ANSWERED, 0.0, "0.00%")
        assert zero.verdict is Verdict.OK

    def test_takes_what_is_no_number_for_no_data(self, begin: Begin) -> None:
        answer = ask(begin, Scripted(vector(None), vector(0.0)), "p95 latency").data
        assert (answer.state, answer.value) == (AnswerState.NO_DATA, None)
        assert "NaN" not in answer.model_dump_json()

    def test_about_many_things_gets_a_table_and_never_a_sum(self, begin: Begin) -> None:
        prometheus = Scripted(vector(0.1, None, 0.9))
        answer = ask(begin, prometheus, "slowest endpoints").data
        assert [(row.labels["endpoint"], row.value) for row in answer.rows] == [
            ("c", 0.9),
            ("a", 0.1),
            ("b", None),
        ]
        assert (answer.value, answer.verdict) == (0.9, Verdict.CRITICAL)
        assert answer.formatted == "900.0 ms, the highest of 2: c"

    def test_about_now_has_no_window(self, begin: Begin) -> None:
        report = ask(begin, Scripted(vector(250.0)), "queue depth")
        assert report.window is None
        assert report.data.verdict is Verdict.CRITICAL

    @pytest.mark.parametrize("words", ["queue depth yesterday", "live instructors last month"])
    def test_about_the_past_of_a_state_is_told_that_it_gets_the_present(
        self, begin: Begin, words: str
    ) -> None:
        report = ask(begin, Scripted(vector(3.0)), words)
        assert (report.window, report.warnings) == (None, [flows.ONLY_NOW])
        today = ask(begin, Scripted(vector(3.0)), "queue depth today")
        assert today.warnings == []

    def test_about_the_future_is_refused(self, begin: Begin) -> None:
        with pytest.raises(TimesUnclear):
            ask(begin, Scripted(), "error rate", "tomorrow")

    def test_about_too_long_a_time_is_refused(self, begin: Begin) -> None:
        with pytest.raises(QueryTooWide):
            ask(begin, Scripted(), "error rate", "last 32 days")

    def test_with_a_window_that_is_none_is_refused(self, begin: Begin) -> None:
        with pytest.raises(WindowUnclear):
            ask(begin, Scripted(), "error rate", "5m])) or vector(1")

    def test_that_is_unclear_is_not_guessed(self, begin: Begin) -> None:
        prometheus = Scripted()
        answer = ask(begin, prometheus, "redis response time").data
        assert answer.state is AnswerState.UNCLEAR
        assert answer.value is None
        assert [one.name for one in answer.nearest][:2] == ["http_latency", "search_latency"]
        assert len(answer.nearest) == 3
        assert answer.confidence == answer.nearest[0].confidence
        assert prometheus.asked == []

    def test_that_is_like_no_metric_is_told_so(self, begin: Begin) -> None:
        answer = ask(begin, Scripted(), "xyzzy").data
        assert (answer.state, answer.nearest) == (AnswerState.UNCLEAR, [])
        assert answer.formatted == (
            "It is unclear which metric is meant. None is near; metrics_describe lists all."
        )

    def test_is_for_staff_only(self, begin: Begin) -> None:
        with pytest.raises(PermissionMissing):
            flows.metrics_query(
                begin,
                Scripted(),
                actor=ANONYMOUS,
                command=AskMetric(question="gmv"),
                founding_cap=100,
            )


class TestASlot:
    def test_filters_all_queries_of_an_answer(self, begin: Begin) -> None:
        prometheus = Scripted(vector(0.2), vector(30.0), vector(0.1), vector(0.4))
        answer = ask(begin, prometheus, "p90 latency of POST /api/v1/bookings last hour").data
        assert answer.filters == {"method": "POST", "endpoint": "/api/v1/bookings"}
        assert len(prometheus.asked) == 4
        for query, _at in prometheus.asked:
            assert 'endpoint="/api/v1/bookings"' in str(query)
            assert 'method="POST"' in str(query)
        assert [(one.label, one.value, one.change) for one in answer.changes] == [
            ("a day earlier", 0.1, 1.0),
            ("a week earlier", 0.4, -0.5),
        ]

    def test_of_a_part_that_was_never_measured_is_told_so(self, begin: Begin) -> None:
        report = ask(begin, Scripted(), "latency of GET /api/v1/nowhere")
        assert report.data.state is AnswerState.NO_DATA
        assert report.warnings[0].startswith(
            'No data, which is not zero: nothing was measured with method="GET",'
            ' endpoint="/api/v1/nowhere".'
        )

    def test_cannot_break_out_of_its_quotes(self, begin: Begin) -> None:
        prometheus = Scripted(vector(1.0))
        ask(begin, prometheus, 'latency of /a"} or up{x="b')
        assert all("or up" not in str(query) for query, _at in prometheus.asked)

    def test_limits_a_table(self, begin: Begin) -> None:
        answer = ask(begin, Scripted(vector(0.1, 0.2, 0.9)), "top 2 slowest endpoints").data
        assert [row.value for row in answer.rows] == [0.9, 0.2]
        assert answer.rows_total == 3
        assert answer.promql is not None
        assert answer.promql.startswith("topk(2,")

    @pytest.mark.parametrize(
        ("question", "words"),
        [
            ("p95 of bookings", "lessons is one number without percentiles"),
            ("top 3 gmv", "gmv is one number, not a list"),
            ("gmv of GET requests", None),
            ("queue depth of /api/v1/me", "queue_depth is not told apart by endpoint"),
        ],
    )
    def test_that_a_metric_does_not_have_is_not_left_out(
        self, begin: Begin, question: str, words: str | None
    ) -> None:
        answer = ask(begin, Scripted(vector(1.0)), question).data
        assert (answer.state, answer.value) == (AnswerState.UNCLEAR, None)
        assert words is None or answer.formatted.startswith(words)
        assert answer.nearest

    @pytest.mark.parametrize(
        ("question", "value", "verdict"),
        [
            ("p50 latency", 0.1, Verdict.NOT_JUDGED),
            ("p50 latency", 0.4, Verdict.WARNING),
            ("p95 latency", 0.399, Verdict.OK),
            ("p95 latency", 0.4, Verdict.WARNING),
            ("p99 latency", 0.8, Verdict.CRITICAL),
        ],
    )
    def test_of_a_percentile_is_judged_only_as_far_as_it_says_something(
        self, begin: Begin, question: str, value: float, verdict: Verdict
    ) -> None:
        assert ask(begin, Scripted(vector(value)), question).data.verdict is verdict


class TestEarlierValues:
    def test_of_a_state_are_those_of_the_same_hour(self, begin: Begin) -> None:
        prometheus = Scripted(vector(30.0), vector(20.0), vector(0.0))
        answer = ask(begin, prometheus, "queue depth").data
        assert [(one.start, one.value, one.change) for one in answer.changes] == [
            (NOW - timedelta(days=1), 20.0, 0.5),
            (NOW - timedelta(days=7), 0.0, None),
        ]

    def test_of_a_window_that_is_not_over_end_at_the_same_hour(self, begin: Begin) -> None:
        prometheus = Scripted(vector(2.0), vector(10.0), vector(1.0))
        answer = ask(begin, prometheus, "requests per second today").data
        midnight = datetime(2026, 6, 15, 4, tzinfo=UTC)
        day, week = answer.changes
        assert (day.label, day.start, day.end) == (
            "a day earlier",
            midnight - timedelta(days=1),
            NOW - timedelta(days=1),
        )
        assert (week.start, week.value, week.change) == (midnight - timedelta(days=7), None, None)

    def test_never_overlap_the_window(self, begin: Begin) -> None:
        report = ask(begin, Scripted(vector(2.0), vector(10.0)), "request rate last 3 days")
        assert [one.label for one in report.data.changes] == [
            "the window before",
            "a week earlier",
        ]
        assert [
            one.label
            for one in ask(begin, Scripted(vector(2.0)), "request rate last 14 days").data.changes
        ] == ["the window before"]

    def test_come_with_the_window_that_the_question_names(self, begin: Begin) -> None:
        answer = ask(begin, Scripted(), "gmv this month vs last month").data
        assert [one.label for one in answer.changes] == ["last month"]
        assert answer.changes[0].start == datetime(2026, 5, 1, 4, tzinfo=UTC)

    def test_that_cannot_be_read_take_nothing_from_the_answer(self, begin: Begin) -> None:
        prometheus = Scripted(vector(2.0), vector(10.0), breaks=True)
        report = ask(begin, prometheus, "request rate")
        assert (report.data.value, report.data.changes) == (2.0, [])
        assert report.warnings == [flows.NOT_COMPARED]

    def test_judge_what_has_no_good_value_of_its_own(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            for days, count in ((1, 7), (8, 10)):
                for _ in range(count):
                    uow.session.add(_searched(uow.now - timedelta(days=days)))
        answer = ask(begin, Scripted(), "searches yesterday").data
        assert (answer.value, answer.verdict) == (7, Verdict.CRITICAL)
        assert [(one.label, one.value, one.change) for one in answer.changes] == [
            ("a day earlier", 0, None),
            ("a week earlier", 10, -0.3),
        ]


class TestALink:
    def test_leads_to_the_dashboard_over_the_window(self, begin: Begin) -> None:
        report = flows.metrics_query(
            begin,
            Scripted(vector(0.5)),
            actor=SYSTEM,
            command=AskMetric(question="latency last hour"),
            founding_cap=100,
            dashboards="https://grafana.example/",
        )
        end = int(NOW.timestamp() * 1000)
        assert report.data.dashboard == (
            f"https://grafana.example/d/instainstru-api?from={end - 3_600_000}&to={end}"
        )

    def test_is_absent_without_dashboards(self, begin: Begin) -> None:
        assert ask(begin, Scripted(vector(0.5)), "latency").data.dashboard is None


def _searched(at: datetime) -> SearchQuery:
    return SearchQuery(at=at, text="oboe", normalized_text="oboe", result_count=1, took_ms=5)


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
        answer = ask(begin, Scripted(), "zero result rate today").data
        assert (answer.value, answer.formatted) == (0.75, "75.00%")
        assert (answer.sample_size, answer.read_model) == (4, "zero_result_rate")
        assert answer.verdict is Verdict.CRITICAL
        assert ask(begin, Scripted(), "searches today").data.value == 4

    def test_about_the_time_before_the_records_is_unknown(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            uow.session.add(
                SearchQuery(
                    at=uow.now, text="oboe", normalized_text="oboe", result_count=1, took_ms=5
                )
            )
        answer = ask(begin, Scripted(), "searches in 2020").data
        assert (answer.state, answer.value) == (AnswerState.NO_DATA, None)

    def test_has_no_data_where_there_is_no_whole(self, begin: Begin) -> None:
        answer = ask(begin, Scripted(), "zero result rate today").data
        assert (answer.state, answer.value) == (AnswerState.NO_DATA, None)

    @pytest.mark.parametrize(
        "metric", [one.name for one in service.metrics.dictionary().values() if one.read_model]
    )
    def test_is_answered_for_every_read_model(self, begin: Begin, metric: str) -> None:
        answer = ask(begin, Scripted(), metric).data
        assert answer.metric is not None
        assert answer.metric.name == metric
        assert answer.value in ({100} if metric == "founding_slots_left" else {None, 0})
