"""Booking a lesson, and what it would cost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from instainstru_core.domains.accounts.service.rows import refuse_inactive
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.errors import (
    AddressRequired,
    DurationNotOffered,
    InThePast,
    NonexistentTime,
    NotAStudent,
    OffGrid,
    OwnOffering,
    TooFarAhead,
)
from instainstru_core.domains.bookings.events import BookingCreated
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.repository import lessons as repository
from instainstru_core.domains.bookings.repository import money as money_repository
from instainstru_core.domains.bookings.repository.lessons import Named, Sides
from instainstru_core.domains.bookings.schemas import BookingDetailView, BookLesson
from instainstru_core.domains.bookings.service.views import detailed, reference
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, PaymentStatus, Side
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.types import LessonTerms
from instainstru_core.domains.payments.service.standing import refuse_standing
from instainstru_core.domains.pricing import policy as pricing_rules
from instainstru_core.domains.pricing import service as pricing
from instainstru_core.domains.pricing.policy import Quote
from instainstru_core.domains.pricing.schemas import QuoteLesson, QuoteView
from instainstru_core.kernel import idempotency
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.time import NonexistentLocalTime, Span, local_day, to_utc
from instainstru_core.kernel.uow import Uow


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lesson takes place; empty online."""

    address: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A booking that may be made, not yet written."""

    row: Booking
    sides: Sides
    travels: bool


NOTHING_MOVED = {
    "moves": 0,
    "late_move_used": False,
    "credit_cents": 0,
    "captured_cents": 0,
    "refunded_cents": 0,
    "credit_back_cents": 0,
    "owed_cents": 0,
    "paid_cents": 0,
}
"""What a reader is told of money before anything happened to it."""

PRICE = (
    "hourly_rate_cents",
    "lesson_price_cents",
    "student_fee_cents",
    "instructor_fee_cents",
    "total_cents",
    "payout_cents",
    "instructor_fee_rate",
    "instructor_tier",
    "pricing_version",
)


@operation("bookings.create")
def create(
    uow: Uow, command: BookLesson, *, idempotency_key: str | None = None
) -> BookingDetailView:
    """Keep a lesson's time for the student who asks, for 30 minutes, in which to check out.

    A repeat with the same key gets the first answer. Everything is checked against the moment
    and the tables of this transaction; the slot itself is guarded by the database.
    """
    require(uow.actor, Permission.BOOKINGS_CREATE)
    student_id = uow.actor.id
    if student_id is None or uow.actor.kind is not ActorKind.USER:
        raise NotAStudent("Lessons are booked by people. Sign in as the student who will attend.")
    return idempotency.once(
        uow,
        operation="bookings.create",
        key=idempotency_key,
        request=command,
        kind=BookingDetailView,
        produce=lambda: _book(uow, student_id, command),
    )


@operation("bookings.quote")
def quote(uow: Uow, command: QuoteLesson) -> QuoteView:
    """What a lesson would cost now. Open to everyone; nothing is kept.

    Credit counts for whoever has some and may pay with it. What the instructor pays and earns is
    told to that instructor and to staff only.
    """
    terms = instructors.lesson_terms(
        uow,
        command.offering_id,
        command.format,
        latitude=command.latitude,
        longitude=command.longitude,
    )
    _refuse_length(terms, command.duration_minutes)
    since = pricing_rules.window_start(pricing_rules.rules_at(uow.now), uow.now)
    quoted = pricing.quote(
        uow,
        repository.teaching_record(uow.session, terms.instructor_id, since=since),
        hourly_rate_cents=terms.hourly_rate_cents,
        minutes=command.duration_minutes,
        lesson_format=command.format,
    )
    actor = uow.actor
    return pricing.view(
        quoted,
        offering_id=terms.offering_id,
        lesson_format=terms.format,
        credit=_usable_credit(uow, min(command.credit_cents, quoted.lesson_price.amount)),
        instructor_side=actor.is_user(terms.instructor_id)
        or actor.may(Permission.INSTRUCTORS_READ_ANY),
    )


def _usable_credit(uow: Uow, wanted_cents: int) -> Cents:
    """How much of the wish the actor's wallet can meet now."""
    actor = uow.actor
    payer = actor.kind is ActorKind.USER and actor.may(Permission.PAYMENTS_MANAGE_OWN)
    if not wanted_cents or not payer:
        return Cents(0)
    return Cents(min(wanted_cents, credits.wallet(uow).available_cents))


def _book(uow: Uow, student_id: str, command: BookLesson) -> BookingDetailView:
    wanted = _prepared(uow, student_id, command, moves=None)
    row = wanted.row
    until = agenda.checkout_expiry(row.starts_at, uow.now)
    availability.occupy(
        uow,
        instructor_id=row.instructor_id,
        student_id=student_id,
        span=Span(row.starts_at, row.ends_at),
        travels=wanted.travels,
        chain_id=row.chain_id,
        reference=reference(row.id),
        expires_at=until,
    )
    money = _money(row, until)
    _keep(uow, row, money)
    named = Named(row, wanted.sides.student, wanted.sides.instructor, money)
    return detailed(named, Side.STUDENT)


def prepared(uow: Uow, student_id: str, command: BookLesson, *, moves: Booking) -> Booking:
    """The booking that is to take another one's place: checked like a new one, not yet written."""
    return _prepared(uow, student_id, command, moves=moves).row


def copy_price(old: Booking, new: Booking) -> None:
    """Give a booking the price of the one whose place it takes."""
    for part in PRICE:
        setattr(new, part, getattr(old, part))


