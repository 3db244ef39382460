"""What a lesson's money needs next, and at which instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.policy.agenda import Case, Decision, Moving, Step
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, Ending

STARTS_AT = datetime(2026, 6, 18, 20, 0, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=1)
CLOSES_AT = ENDS_AT + timedelta(hours=24)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
REFUSED_ONCE: dict[str, Any] = {
    "hold_failures": 1,
    "hold_last_failed_at": STARTS_AT - timedelta(hours=24),
}


def case(status: BookingStatus = BookingStatus.CONFIRMED, **changes: Any) -> Case:
    return Case(status=status, starts_at=STARTS_AT, ends_at=ENDS_AT, **changes)


def before(**length: float) -> datetime:
    return STARTS_AT - timedelta(**length)


def wait(due_at: datetime, kind: DueKind) -> Decision:
    return Decision(due_at=due_at, due_kind=kind)


class TestInstants:
    def test_place_a_hold_24_hours_before_the_start(self) -> None:
        assert agenda.hold_due_at(STARTS_AT) == before(hours=24)

    def test_hold_at_once_only_with_less_than_24_hours_left(self) -> None:
        assert not agenda.is_immediate(STARTS_AT, before(hours=24))
        assert agenda.is_immediate(STARTS_AT, before(hours=24) + TICK)

    def test_give_a_checkout_30_minutes_or_until_the_start(self) -> None:
        assert agenda.checkout_expiry(STARTS_AT, before(hours=5)) == before(hours=4.5)
        assert agenda.checkout_expiry(STARTS_AT, before(minutes=20)) == STARTS_AT

    @pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 4), (3, 8), (7, 8)])
    def test_wait_1_4_and_8_hours_from_the_refusal_before(self, failures: int, hours: int) -> None:
        found = agenda.hold_retry_at(failures, STARTS_AT)

        assert found == STARTS_AT + timedelta(hours=hours)


class TestCheckout:
    checkout = case(BookingStatus.PENDING, checkout_expires_at=before(hours=4.5))

    def test_is_waited_for(self) -> None:
        found = agenda.decide(self.checkout, before(hours=4.5) - TICK)

        assert found == wait(before(hours=4.5), DueKind.CHECKOUT)

    def test_is_over_at_its_very_instant(self) -> None:
        assert agenda.decide(self.checkout, before(hours=4.5)).step is Step.EXPIRE_CHECKOUT

    def test_is_not_dropped_twelve_hours_before_the_lesson(self) -> None:
        refused = replace(self.checkout, hold_failures=1, hold_last_failed_at=before(hours=5))

        found = agenda.decide(refused, before(hours=5) + timedelta(minutes=10))

        assert found == wait(before(hours=4.5), DueKind.CHECKOUT)

    @pytest.mark.parametrize("expires_at", [None, STARTS_AT + HOUR])
    def test_is_over_when_the_lesson_starts(self, expires_at: datetime | None) -> None:
        late = case(BookingStatus.PENDING, checkout_expires_at=expires_at)

        assert agenda.decide(late, STARTS_AT - TICK) == wait(STARTS_AT, DueKind.CHECKOUT)
        assert agenda.decide(late, STARTS_AT).step is Step.EXPIRE_CHECKOUT


class TestHold:
    def test_is_waited_for_until_24_hours_before(self) -> None:
        found = agenda.decide(case(), before(hours=24) - TICK)

        assert found == wait(before(hours=24), DueKind.HOLD)
        assert agenda.decide(case(), before(hours=24)).step is Step.AUTHORIZE

    def test_is_asked_for_when_it_was_planned(self) -> None:
        planned = case(hold_due_at=before(hours=20))

        assert agenda.decide(planned, before(hours=22)) == wait(before(hours=20), DueKind.HOLD)

    def test_without_a_card_fails(self) -> None:
        assert agenda.decide(case(has_card=False), before(hours=24)).step is Step.NOTE_NO_CARD

    @pytest.mark.parametrize(
        ("failures", "failed_hours", "retry_hours"), [(1, 24, 23), (2, 23, 19), (3, 22, 14)]
    )
    def test_is_tried_again_when_its_wait_is_over(
        self, failures: int, failed_hours: int, retry_hours: int
    ) -> None:
        refused = case(hold_failures=failures, hold_last_failed_at=before(hours=failed_hours))
        retry_at = before(hours=retry_hours)

        assert agenda.decide(refused, retry_at - TICK) == wait(retry_at, DueKind.HOLD_RETRY)
        assert agenda.decide(refused, retry_at).step is Step.AUTHORIZE

    def test_is_tried_at_once_when_the_student_asks(self) -> None:
        refused = case(hold_failures=2, hold_last_failed_at=None)

        assert agenda.decide(refused, before(hours=22)).step is Step.AUTHORIZE

    def test_without_a_card_is_tried_on_the_same_schedule(self) -> None:
        refused = case(has_card=False, **REFUSED_ONCE)

        assert agenda.decide(refused, before(hours=23)).step is Step.NOTE_NO_CARD

    def test_is_warned_of_once_from_thirteen_hours_before(self) -> None:
        refused = case(hold_failures=3, hold_last_failed_at=before(hours=19))
        warned = replace(refused, warned_at=before(hours=13))

        found = agenda.decide(refused, before(hours=13) - TICK)
        assert found == wait(before(hours=13), DueKind.HOLD_RETRY)
        assert agenda.decide(refused, before(hours=13)).step is Step.WARN
        assert agenda.decide(refused, before(hours=12) - TICK).step is Step.WARN
        assert agenda.decide(warned, before(hours=13)) == wait(before(hours=12), DueKind.HOLD_RETRY)

    def test_is_warned_of_and_tried_again_at_one_instant(self) -> None:
        refused = case(hold_failures=1, hold_last_failed_at=before(hours=14))

        assert agenda.decide(refused, before(hours=13)).step is Step.WARN
        warned = replace(refused, warned_at=before(hours=13))
        assert agenda.decide(warned, before(hours=13)).step is Step.AUTHORIZE

    @pytest.mark.parametrize("warned_at", [None, before(hours=13)])
    def test_is_given_up_exactly_twelve_hours_before(self, warned_at: datetime | None) -> None:
        refused = case(hold_failures=3, hold_last_failed_at=before(hours=19), warned_at=warned_at)

        assert agenda.decide(refused, before(hours=12)).step is Step.DROP

    def test_that_stands_needs_nothing_until_the_window_closes(self) -> None:
        held = case(is_held=True, capture_before=CLOSES_AT)

        assert agenda.decide(held, before(hours=20)) == wait(CLOSES_AT, DueKind.CAPTURE)

    def test_of_unknown_length_is_trusted(self) -> None:
        assert agenda.decide(case(is_held=True), before(hours=20)) == wait(
            CLOSES_AT, DueKind.CAPTURE
        )

    @pytest.mark.parametrize("ends_at", [before(hours=6), ENDS_AT + timedelta(hours=6)])
    def test_that_would_end_too_soon_is_replaced_two_hours_before(self, ends_at: datetime) -> None:
        held = case(is_held=True, capture_before=ends_at)
        renew_at = ends_at - timedelta(hours=2)

        assert agenda.decide(held, renew_at - TICK) == wait(renew_at, DueKind.HOLD_EXPIRY)
        assert agenda.decide(held, renew_at).step is Step.AUTHORIZE

    def test_that_ends_a_moment_before_the_window_is_replaced_too(self) -> None:
        held = case(is_held=True, capture_before=CLOSES_AT - TICK)
        renew_at = CLOSES_AT - TICK - timedelta(hours=2)

        assert agenda.decide(held, ENDS_AT) == wait(renew_at, DueKind.HOLD_EXPIRY)

    def test_that_cannot_be_replaced_for_want_of_a_card_fails_before_the_lesson(self) -> None:
        held = case(is_held=True, has_card=False, capture_before=before(hours=6))

        assert agenda.decide(held, before(hours=8)).step is Step.NOTE_NO_CARD

    def test_that_cannot_be_replaced_is_used_as_it_is_once_the_lesson_began(self) -> None:
        held = case(is_held=True, has_card=False, capture_before=ENDS_AT + HOUR)

        assert agenda.decide(held, ENDS_AT) == wait(CLOSES_AT, DueKind.CAPTURE)

    def test_that_was_replaced_is_let_go_before_anything_else(self) -> None:
        replaced = case(is_held=True, has_stale_hold=True, capture_before=before(hours=6))

        assert agenda.decide(replaced, before(hours=8)).step is Step.VOID_STALE

    def test_is_not_asked_for_any_more_once_the_lesson_began(self) -> None:
        assert agenda.decide(case(**REFUSED_ONCE), STARTS_AT) == wait(CLOSES_AT, DueKind.CAPTURE)


class TestCompletion:
    @pytest.mark.parametrize(
        ("status", "step"),
        [
            (BookingStatus.CONFIRMED, Step.COMPLETE),
            (BookingStatus.COMPLETED, Step.END_TAKEN),
        ],
    )
    def test_comes_exactly_24_hours_after_the_end(self, status: BookingStatus, step: Step) -> None:
        held = case(status, is_held=True)

        assert agenda.decide(held, CLOSES_AT - TICK) == wait(CLOSES_AT, DueKind.CAPTURE)
        assert agenda.decide(held, CLOSES_AT).step is step

    def test_waits_for_a_locked_lesson_too(self) -> None:
        locked = case(is_locked=True, captured_cents=13_440)

        assert agenda.decide(locked, before(hours=20)) == wait(CLOSES_AT, DueKind.CAPTURE)


class TestALessonWithoutAnEnding:
    def test_that_was_cancelled_before_there_were_payments_needs_nothing(self) -> None:
        assert agenda.decide(case(BookingStatus.CANCELLED), CLOSES_AT) == agenda.DONE


class TestNoShow:
    reported_at = ENDS_AT + timedelta(hours=2)
    reported = case(BookingStatus.NO_SHOW, is_held=True, reported_at=reported_at)

    def test_freezes_the_capture_that_is_due(self) -> None:
        at_the_end = replace(self.reported, reported_at=CLOSES_AT)

        assert agenda.decide(at_the_end, CLOSES_AT) == wait(
            CLOSES_AT + timedelta(hours=24), DueKind.NO_SHOW
        )

    def test_is_confirmed_by_exactly_24_hours_of_silence(self) -> None:
        silent_at = self.reported_at + timedelta(hours=24)

        assert agenda.decide(self.reported, silent_at - TICK) == wait(silent_at, DueKind.NO_SHOW)
        assert agenda.decide(self.reported, silent_at).step is Step.RESOLVE_NO_SHOW

    def test_is_confirmed_by_silence_after_a_bank_ended_the_lesson_too(self) -> None:
        silent_at = self.reported_at + timedelta(hours=24)
        ended = replace(self.reported, is_held=False, ending=Ending.CHARGED_BACK)
        settled = replace(ended, is_settled=True)

        assert agenda.decide(ended, silent_at).step is Step.SETTLE
        assert agenda.decide(settled, silent_at - TICK) == wait(silent_at, DueKind.NO_SHOW)
        assert agenda.decide(settled, silent_at).step is Step.RESOLVE_NO_SHOW
        objected = replace(settled, report_is_disputed=True)
        assert agenda.decide(objected, silent_at) == agenda.DONE

    def test_that_is_disputed_waits_for_staff(self) -> None:
        disputed = replace(self.reported, report_is_disputed=True)

        assert agenda.decide(disputed, CLOSES_AT + timedelta(days=9)) == agenda.DONE


class TestMove:
    lock = Moving(takes_all=True, until=before(hours=17.5))
    hold = Moving(takes_all=False, until=before(hours=29.5))

    @pytest.mark.parametrize(
        ("facts", "step"),
        [
            ({}, Step.AUTHORIZE),
            ({"is_held": True}, Step.CAPTURE),
            ({"captured_cents": 13_440}, Step.FINISH_MOVE),
            ({"has_card": False}, Step.ABANDON_MOVE),
        ],
    )
    def test_in_the_middle_takes_all_of_the_money_first(
        self, facts: dict[str, Any], step: Step
    ) -> None:
        moving = case(moving=self.lock, **facts)

        assert agenda.decide(moving, before(hours=18)).step is step

    @pytest.mark.parametrize(
        ("facts", "step"), [({}, Step.AUTHORIZE), ({"is_held": True}, Step.FINISH_MOVE)]
    )
    def test_to_less_than_a_day_from_now_needs_a_hold_first(
        self, facts: dict[str, Any], step: Step
    ) -> None:
        moving = case(moving=self.hold, **facts)

        assert agenda.decide(moving, before(hours=30)).step is step

    def test_is_given_up_after_its_time(self) -> None:
        moving = case(moving=self.lock, is_held=True)

        assert agenda.decide(moving, before(hours=17.5)).step is Step.ABANDON_MOVE

    def test_is_finished_even_then_when_the_money_was_taken(self) -> None:
        moving = case(moving=self.lock, captured_cents=13_440)

        assert agenda.decide(moving, before(hours=17)).step is Step.FINISH_MOVE


class TestEndingsThatGiveBack:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({}, Decision(Step.SETTLE)),
            ({"is_held": True}, Decision(Step.VOID)),
            ({"captured_cents": 13_440}, Decision(Step.REFUND, cents=13_440)),
            (
                {"captured_cents": 13_440, "refunded_cents": 4_000},
                Decision(Step.REFUND, cents=9_440),
            ),
            ({"captured_cents": 13_440, "refunded_cents": 13_440}, Decision(Step.SETTLE)),
        ],
    )
    def test_let_the_hold_go_or_refund_what_was_taken(
        self, facts: dict[str, Any], expected: Decision
    ) -> None:
        over = case(BookingStatus.CANCELLED, ending=Ending.INSTRUCTOR_CANCEL, **facts)

        assert agenda.decide(over, before(hours=20)) == expected


class TestEndingsThatCharge:
    def test_capture_the_hold_that_stands(self) -> None:
        over = case(BookingStatus.COMPLETED, ending=Ending.LESSON_TAKEN, is_held=True)

        assert agenda.decide(over, CLOSES_AT).step is Step.CAPTURE

    def test_settle_what_was_taken(self) -> None:
        over = case(BookingStatus.COMPLETED, ending=Ending.LESSON_TAKEN, captured_cents=13_440)

        assert agenda.decide(over, CLOSES_AT).step is Step.SETTLE

    @pytest.mark.parametrize("ending", sorted(agenda.KEEPS_CARD))
    def test_ask_for_a_hold_first_where_there_is_none(self, ending: Ending) -> None:
        over = case(BookingStatus.CANCELLED, ending=ending)

        assert agenda.decide(over, before(hours=20)).step is Step.AUTHORIZE

    @pytest.mark.parametrize("facts", [{"hold_failures": 1}, {"has_card": False}])
    @pytest.mark.parametrize("ending", sorted(agenda.STUDENT_CANCELS))
    def test_charge_nothing_for_a_cancelled_lesson_whose_hold_was_refused(
        self, ending: Ending, facts: dict[str, Any]
    ) -> None:
        over = case(BookingStatus.CANCELLED, ending=ending, **facts)

        assert agenda.decide(over, before(hours=20)).step is Step.END_UNPAID

    def test_capture_a_good_hold_after_an_earlier_refusal(self) -> None:
        over = case(
            BookingStatus.CANCELLED,
            ending=Ending.STUDENT_CANCEL_LATE,
            is_held=True,
            hold_failures=1,
        )

        assert agenda.decide(over, before(hours=6)).step is Step.CAPTURE

    def test_are_tried_again_every_four_hours(self) -> None:
        refused = case(
            BookingStatus.COMPLETED,
            ending=Ending.LESSON_TAKEN,
            capture_failures=1,
            capture_first_failed_at=CLOSES_AT,
            capture_last_failed_at=CLOSES_AT,
        )
        retry_at = CLOSES_AT + timedelta(hours=4)

        assert agenda.decide(refused, retry_at - TICK) == wait(retry_at, DueKind.CAPTURE_RETRY)
        assert agenda.decide(refused, retry_at).step is Step.AUTHORIZE
        held = replace(refused, is_held=True)
        assert agenda.decide(held, retry_at).step is Step.CAPTURE
        cardless = replace(refused, has_card=False)
        assert agenda.decide(cardless, retry_at).step is Step.NOTE_NO_CARD

    def test_are_tried_at_once_when_the_student_asks(self) -> None:
        refused = case(
            BookingStatus.COMPLETED,
            ending=Ending.LESSON_TAKEN,
            capture_failures=3,
            capture_first_failed_at=CLOSES_AT,
        )

        assert agenda.decide(refused, CLOSES_AT + HOUR).step is Step.AUTHORIZE

    def test_escalate_exactly_72_hours_after_the_first_failure(self) -> None:
        escalate_at = CLOSES_AT + timedelta(hours=72)
        refused = case(
            BookingStatus.COMPLETED,
            ending=Ending.LESSON_TAKEN,
            capture_failures=18,
            capture_first_failed_at=CLOSES_AT,
            capture_last_failed_at=CLOSES_AT + timedelta(hours=70),
        )

        assert agenda.decide(refused, escalate_at - TICK) == wait(
            escalate_at, DueKind.CAPTURE_RETRY
        )
        assert agenda.decide(refused, escalate_at).step is Step.ESCALATE


class TestSettled:
    def paid(self, **changes: Any) -> Case:
        facts: dict[str, Any] = {
            "ending": Ending.LESSON_TAKEN,
            "is_settled": True,
            "captured_cents": 13_440,
            "owed_cents": 10_560,
            "paid_cents": 10_560,
        }
        return case(BookingStatus.COMPLETED, **(facts | changes))

    def test_needs_nothing_more_once_everybody_has_theirs(self) -> None:
        assert agenda.decide(self.paid(), CLOSES_AT) == agenda.DONE

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"paid_cents": 0}, Decision(Step.TRANSFER, cents=10_560)),
            ({"paid_cents": 8_499}, Decision(Step.TRANSFER, cents=2_061)),
            ({"owed_cents": 7_417}, Decision(Step.REVERSE, cents=3_143)),
            (
                {"refund_due_cents": 4_000, "refunded_cents": 1_000},
                Decision(Step.REFUND, cents=3_000),
            ),
        ],
    )
    def test_is_made_true_to_the_cent(self, changes: dict[str, Any], expected: Decision) -> None:
        assert agenda.decide(self.paid(**changes), CLOSES_AT) == expected

    def test_lets_a_hold_go_that_was_never_taken(self) -> None:
        escalated = self.paid(captured_cents=0, is_held=True)

        assert agenda.decide(escalated, CLOSES_AT).step is Step.VOID

    @pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 1), (3, 24), (9, 24)])
    def test_pays_again_after_an_hour_and_after_a_day_once_people_know(
        self, failures: int, hours: int
    ) -> None:
        unpaid = self.paid(
            paid_cents=0, transfer_failures=failures, transfer_last_failed_at=CLOSES_AT
        )
        retry_at = CLOSES_AT + timedelta(hours=hours)

        assert agenda.decide(unpaid, retry_at - TICK) == wait(retry_at, DueKind.MONEY)
        assert agenda.decide(unpaid, retry_at) == Decision(Step.TRANSFER, cents=10_560)

    def test_pays_nothing_again_that_somebody_took_back_until_people_say_so(self) -> None:
        taken = self.paid(paid_cents=7_560, is_taken_back=True)
        owes_less = self.paid(paid_cents=7_560, owed_cents=7_417, is_taken_back=True)
        refunds = self.paid(paid_cents=7_560, refund_due_cents=4_000, is_taken_back=True)

        assert agenda.decide(taken, CLOSES_AT) == agenda.DONE
        assert agenda.decide(owes_less, CLOSES_AT) == Decision(Step.REVERSE, cents=143)
        assert agenda.decide(refunds, CLOSES_AT) == Decision(Step.REFUND, cents=4_000)

    def test_moves_nothing_while_a_bank_looks_into_it(self) -> None:
        frozen = self.paid(is_disputed=True, paid_cents=0)

        assert agenda.decide(frozen, CLOSES_AT) == agenda.DONE

    def test_takes_a_payout_back_while_a_bank_looks_into_it(self) -> None:
        frozen = self.paid(is_disputed=True, owed_cents=0)

        assert agenda.decide(frozen, CLOSES_AT) == Decision(Step.REVERSE, cents=10_560)

    def test_moves_nothing_until_people_have_looked_at_what_is_blocked(self) -> None:
        blocked = self.paid(is_blocked=True, paid_cents=0)

        assert agenda.decide(blocked, CLOSES_AT) == agenda.DONE


class TestAChargeThatABankKept:
    kept = case(captured_cents=13_440, charged_back_cents=13_440, is_locked=True)

    def test_ends_a_lesson_that_is_not_settled(self) -> None:
        assert agenda.decide(self.kept, before(hours=30)) == Decision(Step.END_CHARGED_BACK)

    @pytest.mark.parametrize(
        "spared",
        [
            {"charged_back_cents": 13_439},
            {"captured_cents": 0, "is_locked": False},
            {"is_disputed": True},
        ],
    )
    def test_ends_none_while_a_part_is_left_or_nobody_knows(self, spared: dict[str, Any]) -> None:
        found = agenda.decide(replace(self.kept, **spared), before(hours=30))

        assert found.step is None

    def test_ends_it_once(self) -> None:
        ended = replace(self.kept, ending=Ending.CHARGED_BACK)

        assert agenda.decide(ended, before(hours=30)) == Decision(Step.SETTLE)


class TestAChargeThatStaffRefunded:
    """All of it, in the provider's dashboard, before the lesson was settled."""

    refunded = case(captured_cents=13_440, refunded_cents=13_440, is_locked=True)

    @pytest.mark.parametrize("ending", [None, Ending.LESSON_TAKEN, Ending.STUDENT_CANCEL_LATE])
    def test_ends_a_lesson_whose_charge_was_to_be_kept(self, ending: Ending | None) -> None:
        found = agenda.decide(replace(self.refunded, ending=ending), before(hours=30))

        assert found == Decision(Step.END_REFUNDED)

    def test_ends_it_with_what_the_bank_kept_of_it(self) -> None:
        both = replace(self.refunded, refunded_cents=10_000, charged_back_cents=3_440)

        assert agenda.decide(both, before(hours=30)) == Decision(Step.END_REFUNDED)

    def test_is_what_an_ending_wants_that_gives_all_back(self) -> None:
        cancelled = replace(self.refunded, ending=Ending.INSTRUCTOR_CANCEL)

        assert agenda.decide(cancelled, before(hours=30)) == Decision(Step.SETTLE)

    def test_in_part_ends_nothing(self) -> None:
        part = replace(self.refunded, refunded_cents=13_439)

        assert agenda.decide(part, before(hours=30)).step is None
