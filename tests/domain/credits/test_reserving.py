"""Setting credit aside, giving it back, and using it up, on the tables."""

from datetime import timedelta

from sqlalchemy import func, select

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.models import CreditReservation
from instainstru_core.domains.credits.types import Expiry, Released, ReservationState
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.models import Journal
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.domain.credits.conftest import BOOKING, OTHER, POT
from tests.factories.credits import amounts, lot, owed
from tests.factories.ledger import standing


def reserve(uow: Uow, user_id: str, cents: int, *, reference: str = BOOKING) -> int:
    return service.reserve(uow, user_id=user_id, reference=reference, cents=cents)


def journals(uow: Uow) -> int:
    return uow.session.scalar(select(func.count()).select_from(Journal)) or 0


def fates(uow: Uow) -> list[tuple[ReservationState, int]]:
    query = select(CreditReservation.state, CreditReservation.cents)
    return sorted((state, cents) for state, cents in uow.session.execute(query))


class TestReserve:
    def test_takes_what_expires_first(self, uow: Uow, zoe: str) -> None:
        never = lot(uow, zoe, 1_000, expires_at=Expiry.NEVER)
        late = lot(uow, zoe, 1_000, days=90)
        soon = lot(uow, zoe, 1_000, days=30)

        assert reserve(uow, zoe, 1_500) == 1_500

        assert amounts(uow, soon) == {"reserved": 1_000}
        assert amounts(uow, late) == {"available": 500, "reserved": 500}
        assert amounts(uow, never) == {"available": 1_000}
        assert service.reserved(uow, BOOKING) == 1_500

    def test_takes_no_more_than_there_is(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 700)

        assert reserve(uow, zoe, 1_000) == 700
        assert reserve(uow, zoe, 1_000, reference=OTHER) == 0

    def test_moves_no_money(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 700)
        before = journals(uow)

        reserve(uow, zoe, 700)

        assert journals(uow) == before
        assert owed(uow, zoe) == 700

    def test_replaces_what_the_reference_had(self, uow: Uow, zoe: str) -> None:
        soon, late = lot(uow, zoe, 1_000, days=30), lot(uow, zoe, 1_000, days=90)
        reserve(uow, zoe, 1_500)

        assert reserve(uow, zoe, 300) == 300
        assert amounts(uow, soon) == {"available": 700, "reserved": 300}
        assert amounts(uow, late) == {"available": 1_000}
        assert reserve(uow, zoe, 1_200) == 1_200
        assert amounts(uow, soon) == {"reserved": 1_000}
        assert amounts(uow, late) == {"available": 800, "reserved": 200}
        assert reserve(uow, zoe, 0) == 0
        assert service.reserved(uow, BOOKING) == 0

    def test_writes_nothing_when_it_is_repeated(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)
        reserve(uow, zoe, 600)
        before = fates(uow)

        assert reserve(uow, zoe, 600) == 600
        assert fates(uow) == before == [(ReservationState.RESERVED, 600)]

    def test_leaves_the_reservations_of_others_alone(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)
        reserve(uow, zoe, 600, reference=OTHER)

        assert reserve(uow, zoe, 1_000) == 400
        assert service.reserved(uow, OTHER) == 600

    def test_cannot_have_credit_at_its_instant_of_expiry(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        lot(uow, zoe, 1_000, days=30)
        uow.session.flush()
        clock.advance(timedelta(days=30))
        with begin(SYSTEM) as later:
            assert reserve(later, zoe, 1_000) == 0

    def test_keeps_what_expired_while_it_was_reserved(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        ended = lot(uow, zoe, 1_000, days=30)
        lasting = lot(uow, zoe, 1_000, days=90)
        reserve(uow, zoe, 600)
        uow.session.flush()
        clock.advance(timedelta(days=30))
        with begin(SYSTEM) as later:
            assert reserve(later, zoe, 900) == 900
            assert amounts(later, ended) == {"available": 400, "reserved": 600}
            assert amounts(later, lasting) == {"available": 700, "reserved": 300}

    def test_passes_over_what_is_frozen(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000, reference=OTHER)
        service.freeze(uow, OTHER)

        assert reserve(uow, zoe, 1_000) == 0

    def test_takes_from_one_wallet_only(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)

        assert reserve(uow, "01JZ8M4T6Q3V9K2X7C5B1N0D8H", 1_000) == 0


class TestRelease:
    def test_gives_all_back_on_the_old_expiry(self, uow: Uow, zoe: str) -> None:
        one = lot(uow, zoe, 1_000, days=30)
        reserve(uow, zoe, 600)
        before = journals(uow)

        assert service.release(uow, reference=BOOKING) == Released(600, 0)

        assert amounts(uow, one) == {"available": 1_000}
        assert journals(uow) == before
        assert fates(uow) == [(ReservationState.RELEASED, 600)]

    def test_gives_a_part_back_from_the_latest_to_expire(self, uow: Uow, zoe: str) -> None:
        soon, late = lot(uow, zoe, 1_000, days=30), lot(uow, zoe, 1_000, days=90)
        reserve(uow, zoe, 2_000)

        assert service.release(uow, reference=BOOKING, cents=1_200) == Released(1_200, 0)

        assert amounts(uow, late) == {"available": 1_000}
        assert amounts(uow, soon) == {"available": 200, "reserved": 800}
        assert fates(uow) == [
            (ReservationState.RELEASED, 200),
            (ReservationState.RELEASED, 1_000),
            (ReservationState.RESERVED, 800),
        ]

    def test_expires_what_ended_meanwhile_and_counts_it(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        ended, late = lot(uow, zoe, 1_000, days=30), lot(uow, zoe, 1_000, days=90)
        reserve(uow, zoe, 1_500)
        uow.session.flush()
        clock.advance(timedelta(days=30))
        with begin(SYSTEM) as later:
            found = service.release(later, reference=BOOKING)

            assert found == Released(released_cents=500, expired_cents=1_000)
            assert found.given_back_cents == 1_500
            assert amounts(later, ended) == {"expired": 1_000}
            assert amounts(later, late) == {"available": 1_000}
            assert standing(later, AccountKind.BREAKAGE) == -1_000
            assert owed(later, zoe) == 1_000

    def test_of_nothing_is_nothing(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)
        reserve(uow, zoe, 600)
        service.release(uow, reference=BOOKING)

        assert service.release(uow, reference=BOOKING) == Released(0, 0)

    def test_gives_no_more_back_than_is_reserved(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)
        reserve(uow, zoe, 600)

        assert service.release(uow, reference=BOOKING, cents=900) == Released(600, 0)

    def test_leaves_frozen_credit_frozen(self, uow: Uow, zoe: str) -> None:
        one = lot(uow, zoe, 1_000, reference=OTHER)
        reserve(uow, zoe, 600)
        service.freeze(uow, OTHER)

        service.release(uow, reference=BOOKING)

        assert amounts(uow, one) == {"available": 1_000}
        assert reserve(uow, zoe, 600) == 0


class TestConsume:
    def test_puts_what_was_reserved_into_the_pot(self, uow: Uow, zoe: str) -> None:
        first, second = lot(uow, zoe, 1_000, days=30), lot(uow, zoe, 1_000, days=90)
        reserve(uow, zoe, 1_500)

        assert service.consume(uow, reference=BOOKING) == 1_500

        assert amounts(uow, first) == {"consumed": 1_000}
        assert amounts(uow, second) == {"available": 500, "consumed": 500}
        assert standing(uow, AccountKind.HELD, POT) == -1_500
        assert owed(uow, zoe) == 500

    def test_happens_once(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)
        reserve(uow, zoe, 600)
        service.consume(uow, reference=BOOKING)

        assert service.consume(uow, reference=BOOKING) == 0
        assert standing(uow, AccountKind.HELD, POT) == -600

    def test_of_a_part_uses_the_earliest_to_expire_and_keeps_the_rest(
        self, uow: Uow, zoe: str
    ) -> None:
        soon, late = lot(uow, zoe, 1_000, days=30), lot(uow, zoe, 1_000, days=90)
        reserve(uow, zoe, 2_000)

        assert service.consume(uow, reference=BOOKING, cents=1_300) == 1_300
        assert amounts(uow, soon) == {"consumed": 1_000}
        assert amounts(uow, late) == {"reserved": 700, "consumed": 300}
        assert service.consume(uow, reference=BOOKING) == 700
        assert standing(uow, AccountKind.HELD, POT) == -2_000

    def test_uses_credit_that_expired_while_it_was_reserved(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        lot(uow, zoe, 1_000, days=30)
        reserve(uow, zoe, 600)
        uow.session.flush()
        clock.advance(timedelta(days=40))
        with begin(SYSTEM) as later:
            assert service.consume(later, reference=BOOKING) == 600
            assert standing(later, AccountKind.BREAKAGE) == 0


class TestForfeit:
    def test_takes_what_a_partial_release_left(self, uow: Uow, zoe: str) -> None:
        soon, late = lot(uow, zoe, 2_000, days=30), lot(uow, zoe, 6_000, days=90)
        reserve(uow, zoe, 8_000)
        service.release(uow, reference=BOOKING, cents=6_000)

        assert service.forfeit(uow, reference=BOOKING) == 2_000

        assert amounts(uow, soon) == {"forfeited": 2_000}
        assert amounts(uow, late) == {"available": 6_000}
        assert standing(uow, AccountKind.HELD, POT) == -2_000
        assert service.forfeit(uow, reference=BOOKING) == 0

    def test_is_told_apart_in_the_books(self, uow: Uow, zoe: str) -> None:
        lot(uow, zoe, 1_000)
        reserve(uow, zoe, 600)
        service.consume(uow, reference=BOOKING, cents=200)
        service.forfeit(uow, reference=BOOKING)

        told = ledger.explain(uow, BOOKING)

        assert [(one.fact, one.pot_cents) for one in told.journals] == [
            ("credit_consumed", 200),
            ("credit_forfeited", 600),
        ]
