"""Tips: charged at once, all of it for the instructor, apart from the lesson's own money."""

from datetime import timedelta

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.errors import NotTippable
from instainstru_core.domains.bookings.models import Tip
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.schemas import GiveTip, TipView
from instainstru_core.domains.bookings.service.lesson import held
from instainstru_core.domains.bookings.service.views import not_found, own_side
from instainstru_core.domains.bookings.types import BookingStatus, Side, TipState
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import (
    Action,
    AuthorizeCall,
    Command,
    CommandState,
    Outcome,
    Purpose,
    Recorded,
    TransferCall,
)
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

PREFIX = "tip:"
WINDOW = timedelta(days=30)


@operation("bookings.give_tip")
def give_tip(uow: Uow, booking_id: str, command: GiveTip) -> tuple[str, Command]:
    """Thank the instructor of a completed lesson, within 30 days of its end, once."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    row = own_side(uow, booking_id, Side.STUDENT)
    held(uow, row.chain_id)
    completed = row.status is BookingStatus.COMPLETED and row.completed_at is not None
    if not completed or uow.now > row.ends_at + WINDOW:
        raise NotTippable(
            "Tips are for completed lessons, within 30 days. Choose a lesson that was completed.",
            booking_id=booking_id,
        )
    if repository.open_tips(uow.session, booking_id):
        raise NotTippable("There is a tip for this lesson already.", booking_id=booking_id)
    card = payments.usable_card(uow, row.student_id, command.payment_method_id)
    tip = Tip(
        id=new_id(),
        booking_id=row.id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        payment_method_id=card.id,
        cents=command.cents,
        state=TipState.PENDING,
        created_at=uow.now,
    )
    uow.session.add(tip)
    uow.session.flush()
    audit.record(
        uow,
        "bookings.give_tip",
        subject_kind="booking",
        subject_id=booking_id,
        details={"cents": command.cents},
    )
    call = AuthorizeCall(
        student_id=row.student_id,
        customer_id=card.customer_vendor_id,
        payment_method_id=card.vendor_id,
        cents=command.cents,
        purpose=Purpose.TIP,
        off_session=True,
    )
    return tip.id, payments.request(uow, reference=PREFIX + tip.id, call=call)


@operation("bookings.advance_tip")
def advance_tip(uow: Uow, tip_id: str) -> Command | None:
    """Go on where a crash left a tip."""
    tip = _held(uow, tip_id)
    return payments.resume(uow, PREFIX + tip_id) or _next(uow, tip)


@operation("bookings.absorb_tip")
def absorb_tip(uow: Uow, command: Command, outcome: Outcome) -> Command | None:
    """Take in what came of a call for a tip: charged, then sent on."""
    tip = _held(uow, command.reference.removeprefix(PREFIX))
    recorded = payments.record(uow, command, outcome)
    if recorded is None or recorded.state not in {CommandState.CONFIRMED, CommandState.FAILED}:
        return None
    if recorded.state is CommandState.FAILED:
        _failed(tip, recorded)
        return None
    if recorded.action is Action.CHARGE:
        _charged(uow, tip)
    else:
        tip.state = TipState.SUCCEEDED
        tip.transferred_at = uow.now
    return _next(uow, tip)


@operation("bookings.tip")
def tip(uow: Uow, tip_id: str) -> TipView:
    """One tip, for whoever gave it."""
    row = repository.tip(uow.session, tip_id)
    if row is None or not uow.actor.is_user(row.student_id):
        raise not_found(tip_id)
    return TipView(
        id=row.id,
        booking_id=row.booking_id,
        cents=row.cents,
        state=row.state,
        failure=row.failure,
        created_at=row.created_at,
    )


def _charged(uow: Uow, row: Tip) -> None:
    row.state = TipState.CHARGED
    row.charged_at = uow.now
    cents = Cents(row.cents)
    ledger.post(
        uow,
        key=f"tip:{row.id}",
        fact="tipped",
        reference=PREFIX + row.id,
        entries=[
            Entry(Account(AccountKind.HELD, row.id), cents),
            Entry(Account(AccountKind.TIPS_PAYABLE, row.instructor_id), Cents(0) - cents),
        ],
    )


def _failed(row: Tip, recorded: Recorded) -> None:
    """A refused card ends a tip; a refused transfer is tried again by the nightly job."""
    row.failure = recorded.failure
    if recorded.action is Action.CHARGE:
        row.state = TipState.FAILED


def _next(uow: Uow, row: Tip) -> Command | None:
    if row.state is not TipState.CHARGED:
        return None
    payee = payments.payee(uow, row.instructor_id)
    if payee is None or not payee.is_ready:
        return None
    call = TransferCall(
        instructor_id=row.instructor_id,
        account_id=payee.vendor_id,
        cents=row.cents,
        purpose=Purpose.TIP,
    )
    return payments.request(uow, reference=PREFIX + row.id, call=call)


def _held(uow: Uow, tip_id: str) -> Tip:
    row = repository.tip(uow.session, tip_id)
    if row is None:
        raise not_found(tip_id)
    return row
