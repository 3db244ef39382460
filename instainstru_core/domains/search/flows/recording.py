"""Writing searches down beside the requests that make them, so that no answer waits for it."""

import threading
from collections import deque
from collections.abc import Sequence

from prometheus_client import Counter

from instainstru_core.domains.search.service import recording as service
from instainstru_core.domains.search.types.recording import Noted, Searcher, Visitor
from instainstru_core.kernel.authority import SYSTEM, Actor, ActorKind
from instainstru_core.kernel.clock import Clock
from instainstru_core.kernel.errors import Refusal, Unavailable
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin

BATCH = 25
"""A few, for what is sent to the database in one piece is kept room for by its connection."""

MOST_WAITING = 5_000
GATHER_SECONDS = 0.2
RETRY_SECONDS = 2.0
CLOSE_SECONDS = 5.0

RECORDED = Counter(
    "instainstru_search_records_total",
    "Searches by what became of their record: written, dropped (too many waited), failed.",
    ["result"],
)

_log = logger(__name__)


class Recorder:
    """Takes what was searched for and writes it a little later, many at a time.

    `note` only puts into a bounded queue: past `MOST_WAITING` the oldest is dropped and counted. A
    thread starts with the first note, unless there is to be none: then only `flush` writes. What
    cannot be written for a moment waits; a search that cannot be written at all is left out, the
    others of its batch are not.
    """

    def __init__(self, begin: Begin, clock: Clock, secret: str, *, threaded: bool = True) -> None:
        self._begin = begin
        self._clock = clock
        self._secret = secret
        self._waiting: deque[Noted] = deque()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closed = not threaded
        self._has_warned = False

    def searcher(self, visitor: Visitor, actor: Actor) -> Searcher:
        """Who asks, as it is kept. It asks the database once a day."""
        user_id = actor.id if actor.kind is ActorKind.USER else None
        day = self._clock().date()
        known = service.known_searcher(visitor, user_id, day=day, secret=self._secret)
        if known is not None:
            return known
        with self._begin(actor) as uow:
            return service.searcher(uow, visitor, secret=self._secret)

    def note(self, noted: Noted) -> None:
        """Have this search written down. Never waits, never refuses."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                RECORDED.labels("dropped").inc()
            self._waiting.append(noted)
            self._warn()
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(
                    target=self._run, name="search-recorder", daemon=True
                )
                self._thread.start()
        self._news.set()

    def _warn(self) -> None:
        """Say once that nobody can be told apart without a secret."""
        if not self._secret and not self._has_warned:
            self._has_warned = True
            _log.warning(
                "searchers_unknown",
                why="INSTAINSTRU_LOCATION_SECRET is not set",
                so="guests have no history, nothing is learned from searches, and figures count"
                " everybody as one",
            )

    def flush(self) -> None:
        """Write all that waits, now and here. For ends of processes, and for tests.

        Raises Unavailable where the database is; what was not written keeps waiting.
        """
        while True:
            with self._writing:
                batch = self._taken()
                if not batch:
                    return
                try:
                    self._write(batch)
                except Unavailable:
                    self._put_back(batch)
                    raise

    def close(self) -> None:
        """Write what waits and end the thread."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
        self._news.set()
        if thread is not None:
            thread.join(CLOSE_SECONDS)
        try:
            self.flush()
        except Refusal as refusal:
            _log.warning("searches_unrecorded", code=refusal.code, waiting=len(self._waiting))

    def _run(self) -> None:
        while not self._is_closed:
            self._news.wait()
            self._news.clear()
            try:
                self.flush()
            except Refusal as refusal:
                _log.warning("searches_wait", code=refusal.code, waiting=len(self._waiting))
                self._news.set()
                self._rest(RETRY_SECONDS)
            except Exception as failure:  # noqa: BLE001 - the thread outlives whatever happens
                _log.error("recorder_failed", exc_info=failure)
            else:
                self._rest(GATHER_SECONDS)

    def _rest(self, seconds: float) -> None:
        """Let some gather. Ends early where this is to be closed."""
        done = threading.Event()
        step = min(seconds, GATHER_SECONDS)
        while seconds > 0 and not self._is_closed:
            done.wait(step)
            seconds -= step

    def _taken(self) -> list[Noted]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _put_back(self, batch: Sequence[Noted]) -> None:
        with self._lock:
            self._waiting.extendleft(reversed(batch))

    def _write(self, batch: Sequence[Noted]) -> None:
        try:
            self._write_together(batch)
        except Unavailable:
            raise
        except Exception as failure:  # noqa: BLE001 - one bad record takes no other with it
            if len(batch) == 1:
                RECORDED.labels("failed").inc()
                _log.error("search_unrecorded", search=batch[0].search_id, exc_info=failure)
                return
            for one in batch:
                self._write([one])

    def _write_together(self, batch: Sequence[Noted]) -> None:
        with self._begin(SYSTEM) as uow:
            service.note(uow, *batch)
        RECORDED.labels("written").inc(len(batch))
