"""What happened to the money of each lesson, from its checkout until it was settled.

The instants are those at which the product's jobs would have acted; amounts are the policy's.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

from devstack.seeding.money import settling
from devstack.seeding.money.books import Books
from devstack.seeding.money.people import Account, Payees, Payers
from devstack.seeding.money.state import Life, MoneyRow, Quote, Report
from devstack.seeding.money.wallets import EXPENSE, Wallet
from devstack.seeding.world import Lesson
from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.policy import agenda, settlement
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    Ending,
    NoShowResolution,
    Party,
)
from instainstru_core.domains.credits.policy import milestone
from instainstru_core.domains.payments.errors import CardFundsInsufficient

SPENDS_CREDIT = 0.8
REFUSED_ONCE = 0.015
OBJECTS = 0.12
JOB = timedelta(seconds=40)
"""How long after its instant a job gets to something."""
JUST_NOW = timedelta(seconds=5)

ABSENCES = ((Absent.STUDENT, 55), (Absent.INSTRUCTOR, 40), (Absent.MUTUAL, 5))
REPORTERS: Mapping[Absent, Party] = {
    Absent.STUDENT: Party.INSTRUCTOR,
    Absent.INSTRUCTOR: Party.STUDENT,
    Absent.MUTUAL: Party.ADMIN,
}
ABSENCE_ENDINGS: Mapping[Absent, Ending] = {
    Absent.STUDENT: Ending.STUDENT_NO_SHOW,
    Absent.INSTRUCTOR: Ending.INSTRUCTOR_NO_SHOW,
    Absent.MUTUAL: Ending.MUTUAL_NO_SHOW,
}
Act: TypeAlias = Callable[[Wallet], None]
Event: TypeAlias = tuple[datetime, Act]


class Cashier:
    """Lives through the money of lessons, one student after the other."""

    def __init__(
        self,
        books: Books,
        payers: Payers,
        payees: Payees,
        *,
        now: datetime,
        dice: Random,
        escalated: Collection[str] = (),
    ) -> None:
        self._books = books
        self._payers = payers
        self._payees = payees
        self._now = now
        self._dice = dice
        self._escalated = escalated
        self._completed = 0
        self.lives: list[Life] = []
        self.wallets: list[Wallet] = []

    def live(
        self, student_id: str, lessons: Iterable[tuple[Lesson, Quote]], others: Iterable[Event]
    ) -> None:
        """All that happened to the money of one student, in order."""
        wallet = Wallet(self._books, student_id)
        self._completed = 0
        events = list(others)
        for lesson, quote in lessons:
            life = self._life(lesson, quote)
            events.append((lesson.created_at, self._with(self._check_out, life)))
            at, end = self._end(life)
            events.append((at, self._with(end, life)))
        events.sort(key=lambda event: event[0])  # stable: what was begun first comes first
        for at, act in events:
            if at <= self._now:
                act(wallet)
        wallet.sweep(self._now)
        if wallet.lots:
            self.wallets.append(wallet)

    def _life(self, lesson: Lesson, quote: Quote) -> Life:
        row = MoneyRow(
            chain_id=lesson.id,
            booking_id=lesson.id,
            student_id=lesson.student.id,
            instructor_id=lesson.instructor.id,
            card_cents=quote.total,
        )
        life = Life(lesson, quote, row)
        self.lives.append(life)
        return life

    def _with(self, act: Callable[[Life, Wallet], None], life: Life) -> Act:
        return lambda wallet: act(life, wallet)

    def _end(self, life: Life) -> tuple[datetime, Callable[[Life, Wallet], None]]:
        """When it is known how the lesson ended, and what is done then."""
        lesson = life.lesson
        match lesson.status:
            case BookingStatus.CANCELLED:
                return lesson.cancelled_at or lesson.created_at, self._cancel
            case BookingStatus.PAYMENT_FAILED:
                return lesson.starts_at - agenda.DROP_AHEAD, self._drop
            case BookingStatus.NO_SHOW:
                return self._report(life), self._no_show
            case BookingStatus.COMPLETED:
                return lesson.ends_at + agenda.DISPUTE_WINDOW, self._complete
            case _:
                return agenda.hold_due_at(lesson.starts_at), self._stand

    def _check_out(self, life: Life, wallet: Wallet) -> None:
        lesson, row, at = life.lesson, life.row, life.lesson.created_at
        card = self._payers.card(row.student_id)
        row.payment_method_id = card.id
        if wallet.lots and self._dice.random() < SPENDS_CREDIT:
            row.credit_cents = wallet.reserve(at, life.reference, life.quote.lesson)
            row.card_cents = life.quote.total - row.credit_cents
        if agenda.is_immediate(lesson.starts_at, at):
            row.hold_due_at = at
            self._hold(life, at, absent=False)
        else:
            row.hold_due_at = agenda.hold_due_at(lesson.starts_at)

    def _soon(self, instant: datetime) -> datetime:
        """When a job gets to what is due then; not after now."""
        return min(instant + JOB, self._now - JUST_NOW)

    def _stand(self, life: Life, _: Wallet) -> None:
        self._hold_in_time(life, self._now)

    def _hold_in_time(self, life: Life, by: datetime) -> None:
        """The hold a day before, sometimes at the second attempt; not after `by`."""
        due = life.row.hold_due_at
        if life.charge is not None or due is None or due > by:
            return
        at, again = self._soon(due), due + agenda.HOLD_WAITS[0] + JOB
        if again < by and self._dice.random() < REFUSED_ONCE:
            self._refuse_hold(life, at)
            life.row.hold_failures, life.row.hold_failure = 0, None
            at = again
        self._hold(life, min(at, by), absent=True)

    def _hold(self, life: Life, at: datetime, *, absent: bool) -> None:
        row, card = life.row, self._payers.card(life.row.student_id)
        life.charge = charge = self._books.authorize(
            at, life.reference, card, row.card_cents, absent=absent
        )
        row.charge_id, row.authorized_at = charge.id, at
        row.capture_before = charge.capture_before

    def _refuse_hold(self, life: Life, at: datetime) -> None:
        row, code = life.row, CardFundsInsufficient.code
        card = self._payers.card(row.student_id)
        self._books.refuse_hold(at, life.reference, card, row.card_cents, code)
        row.hold_failures += 1
        row.hold_first_failed_at = row.hold_first_failed_at or at
        row.hold_last_failed_at, row.hold_failure = at, code

    def _cancel(self, life: Life, wallet: Wallet) -> None:
        lesson = life.lesson
        at = lesson.cancelled_at or lesson.created_at
        self._hold_in_time(life, at)
        if lesson.cancelled_by == "student":
            notice = policy.notice(lesson.starts_at, at)
            ending = settlement.student_cancellation(notice, is_locked=False)
        else:
            ending = Ending.INSTRUCTOR_CANCEL
        self._finish(life, wallet, at, ending)

    def _drop(self, life: Life, wallet: Wallet) -> None:
        """The hold was refused until 12 hours before."""
        row, starts_at = life.row, life.lesson.starts_at
        at = agenda.hold_due_at(starts_at)
        for wait in (timedelta(), *agenda.HOLD_WAITS[:2]):
            at += wait
            self._refuse_hold(life, at + JOB)
        row.warned_at = starts_at - agenda.WARN_AHEAD + JOB
        drop_at = starts_at - agenda.DROP_AHEAD
        self._finish(life, wallet, drop_at, Ending.PAYMENT_FAILED)

    def _complete(self, life: Life, wallet: Wallet) -> None:
        """A day after its end the lesson counts as taught, and is paid for."""
        at = self._soon(life.lesson.ends_at + agenda.DISPUTE_WINDOW)
        self._hold_in_time(life, at)
        self._completed += 1
        earned = milestone(self._completed)
        if earned is not None:
            source, life.milestone = earned
            wallet.issue(
                at, life.milestone, source, key=f"credits.milestone:{life.reference}",
                funded_by=(EXPENSE, ""), reference=life.reference, milestone=self._completed,
            )  # fmt: skip
        if life.lesson.id in self._escalated:
            card = self._payers.spoil(life.row.student_id, life.lesson.ends_at)
            settling.escalate(self._books, life, wallet, at, card=card, account=self._account(life))
            return
        self._finish(life, wallet, at, Ending.LESSON_TAKEN)

    def _report(self, life: Life) -> datetime:
        """Somebody says that somebody did not come; when it is known what that leads to."""
        dice, lesson, row = self._dice, life.lesson, life.row
        absent = dice.choices([one for one, _ in ABSENCES], [weight for _, weight in ABSENCES])[0]
        by = REPORTERS[absent]
        people = {Party.STUDENT: row.student_id, Party.INSTRUCTOR: row.instructor_id}
        at = lesson.ends_at + timedelta(hours=dice.uniform(0.2, 14))
        life.report = Report(absent, by, people.get(by), at)
        if dice.random() < OBJECTS and absent is not Absent.MUTUAL:
            objector = Party.INSTRUCTOR if absent is Absent.INSTRUCTOR else Party.STUDENT
            life.report.disputed_by = objector
            life.report.disputed_at = at + timedelta(hours=dice.uniform(0.5, 6))
            life.report.dispute_reason = "I was there and waited for a quarter of an hour."
        return at

    def _no_show(self, life: Life, wallet: Wallet) -> None:
        """Silence confirms a report after a day; where somebody objects staff look at it."""
        report, row = life.report, life.row
        if report is None:
            return
        self._hold_in_time(life, report.reported_at)
        at = report.reported_at + agenda.DISPUTE_WINDOW + JOB
        resolution, resolver = NoShowResolution.CONFIRMED_NO_DISPUTE, None
        if report.disputed_at is not None:
            if report.disputed_at > self._now:
                report.disputed_at = report.disputed_by = report.dispute_reason = None
            else:
                at = report.disputed_at + timedelta(hours=20)
                resolution = NoShowResolution.CONFIRMED_AFTER_REVIEW
                resolver = self._books.staff_id
        if at > self._now:
            if report.disputed_at is not None:
                row.review_since, row.review_reason = report.disputed_at, "no_show_disputed"
            return
        report.resolution, report.resolved_at, report.resolved_by = resolution, at, resolver
        self._finish(life, wallet, at, ABSENCE_ENDINGS[report.absent])

    def _finish(self, life: Life, wallet: Wallet, at: datetime, ending: Ending) -> None:
        settling.finish(
            self._books, life, wallet, at, ending, account=self._account(life), now=self._now
        )

    def _account(self, life: Life) -> Account:
        return self._payees.accounts[life.row.instructor_id]
