"""What staff may do with a booking, at each instant and in each state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.bookings.policy.agenda import Case, Moving
from instainstru_core.domains.bookings.policy.moves import Situation, staff_moves
from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy, Ending

START = datetime(2026, 6, 18, 20, tzinfo=UTC)
END = START + timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
AHEAD = Situation(
    case=Case(BookingStatus.CONFIRMED, START, END, is_held=True),
    cancelled_by=None,
    was_confirmed=True,
    was_reported=False,
    report_is_open=False,
    is_reviewed=False,
)


def case(**changes: Any) -> Situation:
    return replace(AHEAD, case=replace(AHEAD.case, **changes))


def at(instant: datetime, found: Situation = AHEAD) -> list[str]:
    return [move.value for move in staff_moves(found, instant)]


class TestALessonThatStands:
    @pytest.mark.parametrize(
        ("instant", "moves"),
        [
            (START - MOMENT, ["cancel", "refund"]),
            (START, ["refund", "report_absence"]),
            (END - MOMENT, ["refund", "report_absence"]),
            (END, ["refund", "complete", "report_absence"]),
            (END + timedelta(hours=24), ["refund", "complete", "report_absence"]),
            (END + timedelta(hours=24) + MOMENT, ["refund", "complete"]),
        ],
    )
    def test_may_be_changed_by_its_clock(self, instant: datetime, moves: list[str]) -> None:
        assert at(instant) == moves

    def test_is_not_refunded_while_something_else_is_going_on(self) -> None:
        for changes in (
            {"is_disputed": True},
            {"moving": Moving(takes_all=True, until=START)},
        ):
            assert "refund" not in at(START - MOMENT, case(**changes))
        assert at(START - MOMENT, case(is_blocked=True)) == ["cancel", "release_review"]

    def test_that_was_never_paid_for_is_only_cancelled(self) -> None:
        begun = replace(case(status=BookingStatus.PENDING), was_confirmed=False)
        assert at(START - MOMENT, begun) == ["cancel"]


class TestALessonThatIsOver:
    def test_is_refunded_until_all_of_the_charge_went_back(self) -> None:
        done: dict[str, Any] = {
            "status": BookingStatus.COMPLETED,
            "ending": Ending.LESSON_TAKEN,
            "captured_cents": 13_440,
            "is_settled": True,
        }
        later = END + timedelta(days=3)
        assert at(later, case(**done)) == ["refund"]
        assert at(later, case(**done, refund_due_cents=13_439)) == ["refund"]
        assert at(later, case(**done, refund_due_cents=13_440)) == []
        assert at(later, case(**done, refund_due_cents=440, charged_back_cents=13_000)) == []
        assert at(later, case(**(done | {"is_settled": False}))) == []

    def test_that_was_cancelled_is_not_cancelled_again(self) -> None:
        gone = case(status=BookingStatus.CANCELLED, ending=Ending.STUDENT_CANCEL_EARLY)
        assert at(START - MOMENT, replace(gone, cancelled_by=CancelledBy.STUDENT)) == []

    def test_that_was_reported_waits_for_a_decision(self) -> None:
        told = replace(case(status=BookingStatus.NO_SHOW), was_reported=True, report_is_open=True)
        assert at(END, told) == ["complete", "resolve_report"]
