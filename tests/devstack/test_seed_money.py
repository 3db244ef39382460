"""The money of the demo's past: as the product would have left it, known to the provider, alive."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from devstack import provider, seed
from devstack.seeding.money.books import Books
from devstack.seeding.money.rows import NONE
from devstack.simulation import checks, facts
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.repository import money
from instainstru_core.domains.bookings.schemas import OrderRefund
from instainstru_core.domains.bookings.service import lesson as rules
from instainstru_core.domains.bookings.types import DueKind, RefundReason
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.payments.flows.webhooks import on_identity
from instainstru_core.domains.payments.service.commands import CALLS
from instainstru_core.domains.payments.types import Action
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock, gateway_of, settings_for
from tests.databases import ServerUrls, clone
from tests.factories.money import STAFF
from tests.factories.reconciling import reconcile
from tests.worlds import seeded as world

T = TypeVar("T")
NOW = datetime(2026, 6, 15, 16, tzinfo=UTC)
TODAY = date(2026, 6, 15)
NAMES = re.compile(r"[0-9A-Z]{26}|\b[a-z]{2,4}_[0-9a-f]{24}\b|\d{4}-\d\d-\d\d \S+|-?\d{2,}")
WAITING = {
    "lesson #: booking # is CONFIRMED",
    "lesson #: not settled; ending None, due hold at #",
    "lesson #: not settled; ending None, due capture at #",
    "lesson #: a dispute is open",
    "lesson #: people still have to look at it: instructor_cannot_be_paid",
    "lesson #: settled, and due for money at #",
    "lesson #: its instructor is still owed #",
    "webhook # (identity.verification_session.verified) is dead_letter",
}
"""What is not over yet, or planted."""


class TestBooks:
    def test_hold_one_standing_for_whoever_owes_us_and_lost_us_a_case(self) -> None:
        """The first of each: what stands in somebody's way already stays as it is."""
        books = Books(Random(1), "staff")
        day = timedelta(days=1)
        books.lock("maya", NOW + day, "booking:2")
        books.restrict("maya", NOW, "booking:1")
        books.lock("maya", NOW, "booking:3")
        books.restrict("maya", NOW + day, "booking:4")
        books.lock("noah", NOW, "booking:5")
        books.restrict("olga", NOW, "booking:6")
        assert [line.split("\t") for line in books.standings().lines] == [
            ["maya", str(NOW), "booking:3", str(NOW), "booking:1"],
            ["noah", str(NOW), "booking:5", NONE, NONE],
            ["olga", NONE, NONE, str(NOW), "booking:6"],
        ]


@dataclass
class Demo:
    """A seeded marketplace, with a provider that was told of it, at the moment of seeding."""

    runtime: Runtime
    stripe: Simulator
    clock: SetClock
    told: dict[str, int]

    def rows(self, statement: str, **values: object) -> list[Any]:
        with self.runtime.engine.connect() as connection:
            return list(connection.execute(text(statement), values))

    def value(self, statement: str, **values: object) -> Any:
        [[value]] = self.rows(statement, **values)
        return value

    def run_jobs_until(self, until: datetime) -> None:
        """Let time pass, with the jobs' work done whenever something is due."""
        while True:
            with self.runtime.begin(SYSTEM) as uow:
                due_at = money.next_due(uow.session)
            if due_at is None or due_at >= until:
                break
            self.clock.now = max(due_at, self.clock.now)
            with self.runtime.begin(SYSTEM) as uow:
                due = bookings.due_lessons(uow, list(DueKind), limit=1_000)
            for chain_id in due:
                flows.drive_quietly(self.runtime.cashier, actor=SYSTEM, chain_id=chain_id)
        self.clock.now = until


def demo_of(servers: ServerUrls, database_url: str) -> Demo:
    clock = SetClock()
    clock.now = NOW
    stripe = Simulator(clock, starting_balance=checks.STARTING_BALANCE)
    told = stripe.load(provider.lines(database_url))
    runtime = composition.build(settings_for(database_url, servers), clock)
    return Demo(replace(runtime, payments=gateway_of(stripe)), stripe, clock, told)


