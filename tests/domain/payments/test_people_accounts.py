"""Instructors' accounts and identities, with the provider behind the real adapter."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.faults import Fault
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.domains.payments import flows, service
from instainstru_core.domains.payments.errors import AccountNotFound, ProviderUnreachable
from instainstru_core.domains.payments.flows import sync
from instainstru_core.domains.payments.models import ConnectAccount, IdentityCheck
from instainstru_core.domains.payments.schemas import AccountView, IdentityView
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import payments_people as people
from tests.factories.stripe import Outside

WEB = "https://instainstru.example"


def onboarding(begin: Begin, gateway: StripeGateway, actor: Actor) -> str:
    """Start the onboarding. Returns what the provider calls the account."""
    flows.start_onboarding(begin, gateway, actor=actor, web_url=WEB)
    with begin(SYSTEM) as uow:
        return uow.session.get_one(ConnectAccount, actor.id).vendor_id


def status(begin: Begin, actor: Actor) -> AccountView:
    with begin(actor) as uow:
        return service.account(uow)


def told(uow: Uow) -> list[tuple[str, dict[str, object]]]:
    rows = uow.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
    return [(row.name, row.payload) for row in rows]


class TestOnboarding:
    def test_opens_one_account_that_pays_out_on_tuesdays(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        links = [
            flows.start_onboarding(begin, gateway, actor=maya, web_url=f"{WEB}/") for _ in range(2)
        ]
        with begin(SYSTEM) as uow:
            row = uow.session.get_one(ConnectAccount, maya.id)
        known = outside.simulator.find(row.vendor_id)
        assert known is not None
        schedule = known["settings"]["payouts"]["schedule"]
        assert (schedule["interval"], schedule["weekly_anchor"]) == ("weekly", "tuesday")
        assert (known["type"], known["metadata"]) == ("express", {"instructor_id": maya.id})
        assert row.schedule_applied_at == clock.now
        assert outside.accounts() == 1
        assert links[0].url != links[1].url
        assert links[0].expires_at == clock.now + timedelta(minutes=5)
        token = links[0].url.rpartition("/")[2]
        assert outside.simulator.return_url(token) == f"{WEB}/instructor/payouts?onboarding=done"

    def test_finds_the_account_again_when_the_answer_was_lost(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, maya: Actor
    ) -> None:
        outside.simulator.faults.add(Fault("timeout_after", path="/v1/accounts"))
        with pytest.raises(ProviderUnreachable):
            onboarding(begin, gateway, maya)
        onboarding(begin, gateway, maya)
        assert outside.accounts() == 1

    def test_is_for_instructors(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        assert jonas.id is not None
        with pytest.raises(PermissionMissing):
            flows.start_onboarding(begin, gateway, actor=jonas, web_url=WEB)
        with pytest.raises(AccountNotFound):
            flows.start_onboarding(begin, gateway, actor=people.payee_actor(jonas.id), web_url=WEB)
        assert outside.accounts() == 0


class TestTheStatus:
    def test_is_all_false_before_there_is_an_account(self, begin: Begin, maya: Actor) -> None:
        assert status(begin, maya) == AccountView(
            exists=False,
            is_ready=False,
            details_submitted=False,
            charges_enabled=False,
            payouts_enabled=False,
            disabled_reason=None,
            onboarded_at=None,
        )

    def test_follows_the_provider_forward_and_back(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        vendor_id = onboarding(begin, gateway, maya)
        assert status(begin, maya).is_ready is False
        outside.simulator.complete_onboarding(vendor_id)
        assert status(begin, maya).is_ready is False
        clock.advance(timedelta(minutes=1))
        sync.sync_account(begin, gateway, actor=SYSTEM, vendor_id=vendor_id)
        sync.sync_account(begin, gateway, actor=SYSTEM, vendor_id=vendor_id)
        ready_at = clock.now
        found = status(begin, maya)
        assert (found.is_ready, found.details_submitted, found.payouts_enabled) == (
            True,
            True,
            True,
        )
        assert found.onboarded_at == ready_at
        clock.advance(timedelta(days=40))
        outside.simulator.disable_account(vendor_id)
        sync.sync_account(begin, gateway, actor=SYSTEM, vendor_id=vendor_id)
        found = status(begin, maya)
        assert (found.is_ready, found.disabled_reason) == (False, "requirements.past_due")
        assert found.onboarded_at == ready_at
        outside.simulator.complete_onboarding(vendor_id)
        sync.sync_account(begin, gateway, actor=SYSTEM, vendor_id=vendor_id)
        assert status(begin, maya).onboarded_at == ready_at
        with begin(SYSTEM) as uow:
            assert told(uow) == [
                ("PayeeReady", {"instructor_id": maya.id}),
                ("PayeeBlocked", {"instructor_id": maya.id, "reason": "requirements.past_due"}),
                ("PayeeReady", {"instructor_id": maya.id}),
            ]

    def test_keeps_what_was_asked_for_later_whichever_answer_comes_last(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        vendor_id = onboarding(begin, gateway, maya)
        clock.advance(timedelta(seconds=1))
        old, asked_first = gateway.account(vendor_id), clock.now
        outside.simulator.complete_onboarding(vendor_id)
        clock.advance(timedelta(seconds=1))
        with begin(SYSTEM) as uow:
            service.note_account(uow, gateway.account(vendor_id), asked_at=clock.now)
            service.note_account(uow, old, asked_at=asked_first)
        assert status(begin, maya).is_ready is True

    def test_of_nobodys_account_changes_nothing(
        self, begin: Begin, gateway: StripeGateway, maya: Actor
    ) -> None:
        stranger = gateway.create_account(key="k", instructor_id="x", email="x@example.org").id
        sync.sync_account(begin, gateway, actor=SYSTEM, vendor_id=stranger)
        with begin(SYSTEM) as uow:
            assert uow.session.scalars(select(ConnectAccount)).all() == []
        with pytest.raises(PermissionMissing):
            sync.sync_account(begin, gateway, actor=maya, vendor_id=stranger)


class TestTheNightlyAudit:
    def test_puts_a_drifted_schedule_right_and_leaves_the_others(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        with begin(SYSTEM) as uow:
            other = people.payee(uow)
        drifted, fine = onboarding(begin, gateway, maya), onboarding(begin, gateway, other)
        outside.pay_daily(drifted)
        outside.simulator.complete_onboarding(fine)
        clock.advance(timedelta(hours=13))
        found = flows.audit_schedules(begin, gateway, actor=SYSTEM, after="", limit=10)
        assert found == (None, 2, 1, 0)
        schedule = (outside.simulator.find(drifted) or {})["settings"]["payouts"]["schedule"]
        assert (schedule["interval"], schedule["weekly_anchor"]) == ("weekly", "tuesday")
        with begin(SYSTEM) as uow:
            applied = {
                row.vendor_id: row.schedule_applied_at
                for row in uow.session.scalars(select(ConnectAccount))
            }
        assert applied == {drifted: clock.now, fine: clock.now - timedelta(hours=13)}
        assert status(begin, other).is_ready is True
        again = flows.audit_schedules(begin, gateway, actor=SYSTEM, after="", limit=10)
        assert again == (None, 2, 0, 0)

    def test_goes_on_past_an_account_that_fails_page_by_page(
        self, begin: Begin, gateway: StripeGateway, outside: Outside
    ) -> None:
        with begin(SYSTEM) as uow:
            first, second = people.payee(uow), people.payee(uow)
            assert first.id is not None
            people.account(uow, first.id, vendor_id="acct_unknown")
        outside.pay_daily(onboarding(begin, gateway, second))
        page = flows.audit_schedules(begin, gateway, actor=SYSTEM, after="", limit=1)
        assert page == (first.id, 1, 0, 1)
        rest = flows.audit_schedules(begin, gateway, actor=SYSTEM, after=first.id, limit=1)
        assert rest == (second.id, 1, 1, 0)
        assert second.id is not None
        end = flows.audit_schedules(begin, gateway, actor=SYSTEM, after=second.id, limit=1)
        assert end == (None, 0, 0, 0)

    def test_is_for_the_system(self, begin: Begin, gateway: StripeGateway, maya: Actor) -> None:
        with pytest.raises(PermissionMissing):
            flows.audit_schedules(begin, gateway, actor=maya, after="", limit=1)


def start(begin: Begin, gateway: StripeGateway, actor: Actor) -> IdentityView:
    return flows.start_identity(begin, gateway, actor=actor, web_url=WEB)


def session_of(begin: Begin, actor: Actor) -> str:
    with begin(SYSTEM) as uow:
        return uow.session.get_one(IdentityCheck, actor.id).vendor_id


class TestIdentity:
    def test_starts_with_a_page_of_the_provider(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, maya: Actor
    ) -> None:
        with begin(maya) as uow:
            assert service.identity(uow) == IdentityView(status=None, verified_at=None)
        view = start(begin, gateway, maya)
        known = outside.simulator.find(session_of(begin, maya))
        assert known is not None
        assert view == IdentityView(
            status=IdentityStatus.REQUIRES_INPUT, verified_at=None, url=known["url"]
        )
        assert known["metadata"] == {"instructor_id": maya.id}

    def test_goes_on_with_the_session_there_is_and_says_why_it_was_not_enough(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, maya: Actor
    ) -> None:
        first = start(begin, gateway, maya)
        outside.simulator.fail_identity(session_of(begin, maya), "document_expired")
        again = start(begin, gateway, maya)
        assert (again.url, again.last_error) == (first.url, "document_expired")
        assert outside.sessions() == 1

    def test_is_done_once_the_provider_is_sure(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        start(begin, gateway, maya)
        outside.simulator.verify_identity(session_of(begin, maya))
        for _ in range(2):
            sync.sync_identity(begin, gateway, actor=SYSTEM, vendor_id=session_of(begin, maya))
        done = IdentityView(status=IdentityStatus.VERIFIED, verified_at=clock.now)
        assert start(begin, gateway, maya) == done
        with begin(maya) as uow:
            assert service.identity(uow) == done
        with begin(SYSTEM) as uow:
            assert service.is_identity_verified(uow, maya.id or "") is True
            assert told(uow) == [("IdentityVerified", {"instructor_id": maya.id})]

    def test_begins_anew_after_a_session_that_was_canceled(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, maya: Actor
    ) -> None:
        start(begin, gateway, maya)
        first = session_of(begin, maya)
        outside.client.v1.identity.verification_sessions.cancel(first)
        view = start(begin, gateway, maya)
        assert (view.status, outside.sessions()) == (IdentityStatus.REQUIRES_INPUT, 2)
        assert session_of(begin, maya) != first
        sync.sync_identity(begin, gateway, actor=SYSTEM, vendor_id=first)
        with begin(maya) as uow:
            assert service.identity(uow).status is IdentityStatus.REQUIRES_INPUT

    def test_keeps_the_first_of_two_sessions(
        self, begin: Begin, gateway: StripeGateway, clock: SetClock, maya: Actor
    ) -> None:
        assert maya.id is not None
        first, second = (
            gateway.start_identity(key=key, instructor_id=maya.id, return_url=WEB)
            for key in ("1", "2")
        )
        with begin(SYSTEM) as uow:
            for seen in (first, second):
                service.keep_identity(uow, maya.id, seen, replacing=None, asked_at=clock.now)
        assert session_of(begin, maya) == first.id
