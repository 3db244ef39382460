"""What bookings announce becomes messages, to those whom it concerns and to nobody else.

A reaction sees its fact once. Keys make sure of it where a fact of a booking can happen only once;
refunds and payouts can happen again, and each is told.
"""

from datetime import datetime
from typing import TypedDict

from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDropped,
    BookingRescheduled,
    CaptureFailed,
    DebtOpened,
    HoldFailed,
    HoldWarned,
    InstructorPaid,
    LessonRefunded,
    NoShowReported,
    NoShowResolved,
    PayerLocked,
    PayerRestricted,
    RefundSettled,
)
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.policy.settlement import Price
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import (
    Absent,
    CancelledBy,
    DebtCause,
    MessageFacts,
    Notice,
    ReportResult,
)
from instainstru_core.domains.notifications import policy, service
from instainstru_core.domains.notifications.policy import Share
from instainstru_core.domains.notifications.schemas import (
    AccountLockedFacts,
    AccountRestrictedFacts,
    BookingCancelledFacts,
    BookingConfirmedFacts,
    BookingRescheduledFacts,
    CaptureFailedFacts,
    DebtOpenedFacts,
    DroppedInstructorFacts,
    DroppedStudentFacts,
    Facts,
    FinalWarningFacts,
    HoldFailedFacts,
    InstructorInviteFacts,
    LessonFacts,
    NoShowReportedFacts,
    NoShowResolvedFacts,
    PayeeBlockedFacts,
    PayoutFailedFacts,
    PayoutSentFacts,
    RefundedFacts,
    RefundSettledFacts,
    ReviewPublishedFacts,
)
from instainstru_core.domains.notifications.types import Reader, Template
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.events import InviteResent, InvitesIssued
from instainstru_core.domains.onboarding.schemas import InviteEnvelope
from instainstru_core.domains.payments.events import PayeeBlocked, PayoutFailed
from instainstru_core.domains.reviews.events import ReviewPublished
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow


class _Lesson(TypedDict):
    service_name: str
    with_name: str
    starts_local: datetime
    timezone: str
    duration_minutes: int


FIRST_TIME = 1
BOTH = (Reader.STUDENT, Reader.INSTRUCTOR)


def on_booking_confirmed(uow: Uow, event: BookingConfirmed) -> None:
    """Both learn that the lesson is certain, and what they pay or receive."""
    lesson = bookings.message_facts(uow, event.booking_id)
    for reader in BOTH:
        is_student = reader is Reader.STUDENT
        amount = lesson.total_cents if is_student else lesson.payout_cents
        facts = BookingConfirmedFacts(**_of(lesson, reader), reader=reader, amount_cents=amount)
        _tell(uow, lesson, reader, facts)


def on_hold_failed(uow: Uow, event: HoldFailed) -> None:
    """The student learns of it once for each lesson; the last warning is a message of its own."""
    lesson = bookings.message_facts(uow, event.booking_id)
    facts = HoldFailedFacts(
        **_of(lesson, Reader.STUDENT),
        total_cents=_card_cents(uow, lesson),
        reason=event.reason,
        pay_by_at=lesson.starts_at - agenda.DROP_AHEAD if lesson.was_confirmed else None,
    )
    _tell(uow, lesson, Reader.STUDENT, facts)


def on_hold_warned(uow: Uow, event: HoldWarned) -> None:
    """The student is warned for the last time."""
    lesson = bookings.message_facts(uow, event.booking_id)
    facts = FinalWarningFacts(
        **_of(lesson, Reader.STUDENT),
        total_cents=_card_cents(uow, lesson),
        pay_by_at=lesson.starts_at - agenda.DROP_AHEAD,
    )
    _tell(uow, lesson, Reader.STUDENT, facts)


def on_booking_dropped(uow: Uow, event: BookingDropped) -> None:
    """The student learns of it; the instructor only if they ever counted on the lesson."""
    lesson = bookings.message_facts(uow, event.booking_id)
    told = DroppedStudentFacts(**_of(lesson, Reader.STUDENT), was_confirmed=event.was_confirmed)
    _tell(uow, lesson, Reader.STUDENT, told)
    if event.was_confirmed:
        facts = DroppedInstructorFacts(**_of(lesson, Reader.INSTRUCTOR))
        _tell(uow, lesson, Reader.INSTRUCTOR, facts)


