"""What Stripe's errors mean, in our own words.

Decided by the SDK's classes and by Stripe's codes, never by wording. Stripe's text stays here: it
reaches neither a message nor a fact.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from instainstru_core.domains.payments.errors import (
    AlreadyCaptured,
    AlreadyRefunded,
    AlreadyReversed,
    AuthenticationRequired,
    BalanceInsufficient,
    CallRefused,
    CardDeclined,
    CardExpired,
    CardFundsInsufficient,
    HoldGone,
    NotConfigured,
    PayeeNotReady,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
)
from instainstru_core.kernel.errors import Fact, Refusal

if TYPE_CHECKING:
    import stripe

CONFLICT = 409
RETRY_AFTER_SECONDS = 2
UNREACHABLE_RETRY_AFTER_SECONDS = 10
LONGEST_RETRY_AFTER_SECONDS = 300
NAME = re.compile(r"[A-Za-z0-9_]{1,60}")

BUSY = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})

MEANINGS: Mapping[str, type[CallRefused]] = {
    "charge_already_captured": AlreadyCaptured,
    "charge_already_refunded": AlreadyRefunded,
    "charge_expired_for_capture": HoldGone,
    "capture_charge_authorization_expired": HoldGone,
    "balance_insufficient": BalanceInsufficient,
    "account_closed": PayeeNotReady,
    "account_invalid": PayeeNotReady,
    "bank_account_restricted": PayeeNotReady,
    "bank_account_unusable": PayeeNotReady,
    "capability_not_active": PayeeNotReady,
    "insufficient_capabilities_for_transfer": PayeeNotReady,
    "no_account": PayeeNotReady,
    "payouts_not_allowed": PayeeNotReady,
    "transfers_not_allowed": PayeeNotReady,
    "authentication_required": AuthenticationRequired,
    "payment_intent_action_required": AuthenticationRequired,
    "payment_intent_authentication_failure": AuthenticationRequired,
    "setup_intent_authentication_failure": AuthenticationRequired,
    "expired_card": CardExpired,
    "expired_payment_method": CardExpired,
    "insufficient_funds": CardFundsInsufficient,
}
"""What a code means, whatever the call. A decline's own code counts before the general one."""

STATES: Mapping[str, type[CallRefused]] = {"canceled": HoldGone, "succeeded": AlreadyCaptured}
"""What it means that an intent is in such a state when something else was expected."""

DECLINES: Mapping[str, str] = {
    "authentication_required": "authentication",
    "expired_card": "expired",
    "expired_payment_method": "expired",
    "insufficient_funds": "funds",
    "incorrect_cvc": "security_code",
    "invalid_cvc": "security_code",
    "incorrect_number": "number",
    "invalid_number": "number",
    "incorrect_zip": "address",
    "incorrect_address": "address",
    "card_decline_rate_limit_exceeded": "limit",
    "card_velocity_exceeded": "limit",
    "withdrawal_count_limit_exceeded": "limit",
    "card_not_supported": "unsupported",
    "currency_not_supported": "unsupported",
    "issuer_not_available": "try_again",
    "processing_error": "try_again",
    "try_again_later": "try_again",
}
"""Our word for why a card was declined. Lost, stolen and suspected cards are just `declined`."""

SAFE_CODES = frozenset(
    {
        "amount_too_large",
        "amount_too_small",
        "charge_disputed",
        "charge_exceeds_source_limit",
        "charge_exceeds_transaction_limit",
        "charge_not_refundable",
        "customer_max_payment_methods",
        "email_invalid",
        "idempotency_error",
        "instant_payouts_config_disabled",
        "instant_payouts_currency_disabled",
        "instant_payouts_limit_exceeded",
        "instant_payouts_unsupported",
        "invalid_charge_amount",
        "parameter_invalid_empty",
        "parameter_invalid_integer",
        "parameter_missing",
        "parameter_unknown",
        "payment_intent_unexpected_state",
        "payment_method_unactivated",
        "payment_method_unexpected_state",
        "payouts_limit_exceeded",
        "refund_disputed_payment",
        "resource_missing",
        "setup_intent_unexpected_state",
        "transfer_source_balance_parameters_mismatch",
        "url_invalid",
    }
)
"""The codes that may be told on, as the fact `vendor_code`."""

