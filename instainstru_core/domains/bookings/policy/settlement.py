"""Who gets what when a lesson ends. Whole cents; every cent that comes in goes somewhere.

What comes in is the captured card amount and the credit that is used up; out of it the instructor
is owed a share, the student gets a refund or new credit, and the rest is the platform's.
Source: cancellation and no-show policy v2.1.1, sections 2.7 to 2.11; half-up once per amount.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from instainstru_core.domains.bookings.types import BookingStatus, Ending, Notice, Outcome
from instainstru_core.kernel.money import ZERO, Cents, half_up

HALF = Decimal("0.5")

TAKEN = frozenset(
    {
        Ending.LESSON_TAKEN,
        Ending.STUDENT_NO_SHOW,
        Ending.DISPUTE_UPHELD,
        Ending.ADMIN_CANCEL_KEEP,
    }
)
"""Endings that pay the instructor in full."""

KEEPS_CARD = TAKEN | {Ending.STUDENT_CANCEL_MIDDLE, Ending.STUDENT_CANCEL_LATE}
"""Endings for which the card is charged."""

COMES_TO_ITS_END = frozenset(
    {
        (None, BookingStatus.CONFIRMED),
        (None, BookingStatus.COMPLETED),
        (Ending.LESSON_TAKEN, BookingStatus.CONFIRMED),
    }
)
"""Lessons that are completed when nothing else happens, and charged. One that was booked before
there were payments has its ending already: it is settled, and only completed.
"""

OUTCOMES: Mapping[Ending, Outcome] = {
    Ending.LESSON_TAKEN: Outcome.LESSON_COMPLETED_FULL_PAYOUT,
    Ending.STUDENT_CANCEL_EARLY: Outcome.STUDENT_CANCEL_GT24_NO_CHARGE,
    Ending.STUDENT_CANCEL_UNPAID: Outcome.STUDENT_CANCEL_GT24_NO_CHARGE,
    Ending.STUDENT_CANCEL_MIDDLE: Outcome.STUDENT_CANCEL_12_24_FULL_CREDIT,
    Ending.STUDENT_CANCEL_LATE: Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50,
    Ending.INSTRUCTOR_CANCEL: Outcome.INSTRUCTOR_CANCEL_FULL_REFUND,
    Ending.ADMIN_CANCEL_REFUND: Outcome.ADMIN_REFUND,
    Ending.ADMIN_CANCEL_KEEP: Outcome.ADMIN_NO_REFUND,
    Ending.INSTRUCTOR_NO_SHOW: Outcome.INSTRUCTOR_NO_SHOW_FULL_REFUND,
    Ending.MUTUAL_NO_SHOW: Outcome.MUTUAL_NO_SHOW_FULL_REFUND,
    Ending.STUDENT_NO_SHOW: Outcome.STUDENT_NO_SHOW_FULL_PAYOUT,
    Ending.DISPUTE_UPHELD: Outcome.LESSON_COMPLETED_FULL_PAYOUT,
    Ending.PAYMENT_FAILED: Outcome.PAYMENT_FAILED_NO_CHARGE,
    Ending.CHARGED_BACK: Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND,
}
LOCKED_OUTCOMES: Mapping[Ending, Outcome] = {
    Ending.STUDENT_CANCEL_MIDDLE: Outcome.LOCKED_CANCEL_GE12_FULL_CREDIT,
    Ending.STUDENT_CANCEL_LATE: Outcome.LOCKED_CANCEL_LT12_SPLIT_50_50,
}


@dataclass(frozen=True, slots=True)
class Price:
    """The parts of a price that settling needs: lesson price, student's and instructor's fee."""

    lesson: Cents
    student_fee: Cents
    instructor_fee: Cents

    @property
    def payout(self) -> Cents:
        """P: what the instructor is owed for the whole lesson."""
        return self.lesson - self.instructor_fee

    def card(self, credit: Cents) -> Cents:
        """What the card pays beside this much credit. The student's fee is always the card's."""
        return self.lesson - credit + self.student_fee


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an ending does with the money. Amounts are never negative, but for `revenue`.

    `consumed` and `forfeited` credit come in beside the captured card; `released` credit goes back
    on its old expiry and `issued` credit is new.
    """

    outcome: Outcome
    captured: Cents
    refunded: Cents
    consumed: Cents
    released: Cents
    forfeited: Cents
    issued: Cents
    owed: Cents
    subsidy: Cents = ZERO

    @property
    def revenue(self) -> Cents:
        """What is left for the platform."""
        came_in = self.captured + self.consumed + self.forfeited + self.subsidy
        return came_in - self.refunded - self.issued - self.owed