def on_booking_cancelled(uow: Uow, event: BookingCancelled) -> None:
    """Both learn of it, and what it means for their money. A checkout that ends is nobody's news.

    This does not wait for the money, which a card may keep waiting for days.
    """
    lesson = bookings.message_facts(uow, event.booking_id)
    if not lesson.was_confirmed:
        return
    share = _share(bookings.detail(uow, event.booking_id), event)
    for reader in BOTH:
        facts = BookingCancelledFacts(
            **_of(lesson, reader),
            reader=reader,
            cancelled_by=CancelledBy(event.cancelled_by),
            is_charged=share.is_charged,
            credit_cents=share.credit_cents,
            refund_cents=share.refund_cents,
            payout_cents=share.payout_cents,
        )
        _tell(uow, lesson, reader, facts)


def on_booking_rescheduled(uow: Uow, event: BookingRescheduled) -> None:
    """Both learn when the lesson is now."""
    was = bookings.message_facts(uow, event.booking_id)
    lesson = bookings.message_facts(uow, event.to_booking_id)
    for reader in BOTH:
        facts = BookingRescheduledFacts(
            **_of(lesson, reader),
            reader=reader,
            was_service_name=was.service_name,
            was_starts_local=was.starts_local,
            was_timezone=was.timezone,
        )
        _tell(uow, lesson, reader, facts)


def on_capture_failed(uow: Uow, event: CaptureFailed) -> None:
    """The student learns that an amount is due."""
    lesson = bookings.message_facts(uow, event.booking_id)
    due = _card_cents(uow, lesson)
    facts = CaptureFailedFacts(**_of(lesson, Reader.STUDENT), total_cents=due)
    _tell(uow, lesson, Reader.STUDENT, facts)


def on_payer_locked(uow: Uow, event: PayerLocked) -> None:
    """The student learns why they cannot book, and how they can again."""
    lesson = bookings.message_facts(uow, event.booking_id)
    due = _card_cents(uow, lesson)
    facts = AccountLockedFacts(**_of(lesson, Reader.STUDENT), total_cents=due)
    _tell(uow, lesson, Reader.STUDENT, facts)


def on_debt_opened(uow: Uow, event: DebtOpened) -> None:
    """The student learns why they cannot book, and how they can again. It may happen again."""
    facts = DebtOpenedFacts(because=DebtCause(event.because), owed_cents=event.cents)
    _tell_person(uow, event.student_id, facts, about=event.reference)


def on_payer_restricted(uow: Uow, event: PayerRestricted) -> None:
    """The student learns why they cannot book, and who can change that."""
    facts = AccountRestrictedFacts(is_lost=event.is_lost)
    _tell_person(uow, event.student_id, facts, about=event.reference)


def on_payout_failed(uow: Uow, event: PayoutFailed) -> None:
    """The instructor learns that their bank did not take it, and what to do."""
    facts = PayoutFailedFacts(failed_cents=event.cents, failure_code=event.failure_code)
    _tell_person(uow, event.instructor_id, facts, about=f"payout:{event.payout_id}")


def on_payee_blocked(uow: Uow, event: PayeeBlocked) -> None:
    """The instructor learns that they are not paid for now, and what to do."""
    facts = PayeeBlockedFacts(blocked_reason=event.reason)
    _tell_person(uow, event.instructor_id, facts, about=f"instructor:{event.instructor_id}")


def on_no_show_reported(uow: Uow, event: NoShowReported) -> None:
    """Whoever is said not to have come learns that they can object."""
    lesson = bookings.message_facts(uow, event.booking_id)
    absent = Absent(event.absent)
    is_mutual = absent is Absent.MUTUAL
    for reader in BOTH if is_mutual else (Reader(absent.value),):
        facts = NoShowReportedFacts(**_of(lesson, reader), reader=reader, is_mutual=is_mutual)
        _tell(uow, lesson, reader, facts)


def on_no_show_resolved(uow: Uow, event: NoShowResolved) -> None:
    """Both learn what it means for the lesson. That it was cancelled for that is told as such, and
    so is what ended it before.
    """
    if event.result is None:
        return
    lesson = bookings.message_facts(uow, event.booking_id)
    for reader in BOTH:
        facts = NoShowResolvedFacts(
            **_of(lesson, reader), reader=reader, result=ReportResult(event.result)
        )
        _tell(uow, lesson, reader, facts)


def on_lesson_refunded(uow: Uow, event: LessonRefunded) -> None:
    """The student learns that money is on its way back."""
    lesson = bookings.message_facts(uow, event.booking_id)
    facts = RefundedFacts(**_of(lesson, Reader.STUDENT), refund_cents=event.cents)
    _tell(uow, lesson, Reader.STUDENT, facts, again=True)


