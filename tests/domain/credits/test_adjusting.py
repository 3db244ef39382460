"""Changes of somebody's credit by staff."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.errors import (
    NotEnoughCredit,
    NothingToAdjust,
    PersonNotFound,
)
from instainstru_core.domains.credits.schemas import AdjustCredit, AdjustedLot, AdjustmentView
from instainstru_core.domains.credits.types import AdjustmentReason, CreditSource
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.kernel.authority import Actor, Permission, PermissionMissing
from instainstru_core.kernel.idempotency import KeyReused
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.domain.credits.conftest import BOOKING, OTHER
from tests.factories.credits import amounts, lot, lots_of, owed, row
from tests.factories.ledger import standing

STAFF = Actor(id="client_desk", permissions=frozenset({Permission.CREDITS_MANAGE_ANY}))
NOTE = "The video room did not open."


def change(user_id: str, cents: int) -> AdjustCredit:
    return AdjustCredit(
        user_id=user_id, cents=cents, reason_code=AdjustmentReason.GOODWILL, note=NOTE
    )


def adjust(
    begin: Begin, user_id: str, cents: int, *, key: str | None = None, preview: bool = False
) -> AdjustmentView:
    with begin(STAFF) as uow:
        return service.adjust(uow, change(user_id, cents), idempotency_key=key, preview=preview)


class TestIssuing:
    def test_gives_credit_that_lives_a_year(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        lot(uow, zoe, 300)

        done = adjust(begin, zoe, 2_000)

        made = lots_of(uow, zoe)[1]
        ends_at = clock.now + timedelta(days=365)
        assert done == AdjustmentView(
            user_id=zoe,
            cents=2_000,
            available_before_cents=300,
            available_after_cents=2_300,
            lots=[AdjustedLot(lot_id=made.id, cents=2_000, expires_at=ends_at)],
            is_preview=False,
        )
        assert (made.source, made.note, made.expires_at) == (
            CreditSource.ADJUSTMENT,
            NOTE,
            ends_at,
        )
        assert standing(uow, AccountKind.CREDIT_EXPENSE) == 2_300
        assert owed(uow, zoe) == 2_300

    def test_is_audited(self, begin: Begin, uow: Uow, zoe: str) -> None:
        adjust(begin, zoe, 2_000)

        entry = uow.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.actor_id) == ("credits.adjust", "client_desk")
        assert (entry.subject_kind, entry.subject_id) == ("user", zoe)
        assert (entry.details["cents"], entry.details["reason_code"]) == (2_000, "goodwill")

    def test_happens_once_for_each_key(self, begin: Begin, uow: Uow, zoe: str) -> None:
        done = adjust(begin, zoe, 2_000, key="k1")

        assert adjust(begin, zoe, 2_000, key="k1") == done
        assert owed(uow, zoe) == 2_000
        with pytest.raises(KeyReused):
            adjust(begin, zoe, 3_000, key="k1")


class TestTaking:
    def test_takes_the_earliest_to_expire(self, begin: Begin, uow: Uow, zoe: str) -> None:
        late, soon = lot(uow, zoe, 1_000, days=90), lot(uow, zoe, 1_000, days=30)

        done = adjust(begin, zoe, -1_300)

        assert [(one.lot_id, one.cents) for one in done.lots] == [(soon, -1_000), (late, -300)]
        assert (done.available_before_cents, done.available_after_cents) == (2_000, 700)
        assert amounts(uow, soon) == {"revoked": 1_000}
        assert amounts(uow, late) == {"available": 700, "revoked": 300}
        assert standing(uow, AccountKind.CREDIT_EXPENSE) == 700
        assert owed(uow, zoe) == 700

    @pytest.mark.parametrize("preview", [False, True])
    def test_is_refused_beyond_what_is_available(
        self, begin: Begin, uow: Uow, zoe: str, *, preview: bool
    ) -> None:
        lot(uow, zoe, 1_000)
        lot(uow, zoe, 5_000, reference=OTHER)
        service.freeze(uow, OTHER)
        service.reserve(uow, user_id=zoe, reference=BOOKING, cents=400)
        uow.session.flush()

        with pytest.raises(NotEnoughCredit) as refused:
            adjust(begin, zoe, -601, preview=preview)

        assert refused.value.facts == {"available_cents": 600, "wanted_cents": 601}
        assert owed(uow, zoe) == 6_000


class TestPreview:
    def test_tells_what_would_be_issued_and_changes_nothing(
        self, begin: Begin, uow: Uow, zoe: str, clock: SetClock
    ) -> None:
        foreseen = adjust(begin, zoe, 2_000, key="k1", preview=True)

        assert foreseen.is_preview
        assert foreseen.available_after_cents == 2_000
        assert foreseen.lots == [
            AdjustedLot(lot_id=None, cents=2_000, expires_at=clock.now + timedelta(days=365))
        ]
        assert lots_of(uow, zoe) == []
        assert uow.session.scalars(select(AuditEntry)).all() == []
        assert not adjust(begin, zoe, 2_000, key="k1").is_preview

    def test_tells_what_would_be_taken(self, begin: Begin, uow: Uow, zoe: str) -> None:
        one = lot(uow, zoe, 1_000)

        foreseen = adjust(begin, zoe, -300, preview=True)

        assert [(each.lot_id, each.cents) for each in foreseen.lots] == [(one, -300)]
        assert row(uow, one).available_cents == 1_000


class TestRefusals:
    def test_of_nothing(self, begin: Begin, zoe: str) -> None:
        with pytest.raises(NothingToAdjust):
            adjust(begin, zoe, 0)

    def test_of_nobody(self, begin: Begin) -> None:
        with pytest.raises(PersonNotFound):
            adjust(begin, "01JZ8M4T6Q3V9K2X7C5B1N0D8F", 100)

    def test_without_the_right(self, begin: Begin, zoe: str) -> None:
        reader = Actor(id="client_desk", permissions=frozenset({Permission.PAYMENTS_READ_ANY}))
        with begin(reader) as uow, pytest.raises(PermissionMissing):
            service.adjust(uow, change(zoe, 100))
