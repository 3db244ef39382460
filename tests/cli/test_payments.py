"""Lessons' money from the terminal: how it stands, what is stuck, who may not book."""

from datetime import timedelta

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Purpose, TransferCall
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.conftest import SetClock
from tests.factories.money import Market, market

CALL = TransferCall("01TEACHER", "acct_1", 10_560, Purpose.LESSON)


@pytest.fixture
def desk(committed_runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(committed_runtime, stripe, clock)


class TestShow:
    def test_tells_a_lessons_money_and_every_call_for_it(
        self, desk: Market, terminal: Terminal
    ) -> None:
        lesson = desk.confirmed("2026-06-16T10:00:00")
        desk.at(desk.after(lesson, hours=25))

        found = terminal("payments", "show", lesson.id, "--json").json
        shown = terminal("payments", "show", lesson.id).out

        assert found["reference"] == f"booking:{lesson.id}"
        calls = [(one["action"], one["state"], one["cents"]) for one in found["commands"]]
        assert calls == [
            ("authorize", "confirmed", 13_440),
            ("capture", "confirmed", 13_440),
            ("transfer", "confirmed", 10_560),
        ]
        assert found["booking"]["money"]["outcome"] == "lesson_completed_full_payout"
        assert "$105.60" in shown

    def test_knows_no_booking_that_was_never_made(self, terminal: Terminal) -> None:
        refused = terminal("payments", "show", new_id(), "--json")
        assert (refused.code, refused.problem["code"]) == (1, "bookings.not_found")


class TestHealth:
    def test_says_what_nobody_worked_on(self, desk: Market, terminal: Terminal) -> None:
        lesson = desk.confirmed("2026-06-16T10:00:00")
        with desk.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(LessonMoney, lesson.id)
            row.due_at = uow.now - timedelta(days=3650)

        found = terminal("payments", "health", "--json").json

        assert (found["is_healthy"], found["overdue"]) == (False, {"hold": 1})
        assert "no" in terminal("payments", "health").out


class TestOpen:
    def test_lists_calls_that_are_under_way(self, desk: Market, terminal: Terminal) -> None:
        with desk.runtime.begin(SYSTEM) as uow:
            call = payments.request(uow, reference="tip:01TIP", call=CALL)

        (found,) = terminal("payments", "open", "--json").json["items"]

        assert (found["id"], found["state"], found["cents"]) == (call.id, "sent", 10_560)


@pytest.fixture
def ahead(
    committed_runtime: Runtime, stripe: Simulator, clock: SetClock
) -> tuple[Market, BookingDetailView]:
    """A lesson three days ahead by the wall clock, which the terminal reads: nothing is due."""
    clock.now = utc_now().replace(hour=16, minute=0, second=0, microsecond=0)
    desk = market(committed_runtime, stripe, clock)
    return desk, desk.confirmed(f"{clock.now + timedelta(days=3):%Y-%m-%d}T16:00:00")


class TestResume:
    def test_goes_on_with_a_lesson_by_the_id_of_its_booking(
        self, ahead: tuple[Market, BookingDetailView], terminal: Terminal
    ) -> None:
        _, lesson = ahead

        named = terminal("payments", "resume", lesson.id, "--json")
        again = terminal("payments", "resume", f"booking:{lesson.id}", "--json")
        debt = terminal("payments", "resume", f"debt:{lesson.id}", "--json")

        assert named.code == 0, named.err
        assert named.json == again.json == {"reference": f"booking:{lesson.id}", "done": True}
        assert debt.json == {"reference": f"debt:{lesson.id}", "done": True}

    @pytest.mark.parametrize("kind", ["tip", "topup", "debt", "credit", "other"])
    def test_refuses_what_does_not_exist(self, terminal: Terminal, kind: str) -> None:
        for own_id in (new_id(), "nothing"):
            refused = terminal("payments", "resume", f"{kind}:{own_id}", "--json")
            assert (refused.code, refused.out) == (1, "")
            assert refused.problem["code"] == "payments.reference_unknown"
            assert refused.problem["facts"] == {"reference": f"{kind}:{own_id}"}

    def test_refuses_a_booking_that_was_never_made(self, terminal: Terminal) -> None:
        for named in (new_id(), f"booking:{new_id()}", "booking:", "nothing"):
            refused = terminal("payments", "resume", named, "--json")
            assert (refused.code, refused.problem["code"]) == (1, "bookings.not_found")

    def test_says_when_somebody_else_is_at_it(self, desk: Market, terminal: Terminal) -> None:
        lesson = desk.confirmed("2026-06-16T10:00:00")
        desk.clock.now = utc_now()
        with desk.runtime.begin(SYSTEM) as uow:
            payments.request(uow, reference=f"booking:{lesson.id}", call=CALL)

        found = terminal("payments", "resume", lesson.id, "--json")

        assert (found.code, found.json["done"]) == (0, False)
        assert "Somebody else is at it." in terminal("payments", "resume", lesson.id).out


class TestRelease:
    def test_asks_first(self, ahead: tuple[Market, BookingDetailView], terminal: Terminal) -> None:
        desk, lesson = ahead
        with desk.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(LessonMoney, lesson.id)
            row.review_since, row.review_reason, row.is_blocked = uow.now, "refund_refused", True

        refused = terminal("payments", "release", lesson.id, "--json")
        blocked = desk.money(lesson.id).is_blocked
        done = terminal("payments", "release", lesson.id, "--yes", "--json")

        assert (refused.code, refused.problem["code"], blocked) == (1, "cli.declined", True)
        assert done.json == {"booking_id": lesson.id}, done.err
        assert not desk.money(lesson.id).is_blocked
        nothing = terminal("payments", "release", lesson.id, "--yes", "--json")
        assert (nothing.code, nothing.problem["code"]) == (1, "bookings.nothing_to_resolve")


class TestStanding:
    def test_is_cleared_by_staff_and_written_down(self, desk: Market, terminal: Terminal) -> None:
        user_id = desk.student.id or ""
        with desk.runtime.begin(SYSTEM) as uow:
            payments.lock(uow, user_id, "booking:1")
            payments.restrict(uow, user_id, "booking:2")

        before = terminal("payments", "standing", user_id, "--json").json
        refused = terminal("payments", "standing", user_id, "--clear", "--json")
        cleared = terminal("payments", "standing", user_id, "--clear", "--yes", "--json").json

        assert (before["is_locked"], before["is_restricted"]) == (True, True)
        assert (before["debt_cents"], before["debts"]) == (0, [])
        assert (refused.code, refused.problem["code"]) == (1, "cli.declined")
        assert (cleared["is_locked"], cleared["is_restricted"]) == (False, False)


class TestReconcile:
    def test_says_that_the_books_were_never_compared(self, terminal: Terminal) -> None:
        assert "never compared" in terminal("payments", "reconcile").out

    def test_needs_a_provider_to_compare_with(self, terminal: Terminal) -> None:
        refused = terminal("payments", "reconcile", "--now", "--json")
        assert (refused.code, refused.problem["code"]) == (3, "payments.not_configured")
