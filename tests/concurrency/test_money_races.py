"""Two at the same money at the same instant: real connections, with and without the mutex.

The mutex keeps others away early. Where its service is gone the rows and commands of the database
keep order alone, so every race is run both ways and has to end the same.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.schemas import BookingDetailView, GiveTip, RescheduleBooking
from instainstru_core.domains.bookings.types import BookingStatus, Outcome
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Conflict, Refusal
from tests.factories.money import Market
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.together import at_once

SOON = "2026-06-16T09:00:00"
ELSEWHERE = "2026-06-22T10:00:00"
SLOTS = ("2026-06-18T10:00:00", "2026-06-18T12:00:00", "2026-06-18T14:00:00")


def cancelling(market: Market, booking_id: str) -> Callable[[], object]:
    return lambda: market.cancel(booking_id)


def driving(market: Market, booking: BookingDetailView) -> Callable[[], object]:
    """A job that is at this lesson."""
    return lambda: flows.drive_quietly(
        market.cashier, actor=SYSTEM, chain_id=market.detail(booking.id).chain_id
    )


def finish(market: Market, *, minutes: int = 20, days: int = 0) -> None:
    """Whatever was left is done by the jobs."""
    market.at(market.clock.now + timedelta(minutes=minutes, days=days))
    market.run_jobs()
    market.assert_at_rest()


def wait_until_blocked(market: Market) -> None:
    """Until somebody waits for a row that somebody else holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    waiting += " AND datname = current_database()"

    def somebody_waits() -> bool:
        with market.runtime.engine.connect() as connection:
            return bool(connection.scalar(text(waiting)))

    wait_until(somebody_waits)


def only_conflicts(answers: list[object]) -> int:
    """How many were refused; nobody is refused for anything but the other one."""
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert all(isinstance(answer, Conflict) for answer in refused), refused
    return len(refused)


class TestTwoCompletions:
    def test_of_one_student_have_a_number_each(self, market: Market) -> None:
        """Scenario 61: the fourth and the fifth lesson, said to be over at one instant."""
        market.completed(3)
        first, second = (market.confirmed(slot) for slot in SLOTS[:2])
        market.at(market.after(second, hours=1))
        lessons = market.runtime.begin(market.instructor)
        with ThreadPoolExecutor(1) as pool:
            with lessons as uow:
                service.complete(uow, first.id)
                other = pool.submit(market.complete, second.id)
                wait_until_blocked(market)
            other.result(PATIENCE_SECONDS)

        assert market.wallet() == (1_000, 0)
        finish(market, days=3)


