"""Saying that a lesson took place."""

from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.errors import NotCompletable, NotOverYet
from instainstru_core.domains.bookings.service import advancing, steps
from instainstru_core.domains.bookings.service.lesson import held
from instainstru_core.domains.bookings.service.views import visible
from instainstru_core.domains.bookings.types import BookingStatus, Party, Side
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("bookings.complete")
def complete(uow: Uow, booking_id: str, *, fence: int | None = None) -> Command | None:
    """The instructor, or staff, say that the lesson took place, once it is over.

    The amount is taken 24 hours after its end, as when nobody says anything.
    """
    named, side = visible(uow, booking_id)
    staff = side is Side.STAFF
    require(
        uow.actor, Permission.BOOKINGS_MANAGE_ANY if staff else Permission.BOOKINGS_COMPLETE_OWN
    )
    lesson = held(uow, named.booking.chain_id, fence=fence)
    row = named.booking
    if row.status is BookingStatus.COMPLETED:
        return None
    party = {Side.STAFF: Party.ADMIN, Side.INSTRUCTOR: Party.INSTRUCTOR}.get(side, Party.STUDENT)
    paid = row.status is not BookingStatus.PENDING
    if not paid or not policy.may_become(row.status, BookingStatus.COMPLETED, by=party):
        raise NotCompletable(
            f"A booking that is {row.status} cannot be completed by the {party}.",
            booking_id=row.id,
            status=row.status,
        )
    if uow.now < row.ends_at:
        raise NotOverYet(
            "The lesson is not over yet. Complete it once it has ended.",
            booking_id=row.id,
            ends_at=row.ends_at.isoformat(),
        )
    steps.complete(uow, lesson, at=uow.now)
    if payments.pending(uow, lesson.reference):
        return None
    return advancing.proceed(uow, lesson)
