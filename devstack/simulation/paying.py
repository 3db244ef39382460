"""What students do to get a lesson: choose a time, book, pay, try again, give up, buy credit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from devstack.simulation.stage import Stage
from devstack.simulation.world import CLOSES, INSIDE, OPENS, Student, Teacher
from devstack.stripe_simulator.errors import StripeRefusal
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.policy import is_on_grid
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    BookLesson,
    CheckoutBooking,
    CheckoutView,
)
from instainstru_core.domains.bookings.types import PaymentResult
from instainstru_core.domains.credits import flows as wallets
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local

NOTICES: tuple[tuple[float, float, int], ...] = (
    (0.6, 4, 10),
    (4, 12, 14),
    (12, 24, 16),
    (24, 24.5, 4),
    (24.5, 30, 12),
    (30, 96, 24),
    (96, 336, 14),
    (336, 1_440, 6),
)
"""How far ahead people book: from so many hours to so many, and how common that is."""
FORMATS = {
    LessonFormat.ONLINE: 5,
    LessonFormat.STUDENT_LOCATION: 3,
    LessonFormat.INSTRUCTOR_LOCATION: 2,
}
MINUTES = (30, 45, 60, 60, 60, 90)
TRIES = 4
AFTER_WORK = (16, 17, 18, 19)


@dataclass(slots=True)
class Lesson:
    """A lesson as those who have to do with it know it."""

    student: Student
    teacher: Teacher
    booking_id: str
    chain_id: str
    starts_at: datetime
    ends_at: datetime

    def moved(self, to: BookingDetailView) -> None:
        """It was moved to this booking."""
        self.booking_id, self.starts_at, self.ends_at = to.id, to.starts_at, to.ends_at


class Students:
    """Everything that students do until a lesson is paid for."""

    def __init__(
        self,
        stage: Stage,
        *,
        booked: Callable[[Lesson], None],
        confirmed: Callable[[Lesson], None],
    ) -> None:
        self._stage = stage
        self._booked = booked
        self._confirmed = confirmed
        self._known: set[str] = set()

    def plan(self, *, per_day: float) -> None:
        """Let everybody book now and then until the end."""
        stage = self._stage
        for student in stage.people.students:
            at = stage.clock.now
            while (at := at + timedelta(days=stage.dice.expovariate(per_day))) < stage.ends_at:
                stage.plan(at, "book", partial(self._book, student), repeats=True)
            if stage.chance(0.2):  # one in five
                at = stage.clock.now + (stage.ends_at - stage.clock.now) * stage.dice.random()
                stage.plan(at, "top up", self._top_up(student), repeats=True)

    def _book(self, student: Student) -> None:
        """Look for a time, like somebody who takes the next best when one is gone."""
        stage = self._stage
        for number in range(TRIES):
            teachers = stage.people.teachers
            (teacher,) = stage.dice.choices(teachers, [1 / (1 + n) for n in range(len(teachers))])
            wanted = self._wish(teacher)
            try:
                with stage.runtime.begin(student.actor) as uow:
                    made = service.create(uow, wanted)
            except Refusal as refusal:
                stage.trace.note("book", student.id, "refused", refusal.code)
                if number == TRIES - 1:
                    raise
                continue
            stage.trace.note("book", student.id, made.id, made.starts_at.isoformat())
            self._begin_checkout(student, teacher, made)
            return

    def _begin_checkout(self, student: Student, teacher: Teacher, made: BookingDetailView) -> None:
        lesson = Lesson(student, teacher, made.id, made.chain_id, made.starts_at, made.ends_at)
        stage = self._stage
        self._booked(lesson)
        if stage.chance(0.06):  # some never pay
            stage.trace.count("checkout abandoned")
            return
        credit = stage.dice.choice([0, 0, 0, 1_000, 4_321, 50_000])
        seconds = stage.dice.choice([5, 30, 90, 600, 1_500, 1_790])
        stage.after("checkout", self._checkout(lesson, student.cards[0], credit), seconds=seconds)

    def _checkout(self, lesson: Lesson, card_id: str, credit: int) -> Callable[[], None]:
        """Pay, with a key that stays the same however often it is repeated."""
        stage = self._stage
        key = f"checkout-{stage.dice.getrandbits(64):x}"
        command = CheckoutBooking(payment_method_id=card_id, credit_cents=credit)

        def pay() -> None:
            told = flows.checkout(
                stage.runtime.cashier,
                actor=lesson.student.actor,
                booking_id=lesson.booking_id,
                command=command,
                idempotency_key=key,
            )
            stage.trace.note("checkout", lesson.booking_id, told.result, told.failure)
            stage.trace.count(f"checkout {told.result}")
            self._go_on(lesson, command, told, pay)

        return pay

    def _go_on(
        self,
        lesson: Lesson,
        command: CheckoutBooking,
        told: CheckoutView,
        again: Callable[[], None],
    ) -> None:
        stage, dice = self._stage, self._stage.dice
        match told.result:
            case PaymentResult.CONFIRMED:
                self.know(lesson)
            case PaymentResult.PENDING:
                stage.after("checkout", again, seconds=dice.randint(5, 600))
            case PaymentResult.DECLINED if stage.chance(0.75):  # most try again
                card = dice.choice(lesson.student.cards)
                retry = self._checkout(lesson, card, command.credit_cents)
                stage.after("checkout", retry, seconds=dice.choice([20, 300, 1_700, 1_900]))
            case PaymentResult.AUTHENTICATION_REQUIRED if told.client_secret:
                self._ask_bank(told.client_secret, again)
            case _:
                stage.trace.count("checkout given up")

    def know(self, lesson: Lesson) -> None:
        """A lesson is confirmed; that is told once."""
        if lesson.chain_id not in self._known:
            self._known.add(lesson.chain_id)
            self._confirmed(lesson)

    def _ask_bank(self, secret: str, again: Callable[[], None]) -> None:
        """The card's holder confirms in the browser, fails to, or goes away."""
        stage, dice = self._stage, self._stage.dice
        succeeds = dice.choices([True, False, None], [70, 15, 15])[0]
        if succeeds is None:
            return

        def confirm() -> None:
            try:
                stage.stripe.complete_payment_intent(
                    secret.partition("_secret")[0], succeeds=succeeds
                )
            except StripeRefusal as refusal:
                stage.trace.note("browser", secret, "refused", refusal.code)

        seconds = dice.choice([20, 200, 1_500, 1_900])
        stage.after("browser", confirm, seconds=seconds)
        if stage.chance(0.7):  # or the page is closed too early
            stage.after("checkout", again, seconds=seconds + 2)

    def _top_up(self, student: Student) -> Callable[[], None]:
        stage = self._stage
        key = f"topup-{stage.dice.getrandbits(64):x}"
        wish = BuyCredit(cents=stage.dice.choice([2_500, 5_000, 10_000]))

        def buy() -> None:
            runtime = stage.runtime
            told = wallets.top_up(
                runtime.begin,
                runtime.payments,
                actor=student.actor,
                command=wish,
                idempotency_key=key,
            )
            stage.trace.note("top up", student.id, told.id, told.state)
            if told.client_secret:
                self._ask_bank(told.client_secret, lambda: None)

        return buy

    def _wish(self, teacher: Teacher) -> BookLesson:
        stage, dice = self._stage, self._stage.dice
        low, high, _ = dice.choices(NOTICES, [weight for *_, weight in NOTICES])[0]
        minutes = dice.choice(MINUTES)
        lesson_format = dice.choices(list(FORMATS), list(FORMATS.values()))[0]
        travels = lesson_format is LessonFormat.STUDENT_LOCATION
        return BookLesson(
            offering_id=teacher.offering_id,
            format=lesson_format,
            starts_local=self._wanted_at(
                stage.clock.now + timedelta(hours=dice.uniform(low, high)), minutes
            ),
            duration_minutes=minutes,
            place="9 Fillmore Street" if travels else None,
            latitude=INSIDE[0] if travels else None,
            longitude=INSIDE[1] if travels else None,
        )

    def _wanted_at(self, instant: datetime, minutes: int) -> datetime:
        """Many want the hours after work, of the same few instructors."""
        local = quarter(instant, minutes)
        if self._stage.chance(0.5):
            dice = self._stage.dice
            return local.replace(hour=dice.choice(AFTER_WORK), minute=dice.choice([0, 0, 30, 45]))
        return local


def quarter(instant: datetime, minutes: int) -> datetime:
    """The next quarter of an hour on the wall clock at which a lesson of this length is open."""
    local = to_local(instant, BUSINESS_ZONE).replace(second=0, microsecond=0, tzinfo=None)
    while not is_on_grid(local):
        local += timedelta(minutes=1)
    minute = local.hour * 60 + local.minute
    latest = CLOSES - minutes
    clamped = min(max(minute, OPENS), latest - latest % 15)
    return local + timedelta(minutes=clamped - minute)