@pytest.fixture(scope="module")
def seeded(servers: ServerUrls) -> Iterator[str]:
    with world(servers, instructors=60, today=TODAY) as url:
        yield url


@pytest.fixture(scope="module")
def demo(servers: ServerUrls, seeded: str) -> Iterator[Demo]:
    made = demo_of(servers, seeded)
    yield made
    made.runtime.close()


def without_names(words: str) -> str:
    return NAMES.sub("#", words)


def remarkable(lessons: Iterable[T]) -> Iterator[T]:
    """Those that went another way than most, and one in twelve of the rest."""
    for number, one in enumerate(lessons):
        row = one if isinstance(one, dict) else vars(one)
        usual = row["outcome"] == "lesson_completed_full_payout" and row["credit_cents"] == 0
        if number % 12 == 0 or not usual or row["review_since"] or row["refunded_cents"]:
            yield one


class TestPast:
    def test_every_cent_is_where_it_belongs_and_the_provider_agrees(self, demo: Demo) -> None:
        found = facts.gathered(demo.runtime.engine)
        found.tables["lesson_money"] = list(remarkable(found.of("lesson_money")))
        open_disputes = {row["chain_id"] for row in found.of("lesson_money") if row["is_disputed"]}
        unpaid = {
            row["chain_id"]
            for row in found.of("lesson_money")
            if row["paid_cents"] < row["owed_cents"] and not row["is_disputed"]
        }
        contested = {row["vendor_id"] for row in found.of("chargebacks") if row["state"] == "open"}
        wrong = [
            words
            for words in checks.lessons(found, demo.stripe)
            if without_names(words) not in WAITING
            and words.split()[1].rstrip(":") not in open_disputes | unpaid | contested
        ]
        assert wrong == []
        assert {without_names(words) for words in checks.books(found, demo.stripe)} <= {
            "# of the credit of # are reserved for nothing any more",
            "instructor_payable of # is #",
        }
        assert {without_names(words) for words in checks.commands(found, demo.stripe)} <= {
            "# still holds # of booking:#",
            "charge # of booking:# is still held",
        }

    def test_everything_rests_as_the_product_would_let_it_rest(self, demo: Demo) -> None:
        with demo.runtime.begin(SYSTEM) as uow:
            for row in remarkable(uow.session.query(LessonMoney)):
                booking, report, is_asked = money.booking(uow.session, row.booking_id)
                lesson = rules.Lesson(row, booking, report)
                assert not is_asked
                decision = agenda.decide(rules.case_of(lesson), NOW)
                assert decision.step is None, row.chain_id
                assert (decision.due_at, decision.due_kind) == (row.due_at, row.due_kind)
                assert rules.payment_status(lesson) is booking.payment_status

    def test_every_lesson_has_its_money(self, demo: Demo) -> None:
        assert not demo.value(
            "SELECT count(*) FROM bookings b LEFT JOIN lesson_money m ON m.booking_id = b.id"
            " WHERE m.chain_id IS NULL OR m.card_cents <> b.card_cents"
            " OR m.credit_cents <> b.credit_cents OR b.card_cents + b.credit_cents <> b.total_cents"
        )

    def test_lessons_ended_in_all_the_usual_ways(self, demo: Demo) -> None:
        outcomes = Counter(
            dict(
                demo.rows(
                    "SELECT outcome, count(*) FROM lesson_money"
                    " WHERE outcome IS NOT NULL GROUP BY 1"
                )
            )
        )
        assert set(outcomes) >= {
            "lesson_completed_full_payout",
            "student_cancel_gt24_no_charge",
            "student_cancel_12_24_full_credit",
            "student_cancel_lt12_split_50_50",
            "instructor_cancel_full_refund",
            "instructor_no_show_full_refund",
            "student_no_show_full_payout",
            "payment_failed_no_charge",
            "dispute_won",
            "capture_failure_instructor_paid",
        }
        assert outcomes.most_common(1)[0][0] == "lesson_completed_full_payout"

    def test_commands_can_be_read_back(self, demo: Demo) -> None:
        kinds = {
            Action(action): frozenset(CALLS[Action(action)].__dataclass_fields__)
            for [action] in demo.rows("SELECT DISTINCT action FROM payment_commands")
        }
        assert set(kinds) == set(Action)
        for action, keys in demo.rows(
            "SELECT DISTINCT action, array(SELECT jsonb_object_keys(request) ORDER BY 1)"
            " FROM payment_commands"
        ):
            assert set(keys) <= kinds[Action(action)]

    def test_the_trial_balance_is_balanced(self, demo: Demo) -> None:
        with demo.runtime.begin(STAFF) as uow:
            found = ledger.trial_balance(uow)
        assert found.is_balanced

    def test_nothing_happened_after_now(self, demo: Demo) -> None:
        for table, column in (
            ("journals", "occurred_at"),
            ("payment_commands", "requested_at"),
            ("charges", "authorized_at"),
            ("credit_lots", "issued_at"),
            ("lesson_money", "settled_at"),
            ("tips", "created_at"),
        ):
            assert demo.value(f"SELECT max({column}) FROM {table}") <= NOW, table


