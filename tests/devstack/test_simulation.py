"""Simulated marketplaces: the same each time, at rest in the end, and checked by eyes that see."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from devstack.simulation import checks, running
from devstack.simulation.changes import Changes
from devstack.simulation.clock import SeededIds, VirtualClock
from devstack.simulation.facts import TABLES, Facts, summed
from devstack.simulation.mischief import Level
from devstack.simulation.running import Plan, Report, Simulation
from devstack.simulation.world import call
from devstack.stripe_simulator.simulator import Simulator

SMALL = Plan(seed=7, days=3, students=8)


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with running.prepared() as simulation:
        yield simulation


@pytest.fixture(scope="module")
def report(simulation: Simulation) -> Report:
    return simulation.run(SMALL)


class TestASeed:
    def test_comes_to_rest_with_every_rule_kept(self, report: Report) -> None:
        assert report.failures == []
        assert report.lessons > 0
        assert report.faults > 0

    def test_is_the_same_to_the_byte_when_it_is_played_again(
        self, simulation: Simulation, report: Report
    ) -> None:
        again = simulation.run(SMALL)
        assert again.trace == report.trace
        assert again.digest == report.digest

    def test_without_trouble_knows_no_trouble(self, simulation: Simulation) -> None:
        calm = simulation.run(replace(SMALL, faults=Level.NONE))
        assert (calm.failures, calm.faults) == ([], 0)

    def test_differs_from_another_one(self, simulation: Simulation, report: Report) -> None:
        assert simulation.run(replace(SMALL, seed=8)).digest != report.digest

    def test_that_fails_tells_the_story_of_what_failed(self, report: Report) -> None:
        lesson = next(line for line in report.trace if " checkout " in line).split()[3]
        failed = replace(report, failures=[f"lesson {lesson}: its pot holds 5"])
        story = failed.story()
        assert story
        assert all(lesson in line for line in story)
        assert failed.plan.command == (
            "instainstru simulate --seed 7 --days 3 --students 8 --faults heavy --trace"
        )


def test_identifiers_grow_and_carry_the_virtual_moment() -> None:
    clock = VirtualClock(datetime(2026, 6, 15, tzinfo=UTC))
    made = SeededIds(clock, Random(1))
    first, second = made(), made()
    clock.pass_by(timedelta(days=1))
    third = made()
    assert first < second < third
    assert first[:10] == second[:10] == "01KV497X00"
    assert [len(one) for one in (first, second, third)] == [26, 26, 26]


def test_the_terminal_tells_of_seeds() -> None:
    asked = ["simulate", "--seeds", "3-3", "--days", "1", "--students", "4", "--faults", "light"]
    told = CliRunner().invoke(app, [*asked, "--json"])
    assert told.exit_code == 0, told.output
    (view,) = json.loads(told.stdout)
    assert (view["seed"], view["faults"], view["failures"]) == (3, "light", [])
    assert CliRunner().invoke(app, ["simulate", "--seeds", "3"]).exit_code == 2


STRIPE = Simulator(VirtualClock(), starting_balance=checks.STARTING_BALANCE)
LOT: dict[str, Any] = {
    "id": "lot",
    "user_id": "student",
    "reference": None,
    "source": "adjustment",
    "available_cents": 500,
    "reserved_cents": 0,
    "frozen_at": None,
}
BOOKING: dict[str, Any] = {
    "id": "one",
    "chain_id": "one",
    "instructor_id": "teacher",
    "student_id": "student",
    "status": "CONFIRMED",
    "format": "online",
    "starts_at": datetime(2026, 6, 18, 16, tzinfo=UTC),
    "ends_at": datetime(2026, 6, 18, 17, tzinfo=UTC),
}


def facts(*entries: tuple[str, str, int], **tables: list[dict[str, Any]]) -> Facts:
    """Nothing but these rows and these amounts on accounts."""
    rows = [
        {"reference": "booking:one", "account": account, "owner_id": owner, "cents": cents}
        for account, owner, cents in entries
    ]
    return summed({name: tables.get(name, []) for name in TABLES}, rows, [])


class TestTheBooks:
    def test_of_nothing_are_in_order(self) -> None:
        assert list(checks.books(facts(), STRIPE)) == []

    def test_that_do_not_balance_are_seen(self) -> None:
        found = list(checks.books(facts(("platform_revenue", "", -5)), STRIPE))
        assert found == ["the trial balance is off by -5"]

    def test_that_differ_from_the_providers_are_seen(self) -> None:
        off = facts(("stripe_clearing", "", 5), ("platform_revenue", "", -5))
        found = list(checks.books(off, STRIPE))
        assert found == ["the ledger has 5 at the provider, the provider 0"]

    def test_with_a_pot_that_is_not_empty_are_seen(self) -> None:
        off = facts(("held", "one", -5), ("platform_revenue", "", 5))
        assert list(checks.books(off, STRIPE)) == ["the pot of one still holds 5"]

    def test_that_differ_from_a_wallet_are_seen(self) -> None:
        off = facts(
            ("credits_liability", "student", -400), ("credit_expense", "", 400), credit_lots=[LOT]
        )
        found = list(checks.books(off, STRIPE))
        assert found == ["student has 500 of credit, the ledger owes 400"]

    def test_with_a_debt_below_nothing_are_seen(self) -> None:
        off = facts(("student_debt", "student", -5), ("dispute_losses", "", 5))
        found = list(checks.books(off, STRIPE))
        assert found == ["student owes 0 for lessons, -5 by the ledger"]

    def test_that_still_owe_an_instructor_are_seen(self) -> None:
        off = facts(("instructor_payable", "teacher", -5), ("platform_revenue", "", 5))
        assert list(checks.books(off, STRIPE)) == ["instructor_payable of teacher is 5"]


class TestCommands:
    def test_that_are_still_open_are_seen(self) -> None:
        row = {"id": "c", "action": "capture", "reference": "booking:one", "state": "sent"}
        found = list(checks.commands(facts(payment_commands=[row]), STRIPE))
        assert found == ["command c (capture of booking:one) is sent"]

    def test_that_are_confirmed_without_an_effect_are_seen(self) -> None:
        row = {"id": "c", "action": "refund", "reference": "booking:one", "state": "confirmed"}
        found = list(checks.commands(facts(payment_commands=[row]), STRIPE))
        assert found == ["command c (refund) had 0 effects"]


class TestDisputes:
    def test_that_stand_otherwise_at_the_bank_are_seen(self) -> None:
        stripe = Simulator(VirtualClock(), starting_balance=checks.STARTING_BALANCE)
        form = {
            "amount": "9000",
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": "true",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
        }
        charge = call(stripe, "/v1/payment_intents", form)["latest_charge"]
        dispute = str(stripe.open_dispute(charge, amount=4_000)["id"])
        row = {"vendor_id": dispute, "state": "open", "withdrawn_cents": 4_000, "ask_at": None}

        unheard = list(checks.lessons(facts(), stripe))
        stripe.close_dispute(dispute, won=True)
        overtaken = list(checks.lessons(facts(chargebacks=[row]), stripe))
        told = row | {"state": "won", "withdrawn_cents": 0}

        assert unheard == [f"dispute {dispute} of {charge} was never heard of"]
        assert overtaken == [f"dispute {dispute} is won with 0 withdrawn, for us open with 4000"]
        assert list(checks.lessons(facts(chargebacks=[told]), stripe)) == []
        assert list(checks.lessons(facts(chargebacks=[told | {"ask_at": "soon"}]), stripe)) == [
            f"dispute {dispute} is still to be asked about at soon"
        ]


def test_the_worker_looks_again_after_a_commit_that_wrote_what_it_looks_at() -> None:
    changes = Changes()
    outer = changes.writes
    changes.hear(None, "UPDATE lesson_money SET due_at = now()", None)
    inner = changes.writes
    changes.hear(None, "SELECT due_at FROM lesson_money FOR UPDATE", None)
    changes.hear(None, "INSERT INTO outbox VALUES (1)", None)
    changes.committed(since=inner)
    before = changes.count
    changes.committed(since=outer)
    assert (before, changes.count) == (0, 1)


class TestCalendars:
    @pytest.mark.parametrize(("minutes", "seen"), [(74, 1), (75, 0)])
    def test_need_a_pause_between_two_lessons_of_an_instructor(
        self, minutes: int, seen: int
    ) -> None:
        start = BOOKING["starts_at"] + timedelta(minutes=minutes)
        other = BOOKING | {
            "id": "two",
            "chain_id": "two",
            "student_id": "another",
            "starts_at": start,
            "ends_at": start + timedelta(hours=1),
        }
        found = list(checks.calendar(facts(bookings=[BOOKING, other]), kept=running.NOW))
        assert len(found) == seen

    def test_let_nobody_be_in_two_lessons_at_once(self) -> None:
        other = BOOKING | {"id": "two", "chain_id": "two", "instructor_id": "another"}
        found = list(checks.calendar(facts(bookings=[BOOKING, other]), kept=running.NOW))
        assert found == ["student_id of one and two: a gap of -60 minutes"]

    def test_give_the_time_of_a_cancelled_lesson_back(self) -> None:
        rows = {
            "bookings": [BOOKING | {"status": "CANCELLED"}],
            "occupied_times": [{"reference": "booking:one"}],
        }
        found = list(checks.calendar(facts(**rows), kept=running.NOW))
        assert found == ["booking:one still takes up time"]
