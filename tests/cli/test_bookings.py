"""Lessons that were booked, from the terminal."""

import pytest
from sqlalchemy import text

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.conftest import SetClock
from tests.factories.bookings import booking
from tests.factories.instructors import person

NOBODY = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


@pytest.fixture
def booked(committed_runtime: Runtime, clock: SetClock) -> tuple[str, str]:
    """A lesson of tomorrow by the wall clock, which the terminal reads, and its student."""
    clock.now = utc_now().replace(minute=0, second=0, microsecond=0)
    with committed_runtime.begin(SYSTEM) as uow:
        student = person(uow, first_name="Jonas", last_name="Lind")
        row = booking(uow, student_id=student, created_at=uow.now)
        return row.id, student


class TestList:
    def test_shows_what_was_booked_lately(
        self, terminal: Terminal, booked: tuple[str, str]
    ) -> None:
        booking_id, _ = booked
        found = terminal("bookings", "list", "--json")
        assert found.code == 0, found.err
        assert [row["booking_id"] for row in found.json["data"]["bookings"]] == [booking_id]
        assert booking_id in terminal("bookings", "list").out

    def test_shows_one_persons(self, terminal: Terminal, booked: tuple[str, str]) -> None:
        booking_id, student = booked
        found = terminal("bookings", "list", "--user", student, "--side", "student", "--json")
        assert [row["booking_id"] for row in found.json["data"]["bookings"]] == [booking_id]
        nothing = terminal("bookings", "list", "--user", student, "--side", "instructor", "--json")
        assert nothing.json["data"]["bookings"] == []

    def test_a_window_that_means_nothing_is_refused(self, terminal: Terminal) -> None:
        refused = terminal("bookings", "list", "--window", "soonish", "--json")
        assert refused.code == 1
        assert refused.problem["title"] == "Invalid"

    def test_a_status_that_is_none_is_wrong_usage(self, terminal: Terminal) -> None:
        assert terminal("bookings", "list", "--status", "MAYBE").code == 2


class TestShow:
    def test_hides_the_address_from_staff(
        self, terminal: Terminal, booked: tuple[str, str]
    ) -> None:
        booking_id, student = booked
        found = terminal("bookings", "show", booking_id, "--json").json
        assert (found["id"], found["student_id"], found["place"]) == (booking_id, student, None)
        assert found["total_cents"] == found["lesson_price_cents"] + found["student_fee_cents"]
        assert "Jonas L." in terminal("bookings", "show", booking_id).out

    def test_an_unknown_one_is_not_found(self, terminal: Terminal) -> None:
        refused = terminal("bookings", "show", NOBODY, "--json")
        assert (refused.code, refused.problem["title"]) == (1, "Not found")


class TestCancel:
    def test_cancels_for_the_marketplace_and_says_so_in_the_audit_trail(
        self, terminal: Terminal, committed_runtime: Runtime, booked: tuple[str, str]
    ) -> None:
        booking_id, _ = booked
        done = terminal("bookings", "cancel", booking_id, "--reason", "Flood.", "--yes", "--json")
        assert done.code == 0, done.err
        assert done.json["status"] == BookingStatus.CANCELLED
        assert done.json["cancellation_reason"] == "Flood."
        with committed_runtime.begin(SYSTEM) as uow:
            entry = uow.session.execute(
                text("SELECT door, actor_kind, subject_id FROM audit_entries WHERE action = :one"),
                {"one": "bookings.cancel"},
            ).one()
        assert tuple(entry) == ("cli", "system", booking_id)

    def test_changes_nothing_until_somebody_agrees(
        self, terminal: Terminal, booked: tuple[str, str]
    ) -> None:
        booking_id, _ = booked
        refused = terminal("bookings", "cancel", booking_id, "--reason", "Flood.", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "cli.declined")
        shown = terminal("bookings", "show", booking_id, "--json").json
        assert shown["status"] == BookingStatus.CONFIRMED

    def test_needs_a_reason_in_words(self, terminal: Terminal, booked: tuple[str, str]) -> None:
        booking_id, _ = booked
        assert terminal("bookings", "cancel", booking_id, "--yes").code == 2
        refused = terminal("bookings", "cancel", booking_id, "--reason", " ", "--yes", "--json")
        assert (refused.code, refused.problem["code"]) == (2, "input.invalid")
        assert "reason" in refused.problem["detail"]
