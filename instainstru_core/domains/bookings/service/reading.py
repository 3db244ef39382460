"""Looking at bookings."""

from collections.abc import Sequence

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings.errors import BookingNotFound
from instainstru_core.domains.bookings.repository import lessons as repository
from instainstru_core.domains.bookings.repository import money
from instainstru_core.domains.bookings.schemas import BookingDetailView, BookingView
from instainstru_core.domains.bookings.service.debts import PREFIX as DEBT
from instainstru_core.domains.bookings.service.lesson import PREFIX
from instainstru_core.domains.bookings.service.tips import PREFIX as TIP
from instainstru_core.domains.bookings.service.views import (
    detailed,
    not_found,
    summary,
    visible,
)
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    MessageFacts,
    OwnSide,
    When,
)
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.service.topping_up import PREFIX as TOP_UP
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.schemas import LedgerExplanationView
from instainstru_core.domains.payments.errors import ReferenceUnknown
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page, moment_after, page_of
from instainstru_core.kernel.uow import Uow


@operation("bookings.detail")
def detail(uow: Uow, booking_id: str, *, held: bool = False) -> BookingDetailView:
    """One booking, for its two sides and for staff. The address is for the two sides only.

    `held` where this unit of work changed it just now and holds its lesson.
    """
    named, side = visible(uow, booking_id, held=held)
    return detailed(named, side)


@operation("bookings.listing")
def listing(
    uow: Uow,
    *,
    side: OwnSide,
    when: When = When.ALL,
    statuses: Sequence[BookingStatus] = (),
    cursor: str | None = None,
    limit: int = 20,
) -> Page[BookingView]:
    """The actor's own bookings from one side: upcoming ones soonest first, others latest first."""
    require(uow.actor, Permission.BOOKINGS_VIEW_OWN)
    user_id = uow.actor.id or ""
    limit = max(1, min(limit, MAX_PAGE))
    wanted = sorted(set(statuses))
    scope = f"bookings:{user_id}:{side}:{when}:{','.join(wanted)}"
    rows = repository.of_side(
        uow.session,
        user_id,
        side,
        when=when,
        statuses=wanted,
        now=uow.now,
        after=moment_after(cursor, scope),
        limit=limit,
    )
    return page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda named: (named.booking.starts_at.isoformat(), named.booking.id),
        view=lambda named: BookingView(**summary(named, side)),
    )


@operation("bookings.money_reference")
def money_reference(uow: Uow, named: str) -> str:
    """What the ledger knows something by. For staff.

    Named by a booking's id, also of one that was moved: all bookings of a lesson share its money.
    Of other things by their references; what nobody knows is refused.
    """
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    kind, colon, own_id = named.partition(":")
    if not colon or kind + colon == PREFIX:
        return _of_booking(uow, own_id if colon else named)
    known = _of_other(uow, kind + colon, own_id)
    if known is None and not ledger.knows(uow, named):
        raise unknown_reference(named)
    return known or named


@operation("bookings.resumable")
def resumable(uow: Uow, named: str) -> str:
    """What calls to the provider may be left of, by what payments know it by. For staff."""
    kind, colon, own_id = named.partition(":")
    if not colon or kind + colon == PREFIX:
        return money_reference(uow, named)
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    known = _of_other(uow, kind + colon, own_id)
    if known is None:
        raise unknown_reference(named)
    return known


def unknown_reference(named: str) -> ReferenceUnknown:
    """The refusal of a reference that names nothing."""
    return ReferenceUnknown(
        "There is no such thing. Name a lesson by its booking's id, or write tip:ID, topup:ID or"
        " debt:ID.",
        reference=named,
    )


def _of_booking(uow: Uow, booking_id: str) -> str:
    chain_id = money.chain_of(uow.session, booking_id) if is_id(booking_id) else None
    if chain_id is None:
        raise BookingNotFound(
            "There is no such booking. Look its id up in the list of bookings.",
            booking_id=booking_id,
        )
    return PREFIX + chain_id


def _of_other(uow: Uow, prefix: str, own_id: str) -> str | None:
    """The reference of a tip, of bought credit, or of a debt from a lesson or from such credit."""
    if not is_id(own_id):
        return None
    if prefix == DEBT and (chain_id := money.chain_of(uow.session, own_id)):
        return DEBT + chain_id
    is_tip = prefix == TIP and money.has_tip(uow.session, own_id)
    is_top_up = prefix in {TOP_UP, DEBT} and credits.has_top_up(uow, own_id)
    return prefix + own_id if is_tip or is_top_up else None


@operation("bookings.explain_money")
def explain_money(uow: Uow, named: str) -> LedgerExplanationView:
    """Where every cent of something is, and why. For staff.

    Of a lesson, named like `money_reference`, that is its own money, what its student owed for it
    later, and tips. What is owed lies in the pot of what it is owed for, and is told with it.
    """
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    reference = money_reference(uow, named)
    kind, _, own_id = reference.partition(":")
    if kind + ":" in {TOP_UP, DEBT} and money.chain_of(uow.session, own_id) is None:
        return ledger.explain(uow, reference, beside=[TOP_UP + own_id, DEBT + own_id])
    if kind + ":" not in {PREFIX, DEBT}:
        return ledger.explain(uow, reference)
    tips = [TIP + tip_id for tip_id in money.tips_of(uow.session, own_id)]
    return ledger.explain(uow, reference, beside=[PREFIX + own_id, DEBT + own_id, *tips])


@operation("bookings.message_facts")
def message_facts(uow: Uow, booking_id: str) -> MessageFacts:
    """What messages about a booking may tell its two sides. Names as the public sees them."""
    named = repository.find(uow.session, booking_id)
    if named is None:
        raise not_found(booking_id)
    row, found = named.booking, named.money
    counts = found is not None and found.booking_id == row.id
    return MessageFacts(
        booking_id=row.id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        student_name=public_name(*named.student),
        instructor_name=public_name(*named.instructor),
        service_name=row.service_name,
        starts_at=row.starts_at,
        starts_local=row.starts_local,
        timezone=row.lesson_timezone,
        duration_minutes=row.duration_minutes,
        total_cents=row.total_cents,
        payout_cents=row.payout_cents,
        status=row.status,
        cancelled_by=row.cancelled_by,
        credit_back_cents=found.credit_back_cents if found and counts else 0,
        refunded_cents=found.refunded_cents if found and counts else 0,
        owed_cents=found.owed_cents if found and counts else 0,
        was_confirmed=row.confirmed_at is not None,
    )
