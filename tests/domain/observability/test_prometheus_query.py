"""PromQL within bounds."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.errors import QueryTooWide, TimesUnclear
from instainstru_core.domains.observability.policy import promql
from instainstru_core.domains.observability.schemas import (
    PrometheusAnswer,
    QueryPrometheus,
    QueryPrometheusRange,
)
from instainstru_core.domains.observability.types import Found, Point, QueryKind, Series
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.uow import Begin
from tests.factories.observability import NOW, ScriptedPrometheus, vector


def query(
    begin: Begin, prometheus: ScriptedPrometheus, text: str = "up", **more: object
) -> Report[PrometheusAnswer]:
    command = QueryPrometheus.model_validate({"query": text, **more})
    return flows.prometheus_query(begin, prometheus, actor=SYSTEM, command=command)


def course(
    begin: Begin, prometheus: ScriptedPrometheus, text: str = "up", **more: object
) -> Report[PrometheusAnswer]:
    command = QueryPrometheusRange.model_validate({"query": text, **more})
    return flows.prometheus_query_range(begin, prometheus, actor=SYSTEM, command=command)


class TestAnInstantQuery:
    def test_is_asked_for_now(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(1.0))
        report = query(begin, prometheus)
        assert prometheus.asked == [("up", NOW)]
        assert report.data.kind is QueryKind.INSTANT
        assert [one.points[0].value for one in report.data.series] == [1.0]
        assert (report.data.no_data, report.warnings) == (False, [])

    def test_can_be_asked_for_an_earlier_moment(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(1.0))
        at = NOW - timedelta(days=1)
        assert query(begin, prometheus, at=at).data.at == at

    def test_can_be_asked_for_some_time_ago(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(1.0))
        assert query(begin, prometheus, at="90m").data.at == NOW - timedelta(minutes=90)
        assert prometheus.asked == [("up", NOW - timedelta(minutes=90))]

    def test_says_that_there_is_no_data(self, begin: Begin) -> None:
        report = query(begin, ScriptedPrometheus(Found(())))
        assert (report.data.no_data, report.data.series) == (True, [])
        assert report.warnings == [flows.NOTHING_KNOWN]

    def test_says_what_is_no_number_and_why(self, begin: Begin) -> None:
        reasons = ("NaN", "+Inf", "NaN")
        series = tuple(Series({}, (Point(NOW, None, reason=reason),)) for reason in reasons)
        report = query(begin, ScriptedPrometheus(Found(series)))
        assert [one.points[0].value for one in report.data.series] == [None] * 3
        assert report.warnings == [
            "1 points are null, because they are +Inf: endless, such as 1/0.",
            "2 points are null, because they are NaN: not a number, such as 0/0.",
        ]

    def test_says_that_prometheus_has_doubts(self, begin: Begin) -> None:
        report = query(begin, ScriptedPrometheus(Found(vector(1.0).series, has_warnings=True)))
        assert report.warnings == [flows.VENDOR_WARNING]

    def test_shows_at_most_fifty_series(self, begin: Begin) -> None:
        report = query(begin, ScriptedPrometheus(vector(*range(60))))
        assert (len(report.data.series), report.data.series_total) == (50, 60)
        assert report.data.truncated
        assert "50 of 60 series" in report.warnings[0]


class TestARangeQuery:
    def test_covers_the_past_part_of_a_window(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(1.0))
        report = course(begin, prometheus, window="today")
        midnight = NOW.replace(hour=4)
        assert prometheus.asked == [("up", midnight, NOW, 300)]
        assert (report.data.start, report.data.end) == (midnight, NOW)
        assert report.window is not None
        assert report.window.label == "today"

    def test_takes_the_step_it_is_given(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus(vector(1.0))
        assert course(begin, prometheus, window="1h", step_seconds=15).data.step_seconds == 15

    def test_takes_the_finest_step_instead_of_a_finer_one_and_says_so(self, begin: Begin) -> None:
        report = course(begin, ScriptedPrometheus(vector(1.0)), window="24h", step_seconds=216)
        assert report.data.step_seconds == 217
        (warning,) = report.warnings
        assert warning.startswith(
            "A step of 216 seconds would give more than 400 points to a line: 217 seconds are used."
        )

    def test_fits_its_points_into_one_answer(self, begin: Begin) -> None:
        points = tuple(Point(NOW, 0.12345678901234568) for _ in range(120))
        labels = {"__name__": "instainstru_http_requests_total", "endpoint": "/api/v1/" + "x" * 90}
        found = Found(tuple(Series({**labels, "n": str(n)}, points) for n in range(8)))
        report = course(begin, ScriptedPrometheus(found), window="1h")
        assert (len(report.data.series), report.data.truncated, report.total) == (3, True, 8)
        assert report.warnings[-1].startswith("3 of 8 series are shown.")

    @pytest.mark.parametrize(("series", "points"), [(1, promql.MAX_POINTS), (50, 3), (3, 120)])
    def test_never_gives_more_than_a_tool_may_answer(
        self, begin: Begin, series: int, points: int
    ) -> None:
        line = tuple(Point(NOW, 0.12345678901234568) for _ in range(points))
        labels = {"__name__": "instainstru_http_requests_total", "endpoint": "/api/v1/" + "x" * 90}
        found = Found(tuple(Series({**labels, "n": str(n)}, line) for n in range(series)))
        report = course(begin, ScriptedPrometheus(found), window="1h")
        assert len(report.data.series) == series
        assert len(report.model_dump_json()) < 39_000

    def test_may_be_31_days_in_the_autumn_too(self, begin: Begin) -> None:
        report = course(begin, ScriptedPrometheus(vector(1.0)), window="2025-10-10/2025-11-09")
        assert report.data.start is not None
        assert report.data.end is not None
        assert report.data.end - report.data.start == timedelta(days=31, hours=1)

    @pytest.mark.parametrize("window", ["32d", "1100d"])
    def test_is_at_most_31_days_long(self, begin: Begin, window: str) -> None:
        with pytest.raises(QueryTooWide):
            course(begin, ScriptedPrometheus(), window=window)


class TestRefusals:
    def test_of_queries_that_read_everything(self, begin: Begin) -> None:
        prometheus = ScriptedPrometheus()
        with pytest.raises(QueryTooWide):
            query(begin, prometheus, '{__name__=~".+"}')
        assert prometheus.asked == []

    def test_of_times_to_come(self, begin: Begin) -> None:
        with pytest.raises(TimesUnclear):
            query(begin, ScriptedPrometheus(), at=NOW + timedelta(seconds=1))
        with pytest.raises(TimesUnclear):
            query(begin, ScriptedPrometheus(), at="soon")
        with pytest.raises(TimesUnclear):
            course(begin, ScriptedPrometheus(), window="tomorrow")

    @pytest.mark.parametrize(
        "command",
        [
            {"query": ""},
            {"query": "x" * 2001},
            {"query": "up", "step_seconds": 60},
            {"query": "up", "at": "x" * 41},
            {"query": "up", "url": "http://elsewhere"},
        ],
    )
    def test_of_commands_out_of_bounds(self, command: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            QueryPrometheus.model_validate(command)

    def test_of_those_who_are_not_staff(self, begin: Begin) -> None:
        with pytest.raises(PermissionMissing):
            flows.prometheus_query(
                begin, ScriptedPrometheus(), actor=ANONYMOUS, command=QueryPrometheus(query="up")
            )