WORDS: Mapping[type[Refusal], str] = {
    AlreadyCaptured: "This payment was taken already. Look it up before anything else is done.",
    AlreadyRefunded: "This payment was given back already, all of it. Look it up.",
    AlreadyReversed: "This transfer was taken back already. Look it up.",
    AuthenticationRequired: "The bank wants the card's holder to confirm this payment. Ask them to"
    " come back and confirm it, or use another card.",
    BalanceInsufficient: "The balance at the payment provider does not cover this amount yet. Try"
    " again when later payments have arrived.",
    CardDeclined: "The bank declined this card. Use another card, or ask the bank.",
    CardExpired: "This card has expired. Use another card.",
    CardFundsInsufficient: "This card does not have enough money. Use another card.",
    HoldGone: "The hold on this card was let go or has expired. Authorize the card anew.",
    PayeeNotReady: "The instructor's account cannot be paid. The instructor has to finish what"
    " the payment provider asks for.",
    CallRefused: "The payment provider refuses this step. Look up the payment and check the"
    " amount before you try anything else.",
    ProviderBusy: "The payment provider is busy. Try the same again in a moment.",
    ProviderFailed: "The payment provider failed while it worked on this. Look up what happened"
    " before the same is tried again.",
    ProviderUnreachable: "The payment provider cannot be reached, or did not answer in time. Try"
    " the same again in a moment.",
    NotConfigured: "Payments are not configured: the payment provider refuses our key. Check"
    " STRIPE_SECRET_KEY and what the key may do.",
}


class IntentBrief(BaseModel):
    """The intent that an error is about."""

    id: str
    status: str = ""


class Complaint(BaseModel):
    """An error on the wire, as far as we listen."""

    type: str | None = None
    code: str | None = None
    decline_code: str | None = None
    payment_intent: IntentBrief | None = None

    @property
    def safe_code(self) -> str | None:
        code = self.code or self.type
        return code if code in SAFE_CODES else None


class Envelope(BaseModel):
    """The body of an error."""

    error: Complaint = Complaint()


def refusal(failure: "stripe.StripeError") -> Refusal:
    """What an error of the SDK means to us. What we do not know may have happened."""
    import stripe  # noqa: PLC0415 - whoever made the error has paid for it

    told = complaint(failure)
    if isinstance(failure, stripe.RateLimitError) or _is_busy(failure, told):
        return worded(ProviderBusy, retry_after=_retry_after(failure))
    match failure:
        case stripe.APIConnectionError():
            return worded(ProviderUnreachable, retry_after=UNREACHABLE_RETRY_AFTER_SECONDS)
        case stripe.AuthenticationError() | stripe.PermissionError() if _kind(told) is None:
            return worded(NotConfigured)
        case stripe.CardError():
            return _definite(told, otherwise=CardDeclined)
        case stripe.InvalidRequestError() | stripe.IdempotencyError() | stripe.PermissionError():
            return _definite(told)
        case _:
            return worded(ProviderFailed)


def card_refusal(
    code: str | None, decline_code: str | None, intent_id: str | None = None
) -> CallRefused:
    """Why a card was not charged, from the codes of an intent's last error."""
    brief = None if intent_id is None else IntentBrief(id=intent_id)
    told = Complaint(code=code, decline_code=decline_code, payment_intent=brief)
    return _definite(told, otherwise=CardDeclined)


def worded(kind: type[Refusal], **facts: Fact) -> Refusal:
    """A refusal of this kind, in our words for it."""
    return kind(WORDS[kind], **facts)


def complaint(failure: "stripe.StripeError") -> Complaint:
    """The codes of an error; none where it has no body that we can read."""
    try:
        return Envelope.model_validate(failure.json_body).error
    except ValidationError:
        return Complaint()


def loggable(name: str | None) -> str | None:
    """A code or an identifier that is really one: nobody's text gets into the log this way."""
    return name if name is not None and NAME.fullmatch(name) else None


def _definite(told: Complaint, otherwise: type[CallRefused] = CallRefused) -> CallRefused:
    kind = _kind(told) or otherwise
    facts: dict[str, Fact] = {}
    if told.payment_intent is not None:
        facts["intent_id"] = told.payment_intent.id
    if issubclass(kind, CardDeclined):
        words = (DECLINES.get(code) for code in (told.decline_code, told.code) if code)
        facts["reason"] = next(filter(None, words), "declined")
    if kind is CallRefused and told.safe_code is not None:
        facts["vendor_code"] = told.safe_code
    return kind(WORDS[kind], **facts)


def _kind(told: Complaint) -> type[CallRefused] | None:
    for code in (told.decline_code, told.code):
        if code is not None and code in MEANINGS:
            return MEANINGS[code]
    if told.code == "payment_intent_unexpected_state" and told.payment_intent is not None:
        return STATES.get(told.payment_intent.status)
    return None


def _is_busy(failure: "stripe.StripeError", told: Complaint) -> bool:
    return told.code in BUSY or failure.http_status == CONFLICT


def _retry_after(failure: "stripe.StripeError") -> int:
    told = (failure.headers or {}).get("retry-after", "")
    if not told.isdecimal():
        return RETRY_AFTER_SECONDS
    return min(max(int(told), 1), LONGEST_RETRY_AFTER_SECONDS)
