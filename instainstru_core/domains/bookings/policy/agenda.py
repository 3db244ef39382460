"""What the money of a lesson needs next, and when. Pure: facts and an instant in, a step out.

The rules are asked in order; the first that has something to say decides. A step is done, its
result becomes facts, and the question is asked again, until there is nothing to do before some
later instant. So a crash anywhere costs nothing: the same facts lead to the same step.
Source: payment policy v2.1.1, sections 2.4 to 2.10, as `docs/money.md` reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from instainstru_core.domains.bookings.policy.settlement import COMES_TO_ITS_END, KEEPS_CARD
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, Ending

HOLD_AHEAD = timedelta(hours=24)
DROP_AHEAD = timedelta(hours=12)
WARN_AHEAD = timedelta(hours=13)
HOLD_WAITS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=8))
CHECKOUT_PATIENCE = timedelta(minutes=30)
DISPUTE_WINDOW = timedelta(hours=24)
HOLD_MARGIN = timedelta(hours=2)
CAPTURE_WAIT = timedelta(hours=4)
ESCALATE_AFTER = timedelta(hours=72)
TRANSFER_WAIT = timedelta(hours=1)
TRANSFER_PATIENCE = 3
"""After so many refusals of a transfer people look at it; it is still tried again each day."""
TRANSFER_LONG_WAIT = timedelta(hours=24)

STUDENT_CANCELS = frozenset({Ending.STUDENT_CANCEL_MIDDLE, Ending.STUDENT_CANCEL_LATE})


class Step(StrEnum):
    """One thing to do. Those that ask the provider are commands, the others are done at once."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    VOID = "void"
    VOID_STALE = "void_stale"
    REFUND = "refund"
    TRANSFER = "transfer"
    REVERSE = "reverse"

    EXPIRE_CHECKOUT = "expire_checkout"
    NOTE_NO_CARD = "note_no_card"
    WARN = "warn"
    DROP = "drop"
    COMPLETE = "complete"
    END_TAKEN = "end_taken"
    RESOLVE_NO_SHOW = "resolve_no_show"
    END_UNPAID = "end_unpaid"
    SETTLE = "settle"
    ESCALATE = "escalate"
    FINISH_MOVE = "finish_move"
    ABANDON_MOVE = "abandon_move"
    END_CHARGED_BACK = "end_charged_back"
    END_REFUNDED = "end_refunded"


@dataclass(frozen=True, slots=True)
class Moving:
    """A move that waits for money: the whole amount taken (a lock), or a new hold."""

    takes_all: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that decides what a lesson's money needs next."""

    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    has_card: bool = True
    checkout_expires_at: datetime | None = None
    hold_due_at: datetime | None = None
    hold_failures: int = 0
    hold_last_failed_at: datetime | None = None
    warned_at: datetime | None = None
    is_held: bool = False
    has_stale_hold: bool = False
    capture_before: datetime | None = None
    captured_cents: int = 0
    capture_failures: int = 0
    capture_first_failed_at: datetime | None = None
    capture_last_failed_at: datetime | None = None
    is_locked: bool = False
    moving: Moving | None = None
    reported_at: datetime | None = None
    report_is_disputed: bool = False
    ending: Ending | None = None
    is_settled: bool = False
    owed_cents: int = 0
    paid_cents: int = 0
    transfer_failures: int = 0
    transfer_last_failed_at: datetime | None = None
    refund_due_cents: int = 0
    refunded_cents: int = 0
    refund_settled_cents: int = 0
    charged_back_cents: int = 0
    is_disputed: bool = False
    is_blocked: bool = False
    is_taken_back: bool = False  # of the payout, more than was to come back: people look at it

    @property
    def is_captured(self) -> bool:
        return self.captured_cents > 0

    @property
    def outstanding_cents(self) -> int:
        """What is still to go back to the card: ordered by staff, or because of the ending.

        What staff settled in another way is not.
        """
        given = self.refunded_cents + self.refund_settled_cents
        if self.is_settled:
            return max(0, self.refund_due_cents - given)
        if self.ending is None or self.ending in KEEPS_CARD:
            return 0
        return max(0, self.captured_cents - self.charged_back_cents - given)

    @property
    def closes_at(self) -> datetime:
        """When the lesson can no longer be objected to."""
        return self.ends_at + DISPUTE_WINDOW


@dataclass(frozen=True, slots=True)
class Decision:
    """A step for now, or until when and for what to wait; neither means: nothing is left."""

    step: Step | None = None
    cents: int = 0
    due_at: datetime | None = None
    due_kind: DueKind | None = None


DONE = Decision()

Rule = Callable[[Case, datetime], Decision | None]


def decide(case: Case, now: datetime) -> Decision:
    """What is next for this lesson's money at this instant."""
    for rule in RULES:
        decision = rule(case, now)
        if decision is not None:
            return decision
    return DONE


