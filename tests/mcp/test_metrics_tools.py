"""Questions about metrics through a real client over HTTP, with figures worked out by hand."""

import json

import pytest

from tests.mcp.world import Copilot

HOURLY = 12_000
TODAY = HOURLY // 2 + HOURLY + HOURLY * 3 // 2
"""Of June 15th: half an hour taught, one hour and one and a half ahead; the cancelled one not."""
YESTERDAY = HOURLY


class TestAnAnswer:
    def test_has_all_that_is_needed_to_read_it(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_query", question="What is our GMV today?")
        data = answer["data"]
        assert (data["state"], data["value"], data["formatted"]) == ("answered", TODAY, "$360.00")
        assert (data["sample_size"], data["confidence"], data["read_model"]) == (3, 1.0, "gmv")
        assert data["verdict"] == "not_judged", "the day is not over"
        assert data["metric"]["weekly_change"] == {"warning": -0.2, "critical": -0.3}
        assert (data["metric"]["owner"], data["metric"]["runbook"]) == (
            "marketplace",
            "marketplace",
        )
        day, week = data["changes"]
        assert (day["label"], day["value"], day["change"]) == ("a day earlier", YESTERDAY, 2.0)
        assert (week["label"], week["value"]) == ("a week earlier", None)
        assert answer["source"] == "database"
        assert answer["window"]["timezone"] == "America/New_York"

    @pytest.mark.parametrize(
        ("question", "value"),
        [
            ("completion rate today", 0.5),
            ("cancellation rate today", 0.25),
            ("lessons today", 4),
            ("completed lessons yesterday", 1),
            ("bookings made today", 3),
            ("founding slots left", 100),
            ("zero result rate last 30 days", 0.5),
            ("repeat rate today", 0.5),
        ],
    )
    def test_is_right(self, copilot: Copilot, question: str, value: float) -> None:
        data = copilot.ask("metrics_query", question=question)["data"]
        assert (data["state"], data["value"]) == ("answered", value)

    def test_without_data_is_null_and_says_why(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_query", question="p95 latency in the last hour")
        data = answer["data"]
        assert (data["state"], data["value"], data["verdict"]) == ("no_data", None, "unknown")
        assert data["formatted"] == "no data"
        assert answer["warnings"][0].startswith("No data, which is not zero")
        assert answer["source"] == "prometheus"

    def test_is_small(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_query", question="GMV today")
        assert len(json.dumps(answer)) < 2_500


class TestAQuestionThatIsUnclear:
    @pytest.mark.parametrize(
        "question",
        ["what is the weather in Boston", "students", "error rate of payments", "p95 of bookings"],
    )
    def test_gets_the_nearest_with_confidence_and_no_value(
        self, copilot: Copilot, question: str
    ) -> None:
        answer = copilot.ask("metrics_query", question=question)
        data = answer["data"]
        assert (data["state"], data["value"], data["metric"]) == ("unclear", None, None)
        assert len(data["nearest"]) <= 3
        assert all(0 < one["confidence"] <= 1 for one in data["nearest"])
        assert len(answer["next_actions"]) <= 3
        for action in answer["next_actions"]:
            copilot.ask(action["tool"], **action["arguments"])


class TestTheDictionary:
    def test_is_listed_in_little(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_describe")
        listed = answer["data"]["metrics"]
        assert len(listed) == answer["total"] >= 100
        assert set(listed[0]) == {"name", "meaning", "unit"}
        assert answer["data"]["definitions"] == []
        assert len(json.dumps(answer)) < 24_000

    def test_says_all_of_one(self, copilot: Copilot) -> None:
        (entry,) = copilot.ask("metrics_describe", name="take rate")["data"]["definitions"]
        assert entry["name"] == "take_rate"
        assert entry["thresholds"] == {"warning": 0.2, "critical": 0.18}
        assert (entry["better"], entry["owner"]) == ("higher", "marketplace")

    def test_says_what_is_near_a_name_that_is_none(self, copilot: Copilot) -> None:
        refused = copilot.refused("metrics_describe", name="latencies of the databse")
        assert refused["code"] == "metrics.unknown"
        assert "query_latency" in refused["facts"]["nearest"]
