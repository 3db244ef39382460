"""What plain questions mean, by the dictionary as it stands."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.policy import questions
from instainstru_core.domains.observability.policy.questions import Vocabulary
from instainstru_core.domains.observability.types import MetricUnit

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
METRICS = {metric.name: metric for metric in repository.dictionary()}
PHRASES = {name: [name, *metric.synonyms] for name, metric in METRICS.items()}
VOCABULARY = Vocabulary(
    PHRASES,
    {name: (one.meaning, f"{one.owner} {one.runbook}") for name, one in METRICS.items()},
)


def meant(question: str) -> str | None:
    heard = questions.hear(question, now=NOW)
    ranked = VOCABULARY.ranked(heard.words)
    fitting = [one for one in ranked if METRICS[one.name].unit in heard.units]
    return fitting[0].name if questions.is_clear(fitting) else None


class TestMeaning:
    @pytest.mark.parametrize(
        ("question", "metric"),
        [
            ("What is the p95 latency over the last 15 minutes?", "http_latency"),
            ("p95", "http_latency"),
            ("error rate of the last hour", "http_error_rate"),
            ("5xx", "http_error_rate"),
            ("which endpoint is slowest", "slowest_endpoints"),
            ("latency by endpoint", "slowest_endpoints"),
            ("databse latancy p99", "query_latency"),
            ("mcp p50 latency", "tool_latency"),
            ("copilot errors", "tool_failure_rate"),
            ("how old is the oldest fact in the outbox?", "outbox_age"),
            ("queue depth", "queue_depth"),
            ("how many workers are online", "workers_online"),
            ("is the celery beat running?", "schedule_age"),
            ("failed background jobs last 24 hours", "task_failure_rate"),
            ("how much GMV did we make in March 2026", "gmv"),
            ("bookings today", "lessons"),
            ("how many bookings were cancelled yesterday", "cancelled_lessons"),
            ("cancellations in march", "cancelled_lessons"),
            ("zero result rate last 7 days", "zero_result_rate"),
            ("how many instructors are live", "live_instructors"),
            ("memory of the worker", "process_memory"),
            ("what do we owe instructors", "instructor_payable"),
            ("what do students owe us", "student_debt"),
            ("searches without results", "zero_result_rate"),
            ("take rate", "take_rate"),
            ("founding slots used", "founding_slots_used"),
        ],
    )
    def test_is_found(self, question: str, metric: str) -> None:
        assert meant(question) == metric

    @pytest.mark.parametrize(
        "question",
        [
            "what is the weather in Boston",
            "delete all users",
            "redis response time",
            "number of emails read",
            "stripe payouts",
            "why is everything slow",
            "revenue",
            "?!",
            "",
            "{}'; DROP TABLE users; --",
            "latency of stripe webhooks",
            "error rate of payments",
            "average rating of lessons",
            "instructor earnings",
            "student fees",
            "how much do we owe students",
            "push notifications sent",
            "idle database connections",
            "searches with results",
            "average price in manhattan",
            "gmv without refunds",
            "cancellation rate of piano lessons",
            "students",
            "disk usage",
        ],
    )
    def test_is_not_guessed(self, question: str) -> None:
        assert meant(question) is None

    def test_is_certain_for_every_phrase_of_the_dictionary(self) -> None:
        for name, phrases in PHRASES.items():
            for phrase in phrases:
                words = questions.hear(phrase, now=NOW).words
                assert VOCABULARY.ranked(words)[0] == questions.Candidate(name, 1.0), phrase

    @pytest.mark.parametrize(
        ("question", "metric"),
        [
            ("number of failed logins", "sign_in_failures"),
            ("failed login rate", "sign_in_failure_rate"),
            ("how many tasks failed", None),
            ("share of tasks that failed", "task_failure_rate"),
            ("chargeback rate", None),
            ("uptime percentage", None),
            ("how many refunds", None),
            ("refunds in dollars", "refunded"),
        ],
    )
    def test_is_of_the_kind_that_was_asked_for(self, question: str, metric: str | None) -> None:
        assert meant(question) == metric

    def test_of_a_phrase_belongs_to_one_metric(self) -> None:
        owners: dict[str, str] = {}
        for name, phrases in PHRASES.items():
            for phrase in phrases:
                assert owners.setdefault(questions.normalized(phrase), name) == name, phrase


class TestHearing:
    @pytest.mark.parametrize(
        ("question", "percentile"),
        [
            ("p99 latency", 99),
            ("95th percentile latency", 95),
            ("median latency", 50),
            ("latency", None),
            ("p00 latency", None),
            ("map95", None),
        ],
    )
    def test_finds_percentiles(self, question: str, percentile: int | None) -> None:
        assert questions.hear(question, now=NOW).percentile == percentile

    @pytest.mark.parametrize(
        ("question", "label"),
        [
            ("gmv today", "today"),
            ("gmv last 7 days", "last 7 days"),
            ("gmv of the last hour", "last hour"),
            ("latency over the past day", "last 24 hours"),
            ("gmv in may", "May 2026"),
            ("may i see the gmv", None),
            ("gmv", None),
        ],
    )
    def test_finds_windows(self, question: str, label: str | None) -> None:
        window = questions.hear(question, now=NOW).window
        assert (window and window.label) == label

    @pytest.mark.parametrize(
        ("question", "filters"),
        [
            ("p99 of GET /api/v1/me", {"method": "GET", "endpoint": "/api/v1/me"}),
            (
                "latency of post /api/v1/bookings",
                {"method": "POST", "endpoint": "/api/v1/bookings"},
            ),
            ("latency of GET requests", {"method": "GET"}),
            (
                "error rate of /api/v1/bookings/{booking_id}",
                {"endpoint": "/api/v1/bookings/{booking_id}"},
            ),
            ("what did we get", {}),
            ("delete all users", {}),
            ("2026-01-01/2026-01-31", {}),
        ],
    )
    def test_finds_methods_and_endpoints(self, question: str, filters: dict[str, str]) -> None:
        assert questions.hear(question, now=NOW).filters == filters

    @pytest.mark.parametrize(
        ("question", "rows"),
        [
            ("top 3 slowest endpoints", 3),
            ("the 5 slowest tasks", 5),
            ("worst 20 endpoints", 20),
            ("top 21 endpoints", None),
            ("top 0 endpoints", None),
            ("slowest endpoints", None),
        ],
    )
    def test_finds_how_many_lines_are_wanted(self, question: str, rows: int | None) -> None:
        assert questions.hear(question, now=NOW).rows == rows

    @pytest.mark.parametrize(
        ("question", "window", "compared_with"),
        [
            ("error rate compared to yesterday", None, "yesterday"),
            ("gmv this month vs last month", "this month", "last month"),
            ("gmv this month vs last", "this month", "last month"),
            ("bookings yesterday versus last week?", "yesterday", "last week"),
            ("gmv today compared with 2026-06-01", "today", "2026-06-01"),
            ("gmv today", "today", None),
        ],
    )
    def test_finds_what_to_compare_with(
        self, question: str, window: str | None, compared_with: str | None
    ) -> None:
        heard = questions.hear(question, now=NOW)
        assert (heard.window and heard.window.label) == window
        assert (heard.compared_with and heard.compared_with.label) == compared_with

    def test_keeps_the_words_of_a_comparison_it_does_not_understand(self) -> None:
        heard = questions.hear("gmv compared to our competitors", now=NOW)
        assert (heard.compared_with, "competitors" in heard.words) == (None, True)

    @pytest.mark.parametrize(
        ("question", "unit"),
        [
            ("how many bookings", MetricUnit.COUNT),
            ("requests per second", MetricUnit.PER_SECOND),
            ("how long do tasks take", MetricUnit.SECONDS),
        ],
    )
    def test_knows_what_kind_of_answer_is_wanted(self, question: str, unit: MetricUnit) -> None:
        assert questions.hear(question, now=NOW).units == {unit}

    @given(st.text(max_size=300))
    def test_bears_any_text(self, text: str) -> None:
        heard = questions.hear(text, now=NOW)
        assert all(0 <= one.confidence <= 1 for one in VOCABULARY.ranked(heard.words))
