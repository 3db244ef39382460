"""Credit on its way through lessons: set aside, given back as it was, used up, ended."""

from datetime import timedelta

import pytest

from instainstru_core.domains.bookings.schemas import CheckoutView
from instainstru_core.domains.credits import service as credits
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Uow
from tests.factories import acts
from tests.factories.money import Market
from tests.together import at_once

FRIDAY = "2026-06-19T16:00:00"


def sweep(market: Market) -> int:
    """How many cents have ended by now and are not set aside for anything."""
    with market.runtime.begin(SYSTEM) as uow:
        return credits.expire_due(uow).expired_cents


def held_by_bookings(uow: Uow, *booking_ids: str) -> list[int]:
    return [credits.reserved(uow, f"booking:{booking_id}") for booking_id in booking_ids]


class TestCreditForALesson:
    def test_is_taken_from_what_ends_first_and_the_rest_stays_as_it_was(
        self, market: Market
    ) -> None:
        """Scenario 41."""
        market.give_credit(5_000, days=None)
        market.give_credit(5_000, days=30)
        market.give_credit(5_000, days=7)
        ends = [lot[3] for lot in acts.lots(market)]

        first = market.confirmed(credit=3_000)
        second = market.confirmed(FRIDAY, credit=8_000)

        assert acts.lots(market) == [
            (4_000, 1_000, 0, ends[0]),
            (0, 5_000, 0, ends[1]),
            (0, 5_000, 0, ends[2]),
        ]
        assert ends[0] is None
        market.cancel(second.id)
        assert acts.lots(market) == [
            (5_000, 0, 0, ends[0]),
            (5_000, 0, 0, ends[1]),
            (2_000, 3_000, 0, ends[2]),
        ]
        assert market.money(first.id).card_cents == 10_440

    @pytest.mark.parametrize(
        ("wanted", "used", "card"),
        [(6_000, 6_000, 7_440), (12_000, 12_000, 1_440), (20_000, 12_000, 1_440)],
    )
    def test_pays_at_most_the_lesson_and_never_the_fee(
        self, market: Market, wanted: int, used: int, card: int
    ) -> None:
        market.give_credit(20_000)

        booked = market.confirmed(credit=wanted)

        row = market.money(booked.id)
        assert (row.credit_cents, row.card_cents) == (used, card)
        assert market.wallet() == (20_000 - used, used)

    def test_is_as_much_as_there_is(self, market: Market) -> None:
        market.give_credit(500)

        booked = market.confirmed(credit=9_000)

        assert market.money(booked.id).card_cents == 12_940

    def test_is_never_promised_twice(self, racing_market: Market) -> None:
        """Scenario 40."""
        racing_market.give_credit(5_000)
        ids = [racing_market.book(start).id for start in ("2026-06-18T10:00:00", FRIDAY)]

        def paying(booking_id: str) -> CheckoutView:
            return racing_market.pay(booking_id, credit=4_000)

        paid = at_once([lambda: paying(ids[0]), lambda: paying(ids[1])])

        assert [one.result for one in paid if isinstance(one, CheckoutView)] == ["confirmed"] * 2
        with racing_market.runtime.begin(SYSTEM) as uow:
            assert sorted(held_by_bookings(uow, *ids)) == [1_000, 4_000]
        assert racing_market.wallet() == (0, 5_000)


class TestCreditThatEndsWhileItIsSetAside:
    def test_stays_until_it_is_given_back_and_has_ended_then(self, market: Market) -> None:
        """Scenario 42."""
        market.give_credit(5_000, days=3)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=1))

        assert sweep(market) == 0
        assert market.wallet() == (0, 5_000)
        market.cancel(booked.id, actor=market.instructor)

        assert acts.lots(market)[0][:3] == (0, 0, 5_000)
        assert market.wallet() == (0, 0)
        assert market.ledger() == {"credit_expense": 5_000, "breakage": -5_000}
        acts.assert_final(market)

    def test_ends_at_its_very_instant(self, market: Market) -> None:
        market.give_credit(5_000, days=3)
        booked = market.confirmed(credit=5_000)
        market.at(acts.lots(market)[0][3] or market.clock.now)

        market.cancel(booked.id, actor=market.instructor)

        assert acts.lots(market)[0][:3] == (0, 0, 5_000)

    def test_pays_for_the_lesson_all_the_same(self, market: Market) -> None:
        market.give_credit(5_000, days=3)
        booked = market.confirmed(credit=5_000)

        market.at(market.after(booked, hours=25))

        assert market.money(booked.id).paid_cents == 10_560
        assert "breakage" not in market.ledger()
        acts.assert_final(market)

    def test_counts_towards_what_a_cancellation_gives_back_and_is_not_issued_anew(
        self, market: Market
    ) -> None:
        market.give_credit(5_000, days=2)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=18))

        market.cancel(booked.id)

        assert [lot[:3] for lot in acts.lots(market)] == [(0, 0, 5_000), (7_000, 0, 0)]
        assert market.wallet() == (7_000, 0)
        acts.assert_final(market)

    @pytest.mark.parametrize("takes_place", [True, False])
    def test_stays_reserved_through_a_lock_and_ends_with_it(
        self, market: Market, *, takes_place: bool
    ) -> None:
        """It ends between the move and the lesson: it pays for it, or has ended when given back."""
        market.give_credit(5_000, days=4)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=18))
        child = market.move(booked.id, "2026-06-22T16:00:00")
        market.at(market.before(child, hours=1))
        assert (sweep(market), market.wallet()) == (0, (0, 5_000))

        if takes_place:
            market.at(market.after(child, hours=25))
        else:
            market.cancel(child.id, actor=market.instructor)

        row = market.money(child.id)
        ended, refunded, paid = (0, 0, 10_560) if takes_place else (5_000, 8_440, 0)
        assert acts.lots(market)[0][:3] == (0, 0, ended)
        assert market.wallet() == (0, 0)
        assert (row.refunded_cents, row.paid_cents) == (refunded, paid)
        acts.assert_final(market)

    def test_loses_what_ends_first_where_a_part_is_forfeited(self, market: Market) -> None:
        market.give_credit(5_000, days=30)
        market.give_credit(5_000, days=60)
        booked = market.confirmed(credit=10_000)
        market.at(market.before(booked, hours=6))

        market.cancel(booked.id)

        assert [lot[0] for lot in acts.lots(market)] == [1_000, 5_000]
        acts.assert_final(market)


class TestNewCredit:
    def test_lives_a_year_from_the_instant_it_is_issued(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))

        market.cancel(booked.id)

        issued_at = market.clock.now
        assert acts.lots(market) == [(12_000, 0, 0, issued_at + timedelta(days=365))]
        market.clock.now = issued_at + timedelta(days=365)
        assert sweep(market) == 12_000
        assert market.ledger()["breakage"] == -12_000
