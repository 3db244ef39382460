"""Running seeds: a world, its weeks, the coming to rest, and what must be true of it then."""

import gc
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from random import Random

import psycopg
from sqlalchemy.orm import sessionmaker

from devstack.simulation import checks, database, mail, world
from devstack.simulation.clock import SeededIds, VirtualClock
from devstack.simulation.facts import Facts, gathered, glanced
from devstack.simulation.fates import Fates
from devstack.simulation.jobs import NIGHT_HOURS, Worker
from devstack.simulation.mischief import (
    LEVELS,
    Level,
    Mischief,
    VirtualMutex,
    begin_through,
    gateway_through,
)
from devstack.simulation.paying import Students
from devstack.simulation.post import Post
from devstack.simulation.rivals import Rivals
from devstack.simulation.stage import Stage
from devstack.simulation.surroundings import Surroundings
from devstack.simulation.tracing import Trace
from devstack.stripe_simulator.in_process import InProcessClient
from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.world import Secrets
from instainstru_core import runtime as composition
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.adapters.stripe.webhooks import StripeWebhookParser
from instainstru_core.kernel import ids
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.measure import overheard
from instainstru_core.kernel.uow import begin_with
from instainstru_core.runtime import Runtime

WRITES_LETTERS = 5
"""One seed in so many sends messages too: they take as long as all the rest."""
STUDENTS_PER_TEACHER = 4
BOOKINGS_PER_DAY = 0.155
REST_DAYS = (1, 3, 8, 40, 120)
"""When the nightly jobs run after the last day: long enough for every deadline to pass."""
SELDOM = 100_000
"""So many objects come and go before garbage is looked for: seeds make much of it."""
BUSIEST = 12
"""More happenings than any student can cause in a day: beyond them time stands still."""
FAULTS = (
    "crash",
    "interruption",
    "mutex busy",
    "mutex gone",
    "pause",
    "provider trouble",
    "rival",
    "webhook late",
    "webhook lost",
    "webhook repeated",
    "worker down",
)
NAMES = re.compile(r"\b(?:[0-7][0-9A-HJKMNP-TV-Z]{25}|(?:pi|ch|dp|tr|re|evt)_\w+)\b")
NOW = frozenset({"CONFIRMED"})
EVER = frozenset({"COMPLETED", "NO_SHOW"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate."""

    seed: int
    days: int = 14
    students: int = 20
    faults: Level = Level.HEAVY

    @property
    def command(self) -> str:
        """How to see it again."""
        return (
            f"instainstru simulate --seed {self.seed} --days {self.days}"
            f" --students {self.students} --faults {self.faults} --trace"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """How a seed went."""

    plan: Plan
    lessons: int
    commands: int
    counts: dict[str, int]
    digest: str
    seconds: float
    failures: list[str] = field(default_factory=list[str])
    trace: list[str] = field(default_factory=list[str])

    @property
    def is_good(self) -> bool:
        return not self.failures

    @property
    def faults(self) -> int:
        """How often something went wrong."""
        return sum(self.counts.get(name, 0) for name in FAULTS)

    def story(self) -> list[str]:
        """The lines that name what the failures name."""
        names = {name for failure in self.failures for name in NAMES.findall(failure)}
        return [line for line in self.trace if any(name in line for name in names)]


class Simulation:
    """A database that is used for one seed after the other."""

    def __init__(self, database_url: str) -> None:
        self._runtime = composition.build(database.settings_for(database_url))
        database.plan_once(self._runtime.engine)
        self._eyes = database.eyes(database_url)
        self._is_used = False

    def run(self, plan: Plan) -> Report:
        """One seed from its beginning to its end."""
        started = time.perf_counter()
        if self._is_used:
            database.empty(self._runtime.engine)
        self._is_used = True
        clock = VirtualClock()
        with ids.made_by(SeededIds(clock, _dice(plan, "ids"))):
            play = _Play(plan, self._runtime, self._eyes, clock)
            with overheard(play.stage.mischief.changes.hear):
                facts = play.whole()
        stage = play.stage
        return Report(
            plan=plan,
            lessons=len(facts.of("lesson_money")),
            commands=len(facts.of("payment_commands")),
            counts=dict(sorted(stage.trace.counts.items())),
            digest=stage.trace.digest(),
            seconds=time.perf_counter() - started,
            failures=[*stage.failures],
            trace=stage.trace.lines,
        )

    def close(self) -> None:
        self._eyes.close()
        self._runtime.close()


@contextmanager
def prepared() -> Generator[Simulation]:
    """A simulation on a database of its own."""
    before = gc.get_threshold()
    gc.set_threshold(SELDOM)
    with database.fresh() as url:
        simulation = Simulation(url)
        try:
            yield simulation
        finally:
            simulation.close()
            gc.set_threshold(*before)


class _Play:
    """One seed."""

    def __init__(
        self, plan: Plan, runtime: Runtime, eyes: psycopg.Connection, clock: VirtualClock
    ) -> None:
        self._plan = plan
        self._engine = runtime.engine
        trace = Trace(clock)
        mischief = Mischief(
            LEVELS[plan.faults], dice=_dice(plan, "mischief"), clock=clock, trace=trace
        )
        secrets = Secrets()
        self._carrier = mail.carrier(clock)
        stripe = Simulator(
            clock,
            seed=f"{plan.seed}",
            secrets=secrets,
            starting_balance=checks.STARTING_BALANCE,
        )
        begin = begin_with(sessionmaker(runtime.engine, expire_on_commit=False), clock)
        people_dice = _dice(plan, "people")
        with begin(SYSTEM) as uow:
            people = world.populate(
                uow,
                stripe,
                people_dice,
                teachers=max(2, plan.students // STUDENTS_PER_TEACHER),
                students=plan.students,
                days=plan.days,
            )
        gateway = StripeGateway(secret_key=world.KEY, http_client=InProcessClient(stripe))
        self.stage = Stage(
            seed=plan.seed,
            runtime=replace(
                runtime,
                begin=begin_through(begin, mischief),
                clock=clock,
                mailer=mail.mailer(self._carrier),
                payments=gateway_through(gateway, mischief, trace),
                webhook_parser=StripeWebhookParser([secrets.platform, secrets.connect], clock),
                mutex=VirtualMutex(mischief, clock, trace),
            ),
            stripe=stripe,
            people=people,
            clock=clock,
            dice=people_dice,
            trace=trace,
            mischief=mischief,
            ends_at=clock.now + timedelta(days=plan.days),
        )
        self._post = Post(self.stage)
        self._worker = Worker(self.stage, eyes, webhooks=self._post.process)
        self._fates = Fates(self.stage)
        self._rivals = Rivals(self.stage, self._worker, self._fates)
        self._students = Students(self.stage, booked=self._rivals.know, confirmed=self._fates.plan)
        self._around = Surroundings(self.stage, self._worker, self._fates)
        self._post.on_dispute = self._around.note_dispute
        self._post.on_refund = self._around.note_refund

    def whole(self) -> Facts:
        """The weeks, the coming to rest, the checks."""
        stage = self.stage
        self._students.plan(per_day=BOOKINGS_PER_DAY)
        self._around.plan(first_night_hours=NIGHT_HOURS)
        for day in range(1, self._plan.days):
            stage.plan(stage.clock.now + timedelta(days=day), "look at calendars", self._calendars)
        if self._plan.seed % WRITES_LETTERS == 0:
            self._plan_letters()
        stage.mischief.meanwhile = self._meanwhile
        stage.mischief.rival = self._rivals.strike
        stage.mischief.begin(stage.stripe)
        self._live(until_rest=False)
        stage.mischief.end(stage.stripe)
        self._worker.come_back()
        self._rest()
        return self._judge()

    def _live(self, *, until_rest: bool) -> None:
        """From one instant at which something happens to the next."""
        stage = self.stage
        for _ in range(BUSIEST * (self._plan.students + 10) * (self._plan.days + 10)):
            self._post.collect()
            planned, due = stage.next_at, self._worker.look()
            instants = [one for one in (planned, due) if one is not None]
            if not instants or (not until_rest and min(instants) >= stage.ends_at):
                return
            if due is not None and (planned is None or due <= planned):
                self._worker.run_next()
            else:
                stage.happen()
        stage.failures.append("time stands still")

    def _plan_letters(self) -> None:
        """Letters several times a day, and at last once more for what was put back."""
        stage = self.stage
        hours = (stage.ends_at - stage.clock.now) // timedelta(hours=1)
        rest = max(REST_DAYS) * 24
        for hour in (*range(6, hours + 96, 8), *range(hours + rest, hours + rest + 48, 8)):
            at = stage.clock.now + timedelta(hours=hour)
            stage.plan(at, "trouble at the carrier", partial(mail.trouble, stage, self._carrier))
            stage.plan(at, "letters", self._worker.write_letters)

    def _meanwhile(self) -> None:
        """Between two steps of something: what is due comes first, the worker or the people."""
        due = self._worker.look()
        if due is not None and due <= self.stage.clock.now:
            self._worker.run_next()
        else:
            self.stage.meanwhile()

    def _rest(self) -> None:
        """No more trouble: until nothing is due any more and the last deadline is over."""
        stage = self.stage
        ended_at = stage.clock.now
        stage.trace.note("no more trouble")
        for day in REST_DAYS:
            night = partial(self._worker.night, provider=day in {1, max(REST_DAYS)})
            stage.plan(ended_at + timedelta(days=day), "night", night)
            stage.plan(ended_at + timedelta(days=day, hours=9), "all look", self._around.settle_all)
        self._live(until_rest=True)

    def _calendars(self) -> None:
        """During the weeks as well nobody may be in two lessons at once."""
        self.stage.failures += checks.calendar(glanced(self._engine, *NEEDED), kept=NOW)

    def _judge(self) -> Facts:
        stage = self.stage
        facts = gathered(self._engine)
        stage.failures += checks.books(facts, stage.stripe)
        stage.failures += checks.commands(facts, stage.stripe)
        stage.failures += checks.lessons(facts, stage.stripe)
        stage.failures += checks.calendar(facts, kept=EVER)
        if self._plan.seed % WRITES_LETTERS == 0:
            stage.failures += mail.checked(self._engine, self._carrier)
        for entry in facts.entries:
            stage.trace.note("entry", *entry.values())
        return facts


NEEDED = ("bookings", "occupied_times")


def _dice(plan: Plan, what: str) -> Random:
    return Random(f"{plan.seed}/{what}")  # noqa: S311 - a seed is to give the same each time
