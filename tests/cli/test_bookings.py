"""Lessons that were booked, from the terminal."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.conftest import SetClock
from tests.factories.bookings import booking
from tests.factories.instructors import person
from tests.factories.money import Market, market

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

    @pytest.mark.parametrize(
        ("who", "code", "told"),
        [
            (NOBODY, "accounts.not_found", "There is no such person. Look them up by name,"),
            ("nobody@example.org", "users.nobody_fits", "Nobody fits 'nobody@example.org'. Try"),
        ],
    )
    def test_of_somebody_who_is_unknown_is_refused(
        self, terminal: Terminal, booked: tuple[str, str], who: str, code: str, told: str
    ) -> None:
        refused = terminal("bookings", "list", "--user", who, "--json")
        assert (refused.code, refused.out) == (1, "")
        assert (refused.problem["code"], refused.problem["title"]) == (code, "Not found")
        assert refused.problem["detail"].startswith(told)

    def test_of_somebody_who_may_be_two_is_refused(
        self, terminal: Terminal, committed_runtime: Runtime, booked: tuple[str, str]
    ) -> None:
        _, student = booked
        with committed_runtime.begin(SYSTEM) as uow:
            other = person(uow, first_name="Jonas", last_name="Lind")
        refused = terminal("bookings", "list", "--user", "Jonas Lind", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "users.several_fit")
        assert set(refused.problem["facts"]["candidates"]) == {student, other}

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
        cancel = ("bookings", "cancel", booking_id, "--reason", "Flood.", "--preview")
        found = terminal(*cancel, "--json").json
        assert (found["booking_id"], found["status"]) == (booking_id, BookingStatus.CONFIRMED)
        assert "hold let go" in terminal(*cancel).out
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


@pytest.fixture
def shop(committed_runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    """A student with a card and an instructor who can be paid, at noon of today in New York.

    The terminal reads the wall clock: what it is asked about lies days away from now.
    """
    return opened(committed_runtime, stripe, clock)


def opened(
    committed_runtime: Runtime, stripe: Simulator, clock: SetClock, *, days_ago: int = 0
) -> Market:
    noon = utc_now().replace(hour=16, minute=0, second=0, microsecond=0)
    clock.now = noon - timedelta(days=days_ago)
    people = market(committed_runtime, stripe, clock)
    with committed_runtime.begin(SYSTEM) as uow:
        access.grant_role(uow, people.student.id or "", Role.STUDENT)
    return people


def wall(shop: Market, *, days: int, hour: int = 16) -> str:
    """This hour of a day that is so many days away, on the wall of the lesson."""
    day: datetime = shop.clock.now + timedelta(days=days)
    return f"{day:%Y-%m-%d}T{hour:02d}:00:00"


class TestCheckout:
    def test_pays_in_place_of_the_student_with_their_card(
        self, terminal: Terminal, shop: Market
    ) -> None:
        shop.clock.now = utc_now()
        booked = shop.book(wall(shop, days=3))

        done = terminal("bookings", "checkout", booked.id, "--yes", "--json")

        assert done.code == 0, done.err
        assert (done.json["result"], done.json["booking"]["status"]) == ("confirmed", "CONFIRMED")
        assert done.json["booking"]["money"]["card_cents"] == 13_440
        assert "Confirmed Theremin" in terminal("bookings", "checkout", booked.id, "--yes").out

    def test_changes_nothing_until_somebody_agrees(self, terminal: Terminal, shop: Market) -> None:
        shop.clock.now = utc_now()
        booked = shop.book(wall(shop, days=3))

        refused = terminal("bookings", "checkout", booked.id, "--json")

        assert (refused.code, refused.problem["code"]) == (1, "cli.declined")
        assert shop.detail(booked.id).status is BookingStatus.PENDING


class TestReschedule:
    def test_moves_by_the_students_rules(self, terminal: Terminal, shop: Market) -> None:
        booked = shop.confirmed(wall(shop, days=3))
        to = wall(shop, days=4, hour=12)

        done = terminal("bookings", "reschedule", booked.id, to, "--yes", "--json")

        assert done.code == 0, done.err
        assert (done.json["starts_local"], done.json["moved_from_id"]) == (to, booked.id)
        again = terminal("bookings", "reschedule", booked.id, to, "--yes", "--json")
        assert (again.code, again.problem["code"]) == (1, "bookings.not_movable")

    def test_needs_a_time(self, terminal: Terminal, shop: Market) -> None:
        booked = shop.book(wall(shop, days=3))
        refused = terminal("bookings", "reschedule", booked.id, "tomorrow", "--yes", "--json")
        assert (refused.code, refused.problem["code"]) == (2, "input.invalid")


class TestWhatIsOver:
    @pytest.fixture
    def over(self, committed_runtime: Runtime) -> str:
        """A lesson of this student that ended an hour ago."""
        with committed_runtime.begin(SYSTEM) as uow:
            return booking(uow, starts_at=utc_now() - timedelta(hours=2)).id

    def test_is_completed(self, terminal: Terminal, over: str) -> None:
        done = terminal("bookings", "complete", over, "--yes", "--json")
        assert (done.code, done.json["status"]) == (0, "COMPLETED"), done.err
        assert "Completed Theremin" in terminal("bookings", "complete", over, "--yes").out

    def test_is_not_completed_until_somebody_agrees(
        self, terminal: Terminal, over: str, committed_runtime: Runtime
    ) -> None:
        would = terminal("bookings", "complete", over, "--dry-run", "--json")
        refused = terminal("bookings", "complete", over, "--json")

        assert would.code == 0, would.err
        assert (would.json["booking"]["status"], would.json["asked"]) == ("COMPLETED", None)
        words = terminal("bookings", "complete", over, "--dry-run").out
        assert "Would complete Theremin" in words
        assert "Nothing is charged now." in words
        assert (refused.code, refused.problem["code"]) == (1, "cli.declined")
        assert terminal("bookings", "show", over, "--json").json["status"] == "CONFIRMED"
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.execute(text("SELECT count(*) FROM outbox")).scalar() == 0

    def test_is_charged_at_once_where_a_day_has_passed(
        self, terminal: Terminal, committed_runtime: Runtime, stripe: Simulator, clock: SetClock
    ) -> None:
        shop = opened(committed_runtime, stripe, clock, days_ago=9)
        booked = shop.confirmed(wall(shop, days=3))
        shop.at(shop.before(booked, hours=1))

        would = terminal("bookings", "complete", booked.id, "--dry-run", "--json")
        words = terminal("bookings", "complete", booked.id, "--dry-run").out

        assert would.json["asked"] == {"action": "capture", "cents": 13_440}, would.err
        assert "The provider would be asked to capture $134.40 at once." in words
        assert shop.money(booked.id).captured_cents == 0

    def test_cannot_be_tried_where_it_cannot_be_done(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            ahead = booking(uow, starts_at=utc_now() + timedelta(hours=2)).id
        refused = terminal("bookings", "complete", ahead, "--dry-run", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "bookings.not_over_yet")

    def test_is_reported_and_resolved(self, terminal: Terminal, over: str) -> None:
        report = ("bookings", "no-show", over, "instructor", "--reason", "Nobody.")
        declined = terminal(*report, "--json")
        would = terminal(*report, "--dry-run", "--json")
        before = terminal("bookings", "show", over, "--json").json["status"]
        reported = terminal(*report, "--yes", "--json")
        asked = terminal("bookings", "resolve", over, "dismissed", "--json")
        resolved = terminal("bookings", "resolve", over, "dismissed", "--yes", "--json")

        assert (declined.code, declined.problem["code"]) == (1, "cli.declined")
        assert (would.code, would.json["status"], before) == (0, "NO_SHOW", "CONFIRMED"), would.err
        assert (reported.code, reported.json["status"]) == (0, "NO_SHOW"), reported.err
        assert (asked.code, asked.problem["code"]) == (1, "cli.declined")
        assert (resolved.code, resolved.json["status"]) == (0, "CONFIRMED"), resolved.err
        again = terminal("bookings", "resolve", over, "dismissed", "--yes", "--json")
        assert (again.code, again.problem["code"]) == (1, "bookings.nothing_to_resolve")

    def test_is_not_resolved_by_silence_from_a_terminal(
        self, terminal: Terminal, over: str
    ) -> None:
        refused = terminal("bookings", "resolve", over, "confirmed_no_dispute", "--yes", "--json")
        assert (refused.code, refused.problem["code"]) == (2, "input.invalid")


class TestRefund:
    @pytest.fixture
    def paid(self, committed_runtime: Runtime, stripe: Simulator, clock: SetClock) -> str:
        """A lesson that was taken, charged and paid out days ago."""
        shop = opened(committed_runtime, stripe, clock, days_ago=9)
        booked = shop.confirmed(wall(shop, days=3))
        shop.at(shop.after(booked, hours=25))
        shop.run_jobs()
        return booked.id

    def test_shows_what_it_would_do(self, terminal: Terminal, paid: str) -> None:
        asked = ("bookings", "refund", paid, "--reason", "goodwill", "--cents", "6720")

        shown = terminal(*asked, "--preview", "--json")
        refused = terminal(*asked, "--json")

        assert shown.code == 0, shown.err
        assert (shown.json["refund_cents"], shown.json["instructor_cents"]) == (6_720, 5_280)
        assert (refused.code, refused.problem["code"]) == (1, "cli.declined")
        lines = [line.split() for line in terminal(*asked, "--preview").out.splitlines()]
        assert ["refund", "$67.20"] in lines
        assert ["from", "the", "instructor", "$52.80"] in lines

    def test_of_a_lesson_not_yet_taken_cancels_it(self, terminal: Terminal, shop: Market) -> None:
        booked = shop.confirmed(wall(shop, days=3))

        done = terminal("bookings", "refund", booked.id, "--reason", "goodwill", "--yes", "--json")

        assert (done.code, done.json["action"], done.json["state"]) == (0, "void", "done"), done.err
        assert shop.detail(booked.id).status is BookingStatus.CANCELLED

    def test_that_was_refused_is_settled_from_a_terminal(
        self, terminal: Terminal, paid: str, shop: Market
    ) -> None:
        shop.close(shop.dispute(paid, cents=2_822), won=False)
        ordered = shop.refund(paid, 4_000)
        asked = ("bookings", "settle-refund", paid, "--as", "credit", "--reason", "Bank was first.")

        shown = terminal(*asked, "--preview")
        declined = terminal(*asked, "--json")
        done = terminal(*asked, "--yes")
        again = terminal(*asked, "--yes", "--json")

        assert ordered.state == "pending"
        lines = [line.split() for line in shown.out.splitlines()]
        assert ["still", "to", "go", "back", "$40.00"] in lines, shown.err
        assert (declined.code, declined.problem["code"]) == (1, "cli.declined")
        assert done.code == 0, done.err
        assert "Give $40.00 as credit in place of the refund: done." in done.out
        assert shop.wallet(shop.money(paid).student_id) == (4_000, 0)
        assert (again.code, again.problem["code"]) == (1, "bookings.not_refundable")

    def test_is_explained_like_everything_else(self, terminal: Terminal, paid: str) -> None:
        found = terminal("bookings", "explain", paid, "--json")
        assert found.code == 0, found.err
        assert found.json["reference"] == f"booking:{paid}"
        assert (found.json["pot_cents"], found.json["is_balanced"]) == (0, True)
        assert "Left in the pot: $0.00" in terminal("bookings", "explain", paid).out
