"""Credit that comes into being, on the tables."""

from datetime import timedelta

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.types import CreditSource, Expiry, Revoked
from instainstru_core.domains.ledger import policy as books
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.domain.credits.conftest import BOOKING, OTHER, POT
from tests.factories.credits import amounts, lot, lots_of, owed, row
from tests.factories.ledger import standing

LOSSES = Account(AccountKind.DISPUTE_LOSSES)


def issue(uow: Uow, user_id: str, cents: int, *, key: str = "cancel:c1") -> str | None:
    return service.issue(
        uow,
        user_id=user_id,
        cents=cents,
        source=CreditSource.CANCELLATION,
        key=key,
        funded_by=books.pot(BOOKING),
        reference=BOOKING,
    )


class TestIssue:
    def test_takes_the_money_out_of_the_pot(self, uow: Uow, zoe: str, clock: SetClock) -> None:
        lot_id = issue(uow, zoe, 6_000)

        assert lot_id is not None
        found = row(uow, lot_id)
        assert (found.user_id, found.source, found.reference) == (
            zoe,
            CreditSource.CANCELLATION,
            BOOKING,
        )
        assert found.issued_at == clock.now
        assert found.expires_at == clock.now + timedelta(hours=8_760)
        assert amounts(uow, lot_id) == {"available": 6_000}
        assert owed(uow, zoe) == 6_000
        assert standing(uow, AccountKind.HELD, POT) == 6_000

    def test_happens_once_for_each_key(self, uow: Uow, zoe: str) -> None:
        issue(uow, zoe, 6_000)

        assert issue(uow, zoe, 6_000) is None
        assert owed(uow, zoe) == 6_000
        assert len(lots_of(uow, zoe)) == 1

    def test_of_nothing_writes_nothing_and_keeps_the_key_free(self, uow: Uow, zoe: str) -> None:
        assert issue(uow, zoe, 0) is None
        assert lots_of(uow, zoe) == []
        assert issue(uow, zoe, 100) is not None

    def test_without_a_reference_is_found_by_its_lot(self, uow: Uow, zoe: str) -> None:
        lot_id = lot(uow, zoe, 500, expires_at=Expiry.NEVER)

        assert row(uow, lot_id).expires_at is None
        (told,) = ledger.explain(uow, f"credit:{lot_id}").journals
        assert told.fact == "credit_issued"


class TestAwardMilestone:
    def award(self, uow: Uow, zoe: str, completed: int, *, reference: str = BOOKING) -> int:
        return service.award_milestone(uow, user_id=zoe, completed=completed, reference=reference)

    def test_pays_for_the_fifth_and_the_eleventh(self, uow: Uow, zoe: str) -> None:
        assert self.award(uow, zoe, 4) == 0
        assert self.award(uow, zoe, 5) == 1_000
        assert self.award(uow, zoe, 11, reference=OTHER) == 2_000

        assert [(one.source, one.issued_cents, one.reference) for one in lots_of(uow, zoe)] == [
            (CreditSource.MILESTONE_5, 1_000, BOOKING),
            (CreditSource.MILESTONE_11, 2_000, OTHER),
        ]
        assert standing(uow, AccountKind.CREDIT_EXPENSE) == 3_000
        assert owed(uow, zoe) == 3_000

    def test_pays_once_for_each_lesson(self, uow: Uow, zoe: str) -> None:
        self.award(uow, zoe, 5)

        assert self.award(uow, zoe, 5) == 0
        assert self.award(uow, zoe, 11) == 0
        assert owed(uow, zoe) == 1_000

    def test_pays_once_for_each_number(self, uow: Uow, zoe: str) -> None:
        self.award(uow, zoe, 5)

        assert self.award(uow, zoe, 5, reference=OTHER) == 0
        assert service.revoke_milestone(uow, reference=BOOKING) == Revoked(1_000, 0)
        assert self.award(uow, zoe, 5, reference=OTHER) == 0
        assert owed(uow, zoe) == 0

    def test_pays_for_a_number_again_that_was_passed_on(self, uow: Uow, zoe: str) -> None:
        assert service.pass_on_milestone(uow, reference=BOOKING) is None
        self.award(uow, zoe, 5)

        assert service.pass_on_milestone(uow, reference=BOOKING) == 5
        assert service.pass_on_milestone(uow, reference=BOOKING) is None
        assert owed(uow, zoe) == 0
        assert self.award(uow, zoe, 5, reference=OTHER) == 1_000
        assert owed(uow, zoe) == 1_000


