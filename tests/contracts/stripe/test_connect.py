"""Instructors' accounts, payouts and identity."""

from datetime import timedelta

import pytest

from instainstru_core.adapters.stripe import connect
from instainstru_core.domains.payments.errors import (
    BalanceInsufficient,
    CallRefused,
    PayeeNotReady,
)
from instainstru_core.domains.payments.types import IdentityStatus, PayoutStatus
from tests.contracts.stripe.stage import Stage


class TestAnAccount:
    def test_is_made_once_and_waits_for_onboarding(self, stage: Stage) -> None:
        account_id = stage.account()
        assert stage.account() == account_id
        account = stage.gateway.account(account_id)
        assert account.details_submitted is False
        assert account.payouts_enabled is False
        assert account.is_ready is False
        assert (account.payout_interval, account.payout_anchor) == ("weekly", "tuesday")

    def test_is_ready_when_onboarded(self, stage: Stage) -> None:
        account = stage.gateway.account(stage.payee())
        assert account.is_ready is True
        assert account.disabled_reason is None

    def test_that_stripe_stopped_says_why(self, stage: Stage) -> None:
        account_id = stage.payee()
        stage.simulated().disable_account(account_id)
        account = stage.gateway.account(account_id)
        assert account.disabled_reason == "requirements.past_due"
        assert account.is_ready is False

    def test_keeps_its_payout_day_when_it_is_set_again(self, stage: Stage) -> None:
        account = stage.gateway.set_payout_schedule(key=stage.key("s"), account_id=stage.account())
        assert (account.payout_interval, account.payout_anchor) == ("weekly", "tuesday")

    def test_that_does_not_exist_is_refused(self, stage: Stage) -> None:
        with pytest.raises(CallRefused):
            stage.gateway.account("acct_1NeverMadeNeverMad")


class TestAnOnboardingLink:
    def test_is_a_page_of_its_own_each_time(self, stage: Stage) -> None:
        account_id = stage.account()
        first, second = (
            stage.gateway.onboarding_link(
                account_id=account_id,
                refresh_url="https://teach.example/again",
                return_url="https://teach.example/back",
            )
            for _ in range(2)
        )
        assert first.url != second.url
        assert stage.now() < first.expires_at
        assert first.expires_at - stage.now() < timedelta(days=1)


class TestAPayout:
    def test_takes_what_arrived_in_the_account(self, stage: Stage) -> None:
        stage.simulated()
        account_id = stage.payee()
        assert stage.gateway.available_cents(account_id) == 0
        stage.transferred(account_id)
        assert stage.gateway.available_cents(account_id) == 4_000
        payout = stage.gateway.instant_payout(
            key=stage.key("p"), account_id=account_id, cents=4_000
        )
        assert (payout.cents, payout.is_instant) == (4_000, True)
        assert payout.status is PayoutStatus.PENDING
        assert payout.arrives_at is not None
        assert stage.gateway.available_cents(account_id) == 0
        assert stage.gateway.payout(account_id=account_id, payout_id=payout.id) == payout

    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        stage.simulated()
        account_id = stage.payee()
        stage.transferred(account_id)
        first, again = (
            stage.gateway.instant_payout(key=stage.key("p"), account_id=account_id, cents=1_000)
            for _ in range(2)
        )
        assert again == first
        assert stage.gateway.available_cents(account_id) == 3_000

    def test_is_listed_with_its_account_s_others_page_by_page(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stage.simulated()
        account_id = stage.payee()
        stage.transferred(account_id)
        made = [
            stage.gateway.instant_payout(
                key=stage.key(f"p{cents}"), account_id=account_id, cents=cents
            )
            for cents in (1_000, 900, 800)
        ]
        monkeypatch.setattr(connect, "PAGE", 2)
        since = stage.now() - timedelta(days=1)
        first = stage.gateway.payouts(account_id=account_id, since=since, cursor=None)
        second = stage.gateway.payouts(account_id=account_id, since=since, cursor=first.next_cursor)
        assert (len(first.items), second.next_cursor) == (2, None)
        assert [*first.items, *second.items] == made[::-1]
        later = stage.now() + timedelta(days=1)
        assert stage.gateway.payouts(account_id=account_id, since=later, cursor=None).items == ()

    def test_that_the_bank_sends_back_says_why(self, stage: Stage) -> None:
        simulator = stage.simulated()
        account_id = stage.payee()
        stage.transferred(account_id)
        made = stage.gateway.instant_payout(key=stage.key("p"), account_id=account_id, cents=1_000)
        simulator.settle_payout(made.id, account_id, failure_code="account_closed")
        payout = stage.gateway.payout(account_id=account_id, payout_id=made.id)
        assert (payout.status, payout.failure_code) == (PayoutStatus.FAILED, "account_closed")

    def test_of_more_than_there_is_is_refused(self, stage: Stage) -> None:
        account_id = stage.payee()
        with pytest.raises(BalanceInsufficient):
            stage.gateway.instant_payout(
                key=stage.key("p"), account_id=account_id, cents=99_999_999
            )

    def test_from_an_account_that_is_not_onboarded_is_refused(self, stage: Stage) -> None:
        account_id = stage.account()
        stage.simulated()
        with pytest.raises(PayeeNotReady):
            stage.gateway.instant_payout(key=stage.key("p"), account_id=account_id, cents=1_000)

    def test_from_an_account_of_somebody_else_is_refused(self, stage: Stage) -> None:
        with pytest.raises(PayeeNotReady):
            stage.gateway.available_cents("acct_1NeverMadeNeverMad")


class TestAnIdentityCheck:
    def test_has_a_page_for_the_person_and_waits(self, stage: Stage) -> None:
        started, again = (
            stage.gateway.start_identity(
                key=stage.key("i"), instructor_id=stage.mark, return_url="https://teach.example"
            )
            for _ in range(2)
        )
        assert again == started
        assert started.status is IdentityStatus.REQUIRES_INPUT
        assert started.url is not None
        assert started.client_secret is not None
        assert started.last_error is None
        assert stage.gateway.identity(started.id).status is IdentityStatus.REQUIRES_INPUT

    def test_asks_for_a_live_picture_and_a_selfie(self, stage: Stage) -> None:
        simulator = stage.simulated()
        started = stage.gateway.start_identity(
            key=stage.key("i"), instructor_id=stage.mark, return_url="https://teach.example"
        )
        session = simulator.find(started.id)
        assert session is not None
        assert session["type"] == "document"
        assert session["options"] == {
            "document": {"require_live_capture": True, "require_matching_selfie": True}
        }
        assert session["metadata"] == {"instructor_id": stage.mark}

    def test_ends_well_or_says_why_not(self, stage: Stage) -> None:
        simulator = stage.simulated()
        started = stage.gateway.start_identity(
            key=stage.key("i"), instructor_id=stage.mark, return_url="https://teach.example"
        )
        simulator.fail_identity(started.id, "document_expired")
        assert stage.gateway.identity(started.id).last_error == "document_expired"
        simulator.verify_identity(started.id)
        verified = stage.gateway.identity(started.id)
        assert (verified.status, verified.last_error) == (IdentityStatus.VERIFIED, None)
