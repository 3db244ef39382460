"""The whole past of the money: who is chosen for what, then all of it as rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random

import psycopg

from devstack.seeding.copying import without_indexes
from devstack.seeding.money import records, wallets
from devstack.seeding.money.afterwards import REFUNDED, TIPPED, Aftermath
from devstack.seeding.money.books import HELD, Books
from devstack.seeding.money.lives import Cashier, Event
from devstack.seeding.money.people import Account, Payees, Payers, write_accounts
from devstack.seeding.money.plots import Plots
from devstack.seeding.money.rows import Table
from devstack.seeding.money.state import COLUMNS, Life, Quote
from devstack.seeding.money.wallets import EXPENSE, Wallet
from devstack.seeding.world import Instructor, Lesson, Student, World
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.credits.types import CreditSource
from instainstru_core.domains.payments.types import Purpose

TOPS_UP = 0.02
TOP_UPS = (2_500, 5_000, 10_000)
GIVEN = 0.012
GIFTS = (1_000, 1_500, 2_000, 2_500)


LARGE = ("journals", "ledger_entries", "payment_commands", "charges", "transfers", "lesson_money",
         "balance_lines")  # fmt: skip


class Past:
    """Two years of money."""

    def __init__(self, world: World, staff_id: str) -> None:
        self._world = world
        self._dice = Random(world.money_seed)  # noqa: S311 - demo data, not secrets
        self._books = Books(self._dice, staff_id)
        self._payers = Payers(self._books.names, self._dice)
        self.payees = Payees(self._books.names, self._dice)
        self._top_ups = Table(
            "credit_top_ups",
            ("id", "user_id", "payment_method_id", "cents", "created_at", "issued_at"),
        )
        self.lives: dict[str, Life] = {}

    def live(self, quotes: Mapping[str, Quote]) -> None:
        """Everything that happened, in memory."""
        world, dice, now = self._world, self._dice, self._world.now
        by_student: dict[str, list[Lesson]] = defaultdict(list)
        for lesson in world.lessons:
            by_student[lesson.student.id].append(lesson)
        self.payees.known(world.instructors)
        plots = Plots(world, self.payees, by_student)
        plots.disable_accounts()
        cashier = Cashier(
            self._books, self._payers, self.payees, now=now, dice=dice,
            escalated=plots.uncollected(),
        )  # fmt: skip
        for student in world.students:
            mine = by_student.get(student.id, [])
            first = min((lesson.created_at for lesson in mine), default=None)
            self._payers.add(student, first)
            others = self._others(student) if first is not None else []
            cashier.live(student.id, [(one, quotes[one.id]) for one in mine], others)
        self._wallets = cashier.wallets
        self.lives = {life.lesson.id: life for life in cashier.lives}
        self._aftermath = Aftermath(self._books, self._payers, self.payees, now=now, dice=dice)
        self._come_after(plots, by_student)
        for life in cashier.lives:
            life.rest(now)

    def write_people(self, connection: psycopg.Connection) -> None:
        """Cards and accounts of those who took part."""
        self._payers.write(connection)
        write_accounts(connection, self.payees.accounts.values())

    def write_more(self, connection: psycopg.Connection, people: Iterable[Instructor]) -> None:
        """Accounts of instructors who came without anybody having booked them."""
        write_accounts(connection, self.payees.made(people))

    def write(self, connection: psycopg.Connection) -> None:
        """All money; lessons and people are there."""
        with without_indexes(connection, LARGE):
            self._write(connection)

    def _write(self, connection: psycopg.Connection) -> None:
        self._books.write(connection)
        self._top_ups.write(connection)
        table = Table("lesson_money", COLUMNS)
        reports = Table(
            "no_show_reports",
            ("booking_id", "absent", "reported_by", "reporter_id", "reported_at", "status_before",
             "disputed_by", "disputed_at", "dispute_reason", "resolution", "resolved_at",
             "resolved_by"),
        )  # fmt: skip
        for life in self.lives.values():
            row = life.row
            table.add(*[getattr(row, name) for name in COLUMNS])
            told = life.report
            if told is not None and told.reported_at <= self._world.now:
                reports.add(
                    row.booking_id, told.absent, told.reported_by, told.reporter_id,
                    told.reported_at, BookingStatus.CONFIRMED, told.disputed_by, told.disputed_at,
                    told.dispute_reason, told.resolution, told.resolved_at, told.resolved_by,
                )  # fmt: skip
        table.write(connection)
        reports.write(connection)
        wallets.write(connection, self._wallets)
        self._aftermath.write(connection)
        records.write(connection, self._world, self._books, self.lives.values(), self._tongue_tied)

    def _others(self, student: Student) -> list[Event]:
        """Credit that a student bought, or that staff gave."""
        dice, now = self._dice, self._world.now
        found: list[Event] = []
        span = now - student.created_at
        for chance, amounts, act in (
            (TOPS_UP, TOP_UPS, self._top_up),
            (GIVEN, GIFTS, self._give),
        ):
            if dice.random() < chance:
                at = student.created_at + span * dice.uniform(0.05, 0.98)
                at = max(at, self._payers.cards[student.id].at + timedelta(minutes=5))
                found.append((at, partial(act, at=at, cents=dice.choice(amounts))))
        return found

    def _top_up(self, wallet: Wallet, at: datetime, cents: int) -> None:
        books, card = self._books, self._payers.card(wallet.user_id)
        top_up_id = books.names.at(at)
        reference = f"topup:{top_up_id}"
        charge = books.authorize(at, reference, card, cents, absent=False, purpose=Purpose.TOP_UP)
        done = charge.captured_at or at
        self._top_ups.add(top_up_id, wallet.user_id, card.id, cents, at, done)
        wallet.issue(
            done, cents, CreditSource.TOP_UP, key=f"credits.top_up:{top_up_id}",
            funded_by=(HELD, top_up_id), reference=reference,
        )  # fmt: skip

    def _give(self, wallet: Wallet, at: datetime, cents: int) -> None:
        given = self._books.names.at(at)
        wallet.issue(
            at, cents, CreditSource.ADJUSTMENT, key=f"credits.adjust:{given}",
            funded_by=(EXPENSE, ""), reference=f"adjustment:{given}",
            note="For the trouble with the calendar.", actor=self._books.staff_id,
        )  # fmt: skip

    def _come_after(self, plots: Plots, by_student: Mapping[str, list[Lesson]]) -> None:
        dice, after = self._dice, self._aftermath
        last = {
            student_id: max(lesson.created_at for lesson in lessons)
            for student_id, lessons in by_student.items()
        }
        plain = [life for life in self.lives.values() if life.is_plain]
        used = {id(life) for life in after.contested(plain, last)}
        used |= {id(life) for life in plots.contest(plain, used, after)}
        for life in plain:
            if id(life) not in used and dice.random() < REFUNDED:
                after.refund(life)
            elif dice.random() < TIPPED:
                after.tip(life)
        self._tongue_tied: list[Account] = plots.unheard()
