"""Who sees what of a booking."""

from typing import Any

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings import policy, repository
from instainstru_core.domains.bookings.errors import BookingNotFound
from instainstru_core.domains.bookings.repository import Named
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import Side
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow


def reference(booking_id: str) -> str:
    """What the time that a booking occupies is known by."""
    return f"booking:{booking_id}"


def visible(uow: Uow, booking_id: str, *, lock: bool = False) -> tuple[Named, Side]:
    """The booking and the actor's side. What someone may not see does not exist for them."""
    actor = uow.actor
    is_staff = actor.may(Permission.BOOKINGS_READ_ANY) or actor.may(Permission.BOOKINGS_CANCEL_ANY)
    if not is_staff:
        require(actor, Permission.BOOKINGS_VIEW_OWN)
    named = repository.find(uow.session, booking_id, lock=lock) if is_id(booking_id) else None
    side = named and policy.side_of(
        actor.id if actor.kind is ActorKind.USER else None,
        student_id=named.booking.student_id,
        instructor_id=named.booking.instructor_id,
        is_staff=is_staff,
    )
    if named is None or side is None:
        raise BookingNotFound(
            "There is no such booking among yours. List your bookings to find its id.",
            booking_id=booking_id,
        )
    return named, side


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


def detailed(named: Named, side: Side) -> BookingDetailView:
    """Everything that a reader from this side may know."""
    row = named.booking
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
        confirmed_at=row.confirmed_at,
        completed_at=row.completed_at,
        cancellation_reason=row.cancellation_reason,
    )
