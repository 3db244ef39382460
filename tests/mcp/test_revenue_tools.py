"""What came in, and who came back, worked out by hand from the market's money."""

from typing import Any

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.types import RevenueGroup
from tests.mcp.market_world import MarketWorld, statements
from tests.mcp.world import Copilot

FRIDAY = {
    "lessons": 0,
    "gmv_cents": 0,
    "charged_cents": 26_880,
    "refunded_cents": 0,
    "charged_back_cents": 0,
    "instructor_owed_cents": 10_560,
    "tips_cents": 0,
    "fees_cents": 4_320,
    "credit_issued_cents": 0,
    "credit_expired_cents": 0,
    "provider_fees_cents": 840,
    "losses_cents": 0,
    "net_cents": 3_480,
}
"""Two charges of 13,440: a cancellation that leaves 1,440 and a lesson that leaves 2,880."""

SATURDAY = dict.fromkeys(FRIDAY, 0) | {
    "refunded_cents": 4_000,
    "instructor_owed_cents": -3_143,
    "fees_cents": -857,
    "net_cents": -857,
}
TOTALS = {name: FRIDAY[name] + SATURDAY[name] for name in FRIDAY} | {
    "lessons": 1,
    "gmv_cents": 12_000,
}


class TestRevenue:
    def test_adds_up_to_the_cent(self, desk: Copilot) -> None:
        data = desk.ask("revenue_report", window="last 7 days")["data"]
        assert data["totals"] == TOTALS
        assert (data["interval"], data["ledger_since"]) == ("day", "2026-06-19T05:00:00Z")

    def test_tells_each_new_york_day_and_which_are_unknown(self, desk: Copilot) -> None:
        answer = desk.ask("revenue_report", window="last 7 days", interval="day")
        series = answer["data"]["series"]
        assert [one["first_day"] for one in series] == [f"2026-06-{day}" for day in range(14, 21)]
        assert [one["figures"] for one in series] == [None] * 5 + [FRIDAY, SATURDAY]
        assert (
            "The ledger begins on 2026-06-19: money before that day is unknown, not zero."
            in answer["warnings"]
        )

    def test_tells_weeks_from_monday_and_months(self, desk: Copilot) -> None:
        weeks = desk.ask("revenue_report", window="2026-06-10/2026-06-22", interval="week")
        assert [(one["first_day"], one["last_day"]) for one in weeks["data"]["series"]] == [
            ("2026-06-10", "2026-06-14"),
            ("2026-06-15", "2026-06-21"),
            ("2026-06-22", "2026-06-22"),
        ]
        found = weeks["data"]["series"][1]["figures"]
        assert (found["gmv_cents"], found["net_cents"]) == (24_000, 2_623)
        month = desk.ask("revenue_report", window="2026-06", interval="month")["data"]
        assert [one["figures"] for one in month["series"]] == [month["totals"]]
        assert (month["totals"]["lessons"], month["totals"]["gmv_cents"]) == (4, 48_000)

    def test_agrees_with_the_pipeline(self, desk: Copilot) -> None:
        ours = desk.ask("revenue_report", window="last 7 days")["data"]["totals"]
        theirs = desk.ask("payments_pipeline", window="last 7 days")["data"]
        assert (ours["charged_cents"], ours["refunded_cents"], ours["net_cents"]) == (
            theirs["captured_cents"],
            theirs["refunded_cents"],
            theirs["net_revenue_cents"],
        )

    def test_compares_only_with_what_is_known(self, desk: Copilot) -> None:
        before = desk.ask("revenue_report", window="last 7 days")["data"]["previous"]
        assert (before["first_day"], before["last_day"]) == ("2026-06-07", "2026-06-13")
        assert (before["figures"], before["gmv_change"], before["net_change"]) == (None, None, None)
        saturday = desk.ask("revenue_report", window="2026-06-20")["data"]
        assert saturday["totals"] == SATURDAY
        assert saturday["previous"]["figures"] == FRIDAY
        assert saturday["previous"]["net_change"] is None
        alone = desk.ask("revenue_report", window="2026-06-20", compare=False)["data"]
        assert alone["previous"] is None

    def test_is_divided_without_a_rest(self, desk: Copilot) -> None:
        for group_by, name in (("category", "Test Arts"), ("borough", "online")):
            found = desk.ask("revenue_report", window="last 7 days", group_by=group_by)["data"]
            assert found["groups"] == [{"group": name} | TOTALS]

    def test_is_by_whole_days_only(self, desk: Copilot) -> None:
        refusal = desk.refused("revenue_report", window="2h")
        assert refusal["code"] == "reporting.window_not_whole_days"

    def test_asks_as_many_statements_for_a_year_as_for_a_day(self, lived: MarketWorld) -> None:
        for window in ("today", "2026"):
            asked = statements(
                lived,
                lambda uow, one=window: reporting.revenue_report(
                    uow, one, group_by=RevenueGroup.CATEGORY
                ),
            )
            assert len(asked) == 7


class TestCohorts:
    def test_are_by_the_month_of_the_first_lesson(self, desk: Copilot) -> None:
        """Two people had their first lesson in June. The lessons of one left 2,023 and 1,440."""
        data = desk.ask("cohort_report")["data"]
        assert data["cohorts"] == [
            {
                "month": "2026-06-01",
                "students": 2,
                "repeat_students": 0,
                "repeat_rate": 0.0,
                "lessons": 2,
                "gmv_cents": 24_000,
                "revenue_cents": 3_463,
                "revenue_per_student_cents": 1_732,
                "retained": [2],
                "retention": [1.0],
            }
        ]
        assert (data["students"], data["repeat_rate"]) == (2, 0.0)


class TestPictures:
    def test_come_beside_the_same_figures(self, desk: Copilot) -> None:
        given: dict[str, Any] = {"window": "last 7 days"}
        plain = desk.ask("revenue_report", **given)
        answer = desk.call("revenue_report", given | {"chart": True})
        assert answer.structured_content == plain
        _, image = answer.content
        assert (image.type, image.mime_type) == ("image", "image/png")
        assert image.meta["alt"].startswith(
            "Revenue by day, 2026-06-14 to 2026-06-20, in US dollars: GMV from 0 to 0"
        )

    def test_are_left_out_where_there_is_nothing_to_draw(self, desk: Copilot) -> None:
        answer = desk.call("revenue_report", {"window": "last month", "chart": True})
        assert len(answer.content) == 1
        assert answer.structured_content["warnings"][-1] == (
            "There is no picture: there is nothing to draw in this window."
        )

    def test_come_of_cohorts_too(self, desk: Copilot) -> None:
        _, image = desk.call("cohort_report", {"chart": True}).content
        assert image.meta["alt"] == (
            "Students who came back, share of students who came in each month since: 2026-06: 100%."
        )

    def test_come_of_the_founding_funnel(self, desk: Copilot) -> None:
        plain = desk.ask("founding_funnel_summary")
        answer = desk.call("founding_funnel_summary", {"chart": True})
        reached = [row["count"] for row in plain["data"]["stages"]]
        assert reached[0] == 1
        assert answer.structured_content == plain
        assert f"registered {reached[0]}," in answer.content[1].meta["alt"]
