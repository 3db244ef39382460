"""What goes wrong besides the provider: crashes between any two steps, others in between, locks."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from random import Random
from typing import Any, cast

from devstack.simulation.changes import Changes
from devstack.simulation.clock import VirtualClock
from devstack.simulation.tracing import Trace
from devstack.stripe_simulator.faults import CallTrouble, Fault
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.payments.errors import CallUncertain
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.ports import InProgress
from instainstru_core.kernel.uow import Begin, Uow

SHOWN = ("reference", "key", "intent_id", "cents")
DEEPEST = 2
"""So many are interrupted by one another at most."""


class Crash(BaseException):
    """The process is gone: nothing after this line happens."""


class TransactionOpen(AssertionError):
    """Somebody dialed out while a transaction was open."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each trouble is, at each place where it may strike."""

    crash: float = 0.0
    interrupt: float = 0.0
    rival: float = 0.0
    pause: float = 0.0
    latency: float = 0.0
    mutex_busy: float = 0.0
    mutex_gone: float = 0.0
    timeout_before: float = 0.0
    timeout_after: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    rate_limit: float = 0.0
    account_balance_low: float = 0.0
    refund_by_hand: float = 0.0
    reverse_by_hand: float = 0.0
    refund_fails: float = 0.0
    webhook_lost: float = 0.0
    webhook_repeated: float = 0.0
    webhook_late: float = 0.0
    worker_down: float = 0.0

    def scaled(self, by: float) -> "Chances":
        """All of them so much more likely."""
        return Chances(**{name: getattr(self, name) * by for name in self.__slots__})


HEAVY = Chances(
    crash=0.006,
    interrupt=0.02,
    rival=0.03,
    pause=0.004,
    latency=1.0,
    mutex_busy=0.03,
    mutex_gone=0.3,
    timeout_before=0.03,
    timeout_after=0.04,
    error_before=0.02,
    error_after=0.03,
    rate_limit=0.03,
    account_balance_low=0.1,
    refund_by_hand=0.08,
    reverse_by_hand=0.06,
    refund_fails=0.1,
    webhook_lost=0.15,
    webhook_repeated=0.15,
    webhook_late=0.3,
    worker_down=0.25,
)


