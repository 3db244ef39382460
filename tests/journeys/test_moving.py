"""Moving a lesson: freely while it is far, once with all of its money when it is near."""

from datetime import timedelta

import pytest

from instainstru_core.domains.availability.errors import SlotTaken
from instainstru_core.domains.bookings.errors import (
    BookingNotFound,
    MoveFailed,
    NotMovable,
    OfferingFixed,
    RescheduleLocked,
    RescheduleWindowClosed,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.payments.types import Action
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Forbidden, Refusal
from instainstru_core.runtime import Runtime
from tests.factories import acts, money
from tests.factories.bookings import AT_HOME
from tests.factories.gateways import decline
from tests.factories.instructors import place
from tests.factories.money import Market
from tests.together import at_once

FRIDAY = "2026-06-19T16:00:00"
MONDAY = "2026-06-22T16:00:00"
SECOND = timedelta(seconds=1)
TAKEN = {"stripe_clearing": 13_020, "stripe_fees": 420, "held": -13_440}
"""13440 were captured, 420 were the provider's fee; the rest is decided later."""


def near(market: Market, *, hours: float = 18, credit: int = 0) -> BookingDetailView:
    """A lesson that begins in so many hours."""
    booked = market.confirmed(credit=credit)
    market.at(market.before(booked, hours=hours))
    return booked


def locked(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson that was moved to Monday so late that all of its money was taken."""
    return acts.move(market, near(market, credit=credit).id, MONDAY)


def bookings(market: Market) -> int:
    """How many bookings the student has ever had."""
    with market.runtime.begin(SYSTEM) as uow:
        return uow.session.query(Booking).filter_by(student_id=market.student.id).count()


class TestALessonThatIsFar:
    def test_is_moved_as_often_as_one_likes_and_nothing_is_taken(self, market: Market) -> None:
        """Scenario 22."""
        booked = near(market, hours=30)

        first = acts.move(market, booked.id, FRIDAY)
        second = acts.move(market, first.id, MONDAY)
        third = acts.move(market, second.id, "2026-06-22T17:00:00")

        row = market.money(third.id)
        assert (row.moves, row.late_move_used, row.locked_at) == (3, False, None)
        assert row.hold_due_at == market.before(third, hours=24)
        assert third.payment_status is PaymentStatus.SCHEDULED
        assert market.detail(booked.id).status is BookingStatus.CANCELLED
        assert market.detail(booked.id).cancellation_reason == "Rescheduled"
        assert acts.occupied(market) == {f"booking:{third.id}"}
        assert market.made("payment_intents") == []
        market.at(market.after(third, hours=25))
        assert market.money(third.id).paid_cents == 10_560
        acts.assert_final(market)

    def test_is_priced_anew_when_its_length_changes(self, market: Market) -> None:
        market.give_credit(12_000)
        booked = near(market, hours=30, credit=12_000)

        moved = acts.move(market, booked.id, FRIDAY, duration_minutes=30)

        row = market.money(moved.id)
        assert (moved.lesson_price_cents, moved.total_cents) == (6_000, 6_720)
        assert (row.credit_cents, row.card_cents) == (6_000, 720)
        assert market.wallet() == (6_000, 6_000)
        market.at(market.after(moved, hours=25))
        assert market.money(moved.id).paid_cents == 5_280
        acts.assert_final(market)

    def test_has_the_new_amount_held_first_when_the_new_time_is_near(self, market: Market) -> None:
        booked = near(market, hours=30)

        moved = acts.move(market, booked.id, "2026-06-18T09:00:00", duration_minutes=90)

        assert moved.payment_status is PaymentStatus.AUTHORIZED
        assert market.intents("requires_capture") == [20_160]
        market.at(market.after(moved, hours=25))
        assert market.money(moved.id).paid_cents == 15_840
        acts.assert_final(market)

    def test_stays_where_it_is_when_the_hold_for_the_near_time_is_refused(
        self, market: Market
    ) -> None:
        market.give_credit(12_000)
        booked = near(market, hours=30, credit=12_000)
        market.change_card(decline="generic_decline")

        with pytest.raises(MoveFailed, match="stands as it was"):
            acts.move(market, booked.id, "2026-06-18T09:00:00", duration_minutes=30)

        row = market.money(booked.id)
        assert (row.credit_cents, row.card_cents, row.moves) == (12_000, 1_440, 0)
        assert market.wallet() == (0, 12_000)
        assert market.detail(booked.id).status is BookingStatus.CONFIRMED
        assert acts.occupied(market) == {f"booking:{booked.id}"}
        assert bookings(market) == 1

    def test_whose_hold_was_placed_that_instant_has_it_let_go(self, market: Market) -> None:
        booked = near(market, hours=24)
        market.run_jobs()

        moved = acts.move(market, booked.id, MONDAY)

        assert moved.payment_status is PaymentStatus.SCHEDULED
        assert market.intents("canceled") == [13_440]
        assert market.ledger() == {}

    @pytest.mark.parametrize("start", ["2026-06-18T10:30:00", "2026-06-18T11:00:00"])
    def test_is_moved_onto_or_next_to_itself(self, http_market: Market, start: str) -> None:
        """Scenario 32."""
        booked = http_market.confirmed("2026-06-18T10:00:00")

        moved = acts.move(http_market, booked.id, start)

        assert moved.status is BookingStatus.CONFIRMED
        assert acts.occupied(http_market) == {f"booking:{moved.id}"}

    def test_stays_at_the_studio_that_was_chosen(self, market: Market) -> None:
        with market.runtime.begin(SYSTEM) as uow:
            attic = place(uow, market.teacher.id, address_line="1 Attic Street", position=1)
        booked = market.confirmed(format=LessonFormat.INSTRUCTOR_LOCATION, teaching_place_id=attic)

        moved = acts.move(market, booked.id, MONDAY)

        assert [market.detail(one.id).place for one in (booked, moved)] == ["1 Attic Street"] * 2

    def test_is_moved_by_its_student_only(self, market: Market) -> None:
        booked = near(market, hours=30)
        stranger = acts.another_student(market)

        with acts.nothing_changes(market), pytest.raises(Forbidden):
            acts.move(market, booked.id, FRIDAY, actor=market.instructor)
        with acts.nothing_changes(market), pytest.raises(BookingNotFound):
            acts.move(stranger, booked.id, FRIDAY)

    def test_that_was_moved_is_moved_again_from_its_new_booking_only(self, market: Market) -> None:
        booked = near(market, hours=30)
        acts.move(market, booked.id, FRIDAY)

        with acts.nothing_changes(market), pytest.raises(NotMovable):
            acts.move(market, booked.id, MONDAY)


class TestALessonThatIsNear:
    def test_is_moved_once_all_of_its_money_was_taken(self, market: Market) -> None:
        """Scenario 23: the money stays with the platform, so no transfer is reversed."""
        booked = near(market)

        moved = acts.move(market, booked.id, MONDAY)

        row = market.money(moved.id)
        assert (row.captured_cents, row.paid_cents, row.late_move_used) == (13_440, 0, True)
        assert row.locked_at == market.clock.now
        assert moved.payment_status is PaymentStatus.LOCKED
        assert (moved.status, moved.moved_from_id) == (BookingStatus.CONFIRMED, booked.id)
        old = market.detail(booked.id)
        assert (old.status, old.payment_status) == (BookingStatus.CANCELLED, PaymentStatus.LOCKED)
        assert acts.occupied(market) == {f"booking:{moved.id}"}
        assert market.made("transfers") == []
        assert market.ledger() == TAKEN

    def test_is_moved_with_exactly_twelve_hours_left_and_no_later(self, market: Market) -> None:
        """Scenario 31."""
        booked = near(market, hours=12)
        market.clock.advance(SECOND)
        with acts.nothing_changes(market), pytest.raises(RescheduleWindowClosed):
            acts.move(market, booked.id, MONDAY)

        market.clock.advance(-SECOND)
        assert acts.move(market, booked.id, MONDAY).status is BookingStatus.CONFIRMED

    def test_stays_where_it_is_when_its_hold_is_refused(self, http_market: Market) -> None:
        """Scenario 24."""
        booked = http_market.confirmed()
        http_market.at(http_market.before(booked, hours=18), run=False)
        http_market.change_card(decline="generic_decline")

        with pytest.raises(MoveFailed, match="stands as it was"):
            acts.move(http_market, booked.id, MONDAY)

        seen = http_market.detail(booked.id)
        assert seen.status is BookingStatus.CONFIRMED
        assert seen.payment_status is PaymentStatus.PAYMENT_METHOD_REQUIRED
        row = http_market.money(booked.id)
        assert (row.captured_cents, row.locked_at, row.late_move_used) == (0, None, False)
        assert acts.occupied(http_market) == {f"booking:{booked.id}"}
        assert bookings(http_market) == 1
        assert http_market.ledger() == {}
        http_market.at(http_market.before(booked, hours=12))
        http_market.run_jobs()
        assert http_market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        acts.assert_final(http_market)

    def test_keeps_its_hold_when_the_bank_does_not_let_all_of_it_be_taken(
        self, market: Market
    ) -> None:
        booked = near(market)
        market.troubled().before("capture", decline)

        with pytest.raises(MoveFailed):
            acts.move(market, booked.id, MONDAY)

        assert market.detail(booked.id).payment_status is PaymentStatus.AUTHORIZED
        assert market.intents("requires_capture") == [13_440]
        assert acts.occupied(market) == {f"booking:{booked.id}"}
        market.at(market.after(booked, hours=25))
        assert market.money(booked.id).paid_cents == 10_560
        acts.assert_final(market)

    def test_is_not_moved_into_a_time_that_is_taken(self, http_market: Market) -> None:
        """Scenario 25."""
        booked = near(http_market)
        acts.another_student(http_market).confirmed(MONDAY)

        with acts.nothing_changes(http_market), pytest.raises(SlotTaken):
            acts.move(http_market, booked.id, MONDAY)

    def test_loses_no_money_to_somebody_who_books_the_time_at_the_same_instant(
        self, racing_market: Market
    ) -> None:
        """Scenario 25, as a race: whoever comes second finds the time taken."""
        booked = near(racing_market)
        other = acts.another_student(racing_market)

        moved, taken = at_once(
            [
                lambda: acts.move(racing_market, booked.id, MONDAY),
                lambda: other.book(MONDAY),
            ]
        )

        lost = [one for one in (moved, taken) if isinstance(one, Refusal)]
        assert [type(one) for one in lost] == [SlotTaken]
        captured = [] if lost == [moved] else [racing_market.clock.now]
        assert acts.attempts(racing_market, Action.CAPTURE) == captured
        kept = booked if lost == [moved] else moved
        assert isinstance(kept, BookingDetailView)
        assert racing_market.detail(kept.id).status is BookingStatus.CONFIRMED

    def test_keeps_its_length_and_its_price(self, market: Market) -> None:
        booked = near(market)

        with acts.nothing_changes(market), pytest.raises(OfferingFixed):
            acts.move(market, booked.id, MONDAY, duration_minutes=90)

    def test_keeps_its_format_because_formats_have_prices_of_their_own(
        self, runtime: Runtime, market: Market
    ) -> None:
        prices = {LessonFormat.ONLINE: 12_000, LessonFormat.STUDENT_LOCATION: 24_000}
        dear = money.market(runtime, market.stripe, market.clock, prices=prices)
        booked = near(dear)

        with acts.nothing_changes(dear), pytest.raises(OfferingFixed):
            acts.move(dear, booked.id, MONDAY, **AT_HOME)

        assert dear.detail(booked.id).status is BookingStatus.CONFIRMED

    def test_is_moved_onto_itself_with_its_money(self, market: Market) -> None:
        booked = near(market)

        moved = acts.move(market, booked.id, "2026-06-18T16:30:00")

        assert moved.payment_status is PaymentStatus.LOCKED
        assert acts.occupied(market) == {f"booking:{moved.id}"}


class TestALockedLesson:
    @pytest.mark.parametrize("cancels", [True, False])
    def test_is_settled_with_the_booking_that_it_was_moved_from(
        self, market: Market, *, cancels: bool
    ) -> None:
        moved = locked(market)
        before = moved.moved_from_id or ""
        assert market.detail(before).payment_status is PaymentStatus.LOCKED

        if cancels:
            market.cancel(moved.id)
        else:
            market.at(market.after(moved, hours=25))

        for booking_id in (before, moved.id):
            assert market.detail(booking_id).payment_status is PaymentStatus.SETTLED

    def test_is_not_moved_again(self, market: Market) -> None:
        """Scenario 30."""
        moved = locked(market)

        with acts.nothing_changes(market), pytest.raises(RescheduleLocked):
            acts.move(market, moved.id, FRIDAY)

    @pytest.mark.parametrize("hours", [60, 12])
    def test_gives_credit_and_never_money_back_to_a_student_who_cancels(
        self, market: Market, hours: int
    ) -> None:
        """Scenario 26."""
        moved = locked(market)
        market.at(market.before(moved, hours=hours))

        market.cancel(moved.id)

        assert market.money(moved.id).outcome is Outcome.LOCKED_CANCEL_GE12_FULL_CREDIT
        assert market.wallet() == (12_000, 0)
        assert market.made("refunds") == market.made("transfers") == []
        assert market.ledger() == {
            "stripe_clearing": 13_020,
            "stripe_fees": 420,
            "credits_liability": -12_000,
            "platform_revenue": -1_440,
        }
        acts.assert_final(market)

    def test_shares_the_loss_with_a_student_who_cancels_late(self, market: Market) -> None:
        """Scenario 27."""
        moved = locked(market)
        market.at(moved.starts_at - timedelta(hours=12) + SECOND)

        market.cancel(moved.id)

        assert market.money(moved.id).outcome is Outcome.LOCKED_CANCEL_LT12_SPLIT_50_50
        assert market.wallet() == (6_000, 0)
        assert market.money(moved.id).paid_cents == 5_280
        assert market.made("refunds") == []
        acts.assert_final(market)

    def test_gives_everything_back_when_the_instructor_cancels(self, http_market: Market) -> None:
        """Scenario 28: the credit stayed reserved all the time, and goes back as it was."""
        http_market.give_credit(5_000, days=30)
        before = acts.lots(http_market)
        moved = locked(http_market, credit=5_000)
        assert http_market.wallet() == (0, 5_000)

        http_market.cancel(moved.id, actor=http_market.instructor)

        assert [made["amount"] for made in http_market.made("refunds")] == [8_440]
        assert acts.lots(http_market) == before
        assert http_market.ledger() == {
            "stripe_clearing": -275,
            "stripe_fees": 275,
            "credit_expense": 5_000,
            "credits_liability": -5_000,
        }
        acts.assert_final(http_market)

    def test_pays_its_instructor_once_when_it_took_place(self, market: Market) -> None:
        """Scenario 29."""
        moved = locked(market)

        market.at(market.after(moved, hours=24))
        assert market.made("transfers") == []
        market.run_jobs()
        market.run_jobs()

        assert [made["amount"] for made in market.made("transfers")] == [10_560]
        assert market.money(moved.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert market.detail(moved.id).completed_at == moved.ends_at
        assert market.ledger() == {
            "stripe_clearing": 2_460,
            "stripe_fees": 420,
            "platform_revenue": -2_880,
        }
        acts.assert_final(market)