def hold_retry_at(failures: int, last_failed_at: datetime) -> datetime:
    """When a refused hold is tried again: 1, 4, then 8 hours after the refusal before."""
    return last_failed_at + HOLD_WAITS[min(failures, len(HOLD_WAITS)) - 1]


def hold_due_at(starts_at: datetime) -> datetime:
    """When the hold of a lesson that is far ahead is placed."""
    return starts_at - HOLD_AHEAD


def is_immediate(starts_at: datetime, now: datetime) -> bool:
    """Whether a checkout now has to hold the amount at once: less than 24 hours are left."""
    return starts_at - now < HOLD_AHEAD


def checkout_expiry(starts_at: datetime, now: datetime) -> datetime:
    """Until when a checkout may be paid for: 30 minutes, or until the lesson starts."""
    return min(now + CHECKOUT_PATIENCE, starts_at)


def _blocked(case: Case, _: datetime) -> Decision | None:
    """The provider refused something that cannot be refused: people look at it first."""
    return DONE if case.is_blocked else None


def _taken_back(case: Case, _: datetime) -> Decision | None:
    """All of the charge went back before it was settled: the bank kept it, or staff refunded it."""
    if case.is_settled or case.is_disputed or not case.is_captured:
        return None
    if case.charged_back_cents >= case.captured_cents:
        return None if case.ending is Ending.CHARGED_BACK else Decision(Step.END_CHARGED_BACK)
    gone = case.charged_back_cents + case.refunded_cents
    keeps_card = case.ending is None or case.ending in KEEPS_CARD
    return Decision(Step.END_REFUNDED) if keeps_card and gone >= case.captured_cents else None


def _stale_hold(case: Case, _: datetime) -> Decision | None:
    return Decision(Step.VOID_STALE) if case.has_stale_hold else None


def _move(case: Case, now: datetime) -> Decision | None:
    moving = case.moving
    if moving is None or case.ending is not None:
        return None
    if case.is_captured or (not moving.takes_all and case.is_held):
        return Decision(Step.FINISH_MOVE)
    if now >= moving.until:
        return Decision(Step.ABANDON_MOVE)
    if not case.is_held:
        return Decision(Step.AUTHORIZE if case.has_card else Step.ABANDON_MOVE)
    return Decision(Step.CAPTURE)


def _chargeback(case: Case, _: datetime) -> Decision | None:
    """While a bank looks into it nothing moves, but for what was paid out: that comes back."""
    if not case.is_disputed:
        return None
    if case.paid_cents > case.owed_cents:
        return Decision(Step.REVERSE, cents=case.paid_cents - case.owed_cents)
    return DONE


def _checkout(case: Case, now: datetime) -> Decision | None:
    if case.ending is not None or case.status is not BookingStatus.PENDING:
        return None
    until = min(case.checkout_expires_at or case.starts_at, case.starts_at)
    if now >= until:
        return Decision(Step.EXPIRE_CHECKOUT)
    return Decision(due_at=until, due_kind=DueKind.CHECKOUT)


def _no_show(case: Case, now: datetime) -> Decision | None:
    if case.ending is not None or case.status is not BookingStatus.NO_SHOW:
        return None
    if case.report_is_disputed or case.reported_at is None:
        return DONE
    return _confirmed_by_silence(case.reported_at, now)


def _confirmed_by_silence(reported_at: datetime, now: datetime) -> Decision:
    """Nobody objected in time: then a report stands."""
    silent_at = reported_at + DISPUTE_WINDOW
    if now >= silent_at:
        return Decision(Step.RESOLVE_NO_SHOW)
    return Decision(due_at=silent_at, due_kind=DueKind.NO_SHOW)


def _hold(case: Case, now: datetime) -> Decision | None:
    """The hold of a lesson that lies ahead. After its start only taking the amount is left."""
    ahead = case.ending is None and now < case.starts_at
    if not ahead or case.is_captured:
        return None
    if case.is_held:
        return _held(case, now)
    if case.hold_failures == 0:
        due_at = case.hold_due_at or hold_due_at(case.starts_at)
        if now < due_at:
            return Decision(due_at=due_at, due_kind=DueKind.HOLD)
        return _try_hold(case)
    return _refused_hold(case, now)


def _held(case: Case, now: datetime) -> Decision | None:
    """A hold that would end before its lesson can be settled is replaced in time."""
    before = case.capture_before
    if before is None or before >= case.closes_at:
        return None
    renew_at = before - HOLD_MARGIN
    if now >= renew_at:
        return _try_hold(case)
    return Decision(due_at=renew_at, due_kind=DueKind.HOLD_EXPIRY)


