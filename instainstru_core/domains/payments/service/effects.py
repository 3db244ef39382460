"""What a confirmed call changes: charges, refunds, transfers, and the ledger with them."""

from typing import assert_never

from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.domains.payments.errors import HoldGone
from instainstru_core.domains.payments.models import Charge, Refund, Transfer
from instainstru_core.domains.payments.repository import commands as repository
from instainstru_core.domains.payments.types import (
    AuthorizeCall,
    CaptureCall,
    ChargeFacts,
    ChargeState,
    Command,
    CommandState,
    Intent,
    Purpose,
    Recorded,
    RefundCall,
    RefundSeen,
    ReverseCall,
    TransferCall,
    TransferFacts,
    TransferSeen,
    VoidCall,
)
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

CLEARING = Account(AccountKind.STRIPE_CLEARING)
FEES = Account(AccountKind.STRIPE_FEES)


def apply(uow: Uow, command: Command, seen: Intent | RefundSeen | TransferSeen) -> Recorded:
    """Write down the effect of a confirmed call."""
    match command.call, seen:
        case AuthorizeCall() as call, Intent() as intent:
            charge = _authorized(uow, command, call, intent)
        case CaptureCall() as call, Intent() as intent:
            charge = _charge(uow, call.charge_id)
            _captured(uow, command, charge, intent)
        case VoidCall() as call, Intent() as intent:
            charge = _charge(uow, call.charge_id)
            _voided(uow, charge)
        case RefundCall() as call, RefundSeen() as refund:
            charge = _refunded(uow, command, call, refund)
        case TransferCall() as call, TransferSeen() as transfer:
            _transferred(uow, command, call, transfer)
            return _recorded(command, transfer.cents)
        case ReverseCall() as call, TransferSeen() as reversal:
            _reversed(uow, command, call, reversal)
            return _recorded(command, reversal.cents)
        case _:
            msg = f"{command.action} was answered with {type(seen).__name__}"
            raise TypeError(msg)
    return _recorded(command, _amount(command), charge)


def note_refusal(uow: Uow, command: Command, code: str) -> None:
    """A hold that is gone at the provider is gone here too."""
    if isinstance(command.call, CaptureCall) and code == HoldGone.code:
        charge = _charge(uow, command.call.charge_id)
        charge.state = ChargeState.EXPIRED
        charge.ended_at = uow.now


def facts(charge: Charge) -> ChargeFacts:
    """A charge as the domains above know it."""
    return ChargeFacts(
        id=charge.id,
        intent_id=charge.intent_id,
        vendor_charge_id=charge.vendor_charge_id,
        state=charge.state,
        amount_cents=charge.amount_cents,
        captured_cents=charge.captured_cents,
        refunded_cents=charge.refunded_cents,
        authorized_at=charge.authorized_at,
        capture_before=charge.capture_before,
        captured_at=charge.captured_at,
    )


def transfer_facts(row: Transfer) -> TransferFacts:
    """A transfer as the domains above know it."""
    return TransferFacts(
        id=row.id,
        vendor_id=row.vendor_id,
        charge_id=row.charge_id,
        cents=row.cents,
        reversed_cents=row.reversed_cents,
    )


def pot(reference: str) -> Account:
    """Where the money of a reference is held until it is shared out."""
    return Account(AccountKind.HELD, reference.partition(":")[2])


def _authorized(uow: Uow, command: Command, call: AuthorizeCall, intent: Intent) -> Charge:
    charge = Charge(
        id=new_id(),
        reference=command.reference,
        purpose=call.purpose,
        student_id=call.student_id,
        intent_id=intent.id,
        vendor_charge_id=intent.charge_id,
        state=ChargeState.HELD,
        amount_cents=call.cents,
        captured_cents=0,
        refunded_cents=0,
        fee_cents=0,
        authorized_at=uow.now,
        capture_before=intent.capture_before,
    )
    if call.purpose is Purpose.LESSON:
        repository.begin_charge(uow.session, charge)
        return charge
    uow.session.add(charge)
    uow.session.flush()
    _captured(uow, command, charge, intent)
    return charge


def note_captured(uow: Uow, charge: Charge, intent: Intent) -> None:
    """A held amount was taken without a command of ours."""
    _take(uow, charge, intent, key=f"capture:outside:{charge.id}")


def _captured(uow: Uow, command: Command, charge: Charge, intent: Intent) -> None:
    _take(uow, charge, intent, key=f"capture:{command.id}")