def on_refund_settled(uow: Uow, event: RefundSettled) -> None:
    """The student learns what became of a refund that the card could not take."""
    lesson = bookings.message_facts(uow, event.booking_id)
    facts = RefundSettledFacts(
        **_of(lesson, Reader.STUDENT), credit_cents=event.credit_cents, bank_cents=event.bank_cents
    )
    _tell(uow, lesson, Reader.STUDENT, facts, again=True)


def on_instructor_paid(uow: Uow, event: InstructorPaid) -> None:
    """The instructor learns that money is on its way."""
    lesson = bookings.message_facts(uow, event.booking_id)
    facts = PayoutSentFacts(**_of(lesson, Reader.INSTRUCTOR), payout_cents=event.cents)
    _tell(uow, lesson, Reader.INSTRUCTOR, facts, again=True)


def on_review_published(uow: Uow, event: ReviewPublished) -> None:
    """The instructor learns of it, and that they can answer."""
    lesson = bookings.message_facts(uow, event.booking_id)
    facts = ReviewPublishedFacts(**_of(lesson, Reader.INSTRUCTOR), stars=event.stars)
    _tell(uow, lesson, Reader.INSTRUCTOR, facts)


def _tell(
    uow: Uow, lesson: MessageFacts, reader: Reader, facts: LessonFacts, *, again: bool = False
) -> None:
    is_student = reader is Reader.STUDENT
    key = f"{facts.template.value}:{lesson.booking_id}:{reader.value}"
    service.queue(
        uow,
        key=f"{key}:{new_id()}" if again else key,
        template=facts.template,
        user_id=lesson.student_id if is_student else lesson.instructor_id,
        facts=facts,
        reference=f"booking:{lesson.booking_id}",
    )


def _tell_person(uow: Uow, user_id: str, facts: Facts, *, about: str) -> None:
    """Something that is not about a lesson, and may happen again."""
    service.queue(
        uow,
        key=f"{facts.template.value}:{about}:{new_id()}",
        template=facts.template,
        user_id=user_id,
        facts=facts,
        reference=about,
    )


def on_invites_issued(uow: Uow, event: InvitesIssued) -> None:
    """Everybody in the batch gets a mail of their own."""
    ids = onboarding.batch_ids(uow, event.batch_id)
    for invite in onboarding.envelopes(uow, ids).values():
        _invite(uow, invite, FIRST_TIME, event.claim_page)


def on_invite_resent(uow: Uow, event: InviteResent) -> None:
    """The same mail once more; a fact that is seen twice makes one."""
    for invite in onboarding.envelopes(uow, [event.invite_id]).values():
        _invite(uow, invite, event.number, event.claim_page)


def _invite(uow: Uow, invite: InviteEnvelope, number: int, claim_page: str) -> None:
    service.queue(
        uow,
        key=f"invite:{invite.invite_id}:{number}",
        template=Template.INSTRUCTOR_INVITE,
        invite_id=invite.invite_id,
        reference=f"invite:{invite.invite_id}",
        facts=InstructorInviteFacts(
            grants_founding=invite.grants_founding,
            expires_at=invite.expires_at,
            note=invite.message_note,
            claim_page=claim_page,
        ),
    )


def _of(lesson: MessageFacts, reader: Reader) -> _Lesson:
    """The lesson as this side sees it: with the other one, by first name and initial."""
    return {
        "service_name": lesson.service_name,
        "with_name": lesson.instructor_name if reader is Reader.STUDENT else lesson.student_name,
        "starts_local": lesson.starts_local,
        "timezone": lesson.timezone,
        "duration_minutes": lesson.duration_minutes,
    }


def _card_cents(uow: Uow, lesson: MessageFacts) -> int:
    """What the card is to pay: credit may cover the rest of the total."""
    money = bookings.detail(uow, lesson.booking_id).money
    known = None if money is None else money.card_cents
    return lesson.total_cents if known is None else known


def _share(found: BookingDetailView, event: BookingCancelled) -> Share:
    money, lesson_price = found.money, Cents(found.lesson_price_cents)
    return policy.shared_out(
        by=CancelledBy(event.cancelled_by),
        notice=Notice(event.notice),
        outcome=None if money is None else money.outcome,
        price=Price(
            lesson_price,
            Cents(found.student_fee_cents or 0),
            Cents(found.instructor_fee_cents or 0),
        ),
        credit=Cents(0 if money is None else money.credit_cents or 0),
        captured=Cents(0 if money is None else money.captured_cents or 0),
        is_locked=money is not None and money.is_locked,
    )