def _refused_hold(case: Case, now: datetime) -> Decision:
    drop_at = case.starts_at - DROP_AHEAD
    if now >= drop_at:
        return Decision(Step.DROP)
    warn_at = case.starts_at - WARN_AHEAD
    if case.warned_at is None and now >= warn_at:
        return Decision(Step.WARN)
    last = case.hold_last_failed_at
    retry_at = hold_retry_at(case.hold_failures, last) if last else now
    if now >= retry_at:
        return _try_hold(case)
    waits = [retry_at, drop_at] if case.warned_at else [retry_at, warn_at, drop_at]
    return Decision(due_at=min(waits), due_kind=DueKind.HOLD_RETRY)


def _try_hold(case: Case) -> Decision:
    return Decision(Step.AUTHORIZE if case.has_card else Step.NOTE_NO_CARD)


def _completion(case: Case, now: datetime) -> Decision | None:
    if (case.ending, case.status) not in COMES_TO_ITS_END:
        return None
    if now < case.closes_at:
        return _until_closed(case, now)
    confirmed = case.status is BookingStatus.CONFIRMED
    return Decision(Step.COMPLETE if confirmed else Step.END_TAKEN)


def _until_closed(case: Case, now: datetime) -> Decision:
    """A hold that would end before the window does is replaced, once the lesson has begun too."""
    before = case.capture_before
    can_renew = case.is_held and case.has_card and case.hold_failures == 0
    if can_renew and before is not None and before < case.closes_at:
        renew_at = before - HOLD_MARGIN
        if now >= renew_at:
            return Decision(Step.AUTHORIZE)
        return Decision(due_at=renew_at, due_kind=DueKind.HOLD_EXPIRY)
    return Decision(due_at=case.closes_at, due_kind=DueKind.CAPTURE)


def _give_back(case: Case, _: datetime) -> Decision | None:
    """Endings that do not charge: let the hold go, or refund what was taken."""
    if case.ending is None or case.is_settled or case.ending in KEEPS_CARD:
        return None
    if case.outstanding_cents > 0:
        return Decision(Step.REFUND, cents=case.outstanding_cents)
    if case.is_held:
        return Decision(Step.VOID)
    return Decision(Step.SETTLE)


def _take(case: Case, now: datetime) -> Decision | None:
    """Endings that charge: capture, with a new hold first where there is none."""
    if case.ending is None or case.is_settled:
        return None
    if case.is_captured:
        return Decision(Step.SETTLE)
    if case.capture_failures == 0:
        return _take_first(case)
    first = case.capture_first_failed_at or now
    last = case.capture_last_failed_at
    escalate_at, retry_at = first + ESCALATE_AFTER, last + CAPTURE_WAIT if last else now
    if now >= escalate_at:
        return Decision(Step.ESCALATE)
    if now >= retry_at:
        return _try_take(case)
    return Decision(due_at=min(escalate_at, retry_at), due_kind=DueKind.CAPTURE_RETRY)


def _take_first(case: Case) -> Decision:
    if case.is_held:
        return Decision(Step.CAPTURE)
    if case.ending in STUDENT_CANCELS and (case.hold_failures or not case.has_card):
        return Decision(Step.END_UNPAID)
    return _try_take(case)


def _try_take(case: Case) -> Decision:
    if case.is_held:
        return Decision(Step.CAPTURE)
    return Decision(Step.AUTHORIZE if case.has_card else Step.NOTE_NO_CARD)


def _settled(case: Case, now: datetime) -> Decision | None:
    """After settling: refunds that staff ordered, and the instructor's share, both to the cent.

    A hold that is left was never taken: after an escalation it is let go.
    """
    if not case.is_settled:
        return None
    if case.is_held:
        return Decision(Step.VOID)
    if case.outstanding_cents > 0:
        return Decision(Step.REFUND, cents=case.outstanding_cents)
    if case.paid_cents > case.owed_cents:
        return Decision(Step.REVERSE, cents=case.paid_cents - case.owed_cents)
    if case.paid_cents < case.owed_cents and not case.is_taken_back:
        return _pay(case, now)
    return None


def _silence(case: Case, now: datetime) -> Decision | None:
    """A report about a lesson that a bank ended first: silence confirms it as well."""
    if case.ending is None or case.reported_at is None or case.report_is_disputed:
        return None
    return _confirmed_by_silence(case.reported_at, now)


def _pay(case: Case, now: datetime) -> Decision:
    if case.transfer_failures and case.transfer_last_failed_at is not None:
        patient = case.transfer_failures < TRANSFER_PATIENCE
        retry_at = case.transfer_last_failed_at + (TRANSFER_WAIT if patient else TRANSFER_LONG_WAIT)
        if now < retry_at:
            return Decision(due_at=retry_at, due_kind=DueKind.MONEY)
    return Decision(Step.TRANSFER, cents=case.owed_cents - case.paid_cents)


RULES: tuple[Rule, ...] = (
    _taken_back,
    _blocked,
    _stale_hold,
    _move,
    _chargeback,
    _checkout,
    _no_show,
    _hold,
    _completion,
    _give_back,
    _take,
    _settled,
    _silence,
)