class TestProvider:
    def test_knows_everybody_and_every_payment(self, demo: Demo) -> None:
        for kind, table in (
            ("customer", "payment_customers"),
            ("payment_method", "payment_methods"),
            ("account", "connect_accounts"),
            ("payment_intent", "charges"),
        ):
            assert demo.told[kind] == demo.value(f"SELECT count(*) FROM {table}")

    def test_the_nightly_comparison_of_a_fresh_demo_is_clean(self, demo: Demo) -> None:
        lines = demo.value("SELECT count(*) FROM balance_lines")
        demo.clock.now = NOW + timedelta(minutes=1)  # another test may have moved money just now
        found = reconcile(demo.runtime.begin, demo.runtime.payments, actor=SYSTEM)
        assert found.is_clean
        assert found.differences == []
        assert found.ledger_cents == found.provider_cents
        assert demo.value("SELECT count(*) FROM balance_lines") >= lines
        again = reconcile(demo.runtime.begin, demo.runtime.payments, actor=SYSTEM)
        assert again.is_clean
        demo.clock.now = NOW

    def test_a_refund_of_a_lesson_of_last_year_works(self, demo: Demo) -> None:
        [[booking_id, cents, payout]] = demo.rows(
            "SELECT m.booking_id, m.captured_cents, m.owed_cents FROM lesson_money m"
            " WHERE m.outcome = 'lesson_completed_full_payout' AND m.credit_cents = 0"
            " AND m.refunded_cents = 0 AND m.settled_at < :then AND m.paid_cents = m.owed_cents"
            " AND NOT EXISTS (SELECT FROM credit_lots l"
            "                 WHERE l.reference = 'booking:' || m.chain_id)"
            " ORDER BY m.settled_at DESC LIMIT 1",
            then=NOW - timedelta(days=365),
        )
        told = flows.refund(
            demo.runtime.cashier,
            actor=STAFF,
            booking_id=booking_id,
            command=OrderRefund(reason=RefundReason.GOODWILL),
            idempotency_key=None,
        )
        assert (told.refund_cents, told.instructor_cents) == (cents, payout)
        assert demo.rows(
            "SELECT refunded_cents, paid_cents, is_blocked FROM lesson_money"
            " WHERE booking_id = :id",
            id=booking_id,
        ) == [(cents, 0, False)]

    def test_everything_that_lies_ahead_goes_well(self, servers: ServerUrls, seeded: str) -> None:
        """On a copy: holds are placed and taken, instructors paid, for three weeks."""
        with clone(servers) as url:
            seed.run(url, instructors=10, today=TODAY)
            demo = demo_of(servers, url)
            demo.run_jobs_until(NOW + timedelta(days=24))
            assert demo.value("SELECT count(*) FROM lesson_money WHERE settled_at IS NULL") == 0
            assert reconcile(demo.runtime.begin, demo.runtime.payments, actor=SYSTEM).is_clean
            assert demo.rows("SELECT DISTINCT status FROM bookings ORDER BY 1") == [
                ("CANCELLED",),
                ("COMPLETED",),
                ("NO_SHOW",),
                ("PAYMENT_FAILED",),
            ]
            demo.runtime.close()