def student_cancellation(notice: Notice, *, is_locked: bool) -> Ending:
    """How a lesson ends that its student cancels. Locked money never goes back to the card."""
    if notice is Notice.LATE:
        return Ending.STUDENT_CANCEL_LATE
    if notice is Notice.MIDDLE or is_locked:
        return Ending.STUDENT_CANCEL_MIDDLE
    return Ending.STUDENT_CANCEL_EARLY


def settlement(
    ending: Ending, price: Price, *, credit: Cents, captured: Cents, is_locked: bool
) -> Settlement:
    """What this ending does, once the card is where the ending wants it.

    `credit` is what is reserved, `captured` what was taken of the card.
    """
    consumed = released = forfeited = issued = owed = refunded = ZERO
    if ending in TAKEN:
        consumed, owed = credit, price.payout
    elif ending is Ending.STUDENT_CANCEL_MIDDLE:
        released, issued, forfeited = _given_back(price.lesson, credit)
    elif ending is Ending.STUDENT_CANCEL_LATE:
        released, issued, forfeited = _given_back(price.lesson.share(HALF), credit)
        owed = price.payout.share(HALF)
    else:
        released, refunded = credit, captured
    outcome = LOCKED_OUTCOMES.get(ending) if is_locked else None
    return Settlement(
        outcome=outcome or OUTCOMES[ending],
        captured=captured,
        refunded=refunded,
        consumed=consumed,
        released=released,
        forfeited=forfeited,
        issued=issued,
        owed=owed,
    )


def escalated(ending: Ending, price: Price, *, credit: Cents, can_be_paid: bool) -> Settlement:
    """The same where the card could not be charged for 72 hours: the platform stands in.

    The student gets no new credit; the instructor gets what the ending owes, unless nobody can be
    paid. What credit does not cover of it is the platform's loss.
    """
    usual = settlement(ending, price, credit=credit, captured=ZERO, is_locked=False)
    owed = usual.owed if can_be_paid else ZERO
    covered = usual.consumed + usual.forfeited
    return Settlement(
        outcome=Outcome.CAPTURE_FAILURE_INSTRUCTOR_PAID
        if can_be_paid
        else Outcome.CAPTURE_FAILURE_ESCALATED,
        captured=ZERO,
        refunded=ZERO,
        consumed=usual.consumed,
        released=usual.released,
        forfeited=usual.forfeited,
        issued=ZERO,
        owed=owed,
        subsidy=max(owed - covered, ZERO),
    )


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a student's late payment of an escalated lesson does with the money."""

    captured: Cents
    issued: Cents
    loss_recovered: Cents

    @property
    def revenue(self) -> Cents:
        """What is left for the platform."""
        return self.captured - self.issued - self.loss_recovered


def recovery(ending: Ending, price: Price, *, credit: Cents, was_paid: bool) -> Recovery:
    """The student pays after all: the credit of the ending is issued, the loss made good."""
    card = price.card(credit)
    usual = settlement(ending, price, credit=credit, captured=card, is_locked=False)
    stood_in = escalated(ending, price, credit=credit, can_be_paid=was_paid)
    return Recovery(captured=card, issued=usual.issued, loss_recovered=stood_in.subsidy)


def running_share(amount: int, *, part: int, whole: int) -> int:
    """What of an amount belongs to this part of the whole, half-up on the running total.

    Taken as differences of this, portions of any size add up to exactly the amount.
    """
    if whole <= 0:
        return 0
    return half_up(Fraction(amount * min(max(part, 0), whole), whole))


def _given_back(target: Cents, credit: Cents) -> tuple[Cents, Cents, Cents]:
    """Reserved credit first, new credit for the rest; what exceeds the target is forfeited."""
    released = min(credit, target)
    return released, target - released, credit - released
