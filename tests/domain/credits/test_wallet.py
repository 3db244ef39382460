"""What is in a wallet, for its owner and for staff."""

from datetime import timedelta

import pytest

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.errors import PersonNotFound
from instainstru_core.domains.credits.types import CreditSource, Expiry
from instainstru_core.kernel.authority import Actor, Permission, PermissionMissing
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.domain.credits.conftest import BOOKING, OTHER
from tests.factories.credits import lot, row
from tests.factories.instructors import person

STAFF = Actor(id="client_desk", permissions=frozenset({Permission.PAYMENTS_READ_ANY}))


def owner(user_id: str) -> Actor:
    return Actor(id=user_id, permissions=frozenset({Permission.PAYMENTS_MANAGE_OWN}))


class TestWallet:
    def test_tells_what_may_be_spent_what_is_set_aside_and_what_ends_soon(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        lot(uow, zoe, 1_000, days=30)
        lot(uow, zoe, 2_000, days=90)
        lot(uow, zoe, 300, expires_at=Expiry.NEVER)
        lot(uow, zoe, 5_000, source=CreditSource.CANCELLATION, reference=OTHER)
        lot(uow, person(uow, first_name="Jonas", last_name="Lind"), 9_000)
        service.freeze(uow, OTHER)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=400)
        uow.session.flush()
        with begin(owner(zoe)) as hers:
            found = service.wallet(hers)

        assert (found.user_id, found.currency) == (zoe, "USD")
        assert (found.available_cents, found.reserved_cents, found.frozen_cents) == (
            2_900,
            400,
            5_000,
        )
        assert found.expiring_soon_cents == 600
        assert found.next_expires_at == clock.now + timedelta(days=30)
        assert [(one.available_cents, one.reserved_cents, one.is_frozen) for one in found.lots] == [
            (600, 400, False),
            (2_000, 0, False),
            (5_000, 0, True),
            (300, 0, False),
        ]

    def test_leaves_out_what_has_ended_before_the_sweep_comes(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        lot(uow, zoe, 1_000, days=30)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=400)
        lot(uow, zoe, 500, days=30)
        uow.session.flush()
        clock.advance(timedelta(days=30))
        with begin(owner(zoe)) as hers:
            found = service.wallet(hers)

        assert (found.available_cents, found.reserved_cents) == (0, 400)
        assert (found.expiring_soon_cents, found.next_expires_at) == (0, None)
        (left,) = found.lots
        assert (left.available_cents, left.reserved_cents, left.expired_cents) == (0, 400, 600)

    def test_of_somebody_without_credit_is_empty(self, begin: Begin, zoe: str) -> None:
        with begin(owner(zoe)) as hers:
            found = service.wallet(hers)
        assert (found.available_cents, found.lots) == (0, [])

    def test_needs_the_right_to_pay(self, begin: Begin, zoe: str) -> None:
        with begin(Actor(id=zoe)) as hers, pytest.raises(PermissionMissing):
            service.wallet(hers)


class TestHistory:
    def test_tells_all_that_was_issued_the_newest_first_page_by_page(
        self, begin: Begin, uow: Uow, zoe: str
    ) -> None:
        ids = [lot(uow, zoe, cents) for cents in (100, 200, 300)]
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=100)
        service.consume(uow, reference=BOOKING)
        uow.session.flush()
        with begin(owner(zoe)) as hers:
            first = service.history(hers, limit=2)
            rest = service.history(hers, cursor=first.next_cursor, limit=2)

        assert [one.id for one in [*first.items, *rest.items]] == ids[::-1]
        assert rest.next_cursor is None
        assert (rest.items[0].available_cents, rest.items[0].consumed_cents) == (0, 100)

    def test_is_everybodys_own(self, begin: Begin, uow: Uow, zoe: str) -> None:
        for cents in (100, 200):
            lot(uow, zoe, cents)
        jonas = person(uow, first_name="Jonas", last_name="Lind")
        with begin(owner(zoe)) as hers:
            cursor = service.history(hers, limit=1).next_cursor
        with begin(owner(jonas)) as his:
            assert service.history(his).items == []
            with pytest.raises(BadCursor):
                service.history(his, cursor=cursor)
        with begin(Actor(id=zoe)) as hers, pytest.raises(PermissionMissing):
            service.history(hers)


class TestWalletOf:
    def test_tells_staff_and_shows_them_the_notes(self, begin: Begin, uow: Uow, zoe: str) -> None:
        lot_id = lot(uow, zoe, 700)
        row(uow, lot_id).note = "The video room did not open."
        uow.session.flush()
        with begin(STAFF) as theirs:
            found = service.wallet_of(theirs, zoe)
        with begin(owner(zoe)) as hers:
            own = service.wallet(hers)

        assert found.available_cents == 700
        assert found.lots[0].note == "The video room did not open."
        assert own.lots[0].note is None

    @pytest.mark.parametrize("unknown", ["01JZ8M4T6Q3V9K2X7C5B1N0D8F", "zoe", ""])
    def test_of_nobody_is_not_found(self, begin: Begin, unknown: str) -> None:
        with begin(STAFF) as theirs, pytest.raises(PersonNotFound):
            service.wallet_of(theirs, unknown)

    def test_is_for_staff(self, begin: Begin, zoe: str) -> None:
        with begin(owner(zoe)) as hers, pytest.raises(PermissionMissing):
            service.wallet_of(hers, zoe)