class TestTwoCancellations:
    def test_by_the_student_charge_once_and_issue_one_credit(self, market: Market) -> None:
        """Scenario 21."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=6))

        answers = at_once([cancelling(market, booked.id)] * 3)

        assert only_conflicts(answers) < 3
        finish(market)
        assert market.intents("succeeded") == [13_440]
        assert [made["amount"] for made in market.made("transfers")] == [5_280]
        assert market.wallet() == (6_000, 0)

    def test_from_both_sides_have_one_outcome(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=6))

        answers = at_once(
            [
                cancelling(market, booked.id),
                lambda: market.cancel(booked.id, actor=market.instructor),
            ]
        )

        assert only_conflicts(answers) == 1
        finish(market)
        outcome = market.money(booked.id).outcome
        taken = market.intents("succeeded")
        assert (outcome, taken, market.wallet()) in [
            (Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50, [13_440], (6_000, 0)),
            (Outcome.INSTRUCTOR_CANCEL_FULL_REFUND, [], (0, 0)),
        ]


class TestAJobAndAPerson:
    def test_a_cancellation_and_the_capture_of_the_same_lesson_take_it_once(
        self, market: Market
    ) -> None:
        """Scenarios 12 and 66: a refund by staff is the one cancellation that may come so late."""
        booked = market.confirmed()
        market.at(market.after(booked, hours=24))

        answers = at_once(
            [
                driving(market, booked),
                driving(market, booked),
                lambda: market.refund(booked.id),
            ]
        )

        only_conflicts(answers)
        finish(market)
        row = market.money(booked.id)
        refunds = [made["amount"] for made in market.made("refunds")]
        assert (row.outcome, market.intents("succeeded"), refunds, row.paid_cents) in [
            (Outcome.ADMIN_REFUND, [], [], 0),
            (Outcome.LESSON_COMPLETED_FULL_PAYOUT, [13_440], [], 10_560),
            (Outcome.LESSON_COMPLETED_FULL_PAYOUT, [13_440], [13_440], 0),
        ]

    def test_a_cancellation_and_the_hold_of_the_same_lesson_leave_no_hold(
        self, market: Market
    ) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=24))

        answers = at_once([driving(market, booked), cancelling(market, booked.id)])

        if only_conflicts(answers):
            market.cancel(booked.id)
        finish(market)
        assert market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert market.intents("requires_capture") == []
        assert market.intents("succeeded") == []

    def test_two_capture_jobs_take_and_pay_once(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=24))

        answers = at_once([driving(market, booked)] * 4)

        assert only_conflicts(answers) == 0
        finish(market)
        assert market.intents("succeeded") == [13_440]
        assert [made["amount"] for made in market.made("transfers")] == [10_560]

    def test_two_refunds_of_all_make_one(self, market: Market) -> None:
        """Scenario 64, at the same instant."""
        booked = market.confirmed()
        market.at(market.after(booked, hours=25))

        answers = at_once([lambda: market.refund(booked.id)] * 3)

        assert only_conflicts(answers) == 2
        finish(market)
        assert [made["amount"] for made in market.made("refunds")] == [13_440]
        assert [made["amount_reversed"] for made in market.made("transfers")] == [10_560]

    def test_a_move_and_a_cancellation_take_the_amount_once(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))

        answers = at_once(
            [
                lambda: market.move(booked.id, ELSEWHERE),
                cancelling(market, booked.id),
            ]
        )

        only_conflicts(answers)
        finish(market, days=7)
        assert market.intents("succeeded") == [13_440]
        old = market.detail(booked.id)
        assert old.status is BookingStatus.CANCELLED
        row = market.money(booked.id)
        assert (row.outcome, market.wallet(), row.paid_cents, old.moved_to_id is None) in [
            (Outcome.STUDENT_CANCEL_12_24_FULL_CREDIT, (12_000, 0), 0, True),
            (Outcome.LESSON_COMPLETED_FULL_PAYOUT, (0, 0), 10_560, False),
        ]

    def test_a_cancellation_that_read_the_lesson_before_it_was_moved_ends_nothing(
        self, market: Market
    ) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=30))
        with ThreadPoolExecutor(1) as pool:
            with market.runtime.begin(market.student) as uow:
                service.reschedule(
                    uow,
                    booked.id,
                    RescheduleBooking(starts_local=datetime.fromisoformat(ELSEWHERE)),
                )
                late = pool.submit(market.cancel, booked.id)
                wait_until_blocked(market)
            answer = late.result(PATIENCE_SECONDS)

        child = market.detail(answer.moved_to_id or "")
        assert market.detail(child.id).status is BookingStatus.CONFIRMED
        assert market.money(booked.id).ending is None
        assert market.detail(booked.id).cancellation_reason == "Rescheduled"
        finish(market, days=7)
        assert market.money(booked.id).paid_cents == 10_560


class TestTwoMoves:
    def test_of_one_lesson_make_one_lock(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))

        answers = at_once(
            [
                lambda: market.move(booked.id, ELSEWHERE),
                lambda: market.move(booked.id, "2026-06-22T12:00:00"),
            ]
        )

        assert only_conflicts(answers) == 1
        assert market.intents("succeeded") == [13_440]
        assert market.money(booked.id).moves == 1
        finish(market, days=7)
        assert [made["amount"] for made in market.made("transfers")] == [10_560]


class TestCheckouts:
    def test_of_two_students_for_one_time_keep_it_for_one(self, market: Market) -> None:
        """Scenario 52."""
        others = [market, market.with_another_student(), market.with_another_student()]

        answers = at_once([lambda one=one: one.confirmed(SOON) for one in others])

        assert only_conflicts(answers) == 2
        market.run_jobs()
        assert market.intents("requires_capture") == [13_440]

    def test_after_a_declined_card_keep_the_time_for_the_first_who_pays(
        self, market: Market
    ) -> None:
        """Scenario 7, at the same instant."""
        other = market.with_another_student()
        broken = market.second_card("pm_card_chargeCustomerFail")
        mine = market.book(SOON)
        assert market.pay(mine.id, card_id=broken).result == "declined"
        theirs = other.book(SOON)

        answers = at_once([lambda: market.pay(mine.id), lambda: other.pay(theirs.id)])

        assert isinstance(answers[0], Refusal)
        assert other.detail(theirs.id).status is BookingStatus.CONFIRMED
        finish(market, minutes=40)
        assert market.detail(mine.id).status is BookingStatus.PAYMENT_FAILED
        assert market.intents("requires_capture") == [13_440]

    def test_of_one_booking_hold_once(self, market: Market) -> None:
        booked = market.book(SOON)

        answers = at_once([lambda: market.pay(booked.id)] * 3)

        only_conflicts(answers)
        assert market.detail(booked.id).status is BookingStatus.CONFIRMED
        assert market.intents("requires_capture") == [13_440]

    def test_spend_one_credit_once(self, market: Market) -> None:
        """Scenario 40."""
        market.give_credit(5_000)
        bookings = [market.book(slot) for slot in SLOTS]

        answers = at_once([lambda one=one: market.pay(one.id, credit=4_000) for one in bookings])

        assert only_conflicts(answers) == 0
        reserved = sorted(market.money(one.id).credit_cents for one in bookings)
        assert reserved == [0, 1_000, 4_000]
        assert market.wallet() == (0, 5_000)
        for one in bookings:
            row = market.money(one.id)
            assert row.card_cents == 13_440 - row.credit_cents

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_and_the_providers_own_word_for_it_hold_once(self, market: Market, moment: str) -> None:
        """A webhook about the hold comes in while the checkout waits for its answer."""
        booked = market.book(SOON)
        gateway = market.troubled()

        def hear() -> None:
            for intent in market.made("payment_intents"):
                flows.on_intent(market.cashier, actor=SYSTEM, intent_id=intent["id"])

        getattr(gateway, moment)("authorize", hear)
        told = market.pay(booked.id)
        hear()

        assert told.result == "confirmed"
        assert market.detail(booked.id).status is BookingStatus.CONFIRMED
        assert market.intents("requires_capture") == [13_440]

    def test_outlive_the_end_of_their_time_while_the_card_is_asked(self, market: Market) -> None:
        booked = market.book(SOON)
        gateway = market.troubled()

        def time_is_up() -> None:
            market.clock.advance(timedelta(minutes=31))
            driving(market, booked)()

        gateway.after("authorize", time_is_up)
        market.clock.advance(timedelta(minutes=29))

        assert market.pay(booked.id).result == "confirmed"
        assert market.intents("requires_capture") == [13_440]

    def test_that_come_with_the_end_of_their_time_are_refused(self, market: Market) -> None:
        booked = market.book(SOON)
        market.clock.advance(timedelta(minutes=30))

        answers = at_once([lambda: market.pay(booked.id), driving(market, booked)])

        assert isinstance(answers[0], Conflict)
        finish(market)
        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert market.intents("requires_capture") == []

    def test_and_the_instructors_cancellation_have_one_outcome(self, market: Market) -> None:
        """Scenario 51: whoever comes while the card is asked is refused, and may come again."""
        booked = market.book(SOON)
        gateway = market.troubled()
        refusals: list[Refusal] = []

        def cancel() -> None:
            try:
                market.cancel(booked.id, actor=market.instructor)
            except Conflict as refusal:
                refusals.append(refusal)

        gateway.after("authorize", cancel)

        assert market.pay(booked.id).result == "confirmed"
        assert len(refusals) == 1
        market.cancel(booked.id, actor=market.instructor)
        assert market.intents("requires_capture") == []
        assert market.intents("canceled") == [13_440]
        finish(market)


class TestTwoTips:
    def test_for_one_lesson_are_one(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=25))

        answers = at_once(
            [
                lambda: flows.tip(
                    market.cashier,
                    actor=market.student,
                    booking_id=booked.id,
                    command=GiveTip(cents=1_000),
                )
            ]
            * 3
        )

        assert only_conflicts(answers) == 2
        assert market.intents("succeeded") == [1_000, 13_440]
        finish(market)
