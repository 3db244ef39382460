"""What a refund of a settled lesson takes from whom, whoever made it.

A refund takes the instructor's share back in proportion, as differences of a running total, so
that a full refund in pieces takes back exactly all. Credit used for the lesson comes back the
same way, and credit issued for it is revoked.
"""

from dataclasses import dataclass

from instainstru_core.domains.bookings.models import AdminRefund
from instainstru_core.domains.bookings.policy.settlement import running_share
from instainstru_core.domains.bookings.service import books, losing
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.bookings.types import Outcome, RefundOrigin, RefundReason
from instainstru_core.domains.credits import service as credits
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow


@dataclass(frozen=True, slots=True)
class Shares:
    """What a refund takes from whom."""

    refund: int
    instructor: int
    credit_back: int
    credit_revoked: int

    @property
    def platform(self) -> int:
        """What is left for the platform to bear."""
        return self.refund + self.credit_back - self.instructor - self.credit_revoked


def shares(uow: Uow, lesson: Lesson, cents: int, *, open_cents: int = 0) -> Shares:
    """Who bears these cents of the charge, after all that went back before.

    What disputes are about that are still open (`open_cents`) has not gone back.
    """
    row = lesson.money
    gone, whole = losing.gone_for_good(lesson, open_cents), row.captured_cents

    def share(amount: int) -> int:
        before = running_share(amount, part=gone, whole=whole)
        return running_share(amount, part=gone + cents, whole=whole) - before

    used = credits.used(uow, lesson.reference)
    issued = credits.issued(uow, lesson.reference)
    return Shares(
        refund=cents,
        instructor=share(row.owed_cents),
        credit_back=min(share(used.original_cents), used.left_cents),
        credit_revoked=min(share(issued.original_cents), issued.left_cents),
    )


def order(
    uow: Uow,
    lesson: Lesson,
    cents: int,
    reason: RefundReason,
    *,
    note: str | None = None,
    origin: RefundOrigin = RefundOrigin.STAFF,
) -> AdminRefund:
    """Write down that so much was given back: by staff, or by a call that was taken for failed."""
    row = AdminRefund(
        id=new_id(),
        chain_id=lesson.money.chain_id,
        booking_id=lesson.booking.id,
        cents=cents,
        reason=reason,
        note=note,
        origin=origin,
        ordered_by=uow.actor.id if origin is RefundOrigin.STAFF else None,
        ordered_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def take(uow: Uow, lesson: Lesson, found: Shares, *, key: str) -> None:
    """Take from everybody what they bear, into the pot: the refund itself goes out of it."""
    reference = lesson.reference
    books.take_back(
        uow,
        lesson,
        key=key,
        refund=Cents(found.refund),
        payout=Cents(found.instructor),
        reinstated=Cents(found.credit_back),
    )
    if found.credit_back:
        credits.reinstate(
            uow,
            reference=reference,
            cents=found.credit_back,
            funded_by=books.pot(lesson),
            key=key,
        )
    if found.credit_revoked:
        credits.revoke(uow, reference=reference, cents=found.credit_revoked, into=books.REVENUE)


def finish(uow: Uow, lesson: Lesson, *, open_cents: int = 0) -> None:
    """Where nothing of the charge is left after a refund, its outcome is one: whatever was earned
    and paid for the lesson was taken back, and so is its milestone. That it took place, its status
    still says.
    """
    row = lesson.money
    if losing.gone_for_good(lesson, open_cents) >= row.captured_cents:
        credits.revoke_milestone(uow, reference=lesson.reference)
        row.outcome = Outcome.ADMIN_REFUND


def take_earlier(uow: Uow, lesson: Lesson) -> None:
    """A lesson is settled of whose charge a part had gone back before: now it is known whose."""
    row = lesson.money
    cents, row.refund_due_cents = row.refund_due_cents, 0
    found = shares(uow, lesson, cents, open_cents=row.charged_back_cents)
    take(uow, lesson, found, key=f"refund_order:{lesson.reference}")
    row.refund_due_cents = cents
