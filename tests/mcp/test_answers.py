"""What the tools answer about a world whose figures were worked out by hand."""

from typing import Any

import pytest

from tests.mcp.world import Copilot, World

NEW_YORK = "America/New_York"


class TestBookingsSummary:
    def test_counts_the_lessons_of_the_new_york_day(self, copilot: Copilot) -> None:
        # Monday: 30 minutes completed at 6000, 60 and 90 minutes confirmed at 12000 and 18000,
        # and 90 minutes cancelled. Sunday: 60 minutes completed at 12000.
        answer = copilot.ask("bookings_summary")
        data = answer["data"]
        previous = data.pop("previous")
        assert data == {
            "lessons": 4,
            "by_status": {
                "PENDING": 0,
                "CONFIRMED": 2,
                "COMPLETED": 1,
                "CANCELLED": 1,
                "PAYMENT_FAILED": 0,
                "NO_SHOW": 0,
            },
            "gmv_cents": 36_000,
            "average_lesson_cents": 12_000,
            "platform_fees_cents": 9_720,
            "new_students": 1,
            "repeat_students": 1,
            "top_categories": [{"category": "Test Arts", "lessons": 3, "gmv_cents": 36_000}],
            "records_since": "2026-06-14",
        }
        assert previous["label"] == "the day before"
        assert (previous["first_day"], previous["last_day"]) == ("2026-06-14", "2026-06-14")
        assert (previous["lessons"], previous["gmv_cents"]) == (1, 12_000)
        assert (previous["lessons_change"], previous["gmv_change"]) == (3.0, 2.0)

    def test_says_what_it_looked_at(self, copilot: Copilot) -> None:
        answer = copilot.ask("bookings_summary", window="Today")
        assert answer["window"] == {
            "label": "today",
            "start": "2026-06-15T04:00:00Z",
            "end": "2026-06-16T04:00:00Z",
            "timezone": NEW_YORK,
        }
        assert answer["as_of"] == "2026-06-15T14:00:00Z"
        assert (answer["source"], answer["currency"]) == ("database", "USD")
        assert answer["warnings"] == ["This window is not over yet: its figures will still change."]

    def test_tells_unknown_from_zero(self, copilot: Copilot) -> None:
        answer = copilot.ask("bookings_summary", window="last month")
        assert answer["data"]["gmv_cents"] == 0
        assert answer["data"]["average_lesson_cents"] is None
        assert answer["warnings"] == [
            "Records begin on 2026-06-14: this window is unknown, not zero."
        ]


