"""Which queries read too much."""

from datetime import datetime, timedelta

import pytest

from instainstru_core.domains.observability.policy import promql
from tests.factories.observability import NOW


class TestTooWide:
    @pytest.mark.parametrize(
        "query",
        [
            "up",
            'up{job="x"}',
            'for_or{job="x"}',
            'up {job="x"}',
            '{__name__="up"}',
            "rate(up[31d])",
            "sum by (job) (up)",
            "max_over_time(rate(up[5m])[1h:1m])",
            'up{path="[99d]"}',
            'up{path="{}"} # {a="b"} [99d]',
            "up[1h:]",
            "up[nonsense]",
            "max_over_time(up[1d:2m]) / max_over_time(up[1d:2m]) / max_over_time(up[1d:2m])",
            "max_over_time(max_over_time(up[1h:1m])[1d:2m])",
        ],
    )
    def test_lets_ordinary_queries_pass(self, query: str) -> None:
        assert promql.too_wide(query) is None

    @pytest.mark.parametrize(
        ("query", "why"),
        [
            ('{__name__=~".+"}', "name its metrics"),
            ('sum({job="x"})', "name its metrics"),
            ('count({__name__!="up"})', "name its metrics"),
            ('{ __name__ =~ "i.*"}', "name its metrics"),
            ("up or {job='x'}", "name its metrics"),
            ('up or{job="x"}', "name its metrics"),
            ('up and  {job="x"}', "name its metrics"),
            ('up * on (job) group_left {job="x"}', "name its metrics"),
            ('up * on (job) group_left(role){job="x"}', "name its metrics"),
            ("rate(up[1e9])", "plain duration"),
            ("rate(up[0x7fffffff])", "plain duration"),
            ("max_over_time(up[1h:1e-3])", "plain duration"),
            ("max_over_time(up[31d:])", "at most 1000 steps"),
            ("rate(up[32d])", "at most 31 days"),
            ("rate(up[31d1s])", "at most 31 days"),
            ("rate(up[2678401])", "at most 31 days"),
            ("max_over_time(up[31d:1s])", "at most 1000 steps"),
            ("max_over_time(up[1h:0s])", "at most 1000 steps"),
            ("max_over_time(max_over_time(up[1d:2m])[1d:2m])", "inside each other multiply"),
            ("max_over_time( (1 + max_over_time(up[1d:2m])) [1d:2m])", "inside each other"),
        ],
    )
    def test_says_why_a_query_reads_too_much(self, query: str, why: str) -> None:
        assert why in (promql.too_wide(query) or "")


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("5m", 300.0), ("1h30m", 5400.0), ("300", 300.0), ("1d", 86400.0), ("100ms", 0.1)],
    )
    def test_is_read_as_prometheus_does(self, text: str, seconds: float) -> None:
        assert promql.duration_seconds(text) == seconds

    @pytest.mark.parametrize("text", ["", "5x", "m5", "-5m", "5m ", "\u0665m"])
    def test_is_none_for_anything_else(self, text: str) -> None:
        assert promql.duration_seconds(text) is None


class TestAMoment:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("now", NOW),
            ("30m", NOW - timedelta(minutes=30)),
            ("2h ago", NOW - timedelta(hours=2)),
            ("1h30m", NOW - timedelta(minutes=90)),
            ("1D", NOW - timedelta(days=1)),
            ("2026-06-15T13:00:00Z", NOW - timedelta(hours=1)),
            ("2026-06-15t09:00:00-04:00", NOW - timedelta(hours=1)),
            ("2026-06-15 09:00", NOW - timedelta(hours=1)),
            ("2026-06-15", NOW - timedelta(hours=10)),
        ],
    )
    def test_is_told_or_so_long_ago(self, text: str, moment: datetime) -> None:
        assert promql.moment(text, now=NOW) == moment

    @pytest.mark.parametrize(
        "text",
        ["", "soon", "5", "-5m", "99999999y", "2026-02-30", "2026-03-08 02:30", "9999-12-31T23:00"],
    )
    def test_is_none_for_anything_else(self, text: str) -> None:
        assert promql.moment(text, now=NOW) is None


class TestSteps:
    def test_show_a_window_in_about_120_points(self) -> None:
        assert promql.step_for(timedelta(hours=1)) == 30
        assert promql.step_for(timedelta(days=31)) == 22_320
        assert promql.step_for(timedelta(minutes=1)) == 5

    def test_never_make_more_points_than_an_answer_holds(self) -> None:
        length = timedelta(days=1)
        step = promql.finest_step(length)
        assert length.total_seconds() / step + 1 <= promql.MAX_POINTS
        assert length.total_seconds() / (step - 1) + 1 > promql.MAX_POINTS
