"""What Stripe answers, as far as we read it, and what that is to us.

An answer that lacks what we need is no answer: the validation error becomes ProviderFailed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from pydantic import BaseModel, Field

from instainstru_core.adapters.stripe import translation
from instainstru_core.adapters.stripe.caller import Values
from instainstru_core.domains.payments.types import (
    AccountSeen,
    BalanceChange,
    CardSeen,
    DisputeSeen,
    DisputeState,
    IdentitySeen,
    IdentityStatus,
    Intent,
    IntentStatus,
    LinkSeen,
    PayoutSeen,
    PayoutStatus,
    RefundSeen,
    SetupSeen,
    TransferSeen,
)

CURRENCY = "usd"
COMMAND = "command_id"


class Object(BaseModel):
    """Anything that has an identifier; an object stands where we asked for more than that."""

    id: str


Reference: TypeAlias = str | Object
"""Another object: its identifier, or the whole of it."""


class Tagged(Object):
    """Something that a command of ours made."""

    metadata: dict[str, str] | None = None

    @property
    def command_id(self) -> str | None:
        return (self.metadata or {}).get(COMMAND)


class BalanceLine(Object):
    """One movement on a balance."""

    type: str
    amount: int
    fee: int
    net: int
    created: int
    source: Reference | None = None


class CardDetails(BaseModel):
    """How a card was charged."""

    capture_before: int | None = None


class PaymentDetails(BaseModel):
    """How a charge was paid."""

    card: CardDetails | None = None


class ChargeAnswer(Object):
    """An attempt at a card. What a release of a hold frees counts as refunded at Stripe."""

    amount: int
    amount_captured: int
    amount_refunded: int
    captured: bool
    balance_transaction: BalanceLine | str | None = None
    payment_method_details: PaymentDetails | None = None

    @property
    def refunded_cents(self) -> int:
        """What was given back of what was taken."""
        if not self.captured:
            return 0
        released = self.amount - self.amount_captured
        return max(0, self.amount_refunded - released)

    @property
    def fee_cents(self) -> int | None:
        line = self.balance_transaction
        return line.fee if isinstance(line, BalanceLine) else None

    @property
    def capture_before(self) -> datetime | None:
        card = self.payment_method_details.card if self.payment_method_details else None
        return None if card is None else instant(card.capture_before)


class LastError(BaseModel):
    """Why the last attempt failed."""

    code: str | None = None
    decline_code: str | None = None


class IntentAnswer(Tagged):
    """A payment intent with its latest charge."""

    status: IntentStatus
    amount: int
    amount_received: int
    latest_charge: ChargeAnswer | None = None
    client_secret: str | None = None
    last_payment_error: LastError | None = None


class CardLook(BaseModel):
    """What a card looks like."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None = None


class CardAnswer(Object):
    """A payment method that is a card."""

    card: CardLook
    customer: Reference | None = None


class SetupAnswer(Object):
    """A session that saves a card."""

    status: str
    client_secret: str | None = None
    payment_method: Reference | None = None
    customer: Reference | None = None


class RefundAnswer(Tagged):
    amount: int
    status: str | None = None


class TransferAnswer(Tagged):
    """A transfer, or a reversal of one, which has nothing reversed of its own."""

    amount: int
    amount_reversed: int = 0


class Requirements(BaseModel):
    disabled_reason: str | None = None


class Schedule(BaseModel):
    interval: str | None = None
    weekly_anchor: str | None = None


class PayoutSettings(BaseModel):
    schedule: Schedule | None = None


class AccountSettings(BaseModel):
    payouts: PayoutSettings | None = None


class AccountAnswer(Object):
    """A connected account."""

    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    requirements: Requirements | None = None
    settings: AccountSettings | None = None


class LinkAnswer(BaseModel):
    url: str
    expires_at: int


class PayoutAnswer(Object):
    amount: int
    status: PayoutStatus
    method: str
    arrival_date: int | None = None
    failure_code: str | None = None


class IdentityError(BaseModel):
    code: str | None = None


class IdentityAnswer(Object):
    status: IdentityStatus
    url: str | None = None
    client_secret: str | None = None
    last_error: IdentityError | None = None


class Funds(BaseModel):
    amount: int
    currency: str


class BalanceAnswer(BaseModel):
    available: list[Funds]


class DisputeAnswer(Object):
    """A chargeback, with what it moved."""

    amount: int
    reason: str
    status: str
    charge: Reference
    payment_intent: Reference | None = None
    balance_transactions: list[BalanceLine] = Field(default_factory=list[BalanceLine])


class LinesAnswer(BaseModel):
    """A page of the books."""

    data: list[BalanceLine]
    has_more: bool


DISPUTE_STATES: Mapping[str, DisputeState] = MappingProxyType(
    {
        "won": DisputeState.WON,
        "warning_closed": DisputeState.WON,
        "prevented": DisputeState.WON,
        "lost": DisputeState.LOST,
    }
)
"""Where a dispute is over. In every other state, known or not, it is open."""


