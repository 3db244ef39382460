"""The index of offers that this process holds, brought up to date before it is used.

A request asks the feed once. Where nothing changed, that is all; else the instructors who changed
are read again and the next index takes the place of the last. Whoever is reading the last meanwhile
goes on with it.
"""

import gc
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from instainstru_core.domains.search.errors import IndexLoading
from instainstru_core.domains.search.policy import budget
from instainstru_core.domains.search.policy.matching.gathering import gathered
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.places import Areas
from instainstru_core.domains.search.repository import offers
from instainstru_core.domains.search.repository.offers import News
from instainstru_core.kernel import direct, memory
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CHUNK = 1_000
"""How many instructors are read at once, so that what is read weighs little beside the index."""
MOST_CHANGED = 5_000
"""More who changed than this, and all are read again."""
PATIENCE_SECONDS, PATIENT_SHARE = 10.0, 1 / 3
KEEP = timedelta(days=3)
NOTHING_BEFORE = 2**62
"""A transaction that will never be: whoever begins reads all offers, and nothing of the feed."""


@dataclass(frozen=True, eq=False)
class State:
    """An index, and what of the feed it holds: all before transaction `since`, and the rows `seen`
    of those after it.
    """

    index: Index
    version: int
    since: int
    seen: frozenset[int]

    def unseen(self, news: News) -> set[str]:
        """The instructors who changed after this index was made."""
        return {who for row, who in news.changed.items() if row not in self.seen}

    def fits(self, news: News) -> bool:
        """Whether this can be brought up to date by the feed alone."""
        return self.version == news.version and self.since > news.purged

    def noting(self, news: News) -> "State":
        """The same index, which holds all of these news."""
        return replace(self, since=news.oldest, seen=frozenset(news.changed))


@dataclass(eq=False)
class Holder:
    """The state of the index of one database in this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    state: State | None = None


_holders: WeakKeyDictionary[Engine | Connection, Holder] = WeakKeyDictionary()
_making = threading.Lock()


@operation("search.index")
def fresh(uow: Uow, *, deadline: Deadline | None = None, kept: float = 0.0) -> Index:
    """The index with everything that was committed before now.

    With a deadline, statements of this transaction end `kept` seconds before it from here on; what
    has to be read anew for the index is read to its end.

    Where another request reads it for so long that a third of the deadline goes by, this one goes
    on with the index as it was. Raises IndexLoading where there is none yet. What a transaction
    that writes sees is for itself alone: it may be undone.
    """
    holder = _holder(uow.session)
    state = holder.state
    limit = None if deadline is None else partial(budget.statement_ms, deadline, kept=kept)
    if state is not None:
        limit_ms = None if limit is None else limit()
        news = offers.news(uow.session, state.since, limit_ms=limit_ms)
        if news.is_writing and isinstance(uow.session.get_bind(), Engine):
            with _unhurried(uow.session, limit):
                return _brought_up(uow.session, state).index
        if state.fits(news) and not state.unseen(news):
            if news.oldest > state.since:
                _advance(holder, state, news)
            return state.index
    seconds = PATIENCE_SECONDS if deadline is None else deadline.left * PATIENT_SHARE
    if not holder.lock.acquire(timeout=seconds):
        if state is not None:
            return state.index
        raise IndexLoading(
            "The search is still reading what is offered. Try again in a few seconds.",
            retry_after=2,
        )
    try:
        direct.release(uow.session)
        with _unhurried(uow.session, limit):
            holder.state = _brought_up(uow.session, holder.state)
            return holder.state.index
    finally:
        holder.lock.release()


@operation("search.forget_changes")
def forget_changes(uow: Uow, *, limit: int) -> int:
    """Delete the oldest rows of the feed after three days; says how many."""
    return offers.forget(uow.session, before=uow.now - KEEP, limit=limit)


def _holder(session: Session) -> Holder:
    bind = session.get_bind()
    with _making:
        return _holders.setdefault(bind, Holder())


def _advance(holder: Holder, state: State, news: News) -> None:
    """Read on from later next time, unless somebody else brought the index up to date."""
    if holder.lock.acquire(blocking=False):
        try:
            if holder.state is state:
                holder.state = state.noting(news)
        finally:
            holder.lock.release()


def _brought_up(session: Session, state: State | None) -> State:
    """The next state. The feed is read first: what changes while we read comes again later."""
    news = offers.news(session, NOTHING_BEFORE if state is None else state.since)
    if state is not None and state.fits(news):
        ids = state.unseen(news)
        if not ids:
            return state.noting(news)
        if len(ids) <= MOST_CHANGED:
            teachers = offers.teachers(session, ids)
            offered = offers.offered(session, [one.instructor_id for one in teachers])
            index = state.index.changed(ids, teachers, offered)
            return replace(state.noting(news), index=index)
    news = offers.news(session, news.oldest)
    areas = Areas.of(offers.shapes(session), offers.names(session))
    with _no_collector(), memory.apart():
        index = gathered(areas, offers.everybody(session, CHUNK))
    return State(index, news.version, news.oldest, frozenset(news.changed))


@contextmanager
def _unhurried(session: Session, limit: Callable[[], int] | None) -> Generator[None]:
    """Let statements take as long as any other meanwhile, and again what `limit` says after it."""
    if limit is not None:
        offers.unlimited(session)
    yield
    if limit is not None:
        offers.limited(session, limit())


@contextmanager
def _no_collector() -> Generator[None]:
    """Rows by the hundred thousand make the collector look again and again at what is not waste."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
