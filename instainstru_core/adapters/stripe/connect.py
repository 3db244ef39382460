"""Instructors' accounts at Stripe, their payouts, and who they are."""

from datetime import datetime
from typing import TYPE_CHECKING

from instainstru_core.adapters.stripe import reading
from instainstru_core.adapters.stripe.caller import Part
from instainstru_core.domains.payments.types import (
    AccountSeen,
    IdentitySeen,
    LinkSeen,
    Payouts,
    PayoutSeen,
)

if TYPE_CHECKING:
    from stripe.params import (
        AccountCreateParamsSettings,
        AccountUpdateParamsSettings,
        PayoutListParams,
    )

COUNTRY = "US"
PAGE = 100


class StripeConnect(Part):
    """The port's ConnectGateway."""

    def create_account(self, *, key: str, instructor_id: str, email: str) -> AccountSeen:
        settings: AccountCreateParamsSettings = {
            "payouts": {"schedule": {"interval": "weekly", "weekly_anchor": "tuesday"}}
        }
        return self._caller.ask(
            "create_account",
            lambda client: client.v1.accounts.create(
                {
                    "type": "express",
                    "country": COUNTRY,
                    "business_type": "individual",
                    "email": email,
                    "capabilities": {"transfers": {"requested": True}},
                    "metadata": {"instructor_id": instructor_id},
                    "settings": settings,
                },
                {"idempotency_key": key},
            ),
            reading.account,
        )

    def account(self, account_id: str) -> AccountSeen:
        return self._caller.ask(
            "account", lambda client: client.v1.accounts.retrieve(account_id), reading.account
        )

    def onboarding_link(self, *, account_id: str, refresh_url: str, return_url: str) -> LinkSeen:
        """Each call makes a page of its own: one works once and for some minutes."""
        return self._caller.ask(
            "onboarding_link",
            lambda client: client.v1.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "refresh_url": refresh_url,
                    "return_url": return_url,
                }
            ),
            reading.link,
        )

    def set_payout_schedule(self, *, key: str, account_id: str) -> AccountSeen:
        settings: AccountUpdateParamsSettings = {
            "payouts": {"schedule": {"interval": "weekly", "weekly_anchor": "tuesday"}}
        }
        return self._caller.ask(
            "set_payout_schedule",
            lambda client: client.v1.accounts.update(
                account_id, {"settings": settings}, {"idempotency_key": key}
            ),
            reading.account,
        )

    def available_cents(self, account_id: str) -> int:
        return self._caller.ask(
            "available_cents",
            lambda client: client.v1.balance.retrieve(options={"stripe_account": account_id}),
            reading.available,
        )

    def instant_payout(self, *, key: str, account_id: str, cents: int) -> PayoutSeen:
        return self._caller.ask(
            "instant_payout",
            lambda client: client.v1.payouts.create(
                {"amount": cents, "currency": reading.CURRENCY, "method": "instant"},
                {"idempotency_key": key, "stripe_account": account_id},
            ),
            reading.payout,
        )

    def payout(self, *, account_id: str, payout_id: str) -> PayoutSeen:
        return self._caller.ask(
            "payout",
            lambda client: client.v1.payouts.retrieve(
                payout_id, options={"stripe_account": account_id}
            ),
            reading.payout,
        )

    def payouts(self, *, account_id: str, since: datetime, cursor: str | None) -> Payouts:
        wanted: PayoutListParams = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        if cursor is not None:
            wanted["starting_after"] = cursor
        return self._caller.ask(
            "payouts",
            lambda client: client.v1.payouts.list(wanted, {"stripe_account": account_id}),
            reading.payouts,
        )

    def start_identity(self, *, key: str, instructor_id: str, return_url: str) -> IdentitySeen:
        return self._caller.ask(
            "start_identity",
            lambda client: client.v1.identity.verification_sessions.create(
                {
                    "type": "document",
                    "options": {
                        "document": {"require_live_capture": True, "require_matching_selfie": True}
                    },
                    "metadata": {"instructor_id": instructor_id},
                    "return_url": return_url,
                },
                {"idempotency_key": key},
            ),
            reading.identity,
        )

    def identity(self, session_id: str) -> IdentitySeen:
        return self._caller.ask(
            "identity",
            lambda client: client.v1.identity.verification_sessions.retrieve(session_id),
            reading.identity,
        )
