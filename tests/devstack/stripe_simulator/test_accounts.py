"""Instructors' accounts are onboarded and stopped; people prove who they are."""

import stripe

from tests.devstack.stripe_simulator.conftest import Shop, StandingClock, refused


class TestAccount:
    def test_is_onboarded_by_its_owner(self, shop: Shop, clock: StandingClock) -> None:
        account = shop.stripe.v1.accounts.create(
            {
                "type": "express",
                "email": "teacher@example.com",
                "capabilities": {"transfers": {"requested": True}},
                "settings": {
                    "payouts": {"schedule": {"interval": "weekly", "weekly_anchor": "tuesday"}}
                },
                "metadata": {"instructor": "1"},
            }
        )
        assert account.capabilities is not None
        assert (account.details_submitted, account.capabilities.transfers) == (False, "inactive")
        schedule = account.settings.payouts.schedule
        assert (schedule.interval, schedule.weekly_anchor) == ("weekly", "tuesday")
        link = shop.stripe.v1.account_links.create(
            {
                "account": account.id,
                "type": "account_onboarding",
                "refresh_url": "https://shop.test/again",
                "return_url": "https://shop.test/done",
            }
        )
        assert link.expires_at == clock.timestamp + 300
        shop.simulator.complete_onboarding(account.id)
        done = shop.stripe.v1.accounts.retrieve(account.id)
        assert done.capabilities is not None
        assert done.requirements is not None
        assert (
            done.details_submitted,
            done.payouts_enabled,
            done.capabilities.transfers,
            done.requirements.currently_due,
        ) == (True, True, "active", [])
        assert shop.events() == ["account.updated"]

    def test_may_be_stopped(self, shop: Shop) -> None:
        teacher = shop.teacher()
        shop.simulator.disable_account(teacher, "rejected.other")
        account = shop.stripe.v1.accounts.retrieve(teacher)
        assert account.requirements is not None
        assert (account.payouts_enabled, account.requirements.disabled_reason) == (
            False,
            "rejected.other",
        )

    def test_is_updated_and_listed(self, shop: Shop) -> None:
        teachers = [shop.teacher(), shop.teacher()]
        shop.stripe.v1.accounts.update(teachers[0], {"metadata": {"instructor": "7"}})
        listed = shop.stripe.v1.accounts.list()
        assert [one.id for one in listed.data] == teachers[::-1]
        assert listed.data[1].metadata["instructor"] == "7"

    def test_links_need_an_account(self, shop: Shop) -> None:
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.account_links.create(
                {
                    "account": "acct_nobody",
                    "type": "account_onboarding",
                    "refresh_url": "https://shop.test/again",
                    "return_url": "https://shop.test/done",
                }
            ),
        )
        assert error.code == "resource_missing"


class TestBalance:
    def test_is_asked_for_the_platform_and_for_an_account(self, shop: Shop) -> None:
        teacher, paid = shop.teacher(), shop.pay(10_000)
        shop.stripe.v1.transfers.create(
            {
                "amount": 8_000,
                "currency": "usd",
                "destination": teacher,
                "source_transaction": str(paid.latest_charge),
            }
        )
        mine = shop.stripe.v1.balance.retrieve()
        theirs = shop.stripe.v1.balance.retrieve({}, {"stripe_account": teacher})
        assert (mine.available[0].amount, theirs.available[0].amount) == (1_680, 8_000)

    def test_transactions_are_filtered_and_lead_to_their_source(self, shop: Shop) -> None:
        paid = shop.pay(10_000)
        shop.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 1_000})
        listed = shop.stripe.v1.balance_transactions.list(
            {"type": "refund", "expand": ["data.source.charge"]}
        )
        [transaction] = listed.data
        assert isinstance(transaction.source, stripe.Refund)
        assert isinstance(transaction.source.charge, stripe.Charge)
        assert transaction.source.charge.payment_intent == paid.id
        same = shop.stripe.v1.balance_transactions.retrieve(transaction.id)
        assert (same.amount, same.source) == (-1_000, transaction.source.id)


class TestVerificationSession:
    def test_is_passed(self, shop: Shop) -> None:
        sessions = shop.stripe.v1.identity.verification_sessions
        session = sessions.create(
            {
                "type": "document",
                "options": {"document": {"require_matching_selfie": True}},
                "metadata": {"instructor": "1"},
            }
        )
        assert (session.status, session.url is not None) == ("requires_input", True)
        shop.simulator.verify_identity(session.id)
        done = sessions.retrieve(session.id)
        assert (done.status, done.url, done.last_verification_report is not None) == (
            "verified",
            None,
            True,
        )
        assert shop.events() == [
            "identity.verification_session.created",
            "identity.verification_session.processing",
            "identity.verification_session.verified",
        ]

    def test_is_failed_and_given_up(self, shop: Shop) -> None:
        sessions = shop.stripe.v1.identity.verification_sessions
        session = sessions.create({"type": "document"})
        shop.simulator.fail_identity(session.id, "selfie_face_mismatch")
        failed = sessions.retrieve(session.id)
        assert failed.last_error is not None
        assert (failed.status, failed.last_error.code) == (
            "requires_input",
            "selfie_face_mismatch",
        )
        assert sessions.cancel(session.id).status == "canceled"
        refused(stripe.InvalidRequestError, lambda: sessions.cancel(session.id))