def _prepared(uow: Uow, student_id: str, command: BookLesson, *, moves: Booking | None) -> Prepared:
    """Every check but the database's own on the slot, and the row that they lead to."""
    terms = instructors.lesson_terms(
        uow,
        command.offering_id,
        command.format,
        latitude=command.latitude,
        longitude=command.longitude,
        teaching_place_id=command.teaching_place_id,
    )
    if terms.instructor_id == student_id:
        raise OwnOffering("You cannot book yourself. Choose another instructor.")
    _refuse_length(terms, command.duration_minutes)
    span = _span(uow, command, terms.timezone)
    place = _place(command, terms)
    rules = pricing_rules.rules_at(uow.now)
    sides = repository.sides(
        uow.session,
        student_id=student_id,
        instructor_id=terms.instructor_id,
        since=pricing_rules.window_start(rules, uow.now),
    )
    refuse_inactive(sides.student_status)
    if moves is None:
        refuse_standing(sides.standing)
    quoted = pricing.quote(
        uow,
        sides.record,
        hourly_rate_cents=terms.hourly_rate_cents,
        minutes=command.duration_minutes,
        lesson_format=command.format,
        place=place.address,
    )
    availability.require_open(
        uow,
        terms.instructor_id,
        span,
        lesson_format=command.format,
        student_id=student_id,
        chain_id=None if moves is None else moves.chain_id,
    )
    row = _row(uow, command, terms, student_id=student_id, span=span, place=place, quoted=quoted)
    if moves is not None:
        row.chain_id = moves.chain_id
    return Prepared(row, sides, travels=terms.travels)


def _span(uow: Uow, command: BookLesson, timezone: str) -> Span:
    """The instants of the lesson. Length is elapsed time; only the start must exist on the wall."""
    start = command.starts_local
    if not policy.is_on_grid(start):
        raise OffGrid("Lessons start on a quarter of an hour: :00, :15, :30 or :45. Choose one.")
    far = f"Lessons are booked for the next {policy.MAX_ADVANCE.days} days. Choose one of these."
    try:
        starts_at = to_utc(start, timezone)
    except NonexistentLocalTime as failure:
        raise NonexistentTime(
            f"The clocks are set forward on {start:%Y-%m-%d}, so {start:%H:%M} does not exist"
            " there. Choose another time.",
            timezone=timezone,
        ) from failure
    except OverflowError as failure:
        raise TooFarAhead(far) from failure
    if starts_at <= uow.now:
        raise InThePast("This time is over. Choose one that lies ahead.")
    if policy.is_too_far_ahead(starts_at, uow.now):
        raise TooFarAhead(far)
    return Span(starts_at, starts_at + timedelta(minutes=command.duration_minutes))


def _place(command: BookLesson, terms: LessonTerms) -> Place:
    """The student's or a neutral place is told by the student, the studio by the instructor."""
    if not terms.travels:
        return Place(terms.place, terms.latitude, terms.longitude)
    if command.place is None:
        raise AddressRequired(
            "Say in `place` where the lesson is to be: the instructor travels to it."
        )
    return Place(command.place, command.latitude, command.longitude)


def _refuse_length(terms: LessonTerms, minutes: int) -> None:
    if minutes not in terms.durations:
        offered = ", ".join(str(length) for length in sorted(terms.durations))
        raise DurationNotOffered(
            f"This offering has lessons of {offered} minutes. Choose one of these.",
            duration_minutes=minutes,
            offered=[str(length) for length in sorted(terms.durations)],
        )


def _row(
    uow: Uow,
    command: BookLesson,
    terms: LessonTerms,
    *,
    student_id: str,
    span: Span,
    place: Place,
    quoted: Quote,
) -> Booking:
    booking_id = new_id()
    return Booking(
        id=booking_id,
        chain_id=booking_id,
        student_id=student_id,
        instructor_id=terms.instructor_id,
        offering_id=terms.offering_id,
        service_id=terms.service_id,
        service_name=terms.service_name,
        format=terms.format,
        status=BookingStatus.PENDING,
        payment_status=PaymentStatus.NONE,
        starts_at=span.start,
        ends_at=span.end,
        starts_local=command.starts_local,
        lesson_timezone=terms.timezone,
        lesson_day=local_day(span.start),
        duration_minutes=command.duration_minutes,
        place=place.address,
        latitude=place.latitude,
        longitude=place.longitude,
        area_key=terms.area_key,
        student_note=command.student_note or None,
        hourly_rate_cents=quoted.hourly_rate.amount,
        lesson_price_cents=quoted.lesson_price.amount,
        student_fee_cents=quoted.student_fee.amount,
        instructor_fee_cents=quoted.instructor_fee.amount,
        total_cents=quoted.total.amount,
        payout_cents=quoted.payout.amount,
        instructor_fee_rate=quoted.instructor_fee_rate,
        instructor_tier=quoted.tier,
        pricing_version=quoted.version,
        created_at=uow.now,
    )


def _money(row: Booking, until: datetime) -> LessonMoney:
    return LessonMoney(
        chain_id=row.chain_id,
        booking_id=row.id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        card_cents=row.total_cents,
        checkout_expires_at=until,
        due_at=until,
        due_kind=DueKind.CHECKOUT,
        **NOTHING_MOVED,
    )


def _keep(uow: Uow, row: Booking, money: LessonMoney) -> None:
    repository.begin(uow.session, row)
    money_repository.begin(uow.session, money)
    uow.emit(
        BookingCreated(
            booking_id=row.id,
            student_id=row.student_id,
            instructor_id=row.instructor_id,
            service_id=row.service_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    )
    audit.record(
        uow,
        "bookings.create",
        subject_kind="booking",
        subject_id=row.id,
        details={"format": row.format, "total_cents": row.total_cents},
    )
