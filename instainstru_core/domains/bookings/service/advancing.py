"""Moving a lesson's money on: step by step, until there is nothing to do or somebody to ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from instainstru_core.domains.bookings.events import InstructorPaid, LessonRefunded
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.policy.agenda import Decision, Step
from instainstru_core.domains.bookings.service import calls, confirming, moves, refund_orders, steps
from instainstru_core.domains.bookings.service.lesson import (
    TAKEN_BACK,
    Lesson,
    case_of,
    chain_id_of,
    held,
    payment_status,
)
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import HoldGone, ProviderFailed
from instainstru_core.domains.payments.types import (
    Action,
    Command,
    CommandState,
    Outcome,
    Recorded,
)
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

MOST_STEPS = 20
"""More in a row than any lesson can need: beyond it the rules go in circles."""

LOCAL: Mapping[Step, Callable[[Uow, Lesson], None]] = {
    Step.EXPIRE_CHECKOUT: steps.expire_checkout,
    Step.NOTE_NO_CARD: steps.note_no_card,
    Step.WARN: steps.warn,
    Step.DROP: steps.drop,
    Step.COMPLETE: steps.complete,
    Step.END_TAKEN: steps.end_taken,
    Step.RESOLVE_NO_SHOW: steps.resolve_no_show,
    Step.END_UNPAID: steps.end_unpaid,
    Step.SETTLE: steps.settle,
    Step.ESCALATE: steps.escalate,
    Step.FINISH_MOVE: moves.finish,
    Step.ABANDON_MOVE: moves.abandon,
    Step.END_CHARGED_BACK: moves.end_charged_back,
    Step.END_REFUNDED: moves.end_refunded,
}
ASKED: Mapping[Step, Callable[[Uow, Lesson, Decision], Command | None]] = {
    Step.AUTHORIZE: calls.authorize,
    Step.CAPTURE: calls.capture,
    Step.VOID: calls.void,
    Step.VOID_STALE: calls.void_stale,
    Step.REFUND: calls.refund,
    Step.TRANSFER: calls.transfer,
    Step.REVERSE: calls.reverse,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a command, and what is to be asked next; neither when all is done."""

    recorded: Recorded | None = None
    command: Command | None = None


@operation("bookings.advance")
def advance(
    uow: Uow, chain_id: str, *, fence: int | None = None, at_once: bool = False
) -> Command | None:
    """Do what is due for this lesson's money. A command that comes back is to be called now.

    Raises CommandOpen while an earlier one may still be under way.
    """
    lesson = held(uow, chain_id, fence=fence)
    command = resumed(uow, lesson, at_once=at_once)
    return proceed(uow, lesson) if command is None else under_way(lesson, command)


def resumed(uow: Uow, lesson: Lesson, *, at_once: bool) -> Command | None:
    """The open call about a lesson's money, to be made again; None where there is none."""
    return payments.resume(uow, lesson.reference, at_once=at_once) if lesson.is_asked else None


@operation("bookings.absorb")
def absorb(uow: Uow, command: Command, outcome: Outcome) -> Progress:
    """Take in what came of a command, and do what follows from it."""
    lesson = held(uow, chain_id_of(command.reference))
    recorded = payments.record(uow, command, outcome)
    if recorded is None:
        return Progress()
    if recorded.state is CommandState.CONFIRMED:
        APPLIED[recorded.action](uow, lesson, recorded)
    elif recorded.failure == ProviderFailed.code and recorded.state is CommandState.FAILED:
        return Progress(command=_anew(uow, lesson, command))
    elif recorded.state is CommandState.FAILED:
        _refused(uow, lesson, recorded, command)
    else:
        _rest(lesson, Decision(due_at=recorded.due_at, due_kind=DueKind.MONEY))
        return Progress(recorded)
    return Progress(recorded, proceed(uow, lesson))


def proceed(uow: Uow, lesson: Lesson) -> Command | None:
    """From step to step, until the next thing to do is a call or a wait."""
    _come_even(lesson)
    for _ in range(MOST_STEPS):
        decision = agenda.decide(case_of(lesson), uow.now)
        if decision.step is None:
            _rest(lesson, decision)
            return None
        if decision.step in LOCAL:
            LOCAL[decision.step](uow, lesson)
            continue
        command = ASKED[decision.step](uow, lesson, decision)
        if command is not None:
            return under_way(lesson, command)
    msg = f"the money of lesson {lesson.money.chain_id} never comes to rest"
    raise RuntimeError(msg)


def under_way(lesson: Lesson, command: Command) -> Command:
    """The provider is asked now; a lesson whose caller is lost is looked at after a while."""
    _rest(lesson, Decision(due_at=command.due_at, due_kind=DueKind.MONEY))
    return command


def decide_again(uow: Uow, lesson: Lesson) -> None:
    """Have the lesson's money looked at as soon as somebody can: something changed about it."""
    _rest(lesson, Decision(due_at=uow.now, due_kind=DueKind.MONEY))


