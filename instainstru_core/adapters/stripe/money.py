"""Holds, captures, refunds and transfers at Stripe, and looking up what a command made."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from instainstru_core.adapters.stripe import reading, translation
from instainstru_core.adapters.stripe.answers import COMMAND
from instainstru_core.adapters.stripe.caller import Part
from instainstru_core.domains.payments.errors import AlreadyReversed, CallRefused
from instainstru_core.domains.payments.types import Intent, RefundSeen, TransferSeen

if TYPE_CHECKING:
    from stripe.params import (
        PaymentIntentCaptureParams,
        PaymentIntentCreateParams,
        TransferCreateParams,
    )

INTENTS = "/v1/payment_intents"
LINES = "/v1/balance_transactions"
WITH_CHARGE = "latest_charge.balance_transaction"
PAGE = 100
CLOCK_SLACK = timedelta(minutes=5)
"""How far Stripe's clock may be behind ours when we look for what came after a moment."""


class StripeMoney(Part):
    """Most of the port's MoneyGateway. The id of the command goes along as metadata."""

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
        wanted: PaymentIntentCreateParams = {
            "amount": cents,
            "currency": reading.CURRENCY,
            "customer": customer_id,
            "payment_method": payment_method_id,
            "confirm": True,
            "off_session": off_session,
            "capture_method": "automatic" if capture else "manual",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "transfer_group": reference,
            "metadata": _marks(command_id, reference),
            "expand": [WITH_CHARGE],
        }
        return self._caller.send("authorize", INTENTS, wanted, key=key, read=reading.authorized)

    def intent(self, intent_id: str) -> Intent:
        path = f"{INTENTS}/{quote(intent_id, safe='')}"
        return self._caller.look("intent", path, {"expand": [WITH_CHARGE]}, read=reading.intent)

    def find_intent(self, *, customer_id: str, command_id: str, since: datetime) -> Intent | None:
        after = int((since - CLOCK_SLACK).timestamp())
        return self._caller.find(
            "find_intent",
            lambda client: client.v1.payment_intents.list(
                {
                    "customer": customer_id,
                    "created": {"gte": after},
                    "limit": PAGE,
                    "expand": [f"data.{WITH_CHARGE}"],
                }
            ),
            reading.intent,
            lambda intent: intent.command_id == command_id,
        )

    def capture(self, *, key: str, intent_id: str, cents: int) -> Intent:
        wanted: PaymentIntentCaptureParams = {"amount_to_capture": cents, "expand": [WITH_CHARGE]}
        path = f"{INTENTS}/{quote(intent_id, safe='')}/capture"
        return self._caller.send("capture", path, wanted, key=key, read=reading.intent)

    def void(self, *, key: str, intent_id: str) -> Intent:
        return self._caller.ask(
            "void",
            lambda client: client.v1.payment_intents.cancel(
                intent_id, {"expand": [WITH_CHARGE]}, {"idempotency_key": key}
            ),
            reading.intent,
        )

    def refund(
        self, *, key: str, command_id: str, intent_id: str, cents: int, reason: str
    ) -> RefundSeen:
        return self._caller.ask(
            "refund",
            lambda client: client.v1.refunds.create(
                {
                    "payment_intent": intent_id,
                    "amount": cents,
                    "metadata": {COMMAND: command_id, "reason": reason},
                },
                {"idempotency_key": key},
            ),
            reading.refund,
        )

    def find_refund(self, *, intent_id: str, command_id: str) -> RefundSeen | None:
        return self._caller.find(
            "find_refund",
            lambda client: client.v1.refunds.list({"payment_intent": intent_id, "limit": PAGE}),
            reading.refund,
            lambda refund: refund.command_id == command_id,
        )

    def refunds(self, intent_id: str) -> list[RefundSeen]:
        return self._caller.collect(
            "refunds",
            lambda client: client.v1.refunds.list({"payment_intent": intent_id, "limit": PAGE}),
            reading.refund,
        )

    def refund_made(self, refund_id: str) -> RefundSeen:
        return self._caller.ask(
            "refund_made", lambda client: client.v1.refunds.retrieve(refund_id), reading.refund
        )

    def transfer(
        self,
        *,
        key: str,
        command_id: str,
        reference: str,
        account_id: str,
        cents: int,
        source_charge_id: str | None,
    ) -> TransferSeen:
        wanted: TransferCreateParams = {
            "amount": cents,
            "currency": reading.CURRENCY,
            "destination": account_id,
            "transfer_group": reference,
            "metadata": _marks(command_id, reference),
        }
        if source_charge_id is not None:
            wanted["source_transaction"] = source_charge_id
        return self._caller.ask(
            "transfer",
            lambda client: client.v1.transfers.create(wanted, {"idempotency_key": key}),
            reading.transfer,
        )

    def find_transfer(self, *, reference: str, command_id: str) -> TransferSeen | None:
        return self._caller.find(
            "find_transfer",
            lambda client: client.v1.transfers.list({"transfer_group": reference, "limit": PAGE}),
            reading.transfer,
            lambda transfer: transfer.command_id == command_id,
        )

    def reverse(self, *, key: str, command_id: str, transfer_id: str, cents: int) -> TransferSeen:
        """Stripe has no code for a transfer that is taken back already: the transfer tells."""
        try:
            return self._caller.ask(
                "reverse",
                lambda client: client.v1.transfers.reversals.create(
                    transfer_id,
                    {"amount": cents, "metadata": {COMMAND: command_id}},
                    {"idempotency_key": key},
                ),
                reading.transfer,
            )
        except CallRefused as refusal:
            if type(refusal) is not CallRefused or "vendor_code" in refusal.facts:
                raise
            transfer = self._transfer(transfer_id)
            if transfer.reversed_cents + cents <= transfer.cents:
                raise
            raise translation.worded(AlreadyReversed) from refusal

    def find_reversal(self, *, transfer_id: str, command_id: str) -> TransferSeen | None:
        return self._caller.find(
            "find_reversal",
            lambda client: client.v1.transfers.reversals.list(transfer_id, {"limit": PAGE}),
            reading.transfer,
            lambda reversal: reversal.command_id == command_id,
        )

    def reversals(self, transfer_id: str) -> list[TransferSeen]:
        return self._caller.collect(
            "reversals",
            lambda client: client.v1.transfers.reversals.list(transfer_id, {"limit": PAGE}),
            reading.transfer,
        )

    def reversed_transfer(self, line_id: str) -> str | None:
        """Stripe's lines name the reversal, and only whole does that name its transfer."""
        path = f"{LINES}/{quote(line_id, safe='')}"
        return self._caller.look(
            "reversed_transfer", path, {"expand": ["source"]}, read=reading.reversed_transfer
        )

    def _transfer(self, transfer_id: str) -> TransferSeen:
        return self._caller.ask(
            "transfer_seen",
            lambda client: client.v1.transfers.retrieve(transfer_id),
            reading.transfer,
        )


def _marks(command_id: str, reference: str) -> dict[str, str]:
    return {COMMAND: command_id, "reference": reference}
