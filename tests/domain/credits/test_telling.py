"""What a reference did with credit."""

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.types import CreditSource, Moved
from instainstru_core.domains.ledger import policy as books
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.uow import Uow
from tests.domain.credits.conftest import BOOKING, OTHER
from tests.factories.credits import lot

LOSSES = Account(AccountKind.DISPUTE_LOSSES)


def test_used_tells_what_has_not_come_back(uow: Uow, zoe: str) -> None:
    lot(uow, zoe, 1_000)
    service.reserve(uow, user_id=zoe, reference=BOOKING, cents=1_000)
    assert service.used(uow, BOOKING) == Moved(0, 0)
    service.consume(uow, reference=BOOKING, cents=700)
    service.forfeit(uow, reference=BOOKING)
    pot = books.pot(BOOKING)
    service.reinstate(uow, reference=BOOKING, cents=400, funded_by=pot, key="refund:r1")

    assert service.used(uow, BOOKING) == Moved(1_000, 600)


def test_issued_and_spent_tell_what_is_there_and_what_is_elsewhere(uow: Uow, zoe: str) -> None:
    lot(uow, zoe, 6_000, source=CreditSource.CANCELLATION, reference=OTHER)
    service.reserve(uow, user_id=zoe, reference=BOOKING, cents=1_500)

    assert service.issued(uow, OTHER) == Moved(6_000, 4_500)
    assert service.spent(uow, OTHER) == 1_500

    service.revoke(uow, reference=OTHER, into=LOSSES)
    assert service.spent(uow, OTHER) == 0