class Level(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    LIGHT = "light"
    HEAVY = "heavy"


LEVELS = {Level.NONE: Chances(), Level.LIGHT: HEAVY.scaled(0.25), Level.HEAVY: HEAVY}
CALL_TROUBLES: tuple[CallTrouble, ...] = (
    "timeout_before",
    "timeout_after",
    "error_before",
    "error_after",
    "rate_limit",
    "account_balance_low",
)


class Mischief:
    """Decides where something goes wrong, and does it."""

    def __init__(
        self, chances: Chances, *, dice: Random, clock: VirtualClock, trace: Trace
    ) -> None:
        self.chances = chances
        self.dice = dice
        self.meanwhile: Callable[[], None] = lambda: None
        self.rival: Callable[[str], None] = lambda _: None
        self.lessons: list[str] = []
        self.transactions = 0
        self.changes = Changes()
        self._clock = clock
        self._trace = trace

    def end(self, stripe: Simulator) -> None:
        """From now on everything works."""
        self.chances = Chances()
        stripe.faults.clear()

    def begin(self, stripe: Simulator) -> None:
        """Let the provider fail as often as it is to."""
        for trouble in CALL_TROUBLES:
            chance = getattr(self.chances, trouble)
            if chance:
                stripe.faults.add(Fault(trouble, probability=chance, times=None))

    def strikes(self, chance: float) -> bool:
        return chance > 0 and self.dice.random() < chance

    def point(self, where: str) -> None:
        """Between two steps: perhaps nothing comes after this."""
        if self.strikes(self.chances.crash):
            self._trace.count("crash")
            self._trace.note("crash", where)
            raise Crash(where)

    def between(self) -> None:
        """No transaction is open here: perhaps others act in the meantime, for a while."""
        if self._trace.depth >= DEEPEST:
            return
        if self.strikes(self.chances.pause):
            self._trace.count("pause")
            self._clock.pass_by(timedelta(seconds=self.dice.choice([20, 95, 200, 1_000, 2_000])))
            self._interrupted(self.meanwhile)
        if self.strikes(self.chances.interrupt):
            self._interrupted(self.meanwhile)
        if self.lessons and self.strikes(self.chances.rival):
            self._interrupted(partial(self.rival, self.lessons[-1]))

    def _interrupted(self, by: Callable[[], None]) -> None:
        self._trace.count("interruption")
        self._trace.depth += 1
        outer, self.lessons = self.lessons, []
        try:
            by()
        finally:
            self._trace.depth -= 1
            self.lessons = outer

    def wait(self) -> None:
        """Calls take time."""
        if self.strikes(self.chances.latency):
            self._clock.pass_by(timedelta(milliseconds=self.dice.randint(40, 900)))


def begin_through(begin: Begin, mischief: Mischief) -> Begin:
    """Units of work around which processes die and others act."""

    @contextmanager
    def begun(actor: Actor) -> Generator[Uow]:
        if not mischief.transactions:
            mischief.between()
        mischief.point("before a transaction")
        writes = mischief.changes.writes
        with begin(actor) as uow:
            mischief.transactions += 1
            try:
                yield uow
            finally:
                mischief.transactions -= 1
            mischief.point("before the commit")
        mischief.changes.committed(since=writes)
        mischief.point("after the commit")

    return begun


class _Gateway:
    """The real gateway, around whose calls processes die and others act."""

    def __init__(self, gateway: PaymentGateway, mischief: Mischief, trace: Trace) -> None:
        self._gateway = gateway
        self._mischief = mischief
        self._trace = trace

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._gateway, name)

        def call(*given: object, **named: object) -> object:
            if self._mischief.transactions:
                raise TransactionOpen(name)
            self._mischief.between()
            self._mischief.point(f"before {name}")
            self._mischief.wait()
            try:
                answer = method(*given, **named)
            except Refusal as refusal:
                if isinstance(refusal, CallUncertain):
                    self._trace.count("provider trouble")
                self._tell(name, named, refusal.code)
                raise
            finally:
                self._mischief.between()
            self._tell(name, named, getattr(answer, "id", ""), getattr(answer, "status", ""))
            self._mischief.point(f"after {name}")
            return answer

        return call

    def _tell(self, name: str, named: dict[str, object], *answer: object) -> None:
        self._trace.count("call")
        about = [f"{one}={named[one]}" for one in SHOWN if one in named]
        self._trace.note(f"call {name}", *about, "->", *answer)


def gateway_through(gateway: PaymentGateway, mischief: Mischief, trace: Trace) -> PaymentGateway:
    """The gateway with trouble on both sides of each call."""
    return cast("PaymentGateway", _Gateway(gateway, mischief, trace))


class VirtualMutex:
    """Holds names in virtual time. Whoever crashes is waited for until their time is up."""

    def __init__(self, mischief: Mischief, clock: VirtualClock, trace: Trace) -> None:
        self._mischief = mischief
        self._clock = clock
        self._trace = trace
        self._held: dict[str, tuple[int, float]] = {}
        self._token = 0

    @contextmanager
    def hold(self, name: str, *, seconds: float) -> Generator[int | None]:
        """As the port says; now and then nobody can be asked."""
        lessons = self._mischief.lessons
        lessons.append(name.partition(":")[2])
        try:
            with self._holding(name, seconds) as token:
                yield token
        finally:
            lessons.pop()

    @contextmanager
    def _holding(self, name: str, seconds: float) -> Generator[int | None]:
        if self._mischief.strikes(self._mischief.chances.mutex_gone):
            self._trace.count("mutex gone")
            yield None
            return
        token = self._acquire(name, seconds)
        try:
            yield token
        except Exception:
            self._release(name, token)
            raise
        self._release(name, token)

    def _acquire(self, name: str, seconds: float) -> int:
        now = self._clock.now.timestamp()
        _, until = self._held.get(name, (0, 0.0))
        if until > now or self._mischief.strikes(self._mischief.chances.mutex_busy):
            self._trace.count("mutex busy")
            raise InProgress("This is being worked on right now.", retry_after=2)
        self._token += 1
        self._held[name] = (self._token, now + seconds)
        return self._token

    def _release(self, name: str, token: int) -> None:
        if self._held.get(name, (0, 0.0))[0] == token:
            del self._held[name]
