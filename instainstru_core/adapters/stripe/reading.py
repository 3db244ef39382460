"""What Stripe's answers are to us: each function reads one into a value of payments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from instainstru_core.adapters.stripe import translation
from instainstru_core.adapters.stripe.answers import (
    AccountAnswer,
    BalanceAnswer,
    BalanceLine,
    CardAnswer,
    DisputeAnswer,
    IdentityAnswer,
    IntentAnswer,
    LastError,
    LinkAnswer,
    Object,
    PageAnswer,
    PayoutAnswer,
    RefundAnswer,
    ReversalAnswer,
    ReversalLineAnswer,
    Schedule,
    SetupAnswer,
    TransferAnswer,
    identifier,
    instant,
)
from instainstru_core.adapters.stripe.caller import Values
from instainstru_core.domains.payments.types import (
    AccountSeen,
    BalanceChange,
    BalanceChanges,
    CardSeen,
    Disputes,
    DisputeSeen,
    DisputeState,
    IdentitySeen,
    Intent,
    IntentStatus,
    LinkSeen,
    Payouts,
    PayoutSeen,
    RefundSeen,
    SetupSeen,
    TransferSeen,
)

CURRENCY = "usd"

DISPUTE_STATES: Mapping[str, DisputeState] = MappingProxyType(
    {
        "won": DisputeState.WON,
        "warning_closed": DisputeState.WON,
        "prevented": DisputeState.WON,
        "lost": DisputeState.LOST,
    }
)
"""Where a dispute is over. In every other state, known or not, it is open."""


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
        intent_id=identifier(answer.payment_intent),
        reason=translation.loggable(answer.reason),
    )


def transfer(values: Values) -> TransferSeen:
    answer = TransferAnswer.model_validate(values)
    return TransferSeen(
        id=answer.id,
        cents=answer.amount,
        reversed_cents=answer.amount_reversed,
        command_id=answer.command_id,
    )


def reversed_transfer(values: Values) -> str | None:
    """The transfer of the reversal that a line of the books is about."""
    source = ReversalLineAnswer.model_validate(values).source
    return identifier(source.transfer) if isinstance(source, ReversalAnswer) else None


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
    return _payout(PayoutAnswer.model_validate(values))


def payouts(values: Values) -> Payouts:
    page = PageAnswer[PayoutAnswer].model_validate(values)
    return Payouts(
        items=tuple(_payout(answer) for answer in page.data),
        next_cursor=page.next_cursor,
    )


def _payout(answer: PayoutAnswer) -> PayoutSeen:
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
    return _dispute(DisputeAnswer.model_validate(values))


def disputes(values: Values) -> Disputes:
    page = PageAnswer[DisputeAnswer].model_validate(values)
    return Disputes(
        items=tuple(_dispute(answer) for answer in page.data),
        next_cursor=page.next_cursor,
    )


def _dispute(answer: DisputeAnswer) -> DisputeSeen:
    lines, evidence = answer.balance_transactions, answer.evidence_details
    return DisputeSeen(
        id=answer.id,
        charge_id=answer.charge.id if isinstance(answer.charge, Object) else answer.charge,
        intent_id=identifier(answer.payment_intent),
        cents=answer.amount,
        reason=answer.reason,
        state=DISPUTE_STATES.get(answer.status, DisputeState.OPEN),
        withdrawn_cents=-sum(line.amount for line in lines),
        fee_cents=sum(line.fee for line in lines),
        evidence_due_at=instant((evidence and evidence.due_by) or None),
    )


def balance_changes(values: Values) -> BalanceChanges:
    page = PageAnswer[BalanceLine].model_validate(values)
    return BalanceChanges(
        items=tuple(_change(line) for line in page.data),
        next_cursor=page.next_cursor,
    )


def _change(line: BalanceLine) -> BalanceChange:
    return BalanceChange(
        id=line.id,
        kind=line.type,
        cents=line.amount,
        fee_cents=line.fee,
        net_cents=line.net,
        source_id=identifier(line.source),
        at=datetime.fromtimestamp(line.created, UTC),
    )
