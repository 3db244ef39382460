"""The payment provider as payments needs it: one method a call, `key` makes it happen once.

Every method may raise the refusals of `errors`: those of kind CallRefused are definite, those of
kind CallUncertain are not. Amounts are cents in US dollars.
"""

from datetime import datetime
from typing import Protocol

from instainstru_core.domains.payments.types import (
    AccountSeen,
    BalanceChanges,
    CardSeen,
    Disputes,
    DisputeSeen,
    IdentitySeen,
    Intent,
    LinkSeen,
    Payouts,
    PayoutSeen,
    RefundSeen,
    SetupSeen,
    TransferSeen,
)


class CardGateway(Protocol):
    """Customers and their saved cards."""

    def create_customer(self, *, key: str, user_id: str, email: str, name: str) -> str: ...

    def start_setup(self, *, key: str, customer_id: str) -> SetupSeen: ...

    def setup(self, setup_id: str) -> SetupSeen: ...

    def card(self, payment_method_id: str) -> CardSeen: ...

    def attach_card(self, *, key: str, customer_id: str, payment_method_id: str) -> CardSeen: ...

    def detach_card(self, *, key: str, payment_method_id: str) -> None: ...


class MoneyGateway(Protocol):
    """Holds, captures, refunds, transfers. `command_id` travels as metadata, to find it again."""

    def authorize(
        self,
        *,
        key: str,
        command_id: str,
        reference: str,
        cents: int,
        customer_id: str,
        payment_method_id: str,
        off_session: bool,
        capture: bool,
    ) -> Intent:
        """Hold an amount on a card, or with `capture` take it at once."""
        ...

    def intent(self, intent_id: str) -> Intent: ...

    def find_intent(self, *, customer_id: str, command_id: str, since: datetime) -> Intent | None:
        """The intent that this command created, if it did."""
        ...

    def capture(self, *, key: str, intent_id: str, cents: int) -> Intent: ...

    def void(self, *, key: str, intent_id: str) -> Intent: ...

    def refund(
        self, *, key: str, command_id: str, intent_id: str, cents: int, reason: str
    ) -> RefundSeen: ...

    def find_refund(self, *, intent_id: str, command_id: str) -> RefundSeen | None: ...

    def refunds(self, intent_id: str) -> list[RefundSeen]:
        """All refunds of an intent, whoever made them, the newest first."""
        ...

    def refund_made(self, refund_id: str) -> RefundSeen: ...

    def transfer(
        self,
        *,
        key: str,
        command_id: str,
        reference: str,
        account_id: str,
        cents: int,
        source_charge_id: str | None,
    ) -> TransferSeen: ...

    def find_transfer(self, *, reference: str, command_id: str) -> TransferSeen | None: ...

    def reverse(
        self, *, key: str, command_id: str, transfer_id: str, cents: int
    ) -> TransferSeen: ...

    def find_reversal(self, *, transfer_id: str, command_id: str) -> TransferSeen | None: ...

    def reversals(self, transfer_id: str) -> list[TransferSeen]:
        """All reversals of a transfer, whoever made them, the newest first."""
        ...

    def reversed_transfer(self, line_id: str) -> str | None:
        """The transfer that a line of the provider's books takes back; None for another line."""
        ...

    def dispute(self, dispute_id: str) -> DisputeSeen: ...

    def disputes(self, *, since: datetime, until: datetime, cursor: str | None) -> Disputes:
        """A page of the disputes opened from `since` to before `until`, the newest first."""
        ...

    def balance_changes(
        self, *, since: datetime, until: datetime, cursor: str | None
    ) -> BalanceChanges: ...


class ConnectGateway(Protocol):
    """Instructors' accounts, payouts and identity."""

    def create_account(self, *, key: str, instructor_id: str, email: str) -> AccountSeen: ...

    def account(self, account_id: str) -> AccountSeen: ...

    def onboarding_link(
        self, *, account_id: str, refresh_url: str, return_url: str
    ) -> LinkSeen: ...

    def set_payout_schedule(self, *, key: str, account_id: str) -> AccountSeen:
        """Weekly, on Tuesday."""
        ...

    def available_cents(self, account_id: str) -> int: ...

    def instant_payout(self, *, key: str, account_id: str, cents: int) -> PayoutSeen: ...

    def payout(self, *, account_id: str, payout_id: str) -> PayoutSeen: ...

    def payouts(self, *, account_id: str, since: datetime, cursor: str | None) -> Payouts:
        """A page of an account's payouts made from `since` on, the newest first."""
        ...

    def start_identity(self, *, key: str, instructor_id: str, return_url: str) -> IdentitySeen: ...

    def identity(self, session_id: str) -> IdentitySeen: ...


class PaymentGateway(CardGateway, MoneyGateway, ConnectGateway, Protocol):
    """The whole provider."""
