"""What becomes of a lesson: taken, moved, cancelled, missed, disputed, refunded."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from devstack.simulation.paying import Lesson, quarter
from devstack.simulation.stage import Stage
from devstack.simulation.world import STAFF
from devstack.stripe_simulator.errors import StripeRefusal
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.errors import MoveFailed
from instainstru_core.domains.bookings.schemas import (
    CancelBooking,
    DisputeReport,
    GiveTip,
    OrderRefund,
    ReportAbsence,
    RescheduleBooking,
    ResolveReport,
)
from instainstru_core.domains.bookings.types import Absent, NoShowResolution, RefundReason
from instainstru_core.kernel.authority import Actor

BEFORE_HOURS = (0.2, 3, 11.9, 12, 12.1, 18, 23.9, 24, 24.1, 30, 60, 120, 400)
"""How long before the start people change their minds; the boundary instants among them."""
CHARGE = text(
    "SELECT vendor_charge_id FROM charges WHERE reference = :reference AND captured_cents > 0"
    " ORDER BY id DESC LIMIT 1"
)
CHARGES = text(
    "SELECT vendor_charge_id FROM charges WHERE captured_cents > 0 AND reference IN ("
    " SELECT 'booking:' || chain_id FROM bookings WHERE chain_id = :chain_id"
    " UNION SELECT 'debt:' || chain_id FROM bookings WHERE chain_id = :chain_id"
    " UNION SELECT 'tip:' || tips.id FROM tips JOIN bookings ON bookings.id = tips.booking_id"
    " WHERE chain_id = :chain_id) ORDER BY id"
)
TRANSFERS = text(
    "SELECT vendor_id, cents - reversed_cents FROM transfers WHERE cents > reversed_cents"
    " AND reference IN (SELECT 'booking:' || chain_id FROM bookings WHERE chain_id = :chain_id"
    " UNION SELECT 'tip:' || tips.id FROM tips JOIN bookings ON bookings.id = tips.booking_id"
    " WHERE chain_id = :chain_id) ORDER BY id"
)
RESOLUTIONS = (
    NoShowResolution.CONFIRMED_AFTER_REVIEW,
    NoShowResolution.DISPUTE_UPHELD,
    NoShowResolution.DISMISSED,
    NoShowResolution.CANCELLED,
)


class Fates:
    """Plans for each lesson what those who have to do with it will try. Much of it is refused."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def plan(self, lesson: Lesson) -> None:
        """Called when a lesson is confirmed, and again when it was moved."""
        self._before(lesson)
        self._after(lesson)

    def _before(self, lesson: Lesson) -> None:
        student, teacher = lesson.student.actor, lesson.teacher.actor
        choices: tuple[tuple[int, str, Callable[[], Callable[[], None]]], ...] = (
            (17, "cancel", lambda: self.cancel(lesson, student, keep=False)),
            (6, "cancel", lambda: self.cancel(lesson, teacher, keep=False)),
            (3, "cancel", lambda: self.cancel(lesson, STAFF, keep=False)),
            (3, "cancel", lambda: self.cancel(lesson, STAFF, keep=True)),
            (20, "move", lambda: self.move(lesson)),
            (51, "", lambda: lambda: None),
        )
        weights = [weight for weight, *_ in choices]
        _, name, make = self._stage.dice.choices(choices, weights)[0]
        if name:
            self._sometime_before(lesson, name, make())

    def _after(self, lesson: Lesson) -> None:
        stage, dice = self._stage, self._stage.dice
        if stage.chance(0.3):
            self._at(lesson.ends_at, "complete", self.complete(lesson), hours=dice.uniform(0, 23))
        if stage.chance(0.15):
            at = dice.choice([0.1, 1, 5, 24, 25])
            self._at(lesson.starts_at, "report", self.report(lesson), hours=at)
        if stage.chance(0.2):
            self._at(lesson.ends_at, "tip", self._tip(lesson), hours=dice.uniform(1, 60))
        if stage.chance(0.15):
            for number in range(dice.choice([1, 1, 2, 3])):
                hours = dice.uniform(20, 90) + number * 20
                self._at(lesson.ends_at, "refund", self.refund(lesson), hours=hours)
        if stage.chance(0.1):
            for number in range(dice.choice([1, 1, 1, 2])):
                hours = dice.choice([-2, 24.0, 24.2, 30, 100, 300]) + number
                self._at(lesson.ends_at, "dispute", self._contest(lesson), hours=hours)
        if stage.mischief.strikes(stage.mischief.chances.refund_by_hand):
            hours = dice.choice([-20, -2, 24.0, 24.1, 40, 90])
            self._at(lesson.ends_at, "refund by hand", self._refund_by_hand(lesson), hours=hours)

        if stage.mischief.strikes(stage.mischief.chances.reverse_by_hand):
            hours = dice.choice([24.0, 24.1, 40, 90])
            self._at(lesson.ends_at, "reverse by hand", self._reverse_by_hand(lesson), hours=hours)

    def _sometime_before(self, lesson: Lesson, name: str, act: Callable[[], None]) -> None:
        stage = self._stage
        hours = [one for one in BEFORE_HOURS if lesson.starts_at - _hours(one) > stage.clock.now]
        if hours:
            stage.plan(lesson.starts_at - _hours(stage.dice.choice(hours)), name, act, repeats=True)

    def _at(self, base: datetime, name: str, act: Callable[[], None], *, hours: float) -> None:
        self._stage.plan(max(base + _hours(hours), self._stage.clock.now), name, act, repeats=True)

    def cancel(self, lesson: Lesson, who: Actor, *, keep: bool) -> Callable[[], None]:
        """Somebody does not want it any more."""

        def cancel() -> None:
            told = flows.cancel(
                self._stage.runtime.cashier,
                actor=who,
                booking_id=lesson.booking_id,
                command=CancelBooking(reason="Plans changed.", keep_payment=keep),
            )
            self._told("cancel", lesson, told.payment_status)

        return cancel

    def move(self, lesson: Lesson) -> Callable[[], None]:
        """The student wants another time."""
        stage, dice = self._stage, self._stage.dice
        ahead = dice.choice([2, 8, 20, 26, 50, 120, 200])

        def move() -> None:
            minutes = int((lesson.ends_at - lesson.starts_at).total_seconds()) // 60
            start = quarter(stage.clock.now + _hours(ahead), minutes)
            wish = RescheduleBooking(starts_local=start)
            try:
                told = flows.reschedule(
                    stage.runtime.cashier,
                    actor=lesson.student.actor,
                    booking_id=lesson.booking_id,
                    command=wish,
                )
            except MoveFailed:
                self._told("move", lesson, "failed")
                return
            self._told("move", lesson, told.id)
            lesson.moved(told)
            if stage.chance(0.5):  # and perhaps that is not the end of it
                self._before(lesson)

        return move

    def complete(self, lesson: Lesson) -> Callable[[], None]:
        """The instructor says that it took place."""

        def complete() -> None:
            told = flows.complete(
                self._stage.runtime.cashier,
                actor=lesson.teacher.actor,
                booking_id=lesson.booking_id,
            )
            self._told("complete", lesson, told.status)

        return complete

    def report(self, lesson: Lesson) -> Callable[[], None]:
        """Somebody says that somebody did not come; perhaps they object."""
        stage, dice = self._stage, self._stage.dice
        absent, by, accused = dice.choice(
            [
                (Absent.INSTRUCTOR, lesson.student.actor, lesson.teacher.actor),
                (Absent.STUDENT, lesson.teacher.actor, lesson.student.actor),
                (Absent.MUTUAL, STAFF, lesson.student.actor),
            ]
        )
        objects, within = stage.chance(0.5), dice.choice([0.5, 10, 23.9, 24])

        def report() -> None:
            told = flows.report_absence(
                stage.runtime.cashier,
                actor=by,
                booking_id=lesson.booking_id,
                command=ReportAbsence(absent=absent),
            )
            self._told("report", lesson, absent, told.status)
            if objects:
                stage.after("object", self._object(lesson, accused), hours=within)

        return report

    def _object(self, lesson: Lesson, who: Actor) -> Callable[[], None]:
        stage = self._stage
        hours = stage.dice.uniform(1, 100)

        def dispute() -> None:
            flows.dispute_report(
                stage.runtime.cashier,
                actor=who,
                booking_id=lesson.booking_id,
                command=DisputeReport(reason="I was there, nobody else was."),
            )
            self._told("object", lesson)
            stage.after("resolve", self.resolve(lesson.booking_id), hours=hours)

        return dispute

    def resolve(self, booking_id: str) -> Callable[[], None]:
        """Staff decide about a report."""
        resolution = self._stage.dice.choice(RESOLUTIONS)

        def decide() -> None:
            told = flows.resolve_report(
                self._stage.runtime.cashier,
                actor=STAFF,
                booking_id=booking_id,
                command=ResolveReport.model_validate({"resolution": resolution}),
            )
            self._stage.trace.note("resolve", booking_id, resolution, told.status)

        return decide

    def _tip(self, lesson: Lesson) -> Callable[[], None]:
        stage, dice = self._stage, self._stage.dice
        key = f"tip-{dice.getrandbits(64):x}"
        wish = GiveTip(
            cents=dice.randint(100, 3_000), payment_method_id=dice.choice(lesson.student.cards)
        )

        def tip() -> None:
            told = flows.tip(
                stage.runtime.cashier,
                actor=lesson.student.actor,
                booking_id=lesson.booking_id,
                command=wish,
                idempotency_key=key,
            )
            self._told("tip", lesson, told.id, told.state)

        return tip

    def refund(self, lesson: Lesson) -> Callable[[], None]:
        """Staff give back a part, or all that is left."""
        stage, dice = self._stage, self._stage.dice
        key = f"refund-{dice.getrandbits(64):x}"
        cents = None if stage.chance(0.4) else dice.randint(1, 9_000)
        wish = OrderRefund(cents=cents, reason=RefundReason.GOODWILL)

        def refund() -> None:
            told = flows.refund(
                stage.runtime.cashier,
                actor=STAFF,
                booking_id=lesson.booking_id,
                command=wish,
                idempotency_key=key,
            )
            self._told("refund", lesson, told.action, told.refund_cents, told.state)

        return refund

    def _refund_by_hand(self, lesson: Lesson) -> Callable[[], None]:
        """Staff give money back in the provider's dashboard: for the lesson, or for its tip."""
        stage = self._stage
        part = stage.dice.choice([1.0, 0.5, 0.13])

        def refund() -> None:
            for charge in self._charges(lesson):
                left = int(charge["amount_captured"]) - int(charge["amount_refunded"])
                cents = int(left * part)
                if cents <= 0:
                    continue
                try:
                    made = stage.stripe.refund_by_hand(str(charge["id"]), cents)
                except StripeRefusal as refusal:
                    self._told("refund by hand", lesson, "refused", refusal.message)
                    continue
                self._told("refund by hand", lesson, made["id"], cents)

        return refund

    def _reverse_by_hand(self, lesson: Lesson) -> Callable[[], None]:
        """Staff take a transfer back in the provider's dashboard: the lesson's, or its tip's."""
        stage = self._stage
        part = stage.dice.choice([1.0, 0.5, 0.13])

        def reverse() -> None:
            with stage.runtime.engine.connect() as connection:
                found = connection.execute(TRANSFERS, {"chain_id": lesson.chain_id}).all()
            for transfer_id, left in found:
                cents = int(left * part)
                if cents <= 0:
                    continue
                try:
                    made = stage.stripe.reverse_by_hand(transfer_id, cents)
                except StripeRefusal as refusal:
                    self._told("reverse by hand", lesson, "refused", refusal.message)
                    continue
                self._told("reverse by hand", lesson, made["id"], cents)

        return reverse

    def _charges(self, lesson: Lesson) -> list[dict[str, Any]]:
        """What was taken for a lesson and its tips, as it stands at the provider."""
        with self._stage.runtime.engine.connect() as connection:
            found = connection.execute(CHARGES, {"chain_id": lesson.chain_id})
            charges = [self._stage.stripe.find(row[0]) for row in found]
        return [charge for charge in charges if charge is not None]

    def _contest(self, lesson: Lesson) -> Callable[[], None]:
        """The card's holder goes to the bank, for all or a part of what is left of the charge."""
        stage = self._stage
        part = stage.dice.choice([1.0, 1.0, 0.5, 0.21])

        def contest() -> None:
            with stage.runtime.engine.connect() as connection:
                found = connection.execute(CHARGE, {"reference": f"booking:{lesson.chain_id}"})
                charge_id = found.scalar()
            charge = stage.stripe.find(charge_id) if charge_id else None
            if charge is None:
                return
            left = int(charge["amount_captured"]) - int(charge["amount_refunded"])
            amount = int(left * part)
            if amount <= 0:
                return
            try:
                made = stage.stripe.open_dispute(str(charge["id"]), amount=amount)
            except StripeRefusal as refusal:
                self._told("dispute", lesson, "refused", refusal.message)
                return
            self._told("dispute", lesson, made["id"], amount)

        return contest

    def _told(self, what: str, lesson: Lesson, *about: object) -> None:
        self._stage.trace.note(what, lesson.chain_id, lesson.booking_id, *about)


def _hours(count: float) -> timedelta:
    return timedelta(hours=count)