def instant(seconds: int | None) -> datetime | None:
    """A moment as Stripe writes it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def identifier(found: Reference | None) -> str | None:
    """The identifier of another object."""
    return found.id if isinstance(found, Object) else found


def intent(values: Values) -> Intent:
    answer = IntentAnswer.model_validate(values)
    charge, error = answer.latest_charge, answer.last_payment_error
    return Intent(
        id=answer.id,
        status=answer.status,
        amount_cents=answer.amount,
        captured_cents=answer.amount_received,
        refunded_cents=charge.refunded_cents if charge else 0,
        charge_id=charge.id if charge else None,
        capture_before=charge.capture_before if charge else None,
        fee_cents=charge.fee_cents if charge else None,
        client_secret=answer.client_secret,
        failure_code=(
            translation.card_refusal(error.code, error.decline_code).code if error else None
        ),
        command_id=answer.command_id,
    )


def authorized(values: Values) -> Intent:
    """An intent that was to be confirmed. Raises what stands in the way."""
    answer = IntentAnswer.model_validate(values)
    if answer.status is IntentStatus.REQUIRES_ACTION:
        raise translation.card_refusal("authentication_required", None, answer.id)
    if answer.status is IntentStatus.REQUIRES_PAYMENT_METHOD:
        error = answer.last_payment_error or LastError()
        raise translation.card_refusal(error.code, error.decline_code, answer.id)
    return intent(values)


def card(values: Values) -> CardSeen:
    answer = CardAnswer.model_validate(values)
    look = answer.card
    return CardSeen(
        id=answer.id,
        customer_id=identifier(answer.customer),
        brand=look.brand,
        last4=look.last4,
        exp_month=look.exp_month,
        exp_year=look.exp_year,
        fingerprint=look.fingerprint,
    )


def setup(values: Values) -> SetupSeen:
    answer = SetupAnswer.model_validate(values)
    return SetupSeen(
        id=answer.id,
        status=answer.status,
        client_secret=answer.client_secret,
        payment_method_id=identifier(answer.payment_method),
        customer_id=identifier(answer.customer),
    )


def refund(values: Values) -> RefundSeen:
    answer = RefundAnswer.model_validate(values)
    return RefundSeen(
        id=answer.id,
        cents=answer.amount,
        status=answer.status or "pending",
        command_id=answer.command_id,
    )


def transfer(values: Values) -> TransferSeen:
    answer = TransferAnswer.model_validate(values)
    return TransferSeen(
        id=answer.id,
        cents=answer.amount,
        reversed_cents=answer.amount_reversed,
        command_id=answer.command_id,
    )


def account(values: Values) -> AccountSeen:
    answer = AccountAnswer.model_validate(values)
    payouts = answer.settings.payouts if answer.settings else None
    schedule = (payouts.schedule if payouts else None) or Schedule()
    return AccountSeen(
        id=answer.id,
        charges_enabled=answer.charges_enabled,
        payouts_enabled=answer.payouts_enabled,
        details_submitted=answer.details_submitted,
        disabled_reason=answer.requirements.disabled_reason if answer.requirements else None,
        payout_interval=schedule.interval,
        payout_anchor=schedule.weekly_anchor,
    )


def link(values: Values) -> LinkSeen:
    answer = LinkAnswer.model_validate(values)
    return LinkSeen(answer.url, datetime.fromtimestamp(answer.expires_at, UTC))


def payout(values: Values) -> PayoutSeen:
    answer = PayoutAnswer.model_validate(values)
    return PayoutSeen(
        id=answer.id,
        cents=answer.amount,
        status=answer.status,
        arrives_at=instant(answer.arrival_date),
        is_instant=answer.method == "instant",
        failure_code=translation.loggable(answer.failure_code),
    )


def identity(values: Values) -> IdentitySeen:
    answer = IdentityAnswer.model_validate(values)
    return IdentitySeen(
        id=answer.id,
        status=answer.status,
        url=answer.url,
        client_secret=answer.client_secret,
        last_error=translation.loggable(answer.last_error.code) if answer.last_error else None,
    )


def available(values: Values) -> int:
    funds = BalanceAnswer.model_validate(values).available
    return sum(part.amount for part in funds if part.currency == CURRENCY)


def dispute(values: Values) -> DisputeSeen:
    answer = DisputeAnswer.model_validate(values)
    lines = answer.balance_transactions
    return DisputeSeen(
        id=answer.id,
        charge_id=answer.charge.id if isinstance(answer.charge, Object) else answer.charge,
        intent_id=identifier(answer.payment_intent),
        cents=answer.amount,
        reason=answer.reason,
        state=DISPUTE_STATES.get(answer.status, DisputeState.OPEN),
        withdrawn_cents=-sum(line.amount for line in lines),
        fee_cents=sum(line.fee for line in lines),
    )


def change(line: BalanceLine) -> BalanceChange:
    return BalanceChange(
        id=line.id,
        kind=line.type,
        cents=line.amount,
        fee_cents=line.fee,
        net_cents=line.net,
        source_id=identifier(line.source),
        at=datetime.fromtimestamp(line.created, UTC),
    )