class TestIncidents:
    """Each in proportion to the size of the world; docs/demo.md has the figures of 300."""

    def test_payouts_wait_because_accounts_were_disabled_this_week(self, demo: Demo) -> None:
        found = demo.rows(
            "SELECT DISTINCT m.instructor_id, a.disabled_reason, m.review_reason"
            " FROM lesson_money m JOIN connect_accounts a USING (instructor_id)"
            " WHERE m.paid_cents < m.owed_cents AND NOT m.is_disputed AND m.transfer_failures >= 3"
        )
        assert found
        assert {row[1:] for row in found} == {
            ("requirements.past_due", "instructor_cannot_be_paid")
        }
        assert not demo.value(
            "SELECT count(*) FROM bookings b JOIN connect_accounts a USING (instructor_id)"
            " WHERE a.disabled_reason IS NOT NULL AND b.created_at > a.updated_at"
        )

    def test_a_student_is_locked_for_a_lesson_that_no_card_paid(self, demo: Demo) -> None:
        [[student, locked_for]] = demo.rows(
            "SELECT user_id, locked_for FROM payer_standings WHERE locked_at IS NOT NULL"
        )
        assert demo.rows(
            "SELECT 'booking:' || chain_id, review_reason, debt_cents = card_cents,"
            " paid_cents = owed_cents, capture_failures FROM lesson_money WHERE student_id = :id"
            " AND debt_cents > 0",
            id=student,
        ) == [(locked_for, "capture_failed_for_72_hours", True, True, 18)]
        assert (
            demo.value(
                "SELECT last4 FROM payment_methods WHERE user_id = :id AND is_default", id=student
            )
            == "0341"
        )

    def test_a_chargeback_took_a_payout_back(self, demo: Demo) -> None:
        opened = demo.rows(
            "SELECT c.opened_at, c.cents = m.captured_cents, m.paid_cents, m.is_disputed"
            " FROM chargebacks c JOIN lesson_money m ON 'booking:' || m.chain_id = c.reference"
            " WHERE c.state = 'open' ORDER BY 1 DESC"
        )
        assert opened[0] == (NOW - timedelta(days=2, hours=5), True, 0, True)
        assert len(opened) == 3

    def test_dead_letters_about_identities_can_be_replayed(self, demo: Demo) -> None:
        dead = demo.rows(
            "SELECT w.id, w.kind, w.payload, i.instructor_id, i.status FROM webhook_events w"
            " JOIN identity_checks i ON i.vendor_id = w.payload #>> '{data,object,id}'"
            " WHERE w.state = 'dead_letter'"
        )
        assert {(row.kind, row.status) for row in dead} == {
            ("identity.verification_session.verified", "processing")
        }
        row = dead[0]
        event = ClaimedEvent(
            id=row.id, source="stripe", event_id=row.payload["id"], kind=row.kind, account_id=None,
            payload=row.payload, happened_at=NOW, attempt=1,
        )  # fmt: skip
        on_identity(demo.runtime.begin, demo.runtime.payments, SYSTEM, event)
        assert (
            demo.value(
                "SELECT status FROM identity_checks WHERE instructor_id = :id", id=row.instructor_id
            )
            == "verified"
        )