def used(uow: Uow, user_id: str, *lots: tuple[int, int]) -> list[str]:
    """Lots of so many cents ending in so many days, all consumed by the booking."""
    ids = [lot(uow, user_id, cents, days=days) for cents, days in lots]
    service.reserve(uow, user_id=user_id, reference=BOOKING, cents=sum(one for one, _ in lots))
    service.consume(uow, reference=BOOKING)
    return ids


def reinstate(uow: Uow, cents: int, *, key: str = "refund:r1") -> int:
    return service.reinstate(
        uow, reference=BOOKING, cents=cents, funded_by=books.pot(BOOKING), key=key
    )


class TestReinstate:
    def test_gives_back_what_was_consumed_on_its_old_expiry(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        (old,) = used(uow, zoe, (5_000, 30))
        ends_at = row(uow, old).expires_at
        clock.advance(timedelta(days=10))
        with begin(SYSTEM) as later:
            assert reinstate(later, 5_000) == 5_000

            assert amounts(later, old) == {"consumed": 5_000}
            _, back = lots_of(later, zoe)
            assert (back.source, back.reference) == (CreditSource.REINSTATEMENT, BOOKING)
            assert (back.issued_at, back.expires_at) == (clock.now, ends_at)
            assert amounts(later, back.id) == {"available": 5_000}
            assert standing(later, AccountKind.HELD, POT) == 0
            assert owed(later, zoe) == 5_000

    def test_gives_back_the_latest_to_expire_first(self, uow: Uow, zoe: str) -> None:
        soon, late = used(uow, zoe, (1_000, 30), (1_000, 90))
        ends = {row(uow, soon).expires_at: "soon", row(uow, late).expires_at: "late"}

        assert reinstate(uow, 1_400) == 1_400

        back = [one for one in lots_of(uow, zoe) if one.source is CreditSource.REINSTATEMENT]
        assert sorted((ends[one.expires_at], one.issued_cents) for one in back) == [
            ("late", 1_000),
            ("soon", 400),
        ]

    def test_gives_back_no_more_than_is_still_used_up(self, uow: Uow, zoe: str) -> None:
        used(uow, zoe, (1_000, 30))

        assert reinstate(uow, 700) == 700
        assert reinstate(uow, 700, key="refund:r2") == 300
        assert reinstate(uow, 700, key="refund:r3") == 0
        assert owed(uow, zoe) == 1_000
        assert standing(uow, AccountKind.HELD, POT) == 0

    def test_happens_once_for_each_key(self, uow: Uow, zoe: str) -> None:
        used(uow, zoe, (1_000, 30))
        reinstate(uow, 400)

        assert reinstate(uow, 400) == 400
        assert owed(uow, zoe) == 400

    def test_gives_back_what_was_forfeited_and_what_was_consumed_of_one_lot_together(
        self, uow: Uow, zoe: str
    ) -> None:
        lot(uow, zoe, 1_000)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=1_000)
        service.consume(uow, reference=BOOKING, cents=300)
        service.forfeit(uow, reference=BOOKING)

        assert reinstate(uow, 1_000) == 1_000
        _, back = lots_of(uow, zoe)
        assert back.issued_cents == 1_000

    def test_sends_what_has_expired_straight_to_breakage(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        used(uow, zoe, (1_000, 30), (500, 90))
        clock.advance(timedelta(days=30))
        with begin(SYSTEM) as later:
            assert reinstate(later, 1_500) == 1_500

            back = [one for one in lots_of(later, zoe) if one.reference == BOOKING]
            assert sorted((one.available_cents, one.expired_cents) for one in back) == [
                (0, 1_000),
                (500, 0),
            ]
            assert standing(later, AccountKind.BREAKAGE) == -1_000
            assert standing(later, AccountKind.HELD, POT) == 0
            assert owed(later, zoe) == 500

    def test_can_be_paid_by_another_account_than_the_pot(self, uow: Uow, zoe: str) -> None:
        used(uow, zoe, (1_000, 30))

        service.reinstate(uow, reference=BOOKING, cents=1_000, funded_by=LOSSES, key="lost:d1")

        assert standing(uow, AccountKind.DISPUTE_LOSSES) == 1_000
        assert standing(uow, AccountKind.HELD, POT) == -1_000

    def test_what_came_back_can_be_spent_and_come_back_again(self, uow: Uow, zoe: str) -> None:
        used(uow, zoe, (1_000, 30))
        reinstate(uow, 1_000)
        service.reserve(uow, user_id=zoe, reference=OTHER, cents=1_000)
        service.consume(uow, reference=OTHER)

        back = service.reinstate(
            uow, reference=OTHER, cents=1_000, funded_by=books.pot(OTHER), key="refund:r2"
        )

        assert back == 1_000
        assert len({one.expires_at for one in lots_of(uow, zoe)}) == 1
        assert owed(uow, zoe) == 1_000
