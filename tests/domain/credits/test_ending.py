"""Credit that ends, on the tables."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.types import CreditSource, CreditSweep, Expiry, Revoked
from instainstru_core.domains.ledger import policy as books
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.domain.credits.conftest import BOOKING, OTHER
from tests.factories.credits import amounts, lot, lots_of, owed
from tests.factories.ledger import standing

LOSSES = Account(AccountKind.DISPUTE_LOSSES)
MONTH = timedelta(days=30)


class TestExpireDue:
    def test_expires_what_has_ended_at_this_instant_and_nothing_else(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        ended = lot(uow, zoe, 1_000, days=30)
        later_on = lot(uow, zoe, 500, expires_at=clock.now + MONTH + timedelta(microseconds=1))
        never = lot(uow, zoe, 700, expires_at=Expiry.NEVER)
        clock.advance(MONTH)
        with begin(SYSTEM) as later:
            assert service.expire_due(later) == CreditSweep(1, 1_000, None)

            assert amounts(later, ended) == {"expired": 1_000}
            assert amounts(later, later_on) == {"available": 500}
            assert amounts(later, never) == {"available": 700}
            assert standing(later, AccountKind.BREAKAGE) == -1_000
            assert owed(later, zoe) == 1_200
            assert service.expire_due(later) == CreditSweep(0, 0, None)

    def test_leaves_what_is_reserved_until_it_is_given_back(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        one = lot(uow, zoe, 1_000, days=30)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=600)
        uow.session.flush()
        clock.advance(MONTH)
        with begin(SYSTEM) as later:
            assert service.expire_due(later).expired_cents == 400
            assert amounts(later, one) == {"reserved": 600, "expired": 400}
            service.release(later, reference=BOOKING)
            assert amounts(later, one) == {"expired": 1_000}
            assert standing(later, AccountKind.BREAKAGE) == -1_000

    def test_goes_page_by_page(self, begin: Begin, uow: Uow, zoe: str, clock: SetClock) -> None:
        ids = [lot(uow, zoe, cents, days=30) for cents in (100, 200, 300)]
        clock.advance(MONTH)
        with begin(SYSTEM) as later:
            assert service.expire_due(later, limit=2) == CreditSweep(2, 300, ids[1])
            assert service.expire_due(later, after=ids[1], limit=2) == CreditSweep(1, 300, None)

    def test_is_not_for_anybody(self, begin: Begin) -> None:
        with begin(Actor(id="someone")) as uow, pytest.raises(PermissionMissing):
            service.expire_due(uow)


class TestFreeze:
    def test_changes_no_amount(self, uow: Uow, zoe: str) -> None:
        one = lot(uow, zoe, 1_000, reference=OTHER)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=400)

        assert service.freeze(uow, OTHER) == 1
        assert service.freeze(uow, OTHER) == 0

        assert amounts(uow, one) == {"available": 600, "reserved": 400}
        assert service.reserved(uow, BOOKING) == 400
        assert service.reserve(uow, user_id=zoe, reference="booking:b3", cents=100) == 0

    def test_is_undone(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000, reference=OTHER)
        service.freeze(uow, OTHER)

        assert service.unfreeze(uow, OTHER) == 1
        assert service.unfreeze(uow, OTHER) == 0
        assert service.reserve(uow, user_id=zoe, reference=BOOKING, cents=1_000) == 1_000

    def test_holds_the_milestone_but_not_what_merely_came_back(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000, days=30)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=1_000)
        service.consume(uow, reference=BOOKING)
        pot = books.pot(BOOKING)
        service.reinstate(uow, reference=BOOKING, cents=1_000, funded_by=pot, key="refund:r1")
        service.award_milestone(uow, user_id=zoe, completed=11, reference=BOOKING)

        assert service.freeze(uow, BOOKING) == 1
        assert service.reserve(uow, user_id=zoe, reference=OTHER, cents=5_000) == 1_000

    def test_does_not_keep_credit_from_ending(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        one = lot(uow, zoe, 1_000, days=30, reference=OTHER)
        service.freeze(uow, OTHER)
        uow.session.flush()
        clock.advance(MONTH)
        with begin(SYSTEM) as later:
            service.expire_due(later)
            assert amounts(later, one) == {"expired": 1_000}


def cancelled(uow: Uow, user_id: str, cents: int, *, days: int | None = None) -> str:
    """Credit that cancelling OTHER issued."""
    return lot(uow, user_id, cents, days=days, source=CreditSource.CANCELLATION, reference=OTHER)


class TestRevoke:
    def test_takes_back_what_is_there(self, uow: Uow, zoe: str) -> None:
        one = cancelled(uow, zoe, 6_000)

        assert service.revoke(uow, reference=OTHER, into=LOSSES) == Revoked(6_000, 0)

        assert amounts(uow, one) == {"revoked": 6_000}
        assert owed(uow, zoe) == 0
        assert standing(uow, AccountKind.DISPUTE_LOSSES) == -6_000

    def test_takes_back_what_is_frozen_too(self, uow: Uow, zoe: str) -> None:
        one = cancelled(uow, zoe, 6_000)
        service.freeze(uow, OTHER)

        service.revoke(uow, reference=OTHER, into=LOSSES)

        assert amounts(uow, one) == {"revoked": 6_000}

    def test_leaves_what_is_reserved_elsewhere_and_counts_it_as_spent(
        self, uow: Uow, zoe: str
    ) -> None:
        one = cancelled(uow, zoe, 6_000)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=1_000)
        service.consume(uow, reference=BOOKING)
        service.reserve(uow, user_id=zoe, reference="booking:b3", cents=2_000)

        assert service.revoke(uow, reference=OTHER, into=LOSSES) == Revoked(3_000, 3_000)

        assert amounts(uow, one) == {
            "reserved": 2_000,
            "consumed": 1_000,
            "revoked": 3_000,
            "claimed": 3_000,
        }
        assert service.reserved(uow, "booking:b3") == 2_000

    def test_counts_what_was_spent_once(self, uow: Uow, zoe: str) -> None:
        one = cancelled(uow, zoe, 6_000)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=2_000)
        service.revoke(uow, reference=OTHER, into=LOSSES)
        service.release(uow, reference=BOOKING)

        assert service.revoke(uow, reference=OTHER, into=LOSSES) == Revoked(0, 0)
        assert amounts(uow, one) == {"available": 2_000, "revoked": 4_000, "claimed": 2_000}

    def test_counts_what_has_expired_as_neither(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        swept, ended = cancelled(uow, zoe, 1_000, days=20), cancelled(uow, zoe, 500, days=30)
        clock.advance(timedelta(days=20))
        with begin(SYSTEM) as later:
            service.expire_due(later)
        clock.advance(timedelta(days=10))
        with begin(SYSTEM) as later:
            assert service.revoke(later, reference=OTHER, into=LOSSES) == Revoked(0, 0)
            assert amounts(later, swept) == {"expired": 1_000}
            assert amounts(later, ended) == {"available": 500}

    def test_takes_so_much_in_total_when_told(self, uow: Uow, zoe: str) -> None:
        cancelled(uow, zoe, 6_000)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=5_000)

        def revoke(cents: int) -> Revoked:
            return service.revoke(uow, reference=OTHER, cents=cents, into=LOSSES)

        assert revoke(400) == Revoked(400, 0)
        assert revoke(1_100) == Revoked(600, 500)
        assert revoke(9_999) == Revoked(0, 4_500)
        assert owed(uow, zoe) == 5_000

    def test_does_not_touch_the_milestone(self, uow: Uow, zoe: str) -> None:
        service.award_milestone(uow, user_id=zoe, completed=5, reference=OTHER)

        assert service.revoke(uow, reference=OTHER, into=LOSSES) == Revoked(0, 0)
        assert owed(uow, zoe) == 1_000


class TestRevokeMilestone:
    def test_takes_back_what_is_there_of_it(self, uow: Uow, zoe: str) -> None:
        service.award_milestone(uow, user_id=zoe, completed=11, reference=BOOKING)
        service.reserve(uow, user_id=zoe, reference=OTHER, cents=500)

        assert service.revoke_milestone(uow, reference=BOOKING) == Revoked(1_500, 500)
        assert service.revoke_milestone(uow, reference=BOOKING) == Revoked(0, 0)

        assert standing(uow, AccountKind.CREDIT_EXPENSE) == 500
        assert owed(uow, zoe) == 500

    def test_of_a_lesson_that_earned_nothing_is_nothing(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000, source=CreditSource.CANCELLATION, reference=BOOKING)

        assert service.revoke_milestone(uow, reference=BOOKING) == Revoked(0, 0)


class TestTheTable:
    @pytest.mark.parametrize(
        "change",
        [
            "available_cents = available_cents + 1",
            "available_cents = -1, consumed_cents = issued_cents + 1",
            "claimed_cents = issued_cents + 1",
        ],
    )
    def test_refuses_a_lot_that_does_not_add_up(self, uow: Uow, zoe: str, change: str) -> None:
        lot(uow, zoe, 1_000)
        with pytest.raises(IntegrityError), uow.savepoint():
            uow.session.execute(text(f"UPDATE credit_lots SET {change}"))
        assert [one.available_cents for one in lots_of(uow, zoe)] == [1_000]
