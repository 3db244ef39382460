"""Moving a lesson: the new time is secured first, then the money follows."""

from dataclasses import dataclass
from datetime import timedelta

from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings.errors import (
    NotMovable,
    OfferingFixed,
    RescheduleLimitReached,
    RescheduleLocked,
    RescheduleWindowClosed,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.policy import agenda, lifecycle, moving
from instainstru_core.domains.bookings.policy.moving import MoveVerdict
from instainstru_core.domains.bookings.schemas import BookLesson, RescheduleBooking
from instainstru_core.domains.bookings.service import advancing, moves, steps
from instainstru_core.domains.bookings.service.create import copy_price, prepared
from instainstru_core.domains.bookings.service.lesson import Lesson, held
from instainstru_core.domains.bookings.service.views import own_side
from instainstru_core.domains.bookings.types import Notice, Side
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow

PATIENCE = timedelta(minutes=30)
"""How long a move may wait for its money before it is given up."""

STUDIO = ("place", "latitude", "longitude", "area_key")
"""Where a lesson at the instructor's takes place; moved, it stays there."""

REFUSALS = {
    MoveVerdict.LOCKED: (
        RescheduleLocked,
        "This lesson was moved late once and its money is locked. It can be taken or cancelled.",
    ),
    MoveVerdict.WINDOW_CLOSED: (
        RescheduleWindowClosed,
        "Less than 12 hours are left, so this lesson cannot be moved any more.",
    ),
    MoveVerdict.LIMIT_REACHED: (
        RescheduleLimitReached,
        "This lesson was moved late once and cannot be moved again. It can be cancelled.",
    ),
    MoveVerdict.IMPOSSIBLE: (
        NotMovable,
        "Only a confirmed lesson that lies ahead can be moved. Look at its status first.",
    ),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking that is to take another's place, and whether money has to move first."""

    child: Booking
    takes_all: bool
    needs_hold: bool


@operation("bookings.reschedule")
def reschedule(
    uow: Uow, booking_id: str, command: RescheduleBooking, *, fence: int | None = None
) -> Command | None:
    """Secure the new time; then move at once, or ask for the money that has to come first.

    Between 24 and 12 hours before the start the whole amount is taken first (a lock); a lesson
    that is moved to less than 24 hours from now needs its hold first.
    """
    require(uow.actor, Permission.BOOKINGS_RESCHEDULE_OWN)
    lesson = held(uow, own_side(uow, booking_id, Side.STUDENT).chain_id, fence=fence)
    if payments.pending(uow, lesson.reference):
        raise payments.command_open(lesson.reference)
    if lesson.booking.id != booking_id:
        raise _refused(MoveVerdict.IMPOSSIBLE, booking_id)
    wish = _wish(uow, lesson, command)
    if not (wish.takes_all or wish.needs_hold):
        moves.replace(uow, lesson, wish.child)
        return advancing.proceed(uow, lesson)
    row = lesson.money
    row.card_cents = wish.child.total_cents - moves.credit_for(lesson, wish.child)
    row.moving_to_id = wish.child.id
    row.moving_takes_all = wish.takes_all
    row.moving_until = uow.now + PATIENCE
    return advancing.proceed(uow, lesson)


def _wish(uow: Uow, lesson: Lesson, command: RescheduleBooking) -> Wish:
    row, old = lesson.money, lesson.booking
    notice = lifecycle.notice(old.starts_at, uow.now)
    verdict = moving.verdict(
        status=old.status,
        starts_at=old.starts_at,
        now=uow.now,
        is_locked=row.locked_at is not None,
        late_move_used=row.late_move_used,
        is_moving=row.moving_to_id is not None,
    )
    if verdict is not MoveVerdict.ALLOWED:
        raise _refused(verdict, old.id)
    early = notice is Notice.EARLY
    wanted = _wanted(old, command)
    if not early and _priced_by(wanted) != _priced_by(old):
        raise OfferingFixed(
            "Less than 24 hours before it starts, a lesson keeps its offering, its format and its"
            " length, because it keeps its price. Choose another time only."
        )
    child = _child(uow, lesson, wanted, keeps_price=not early)
    needs_hold = early and agenda.is_immediate(child.starts_at, uow.now)
    if early:
        steps.let_go(lesson)
    takes_all = not early
    _occupy(uow, child, pending=takes_all or needs_hold)
    return Wish(child, takes_all=takes_all, needs_hold=needs_hold)


def _priced_by(lesson: Booking | BookLesson) -> tuple[str, LessonFormat, int]:
    """What decides about a lesson's price beside its time."""
    return lesson.offering_id, lesson.format, lesson.duration_minutes


def _wanted(old: Booking, command: RescheduleBooking) -> BookLesson:
    """The old lesson's wishes, with what is to change."""
    return BookLesson(
        offering_id=command.offering_id or old.offering_id,
        format=command.format or old.format,
        starts_local=command.starts_local,
        duration_minutes=command.duration_minutes or old.duration_minutes,
        place=command.place or (old.place if instructor_travels(old.format) else None),
        latitude=command.latitude if command.latitude is not None else old.latitude,
        longitude=command.longitude if command.longitude is not None else old.longitude,
        student_note=old.student_note,
    )


def _child(uow: Uow, lesson: Lesson, wanted: BookLesson, *, keeps_price: bool) -> Booking:
    """The booking that is to take the old one's place, with a price of its own or the old one's."""
    old = lesson.booking
    child = prepared(uow, old.student_id, wanted, moves=old)
    if child.instructor_id != old.instructor_id:
        raise OfferingFixed(
            "A lesson is moved with its instructor. To change that, cancel it and book anew."
        )
    if keeps_price:
        copy_price(old, child)
    if child.format is old.format is LessonFormat.INSTRUCTOR_LOCATION:
        for part in STUDIO:
            setattr(child, part, getattr(old, part))
    child.moved_from_id = old.id
    uow.session.add(child)
    uow.session.flush()
    return child


def _occupy(uow: Uow, child: Booking, *, pending: bool) -> None:
    availability.occupy(
        uow,
        instructor_id=child.instructor_id,
        student_id=child.student_id,
        span=Span(child.starts_at, child.ends_at),
        travels=instructor_travels(child.format),
        chain_id=child.chain_id,
        reference=steps.occupies(child.id),
        expires_at=uow.now + PATIENCE if pending else None,
    )


def _refused(verdict: MoveVerdict, booking_id: str) -> Conflict:
    kind, words = REFUSALS[verdict]
    return kind(words, booking_id=booking_id)