def _take(uow: Uow, charge: Charge, intent: Intent, *, key: str) -> None:
    charge.state = ChargeState.CAPTURED
    charge.captured_cents = intent.captured_cents
    charge.captured_at = uow.now
    charge.vendor_charge_id = intent.charge_id or charge.vendor_charge_id
    charge.fee_cents = intent.fee_cents or 0
    taken, fee = Cents(charge.captured_cents), Cents(charge.fee_cents)
    ledger.post(
        uow,
        key=key,
        fact="captured",
        reference=charge.reference,
        entries=[
            Entry(CLEARING, taken),
            Entry(pot(charge.reference), Cents(0) - taken),
            Entry(FEES, fee),
            Entry(CLEARING, Cents(0) - fee),
        ],
    )


def _voided(uow: Uow, charge: Charge) -> None:
    if charge.state is ChargeState.HELD:
        charge.state = ChargeState.VOIDED
        charge.ended_at = uow.now


def _refunded(uow: Uow, command: Command, call: RefundCall, seen: RefundSeen) -> Charge:
    charge = _charge(uow, call.charge_id)
    uow.session.add(
        Refund(
            id=new_id(),
            charge_id=charge.id,
            command_id=command.id,
            vendor_id=seen.id,
            cents=seen.cents,
            reason=call.reason,
            refunded_at=uow.now,
        )
    )
    given_back(
        uow, charge, seen.cents, key=f"refund:{command.id}", fact="refunded", of=command.reference
    )
    return charge


def given_back(uow: Uow, charge: Charge, cents: int, *, key: str, fact: str, of: str) -> None:
    """Post once that so much of a charge left for the card; `of` is the reference of whatever it
    was for.
    """
    charge.refunded_cents += cents
    ledger.post(
        uow,
        key=key,
        fact=fact,
        reference=of,
        entries=[Entry(pot(of), Cents(cents)), Entry(CLEARING, Cents(-cents))],
    )


def _transferred(uow: Uow, command: Command, call: TransferCall, seen: TransferSeen) -> None:
    uow.session.add(
        Transfer(
            id=new_id(),
            reference=command.reference,
            purpose=call.purpose,
            instructor_id=call.instructor_id,
            command_id=command.id,
            vendor_id=seen.id,
            charge_id=call.charge_id,
            cents=seen.cents,
            reversed_cents=0,
            transferred_at=uow.now,
        )
    )
    ledger.post(
        uow,
        key=f"transfer:{command.id}",
        fact="transferred",
        reference=command.reference,
        entries=[
            Entry(_payable(call.purpose, call.instructor_id), Cents(seen.cents)),
            Entry(CLEARING, Cents(-seen.cents)),
        ],
    )


def _reversed(uow: Uow, command: Command, call: ReverseCall, seen: TransferSeen) -> None:
    row = repository.transfer(uow.session, call.transfer_id)
    if row is None:
        msg = f"transfer {call.transfer_id} is missing"
        raise LookupError(msg)
    taken_back(uow, row, seen.cents, key=f"reverse:{command.id}", fact="transfer_reversed")


def taken_back(uow: Uow, row: Transfer, cents: int, *, key: str, fact: str) -> None:
    """Post once that so much of a transfer came back: it is owed again."""
    row.reversed_cents += cents
    ledger.post(
        uow,
        key=key,
        fact=fact,
        reference=row.reference,
        entries=[
            Entry(CLEARING, Cents(cents)),
            Entry(_payable(row.purpose, row.instructor_id), Cents(-cents)),
        ],
    )


def _payable(purpose: Purpose, instructor_id: str) -> Account:
    kind = AccountKind.TIPS_PAYABLE if purpose is Purpose.TIP else AccountKind.INSTRUCTOR_PAYABLE
    return Account(kind, instructor_id)


def _charge(uow: Uow, charge_id: str) -> Charge:
    found = repository.charge(uow.session, charge_id)
    if found is None:
        msg = f"charge {charge_id} is missing"
        raise LookupError(msg)
    return found


def _amount(command: Command) -> int:
    match command.call:
        case VoidCall():
            return 0
        case (
            AuthorizeCall(cents=cents)
            | CaptureCall(cents=cents)
            | RefundCall(cents=cents)
            | TransferCall(cents=cents)
            | ReverseCall(cents=cents)
        ):
            return cents
        case _ as never:
            assert_never(never)


def _recorded(command: Command, cents: int, charge: Charge | None = None) -> Recorded:
    return Recorded(
        command_id=command.id,
        action=command.action,
        part=command.part,
        attempt=command.attempt,
        state=CommandState.CONFIRMED,
        cents=cents,
        charge=None if charge is None else facts(charge),
    )
