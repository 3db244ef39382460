"""Who sees what of a booking."""

from typing import Any

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.errors import BookingNotFound
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.repository import lessons as repository
from instainstru_core.domains.bookings.repository.lessons import Named
from instainstru_core.domains.bookings.schemas import BookingDetailView, LessonMoneyView
from instainstru_core.domains.bookings.types import Side
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow


def reference(booking_id: str) -> str:
    """What the time that a booking occupies is known by."""
    return f"booking:{booking_id}"


def visible(
    uow: Uow, booking_id: str, *, lock: bool = False, held: bool = False
) -> tuple[Named, Side]:
    """The booking and the actor's side. What someone may not see does not exist for them.

    `held` where this unit of work holds the booking's lesson already, and has it as it is now.
    """
    actor = uow.actor
    is_staff = actor.may(Permission.BOOKINGS_READ_ANY) or actor.may(Permission.BOOKINGS_CANCEL_ANY)
    if not is_staff:
        require(actor, Permission.BOOKINGS_VIEW_OWN)
    named = _found(uow, booking_id, lock=lock, held=held) if is_id(booking_id) else None
    side = named and policy.side_of(
        actor.id if actor.kind is ActorKind.USER else None,
        student_id=named.booking.student_id,
        instructor_id=named.booking.instructor_id,
        is_staff=is_staff,
    )
    if named is None or side is None:
        raise not_found(booking_id)
    return named, side


def _found(uow: Uow, booking_id: str, *, lock: bool, held: bool) -> Named | None:
    if held:
        return repository.held(uow.session, booking_id)
    return repository.find(uow.session, booking_id, lock=lock)


def own_side(uow: Uow, booking_id: str, side: Side) -> Booking:
    """The booking, for somebody on this side of it. For all others it does not exist."""
    named, seen_as = visible(uow, booking_id)
    if seen_as is not side:
        raise not_found(booking_id)
    return named.booking


def not_found(booking_id: str) -> BookingNotFound:
    """The refusal of a booking that is not there, or not this reader's."""
    return BookingNotFound(
        "There is no such booking, or it is not yours. Find its id in the list of bookings.",
        booking_id=booking_id,
    )


def summary(named: Named, side: Side) -> dict[str, Any]:
    """What every reader sees of a booking, and of the money what is their side's business."""
    row = named.booking
    payer, payee = side is not Side.INSTRUCTOR, side is not Side.STUDENT
    return {
        "id": row.id,
        "status": row.status,
        "payment_status": row.payment_status,
        "seen_as": side,
        "student_id": row.student_id,
        "student_name": public_name(*named.student),
        "instructor_id": row.instructor_id,
        "instructor_name": public_name(*named.instructor),
        "offering_id": row.offering_id,
        "service_id": row.service_id,
        "service_name": row.service_name,
        "format": row.format,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "starts_local": row.starts_local,
        "timezone": row.lesson_timezone,
        "duration_minutes": row.duration_minutes,
        "lesson_price_cents": row.lesson_price_cents,
        "student_fee_cents": row.student_fee_cents if payer else None,
        "total_cents": row.total_cents if payer else None,
        "instructor_fee_cents": row.instructor_fee_cents if payee else None,
        "payout_cents": row.payout_cents if payee else None,
        "created_at": row.created_at,
        "cancelled_at": row.cancelled_at,
        "cancelled_by": row.cancelled_by,
    }


def money_view(row: LessonMoney, side: Side) -> LessonMoneyView:
    """Where a lesson's money is, as far as it is this side's business."""
    payer, payee = side is not Side.INSTRUCTOR, side is not Side.STUDENT
    return LessonMoneyView(
        is_locked=row.locked_at is not None,
        late_move_used=row.late_move_used,
        moves=row.moves,
        outcome=row.outcome,
        settled_at=row.settled_at,
        checkout_expires_at=row.checkout_expires_at if payer else None,
        hold_due_at=row.hold_due_at if payer else None,
        authorized_at=row.authorized_at if payer else None,
        credit_cents=row.credit_cents if payer else None,
        card_cents=row.card_cents if payer else None,
        captured_cents=row.captured_cents if payer else None,
        refunded_cents=row.refunded_cents if payer else None,
        credit_back_cents=row.credit_back_cents if payer else None,
        owed_cents=row.owed_cents if payee else None,
        paid_cents=row.paid_cents if payee else None,
    )


def detailed(named: Named, side: Side) -> BookingDetailView:
    """Everything that a reader from this side may know."""
    row, money = named.booking, named.money
    is_party, payee = side is not Side.STAFF, side is not Side.STUDENT
    return BookingDetailView(
        **summary(named, side),
        chain_id=row.chain_id,
        hourly_rate_cents=row.hourly_rate_cents,
        instructor_fee_rate=float(row.instructor_fee_rate) if payee else None,
        instructor_tier=row.instructor_tier if payee else None,
        pricing_version=row.pricing_version,
        place=row.place if is_party else None,
        latitude=row.latitude if is_party else None,
        longitude=row.longitude if is_party else None,
        area_key=row.area_key,
        student_note=row.student_note if is_party else None,
        instructor_note=row.instructor_note if is_party else None,
        moved_from_id=row.moved_from_id,
        moved_to_id=row.moved_to_id,
        money=None if money is None else money_view(money, side),
        confirmed_at=row.confirmed_at,
        completed_at=row.completed_at,
        cancellation_reason=row.cancellation_reason,
    )
