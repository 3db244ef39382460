"""Making a call that is written down, and telling what came of it. No transaction is open."""

from datetime import datetime, timedelta

from instainstru_core.domains.payments.errors import (
    AlreadyCaptured,
    AlreadyRefunded,
    AlreadyReversed,
    AuthenticationRequired,
    CallRefused,
    CallUncertain,
    CardDeclined,
    HoldGone,
    ProviderFailed,
    RefundFailed,
)
from instainstru_core.domains.payments.ports import MoneyGateway
from instainstru_core.domains.payments.types import (
    AuthorizeCall,
    CaptureCall,
    Command,
    Confirmed,
    Intent,
    IntentStatus,
    Outcome,
    Purpose,
    RefundCall,
    RefundSeen,
    Refused,
    ReverseCall,
    TransferCall,
    TransferSeen,
    Uncertain,
    VoidCall,
    Waiting,
)
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.log import logger

BROWSER_PATIENCE = timedelta(minutes=30)
"""How long a card's holder may take to confirm; then the hold is given up."""

KEY_LIFE = timedelta(hours=23)
"""The provider forgets a key after 24 hours: later than this, an effect is looked up first."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
LOOK_UP_SLACK = timedelta(minutes=5)

_log = logger(__name__)


def call(gateway: MoneyGateway, command: Command, *, now: datetime) -> Outcome:
    """Make the call once and say what is known of it afterwards."""
    try:
        if command.calls > 1 and _must_look_up(command, now):
            found = _found(gateway, command)
            return found or Refused(ProviderFailed.code)
        return _made(gateway, command, now)
    except CallRefused as refusal:
        return _settled(gateway, command, refusal)
    except Unavailable as failure:
        return _uncertain(command, failure)


def _made(gateway: MoneyGateway, command: Command, now: datetime) -> Outcome:
    if command.intent_id is not None and isinstance(command.call, AuthorizeCall):
        outcome = _looked_at(gateway.intent(command.intent_id))
        if isinstance(outcome, Waiting) and now - command.requested_at >= BROWSER_PATIENCE:
            return _given_up(gateway, command, command.intent_id)
        return outcome
    return _effect(_called(gateway, command))


def _effect(seen: Intent | RefundSeen | TransferSeen) -> Outcome:
    """What was made counts, unless it is a refund that the card's bank did not take."""
    undone = isinstance(seen, RefundSeen) and seen.is_undone
    return Refused(RefundFailed.code) if undone else Confirmed(seen)


def _given_up(gateway: MoneyGateway, command: Command, intent_id: str) -> Outcome:
    """Nobody confirmed in time. Who does so at this very moment has paid: then that counts."""
    try:
        gateway.void(key=f"{command.id}:void", intent_id=intent_id)
    except CallRefused:
        return _looked_at(gateway.intent(intent_id))
    return Refused(AuthenticationRequired.code)


def _called(gateway: MoneyGateway, command: Command) -> Intent | RefundSeen | TransferSeen:
    key = command.id
    match command.call:
        case AuthorizeCall() as wanted:
            return gateway.authorize(
                key=key,
                command_id=command.id,
                reference=command.reference,
                cents=wanted.cents,
                customer_id=wanted.customer_id,
                payment_method_id=wanted.payment_method_id,
                off_session=wanted.off_session,
                capture=wanted.purpose is not Purpose.LESSON,
            )
        case CaptureCall(intent_id=intent_id, cents=cents):
            return gateway.capture(key=key, intent_id=intent_id, cents=cents)
        case VoidCall(intent_id=intent_id):
            return gateway.void(key=key, intent_id=intent_id)
        case RefundCall(intent_id=intent_id, cents=cents, reason=reason):
            return gateway.refund(
                key=key, command_id=command.id, intent_id=intent_id, cents=cents, reason=reason
            )
        case TransferCall() as wanted:
            return gateway.transfer(
                key=key,
                command_id=command.id,
                reference=command.reference,
                account_id=wanted.account_id,
                cents=wanted.cents,
                source_charge_id=wanted.source_charge_id,
            )
        case ReverseCall(vendor_id=vendor_id, cents=cents):
            return gateway.reverse(
                key=key, command_id=command.id, transfer_id=vendor_id, cents=cents
            )


