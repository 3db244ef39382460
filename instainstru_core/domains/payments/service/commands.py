"""Commands: calls to the provider, written down before they are made.

A command is requested in the transaction that decides it, sent outside of any, and recorded in
another. Its id is the idempotency key, so a call whose answer was lost is made again and has its
effect once. A refused one is over; the next attempt is a command of its own, with a key of its
own, so that a refusal is never replayed.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.models import PaymentCommand
from instainstru_core.domains.payments.repository import commands as repository
from instainstru_core.domains.payments.service import effects
from instainstru_core.domains.payments.types import (
    Action,
    AuthorizeCall,
    Call,
    CaptureCall,
    Command,
    CommandState,
    Confirmed,
    Outcome,
    Purpose,
    Recorded,
    RefundCall,
    Refused,
    ReverseCall,
    TransferCall,
    Uncertain,
    VoidCall,
    Waiting,
)
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow

LEASE = timedelta(seconds=90)
"""How long a call may be under way before somebody else looks at it: longer than any call takes."""

BROWSER_PATIENCE = timedelta(minutes=30)
"""How long a card's holder may take to confirm before the intent is looked at again."""

CALLS: dict[Action, type[Call]] = {
    Action.AUTHORIZE: AuthorizeCall,
    Action.CHARGE: AuthorizeCall,
    Action.CAPTURE: CaptureCall,
    Action.VOID: VoidCall,
    Action.REFUND: RefundCall,
    Action.TRANSFER: TransferCall,
    Action.REVERSE: ReverseCall,
}


def request(uow: Uow, *, reference: str, call: Call, part: str = "") -> Command:
    """Write down a call that is about to be made. Raises CommandOpen while another one is."""
    action, command_id, request = action_of(call), new_id(), asdict(call)
    due_at = uow.now + LEASE
    attempt = repository.request(
        uow.session,
        command_id=command_id,
        reference=reference,
        action=action,
        part=part,
        request=request,
        now=uow.now,
        due_at=due_at,
    )
    if attempt is None:
        raise command_open(reference)
    return Command(
        id=command_id,
        reference=reference,
        action=action,
        part=part,
        attempt=attempt,
        call=call,
        calls=1,
        requested_at=uow.now,
        due_at=due_at,
    )


def pending(uow: Uow, reference: str) -> bool:
    """Whether a command of this reference is under way."""
    return repository.open_command(uow.session, reference) is not None


def open_refund_cents(uow: Uow, reference: str) -> int:
    """What a refund gives back that is under way; nothing where none is."""
    return _open_cents(uow, reference, Action.REFUND)


def open_reversal_cents(uow: Uow, reference: str) -> int:
    """What a reversal takes back that is under way; nothing where none is."""
    return _open_cents(uow, reference, Action.REVERSE)


def _open_cents(uow: Uow, reference: str, action: Action) -> int:
    row = repository.open_command(uow.session, reference)
    if row is None or row.action is not action:
        return 0
    cents: int = row.request["cents"]
    return cents


def resume(uow: Uow, reference: str, *, at_once: bool = False) -> Command | None:
    """The open command of this reference, taken to be made again; None where there is none.

    Raises CommandOpen while whoever took it last may still be at it. `at_once` looks even so at
    one that waits for a browser.
    """
    row = repository.open_command(uow.session, reference)
    if row is None:
        return None
    waits = at_once and row.result is not None
    if row.due_at > uow.now and not waits:
        raise command_open(reference, until=row.due_at, now=uow.now)
    row.state = CommandState.SENT
    row.calls += 1
    row.sent_at = uow.now
    row.due_at = uow.now + LEASE
    uow.session.flush()
    return _command(row)


def record(uow: Uow, command: Command, outcome: Outcome) -> Recorded | None:
    """Write down what came of a call, with all it changes; None if that was done before."""
    changes = _changes(uow, command, outcome)
    if not repository.record(uow.session, command.id, **changes):
        return None
    match outcome:
        case Confirmed(seen=seen):
            return effects.apply(uow, command, seen)
        case Refused(code=code):
            effects.note_refusal(uow, command, code)
            return _told(command, CommandState.FAILED, failure=code)
        case Waiting(intent=intent):
            due_at = changes["due_at"]
            return _told(command, CommandState.SENT, secret=intent.client_secret, due_at=due_at)
        case Uncertain(code=code):
            due_at = changes["due_at"]
            return _told(command, CommandState.REQUESTED, failure=code, due_at=due_at)


def _changes(uow: Uow, command: Command, outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Confirmed(seen=seen):
            over = {"state": CommandState.CONFIRMED, "finished_at": uow.now}
            return {**over, "failure": None, "result": {"id": seen.id}}
        case Refused(code=code):
            return {"state": CommandState.FAILED, "finished_at": uow.now, "failure": code}
        case Waiting(intent=intent):
            until = command.requested_at + BROWSER_PATIENCE
            return {"due_at": until, "result": {"id": intent.id}}
        case Uncertain(code=code, retry_after=wait):
            due_at = uow.now + wait
            return {"state": CommandState.REQUESTED, "failure": code, "due_at": due_at}


def action_of(call: Call) -> Action:
    """What a call asks for. A card is charged at once for all but lessons."""
    if isinstance(call, AuthorizeCall):
        return Action.AUTHORIZE if call.purpose is Purpose.LESSON else Action.CHARGE
    return next(action for action, kind in CALLS.items() if isinstance(call, kind))


def command_open(
    reference: str, *, until: datetime | None = None, now: datetime | None = None
) -> CommandOpen:
    """The refusal while another step of the same money is under way."""
    wait = max(1, int((until - now).total_seconds())) if until and now else 5
    return CommandOpen(
        "Another step of this payment is under way. Try again in a moment.",
        reference=reference,
        retry_after=wait,
    )


def _told(
    command: Command,
    state: CommandState,
    *,
    failure: str | None = None,
    secret: str | None = None,
    due_at: datetime | None = None,
) -> Recorded:
    return Recorded(
        command_id=command.id,
        action=command.action,
        part=command.part,
        attempt=command.attempt,
        state=state,
        failure=failure,
        client_secret=secret,
        due_at=due_at,
    )


def _command(row: PaymentCommand) -> Command:
    kind: Any = CALLS[row.action]
    request = dict(row.request)
    if "purpose" in request:
        request["purpose"] = Purpose(request["purpose"])
    return Command(
        id=row.id,
        reference=row.reference,
        action=row.action,
        part=row.part,
        attempt=row.attempt,
        call=kind(**request),
        calls=row.calls,
        requested_at=row.requested_at,
        due_at=row.due_at,
        intent_id=(row.result or {}).get("id"),
        last_failure=row.failure,
    )
