"""Who may book, which card is charged, who can be paid."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.errors import (
    AccountNotReady,
    CardNotFound,
    CardNotReady,
    PayerInDebt,
    PayerLocked,
    PayerRestricted,
)
from instainstru_core.domains.payments.schemas import Payee
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import payments_people as people
from tests.factories.instructors import person, profile


def audited(uow: Uow, user_id: str) -> list[str]:
    query = select(AuditEntry.action).filter_by(subject_id=user_id).order_by(AuditEntry.id)
    return list(uow.session.scalars(query))


class TestGoodStanding:
    def test_is_everybodys_at_first(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        jonas = person(uow)
        with count_statements() as seen:
            service.require_good_standing(uow, jonas)
        assert len(seen) == 1

    def test_ends_with_a_lock_until_it_is_taken_away(self, uow: Uow) -> None:
        jonas = person(uow)
        service.lock(uow, jonas, "booking:1")
        service.lock(uow, jonas, "booking:2")
        with pytest.raises(PayerLocked):
            service.require_good_standing(uow, jonas)
        service.unlock(uow, jonas)
        service.unlock(uow, jonas)
        service.require_good_standing(uow, jonas)
        assert audited(uow, jonas) == ["payments.lock", "payments.unlock"]

    def test_ends_with_a_restriction_until_it_is_lifted(self, uow: Uow) -> None:
        jonas = person(uow)
        service.restrict(uow, jonas, "dispute:dp_1")
        service.restrict(uow, jonas, "dispute:dp_1")
        with pytest.raises(PayerRestricted):
            service.require_good_standing(uow, jonas)
        service.lift_restriction(uow, jonas)
        service.lift_restriction(uow, jonas)
        service.require_good_standing(uow, jonas)
        assert audited(uow, jonas) == ["payments.restrict", "payments.lift_restriction"]

    def test_ends_with_a_debt_until_the_last_cent_is_paid(self, uow: Uow) -> None:
        jonas, zoe = person(uow), person(uow)
        people.debt(uow, jonas, 12_000)
        people.debt(uow, jonas, -11_999)
        with pytest.raises(PayerInDebt, match=r"^\$0\.01 are open") as refused:
            service.require_good_standing(uow, jonas)
        assert refused.value.facts == {"debt_cents": 1}
        service.require_good_standing(uow, zoe)
        people.debt(uow, jonas, -1)
        service.require_good_standing(uow, jonas)

    def test_tells_the_lock_before_the_debt_behind_it(self, uow: Uow) -> None:
        jonas = person(uow)
        people.debt(uow, jonas, 13_440)
        service.lock(uow, jonas, "booking:1")
        with pytest.raises(PayerLocked) as refused:
            service.require_good_standing(uow, jonas)
        assert refused.value.facts == {"debt_cents": 13_440}


class TestTheUsableCard:
    def test_is_the_default_where_none_is_named(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        jonas = person(uow)
        default = people.card(uow, jonas)
        other = people.card(uow, jonas, is_default=False)
        with count_statements() as seen:
            found = service.usable_card(uow, jonas, None)
        assert (found.id, found.vendor_id) == (default.id, default.vendor_id)
        assert found.customer_vendor_id == people.customer(uow, jonas)
        assert len(seen) == 1
        assert service.usable_card(uow, jonas, other.id).vendor_id == other.vendor_id

    def test_is_never_somebody_elses(self, uow: Uow) -> None:
        jonas, zoe = person(uow), person(uow)
        hers = people.card(uow, zoe)
        for card_id in (hers.id, new_id(), "nonsense"):
            with pytest.raises(CardNotFound):
                service.usable_card(uow, jonas, card_id)

    def test_is_not_a_removed_one(self, uow: Uow) -> None:
        jonas = person(uow)
        gone = people.card(uow, jonas, detached_at=uow.now)
        with pytest.raises(CardNotFound):
            service.usable_card(uow, jonas, gone.id)
        with pytest.raises(CardNotReady, match="Save one first"):
            service.usable_card(uow, jonas, None)

    def test_holds_through_the_last_day_of_its_month_in_new_york(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            jonas = person(uow)
            card = people.card(uow, jonas, exp_month=6, exp_year=2026)
        clock.now = datetime(2026, 7, 1, 3, 59, tzinfo=UTC)
        with begin(SYSTEM) as uow:
            assert service.usable_card(uow, jonas, None).id == card.id
        clock.now = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
        with (
            begin(SYSTEM) as uow,
            pytest.raises(CardNotReady, match="expired in 06/2026") as refused,
        ):
            service.usable_card(uow, jonas, card.id)
        assert refused.value.facts == {"payment_method_id": card.id}


class TestThePayee:
    def test_is_nobody_without_an_account(self, uow: Uow) -> None:
        maya = profile(uow)
        assert service.payee(uow, maya) is None
        with pytest.raises(AccountNotReady):
            service.ready_payee(uow, maya)

    def test_is_ready_once_everything_is_told_and_nothing_disabled(self, uow: Uow) -> None:
        maya = profile(uow)
        row = people.account(uow, maya, charges_enabled=False)
        assert service.payee(uow, maya) == Payee(vendor_id=row.vendor_id, is_ready=True)
        assert service.ready_payee(uow, maya) == row.vendor_id

    @pytest.mark.parametrize(
        "missing",
        [
            {"details_submitted": False},
            {"payouts_enabled": False},
            {"disabled_reason": "requirements.past_due"},
        ],
    )
    def test_waits_for_what_is_missing(self, uow: Uow, missing: dict[str, object]) -> None:
        maya = profile(uow)
        row = people.account(uow, maya, **missing)
        assert service.payee(uow, maya) == Payee(vendor_id=row.vendor_id, is_ready=False)
        with pytest.raises(AccountNotReady) as refused:
            service.ready_payee(uow, maya)
        assert refused.value.facts == {"instructor_id": maya}


class TestIdentity:
    @pytest.mark.parametrize(
        ("status", "verified"), [(status, status == "verified") for status in IdentityStatus]
    )
    def test_counts_when_the_latest_check_succeeded(
        self, uow: Uow, status: IdentityStatus, verified: bool
    ) -> None:
        maya = profile(uow)
        assert service.is_identity_verified(uow, maya) is False
        people.identity(uow, maya, status)
        assert service.is_identity_verified(uow, maya) is verified