def _found(gateway: MoneyGateway, command: Command) -> Outcome | None:
    """The effect of an earlier call, if there was one."""
    match command.call:
        case AuthorizeCall(customer_id=customer_id):
            since = command.requested_at - LOOK_UP_SLACK
            intent = gateway.find_intent(
                customer_id=customer_id, command_id=command.id, since=since
            )
            return None if intent is None else _looked_at(intent)
        case CaptureCall(intent_id=intent_id):
            intent = gateway.intent(intent_id)
            return Confirmed(intent) if intent.status is IntentStatus.SUCCEEDED else None
        case VoidCall(intent_id=intent_id):
            intent = gateway.intent(intent_id)
            return Confirmed(intent) if intent.status is IntentStatus.CANCELED else None
        case RefundCall(intent_id=intent_id):
            refund = gateway.find_refund(intent_id=intent_id, command_id=command.id)
            return None if refund is None else _effect(refund)
        case TransferCall():
            transfer = gateway.find_transfer(reference=command.reference, command_id=command.id)
            return None if transfer is None else Confirmed(transfer)
        case ReverseCall(vendor_id=vendor_id):
            reversal = gateway.find_reversal(transfer_id=vendor_id, command_id=command.id)
            return None if reversal is None else Confirmed(reversal)


def _settled(gateway: MoneyGateway, command: Command, refusal: CallRefused) -> Outcome:
    """What a refusal means: some say that the wanted state is there already."""
    match refusal, command.call:
        case AlreadyCaptured(), CaptureCall():
            return _found_or_refused(gateway, command, refusal)
        case HoldGone(), VoidCall(intent_id=intent_id):
            return Confirmed(Intent(intent_id, IntentStatus.CANCELED, 0))
        case (AlreadyRefunded(), RefundCall()) | (AlreadyReversed(), ReverseCall()):
            return _found_or_refused(gateway, command, refusal)
        case AuthenticationRequired(), AuthorizeCall(off_session=False):
            return _waiting(gateway, command, refusal)
        case _:
            return Refused(refusal.code)


def _found_or_refused(gateway: MoneyGateway, command: Command, refusal: CallRefused) -> Outcome:
    try:
        return _found(gateway, command) or Refused(refusal.code)
    except CallUncertain as failure:
        return _uncertain(command, failure)


def _waiting(gateway: MoneyGateway, command: Command, refusal: CallRefused) -> Outcome:
    intent_id = refusal.facts.get("intent_id")
    if not isinstance(intent_id, str):
        return Refused(refusal.code)
    try:
        return Waiting(gateway.intent(intent_id))
    except CallUncertain as failure:
        return _uncertain(command, failure)


def _looked_at(intent: Intent) -> Outcome:
    """What an intent's state says about the wish to hold or to take an amount."""
    match intent.status:
        case IntentStatus.REQUIRES_CAPTURE | IntentStatus.SUCCEEDED:
            return Confirmed(intent)
        case IntentStatus.REQUIRES_ACTION | IntentStatus.PROCESSING:
            return Waiting(intent)
        case IntentStatus.CANCELED:
            return Refused(HoldGone.code)
        case IntentStatus.REQUIRES_PAYMENT_METHOD | IntentStatus.REQUIRES_CONFIRMATION:
            return Refused(intent.failure_code or CardDeclined.code)


def _must_look_up(command: Command, now: datetime) -> bool:
    """A key is no help where the provider answers it with a stored failure, or has forgotten it."""
    failed = command.last_failure == ProviderFailed.code
    return failed or now - command.requested_at > KEY_LIFE


def _uncertain(command: Command, failure: Unavailable) -> Outcome:
    _log.warning(
        "command_uncertain", command_id=command.id, action=command.action, code=failure.code
    )
    told = failure.facts.get("retry_after")
    asked = timedelta(seconds=told) if isinstance(told, int) else timedelta(0)
    wait = min(FIRST_WAIT * 2 ** min(command.calls - 1, 10), LONGEST_WAIT)
    return Uncertain(failure.code, max(wait, asked))
