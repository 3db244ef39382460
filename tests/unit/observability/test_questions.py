"""What plain questions mean, by the dictionary as it stands."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.policy import questions

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
PHRASES = {metric.name: [metric.name, *metric.synonyms] for metric in repository.dictionary()}


def meant(question: str) -> str | None:
    ranked = questions.ranked(questions.hear(question, now=NOW).words, PHRASES)
    return ranked[0].name if questions.is_clear(ranked) else None


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
        ],
    )
    def test_is_not_guessed(self, question: str) -> None:
        assert meant(question) is None

    def test_is_certain_for_every_phrase_of_the_dictionary(self) -> None:
        for name, phrases in PHRASES.items():
            for phrase in phrases:
                words = questions.hear(phrase, now=NOW).words
                assert questions.ranked(words, PHRASES)[0].name == name, phrase

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

    @given(st.text(max_size=300))
    def test_bears_any_text(self, text: str) -> None:
        heard = questions.hear(text, now=NOW)
        assert all(0 <= one.confidence <= 1 for one in questions.ranked(heard.words, PHRASES))
