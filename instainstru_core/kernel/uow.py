"""One unit of work is one transaction, one moment and one actor."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

import psycopg
from sqlalchemy import event, exc
from sqlalchemy.orm import Session, sessionmaker

from instainstru_core.kernel import changes, direct, events, outbox
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.clock import Clock
from instainstru_core.kernel.errors import Refusal, Unavailable
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow

SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
CANCELED = frozenset({"57014", "55P03"})


class DatabaseBusy(Unavailable):
    code = "database.busy"


class DatabaseUnreachable(Unavailable):
    code = "database.unreachable"


class QueryTooSlow(Unavailable):
    code = "database.too_slow"


@dataclass(frozen=True, slots=True)
class Uow:
    """What a service needs to work: the session, the moment, and who asks."""

    session: Session
    now: datetime
    actor: Actor

    def emit(self, event: events.Event) -> None:
        """Record a fact. It leaves the building only if this transaction commits."""
        fact = OutboxRow(
            id=new_id(),
            name=type(event).__name__,
            payload=events.encode(event),
            occurred_at=self.now,
        )
        outbox.write(self.session, fact)

    def savepoint(self) -> AbstractContextManager[object]:
        """A nested transaction: what fails inside it is undone, the rest stays."""
        return self.session.begin_nested()


Begin: TypeAlias = Callable[[Actor], AbstractContextManager[Uow]]

T = TypeVar("T")


class _Tried(Exception):
    """Takes everything back."""


def tried(begin: Begin, actor: Actor, act: Callable[[Uow], T]) -> T:
    """What this would answer. Nothing of it is kept, and no vendor is called."""
    made: list[T] = []
    with suppress(_Tried), begin(actor) as uow:
        made.append(act(uow))
        raise _Tried
    return made[0]


def begin_with(sessions: sessionmaker[Session], clock: Clock) -> Begin:
    """How doors open units of work: commit at the end, undo on any exception."""
    event.listen(sessions, "after_begin", direct.note_begun)

    @contextmanager
    def begin(actor: Actor) -> Generator[Uow]:
        try:
            with sessions.begin() as session:
                try:
                    yield Uow(session=session, now=clock(), actor=actor)
                    changes.write(session)
                finally:
                    direct.release(session)
        except (exc.DBAPIError, exc.TimeoutError, psycopg.Error) as failure:
            refusal = translated(failure)
            if refusal is None:
                raise
            raise refusal from failure

    return begin


def translated(failure: exc.SQLAlchemyError | psycopg.Error) -> Refusal | None:
    """The refusal for a failure of the database itself; None where it is a bug of ours."""
    if isinstance(failure, exc.TimeoutError):
        return DatabaseBusy(
            "Too many requests are waiting for the database. Try again in a few seconds.",
            retry_after=2,
        )
    cause = failure.orig if isinstance(failure, exc.DBAPIError) else failure
    if not isinstance(cause, psycopg.Error):
        return None
    state = cause.sqlstate
    if state in SERIALIZATION_FAILURES:
        return DatabaseBusy(
            "Another change got in the way at the same moment. Try again.", retry_after=1
        )
    if state in CANCELED:
        return QueryTooSlow(
            "The database took too long to answer. Ask for less at once, or try again.",
            retry_after=5,
        )
    was_lost = isinstance(failure, exc.DBAPIError) and failure.connection_invalidated
    if was_lost or isinstance(cause, psycopg.OperationalError):
        return DatabaseUnreachable(
            "The database cannot be reached right now. Try again in a few seconds.", retry_after=5
        )
    return None
