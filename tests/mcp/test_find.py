"""One lookup for everything: what it finds, how it ranks it, and what it says of nothing."""

from typing import Any

import pytest

from tests.mcp.world import Copilot, World


def found(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["kind"], one["id"]) for one in answer["data"]["candidates"]]


class TestNames:
    def test_of_several_people_are_all_told_the_best_match_first(
        self, copilot: Copilot, world: World
    ) -> None:
        answer = copilot.ask("find", text="lind")
        assert found(answer) == [("person", world.jonas), ("person", world.lena)]
        jonas, lena = answer["data"]["candidates"]
        assert (jonas["score"], jonas["why"]) == (0.85, "This is the first or the last name.")
        assert (lena["score"], lena["why"]) == (0.75, "The name begins so.")
        assert jonas["label"] == "Jonas Lind, j…@example.org"
        assert jonas["tool"] == "instainstru_users_lookup"
        assert jonas["arguments"] == {"identifier": world.jonas}
        assert (answer["total"], answer["truncated"]) == (2, False)

    def test_of_people_who_teach_lead_to_what_they_teach(
        self, copilot: Copilot, world: World
    ) -> None:
        (maya,) = copilot.ask("find", text="MAYA okafor")["data"]["candidates"]
        assert (maya["kind"], maya["score"]) == ("instructor", 0.95)
        assert maya["arguments"] == {"instructor": world.maya.id}

    @pytest.mark.parametrize("typed", ["okaffor", "maja okafor", "mayaokafor"])
    def test_that_are_spelled_wrong_are_found_and_said_to_be_alike(
        self, copilot: Copilot, world: World, typed: str
    ) -> None:
        answer = copilot.ask("find", text=typed)
        best = answer["data"]["candidates"][0]
        assert (best["id"], best["why"]) == (world.maya.id, "The name is spelled alike.")
        assert best["score"] < 0.6

    @pytest.mark.parametrize(("typed", "score"), [("kaf", 0.65), ("ok", 0.75), ("may oka", 0.75)])
    def test_are_found_by_their_parts(
        self, copilot: Copilot, world: World, typed: str, score: float
    ) -> None:
        best = copilot.ask("find", text=typed)["data"]["candidates"][0]
        assert (best["id"], best["score"]) == (world.maya.id, score)

    def test_are_not_found_by_two_letters_within(self, copilot: Copilot) -> None:
        assert copilot.ask("find", text="zq")["data"]["candidates"] == []

    def test_shows_no_more_than_asked_for_and_says_so(self, copilot: Copilot) -> None:
        answer = copilot.ask("find", text="lind", limit=1)
        assert (len(answer["data"]["candidates"]), answer["truncated"]) == (1, True)
        assert answer["total"] is None
        assert answer["warnings"] == ["More than 1 fit: be more precise, or raise `limit`."]

    def test_that_mean_something_to_the_database_are_only_letters(self, copilot: Copilot) -> None:
        assert copilot.ask("find", text="a%_\\b")["data"]["candidates"] == []


class TestAddressesAndNumbers:
    def test_of_one_person_are_exact_and_shown_as_typed(
        self, copilot: Copilot, world: World
    ) -> None:
        (jonas,) = copilot.ask("find", text="Jonas@Example.org")["data"]["candidates"]
        assert (jonas["id"], jonas["score"]) == (world.jonas, 1.0)
        assert jonas["label"] == "Jonas Lind, jonas@example.org"
        (same,) = copilot.ask("find", text="(212) 555-0188")["data"]["candidates"]
        assert (same["id"], same["why"]) == (world.jonas, "This is the phone number.")
        assert same["label"] == "Jonas Lind, j…@example.org"


class TestIds:
    def test_of_a_booking_lead_to_its_story(self, copilot: Copilot, world: World) -> None:
        booking_id = world.booked["cancelled"]
        for typed in (booking_id, booking_id.lower(), f"https://x.test/bookings/{booking_id}?a=1"):
            (one,) = copilot.ask("find", text=typed)["data"]["candidates"]
            assert (one["kind"], one["id"], one["score"]) == ("booking", booking_id, 1.0)
            assert one["label"] == (
                "Oboe, Jonas L. with Ana R., $201.60, 2026-06-15 13:00, CANCELLED"
            )
            assert one["tool"] == "instainstru_booking_story"
            assert one["arguments"] == {"booking": booking_id}

    def test_of_a_person(self, copilot: Copilot, world: World) -> None:
        assert found(copilot.ask("find", text=world.jonas)) == [("person", world.jonas)]
        assert found(copilot.ask("find", text=world.maya.id)) == [("instructor", world.maya.id)]


class TestNothing:
    @pytest.mark.parametrize(
        ("typed", "tried"),
        [
            ("qqqqqqq", "names of people, also begun, in part, or spelled alike"),
            ("nobody@nowhere.test", "e-mail addresses of people and invites"),
            ("+1 917 555 0000", "phone numbers of people"),
            ("pi_nothing", "the payment provider's ids, and webhooks about them"),
            (
                "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
                "our ids of people, bookings, money, invites, messages and webhooks",
            ),
        ],
    )
    def test_found_says_what_was_tried(self, copilot: Copilot, typed: str, tried: str) -> None:
        answer = copilot.ask("find", text=typed)
        assert answer["data"] == {"candidates": [], "tried": [tried]}
        assert answer["total"] == 0
        assert answer["warnings"] == [
            f"Nothing was found. Looked through: {tried}. Check the spelling, or try another."
        ]

    def test_tries_a_code_and_a_name_where_it_may_be_either(self, copilot: Copilot) -> None:
        assert copilot.ask("find", text="andersen")["data"]["tried"] == [
            "invite codes",
            "names of people, also begun, in part, or spelled alike",
        ]

    def test_is_not_looked_for(self, copilot: Copilot) -> None:
        assert copilot.refused("find", text="-- !")["code"] == "reporting.lookup_unusable"
