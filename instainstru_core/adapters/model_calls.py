"""How models are called: no more at once than are allowed, never past a deadline, and not at all
while they fail.

All calls of a provider take one of the same few places, whatever they are for. A call that is late
keeps its place until it has really ended, and counts as failed.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from enum import StrEnum
from typing import TypeVar

from prometheus_client import Counter, Gauge, Histogram

from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.types.meaning import ModelUse
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.log import logger

FAILURES = 5
WINDOW_SECONDS = 30.0
OPEN_SECONDS = 60.0
LEAST_SECONDS = 0.02
"""With less time left than this nobody is asked."""

CALLS = Counter(
    "instainstru_search_model_calls_total",
    "Calls of search to a model, by what for and how it went.",
    ["purpose", "result"],
)
SECONDS = Histogram(
    "instainstru_search_model_call_duration_seconds",
    "Time of one call of search to a model that was made.",
    ["purpose"],
    buckets=(0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0),
)
OPEN = Gauge(
    "instainstru_search_model_circuit_open",
    "Whether a model failed so often of late that it is not asked: 1 if so, in any process.",
    ["purpose"],
    multiprocess_mode="livemax",
)

T = TypeVar("T")
_log = logger(__name__)


class Purpose(StrEnum):
    """What a model is called for."""

    READING = "reading"
    PLACE = "place"
    EMBEDDING = "embedding"


class CallFailed(Exception):
    """The provider cannot be used now: unreachable, out of order, or it takes no calls from us."""


class CallLate(CallFailed):
    """The provider did not answer within the seconds that it had."""


class AnswerUnusable(Exception):
    """The provider works, and its answer to this text is none. The text may be to blame."""


class Admission(StrEnum):
    """Leave to make a call."""

    PLAIN = "plain"
    TRIAL = "trial"
    """The one call by which an open circuit finds out whether it may close."""


class Circuit:
    """Opens after so many failures within a window, unless more calls than those went well; tries
    one call after a while, and closes if that goes well.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: deque[tuple[float, bool]] = deque(maxlen=200)
        self._opened_at: float | None = None
        self._is_trying = False

    @property
    def is_open(self) -> bool:
        """Whether it is open, perhaps with one call on trial."""
        return self._opened_at is not None

    def admit(self) -> Admission | None:
        """Leave to make one call, which has to be reported or taken back; none while it is open,
        but for one call on trial each time it waited enough.
        """
        with self._lock:
            if self._opened_at is None:
                return Admission.PLAIN
            if self._is_trying or self._clock() - self._opened_at < OPEN_SECONDS:
                return None
            self._is_trying = True
            return Admission.TRIAL

    def report(self, admission: Admission, *, ok: bool) -> None:
        """Say how a call went. What was begun before it opened does not count any more."""
        with self._lock:
            now = self._clock()
            if admission is Admission.TRIAL:
                self._is_trying = False
                self._opened_at = None if ok else now
                self._calls.clear()
                return
            if self._opened_at is not None:
                return
            self._calls.append((now, ok))
            recent = [went for at, went in self._calls if now - at <= WINDOW_SECONDS]
            failed = recent.count(False)
            if not ok and failed >= FAILURES and failed * 2 >= len(recent):
                self._opened_at = now

    def take_back(self, admission: Admission) -> None:
        """Say that an admitted call was not made after all."""
        if admission is Admission.TRIAL:
            with self._lock:
                self._is_trying = False


class ModelCalls:
    """The way to all models of search in this process."""

    def __init__(self, *, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._at_once = at_once
        self._opening = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        chat = Circuit(clock)
        self.circuits: Mapping[Purpose, Circuit] = {
            Purpose.READING: chat,
            Purpose.PLACE: chat,
            Purpose.EMBEDDING: Circuit(clock),
        }

    def run(self, purpose: Purpose, call: Callable[[float], T], *, deadline: Deadline) -> T:
        """What the call gives, which is told how many seconds it has. Raises ModelUnavailable."""
        circuit = self.circuits[purpose]
        if deadline.left < LEAST_SECONDS:
            raise _told(purpose, ModelUse.TIMEOUT)
        admission = circuit.admit()
        if admission is None:
            raise _told(purpose, ModelUse.OPEN_CIRCUIT)
        if not self._places.acquire(timeout=deadline.left):
            circuit.take_back(admission)
            raise _told(purpose, ModelUse.BUSY)
        started = time.perf_counter()
        waiting = self._begun(call, max(deadline.left, LEAST_SECONDS))
        try:
            answer = waiting.result(timeout=deadline.left)
        except (Late, CallLate) as failure:
            self._failed(purpose, circuit, admission)
            raise _told(purpose, ModelUse.TIMEOUT) from failure
        except CallFailed as failure:
            self._failed(purpose, circuit, admission)
            raise _told(purpose, ModelUse.REFUSED) from failure
        except AnswerUnusable as failure:
            circuit.report(admission, ok=True)
            raise _told(purpose, ModelUse.REFUSED) from failure
        except BaseException:
            self._failed(purpose, circuit, admission)
            raise
        finally:
            SECONDS.labels(purpose).observe(time.perf_counter() - started)
        circuit.report(admission, ok=True)
        OPEN.labels(purpose).set(0)
        CALLS.labels(purpose, ModelUse.USED).inc()
        return answer

    def close(self) -> None:
        """Let no more calls begin."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _begun(self, call: Callable[[float], T], seconds: float) -> Future[T]:
        """The call on a thread of its own; its place is free again when it has ended."""
        try:
            with self._opening:
                if self._threads is None:
                    self._threads = ThreadPoolExecutor(self._at_once, "model-calls")
            waiting = self._threads.submit(call, seconds)
        except BaseException:
            self._places.release()
            raise
        waiting.add_done_callback(lambda _: self._places.release())
        return waiting

    def _failed(self, purpose: Purpose, circuit: Circuit, admission: Admission) -> None:
        was_open = circuit.is_open
        circuit.report(admission, ok=False)
        if circuit.is_open:
            OPEN.labels(purpose).set(1)
            if not was_open:
                _log.error("search_model_circuit_opened", purpose=purpose.value)


_WORDS = {
    ModelUse.TIMEOUT: "The model did not answer in time.",
    ModelUse.BUSY: "As many calls to the model are under way as may be at once.",
    ModelUse.OPEN_CIRCUIT: "The model failed often of late, so it is not asked for a minute.",
    ModelUse.REFUSED: "The model gave no answer that can be used.",
}


def _told(purpose: Purpose, use: ModelUse) -> ModelUnavailable:
    CALLS.labels(purpose, use).inc()
    return ModelUnavailable(f"{_WORDS[use]} Search goes on without it.", use=use)
