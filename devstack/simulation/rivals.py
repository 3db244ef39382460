"""Others who want something of the same lesson at the same instant, between two of its steps."""

from collections.abc import Callable

from devstack.simulation.fates import Fates
from devstack.simulation.jobs import Worker
from devstack.simulation.paying import Lesson
from devstack.simulation.stage import Happening, Stage
from devstack.simulation.world import STAFF
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import CheckoutBooking, RetryPayment


class Rivals:
    """Knows for each lesson who may come in between."""

    def __init__(self, stage: Stage, worker: Worker, fates: Fates) -> None:
        self._stage = stage
        self._worker = worker
        self._fates = fates
        self._lessons: dict[str, Lesson] = {}

    def know(self, lesson: Lesson) -> None:
        self._lessons[lesson.chain_id] = lesson

    def strike(self, chain_id: str) -> None:
        """One of them acts now."""
        lesson = self._lessons.get(chain_id)
        if lesson is None:
            return
        choices: dict[str, tuple[int, Callable[[], Happening]]] = {
            "drive": (30, lambda: self._worker.driving(chain_id)),
            "resume": (10, lambda: self._worker.resuming(f"booking:{chain_id}")),
            "pay again": (12, lambda: self._pay_again(lesson)),
            "retry payment": (8, lambda: self._retry(lesson)),
            "cancel": (16, lambda: self._cancel(lesson)),
            "move": (8, lambda: self._fates.move(lesson)),
            "complete": (5, lambda: self._fates.complete(lesson)),
            "report": (5, lambda: self._fates.report(lesson)),
            "refund": (6, lambda: self._fates.refund(lesson)),
        }
        dice = self._stage.mischief.dice
        (name,) = dice.choices(list(choices), [weight for weight, _ in choices.values()])
        self._stage.trace.count("rival")
        self._stage.attempt(f"rival {name} {chain_id}", choices[name][1]())

    def _cancel(self, lesson: Lesson) -> Happening:
        who = self._stage.mischief.dice.choice(
            [lesson.student.actor, lesson.student.actor, lesson.teacher.actor, STAFF]
        )
        return self._fates.cancel(lesson, who, keep=False)

    def _pay_again(self, lesson: Lesson) -> Happening:
        """The same student in another window."""
        stage = self._stage
        card_id = stage.mischief.dice.choice(lesson.student.cards)

        def pay() -> None:
            flows.checkout(
                stage.runtime.cashier,
                actor=lesson.student.actor,
                booking_id=lesson.booking_id,
                command=CheckoutBooking(payment_method_id=card_id),
            )

        return pay

    def _retry(self, lesson: Lesson) -> Happening:
        stage = self._stage
        card_id = stage.mischief.dice.choice(lesson.student.cards)

        def retry() -> None:
            flows.retry_payment(
                stage.runtime.cashier,
                actor=lesson.student.actor,
                booking_id=lesson.booking_id,
                command=RetryPayment(payment_method_id=card_id),
            )

        return retry
