"""Where every cent of a lesson is: whatever happened to it, its explanation leaves nothing out.

There is one lesson in the market, so that its explanation has to come to what the whole ledger
comes to, with nothing left in a pot.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.schemas import GiveTip
from instainstru_core.domains.ledger.schemas import LedgerExplanationView
from tests.factories.gateways import decline
from tests.factories.money import STAFF, Market

ELSEWHERE = "2026-06-22T16:00:00"


def explained(market: Market, named: str) -> LedgerExplanationView:
    with market.runtime.begin(STAFF) as uow:
        return service.explain_money(uow, named)


def told(market: Market, named: str) -> list[tuple[str, str]]:
    """What each fact is about, and the fact."""
    return [
        (one.reference.partition(":")[0], one.fact) for one in explained(market, named).journals
    ]


def sums(found: LedgerExplanationView) -> dict[str, int]:
    """What all of it did to each kind of account."""
    kinds: Counter[str] = Counter()
    for entry in found.totals:
        kinds[entry.account] += entry.cents
    return {str(kind): cents for kind, cents in kinds.items() if cents}


def taken(market: Market) -> str:
    booked = market.confirmed()
    market.at(market.after(booked, hours=25))
    return booked.id


def locked(market: Market) -> str:
    booked = market.confirmed()
    market.at(market.before(booked, hours=18))
    child = market.move(booked.id, ELSEWHERE)
    market.at(market.after(child, hours=25))
    return booked.id


def moved_twice(market: Market) -> str:
    booked = market.confirmed()
    market.at(market.before(booked, hours=30))
    second = market.move(booked.id, "2026-06-19T16:00:00")
    market.at(market.before(second, hours=18))
    third = market.move(second.id, ELSEWHERE)
    market.at(market.before(third, hours=6))
    market.cancel(third.id)
    return second.id


def tipped(market: Market) -> str:
    booking_id = taken(market)
    flows.tip(
        market.cashier,
        actor=market.student,
        booking_id=booking_id,
        command=GiveTip(cents=1_000),
    )
    return booking_id


def moved_and_tipped(market: Market) -> str:
    booked = market.confirmed()
    child = market.move(booked.id, ELSEWHERE)
    market.at(market.after(child, hours=25))
    flows.tip(
        market.cashier, actor=market.student, booking_id=child.id, command=GiveTip(cents=1_000)
    )
    return booked.id


def refunded_in_part(market: Market) -> str:
    booking_id = taken(market)
    market.refund(booking_id, 4_000)
    return booking_id


def dispute_won(market: Market) -> str:
    booking_id = taken(market)
    market.close(market.dispute(booking_id), won=True)
    market.run_jobs()
    return booking_id


def dispute_lost(market: Market) -> str:
    booking_id = taken(market)
    market.close(market.dispute(booking_id), won=False)
    return booking_id


def escalated(market: Market) -> str:
    booked = market.confirmed()
    market.at(market.before(booked, hours=23))
    market.troubled().before("capture", decline, times=1_000)
    market.at(market.after(booked, hours=24 + 73))
    assert market.money(booked.id).debt_cents == 13_440
    return booked.id


def owed_and_paid(market: Market) -> str:
    booking_id = escalated(market)
    market.pay_debt(booking_id)
    return booking_id


STORIES = (
    taken,
    locked,
    moved_twice,
    tipped,
    moved_and_tipped,
    refunded_in_part,
    dispute_won,
    dispute_lost,
    escalated,
    owed_and_paid,
)


class TestAnExplanation:
    @pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
    def test_comes_to_what_the_ledger_comes_to(
        self, market: Market, story: Callable[[Market], str]
    ) -> None:
        found = explained(market, story(market))

        assert sums(found) == market.ledger()
        assert (found.pot_cents, found.is_balanced, found.truncated) == (0, True, False)
        assert [one.pot_cents for one in found.journals][-1] == 0
        assert min(one.pot_cents for one in found.journals) == 0

    def test_of_a_tipped_lesson_tells_of_the_tip(self, market: Market) -> None:
        booking_id = tipped(market)

        assert told(market, booking_id) == [
            ("booking", "captured"),
            ("booking", "settled_lesson_completed_full_payout"),
            ("booking", "transferred"),
            ("tip", "captured"),
            ("tip", "tipped"),
            ("tip", "transferred"),
        ]

    def test_of_what_was_owed_and_paid_is_the_same_by_the_debt(self, market: Market) -> None:
        booking_id = owed_and_paid(market)

        assert told(market, booking_id)[-2:] == [("debt", "captured"), ("booking", "debt_paid")]
        by_debt = explained(market, f"debt:{booking_id}")
        assert by_debt.reference == f"debt:{booking_id}"
        assert (by_debt.journals, by_debt.totals, by_debt.pot_cents) == (
            explained(market, booking_id).journals,
            explained(market, booking_id).totals,
            0,
        )

    def test_of_a_moved_lesson_is_the_same_by_any_of_its_bookings(self, market: Market) -> None:
        second = moved_twice(market)
        detail = market.detail(second)

        names = [second, f"booking:{second}", detail.moved_from_id or "", detail.moved_to_id or ""]
        assert len({explained(market, name).model_dump_json() for name in names}) == 1