class TestBookingsRecent:
    def test_shows_the_newest_first(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("bookings_recent")
        assert [row["booking_id"] for row in answer["data"]["bookings"]] == [
            world.booked["last_minutes"],
            world.booked["evening"],
            world.booked["cancelled"],
        ]
        assert (answer["total"], answer["truncated"]) == (3, False)

    def test_shows_a_booking_as_staff_need_it(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("bookings_recent", status="CANCELLED", window="3h")
        assert answer["data"]["bookings"] == [
            {
                "booking_id": world.booked["cancelled"],
                "status": "CANCELLED",
                "payment_status": "settled",
                "lesson_day": "2026-06-15",
                "starts_at": "2026-06-15T17:00:00Z",
                "local_time": "13:00",
                "timezone": NEW_YORK,
                "minutes": 90,
                "student_id": world.jonas,
                "student": "Jonas L.",
                "instructor_id": world.ana.id,
                "instructor": "Ana R.",
                "service": "Oboe",
                "category": "Test Arts",
                "format": "online",
                "lesson_price_cents": 18_000,
                "total_cents": 20_160,
                "created_at": "2026-06-15T11:00:00Z",
            }
        ]

    def test_goes_on_where_the_page_ended(self, copilot: Copilot, world: World) -> None:
        first = copilot.ask("bookings_recent", window="last 30 days", limit=4)
        assert (len(first["data"]["bookings"]), first["truncated"], first["total"]) == (4, True, 6)
        rest = copilot.ask(
            "bookings_recent", window="last 30 days", limit=4, cursor=first["next_cursor"]
        )
        assert (rest["next_cursor"], rest["truncated"]) == (None, False)
        seen = [row["booking_id"] for row in first["data"]["bookings"] + rest["data"]["bookings"]]
        assert sorted(seen) == sorted(world.booked.values())


class TestUsers:
    def test_ranks_everybody_whom_a_name_may_mean(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("users_lookup", identifier="lind")
        people = answer["data"]["people"]
        assert [(one["user_id"], one["matched_by"]) for one in people] == [
            (world.jonas, "name"),
            (world.lena, "name_start"),
        ]
        assert answer["data"]["ambiguous"] is True
        assert people[0]["email"] == "j…@example.org"

    def test_tells_everything_of_one_person(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("users_lookup", identifier="JONAS@example.org")
        (person,) = answer["data"]["people"]
        assert person == {
            "user_id": world.jonas,
            "name": "Jonas Lind",
            "email": "jonas@example.org",
            "roles": [],
            "matched_by": "email",
            "status": "active",
            "phone_end": "0188",
            "created_at": "2026-06-15T14:00:00Z",
            "last_login_at": None,
            "side_in_booking": None,
            "as_student": {
                "bookings": 3,
                "upcoming": 2,
                "completed": 0,
                "cancelled": 1,
                "spent_cents": 0,
            },
            "as_instructor": None,
            "stripe_customer_id": None,
        }
        assert [words[:45] for words in answer["warnings"]] == [
            "Some of their lessons are from before payment"
        ]

    def test_finds_both_sides_of_a_booking(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("users_lookup", identifier=world.booked["evening"])
        assert [(one["name"], one["side_in_booking"]) for one in answer["data"]["people"]] == [
            ("Jonas Lind", "student"),
            ("Maya Okafor", "instructor"),
        ]

    def test_finds_nobody_in_so_many_words(self, copilot: Copilot) -> None:
        answer = copilot.ask("users_lookup", identifier="nobody@example.org")
        assert (answer["data"]["people"], answer["total"]) == ([], 0)
        assert answer["warnings"] == [
            "Nobody fits. Look for them with another spelling, an e-mail or an id."
        ]

    def test_adds_up_a_history(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("users_booking_history", user=world.lena)
        data = answer["data"]
        assert [row["booking_id"] for row in data["bookings"]] == [
            world.booked["last_minutes"],
            world.booked["first_monday"],
            world.booked["late_sunday"],
        ]
        assert {row["side"] for row in data["bookings"]} == {"student"}
        assert (data["as_student"]["lessons"], data["as_student"]["gmv_cents"]) == (3, 36_000)
        assert data["as_instructor"]["lessons"] == 0

    def test_asks_which_person_is_meant(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("users_booking_history", user="Lind", side="student")
        assert (answer["data"]["user_id"], answer["data"]["bookings"]) == (None, [])
        assert [one["user_id"] for one in answer["data"]["candidates"]] == [
            world.jonas,
            world.lena,
        ]
        assert [action["arguments"] for action in answer["next_actions"]] == [
            {"user": world.jonas, "side": "student"},
            {"user": world.lena, "side": "student"},
        ]


class TestSupply:
    def test_lists_a_category_with_its_services(self, copilot: Copilot, world: World) -> None:
        answer = copilot.ask("services_catalog", category="test-arts")
        assert [(row["slug"], row["live_instructors"]) for row in answer["data"]["services"]] == [
            ("test-oboe", 1),
            ("test-theremin", 1),
        ]
        assert answer["data"]["categories"][-1] == {
            "slug": "test-arts",
            "name": "Test Arts",
            "services": 2,
            "live_instructors": 2,
        }

    def test_pages_through_the_whole_catalogue(self, copilot: Copilot) -> None:
        seen: list[str] = []
        cursor: str | None = None
        while True:
            answer = copilot.ask("services_catalog", limit=100, cursor=cursor)
            seen += [row["slug"] for row in answer["data"]["services"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == answer["total"]
        assert seen == sorted(seen)

    def test_finds_a_service_by_words(self, copilot: Copilot) -> None:
        answer = copilot.ask("service_lookup", query="piano lessons")
        assert answer["data"]["matches"][0]["slug"] == "piano"
        assert answer["next_actions"][0] == {
            "tool": "instainstru_instructors_list",
            "arguments": {"service": "piano", "status": "live"},
            "reason": "See who teaches Piano.",
        }

    def test_lists_the_instructors_who_meet_every_condition(
        self, copilot: Copilot, world: World
    ) -> None:
        everybody = copilot.ask("instructors_list")
        assert {row["instructor_id"] for row in everybody["data"]["instructors"]} == {
            world.maya.id,
            world.ana.id,
            world.ben,
        }
        for given, found in [
            ({"status": "registered"}, [world.ben]),
            ({"founding": True}, [world.maya.id]),
            ({"service": "test-oboe"}, [world.ana.id]),
            ({"category": "test-arts", "founding": False}, [world.ana.id]),
            ({"area": "Test Square"}, [world.maya.id]),
            ({"service": "test-oboe", "founding": True}, []),
        ]:
            answer = copilot.ask("instructors_list", **given)
            assert [row["instructor_id"] for row in answer["data"]["instructors"]] == found

    def test_shows_an_instructor_with_what_is_not_known_yet(
        self, copilot: Copilot, world: World
    ) -> None:
        answer = copilot.ask("instructors_detail", instructor="Maya Okafor")
        found = answer["data"]["instructor"]
        assert found["instructor_id"] == world.maya.id
        assert (found["status"], found["is_founding"], found["tier"]) == ("live", True, "founding")
        assert found["areas"] == ["Test Square"]
        assert found["figures"] == {
            "completed": 1,
            "upcoming": 2,
            "cancelled_by_instructor": 0,
            "cancelled_by_others": 0,
            "no_shows": 0,
            "students": 2,
            "gmv_cents": 30_000,
            "earned_cents": 0,
            "last_completed_at": "2026-06-15T04:30:00Z",
        }
        unknown = ("rating", "response_rate", "stripe_account_id")
        assert [found[name] for name in unknown] == [None] * 3
        assert found["reviews"] == 0
        assert (found["background_check"], found["check_valid_until"]) == (
            "clear",
            "2027-06-13T14:00:00Z",
        )
        assert len(answer["warnings"]) == 2

    def test_counts_groups_with_nobody_too(self, copilot: Copilot) -> None:
        answer = copilot.ask("instructors_coverage", limit=1)
        assert answer["data"]["groups"] == [
            {"key": "test-arts", "name": "Test Arts", "instructors": 2, "offerings": 2}
        ]
        assert (answer["data"]["total_instructors"], answer["truncated"]) == (2, True)
        assert answer["data"]["groups_without_supply"] == answer["total"] - 1

    def test_counts_a_borough(self, copilot: Copilot) -> None:
        answer = copilot.ask("instructors_coverage", group_by="area", limit=1)
        assert answer["data"]["groups"] == [
            {"key": "test-square", "name": "Test Square", "instructors": 1, "offerings": 1}
        ]


class TestSearches:
    def test_ranks_what_people_want(self, copilot: Copilot) -> None:
        answer = copilot.ask("search_top_queries", limit=1)
        assert answer["data"] == {
            "queries": [
                {
                    "query": "theremin",
                    "variants": [],
                    "searches": 4,
                    "people": 4,
                    "average_results": 3.0,
                    "without_results": 0,
                    "conversion": 0.25,
                }
            ],
            "total_searches": 10,
            "different_queries": 4,
            "conversion": 0.1,
            "zero_result_rate": 0.5,
            "records_since": "2026-05-06T14:00:00Z",
        }

    def test_ranks_what_is_searched_for_in_vain(self, copilot: Copilot) -> None:
        answer = copilot.ask("search_zero_results")
        assert [(row["query"], row["searches"]) for row in answer["data"]["queries"]] == [
            ("zither", 3),
            ("unicycle", 2),
        ]
        assert answer["data"]["zero_result_searches"] == 5
        assert answer["next_actions"][0]["arguments"] == {"query": "zither"}

    def test_says_when_nothing_is_known(self, copilot: Copilot) -> None:
        answer = copilot.ask("search_zero_results", window="2025")
        assert answer["warnings"] == [
            "Records begin at 2026-05-06 14:00 UTC: this window is unknown, not zero."
        ]


class TestOperations:
    def test_reports_workers_and_queues_from_the_broker(self, copilot: Copilot) -> None:
        workers = copilot.ask("celery_worker_status")
        assert workers["source"] == "broker"
        assert workers["data"]["online"] == sum(
            one["state"] == "online" for one in workers["data"]["workers"]
        )
        queues = copilot.ask("celery_queue_depth")
        assert [one["name"] for one in queues["data"]["queues"]] == ["default", "maintenance"]

    def test_answers_a_plain_question(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_query", question="What is our GMV today?")
        assert answer["data"]["state"] == "answered"
        assert answer["data"]["value"] == 36_000

    def test_does_not_guess_when_a_question_is_unclear(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_query", question="colour of the moon")
        assert (answer["data"]["state"], answer["data"]["value"]) == ("unclear", None)
        assert answer["next_actions"] == [
            {
                "tool": "instainstru_metrics_describe",
                "arguments": {},
                "reason": "See which metrics there are.",
            }
        ]

    def test_describes_one_metric(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_describe", name="http_latency")
        assert [one["name"] for one in answer["data"]["metrics"]] == ["http_latency"]
        assert answer["source"] == "metrics_dictionary"

    def test_describes_all_metrics(self, copilot: Copilot) -> None:
        answer = copilot.ask("metrics_describe")
        assert answer["total"] == len(answer["data"]["metrics"]) > 20

    @pytest.mark.stack
    def test_asks_prometheus(self, copilot: Copilot) -> None:
        answer = copilot.ask("prometheus_query", query="vector(42)")
        points: list[dict[str, Any]] = answer["data"]["series"][0]["points"]
        assert [point["value"] for point in points] == [42.0]
        assert answer["source"] == "prometheus"

    @pytest.mark.stack
    def test_tells_no_data_from_zero(self, copilot: Copilot) -> None:
        answer = copilot.ask("prometheus_query", query="there_is_no_such_metric")
        assert (answer["data"]["no_data"], answer["data"]["series"]) == (True, [])
        assert answer["next_actions"][0]["tool"] == "instainstru_metrics_describe"