def wait(lesson: Lesson, until: datetime, kind: DueKind) -> None:
    """Let the lesson's money rest until then."""
    _rest(lesson, Decision(due_at=until, due_kind=kind))


def _come_even(lesson: Lesson) -> None:
    """Somebody had taken back too much of a payout, and by now no more is owed than is there."""
    row = lesson.money
    if row.review_reason == TAKEN_BACK and row.paid_cents >= lesson.still_owed_cents:
        row.review_reason = row.review_since = None


def _rest(lesson: Lesson, decision: Decision) -> None:
    row = lesson.money
    row.due_at = decision.due_at
    row.due_kind = decision.due_kind
    if row.review_reason == calls.UNPAID and row.paid_cents == lesson.still_owed_cents:
        row.review_reason = row.review_since = None
    lesson.booking.payment_status = payment_status(lesson)


def _authorized(uow: Uow, lesson: Lesson, recorded: Recorded) -> None:
    row, charge = lesson.money, recorded.charge
    if charge is None:
        return
    if row.authorized_at is not None:
        row.stale_charge_id = row.charge_id
    row.charge_id = charge.id
    row.authorized_at = uow.now
    row.capture_before = charge.capture_before
    row.hold_failures = 0
    row.hold_failure = None
    if lesson.booking.status is BookingStatus.PENDING:
        confirming.confirm(uow, lesson)


def _captured(uow: Uow, lesson: Lesson, recorded: Recorded) -> None:
    if recorded.charge is not None:
        lesson.money.captured_at = uow.now
        lesson.money.captured_cents = recorded.charge.captured_cents


def _voided(_: Uow, lesson: Lesson, recorded: Recorded) -> None:
    row = lesson.money
    if recorded.part == calls.STALE:
        row.stale_charge_id = None
    else:
        row.authorized_at = None
        row.capture_before = None


def _refunded(uow: Uow, lesson: Lesson, recorded: Recorded) -> None:
    lesson.money.refunded_cents += recorded.cents
    if lesson.money.settled_at is not None:
        refund_orders.close_orders(uow, lesson)
    uow.emit(LessonRefunded(booking_id=lesson.booking.id, cents=recorded.cents))


def _transferred(uow: Uow, lesson: Lesson, recorded: Recorded) -> None:
    row = lesson.money
    row.paid_cents += recorded.cents
    row.transfer_failures = 0
    row.transfer_last_failed_at = None
    uow.emit(
        InstructorPaid(
            booking_id=lesson.booking.id,
            instructor_id=row.instructor_id,
            cents=recorded.cents,
        )
    )


def _reversed(_: Uow, lesson: Lesson, recorded: Recorded) -> None:
    lesson.money.paid_cents -= recorded.cents


APPLIED: Mapping[Action, Callable[[Uow, Lesson, Recorded], None]] = {
    Action.AUTHORIZE: _authorized,
    Action.CAPTURE: _captured,
    Action.VOID: _voided,
    Action.REFUND: _refunded,
    Action.TRANSFER: _transferred,
    Action.REVERSE: _reversed,
}


def _anew(uow: Uow, lesson: Lesson, command: Command) -> Command | None:
    """A call that provably had no effect is made anew, for a checkout while there is time."""
    until = lesson.money.checkout_expires_at
    if lesson.booking.status is BookingStatus.PENDING and until is not None and uow.now < until:
        call = payments.request(uow, reference=lesson.reference, call=command.call)
        return under_way(lesson, call)
    return proceed(uow, lesson)


def _refused(uow: Uow, lesson: Lesson, recorded: Recorded, command: Command) -> None:
    """What a definite no means. A refund of more than is due by now is made anew, of what is."""
    row = lesson.money
    match recorded.action:
        case Action.CAPTURE if recorded.failure == HoldGone.code:
            row.authorized_at = None
            row.capture_before = None
        case Action.AUTHORIZE | Action.CAPTURE:
            _card_refused(uow, lesson, recorded)
        case Action.TRANSFER:
            calls.note_unpaid(uow, lesson)
        case Action.REFUND if calls.is_too_much(lesson, command):
            return
        case Action.REVERSE if calls.is_too_much_back(lesson, command):
            return
        case _:
            steps.block(uow, lesson, f"{recorded.action}_refused")


def _card_refused(uow: Uow, lesson: Lesson, recorded: Recorded) -> None:
    row = lesson.money
    if recorded.action is Action.AUTHORIZE:
        steps.let_go(lesson)
    if lesson.booking.status is BookingStatus.PENDING:
        confirming.refuse(uow, lesson, recorded.failure or "")
        return
    is_first_hold = recorded.action is Action.AUTHORIZE and row.capture_failures == 0
    if row.ending in agenda.STUDENT_CANCELS and is_first_hold:
        steps.end_unpaid(uow, lesson)
        return
    steps.note_failure(uow, lesson, recorded.failure or "")
    if row.moving_to_id is not None:
        moves.abandon(uow, lesson)
